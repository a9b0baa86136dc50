"""What the workbook's sheets hold: numbers in columns of numbers, what is to be said about them beside."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dx_pipeline.language.numbers import decimals_of
from dx_pipeline.language.words import LANGUAGES
from dx_pipeline.report.site_data import SiteData
from dx_pipeline.report.wording import MISSING_CODES, Wording, doubts_of
from dx_pipeline.tables import Row, ordered
from dx_pipeline.vocabulary import load_vocabulary

SCORE, POINTS, WHOLE, PERCENT, PLAIN = "0.0000", "0.0", "0", "0.0%", "General"


def decimals_format(decimals: int) -> str:
    """The format of a number with so many decimals."""
    return f"0.{'0' * decimals}"


class Printed(float):
    """A number that shows fewer decimals than its column, as it was printed."""

    decimals: int

    def __new__(cls, value: float, decimals: int) -> Printed:
        """A number with its printed decimals."""
        made = super().__new__(cls, value)
        made.decimals = decimals
        return made


@dataclass(frozen=True)
class Heading:
    """A column: heading in both languages, format of its numbers (empty for text), width in letters."""

    vi: str
    en: str
    number: str = ""
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    """One sheet; `rows` hold numbers, text, truth values, dates or None, one a heading."""

    name: str
    about_vi: str
    about_en: str
    headings: list[Heading]
    rows: list[list[Any]]
    fixed_columns: int = 0
    #: tables of the release whose figures it holds
    tables: tuple[str, ...] = ()
    #: columns (names, figures) of a bar chart, of the first so many rows
    chart: tuple[int, int, int] | None = None


NAMES = [Heading("Tỉnh, thành phố", "Province (Vietnamese)", "", 22), Heading("Tên tiếng Anh", "Province", "", 22)]
EDITION = Heading("Kỳ", "Edition", WHOLE, 9)
SYSTEM = Heading("Hệ đơn vị", "Units", WHOLE, 9)
BASIS, NOTE = Heading("Cơ sở", "Basis", "", 26), Heading("Ghi chú", "Notes", "", 50)
PART = [Heading("Chỉ số", "Indicator (Vietnamese)", "", 28), Heading("Tên tiếng Anh", "Indicator", "", 28)]
REASONS = [Heading("Lý do", "Reason (Vietnamese)", "", 60), Heading("Lý do tiếng Anh", "Reason", "", 60)]


class Texts:
    """Names, labels and reasons in both languages."""

    def __init__(self, data: SiteData) -> None:
        self._data = data
        self._vi, self._en = map(Wording, LANGUAGES)

    def names(self, row: Row, column: str = "province_id", system: int | None = None) -> list[str]:
        """Vietnamese and English name of the row's unit; its code if it has none."""
        unit = self._data.units.get((system or row["unit_system"], row[column]))
        return [unit["name_vi"], unit["name_en"]] if unit else [row[column], row[column]]

    def part(self, code: str) -> list[str]:
        """Vietnamese and English name of an indicator."""
        return [self._vi.part(self._data, code), self._en.part(self._data, code)]

    def _both(self, write: Callable[[Wording], str]) -> str:
        vietnamese, english = write(self._vi), write(self._en)
        return vietnamese if vietnamese == english else f"{vietnamese} / {english}"

    def label(self, group: str, code: str) -> str:
        """A code in both languages."""
        # str() of Markup keeps entities; labels hold none but &amp; and quotes
        return self._both(lambda wording: wording.label(group, code).unescape())

    def score(self, row: Row | None) -> float | None:
        """The score of a row with the digits that its error leaves."""
        if row is None or row["score"] is None:
            return None
        decimals = decimals_of(row["error_half_width"])
        return Printed(row["score"], decimals) if decimals < 4 else float(row["score"])

    def said(self, text: str | None) -> str | None:
        """A text that tables hold in one language only, in both."""
        return None if text is None else self._both(lambda wording: wording.said(text))

    def note(self, row: Row, *columns: str) -> str | None:
        """Why a figure is missing, and what is doubtful about those there are, in both languages."""
        told = []
        if any(row[column] is None for column in columns):
            reasons = [row.get("reason_vi"), row.get("reason")]
            told.append(" / ".join(MISSING_CODES.sub("", text) for text in reasons if text) or self._absence(row))
        doubts = {code for column in columns for code in doubts_of(row, column) if row[column] is not None}
        marked = [code for code in load_vocabulary() if code in doubts and code.mark]
        told += [f"{code.name_vi} / {code.name_en}" for code in marked]
        return "; ".join(text for text in told if text) or None

    def _absence(self, row: Row) -> str:
        status = row.get("status")
        return self.label("missing", status) if f"missing.{status}" in self._vi else ""


def release_sheets(data: SiteData) -> Iterator[Sheet]:
    """All sheets after the first."""
    texts = Texts(data)
    for system in data.systems:
        yield _rankings(data, texts, system)
    for system in data.systems:
        if data.gap_edition.get(system):
            yield _components_wide(data, texts, system)
    for name, table, about in (
        ("Thành phần - Components", "component_scores", ("điểm thành phần mọi kỳ", "component scores of all editions")),
        ("Trụ cột - Pillars", "pillar_scores", ("điểm ba trụ cột mọi kỳ", "pillar scores of all editions")),
    ):
        rows = [row for row in data.tables.rows(table) if row["score"] is not None or row["rank"] is not None]
        rows.sort(key=lambda row: (-row["edition"], data.systems.index(row["unit_system"]), row["rank"] or math.inf))
        yield Sheet(
            name,
            *about,
            [EDITION, SYSTEM, *NAMES, *PART, Heading("Hạng", "Rank", WHOLE, 9), Heading("Điểm", "Score", SCORE),
             Heading("Sai số", "Error", "0.00000"), BASIS, NOTE],
            [[row["edition"], row["unit_system"], *texts.names(row), *texts.part(row["indicator"]), row["rank"],
              texts.score(row), row["error_half_width"], texts.label("status", row["status"]),
              texts.note(row, "score", "rank")]
             for row in rows],
            4,
            (table,),
        )  # fmt: skip
    yield _peers(data, texts)
    yield _bands(data, texts)
    yield _targets(data, texts)
    yield _merger(data, texts)
    yield _means(data, texts)
    yield _sources(data, texts)
    yield Sheet(
        "Giới hạn - Limits",
        "giới hạn của từng bảng",
        "limits of each table",
        [Heading("Bảng", "Table", "", 26), Heading("Tên", "Title (Vietnamese)", "", 32),
         Heading("Tên tiếng Anh", "Title", "", 32), Heading("Giới hạn", "Limitations (Vietnamese)", "", 80),
         Heading("Giới hạn, tiếng Anh", "Limitations", "", 80)],
        [[one.name, one.title_vi, one.title_en, one.limitations_vi, one.limitations_en]
         for name, one in data.tables.contracts.items() if name in data.tables],
        1,
    )  # fmt: skip


def _rankings(data: SiteData, texts: Texts, system: int) -> Sheet:
    """Units in order of their latest rank, with rank and score of every edition and what they rest on."""
    editions = list(reversed(data.ranked_editions(system)))
    headings = [Heading("Mã", "Code", "", 20), *NAMES, Heading("Vùng", "Region", "", 30)]
    for edition in editions:
        headings += [
            Heading(f"Hạng {edition}", f"Rank {edition}", WHOLE, 9),
            Heading(f"Điểm {edition}", f"Score {edition}", SCORE, 10),
            Heading(f"Cơ sở {edition}", f"Basis {edition}", "", 24),
            Heading(f"Ghi chú {edition}", f"Notes {edition}", "", 34),
        ]
    latest = editions[0] if editions else None
    units = [unit for (each, _), unit in data.units.items() if each == system]

    def place(unit: Row) -> tuple[bool, int, str]:
        row = data.ranking.get((latest, system, unit["province_id"]))
        rank = row["rank"] if row is not None else None
        return rank is None, rank or 0, unit["name_vi"]

    rows = []
    for unit in sorted(units, key=place):
        region = f"{unit['region_vi']} / {unit['region_en']}" if unit["region_vi"] else None
        line: list[Any] = [unit["province_id"], unit["name_vi"], unit["name_en"], region]
        for edition in editions:
            row = data.ranking.get((edition, system, unit["province_id"]))
            if row is None:
                line += [None, None, None, None]
                continue
            basis = texts.label("status", row["status"]) if row["rank"] is not None else None
            line += [row["rank"], texts.score(row), basis, texts.note(row, "rank", "score")]
        rows.append(line)
    return Sheet(
        f"Xếp hạng {system} - Rankings {system}",
        f"hạng và điểm các kỳ, hệ {system} đơn vị, theo thứ tự hạng kỳ mới nhất",
        f"ranks and scores by edition, {system} units, in rank order of the latest edition",
        headings,
        rows,
        3,
        ("province_rankings",),
        (1, 5, len(rows)) if editions else None,
    )


def _components_wide(data: SiteData, texts: Texts, system: int) -> Sheet:
    """One line a unit: all component scores of the latest edition, in rank order."""
    edition = data.gap_edition[system]
    codes = [
        code
        for code in dict.fromkeys(row["indicator"] for row in data.tables.rows("component_scores"))
        if any((edition, system, province_id, code) in data.component for _, province_id in data.units)
    ]
    codes = [*(part for part in data.parts if part in codes), *(code for code in codes if code not in data.parts)]
    ranked = [row for row in data.rankings.get((edition, system), []) if row["rank"] is not None]
    rows = []
    for row in sorted(ranked, key=lambda row: (row["rank"], row["province_id"])):
        cells = [data.component.get((edition, system, row["province_id"], code)) for code in codes]
        rows.append([row["rank"], *texts.names(row), texts.score(row), *map(texts.score, cells)])
    headings = [Heading("Hạng", "Rank", WHOLE, 9), *NAMES, Heading("Điểm chung", "Overall", SCORE, 11)]
    headings += [Heading(texts.part(code)[0], texts.part(code)[1], SCORE, 16) for code in codes]
    return Sheet(
        f"Kỳ {edition}, {system} - By unit {system}",
        f"điểm chung và mọi thành phần kỳ {edition}, một dòng một đơn vị",
        f"overall and all components of edition {edition}, one line a unit",
        headings,
        rows,
        3,
    )


def _peers(data: SiteData, texts: Texts) -> Sheet:
    rows = []
    for key, (_, peer) in data.focus:
        if "component_gaps" in data.tables:
            condition = f"province_id = '{key[1]}' AND peer_id = '{peer}'"  # both are ids of the reference data
            rows += [row for row in data.tables.rows("component_gaps", condition) if row["unit_system"] == key[0]]
    rows = ordered(rows, "indicator", (*data.parts, "overall"))
    rows.sort(key=lambda row: (data.systems.index(row["unit_system"]), -row["edition"]))
    return Sheet(
        "Cặp so sánh - Pairs",
        "khoảng cách theo thành phần của các cặp mặc định (điểm trên thang 1000)",
        "gaps by component of the default pairs (points of 1000)",
        [EDITION, SYSTEM, *NAMES, Heading("So với", "Beside", "", 22), *PART, Heading("Khoảng cách", "Gap", POINTS),
         BASIS, NOTE],
        [[row["edition"], row["unit_system"], *texts.names(row), texts.names(row, "peer_id")[0],
          *texts.part(row["indicator"]), row["gap_points"], texts.label("status", row.get("status")),
          texts.note(row, "gap_points")] for row in rows],
        4,
    )  # fmt: skip


def _bands(data: SiteData, texts: Texts) -> Sheet:
    rows = sorted(data.tables.rows("rank_bands"), key=lambda row: (-row["edition"], row["neighbourhood"]))
    numbers = ("p5", "p50", "p95", "rank_min", "rank_max", "p_top10", "p_top15", "p_top20")
    return Sheet(
        "Dải hạng - Rank bands",
        "hạng nếu trọng số đã khác đi; không phải khoảng tin cậy",
        "ranks if weights had differed; not margins of error",
        [EDITION, SYSTEM, *NAMES, Heading("Trọng số", "Weights", "", 44), Heading("Phân vị 5", "P5", WHOLE, 9),
         Heading("Giữa", "Median", WHOLE, 9), Heading("Phân vị 95", "P95", WHOLE, 9),
         Heading("Cao nhất", "Best", WHOLE, 9), Heading("Thấp nhất", "Worst", WHOLE, 9),
         Heading("Vào nhóm 10", "Top 10", PERCENT, 10),
         Heading("Vào nhóm 15", "Top 15", PERCENT, 10), Heading("Vào nhóm 20", "Top 20", PERCENT, 10), NOTE],
        [[row["edition"], row["unit_system"], *texts.names(row), texts.label("neighbourhood", row["neighbourhood"]),
          *(row[column] for column in numbers), texts.note(row, "p50")] for row in rows],
        4,
        ("rank_bands",),
    )  # fmt: skip


def _targets(data: SiteData, texts: Texts) -> Sheet:
    rows = data.tables.rows("target_progress")
    return Sheet(
        "Mục tiêu - Targets",
        "mục tiêu của các nghị quyết và kết luận",
        "targets of the resolutions and the verdicts",
        [*NAMES, Heading("Nghị quyết", "Resolution", "", 20), Heading("Mục tiêu", "Target", "", 50),
         Heading("Đến năm", "By", WHOLE, 9), EDITION, Heading("So", "Compared", "", 18),
         Heading("Cần đạt", "Aim", PLAIN, 10),
         Heading("Đơn vị", "Unit", "", 16), Heading("Thực tế", "Actual", PLAIN, 10),
         Heading("Kết luận", "Verdict", "", 26),
         Heading("Còn thiếu (trên thang 1000)", "Missing points of 1000", POINTS, 12), *REASONS],
        [[*texts.names(row), texts.said(row["resolution"]), texts.label("policy", row["indicator"]), row["target_year"],
          row["edition"], texts.label("comparator", row["comparator"]), row["target_value"],
          texts.label("unit_name", row["unit"]), row["actual_value"],
          texts.label("verdict", row["verdict"]), row["need_points"], row["reason_vi"], row["reason"]]
         for row in rows],
        4,
        ("target_progress",),
    )  # fmt: skip


def _merger(data: SiteData, texts: Texts) -> Sheet:
    return Sheet(
        "Sáp nhập - Merger",
        "34 đơn vị mới tính từ các tỉnh thành viên, bên cạnh số công bố",
        "the 34 units computed from their members, beside the published scores",
        [EDITION, *NAMES, Heading("Thành viên", "Members", "", 34), Heading("Trung bình", "Mean", SCORE),
         Heading("Theo dân số", "By population", SCORE), Heading("Hạng tính được", "Computed rank", WHOLE, 10),
         Heading("Điểm công bố", "Published score", SCORE), Heading("Hạng công bố", "Published rank", WHOLE, 10), NOTE],
        [[row["edition"], *texts.names(row, system=data.systems[0]), row["members"], row["score_mean"],
          row["score_population_weighted"], row["rank_computed"], row["score_published"], row["rank_published"],
          texts.note(row, "score_mean")]
         for row in data.tables.rows("merged_units")],
        3,
        ("merged_units",),
    )  # fmt: skip


def _means(data: SiteData, texts: Texts) -> Sheet:
    return Sheet(
        "Trung bình - Means",
        "trung bình cả nước tính được, bên cạnh số đã in",
        "national means as computed, beside the printed ones",
        [EDITION, SYSTEM, *PART, Heading("Tính được", "Computed", SCORE),
         Heading("Đã in", "Printed", SCORE), Heading("Khớp", "Agrees", "", 12), *REASONS],
        [[row["edition"], row["unit_system"], *texts.part(row["indicator"]), row["mean_computed"],
          row["mean_published"], row["agrees"], row["reason_vi"], row["reason"]]
         for row in data.tables.rows("national_means")],
        2,
        ("national_means",),
    )  # fmt: skip


def _sources(data: SiteData, texts: Texts) -> Sheet:
    return Sheet(
        "Nguồn - Sources",
        "mọi nguồn, điều khoản và mức tin cậy",
        "every source, its terms and how far it is trusted",
        [Heading("Mã", "Code", "", 24), Heading("Tên", "Title (Vietnamese)", "", 44),
         Heading("Tên tiếng Anh", "Title", "", 44),
         Heading("Nơi công bố", "Publisher", "", 44), Heading("Địa chỉ", "Address", "", 44),
         Heading("Đọc ở", "Read at", "", 44), Heading("Ngày lấy", "Retrieved", "", 12),
         Heading("Điều khoản", "Terms", "", 36), Heading("Mức tin cậy", "Trust", "", 30)],
        [[row["source_id"], row["title_vi"], row["title"], texts.said(row["publisher"]), row["url"],
          texts.said(row["where_read"]), row["retrieved_on"], texts.said(row["licence"]),
          texts.label("tier", row["tier"])] for row in data.tables.rows("sources")],
        1,
        ("sources",),
    )  # fmt: skip
