"""Words of the commands in the language asked for: texts, labels of codes, marks of doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import typer

from dx_pipeline.cli.output import MISSING

Language = Literal["vi", "en"]
Lang = Annotated[Language, typer.Option("--lang", help="Language of what is printed.", envvar="DX_LANG")]


def tell(key: str, language: Language, **values: object) -> str:
    """A text of the catalogue with its places filled in. Raises KeyError when there is none of that key."""
    from dx_pipeline.language.words import words_of

    return words_of(f"dx.{key}").in_language(language).format(**values)


def label(group: str, code: object, language: Language) -> str:
    """What a code is called; a code itself is never shown."""
    from dx_pipeline import vocabulary
    from dx_pipeline.language.words import catalogue, label_of

    if f"{group}.{code}" not in catalogue():
        for known in vocabulary.load_vocabulary():
            if known.code == code:
                return known.name_vi if language == "vi" else known.name_en
    return label_of(group, str(code)).in_language(language)


def codes_of(row: Mapping[str, Any], column: str) -> list[str]:
    """Doubts and basis of one value: its own columns `<column>_doubts` and `<column>_basis`, or else the row's."""
    from dx_pipeline import vocabulary

    basis = row.get(f"{column}_basis", row.get("basis"))
    return [*vocabulary.split(row.get(f"{column}_doubts", row.get("doubts"))), *([basis] if basis else [])]


class Marks:
    """Marks of what is doubtful about the figures a command shows, and their notes."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._used: dict[str, str] = {}

    def of(self, row: Mapping[str, Any], column: str) -> str:
        """The marks of one value: of `<column>_doubts` and `<column>_basis`, or else of the row."""
        return self.written(codes_of(row, column))

    def written(self, codes: Iterable[str]) -> str:
        """The marks of doubts, then of bases, each once."""
        from dx_pipeline import vocabulary

        known = {code.code: code for code in vocabulary.load_vocabulary()}
        signs: dict[str, None] = {}
        for code in sorted(codes, key=lambda one: one in known and known[one].kind == "basis"):
            found = known.get(code)
            if found is not None and found.mark:
                signs[found.mark] = None
                self._used[code] = found.name_vi if self._language == "vi" else found.name_en
        return "".join(signs)

    def notes(self) -> Iterable[str]:
        """One line a mark that was used."""
        from dx_pipeline import vocabulary

        for code in vocabulary.load_vocabulary():
            if code.code in self._used:
                yield f"{code.mark} {self._used[code.code]}"


def figure(row: Mapping[str, Any], column: str, marks: Marks, language: Language) -> str:
    """A rank, or a score with the digits its error leaves, and its marks."""
    from dx_pipeline.language.numbers import decimals_of, number

    value = row[column]
    if value is None:
        return MISSING
    written = number(value, decimals_of(row.get("error_half_width")), language) if isinstance(value, float) else value
    return f"{written}{marks.of(row, column)}"
