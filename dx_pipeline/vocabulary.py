"""The one vocabulary of basis, doubt and absence: which codes there are, how weak they are, how people read them.

`vocabulary.csv` beside this module is the only place where the codes are listed. Contracts take a column's allowed
codes from it, `index/doubt.py` its order, pages and sentences its words and marks; the public table `vocabulary` is
the file.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dx_pipeline.errors import DxError

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

    def name(self, language: str) -> str:
        """What people call it, in `vi` or `en`."""
        return self.name_vi if language == "vi" else self.name_en

    def meaning(self, language: str) -> str:
        """What it says of a figure."""
        return self.meaning_vi if language == "vi" else self.meaning_en


@functools.cache
def load_vocabulary() -> tuple[Code, ...]:
    """All codes, kind by kind, the strongest first."""
    with VOCABULARY_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Code(weakness=int(row.pop("weakness")), **row) for row in csv.DictReader(file))


@functools.cache
def codes(kind: str) -> tuple[str, ...]:
    """The codes of one kind, the strongest first.

    Raises:
        DxError: there is no such kind.
    """
    found = tuple(entry.code for entry in load_vocabulary() if entry.kind == kind)
    if not found:
        raise DxError(f"vocabulary: no codes of kind {kind!r}; kinds are basis, doubt, missing")
    return found


@functools.cache
def by_code() -> dict[str, Code]:
    """Every code with what it means."""
    return {entry.code: entry for entry in load_vocabulary()}


def split(doubts: str | None) -> list[str]:
    """The codes of a column that holds several; none for null."""
    return doubts.split(SEPARATOR) if doubts else []


def codes_of(row: Mapping[str, Any], column: str) -> list[str]:
    """Doubts and basis of one value: its own columns `<column>_doubts` and `<column>_basis`, or else the row's."""
    basis = row.get(f"{column}_basis", row.get("basis"))
    return [*split(row.get(f"{column}_doubts", row.get("doubts"))), *([basis] if basis else [])]


def several_pattern(kind: str) -> str:
    """A regular expression for one or more codes of a kind, each at most as the vocabulary spells it."""
    one = "|".join(codes(kind))
    return f"^({one})({SEPARATOR}({one}))*$"
