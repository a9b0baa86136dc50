"""Numbers as a reader of each language expects them: decimal comma in Vietnamese, decimal point in English."""

from __future__ import annotations

from collections.abc import Callable

MINUS = "\N{MINUS SIGN}"
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"


def localise(text: str, language: str) -> str:
    """A number printed by Python (`,` for thousands, `.` for decimals) with the language's own marks.

    The hyphen becomes a true minus, at which no browser breaks the line.
    """
    text = text.replace("-", MINUS)
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def _fixed(decimals: int, sign: str = "") -> Callable[[float], str]:
    def write(value: float) -> str:
        text = f"{value:{sign},.{decimals}f}"
        # -0.0000 and +0.0000 are neither a loss nor a gain
        return text if any(digit in text for digit in "123456789") else f"{0:,.{decimals}f}"

    return write


def _as_it_is(value: float) -> str:
    """A policy value such as 40, 65.84 or 3000: no more decimals than it has."""
    return f"{int(value):,}" if value == int(value) else f"{value:,.4f}".rstrip("0")


#: what kind of number it is -> how it is written, before the language's marks
KINDS: dict[str, Callable[[float], str]] = {
    "count": lambda value: f"{int(value):,}",
    "rank": lambda value: f"{int(value)}",
    "year": lambda value: f"{int(value)}",
    "seed": lambda value: f"{int(value)}",
    "score": _fixed(4),
    "score_change": _fixed(4, "+"),
    "points": _fixed(1),
    "points_change": _fixed(1, "+"),
    "places": _fixed(1, "+"),
    "distance": _fixed(3),
    "error": lambda value: PLUS_MINUS + f"{value:.5f}",
    "whole_percent": lambda value: f"{100 * value:.0f}" + "\N{NO-BREAK SPACE}%",
    "percent": lambda value: f"{100 * value:.1f}" + "\N{NO-BREAK SPACE}%",
    "plain": _as_it_is,
}


def write_number(value: float, kind: str, language: str) -> str:
    """A number as shown.

    Args:
        value: the mart's value.
        kind: one of KINDS; `percent` and `whole_percent` take a share of 1.
        language: `vi` or `en`.

    Raises:
        KeyError: no such kind.
    """
    return localise(KINDS[kind](value), language)
