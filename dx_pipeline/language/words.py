"""Words in Vietnamese and English: texts as pairs, and the one catalogue of words (the TOML files beside this)."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dx_pipeline.language.numbers import number
from dx_pipeline.vocabulary import by_code

LANGUAGES = ("vi", "en")
CATALOGUE = ("words", "words_methods", "words_command", "labels", "words_alerts")


class Words(NamedTuple):
    """One text in both languages."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `vi` or `en`, composed (NFC), because a decomposed accent is drawn beside its letter."""
        return unicodedata.normalize("NFC", self.vi if language == "vi" else self.en)


@functools.cache
def catalogue() -> dict[str, dict[str, str]]:
    """Texts and labels by key, each in Vietnamese and English."""
    words: dict[str, dict[str, str]] = {}
    for name in CATALOGUE:
        words |= tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    return words


def words_of(key: str) -> Words:
    """A text of the catalogue. Raises KeyError when it has none of that key."""
    return Words(**catalogue()[key])


def label_of(group: str, code: str) -> Words:
    """What a code such as a status is called: in the catalogue, else in the vocabulary, else itself in words."""
    if found := catalogue().get(f"{group}.{code}"):
        return Words(**found)
    known = by_code().get(code)
    return Words(known.name_vi, known.name_en) if known else same(code.replace("_", " "))


@functools.cache
def _phrases() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text("utf-8"))
    return found


def said(text: str, language: str) -> str:
    """A text that stands in a table in one language only, in the language asked for; as it is where it has no other."""
    return _phrases()[language].get(text, text)


def both(write: Callable[[str], str]) -> Words:
    """What a function writes in each language."""
    return Words(*map(write, LANGUAGES))


def filled(key: str, **values: object) -> Words:
    """A text of the catalogue with its places filled; a value may be `Words`. Raises KeyError: no such text."""
    text = words_of(key)

    def write(language: str) -> str:
        own = {name: one.in_language(language) if isinstance(one, Words) else one for name, one in values.items()}
        return text.in_language(language).format(**own)

    return both(write)


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


def numbers(value: float, decimals: int) -> Words:
    """A number without its sign as words."""
    return both(lambda language: number(abs(value), decimals, language))


def places(count: float, decimals: int | None = None) -> Words:
    """'13 bậc', '13 places', '1 place', '16,5 bậc', without a sign; one decimal for halves if none are asked for."""
    if decimals is None:
        decimals = 0 if float(count).is_integer() else 1
    amount = numbers(count, decimals)
    return Words(f"{amount.vi} bậc", f"{amount.en} {'place' if amount.en == '1' else 'places'}")


def points(value: float) -> Words:
    """Thousandths of the overall score: '54,6 điểm', '54.6 points'."""
    amount = numbers(value, 1)
    return Words(f"{amount.vi} điểm", f"{amount.en} {'point' if amount.en == '1.0' else 'points'}")


def component_name(indicator: str) -> Words:
    """Short running-text name of a part of the index: its label, in small letters."""
    return Words(*(name[:1].lower() + name[1:] for name in label_of("part", indicator)))


def narrow_name(indicator: str) -> Words:
    """A name for the head of a narrow column; its ordinary one where it needs no other."""
    found = catalogue().get(f"narrow.{indicator}")
    return Words(**found) if found else component_name(indicator)


def component_in_text(indicator: str) -> Words:
    """The same within a sentence, where English wants an article before some."""
    found = catalogue().get(f"in_text.{indicator}")
    return Words(**found) if found else component_name(indicator)


def sentence(text: Words) -> Words:
    """A text with a capital letter and a full stop."""
    return Words(f"{capital(text.vi)}.", f"{capital(text.en)}.")


def capital(text: str) -> str:
    """First letter as at the start of a sentence."""
    return text[:1].upper() + text[1:]
