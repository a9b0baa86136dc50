"""What can be wrong with an input, in words a person can act on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NoReturn

from dx_pipeline.errors import DxError, Problem


class SourceError(DxError, ValueError):
    """An input can't be used as it is. Trying again does not help; the message says what to look at."""


class ChecksumError(SourceError):
    """The bytes on disk are not the ones that were declared."""


def refuse(where: str, expected: str, found: str, remedy: str = "") -> NoReturn:
    """Stop with one problem.

    Raises:
        SourceError: always.
    """
    raise SourceError.of([Problem(where, expected, found, remedy)])


def of_table(where: str, table: str) -> str:
    """A table of a file as messages name it; one that is alone has no name."""
    return where if table == "1" else f"{where}, table {table}"


def quoted(texts: Iterable[str]) -> str:
    """Texts as a TOML list, ready to be pasted."""
    return "[" + ", ".join(json.dumps(text, ensure_ascii=False) for text in texts) + "]"
