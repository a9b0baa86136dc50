"""Words of the commands in the language asked for: texts, labels of codes, marks of doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import typer

from dx_pipeline.cli.output import MISSING, say
from dx_pipeline.language.numbers import decimals_of, number
from dx_pipeline.language.words import filled, label_of
from dx_pipeline.vocabulary import Code, by_code, codes_of, load_vocabulary

Language = Literal["vi", "en"]
Lang = Annotated[Language, typer.Option("--lang", help="Language of what is printed.", envvar="DX_LANG")]


def tell(key: str, language: Language, **values: object) -> str:
    """A text of the catalogue with its places filled in. Raises KeyError when there is none of that key."""
    return filled(f"dx.{key}", **values).in_language(language)


def label(group: str, code: str, language: Language) -> str:
    """What a code is called; a code itself is never shown."""
    return label_of(group, code).in_language(language)


class Marks:
    """Marks of what is doubtful about the figures a command shows, and their notes."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._used: set[Code] = set()

    def of(self, row: Mapping[str, Any], column: str) -> str:
        """The marks of one value: of `<column>_doubts` and `<column>_basis`, or else of the row."""
        return self.written(codes_of(row, column))

    def written(self, codes: Iterable[str]) -> str:
        """The marks of doubts, then of bases, each once."""
        known = by_code()
        marked = [known[code] for code in codes if code in known and known[code].mark]
        self._used.update(marked)
        return "".join(dict.fromkeys(code.mark for code in sorted(marked, key=lambda one: one.kind == "basis")))

    def show_notes(self, before: str = "") -> None:
        """Say in one line what the marks mean that were used."""
        notes = [f"{code.mark} {code.name(self._language)}" for code in load_vocabulary() if code in self._used]
        if notes:
            say(f"{before}{tell('marks', self._language)} {'; '.join(notes)}")


def figure(row: Mapping[str, Any], column: str, marks: Marks, language: Language) -> str:
    """A rank, or a score with the digits its error leaves, and its marks."""
    value = row[column]
    if value is None:
        return MISSING
    written = number(value, decimals_of(row.get("error_half_width")), language) if isinstance(value, float) else value
    return f"{written}{marks.of(row, column)}"
