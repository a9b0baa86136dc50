"""A country of 63 invented provinces' figures, small enough to build in a moment, with the real names and codes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from dx_pipeline.conform.names import slug
from dx_pipeline.contracts import DUCKDB_TYPES, load_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
PARTS = ("foundation", "digital_government_activity", "digital_economy_activity", "digital_society_activity")
WEIGHTS = (0.5, 0.2, 0.15, 0.15)
#: the units of the country, unless a row says otherwise
SYSTEM = '"unit_system" BIGINT DEFAULT 63'
#: the columns of each table that the country fills; the others of its contract stay empty
COLUMNS = {
    "indicators": "indicator, role, position, part_of, pillar, name_vi, name_en",
    "provinces": "unit_system, province_id, name_vi, name_en, region_vi, region_en, successor_id, level,"
    " successor_system",
    "province_rankings": "edition, unit_system, province_id, score, rank, status, n_ranked, n_units",
    "component_scores": "edition, unit_system, province_id, indicator, score, rank, status",
    "edition_comparability": "edition_from, edition_to, level, comparability",
    "rank_thresholds": "edition, unit_system, k, score",
    "target_progress": "province_id, resolution, indicator, target_year, target_value",
    "peer_groups": "province_id, basis, peer_id, position",
    "rank_bands": "edition, province_id, neighbourhood, p5, p95, draws, status",
    "rank_bounds": "edition, province_id, delta, best, worst",
    "component_gaps": "edition, province_id, peer_id, indicator, gap_points, status",
    "score_changes": "edition_from, edition_to, province_id, indicator, performance_points, weight_points",
    "rank_changes": "edition_from, edition_to, province_id, rank_from, rank_to, own_effect, others_effect, reason,"
    " reason_vi",
    "endowments": "indicator, year, province_id, value, status",
    "expected_scores": "edition, province_id, score, expected, r_squared, performance",
    "external_links": "edition, indicator, year, spearman, ci_low, ci_high",
}


def put(con: duckdb.DuckDBPyConnection, rest: str, rows: list[tuple[Any, ...]] | None = None) -> None:
    """Insert into a table: its name, then `values` or a query, for the columns named above."""
    table, _, rest = rest.partition(" ")
    statement = f"insert into {table} ({COLUMNS[table]}) {rest}"
    if rows is None:
        con.execute(statement)
    else:
        con.executemany(statement, rows)


def _read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def build_country(con: duckdb.DuckDBPyConnection) -> None:
    """Editions 2020 (nothing known), 2021 (every third rank), 2022 to 2024; the i-th province in slug order moves."""
    for table in COLUMNS:
        columns = [f'"{column.name}" {DUCKDB_TYPES[column.type]}' for column in load_contract(table).columns]
        con.execute(f"create table {table} ({', '.join(columns)})".replace('"unit_system" BIGINT', SYSTEM))
    put(
        con,
        "indicators values (?, ?, ?, ?, ?, ?, ?)",
        [tuple(value or None for value in row.values()) for row in _read("indicators.csv")],
    )
    old = [row for row in _read("units.csv") if row["unit_system"] == "63"]
    new = [row for row in _read("units.csv") if row["unit_system"] == "34"]
    put(
        con,
        "provinces values (63, ?, ?, ?, ?, ?, ?, 'province', 34)",
        [
            (
                slug(r["name_vi"]),
                r["name_vi"],
                r["name_en"],
                r["region_vi"],
                r["region_en"],
                r["successor_id"],
            )
            for r in old
        ],
    )
    put(
        con,
        "provinces values (34, ?, ?, ?, null, null, null, 'province', null)",
        [(slug(r["name_vi"]), r["name_vi"], r["name_en"]) for r in new],
    )
    ids = sorted(slug(row["name_vi"]) for row in old)
    rankings, parts = [], []
    ranks: dict[int, dict[str, int]] = {}
    scores: dict[tuple[int, str], tuple[float, ...]] = {}
    for edition in range(2020, 2025):
        values = {}
        for i, province in enumerate(ids):
            # a province's place shifts a little from part to part and from edition to edition
            four = tuple(
                0.4 + 0.1 * (edition - 2022) + 0.003 * ((7 * i + 11 * j * (edition - 2019)) % 63) for j in range(4)
            )
            scores[edition, province] = four
            values[province] = round(sum(w * x for w, x in zip(WEIGHTS, four, strict=True)), 4)
        order = sorted(ids, key=lambda p: (-values[p], p))
        ranks[edition] = {p: 1 + sum(values[q] > values[p] for q in ids) for p in order}
        for i, province in enumerate(ids):
            known = edition >= 2022 or (edition == 2021 and i % 3 == 0)
            rank = ranks[edition][province] if known else None
            score = values[province] if edition >= 2022 else None
            status = "not_read" if not known else "published" if edition == 2022 else "computed"
            rankings.append((edition, 63, province, score, rank, status, 63 if edition >= 2022 else 21, 63))
            if edition >= 2022:
                parts += (
                    [
                        (
                            edition,
                            63,
                            province,
                            part,
                            x,
                            1 + sum(scores[edition, q][j] > x for q in ids if (edition, q) in scores),
                        )
                        for j, (part, x) in enumerate(zip(PARTS, scores[edition, province], strict=True))
                    ]
                    if all((edition, q) in scores for q in ids)
                    else []
                )
    units = sorted(row["province_id"] for row in new)
    rankings += [(2024, 34, unit, 0.9 - 0.01 * i, i + 1, "computed", 34, 34) for i, unit in enumerate(units)]
    put(con, "province_rankings values (?, ?, ?, ?, ?, ?, ?, ?)", rankings)
    put(con, "component_scores values (?, ?, ?, ?, ?, ?, 'published')", parts)
    put(
        con,
        "edition_comparability values (2020, 2021, 'overall', 'broken'),"
        " (2021, 2022, 'overall', 'same_structure'), (2022, 2023, 'overall', 'same_structure'),"
        " (2023, 2024, 'overall', 'broken')",
    )
    put(
        con,
        "rank_thresholds select edition, 63, k, max(score) filter (rank >= k) from province_rankings,"
        " (values (10), (15), (20)) ks(k) where unit_system = 63 and edition >= 2022 group by edition, k",
    )
    put(con, "target_progress values ('hai-duong', '06-NQ/TU', 'national_dti_rank', 2025, 20)")
    put(
        con,
        "peer_groups values ('hai-duong', 'named', 'thai-nguyen', 1),"
        " ('hai-duong', 'named', 'hai-phong', 2),"
        " ('bac-kan', 'endowments', 'cao-bang', 1), ('bac-kan', 'endowments', 'lang-son', 2)",
    )
    put(
        con,
        "rank_bands select edition, province_id, 'box25', greatest(rank - 2, 1), least(rank + 2, 63), 1000,"
        " if(edition = 2024, 'inferred', 'computed') from province_rankings where unit_system = 63 and edition >= 2022",
    )
    put(con, "rank_bounds select edition, province_id, 0.25, p5, p95 from rank_bands")
    put(
        con,
        "component_gaps select a.edition, a.province_id, b.province_id, a.indicator,"
        " 1000 * (a.score - b.score) * if(a.indicator = 'foundation', 0.5, 0.2), 'computed'"
        " from component_scores a join component_scores b using (edition, indicator)"
        " where a.province_id in ('hai-duong', 'bac-kan') and b.province_id in ('thai-nguyen', 'cao-bang')",
    )
    put(
        con,
        "component_gaps select edition, province_id, peer_id, 'overall', sum(gap_points), 'computed'"
        " from component_gaps group by all",
    )
    put(
        con,
        "score_changes select 2022, 2023, province_id, indicator, 10 * rank - 200, 0.0"
        " from component_scores where edition = 2023",
    )
    put(
        con,
        "score_changes select 2022, 2023, province_id, 'overall', sum(performance_points), 0.0"
        " from score_changes group by province_id",
    )
    put(
        con,
        "rank_changes select a.edition, b.edition, a.province_id, a.rank, b.rank,"
        " if(a.edition = 2022, -1.5, null), if(a.edition = 2022, b.rank - a.rank + 1.5, null),"
        " if(a.edition = 2022, null, 'not_comparable: other indicators'),"
        " if(a.edition = 2022, null, 'không so sánh được')"
        " from province_rankings a join province_rankings b on b.edition = a.edition + 1"
        " and b.province_id = a.province_id and b.unit_system = 63 where a.unit_system = 63",
    )
    put(
        con,
        "endowments select 'grdp_per_capita', 2024, province_id, 30 + 4 * rank, 'published'"
        " from province_rankings where unit_system = 63 and edition = 2024",
    )
    put(
        con,
        "expected_scores select edition, province_id, score, 0.6, 0.25, 'level' from province_rankings"
        " where unit_system = 63 and edition = 2024",
    )
    put(con, "external_links values (2024, 'grdp_per_capita', 2024, 0.42, 0.16, 0.64)")


@pytest.fixture(scope="session")
def peaceful_country() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        build_country(con)
        yield con


@pytest.fixture
def country(peaceful_country: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The country, to be changed: whatever a test does is rolled back after it."""
    peaceful_country.execute("BEGIN")
    yield peaceful_country
    peaceful_country.execute("ROLLBACK")


@pytest.fixture
def say(country: duckdb.DuckDBPyConnection) -> Callable[[str, str], None]:
    """Run one statement that changes the country."""

    def run(statement: str, *parameters: object) -> None:
        country.execute(statement, list(parameters))

    return run
