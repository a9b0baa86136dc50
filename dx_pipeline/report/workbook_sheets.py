"""What the workbook's sheets hold. A missing figure is its reason in words, in the column of the figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dx_pipeline.report.site_data import COMPONENTS, HEADLINE_PAIR, NEW, OLD, SiteData
from dx_pipeline.report.wording import Wording
from dx_pipeline.tables import Row, ordered

SCORE, POINTS, WHOLE, PERCENT, PLAIN = "0.0000", "0.0", "0", "0.0%", "General"


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


NAMES = [Heading("Tỉnh, thành phố", "Province (Vietnamese)", "", 22), Heading("Tên tiếng Anh", "Province", "", 22)]
EDITION = Heading("Kỳ", "Edition", WHOLE, 9)
PART = [Heading("Chỉ số", "Indicator (Vietnamese)", "", 28), Heading("Tên tiếng Anh", "Indicator", "", 28)]
REASONS = [Heading("Lý do", "Reason (Vietnamese)", "", 60), Heading("Lý do tiếng Anh", "Reason", "", 60)]


def read_me(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Lines of the first sheet, Vietnamese and English."""
    yield (
        "Chỉ số chuyển đổi số cấp tỉnh (DTI) của Việt Nam: số liệu đã kiểm tra, có nguồn và giới hạn.",
        "Viet Nam's provincial Digital Transformation Index (DTI): checked figures with their sources and limits.",
    )
    yield (
        "Điểm từ 0 đến 1; «phần nghìn» là điểm đóng góp trên thang 1000; hạng 1 là cao nhất, đồng điểm thì đồng hạng.",
        "Scores run from 0 to 1; points are thousandths of the overall; rank 1 is best, equal scores share a rank.",
    )
    yield (
        "Ô chữ trong cột số là lý do không có số liệu. Ô trống: mục đó không áp dụng. Không số nào được nội suy.",
        "Words in a column of numbers are the reason why there is no figure. An empty cell does not apply."
        " Nothing is interpolated.",
    )
    yield (
        "Không so điểm qua lần đổi bộ chỉ số (2020–2021 và 2023–2024); hệ 63 và hệ 34 không xếp chung.",
        "Scores do not compare across a new indicator set (2020–2021, 2023–2024); the 63 and the 34 never mix.",
    )
    yield "", ""
    for sheet in sheets:
        yield f"{sheet.name}: {sheet.about_vi}", f"{sheet.name}: {sheet.about_en}"


def release_sheets(country: SiteData) -> Iterator[Sheet]:
    """All sheets after the first."""
    texts = _Texts(country)
    for system in (OLD, NEW):
        yield _rankings(country, texts, system)
    for name, table, about in (
        ("Thành phần - Components", "component_scores", ("điểm thành phần", "component scores")),
        ("Trụ cột - Pillars", "pillar_scores", ("điểm ba trụ cột", "pillar scores")),
    ):
        rows = country.tables.rows(table)
        yield Sheet(
            name,
            *about,
            [EDITION, Heading("Hệ đơn vị", "Units", WHOLE, 9), *NAMES, *PART, Heading("Điểm", "Score", SCORE),
             Heading("Hạng", "Rank", WHOLE, 9), Heading("Sai số", "Error", "0.00000"),
             Heading("Tình trạng", "Status", "", 30)],
            [[row["edition"], row["unit_system"], *texts.names(row), *texts.part(row["indicator"]),
              texts.figure(row, "score"), row["rank"], row["error_half_width"], texts.label("status", row["status"])]
             for row in rows],
            4,
        )  # fmt: skip
    yield _peers(country, texts)
    yield _bands(country, texts)
    yield _targets(country, texts)
    yield _merger(country, texts)
    yield _means(country, texts)
    yield _sources(country)
    yield Sheet(
        "Giới hạn - Limits",
        "giới hạn của từng bảng",
        "limits of each table",
        [Heading("Bảng", "Table", "", 26), Heading("Tên", "Title (Vietnamese)", "", 32),
         Heading("Tên tiếng Anh", "Title", "", 32), Heading("Giới hạn", "Limitations (Vietnamese)", "", 80),
         Heading("Giới hạn, tiếng Anh", "Limitations", "", 80)],
        [[one.name, one.title_vi, one.title_en, one.limitations_vi, one.limitations_en]
         for name, one in country.tables.contracts.items() if name in country.tables],
        1,
    )  # fmt: skip


class _Texts:
    """Names, labels and reasons in both languages."""

    def __init__(self, country: SiteData) -> None:
        self._country = country
        self._vi, self._en = Wording("vi"), Wording("en")

    def names(self, row: Row, column: str = "province_id", system: int | None = None) -> list[str]:
        """Vietnamese and English name of the row's unit; its code if it has none."""
        unit = self._country.units.get((system or row["unit_system"], row[column]))
        return [unit["name_vi"], unit["name_en"]] if unit else [row[column], row[column]]

    def part(self, code: str) -> list[str]:
        """Vietnamese and English name of an indicator."""
        return [self._vi.indicator(self._country, code), self._en.indicator(self._country, code)]

    def label(self, group: str, code: str) -> str:
        """A code in both languages."""
        # str() of Markup keeps entities; labels hold none but &amp; and quotes
        vietnamese, english = (wording.label(group, code).unescape() for wording in (self._vi, self._en))
        return vietnamese if vietnamese == english else f"{vietnamese} / {english}"

    def figure(self, row: Row, column: str, status: str = "status") -> Any:
        """The figure, or the kind of reason why there is none."""
        value = row[column]
        return value if value is not None else self.label("missing", row.get(status) or "unknown")


def _rankings(country: SiteData, texts: _Texts, system: int) -> Sheet:
    editions = sorted((edition for edition, each in country.rankings if each == system), reverse=True)
    headings = [Heading("Mã", "Code", "", 20), *NAMES, Heading("Vùng", "Region", "", 36)]
    for edition in editions:
        headings += [
            Heading(f"Hạng {edition}", f"Rank {edition}", WHOLE, 11),
            Heading(f"Điểm {edition}", f"Score {edition}", SCORE, 11),
            Heading(f"Hạng {edition} dựa vào", f"Rank {edition} rests on", "", 24),
        ]
    rows = []
    for (each, province_id), unit in country.units.items():
        if each != system:
            continue
        region = f"{unit['region_vi']} / {unit['region_en']}" if unit["region_vi"] else None
        line: list[Any] = [province_id, unit["name_vi"], unit["name_en"], region]
        for edition in editions:
            row = country.ranking.get((edition, system, province_id))
            if row is None:
                line += [texts.label("missing", "no_row"), None, None]
                continue
            line += [
                texts.figure(row, "rank"),
                texts.figure(row, "score", "score_status"),
                texts.label("status", row["status"]),
            ]
        rows.append(line)
    name = f"Xếp hạng {system} - Rankings {system}"
    return Sheet(name, f"hạng và điểm các kỳ, hệ {system}", f"ranks and scores, {system} units", headings, rows, 3)


def _peers(country: SiteData, texts: _Texts) -> Sheet:
    rows = [
        row
        for row in country.tables.rows(
            "component_gaps", f"unit_system = {OLD} AND province_id IN ('hai-duong', 'thai-nguyen')"
        )
        if (row["province_id"], row["peer_id"]) in {HEADLINE_PAIR, HEADLINE_PAIR[::-1]}
    ]
    rows = ordered(rows, "indicator", (*COMPONENTS, "overall"))
    rows.sort(key=lambda row: (row["province_id"], -row["edition"]))
    return Sheet(
        "HD và TN - HD and TN",
        "khoảng cách Hải Dương – Thái Nguyên theo thành phần (phần nghìn)",
        "gap between Hải Dương and Thái Nguyên by component (points)",
        [EDITION, *NAMES, Heading("So với", "Beside", "", 22), *PART, Heading("Khoảng cách", "Gap", POINTS),
         Heading("Tình trạng", "Status", "", 30)],
        [[row["edition"], *texts.names(row, system=OLD), texts.names(row, "peer_id", OLD)[0],
          *texts.part(row["indicator"]), row["gap_points"], texts.label("status", row["status"])] for row in rows],
        3,
    )  # fmt: skip


def _bands(country: SiteData, texts: _Texts) -> Sheet:
    rows = sorted(
        country.tables.rows("rank_bands", f"unit_system = {OLD}"),
        key=lambda row: (-row["edition"], row["neighbourhood"]),
    )
    numbers = ("p5", "p50", "p95", "rank_min", "rank_max", "p_top10", "p_top15", "p_top20")
    return Sheet(
        "Dải hạng - Rank bands",
        "hạng nếu trọng số đã khác đi; không phải khoảng tin cậy",
        "ranks if weights had differed; not margins of error",
        [EDITION, *NAMES, Heading("Trọng số", "Weights", "", 44), Heading("Phân vị 5", "P5", WHOLE, 9),
         Heading("Giữa", "Median", WHOLE, 9), Heading("Phân vị 95", "P95", WHOLE, 9),
         Heading("Cao nhất", "Best", WHOLE, 9), Heading("Thấp nhất", "Worst", WHOLE, 9),
         Heading("Vào nhóm 10", "Top 10", PERCENT, 10),
         Heading("Vào nhóm 15", "Top 15", PERCENT, 10), Heading("Vào nhóm 20", "Top 20", PERCENT, 10)],
        [[row["edition"], *texts.names(row, system=OLD), texts.label("neighbourhood", row["neighbourhood"]),
          *(row[column] for column in numbers)] for row in rows],
        3,
    )  # fmt: skip


def _targets(country: SiteData, texts: _Texts) -> Sheet:
    rows = country.tables.rows("target_progress")
    return Sheet(
        "Mục tiêu - Targets",
        "mục tiêu của hai nghị quyết và kết luận",
        "targets of the two resolutions and the verdicts",
        [*NAMES, Heading("Nghị quyết", "Resolution", "", 20), Heading("Mục tiêu", "Target", "", 50),
         Heading("Đến năm", "By", WHOLE, 9), EDITION, Heading("So", "Compared", "", 18),
         Heading("Cần đạt", "Aim", PLAIN, 10),
         Heading("Đơn vị", "Unit", "", 16), Heading("Thực tế", "Actual", PLAIN, 10),
         Heading("Kết luận", "Verdict", "", 26),
         Heading("Còn thiếu (phần nghìn)", "Missing points", POINTS, 12), *REASONS],
        [[*texts.names(row, system=OLD), row["resolution"], texts.label("policy", row["indicator"]), row["target_year"],
          row["edition"], texts.label("comparator", row["comparator"]), row["target_value"],
          texts.label("unit_name", row["unit"]), texts.figure(row, "actual_value"),
          texts.label("verdict", row["verdict"]), row["need_points"], row["reason_vi"], row["reason"]]
         for row in rows],
        4,
    )  # fmt: skip


def _merger(country: SiteData, texts: _Texts) -> Sheet:
    return Sheet(
        "Sáp nhập - Merger",
        "34 đơn vị mới tính từ các tỉnh thành viên, bên cạnh số công bố",
        "the 34 units computed from their members, beside the published scores",
        [EDITION, *NAMES, Heading("Thành viên", "Members", "", 34), Heading("Trung bình", "Mean", SCORE),
         Heading("Theo dân số", "By population", SCORE), Heading("Hạng tính được", "Computed rank", WHOLE, 10),
         Heading("Điểm công bố", "Published score", SCORE), Heading("Hạng công bố", "Published rank", WHOLE, 10)],
        [[row["edition"], *texts.names(row, system=NEW), row["members"], texts.figure(row, "score_mean"),
          row["score_population_weighted"], row["rank_computed"], row["score_published"], row["rank_published"]]
         for row in country.tables.rows("merged_units")],
        3,
    )  # fmt: skip


def _means(country: SiteData, texts: _Texts) -> Sheet:
    return Sheet(
        "Trung bình - Means",
        "trung bình cả nước tính được, bên cạnh số đã in",
        "national means as computed, beside the printed ones",
        [EDITION, Heading("Hệ đơn vị", "Units", WHOLE, 9), *PART, Heading("Tính được", "Computed", SCORE),
         Heading("Đã in", "Printed", SCORE), Heading("Khớp", "Agrees", "", 12), *REASONS],
        [[row["edition"], row["unit_system"], *texts.part(row["indicator"]), row["mean_computed"],
          row["mean_published"], row["agrees"], row["reason_vi"], row["reason"]]
         for row in country.tables.rows("national_means")],
        2,
    )  # fmt: skip


def _sources(country: SiteData) -> Sheet:
    columns = ("source_id", "title_vi", "title", "publisher", "url", "where_read", "retrieved_on", "licence", "tier")
    return Sheet(
        "Nguồn - Sources",
        "mọi nguồn, điều khoản và mức tin cậy",
        "every source, its terms and how far it is trusted",
        [Heading("Mã", "Code", "", 24), Heading("Tên", "Title (Vietnamese)", "", 44),
         Heading("Tên tiếng Anh", "Title", "", 44),
         Heading("Nơi công bố", "Publisher", "", 36), Heading("Địa chỉ", "Address", "", 44),
         Heading("Đọc ở", "Read at", "", 36), Heading("Ngày lấy", "Retrieved", "", 12),
         Heading("Điều khoản", "Terms", "", 30), Heading("Mức tin cậy", "Trust", "", 14)],
        [[row[column] for column in columns] for row in country.tables.rows("sources")],
        1,
    )  # fmt: skip
