"""The argument for the solved weights of 2024, as rows of the real tables."""

from __future__ import annotations

import polars as pl

from tests.marts.frames import pick


def test_940_alone_makes_all_weights_tens(tables):
    tried = pick(tables["weight_arguments"], argument="total_tried")
    assert tried.filter("holds")["item"].to_list() == ["940"]
    assert tried.height == 91


def test_estimates_and_totals(tables):
    estimates = pick(tables["weight_arguments"], argument="estimate")
    assert sorted(estimates["claimed"]) == [50, 50, 100, 100, 140, 150, 150, 200]
    assert estimates["difference"].abs().max() < 0.15
    totals = pick(tables["weight_arguments"], argument="total_recomputed")
    assert totals.height == 34
    assert totals["difference"].abs().max() < 7.1e-5
    assert totals.select(pl.col("holds").all()).item()
