"""The one vocabulary of basis, doubt and absence: which codes there are, how weak they are, how people read them.

`vocabulary.csv` beside this module is the only place where the codes are listed. Contracts take a column's allowed
codes from it, `index/doubt.py` its order, pages and sentences its words and marks; the public table `vocabulary` is
the file.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

VOCABULARY_FILE = Path(__file__).parent / "vocabulary.csv"

#: between the codes of a column that holds several
SEPARATOR = ", "


@dataclass(frozen=True)
class Code:
    """One code: its kind (`basis`, `doubt`, `missing`), its place in the order of weakness, its words and its mark."""

    code: str
    kind: str
    weakness: int
    mark: str
    name_vi: str
    name_en: str
    meaning_vi: str
    meaning_en: str


@functools.cache
def load_vocabulary() -> tuple[Code, ...]:
    """All codes, kind by kind, the strongest first."""
    with VOCABULARY_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Code(weakness=int(row.pop("weakness")), **row) for row in csv.DictReader(file))


@functools.cache
def codes(kind: str) -> tuple[str, ...]:
    """The codes of one kind, the strongest first.

    Raises:
        ValueError: there is no such kind.
    """
    found = tuple(entry.code for entry in load_vocabulary() if entry.kind == kind)
    if not found:
        raise ValueError(f"vocabulary: no codes of kind {kind!r}; kinds are basis, doubt, missing")
    return found


def code(name: str) -> Code:
    """What a code means.

    Raises:
        KeyError: there is no such code.
    """
    return {entry.code: entry for entry in load_vocabulary()}[name]


def split(doubts: str | None) -> list[str]:
    """The codes of a column that holds several; none for null."""
    return doubts.split(SEPARATOR) if doubts else []


def several_pattern(kind: str) -> str:
    """A regular expression for one or more codes of a kind, each at most as the vocabulary spells it."""
    one = "|".join(codes(kind))
    return f"^({one})({SEPARATOR}({one}))*$"
