"""What changed, how large the change is, and how it is told."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from publish_project import (
    SCORES,
    column,
    contract,
    read_current,
    release,
    renamed_column,
    small_contracts,
    small_tables,
    with_scores,
    without_column,
)

from dx_pipeline.paths import Paths
from dx_pipeline.release.history.describe import describe_diff
from dx_pipeline.release.history.diff import (
    ReleaseDiff,
    address_expression,
    diff_snapshots,
    diff_tables,
    snapshot,
    split_address,
)
from dx_pipeline.release.history.naming import Names
from dx_pipeline.release.history.versioning import change_level, next_version
from dx_pipeline.release.store.layout import find_release
from dx_pipeline.release.store.manifest import TableShape

NOBODY = Names({}, {"vi": {}, "en": {}})


def shape(columns: dict[str, str], key: tuple[str, ...]) -> TableShape:
    return TableShape(title_vi="", title_en="", rows=0, key=key, columns=columns, inputs=(), ledger=False)


def compare(old: dict, new: dict, columns: dict[str, str], key: tuple[str, ...] = ("id",)):
    types = {"text": pl.String, "double": pl.Float64, "integer": pl.Int64, "boolean": pl.Boolean}
    schema = {name: types[kind] for name, kind in columns.items()}
    described = shape(columns, key)
    return diff_tables("t", pl.DataFrame(old, schema=schema), pl.DataFrame(new, schema=schema), described, described)


def section(text: str, heading: str) -> str:
    """The lines of one release in a change log."""
    return text.split(f"## {heading}\n")[1].split("\n## ")[0]


def test_values_are_compared_to_the_last_digit_and_null_equals_null() -> None:
    old = {"id": [1, 2, 3, 4, 5, 6], "x": [0.3, None, None, 1.0, 0.0, 2.0]}
    new = {"id": [1, 2, 3, 4, 5, 6], "x": [0.1 + 0.2, None, 1.0, None, -0.0, 2.0]}
    table = compare(old, new, {"id": "integer", "x": "double"})
    assert table.changes.select("key", "old_value", "new_value").rows() == [
        ("1", "0.3", "0.30000000000000004"),
        ("3", None, "1.0"),
        ("4", "1.0", None),
        ("5", "0.0", "-0.0"),
    ]


def test_null_differs_from_empty_text_and_nan_equals_nan() -> None:
    text = compare({"id": [1, 2], "x": ["", None]}, {"id": [1, 2], "x": [None, None]}, {"id": "integer", "x": "text"})
    assert text.changes.select("key", "old_value", "new_value").rows() == [("1", "", None)]
    nan = {"id": [1], "x": [float("nan")]}
    assert compare(nan, nan, {"id": "integer", "x": "double"}) is None


def test_rows_are_matched_by_key_not_by_place() -> None:
    old = {"id": ["a/b", "c", "d"], "n": [1, 2, 3]}
    new = {"id": ["d", "e", "a/b"], "n": [3, 5, 7]}
    table = compare(old, new, {"id": "text", "n": "integer"})
    assert (table.rows_added, table.rows_removed, table.rows_changed) == (1, 1, 1)
    assert table.changes.rows() == [
        ("t", "a%2Fb", "n", "changed", "1", "7"),
        ("t", "c", "*", "removed", '{"n":"2"}', None),
        ("t", "e", "*", "added", None, '{"n":"5"}'),
    ]


def test_addresses_are_reversible() -> None:
    frame = pl.DataFrame({"a": ["x/y%2F", "z"], "b": [1, 2]}).select(address_expression(["a", "b"]).alias("key"))
    assert [split_address(text) for text in frame["key"]] == [["x/y%2F", "1"], ["z", "2"]]


@pytest.mark.parametrize(
    ("baseline", "level", "taken", "expected"),
    [
        (None, "none", [], "2.0.0"),
        ("2.2.3", "patch", ["2.2.3"], "2.2.4"),
        ("2.2.3", "minor", ["2.2.3"], "2.3.0"),
        ("2.2.3", "major", ["2.2.3"], "3.0.0"),
        ("2.9.0", "minor", ["2.10.0", "2.9.0"], "2.11.0"),
        (None, "none", ["2.0.0", "2.4.2"], "2.4.3"),
    ],
)
def test_the_next_version(baseline: str | None, level: str, taken: list[str], expected: str) -> None:
    assert next_version(baseline, level, taken) == expected


def test_a_changed_figure_is_named_exactly_and_what_followed_after_it(small_release: Path) -> None:
    published = release(small_release, with_scores(hai_duong=0.7300))
    assert published.release == "2.0.1"
    changelog = section((published.folder / "CHANGELOG.md").read_text(encoding="utf-8"), "2.0.1")
    english = changelog.split("### English")[1]
    cause, effect = english.split("**What followed from it**")
    assert re.findall("^- .*", cause, re.MULTILINE) == [
        "- Hải Dương 2023, Overall, score: 0.6929 → 0.73 (dti_component_scores, 2023.csv row 2)"
    ]
    assert re.findall("^- .*", effect, re.MULTILINE) == [
        "- `province_rankings`: values changed: 3 (rows: 2) (e.g. Hải Dương 2023: score 0.6929 → 0.73; "
        "Hải Dương 2023: rank 4 → 3; Thái Nguyên 2023: rank 3 → 4)",
    ]
    assert "- Hải Dương 2023, Tổng thể, score: 0.6929 → 0.73 (dti_component_scores, 2023.csv row 2)" in changelog
    assert re.search(r"compared with: 2\.0\.0 \(sha256:[0-9a-f]{12}…\)", changelog)
    assert read_current(
        small_release, "SELECT key, column_name, old_value, new_value FROM revisions WHERE column_name = 'value'"
    ) == [("2023/63/hai-duong/overall/score/dti_component_scores/2023.csv row 2", "value", "0.6929", "0.73")]
    summary = read_current(small_release, "SELECT change_level, change_summary FROM releases WHERE release = '2.0.1'")
    assert summary[0][0] == "patch"
    assert summary[0][1].startswith(
        "Hải Dương 2023, Overall, score: 0.6929 → 0.73 (dti_component_scores, 2023.csv row 2)"
    )


def test_a_remark_about_a_figure_is_told_as_a_consequence(small_release: Path) -> None:
    tables = with_scores(hai_duong=0.73)
    doubted = pl.when(pl.col("province_id") == "thai-nguyen").then(pl.lit("ranks below Hải Dương")).otherwise("reason")
    tables["figure_sources"] = tables["figure_sources"].with_columns(reason=doubted)
    text = section((release(small_release, tables).folder / "CHANGELOG.md").read_text(encoding="utf-8"), "2.0.1")
    cause, effect = text.split("### English")[1].split("**What followed from it**")
    assert cause.count("\n- ") == 1
    assert "- `figure_sources`: values changed: 1 (rows: 1) (e.g. Thái Nguyên 2023" in effect


def test_the_change_log_keeps_its_past(small_release: Path) -> None:
    release(small_release, with_scores(hai_duong=0.73))
    text = (release(small_release, with_scores(hai_duong=0.74)).folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall("^## (.*)", text, re.MULTILINE) == ["2.0.2", "2.0.1", "2.0.0"]
    assert text.count("# Thay đổi của dữ liệu") == 1


def test_a_renamed_column_is_breaking_and_said_to_be_probably_renamed(small_release: Path) -> None:
    contracts = renamed_column(small_contracts(), "province_rankings", "rank", "place")
    tables = small_tables()
    tables["province_rankings"] = tables["province_rankings"].rename({"rank": "place"})
    published = release(small_release, tables, contracts)
    assert published.release == "3.0.0"
    changelog = section((published.folder / "CHANGELOG.md").read_text(encoding="utf-8"), "3.0.0")
    assert (
        "**Breaking**\n\n- column `province_rankings.rank` was removed; probably renamed to `place`: all values"
        in changelog
    )
    assert "Phá vỡ tương thích" in changelog
    rows = "SELECT key, column_name, change FROM revisions WHERE release = '3.0.0' ORDER BY ALL"
    assert read_current(small_release, rows) == [("*", "place", "added"), ("*", "rank", "removed")]


def test_a_renamed_key_column_is_recognised(small_release: Path) -> None:
    contracts = renamed_column(small_contracts(), "province_rankings", "edition", "year")
    tables = small_tables()
    tables["province_rankings"] = tables["province_rankings"].rename({"edition": "year"})
    published = release(small_release, tables, contracts)
    assert published.release == "3.0.0"
    assert "column `province_rankings.edition` was removed; probably renamed to `year`" in (
        published.folder / "CHANGELOG.md"
    ).read_text(encoding="utf-8")


def test_a_removed_column_is_breaking(small_release: Path) -> None:
    tables = small_tables()
    tables["province_rankings"] = tables["province_rankings"].drop("rank")
    published = release(small_release, tables, without_column(small_contracts(), "province_rankings", "rank"))
    assert published.release == "3.0.0"


def test_a_changed_type_is_breaking(small_release: Path) -> None:
    contracts = small_contracts()
    columns = {entry.name: column(entry.type) for entry in contracts["province_rankings"].columns}
    columns["rank"] = column("double", nullable=True)
    contracts["province_rankings"] = contract("province_rankings", ["edition", "unit_system", "province_id"], columns)
    assert release(small_release, None, contracts).release == "3.0.0"
    assert read_current(small_release, "SELECT column_name, change, old_value, new_value FROM revisions") == [
        ("rank", "changed", "integer", "double")
    ]


def test_new_tables_rows_and_columns_are_minor(small_release: Path) -> None:
    contracts = small_contracts() | {"editions": contract("editions", ["edition"], {"edition": column("integer")})}
    tables = small_tables() | {"editions": pl.DataFrame({"edition": [2022, 2023]})}
    assert release(small_release, tables, contracts).release == "2.1.0"
    fewer = {name: score for name, score in SCORES.items() if name != "da-nang"}
    tables |= small_tables(fewer)
    published = release(small_release, tables, contracts)
    assert published.release == "2.2.0"
    text = section((published.folder / "CHANGELOG.md").read_text(encoding="utf-8"), "2.2.0")
    assert "- Đà Nẵng 2023, Overall, score: removed 0.81 (dti_component_scores, 2023.csv row 5)" in text


def test_a_removed_table_is_breaking_and_its_new_name_is_guessed(small_release: Path) -> None:
    contracts = small_contracts()
    old = contracts.pop("province_rankings")
    contracts["rankings"] = contract(
        "rankings",
        list(old.key),
        {c.name: column(c.type, nullable=c.nullable) for c in old.columns},
    )
    tables = small_tables()
    tables["rankings"] = tables.pop("province_rankings")
    published = release(small_release, tables, contracts)
    assert published.release == "3.0.0"
    text = (published.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (
        "table `province_rankings` was removed (4 rows); probably renamed to `rankings`: all values are equal" in text
    )


def test_columns_that_change_places_are_a_patch_and_told(small_release: Path) -> None:
    contracts = small_contracts()
    old = contracts["province_rankings"]
    order = ["rank", "edition", "unit_system", "province_id", "score"]
    columns = {name: column(old.column(name).type, nullable=old.column(name).nullable) for name in order}
    contracts["province_rankings"] = contract("province_rankings", list(old.key), columns)
    published = release(small_release, None, contracts)
    assert published.release == "2.0.1"
    assert "columns of `province_rankings` changed places" in (published.folder / "CHANGELOG.md").read_text(
        encoding="utf-8"
    )


def test_any_two_kept_releases_can_be_compared(small_release: Path) -> None:
    release(small_release, with_scores(hai_duong=0.73))
    release(small_release, with_scores(thai_nguyen=0.74))
    paths = Paths(small_release)
    names = ("2.0.0", "current", "previous", "2.0.1")
    first, now, before, named = (snapshot(find_release(paths, name)) for name in names)
    diff = diff_snapshots(first, now)
    assert (diff.baseline, diff.release, change_level(diff)) == ("2.0.0", "2.0.2", "patch")
    figures = diff.table("figure_sources").changes
    assert figures.select("old_value", "new_value").rows() == [("0.7231", "0.74")] * 2
    assert diff_snapshots(before, named).tables == ()


def test_identical_releases_are_described_as_such() -> None:
    same = ReleaseDiff("2.0.0", "sha256:a", "2.0.0", ())
    assert change_level(same) == "none"
    assert describe_diff(same, NOBODY, "en") == ["The data are identical."]
    assert same.changes.height == 0


def test_long_lists_end_in_a_query(small_release: Path) -> None:
    many = {f"province-{letter}{other}": 0.5 for letter in "abcdefgh" for other in "abcdefgh"}
    tables = small_tables()
    extra = tables["figure_sources"].head(1).join(pl.DataFrame({"name": list(many)}), how="cross")
    extra = extra.with_columns(province_id="name").drop("name")
    tables["figure_sources"] = pl.concat([tables["figure_sources"], extra])
    text = (release(small_release, tables).folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "- and 14 more: `SELECT * FROM revisions WHERE release = '2.1.0' AND table_name = 'figure_sources'`" in text
