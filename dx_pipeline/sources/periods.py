"""The one reader of periods: years, quarters and months as printed in Vietnamese and English tables.

`2025`, `Năm 2025`; `Q1/2025`, `2025-Q1`, `Quý I/2025`, `Quý 1 năm 2025`; `03/2025`, `2025-03`, `2025-M03`, `T3/2025`,
`Tháng 3/2025`, `tháng 3 năm 2025`. Anything else is refused: a day, a range or a year to date is another thing.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from dx_pipeline.errors import BAD_INPUT, DxError
from dx_pipeline.text import compatible

Frequency = Literal["year", "quarter", "month"]
FIRST_YEAR, LAST_YEAR = 1900, 2100
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
YEAR = r"(?P<year>\d{4})"
AND_YEAR = rf"\s*(?:[/.-]|,?\s*năm|\s)\s*{YEAR}"
FORMS: dict[Frequency, re.Pattern[str]] = {
    "year": re.compile(rf"(?:năm\s+)?{YEAR}"),
    "quarter": re.compile(
        rf"(?:quý|q)\s*(?P<part>[1-4]|i{{1,3}}|iv){AND_YEAR}"
        rf"|{YEAR.replace('year', 'year2')}[\s/-]*(?:quý|q)\s*(?P<part2>[1-4])"
    ),
    "month": re.compile(
        rf"(?:tháng|t)[\s.]*(?P<part>\d{{1,2}}){AND_YEAR}|(?P<part2>\d{{1,2}})[/.-]{YEAR.replace('year', 'year2')}"
        rf"|{YEAR.replace('year', 'year3')}(?:[/-]m?|m)(?P<part3>\d{{2}})"
    ),
}  # fmt: skip
NAMES = {"year": "{0.year}", "quarter": "{0.year}-Q{0.part}", "month": "{0.year}-{0.part:02d}"}
PARTS = {"year": 1, "quarter": 4, "month": 12}
EXAMPLES = {"year": "2025", "quarter": "2025-Q1 or Quý I/2025", "month": "2025-03 or Tháng 3/2025"}


class PeriodError(DxError, ValueError):
    """A text that is not one year, quarter or month."""

    exit_code = BAD_INPUT


class Period(NamedTuple):
    """A year, or a quarter or month of it (from 1). Periods of one frequency sort by time."""

    year: int
    part: int
    frequency: Frequency

    def __str__(self) -> str:
        """As tables and folders name it: `2025`, `2025-Q1`, `2025-03`."""
        return NAMES[self.frequency].format(self)


def period_or_none(text: str | None, frequency: Frequency | None = None) -> Period | None:
    """As `parse_period`, None for a text that names no such period."""
    try:
        return parse_period(text, frequency)
    except PeriodError:
        return None


def parse_period(text: str | None, frequency: Frequency | None = None) -> Period:
    """The period a printed text names, of the frequency that is expected where one is.

    Raises:
        PeriodError: it names none, more than one, or one of another frequency.
    """
    plain = compatible(text).lower().strip(" .")
    for kind, form in FORMS.items():
        if match := form.fullmatch(plain):
            said = {name.rstrip("23"): part for name, part in match.groupdict().items() if part}
            printed = said.get("part", "1")
            part = ROMAN[printed] if printed in ROMAN else int(printed)
            in_range = FIRST_YEAR <= int(said["year"]) <= LAST_YEAR and 1 <= part <= PARTS[kind]
            if in_range and frequency in (None, kind):
                return Period(int(said["year"]), part, kind)
    expected = [f"a {kind} ({example})" for kind, example in EXAMPLES.items() if frequency in (None, kind)]
    raise PeriodError(f"{text!r} is no such period: expected {', '.join(expected)}")
