"""Words and numbers as a picture prints them, in Vietnamese and in English."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

LANGUAGES = ("vi", "en")


class Words(NamedTuple):
    """One text in both languages."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `vi` or `en`, composed (NFC), because a decomposed accent is drawn beside its letter."""
        return unicodedata.normalize("NFC", self.vi if language == "vi" else self.en)


def same(text: str) -> Words:
    """A text that reads the same in both languages."""
    return Words(text, text)


def joined(parts: list[Words], separator: str = " ") -> Words:
    """Several texts one after another."""
    return Words(separator.join(part.vi for part in parts), separator.join(part.en for part in parts))


def listed(parts: list[Words]) -> Words:
    """An enumeration: 'a, b và c', 'a, b and c'."""
    if len(parts) < 2:
        return joined(parts)
    head, last = joined(parts[:-1], ", "), parts[-1]
    return Words(f"{head.vi} và {last.vi}", f"{head.en} and {last.en}")


def number(value: float, decimals: int, language: str) -> str:
    """Number with a decimal comma in Vietnamese and a point in English; a rounded zero has no sign."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    text = text.replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if language == "vi" else text


def signed(value: float, decimals: int, language: str) -> str:
    """Number with its sign; zero has none."""
    text = number(value, decimals, language)
    return text if text.startswith("\N{MINUS SIGN}") or float(f"{value:.{decimals}f}") == 0 else f"+{text}"


def numbers(value: float, decimals: int) -> Words:
    """A number without its sign as words."""
    return Words(number(abs(value), decimals, "vi"), number(abs(value), decimals, "en"))


def places(count: float) -> Words:
    """'13 bậc', '13 places', '1 place', '16,5 bậc'."""
    decimals = 0 if float(count).is_integer() else 1
    amount = numbers(count, decimals)
    return Words(f"{amount.vi} bậc", f"{amount.en} {'place' if abs(count) == 1 else 'places'}")


def points(value: float) -> Words:
    """Thousandths of the overall score: '54,6 điểm', '54.6 points'."""
    amount = numbers(value, 1)
    return Words(f"{amount.vi} điểm", f"{amount.en} {'point' if amount.en == '1.0' else 'points'}")


def component_name(indicator: str) -> Words:
    """Short running-text name of a part of the index."""
    return COMPONENT_NAMES.get(indicator, same(indicator))


def component_in_text(indicator: str) -> Words:
    """The same within a sentence, where English wants an article before the foundation."""
    name = component_name(indicator)
    return Words(name.vi, f"the {name.en}") if indicator in ("foundation", "overall") else name


COMPONENT_NAMES = {
    "overall": Words("chỉ số chung", "overall"),
    "foundation": Words("nền tảng chung", "common foundation"),
    "digital_infrastructure": Words("hạ tầng số", "digital infrastructure"),
    "digital_government_activity": Words("hoạt động chính quyền số", "digital government activity"),
    "digital_economy_activity": Words("hoạt động kinh tế số", "digital economy activity"),
    "digital_society_activity": Words("hoạt động xã hội số", "digital society activity"),
}


def capital(text: str) -> str:
    """First letter as at the start of a sentence."""
    return text[:1].upper() + text[1:]
