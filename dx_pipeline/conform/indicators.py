"""Indicators outside the index: what their sources declare of them, and what is formed from several of them.

A source names its indicators under `[indicators.<code>]` in its source.toml; one declaration serves every source that
prints the same indicator. `data/reference/derived_indicators.csv` names what is formed: ratios and means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dx_pipeline.conform import ConformError, prints_index
from dx_pipeline.conform.reference_tables import file_of
from dx_pipeline.errors import Problem, nearest
from dx_pipeline.sources.spec import SourceSpec

SCHEMA: dict[str, Any] = {
    "indicator": pl.String, "name_vi": pl.String, "name_en": pl.String, "unit": pl.String, "direction": pl.String,
    "scale": pl.String, "linked": pl.Boolean, "shared_inputs_vi": pl.String, "shared_inputs_en": pl.String,
    "breaks": pl.List(pl.Int64), "declared_in": pl.String,
}  # fmt: skip
#: what a declaration says, as its model names it
DECLARED = tuple(name for name in SCHEMA if name not in ("indicator", "breaks", "declared_in"))
METHODS = ("ratio", "mean")


def declared_indicators(sources: Mapping[str, SourceSpec]) -> pl.DataFrame:
    """One row an indicator outside the index, with SCHEMA.

    Raises:
        ConformError: two sources declare one indicator differently, or a source of the index declares any.
    """
    rows: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for source_id, source in sources.items():
        for code, one in source.indicators.items():
            where = f"data/raw/{source_id}/source.toml, indicators.{code}"
            if prints_index(source_id):
                problems.append(Problem(where, "codes of data/reference/indicators.csv only", "a declaration"))
                continue
            own = {"indicator": code, **{name: getattr(one, name) for name in DECLARED}, "breaks": list(one.breaks)}
            first = rows.setdefault(code, own | {"declared_in": source_id})
            for name in (name for name, value in own.items() if first[name] != value):
                expected = f"{first[name]!r} as in data/raw/{first['declared_in']}/source.toml"
                remedy = "declare an indicator once, or alike"
                problems.append(Problem(f"{where}.{name}", expected, repr(own[name]), remedy))
    ConformError.refuse(problems, "indicators are not declared once")
    return pl.DataFrame(list(rows.values()), schema=SCHEMA, orient="row")


def derived_indicators(table: pl.DataFrame, declared: pl.DataFrame) -> pl.DataFrame:
    """The formed indicators with SCHEMA and `method`, `parts` (list of codes) and `factor`.

    Raises:
        ConformError: a method, factor or part is unknown, or a code is taken.
    """
    known = declared["indicator"].to_list()
    problems = []
    for row in table.iter_rows(named=True):
        where = f"{file_of('derived_indicators')}, row {row['row']}"
        if row["method"] not in METHODS:
            problems.append(Problem(f"{where}, column method", f"one of {', '.join(METHODS)}", repr(row["method"])))
        if row["indicator"] in known:
            problems.append(Problem(f"{where}, column indicator", "a code no source prints", repr(row["indicator"])))
        problems += [
            Problem(f"{where}, column parts", "declared indicators", repr(part), nearest(part, known))
            for part in row["parts"].split()
            if part not in known
        ]
        if row["linked"] not in ("yes", "no"):
            problems.append(Problem(f"{where}, column linked", "yes or no", repr(row["linked"])))
    ConformError.refuse(problems, "formed indicators can't be formed")
    return table.select(
        *(pl.col(name) for name in SCHEMA if name not in ("linked", "breaks", "declared_in")),
        pl.col("method"),
        breaks=pl.lit([], dtype=pl.List(pl.Int64)),
        linked=pl.col("linked") == "yes",
        declared_in=pl.lit("reference"),
        parts=pl.col("parts").str.split(" "),
        factor=pl.col("factor").cast(pl.Float64),
    ).with_columns(pl.col("shared_inputs_vi", "shared_inputs_en").fill_null(""))
