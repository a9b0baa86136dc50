"""What a sheet of the workbook is, and how names, labels and notes stand in it: both languages in one cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dx_pipeline.language.numbers import decimals_of
from dx_pipeline.language.words import LANGUAGES
from dx_pipeline.report.site_data import SiteData
from dx_pipeline.report.wording import MISSING_CODES, Wording, doubts_of
from dx_pipeline.tables import Row
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

    def label(self, group: str, code: str) -> str:
        """A code in both languages."""
        # str() of Markup keeps entities; labels hold none but &amp; and quotes
        vietnamese, english = (wording.label(group, code).unescape() for wording in (self._vi, self._en))
        return vietnamese if vietnamese == english else f"{vietnamese} / {english}"

    def score(self, row: Row | None) -> float | None:
        """The score of a row with the digits that its error leaves."""
        if row is None or row["score"] is None:
            return None
        decimals = decimals_of(row["error_half_width"])
        return Printed(row["score"], decimals) if decimals < 4 else float(row["score"])

    def said(self, text: str | None) -> str | None:
        """A text that tables hold in one language only, in both."""
        if text is None:
            return None
        vietnamese, english = self._vi.said(text), self._en.said(text)
        return vietnamese if vietnamese == english else f"{vietnamese} / {english}"

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
