"""Codes that a draft gives to the indicators of a file, and their printed names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dx_pipeline.sources.drafting.guess import GuessedTable
from dx_pipeline.sources.drafting.guessed_columns import GuessedColumn, leaf
from dx_pipeline.sources.drafting.said import YEAR_PART
from dx_pipeline.sources.headings import SEPARATOR
from dx_pipeline.sources.texts import slug, unsafe
from dx_pipeline.text import plain

#: headings that say nothing of the indicator
GENERIC = re.compile(
    r"\b(?:diem so|diem|so diem|hang|xep hang|thu hang|rank|ranking|score|scores|value|gia tri|nam|year|obs value|"
    r"tong so|so luong|tong|total|properties|attributes|ket qua|cong)\b"
)


@dataclass
class Codes:
    """The codes of one draft; `indicators` (code -> printed name) are gathered on the way.

    `index_names`: name of an indicator of the index -> its code, for a source of it; `index_codes`: codes that no other
    source may use.
    """

    file_name: str
    index_names: Mapping[str, str]
    index_codes: set[str]
    indicators: dict[str, str] = field(default_factory=dict)

    def of_column(self, table: GuessedTable, column: GuessedColumn) -> str:
        """The code of a column, by the part of its heading that says something, or by the title."""
        path = YEAR_PART.sub("", column.path)
        parts = [leaf(re.sub(r"[(\[].*?[)\]]", " ", part)) for part in path.split(SEPARATOR)]
        own = [part for part in parts if GENERIC.sub("", slug(part)).strip()]
        printed = own[-1] if own else ""
        base = next((text for text in table.titles if len(text) > 8), "") or self.file_name
        return self.of_text(printed or YEAR_PART.sub("", base), column.path or base)

    def of_text(self, text: str, printed: str) -> str:
        """The code of a text: that of the index where it is one of its names, else made of its words."""
        known = self.index_names.get(plain(re.sub(r"[(\[].*?[)\]]", " ", text)).casefold())
        if known:
            return known
        if re.fullmatch(r"[a-z][a-z0-9_]{1,59}", text) and text in self.index_names.values():
            return text
        words = GENERIC.sub(" ", slug(text)).split() or slug(text).split() or ["indicator"]
        code = re.sub(r"^[^a-z]+", "", "_".join(words)[:48].rstrip("_")) or "indicator"
        if code in self.index_codes:
            code = f"other_{code}"
        name = safe(plain(text)[:120] or printed)
        self.indicators.setdefault(code, name)
        return code


def safe(text: str) -> str:
    """A text that a declaration may hold."""
    return text if text and not unsafe(text) else ("" if not text else "unknown")
