"""A difference in plain words: what breaks, which figure changed, what followed from it; and the change log."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from dx_pipeline.release.history.diff import WHOLE, ReleaseDiff, TableDiff
from dx_pipeline.release.history.naming import Language, Names, key_of

#: tables that repeat what was published; a change here is the reason for those elsewhere. In order of telling.
CAUSE_TABLES = (
    "figure_sources",
    "external_indicators",
    "policy_targets",
    "policy_baselines",
    "policy_actuals",
    "policy_events",
    "press_claims",
    "provinces",
    "indicators",
    "editions",
    "indicator_weights",
    "edition_comparability",
    "sources",
    "source_files",
)
#: what was printed, as against what we say about it (chosen, conflict, reason), which may follow from another figure
PRINTED_COLUMNS = {"figure_sources": ("value", WHOLE)}
#: say the same figure again in another form
RESTATED_COLUMNS = ("value_text", "decimals")
LISTED_CAUSES = 50
LISTED_EXAMPLES = 3
LONGEST_VALUE = 120

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "breaking": "Breaking",
        "figures": "Figures and sources that changed",
        "followed": "What followed from it",
        "changes": "Changes",
        "none": "The data are identical.",
        "null": "null",
        "more": "and {n} more: `SELECT * FROM revisions WHERE release = '{release}' AND table_name = '{table}'`",
        "table_removed": "table `{table}` was removed ({n} rows)",
        "table_added": "new table `{table}` ({n} rows)",
        "probably": "; probably renamed to `{name}`: all values are equal",
        "column_removed": "column `{table}.{column}` was removed",
        "column_added": "new column `{table}.{column}`",
        "retyped": "column `{table}.{column}` changed its type: {old} → {new}",
        "key": "the key of `{table}` changed: {old} → {new}; its rows cannot be compared",
        "reordered": "columns of `{table}` changed places",
        "row_added": "added",
        "row_removed": "removed",
        "rows_added": "rows added: {n}",
        "rows_removed": "rows removed: {n}",
        "values": "values changed: {n} (rows: {m})",
        "example": "e.g.",
    },
    "vi": {
        "breaking": "Phá vỡ tương thích",
        "figures": "Số liệu và nguồn đã đổi",
        "followed": "Kéo theo",
        "changes": "Thay đổi",
        "none": "Dữ liệu giống hệt.",
        "null": "trống",
        "more": "và {n} thay đổi nữa: `SELECT * FROM revisions WHERE release = '{release}' AND table_name = '{table}'`",
        "table_removed": "bỏ bảng `{table}` ({n} dòng)",
        "table_added": "thêm bảng `{table}` ({n} dòng)",
        "probably": "; có lẽ đổi tên thành `{name}`: mọi giá trị bằng nhau",
        "column_removed": "bỏ cột `{table}.{column}`",
        "column_added": "thêm cột `{table}.{column}`",
        "retyped": "cột `{table}.{column}` đổi kiểu: {old} → {new}",
        "key": "khóa của `{table}` đổi: {old} → {new}; không so sánh được từng dòng",
        "reordered": "các cột của `{table}` đổi chỗ",
        "row_added": "thêm",
        "row_removed": "bỏ",
        "rows_added": "thêm {n} dòng",
        "rows_removed": "bỏ {n} dòng",
        "values": "đổi {n} giá trị ở {m} dòng",
        "example": "ví dụ",
    },
}

HEADING = """# Thay đổi của dữ liệu | Changes of the data

Số phiên bản: số đầu tăng khi truy vấn cũ có thể hỏng, số giữa khi có thêm hoặc bớt dòng, cột, bảng,
số cuối khi chỉ đổi giá trị. Từng giá trị: `SELECT * FROM revisions`.

Version numbers: the first rises when an old query may break, the second when rows, columns or tables come or rows go,
the third when only values change. Value by value: `SELECT * FROM revisions`.
"""
#: what the second shape of the tables brought; docs/RELEASES.md has every column, old -> new
SHAPE = (
    "Cấu trúc bảng thứ hai: mỗi bảng nói rõ hệ đơn vị (`unit_system`), và 34 đơn vị hiện nay có mọi phân tích như "
    "63 tỉnh trước đây; mỗi dòng kèm cơ sở (`basis`), điều còn nghi ngờ (`doubts`) và sai số làm tròn "
    "(`error_half_width`); hạng tính từ điểm làm tròn có `rank_low`, `rank_high` và cờ `within_error`; `inferred` "
    "(2024) nay là `solved`. Truy vấn viết cho phiên bản 1 cần thêm `unit_system = 63`.",
    "",
    "The second shape of the tables: each says whose units its rows are (`unit_system`), and the 34 units of today "
    "have every analysis that the 63 had; each row carries its `basis`, its `doubts` and the error of rounding "
    "(`error_half_width`); ranks computed from rounded scores have `rank_low`, `rank_high` and the flag "
    "`within_error`; `inferred` (2024) is now `solved`. A query written for version 1 needs `unit_system = 63`.",
)


def build_changelog(diff: ReleaseDiff, names: Names, tables: int, rows: int, earlier: str = "") -> str:
    """The whole change log: this release's section on top of those of the earlier change log.

    `tables` and `rows` count the release's data tables; `earlier` is the text of the baseline's change log.
    """
    section = [f"## {diff.release}", ""]
    if diff.baseline is None:
        section += [f"Bản đầu tiên: {tables} bảng, {rows} dòng.", "", f"First release: {tables} tables, {rows} rows."]
        section += ["", *SHAPE]
    else:
        short = (diff.baseline_hash or "").removeprefix("sha256:")[:12]
        section += [f"So với | compared with: {diff.baseline} (sha256:{short}…)"]
        section += ["", "### Tiếng Việt", "", *describe_diff(diff, names, "vi")]
        section += ["", "### English", "", *describe_diff(diff, names, "en")]
    text = HEADING + "\n" + "\n".join(section) + "\n"
    past = earlier.split("\n## ", 1)
    return text + ("\n## " + past[1] if len(past) == 2 else "")


def change_summary(diff: ReleaseDiff, names: Names, tables: int, rows: int, language: Language) -> str:
    """The difference in one sentence, for the table `releases` and for a log line."""
    if diff.baseline is None:
        first = {"en": "First release: {} tables, {} rows", "vi": "Bản đầu tiên: {} bảng, {} dòng"}
        return first[language].format(tables, rows)
    told = [line for table in diff.tables for line in breaking_lines(table, language)]
    for table in cause_tables(diff):
        told += cause_lines(table, names, language, diff.release)
    changed = sum(table.values_changed for table in diff.tables)
    counts = {
        "en": f"{len(diff.tables)} tables differ, {changed} values changed",
        "vi": f"{len(diff.tables)} bảng khác, {changed} giá trị đổi",
    }[language]
    more = {"en": f" and {len(told) - 1} more", "vi": f" và {len(told) - 1} thay đổi nữa"}[language]
    return f"{told[0]}{more if len(told) > 1 else ''} ({counts})" if told else counts


def describe_diff(diff: ReleaseDiff, names: Names, language: Language = "en") -> list[str]:
    """The difference as lines of Markdown, the cause before what followed from it."""
    words = _WORDS[language]
    if not diff.tables:
        return [words["none"]]
    lines: list[str] = []
    breaking = [line for table in diff.tables for line in breaking_lines(table, language)]
    if breaking:
        lines += [f"**{words['breaking']}**", "", *(f"- {line}" for line in breaking), ""]
    causes = cause_tables(diff)
    if causes:
        lines += [f"**{words['figures']}**", ""]
        for table in causes:
            lines += [f"- {line}" for line in cause_lines(table, names, language, diff.release)]
        lines.append("")
    touched = "|".join(sorted({part for table in causes for part in _province_ids(table)}))
    rest = [line for table in diff.tables if (line := _table_line(table, names, language, touched, table in causes))]
    if rest:
        lines += [f"**{words['followed' if causes else 'changes']}**", "", *(f"- {line}" for line in rest), ""]
    return lines[:-1]


def breaking_lines(table: TableDiff, language: Language) -> list[str]:
    """Every reason why a query written for the baseline may stop working."""
    words = _WORDS[language]
    if table.status == "removed":
        hint = words["probably"].format(name=table.same_values_as) if table.same_values_as else ""
        return [words["table_removed"].format(table=table.table, n=table.rows_removed) + hint]
    renamed = dict(table.renamed)
    lines = []
    for column in table.columns_removed:
        hint = words["probably"].format(name=renamed[column]) if column in renamed else ""
        lines.append(words["column_removed"].format(table=table.table, column=column) + hint)
    for column, old, new in table.retyped:
        lines.append(words["retyped"].format(table=table.table, column=column, old=old, new=new))
    if table.status == "changed" and table.key_changed:
        old_key, new_key = ", ".join(table.old_key), ", ".join(table.new_key)
        lines.append(words["key"].format(table=table.table, old=old_key, new=new_key))
    return lines


def cause_lines(table: TableDiff, names: Names, language: Language, release: str) -> list[str]:
    """One line a changed figure: what, from which value to which, read where."""
    rows = _told_as_cause(table)
    lines = [_row_line(table, row, names, language) for row in rows.head(LISTED_CAUSES).to_dicts()]
    if rows.height > LISTED_CAUSES:
        more = _WORDS[language]["more"]
        lines.append(more.format(n=rows.height - LISTED_CAUSES, release=release, table=table.table))
    return lines


def _row_line(table: TableDiff, row: dict[str, Any], names: Names, language: Language) -> str:
    words = _WORDS[language]
    key = key_of(row["key"], table.new_key)
    origin = [key.pop(name) for name in ("source_id", "locator") if name in key and len(key) > 1]
    subject = names.subject(key, language)
    if row["change"] == "changed":
        column = "" if row["column_name"] == "value" else f" {row['column_name']}"
        text = f"{subject}:{column} {_shown(row['old_value'], words)} → {_shown(row['new_value'], words)}"
    else:
        values = json.loads(row["new_value"] or row["old_value"])
        value = f" {values['value']}" if values.get("value") is not None else ""
        text = f"{subject}: {words['row_' + row['change']]}{value}"
    place = f" ({', '.join(origin)})" if origin else ""
    return f"{text}{place}" if table.table == "figure_sources" else f"`{table.table}` {text}{place}"


def _table_line(table: TableDiff, names: Names, language: Language, touched: str, told: bool) -> str:
    """What else changed in one table, in counts, with a few examples; empty when all of it was told as a cause."""
    words = _WORDS[language]
    if table.status == "added":
        return words["table_added"].format(table=table.table, n=table.rows_added)
    parts = [words["column_added"].format(table=table.table, column=name) for name in table.columns_added]
    if table.reordered:
        parts.append(words["reordered"].format(table=table.table))
    if table.status == "changed":
        rest = table.of_rows
        if told:
            causes = _told_as_cause(table)
            rest = rest.join(causes, on=["key", "column_name"], how="anti", maintain_order="left")
            restated = pl.col("column_name").is_in(RESTATED_COLUMNS) & pl.col("key").is_in(causes["key"].implode())
            rest = rest.filter(~restated)
        changed = rest.filter(pl.col("change") == "changed")
        counts = []
        if not changed.is_empty():
            counts.append(words["values"].format(n=changed.height, m=changed["key"].n_unique()))
        for kind in ("added", "removed"):
            n = rest.filter(pl.col("change") == kind).height
            counts += [words[f"rows_{kind}"].format(n=n)] * bool(n)
        if counts:
            parts.append(f"`{table.table}`: " + ", ".join(counts) + _examples(table, changed, names, language, touched))
    return "; ".join(parts)


def _examples(table: TableDiff, rows: pl.DataFrame, names: Names, language: Language, touched: str) -> str:
    if rows.is_empty():
        return ""
    if touched:
        rows = rows.sort(~pl.col("key").str.contains(f"(^|/)({touched})(/|$)"), maintain_order=True)
    lines = []
    for row in rows.head(LISTED_EXAMPLES).to_dicts():
        subject = names.subject(key_of(row["key"], table.new_key), language)
        old, new = (_shown(row[name], _WORDS[language]) for name in ("old_value", "new_value"))
        lines.append(f"{subject}: {row['column_name']} {old} → {new}")
    return f" ({_WORDS[language]['example']} " + "; ".join(lines) + ")"


def _told_as_cause(table: TableDiff) -> pl.DataFrame:
    printed = PRINTED_COLUMNS.get(table.table)
    return table.of_rows.filter(pl.col("column_name").is_in(printed)) if printed else table.of_rows


def cause_tables(diff: ReleaseDiff) -> list[TableDiff]:
    """Tables of published figures in which something changed, in the order of telling."""
    changed = [table for name in CAUSE_TABLES if (table := diff.table(name)) and table.status == "changed"]
    return [table for table in changed if not table.key_changed and not _told_as_cause(table).is_empty()]


def _province_ids(table: TableDiff) -> set[str]:
    if "province_id" not in table.new_key:
        return set()
    return {
        key_of(address, table.new_key)["province_id"] for address in _told_as_cause(table)["key"].unique().to_list()
    }


def _shown(value: str | None, words: dict[str, str]) -> str:
    if value is None:
        return words["null"]
    return value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"
