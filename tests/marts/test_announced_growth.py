"""Growth announced from means that were printed one column off (M30)."""

from __future__ import annotations

import pytest


def test_the_announced_growth_of_the_pillars_follows_from_the_shifted_means(tables):
    rows = {row["indicator"]: row for row in tables["announced_growth"].iter_rows(named=True)}
    expected = {
        "digital_government": (4.7, 1.0),
        "digital_economy": (13.3, 6.7),
        "digital_society": (13.4, 12.8),
    }
    for indicator, (announced, right) in expected.items():
        row = rows[indicator]
        assert row["finding"] == "follows_from_shifted_means", indicator
        assert row["growth_of_printed"] == pytest.approx(announced, abs=0.06)
        assert row["growth_of_computed"] == pytest.approx(right, abs=0.06)
    assert rows["overall"]["finding"] == "confirmed"
