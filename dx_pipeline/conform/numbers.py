"""Numbers and ranks as printed -> values, with the decimals that were printed.

`0.7250` has four decimals and is known to half a unit of the fourth; a float alone would lose that. Which mark is the
decimal mark is declared by the source; without a declaration a text is read only when it can mean one number. Blanks
and dashes are missing figures, anything else that is no number is an error that names the text. Nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import polars as pl

from dx_pipeline.errors import BAD_INPUT, DxError
from dx_pipeline.sources.cells import SAFE_DIGITS
from dx_pipeline.text import compatible

DecimalMark = Literal[".", ","]

#: printed where there is no figure; the statistics office prints - and … for it
MISSING = frozenset({"", "-", "--", ".", "..", "...", "n/a", "na", "n.a.", "nan", "null", "none", "không có"})
#: between groups of three digits, besides the mark that is not the decimal mark
GROUP_MARKS = " '’"
#: a digit in round brackets is no note: it may be a figure of its own
NOTES = re.compile(r"(?:\s*(?:[*†‡]|\(\s*\*+\s*\)|\[\s*(?:\*+|\d{1,2}|[a-z])\s*\]))+$")

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
    """Printed text that is not one number in the declared format, or not a rank."""

    exit_code = BAD_INPUT

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f"{text!r} is not readable: expected {expected}")
        self.expected = expected


class ParsedNumber(NamedTuple):
    """A number with the decimals that were printed; a missing one has none of them.

    A percentage keeps its printed size: `57.3 %` is 57.3 with `percent` true.
    """

    value: float | None
    decimals: int | None
    percent: bool | None


def _as_read(printed: str) -> str | None:
    """A printed text with full-width digits as usual ones and without notes; None where it says that figures miss.

    Digits set lower or in a circle stay what they are, no digits.
    """
    odd = any(unicodedata.category(letter) == "No" and compatible(letter).isdecimal() for letter in printed)
    plain = printed if odd else compatible(printed)
    return None if plain.lower() in MISSING else NOTES.sub("", plain)


def parse_number(text: str | None, decimal: DecimalMark | None = None) -> ParsedNumber:
    """Read one printed number.

    `decimal` is the mark before the decimals; the other mark, a space or an apostrophe may then stand between groups of
    three digits. None reads a text only when both declarations give the same number. A trailing `%` and a trailing note
    (`*`, `(*)`, `[1]`) are allowed. Raises `NumberFormatError` for anything else.
    """
    if decimal not in (".", ",", None):
        raise DxError(f"decimal is {decimal!r}; expected '.' or ',' or None")
    printed = text or ""
    plain = _as_read(printed)
    if plain is None:
        return ParsedNumber(None, None, None)
    percent = plain.endswith("%")
    plain = plain.removesuffix("%").rstrip()
    found = {mark: _read(plain, mark) for mark in ((decimal,) if decimal else (".", ","))}
    readings = {reading for reading in found.values() if reading is not None}
    if len(readings) == 1:
        value, decimals = readings.pop()
        return ParsedNumber(value, decimals, percent)
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
    point = re.escape(decimal)
    whole = rf"[1-9]\d{{0,2}}(?:(?P<mark>[{re.escape(grouping)}])\d{{3}})(?:(?P=mark)\d{{3}})*|\d+|(?={point})"
    match = re.fullmatch(rf"(?P<sign>[+-]?) ?(?P<whole>{whole})(?:{point}(?P<fraction>\d+))?", plain, re.ASCII)
    if match is None:
        return None
    digits, fraction = re.sub(r"\D", "", match["whole"]) or "0", match["fraction"] or ""
    if len((digits + fraction).lstrip("0")) > MOST_DIGITS:
        return None
    # a minus before nothing but zeros is no other number
    return float(f"{match['sign']}{digits}.{fraction or '0'}") + 0.0, len(fraction)


def parse_rank(text: str | None, most: int = MOST_UNITS) -> int | None:
    """Read one printed rank: `01`, `15-16` (shared), `=15`, `15=`, `1st`, `14/63`, `01 (0,727)`; None if it is missing.

    Raises `NumberFormatError` for anything else, and for a rank of 0, a range that does not rise, or a rank beyond the
    number of units printed with it or known (`most`).
    """
    printed = text or ""
    plain = _as_read(printed.lower())
    if plain is None:
        return None
    match = RANK.match(plain)
    if match is None or max(int(match[part] or 0) for part in ("rank", "to", "of")) > most:
        raise NumberFormatError(printed, "a rank such as 15, 15-16, =15, 15th, 15/63 or 15 (0,727)")
    rank, to, of = (int(match[part] or 0) for part in ("rank", "to", "of"))
    if rank == 0 or (match["to"] and to <= rank) or (match["of"] and of < (to or rank)):
        raise NumberFormatError(printed, "a rank from 1, a range that rises, and no more than the number of units")
    if match["ending"] not in (None, ordinal_ending(rank)):
        raise NumberFormatError(printed, f"{rank}{ordinal_ending(rank)}")
    try:
        whole = match["score"] and not parse_number(match["score"]).decimals
    except NumberFormatError as error:
        raise NumberFormatError(printed, f"a score in the brackets; {error}") from error
    if whole:
        expected = "a score with decimals in the brackets, as a whole number could be another rank"
        raise NumberFormatError(printed, expected)
    return rank


def ordinal_ending(rank: int) -> str:
    """What English writes behind a number: 1st, 2nd, 3rd, 4th, 11th."""
    return "th" if rank % 100 in (11, 12, 13) else ORDINAL_ENDING.get(rank % 10, "th")


class ParsedColumn(NamedTuple):
    """A column as read: null where a text is missing or bad; `bad` holds the error of a text."""

    values: pl.Series  # Float64
    decimals: pl.Series  # Int64
    percent: pl.Series  # Boolean: a percent sign stands behind it
    bad: dict[str, NumberFormatError]


COLUMNS: dict[str, Any] = {"value": pl.Float64, "decimals": pl.Int64, "percent": pl.Boolean}


def _each_once(texts: pl.Series, parse: Callable[[str], ParsedNumber]) -> ParsedColumn:
    """What `parse` gives for each distinct text of a String column, and the errors of the others."""
    parsed: dict[str, ParsedNumber] = {}
    bad: dict[str, NumberFormatError] = {}
    printed = texts.fill_null("")
    for text in printed.unique(maintain_order=True).to_list():
        try:
            parsed[text] = parse(text)
        except NumberFormatError as error:
            bad[text] = error
    values, decimals, percent = (
        printed.replace_strict(
            {text: getattr(one, name) for text, one in parsed.items()}, default=None, return_dtype=dtype
        )
        for name, dtype in COLUMNS.items()
    )
    return ParsedColumn(values, decimals, percent, bad)


def parse_column(texts: pl.Series, decimal: DecimalMark | None = None) -> ParsedColumn:
    """`parse_number` on a String column, each distinct text once. Bad texts are returned, not raised."""
    plain = _plain_numbers(texts, decimal)
    unread = plain["value"].is_null()
    *columns, bad = _each_once(texts.filter(unread), lambda text: parse_number(text, decimal))
    at = unread.arg_true()
    values, decimals, percent = (plain[name].scatter(at, one) for name, one in zip(COLUMNS, columns, strict=True))
    return ParsedColumn(values, decimals, percent, bad)


def parse_printed(texts: pl.Series, declared: DecimalMark | None) -> ParsedColumn:
    """`parse_column`; a mark that is not declared is a point, and a text that a comma makes another number is bad."""
    read = parse_column(texts, declared or ".")
    return read if declared else read._replace(bad=parse_column(texts).bad | read.bad)


def as_shares(values: pl.Series, decimals: pl.Series, which: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Values and decimals, those of `which` as shares of 1: 57.3 with one decimal is .573 with three."""
    shares = (values / 100).round_sig_figs(SAFE_DIGITS)
    return shares.zip_with(which, values), decimals + 2 * which.cast(pl.Int64)


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

    def parse(text: str) -> ParsedNumber:
        rank = parse_rank(text, most=most)
        return ParsedNumber(rank, None if rank is None else 0, None)

    return _each_once(texts, parse)
