"""Text as it enters: what no text may carry, and the years and marks that headings hold."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from dx_pipeline.text import plain

#: control and right-to-left marks
FORBIDDEN = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
MARKLESS = "a text without control and right-to-left marks"
#: what a spreadsheet would run (`=cmd|…`, `@SUM(`, `=1+1`), also in full width; `= Gia Lai + Bình Định` is a remark
FORMULA = re.compile(
    r"^[\s\u3000]*[=@+\-＝＠＋－][\s=@+\-＝＠＋－]*(?:[\w.:$!']*[|(!]|[=＝]?[A-Za-z]{1,3}\$?\d|(?<=[=＝])\s*[\d\"'])"
)
#: what a text set higher or lower may hold to be the mark of a footnote
FOOTNOTE = re.compile(r"^[\s\[\](){},.;*†‡§#\d]*$|^[\s\[(]*[a-z]{1,3}[\s\])]*$", re.IGNORECASE)
#: `m²` is a unit
UNIT_BEFORE = re.compile(r"(?:^|[\s(/])[kcdm]?m$", re.IGNORECASE)
#: characters of a text that is no cell
LONGEST = 2_000
#: R prints letters of another locale so
R_ESCAPE = re.compile(r"<U\+[0-9A-Fa-f]{4,6}>")
YEAR = r"(?:19|20)\d\d"
_SAID = r"(?:sơ bộ|ước(?: tính| thực hiện)?|prel(?:\.|iminary)?|est(?:\.|imated?)?|dự kiến|tạm tính)"
#: said of a year in one language or both
PRELIMINARY = rf"(?:{_SAID}(?:\s*[-/–]?\s*{_SAID})*)"
YEAR_TEXT = re.compile(
    rf"^(?:năm|year)?\s*(?P<before>{PRELIMINARY})?\s*(?:năm|year)?\s*(?P<year>{YEAR})(?:\.0)?\s*"
    rf"(?:[(\[,-]?\s*(?P<after>{PRELIMINARY}|p|e|\*)\s*[)\]]?)?$",
    re.IGNORECASE,
)


def slug(text: str | None) -> str:
    """ASCII words of a text without marks: `ĐB sông C.Long` gives `db song c long`."""
    bare = unicodedata.normalize("NFD", plain(text).lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return " ".join(re.sub("[^a-z0-9]+", " ", bare).split())


def shown(text: object, length: int = 60) -> str:
    """A text for messages: quoted, what cannot be seen written out, cut when long."""
    visible = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in str(text)[: length + 1]
    )
    return f"'{visible[:length]}…'" if len(visible) > length else f"'{visible}'"


def unsafe(text: str) -> str:
    """Why a text may not enter (control or right-to-left marks, a formula, too long); empty when it may."""
    if FORBIDDEN.search(text):
        return MARKLESS
    if FORMULA.match(text):
        return "a text that no spreadsheet takes for a formula"
    return f"at most {LONGEST:,} characters" if len(text) > LONGEST else ""


def is_footnote(mark: str, before: str, higher: bool) -> bool:
    """Whether a text set higher, or lower behind a digit, is the mark of a footnote: `CO₂` is a name, `m²` a unit."""
    apart = higher or before[-1:].isdecimal()
    return bool(apart and mark.strip() and FOOTNOTE.match(mark) and not UNIT_BEFORE.search(before))


def holds_digit(text: object) -> bool:
    """Whether a text may hold a figure."""
    return any(map(str.isdecimal, str(text)))


def read_year(text: Any) -> tuple[int, bool] | None:
    """The year a text names and whether it says preliminary (`Sơ bộ 2019`, `Prel. 2024`); None if it names none."""
    match = YEAR_TEXT.match(plain(text))
    return (int(match["year"]), bool(match["before"] or match["after"])) if match else None


def years_in(text: str) -> list[int]:
    """The years printed anywhere in a heading or the name of a sheet, as often as they are."""
    return [int(found) for found in re.findall(rf"(?<!\d){YEAR}(?!\d)", text)]
