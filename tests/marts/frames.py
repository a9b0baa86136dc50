"""Reading a value out of a table as a person would: by naming the row."""

from __future__ import annotations

from typing import Any

import polars as pl


def pick(frame: pl.DataFrame, **where: Any) -> pl.DataFrame:
    """Rows whose columns have these values."""
    return frame.filter(*(pl.col(name) == value for name, value in where.items()))


def one(frame: pl.DataFrame, column: str, **where: Any) -> Any:
    """The value of a column in the only such row."""
    rows = pick(frame, **where)
    assert rows.height == 1, f"{rows.height} rows with {where}"
    return rows[column].item()


def by_indicator(frame: pl.DataFrame, column: str, **where: Any) -> tuple[Any, ...]:
    """Values for foundation, government, economy and society activity."""
    order = (
        "foundation",
        "digital_government_activity",
        "digital_economy_activity",
        "digital_society_activity",
    )
    return tuple(one(frame, column, indicator=name, **where) for name in order)
