"""One way to compare texts: names, headings, footers and cells differ only where a reader would see a difference.

Two printings of a text may be composed or decomposed, hold no-break or doubled spaces, line breaks, invisible marks,
another dash, or Icelandic Ð for Vietnamese Đ (it comes out of old fonts). `plain` removes exactly these differences.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath
from typing import Any

from dx_pipeline.errors import DxError

#: an identifier that may be part of a path: `ba-ria-vung-tau`, `phuong-12`
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: hyphens, dashes and the minus sign, all printed for one another
DASHES = "‐‑‒–—―−﹘﹣－"
#: Icelandic and African letters that look like Đ and come out of old fonts
ETHS = {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"}
SUPERSCRIPTS = str.maketrans(dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹", "*"))
_REPLACED = str.maketrans(dict.fromkeys(DASHES, "-") | ETHS)


def plain(text: str | None) -> str:
    """A text for comparison: NFC, Đ for Ð, one dash, single spaces and none around, nothing invisible."""
    if text is None:
        return ""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text).translate(_REPLACED)
    visible = "".join(
        " " if unicodedata.category(character) in ("Cc", "Zs", "Zl", "Zp") else character
        for character in composed
        if unicodedata.category(character) != "Cf" and not "\ufe00" <= character <= "\ufe0f"
    )
    return " ".join(visible.split())


def compatible(text: str | None) -> str:
    """As `plain`, with full-width and other compatibility characters as the usual ones; a superscript is a mark `*`."""
    return plain(unicodedata.normalize("NFKC", (text or "").translate(SUPERSCRIPTS)))


def other_letters(text: str) -> str:
    """Letters of another script that a reader takes for Latin ones, named, or an empty text."""
    foreign = [
        letter
        for letter in dict.fromkeys(unicodedata.normalize("NFC", text))
        if letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN ")
    ]
    latin = any(letter.isalpha() and letter not in foreign for letter in text)
    return ", ".join(f"{letter} ({unicodedata.name(letter, '?').capitalize()})" for letter in foreign) if latin else ""


def sql_literal(value: Any) -> str:
    """A value as a SQL literal. Raises TypeError for what has none here."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str | PurePath):
        return "'" + str(value).replace("\0", "").replace("'", "''") + "'"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(sql_literal, value)) + "]"
    raise DxError(f"no literal for {type(value).__name__}")
