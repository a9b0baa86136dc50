"""What a column holds: figures, names, an order, years or texts; and what they say of marks, units and measures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dx_pipeline.sources.cells import Sheet
from dx_pipeline.sources.headings import SEPARATOR
from dx_pipeline.sources.texts import YEAR, read_year, slug, years_in

NUMBER = re.compile(r"^\s*[-+−–]?\s*\d[\d\s.,'’]*\s*%?\s*(?:\*+|\[\d+\]|[¹²³⁴⁵])?\s*$")
#: a rank that is tied or says of how many it is one
RANK = re.compile(r"^\s*=?\s*\d{1,3}\s*(?:=|[-–/]\s*\d{1,3})\s*$")
BLANK = {"", "-", "--", "–", "...", "..", "…", ".", "n/a", "na", "null", "none", "x", ":"}
RANK_WORDS = re.compile(r"\b(?:xep hang|hang|xep thu|thu hang|vi thu|rank|ranking|thu tu xep|xh)\b")
SCORE_WORDS = re.compile(
    r"\b(?:diem|score|index|chi so|gia tri|ket qua|tong diem|points?|dti|pci|papi|par|sipas|pii|ict)\b"
)
ORDER_WORDS = re.compile(
    r"^(?:t t|tt|stt|s t t|so tt|so thu tu|thu tu|no|nr|order|id|fid|gid(?: \d)?|objectid|index|x|y|row|"
    r"ma|ma tinh|ma so|iso|unnamed 0|lat|lon|lng|latitude|longitude|shape area|shape leng(?:th)?|unit mult|decimals|"
    r"(?:province|geo|area|gso|ma|tinh)? ?(?:code|id)(?: \d+)?)$"
)
BRACKETS = re.compile(r"^\s*(\d{1,5})\s*\(\s*(\d+(?:[.,]\d+)?)\s*\)\s*$")
UNIT = re.compile(r"(?:đơn vị(?: tính)?|đvt|unit)\s*[:：]?\s*(.+?)\s*[)\]]?\s*$", re.IGNORECASE)
UNIT_IN_HEADING = re.compile(r"[(\[]\s*([^()\[\]]{1,40})\s*[)\]]\s*$|,\s*([^,]{1,20})$")


@dataclass
class GuessedColumn:
    """A column: its position, path, and what it seems to hold (figures, order, text, year, blank)."""

    place: int
    path: str
    kind: str
    year: tuple[int, bool] | None = None
    brackets: bool = False
    values: list[str] = field(default_factory=list, repr=False)
    empty: bool = False


def guess_column(at: int, path: str, values: list[str], sheet: Sheet, is_province: bool) -> GuessedColumn:
    """The column at a position, by its heading and its texts beside provinces."""
    filled = [text for text in values if text.strip() and text.strip().casefold() not in BLANK]
    words = [slug(leaf(part)) for part in path.split(SEPARATOR)]
    year_heading = _heading_year(path)
    brackets = bool(filled) and sum(bool(BRACKETS.match(text)) for text in filled) > len(filled) / 2
    ranks = any(RANK_WORDS.search(word) for word in words)
    figures = sum(bool(NUMBER.match(text) or (ranks and RANK.match(text))) for text in filled)
    if is_province:
        kind = "province"
    elif not filled:
        kind = "blank"
    elif all(read_year(text) for text in filled) and not year_heading:
        kind = "year"
    elif brackets:
        kind = "figures"
    elif figures < len(filled) * 0.6:
        kind = "text"
    elif any(ORDER_WORDS.match(word) for word in words) or (not path and _is_order(filled)):
        kind = "order"
    else:
        kind = "figures"
    return GuessedColumn(at, path, kind, year_heading, brackets, filled, not any(text.strip() for text in values))


def is_figure(text: str) -> bool:
    """Whether a text reads like a figure, and not like a year."""
    return bool(NUMBER.match(text)) and read_year(text) is None


def leaf(path: str) -> str:
    """The last part of a heading: of its rows, or of the dotted name of a field."""
    last = path.rsplit(SEPARATOR, 1)[-1]
    return last.rsplit(".", 1)[-1] if re.fullmatch(r"[\w.]+", last) else last


def _heading_year(path: str) -> tuple[int, bool] | None:
    for part in path.split(SEPARATOR):
        found = read_year(part)
        if found:
            return found
    years = re.findall(rf"(?<!\d){YEAR}(?!\d)", path)
    return (int(years[0]), False) if len(set(years)) == 1 else None


def _is_order(filled: list[str]) -> bool:
    numbers = [int(text) for text in filled if text.isdecimal()]
    return len(numbers) == len(filled) and sorted(numbers) in (
        list(range(len(numbers))),
        list(range(1, len(numbers) + 1)),
    )


def decimal_mark(texts: list[str]) -> str | None:
    """The mark before the decimals in texts of figures; None where they do not say."""
    votes = {",": 0, ".": 0}
    for text in texts:
        digits = text.strip().rstrip("%* ")
        for mark, other in ((",", "."), (".", ",")):
            if re.fullmatch(rf"[-+]?\d{{1,3}}(?:{re.escape(other)}\d{{3}})+{re.escape(mark)}\d+", digits):
                votes[mark] += 5
            elif (
                re.fullmatch(rf"[-+]?\d+{re.escape(mark)}(?:\d{{1,2}}|\d{{4,}})", digits)
                or re.fullmatch(rf"0{re.escape(mark)}\d+", digits)
                or re.fullmatch(rf"[-+]?\d{{1,3}}(?:{re.escape(other)}\d{{3}}){{2,}}", digits)
            ):
                votes[mark] += 3
    if votes[","] == votes["."]:
        return _grouping([text.strip() for text in texts])
    return max(votes, key=lambda mark: votes[mark])


def _grouping(texts: list[str]) -> str | None:
    """The decimal mark where every other mark stands before three digits: then that one groups thousands."""
    for mark, other in ((",", "."), (".", ",")):
        marked = [text for text in texts if mark in text]
        if len(marked) > 2 and all(
            re.fullmatch(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+", text) for text in marked
        ):
            return other
    return None


def unit_of(path: str, titles: list[str]) -> str:
    """The unit a heading or a title line names; empty where none does."""
    match = UNIT_IN_HEADING.search(path.rsplit(SEPARATOR, 1)[-1])
    said = (match[1] or match[2] or "").strip() if match else ""
    if said and not years_in(said) and len(said) < 40:
        return said
    for title in titles:
        found = UNIT.search(title)
        if found:
            return found[1].strip(" :-()")[:60]
    return ""


def measure_of(path: str, values: list[str]) -> str:
    """`rank`, `score` or `value`, by the words of the heading."""
    words = slug(path)
    whole = all(
        re.fullmatch(r"0?\d{1,2}(?:\.0)?|\d{1,2}\s*[-/]\s*\d{1,2}|\d{1,2}\s*\(.*\)", text.strip()) for text in values
    )
    if RANK_WORDS.search(words) and whole:
        return "rank"
    return "score" if SCORE_WORDS.search(words) else "value"
