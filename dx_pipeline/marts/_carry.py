"""Basis and doubts of a table's rows, carried from the rows they rest on as the contract declares (`[[rests_on]]`)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import polars as pl

from dx_pipeline.contracts import Contract, matches
from dx_pipeline.index.doubt import union_doubts, union_doubts_of_group, weakest_basis, weakest_basis_of_group
from dx_pipeline.rests_on import RestsOn
from dx_pipeline.vocabulary import SEPARATOR


def carry(frame: pl.DataFrame, contract: Contract, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The frame with the basis and doubts columns of its contract filled.

    What the frame already holds in them (a doubt that arises in the table itself) is kept and joined by the rest. A row
    whose named value is null has neither.
    """
    contract = contract.with_indicators(tables["indicators"]) if "indicators" in tables else contract
    for _, same_value in groupby(sorted(contract.rests_on, key=lambda entry: entry.value), key=lambda e: e.value):
        frame = _carry_value(frame, list(same_value), tables)
    return frame


def _carry_value(frame: pl.DataFrame, entries: list[RestsOn], tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    basis_column, doubts_column = entries[0].columns
    bases = [pl.col(basis_column)] if basis_column in frame.columns else []
    doubts = [pl.col(doubts_column)] if doubts_column in frame.columns else []
    for place, entry in enumerate(entries):
        keys = entry.keys
        there = tables[entry.table].filter(matches(entry.where))
        carried = [
            weakest_basis_of_group(pl.col(entry.basis)).alias(f"_basis_{place}"),
            _without(union_doubts_of_group(pl.col(entry.doubts)), entry.anew).alias(f"_doubts_{place}"),
        ]
        if keys:
            groups = there.group_by(list(keys.values())).agg(*carried)
            frame = frame.join(
                groups, left_on=list(keys), right_on=list(keys.values()), how="left", maintain_order="left"
            )
        else:
            frame = frame.join(there.select(*carried), how="cross", maintain_order="left")
        here = matches(entry.rows)
        bases.append(pl.when(here).then(f"_basis_{place}"))
        doubts.append(pl.when(here).then(f"_doubts_{place}"))
        if entry.own:
            bases.append(pl.when(here).then(pl.lit(entry.own)))
    known = pl.col(entries[0].known).is_not_null() if entries[0].known else pl.lit(True)
    return frame.with_columns(
        pl.when(known).then(weakest_basis(bases)).alias(basis_column),
        pl.when(known).then(union_doubts(doubts)).alias(doubts_column),
    ).drop([f"_{what}_{place}" for place in range(len(entries)) for what in ("basis", "doubts")])


def _without(doubts: pl.Expr, codes: Sequence[str]) -> pl.Expr:
    if not codes:
        return doubts
    left = doubts.str.split(SEPARATOR).list.set_difference(list(codes)).list.join(SEPARATOR)
    return pl.when(left != "").then(left)
