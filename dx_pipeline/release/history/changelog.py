"""The change log people read, newest release on top, Vietnamese then English, generated from the difference."""

from __future__ import annotations

from dx_pipeline.release.history.describe import breaking_lines, cause_lines, cause_tables, describe_diff
from dx_pipeline.release.history.diff import ReleaseDiff
from dx_pipeline.release.history.naming import Language, Names

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
