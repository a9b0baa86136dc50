"""The public tables of one unit system, so that a test about the 63 need not name them in every line."""

from __future__ import annotations

import polars as pl
import pytest

#: tables that are about units and rest on the components of a whole system
ANALYSED = (
    "cheapest_paths", "component_gaps", "component_importance", "dominance", "edition_stability", "expected_scores",
    "findings", "index_consistency", "leave_one_out", "method_ranks", "peer_groups", "rank_bands", "rank_bounds",
    "rank_changes", "rank_counterfactuals", "rank_sensitivity", "score_changes", "threshold_paths",
)  # fmt: skip


def of_system(tables: dict[str, pl.DataFrame], unit_system: int) -> dict[str, pl.DataFrame]:
    """The tables with the analyses of one unit system only."""
    one = {name: tables[name].filter(pl.col("unit_system") == unit_system) for name in ANALYSED}
    return {**tables, **one}


@pytest.fixture(scope="session")
def of_63(tables) -> dict[str, pl.DataFrame]:
    return of_system(tables, 63)


@pytest.fixture(scope="session", params=[63, 34])
def of_each(request, tables) -> tuple[int, dict[str, pl.DataFrame]]:
    """A unit system and the tables with its analyses."""
    return request.param, of_system(tables, request.param)
