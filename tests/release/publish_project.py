"""A project in small: four provinces, a few printed figures, one computed table, and a way to release them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from dx_pipeline.contracts import Contract, load_contract, parse_contract
from dx_pipeline.paths import Paths
from dx_pipeline.release.stage import stage
from dx_pipeline.release.store.commit import Publication, commit
from dx_pipeline.release.store.staging import Candidate
from dx_pipeline.sources.resolved import SourceSpec
from dx_pipeline.warehouse import write_table

FIRST_DAY = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
SCORES = {"hai-duong": 0.6929, "thai-nguyen": 0.7231, "ha-noi": 0.8012, "da-nang": 0.81}
NAMES = {"hai-duong": "Hải Dương", "thai-nguyen": "Thái Nguyên", "ha-noi": "Hà Nội", "da-nang": "Đà Nẵng"}


def column(kind: str, **more: object) -> dict[str, object]:
    text = str(more.pop("meaning", "giá trị"))
    extra = {"nullable": True, "null_rule": "null when not known"} if more.pop("nullable", False) else {}
    return {"type": kind, "meaning_vi": text, "meaning_en": text, **extra, **more}


def contract(
    name: str, key: list[str], columns: dict[str, dict[str, object]], inputs: tuple[str, ...] = ()
) -> Contract:
    texts = {
        f"{part}_{lang}": f"{name} {part} {lang}"
        for part in ("title", "description", "limitations")
        for lang in ("vi", "en")
    }
    return parse_contract(name, {"group": "Test", **texts, "key": key, "inputs": list(inputs), "columns": columns})


UNIT = {"unit_system": column("integer", allowed=[63, 34]), "province_id": column("text", pattern="^[a-z-]+$")}


def small_contracts() -> dict[str, Contract]:
    tables = [
        contract("provinces", ["unit_system", "province_id"], {**UNIT, "name_vi": column("text")}),
        contract(
            "indicators",
            ["indicator"],
            {"indicator": column("text"), "name_vi": column("text"), "name_en": column("text")},
        ),
        contract(
            "sources",
            ["source_id"],
            {
                "source_id": column("text"),
                "publisher": column("text"),
                "url": column("text", nullable=True),
                "licence": column("text"),
            },
        ),
        contract(
            "figure_sources",
            ["edition", "unit_system", "province_id", "indicator", "measure", "source_id", "locator"],
            {
                "edition": column("integer"),
                **UNIT,
                "indicator": column("text"),
                "measure": column("text"),
                "source_id": column("text"),
                "locator": column("text"),
                "value_text": column("text"),
                "value": column("double", nullable=True),
                "url": column("text", nullable=True),
                "chosen": column("boolean"),
                "reason": column("text"),
            },
            inputs=("core.figures",),
        ),
        contract(
            "province_rankings",
            ["edition", "unit_system", "province_id"],
            {
                "edition": column("integer"),
                **UNIT,
                "score": column(
                    "double", nullable=True, min=0.0, max=1.0, unit="score 0-1", **{"from": ["figures.value"]}
                ),
                "rank": column("integer", nullable=True, min=1),
            },
            inputs=("core.figures", "provinces"),
        ),
    ]
    ledger = [load_contract(name) for name in ("releases", "revisions", "data_dictionary", "check_results")]
    return {table.name: table for table in sorted([*tables, *ledger], key=lambda table: table.name)}


def small_tables(scores: Mapping[str, float] = SCORES, names: Mapping[str, str] = NAMES) -> dict[str, pl.DataFrame]:
    ids = list(scores)
    unit = {"unit_system": [63] * len(ids), "province_id": ids}
    figures = pl.DataFrame(
        {
            "edition": [2023] * len(ids),
            **unit,
            "indicator": ["overall"] * len(ids),
            "measure": ["score"] * len(ids),
            "source_id": ["dti_component_scores"] * len(ids),
            "locator": [f"2023.csv row {number}" for number in range(2, len(ids) + 2)],
            "value": list(scores.values()),
            "value_text": [str(score) for score in scores.values()],
            "url": ["https://example.org/2023"] * len(ids),
            "chosen": [True] * len(ids),
            "reason": [""] * len(ids),
        }
    )
    rankings = pl.DataFrame({"edition": [2023] * len(ids), **unit, "score": list(scores.values())})
    return {
        "provinces": pl.DataFrame({**unit, "name_vi": [names[name] for name in ids]}),
        "indicators": pl.DataFrame({"indicator": ["overall"], "name_vi": ["Tổng thể"], "name_en": ["Overall"]}),
        "sources": pl.DataFrame(
            {
                "source_id": ["dti_component_scores"],
                "publisher": ["Ministry"],
                "url": ["https://example.org"],
                "licence": ["none stated; official statistics"],
            }
        ),
        "figure_sources": figures,
        "province_rankings": rankings.with_columns(rank=pl.col("score").rank("min", descending=True).cast(pl.Int64)),
    }


def check_results(passed: bool = True, severity: str = "blocking") -> pl.DataFrame:
    texts = {
        "failing_keys": "[]",
        "observed": "4",
        "expected": "4",
        "protects_vi": "x",
        "protects_en": "x",
        "engine": "sql",
    }
    return pl.DataFrame(
        {
            "table_name": ["province_rankings"],
            "check_name": ["row_counts"],
            "status": ["passed" if passed else "failed"],
            "passed": [passed],
            "severity": [severity],
            "dimension": ["completeness"],
            "n_checked": [4],
            "n_failed": [0 if passed else 1],
            **{name: [text] for name, text in texts.items()},
        }
    )


def stage_tables(
    root: Path,
    tables: Mapping[str, pl.DataFrame] | None = None,
    contracts: Mapping[str, Contract] | None = None,
    built_at: datetime = FIRST_DAY,
    checks: pl.DataFrame | None = None,
    code_version: str = "abc1234",
    parts: tuple[str, ...] = (),
    large: tuple[SourceSpec, ...] = (),
) -> Candidate:
    described = dict(contracts or small_contracts())
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    try:
        for name, frame in (tables or small_tables()).items():
            write_table(con, described[name], frame)
        results = check_results() if checks is None else checks
        return stage(Paths(root), con, described, results, code_version, built_at, parts=parts, large=large)
    finally:
        con.close()


def release(
    root: Path,
    tables: Mapping[str, pl.DataFrame] | None = None,
    contracts: Mapping[str, Contract] | None = None,
    keep: int = 5,
) -> Publication:
    return commit(stage_tables(root, tables, contracts), keep=keep)


def with_scores(**changed: float) -> dict[str, pl.DataFrame]:
    return small_tables(SCORES | {name.replace("_", "-"): value for name, value in changed.items()})


def without_column(contracts: Mapping[str, Contract], table: str, name: str) -> dict[str, Contract]:
    return _with_columns(contracts, table, {own: own for own in contracts[table].column_names if own != name})


def renamed_column(contracts: Mapping[str, Contract], table: str, old: str, new: str) -> dict[str, Contract]:
    names = {new if own == old else own: own for own in contracts[table].column_names}
    return _with_columns(contracts, table, names)


def _with_columns(contracts: Mapping[str, Contract], table: str, names: Mapping[str, str]) -> dict[str, Contract]:
    """The contracts with the columns `new name -> old name` in one table."""
    data = contracts[table].model_dump(by_alias=True, exclude_unset=True)
    data["columns"] = {new: data["columns"][old] for new, old in names.items()}
    now = {old: new for new, old in names.items()}
    data["key"] = [now.get(name, name) for name in data["key"]]
    return {**contracts, table: parse_contract(table, data, common={})}


def read_current(root: Path, query: str) -> list[tuple]:
    con = duckdb.connect(str(Paths(root).published), read_only=True)
    try:
        return con.sql(query).fetchall()
    finally:
        con.close()
