"""The change log people read, newest release on top, Vietnamese then English, generated from the difference."""

from __future__ import annotations

from dx_pipeline.release.content.describe import breaking_lines, cause_lines, cause_tables, describe_diff
from dx_pipeline.release.history.diff import ReleaseDiff
from dx_pipeline.release.history.naming import Language, Names

HEADING = """# Thay đổi của dữ liệu | Changes of the data

Số phiên bản: số đầu tăng khi truy vấn cũ có thể hỏng, số giữa khi có thêm hoặc bớt dòng, cột, bảng,
số cuối khi chỉ đổi giá trị. Từng giá trị: `SELECT * FROM revisions`.

Version numbers: the first rises when an old query may break, the second when rows, columns or tables come or rows go,
the third when only values change. Value by value: `SELECT * FROM revisions`.
"""


def build_changelog(diff: ReleaseDiff, names: Names, tables: int, rows: int, earlier: str = "") -> str:
    """The whole change log: this release's section on top of those of the earlier change log.

    Args:
        diff: against the baseline.
        names: of provinces and indicators in the new release.
        tables: number of data tables in the release.
        rows: number of rows in them.
        earlier: the text of the baseline's change log.
    """
    section = [f"## {diff.release}", ""]
    if diff.baseline is None:
        section += [f"Bản đầu tiên: {tables} bảng, {rows} dòng.", "", f"First release: {tables} tables, {rows} rows."]
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
