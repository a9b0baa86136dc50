"""How a Vietnamese name is printed: letters, marks, syllables and the words around the name.

The same name comes with all its marks, some or none, composed (NFC) or decomposed (NFD), in any case, joined or spaced,
and with the tone on either vowel of a pair (Hòa, Hoà). Two printings are compared letter by letter: the letters must be
the same, and a mark that is printed must be one the known name has in that place. A missing mark is an omission, a
different one is another word. The reading is by rule alone; which spellings are known is data (`reference`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dx_pipeline.text import compatible

GRAVE, ACUTE, TILDE, HOOK, DOT_BELOW = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
CIRCUMFLEX, BREVE, HORN, STROKE = "\u0302", "\u0306", "\u031b", "\u0335"
TONES = frozenset({GRAVE, ACUTE, TILDE, HOOK, DOT_BELOW})
LETTER_MARKS = frozenset({CIRCUMFLEX, BREVE, HORN, STROKE})
#: marks printed for another: a caron for the breve (pinyin keyboards); the diaeresis of French Hanoï is no tone
REPLACED_MARKS = {"\u030c": BREVE, "\u0308": ""}
#: between the syllables of a name
SEPARATORS = frozenset(" -‐‑‒–—―−_./·:'’")
EDGE_PUNCTUATION = " .,;:-‐‑‒–—―−_'\"“”‘’«»•·…/|"

FOOTNOTE = re.compile(r"\s*(?:\*+|[†‡§#]+|\(\s*(?:\*+|\d{1,2}|[a-z])\s*\)|\[\s*(?:\*+|\d{1,2}|[a-z])\s*\])$")
ORDINAL = re.compile(r"^\(?\d{1,2}\s*[.)]\s*(?=\D)")
COUNTRY = re.compile(r"\s*(?:,\s*vi[eêẹệ]t[\s-]*nam|\(\s*vi[eêẹệ]t[\s-]*nam\s*\))$", re.IGNORECASE)
SHORT_PROVINCE = re.compile(r"^T\s?\.\s*(?=\S)", re.IGNORECASE)
BRACKET = re.compile(r"^(?P<before>[^()\[\]]+?)\s*[(\[]\s*(?P<inside>[^()\[\]]+?)\s*[)\]]$")


@dataclass(frozen=True)
class Letter:
    """A base letter a-z, its marks, and whether a separator stands before it."""

    base: str
    marks: frozenset[str]
    starts_word: bool


Letters = tuple[Letter, ...]


@dataclass(frozen=True)
class Spelling:
    """A known spelling, ready to be compared with printed text.

    `syllable` and `letter_marks` have one entry a letter, `tones` one a syllable. A word of two or more capitals (BRVT)
    is read as initials: each letter is a syllable of its own, so BR-VT fits as well.
    """

    text: str
    base: str
    syllable: tuple[int, ...]
    letter_marks: tuple[frozenset[str], ...]
    tones: tuple[frozenset[str], ...]

    def fits(self, letters: Letters) -> bool:
        """Whether `letters` is this spelling with marks and separators missing at most."""
        if bases(letters) != self.base:
            return False
        for place, letter in enumerate(letters):
            if letter.starts_word and place and self.syllable[place] == self.syllable[place - 1]:
                return False
            tone = letter.marks & TONES
            if not (letter.marks - TONES) <= self.letter_marks[place] or not tone <= self.tones[self.syllable[place]]:
                return False
            if tone and letter.base not in "aeiouy":
                return False
        return True

    def is_exactly(self, letters: Letters) -> bool:
        """Whether `letters` fits and no mark is missing."""
        if not self.fits(letters):
            return False
        toned = {self.syllable[place] for place, letter in enumerate(letters) if letter.marks & TONES}
        return toned == {number for number, tone in enumerate(self.tones) if tone} and all(
            letter.marks - TONES == marks for letter, marks in zip(letters, self.letter_marks, strict=True)
        )


def clean(text: str) -> str:
    """Text in NFC without invisible characters, list number, footnote marks, edge punctuation and country."""
    text = compatible(text).lstrip("*+>").strip(EDGE_PUNCTUATION)
    text = ORDINAL.sub("", text).strip(EDGE_PUNCTUATION)
    shorter = COUNTRY.sub("", FOOTNOTE.sub("", text)).strip(EDGE_PUNCTUATION)
    while shorter != text:
        text, shorter = shorter, COUNTRY.sub("", FOOTNOTE.sub("", shorter)).strip(EDGE_PUNCTUATION)
    return text


def read_letters(text: str) -> Letters | None:
    """The letters and digits of a cleaned text, or None when it holds what no name has (commas, foreign letters)."""
    letters: list[Letter] = []
    starts_word = True
    for character in unicodedata.normalize("NFD", text.lower().replace("đ", "d" + STROKE)):
        if character in SEPARATORS:
            starts_word = True
        elif "a" <= character <= "z" or "0" <= character <= "9":
            letters.append(Letter(character, frozenset(), starts_word))
            starts_word = False
        else:
            mark = REPLACED_MARKS.get(character, character)
            if not letters or starts_word or mark not in TONES | LETTER_MARKS | {""}:
                return None
            last = letters[-1]
            letters[-1] = Letter(last.base, last.marks | ({mark} if mark else set()), last.starts_word)
    return tuple(letters) or None


def bases(letters: Letters) -> str:
    """The letters without marks and separators: `Đắk Lắk` gives `daklak`."""
    return "".join(letter.base for letter in letters)


@lru_cache(maxsize=8_192)  # known names and their parts, asked of every text that is none
def spelling(name: str) -> Spelling | None:
    """A known name as a `Spelling`; None for a text that is no name."""
    base = ""
    syllables: list[int] = []
    letter_marks: list[frozenset[str]] = []
    tones: list[frozenset[str]] = []
    for word in re.split("[" + re.escape("".join(SEPARATORS)) + "]+", unicodedata.normalize("NFC", name)):
        initials = len(word) > 1 and word.isupper()
        for part in word if initials else [word]:
            letters = read_letters(part)
            if letters is None:
                return None
            base += bases(letters)
            syllables += [len(tones)] * len(letters)
            letter_marks += [letter.marks - TONES for letter in letters]
            tones.append(frozenset[str]().union(*(letter.marks & TONES for letter in letters)))
    if base.isdecimal():
        return None
    return Spelling(name, base, tuple(syllables), tuple(letter_marks), tuple(tones))


def _words(said: dict[str, str]) -> dict[Spelling, str]:
    names = {name: what for what, several in said.items() for name in several.split(", ")}
    return {word: what for name, what in names.items() if (word := spelling(name))}


#: what words around a name say of it
BEFORE_NAME = _words({"province": "Tỉnh, Province of", "city": "Thành phố, TP, City of, Municipality of"})
AFTER_NAME = _words(
    {
        "province": "Province, Prov",
        "city": "City, Municipality, Ville, Stadt",
        "old": "cũ, old, former",
        "new": "mới, new",
    }
)


@dataclass(frozen=True)
class Reading:
    """One way to read a text: the letters of the name, and what the words around it say (province, city, old, new)."""

    letters: Letters
    said: frozenset[str] = frozenset()


def around_word(text: str) -> str | None:
    """What a text that is only such a word says, as in `Hải Dương (tỉnh)`: "province", "city", "old", "new" or None."""
    letters = read_letters(clean(text))
    known = (BEFORE_NAME | AFTER_NAME).items()
    return next((said for word, said in known if letters and word.fits(letters)), None)


def readings(text: str) -> Iterator[Reading]:
    """The ways to read a cleaned text, the fullest name first: `TP.HCM` is `tphcm`, then `hcm` said to be a city."""
    starts = [text]
    if SHORT_PROVINCE.match(text):
        starts.append(SHORT_PROVINCE.sub("Tỉnh ", text))
    queue = [Reading(letters) for letters in map(read_letters, starts) if letters]
    while queue:
        reading = queue.pop(0)
        yield reading
        letters = reading.letters
        for word, said in BEFORE_NAME.items():
            size = len(word.base)
            if size < len(letters) and word.fits(letters[:size]):
                queue.append(Reading(letters[size:], reading.said | {said}))
        for word, said in AFTER_NAME.items():
            size = len(word.base)
            # a short word must stand alone: `Bac Lieu`, not `Bac Lie` and `cu`
            alone = size < len(letters) and (letters[-size].starts_word or size > 3)
            if alone and word.fits(letters[-size:]):
                queue.append(Reading(letters[:-size], reading.said | {said}))
