"""Numbers and ranks as printed -> values, with the decimals that were printed.

`0.7250` has four decimals and is known to half a unit of the fourth; a float alone would lose that. Which mark is the
decimal mark is declared by the source; without a declaration a text is read only when it can mean one number. Blanks
and dashes are missing figures, anything else that is no number is an error that names the text. Nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

import polars as pl

from dx_pipeline.errors import BAD_INPUT, DxError
from dx_pipeline.text import compatible

DecimalMark = Literal[".", ","]

NOT_PUBLISHED = "not_published"
#: printed where there is no figure; the statistics office prints - and … for it
MISSING = frozenset({"", "-", "--", ".", "..", "...", "n/a", "na", "n.a.", "nan", "null", "none", "không có"})
#: between groups of three digits, besides the mark that is not the decimal mark
GROUP_MARKS = " '’"
#: a digit in round brackets is no note: it may be a figure of its own
NOTE = re.compile(r"\s*(?:\*+|[†‡]|\(\s*\*+\s*\)|\[\s*(?:\*+|\d{1,2}|[a-z])\s*\])$")

ORDINAL_ENDING = {1: "st", 2: "nd", 3: "rd"}
RANK = re.compile(
    r"^(?:thứ |hạng |#)?(?P<tie_before>=)?(?P<rank>\d{1,5})(?:(?P<ending>st|nd|rd|th)|[.,]0)?(?P<tie_after>=)?"
    r"(?:\s*-\s*(?P<to>\d{1,5}))?(?:\s*/\s*(?P<of>\d{1,5}))?(?:\s*\((?P<score>[^()]+)\))?$",
    re.ASCII,
)
#: no rank is beyond it where nobody says how many units there are: 2022-2023 is a pair of years
MOST_UNITS = 999
#: a float holds so many digits; of a longer text some would be lost
MOST_DIGITS = 17


class NumberFormatError(DxError, ValueError):
    """Printed text that is not one number in the declared format. `text` is what was printed."""

    exit_code = BAD_INPUT

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f"{text!r} is not readable: expected {expected}")
        self.text = text
        self.expected = expected


class RankFormatError(NumberFormatError):
    """Printed text that is not a rank."""


@dataclass(frozen=True)
class ParsedNumber:
    """A number as printed. A missing one has neither value nor decimals, and a reason.

    A percentage keeps its printed size: `57.3 %` is 57.3 with `percent` true.
    """

    value: float | None
    decimals: int | None
    text: str
    percent: bool = False
    reason: str | None = None

    @property
    def half_width(self) -> float | None:
        """Half a unit of the last printed digit: the most by which rounding moved the figure."""
        return None if self.decimals is None else half_width(self.decimals)


@dataclass(frozen=True)
class ParsedRank:
    """A rank as printed. `15-16` is rank 15 shared to 16, `=15` a tie of unsaid length, `14/63` rank 14 of 63 units."""

    rank: int | None
    text: str
    tied: bool = False
    shared_to: int | None = None
    of: int | None = None
    score: ParsedNumber | None = None
    reason: str | None = None


def half_width(decimals: int) -> float:
    """Error half-width of a figure rounded to `decimals`: 0.5 * 10^-decimals."""
    return 0.5 * 10.0**-decimals


def _digits_as_they_look(text: str) -> str:
    """The text with full-width digits as usual ones; digits set lower or in a circle stay what they are, no digits."""
    odd = [letter for letter in text if unicodedata.category(letter) == "No" and compatible(letter).isdecimal()]
    return text if odd else compatible(text)


def parse_number(text: str | None, decimal: DecimalMark | None = None) -> ParsedNumber:
    """Read one printed number.

    `decimal` is the mark before the decimals; the other mark, a space or an apostrophe may then stand between groups of
    three digits. None reads a text only when both declarations give the same number. A trailing `%` and a trailing note
    (`*`, `(*)`, `[1]`) are allowed. Raises `NumberFormatError` for anything else.
    """
    if decimal not in (".", ",", None):
        raise DxError(f"decimal is {decimal!r}; expected '.' or ',' or None")
    printed = "" if text is None else text
    plain = _digits_as_they_look(printed)
    if plain.lower() in MISSING:
        return ParsedNumber(None, None, printed, reason=NOT_PUBLISHED)
    while (shorter := NOTE.sub("", plain)) != plain:
        plain = shorter
    percent = plain.endswith("%")
    plain = plain.removesuffix("%").rstrip()
    found = {mark: _read(plain, mark) for mark in ((decimal,) if decimal else (".", ","))}
    readings = {reading for reading in found.values() if reading is not None}
    if len(readings) == 1:
        value, decimals = readings.pop()
        return ParsedNumber(value, decimals, printed, percent)
    if readings:
        means = " or ".join(f"{value:.{decimals}f}" for value, decimals in sorted(readings))
        raise NumberFormatError(printed, f"a declared decimal mark, as it could be {means}")
    expected = f"a number with {decimal!r} before its decimals" if decimal else "one number"
    other = {".": ",", ",": "."}.get(decimal or "")
    if other and _read(plain, other) is not None:
        expected += f"; with {other!r} it would be one: is the source declared rightly?"
    raise NumberFormatError(printed, expected)


def _read(plain: str, decimal: str) -> tuple[float, int] | None:
    """Value and decimals of a text without notes, or None. A group of three digits never follows a leading zero."""
    grouping = GROUP_MARKS + ("," if decimal == "." else ".")
    whole = (
        rf"[1-9]\d{{0,2}}(?:(?P<mark>[{re.escape(grouping)}])\d{{3}})(?:(?P=mark)\d{{3}})*|\d+|(?={re.escape(decimal)})"
    )
    match = re.fullmatch(
        rf"(?P<sign>[+-]?) ?(?P<whole>{whole})(?:{re.escape(decimal)}(?P<fraction>\d+))?", plain, re.ASCII
    )
    if match is None:
        return None
    digits, fraction = re.sub(r"\D", "", match["whole"]) or "0", match["fraction"] or ""
    if len((digits + fraction).lstrip("0")) > MOST_DIGITS:
        return None
    # a minus before nothing but zeros is no other number
    return float(f"{match['sign']}{digits}.{fraction or '0'}") + 0.0, len(fraction)


def parse_rank(text: str | None, decimal: DecimalMark | None = None, most: int = MOST_UNITS) -> ParsedRank:
    """Read one printed rank: `01`, `15-16`, `=15`, `15=`, `1st`, `14/63`, `01 (0,727)`.

    `decimal` is for a score in brackets, as in `parse_number`. Raises `RankFormatError` for anything else, and for a
    rank of 0, a range that does not rise, or a rank beyond the number of units printed with it or known (`most`).
    """
    printed = "" if text is None else text
    plain = _digits_as_they_look(printed).lower()
    if plain in MISSING:
        return ParsedRank(None, printed, reason=NOT_PUBLISHED)
    while (shorter := NOTE.sub("", plain)) != plain:
        plain = shorter
    match = RANK.match(plain)
    if match is None or max(int(match[part] or 0) for part in ("rank", "to", "of")) > most:
        raise RankFormatError(printed, "a rank such as 15, 15-16, =15, 15th, 15/63 or 15 (0,727)")
    rank, to, of = int(match["rank"]), int(match["to"] or 0) or None, int(match["of"] or 0) or None
    if rank == 0 or (match["to"] and (to or 0) <= rank) or (match["of"] and (of or 0) < (to or rank)):
        raise RankFormatError(printed, "a rank from 1, a range that rises, and no more than the number of units")
    if match["ending"] and match["ending"] != ordinal_ending(rank):
        raise RankFormatError(printed, f"{rank}{ordinal_ending(rank)}")
    try:
        score = parse_number(match["score"], decimal) if match["score"] else None
    except NumberFormatError as error:
        raise RankFormatError(printed, f"a score in the brackets; {error}") from error
    if score and not score.decimals:
        raise RankFormatError(printed, "a score with decimals in the brackets, as a whole number could be another rank")
    tied = to is not None or bool(match["tie_before"] or match["tie_after"])
    return ParsedRank(rank, printed, tied, to, of, score)


def ordinal_ending(rank: int) -> str:
    """What English writes behind a number: 1st, 2nd, 3rd, 4th, 11th."""
    return "th" if rank % 100 in (11, 12, 13) else ORDINAL_ENDING.get(rank % 10, "th")


class ParsedColumn(NamedTuple):
    """A column as read: null where a text is missing or bad; `bad` holds the error of a text."""

    values: pl.Series  # Float64
    decimals: pl.Series  # Int64
    percent: pl.Series  # Boolean: a percent sign stands behind it
    bad: dict[str, NumberFormatError]


Parsed = TypeVar("Parsed", ParsedNumber, ParsedRank)


def _each_once(
    texts: pl.Series, parse: Callable[[str], Parsed]
) -> tuple[dict[str, Parsed], dict[str, NumberFormatError]]:
    """What `parse` gives for each distinct text of a String column, and the errors of the others."""
    parsed: dict[str, Parsed] = {}
    bad: dict[str, NumberFormatError] = {}
    for text in texts.fill_null("").unique(maintain_order=True).to_list():
        try:
            parsed[text] = parse(text)
        except NumberFormatError as error:
            bad[text] = error
    return parsed, bad


def each(column: pl.Series, values: Mapping[Any, object], dtype: type[pl.DataType]) -> pl.Series:
    """What a mapping gives for every entry of a column, null where it has none."""
    if not values:
        return pl.Series(column.name, [None] * len(column), dtype=dtype)
    return column.replace_strict(values, default=None, return_dtype=dtype)


def _column(texts: pl.Series, name: str, values: Mapping[str, object], dtype: type[pl.DataType]) -> pl.Series:
    return each(texts.fill_null(""), values, dtype).alias(name)


def parse_column(texts: pl.Series, decimal: DecimalMark | None = None) -> ParsedColumn:
    """`parse_number` on a String column, each distinct text once. Bad texts are returned, not raised."""
    plain = _plain_numbers(texts, decimal)
    rest = texts.filter(plain["value"].is_null())
    found, bad = _each_once(rest, lambda text: parse_number(text, decimal))
    values = _column(rest, "value", {text: one.value for text, one in found.items()}, pl.Float64)
    decimals = _column(rest, "decimals", {text: one.decimals for text, one in found.items()}, pl.Int64)
    signs = {text: one.percent for text, one in found.items() if one.value is not None}
    percent = _column(rest, "percent", signs, pl.Boolean)
    if rest.len() < texts.len():
        at = plain["value"].is_null().arg_true()
        values, decimals, percent = (plain[one.name].scatter(at, one) for one in (values, decimals, percent))
    return ParsedColumn(values, decimals, percent, bad)


def parse_printed(texts: pl.Series, declared: DecimalMark | None) -> ParsedColumn:
    """`parse_column`; a mark that is not declared is a point, and a text that a comma makes another number is bad."""
    read = parse_column(texts, declared or ".")
    return read if declared else read._replace(bad=parse_column(texts).bad | read.bad)


def _plain_numbers(texts: pl.Series, decimal: DecimalMark | None) -> pl.DataFrame:
    """Value, decimals and percent of texts of nothing but digits, declared marks and a percent sign; null for others.

    `parse_number` reads these texts the same way, only one by one (a test holds both together).
    """
    text, other = pl.col("text"), {".": ",", ",": "."}.get(decimal or "", "")
    whole = rf"[0-9]{{1,12}}|[1-9][0-9]{{0,2}}(?:{re.escape(other)}[0-9]{{3}}){{1,3}}" if decimal else "[0-9]{1,12}"
    fraction = rf"(?:{re.escape(decimal)}[0-9]{{1,5}})?" if decimal else ""
    number = text.str.strip_suffix("%").str.replace_all(other, "", literal=True) if decimal else text
    number = number.str.strip_suffix("%").str.replace(decimal or ".", ".", literal=True)
    size = number.str.len_bytes().cast(pl.Int64)
    sole = text.str.contains(f"^-?(?:{whole}){fraction}%?$")
    return pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(
        value=pl.when(sole).then(number).cast(pl.Float64, strict=False) + 0.0,
        decimals=pl.when(sole).then(pl.coalesce(size - 1 - number.str.find(".", literal=True), 0)),
        percent=pl.when(sole).then(text.str.ends_with("%")),
    )


def parse_ranks(texts: pl.Series, most: int = MOST_UNITS) -> ParsedColumn:
    """`parse_rank` on a String column, each distinct text once: the rank as value, with no decimals."""
    found, bad = _each_once(texts, lambda text: parse_rank(text, most=most))
    values = _column(texts, "value", {text: one.rank for text, one in found.items()}, pl.Float64)
    decimals = _column(texts, "decimals", {text: 0 if one.rank else None for text, one in found.items()}, pl.Int64)
    return ParsedColumn(values, decimals, _column(texts, "percent", {}, pl.Boolean), bad)
