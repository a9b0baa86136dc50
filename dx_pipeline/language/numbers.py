"""Numbers as a reader of each language expects them: the only place that writes a number for people.

Vietnamese has a decimal comma and a point between thousands, English the reverse; a minus is a true minus, at which no
browser breaks the line; a rounded zero has no sign. One rule for signs: **plus is better** for the province, so a rise
of three places is +3 wherever it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable

MINUS = "\N{MINUS SIGN}"
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def localise(text: str, language: str) -> str:
    """A number printed by Python (`,` for thousands, `.` for decimals) with the language's own marks."""
    text = text.replace("-", MINUS)
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def number(value: float, decimals: int, language: str) -> str:
    """A number with so many decimals; a rounded zero has no sign."""
    return localise(_fixed(decimals)(value), language)


def signed(value: float, decimals: int, language: str) -> str:
    """The same with its sign; zero has none."""
    return localise(_fixed(decimals, "+")(value), language)


def decimals_of(half_width: float | None, most: int = 4) -> int:
    """Printed decimals of a score, from the half-width of its error: half a unit of the last digit.

    What follows from several printed figures has a larger error; it keeps their digits until a whole digit is lost, so
    a foundation known to 0.00015 has four decimals and 0.33, known to 0.005, has two.
    """
    return most if not half_width else min(most, max(0, math.ceil(-math.log10(2 * half_width) - 1e-6)))


def _fixed(decimals: int, sign: str = "") -> Callable[[float], str]:
    def write(value: float) -> str:
        # rounded twice, so that the noise of the last places does not decide what 55.55 becomes
        text = f"{round(value, decimals + 6):{sign},.{decimals}f}"
        # -0.0000 and +0.0000 are neither a loss nor a gain
        return text if any(digit in text for digit in "123456789") else f"{0:,.{decimals}f}"

    return write


def _as_it_is(value: float) -> str:
    """A policy value such as 40, 65.84 or 3000: no more decimals than it has."""
    return f"{int(value):,}" if value == int(value) else f"{value:,.4f}".rstrip("0")


def _places(value: float) -> str:
    """A change of rank as tables hold it (negative is a rise), told as places gained (+) or lost; halves as .5."""
    return _fixed(0 if float(value).is_integer() else 1, "+")(-value)


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
    "places": _places,
    "distance": _fixed(3),
    "error": lambda value: PLUS_MINUS + f"{value:.5f}",
    "whole_percent": lambda value: f"{100 * value:.0f}{NO_BREAK}%",
    "percent": lambda value: f"{100 * value:.1f}{NO_BREAK}%",
    "plain": _as_it_is,
}


def write_number(value: float, kind: str, language: str, decimals: int | None = None) -> str:
    """A number as shown.

    Args:
        value: the mart's value.
        kind: one of KINDS; `percent` and `whole_percent` take a share of 1.
        language: `vi` or `en`.
        decimals: of a score, as its error leaves them: 0.33 is shown as 0.33, not as 0.3300.

    Raises:
        KeyError: no such kind.
    """
    return number(value, decimals, language) if decimals is not None else localise(KINDS[kind](value), language)
