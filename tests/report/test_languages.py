"""Every page is in its own language: no English sentence on a Vietnamese page, no Vietnamese one on an English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import lxml.html

from dx_pipeline.contracts import load_contracts
from dx_pipeline.language.words import said

#: words that only sentences have; two of one language in a text that has no letter of the other make a sentence
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|was|were|by|not|from|with|for|which|its|that|none|stated|each|third|only|other|known|all)\b"
)
VIETNAMESE = re.compile(
    r"\b(và|của|là|không|được|các|theo|từ|đã|chưa|tỉnh|thành phố|mục tiêu|số liệu)\b", re.IGNORECASE
)
MARKED = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
#: pages of every kind, and profiles of every kind: today's, with targets, of a unit that was merged
PAGES = (
    "index.html", "compare.html", "what-if.html", "methods.html", "terms.html", "sources.html", "data.html",
    "34/hai-phong.html", "34/hue.html", "63/hai-duong.html", "63/thai-nguyen.html", "63/hai-phong.html",
)  # fmt: skip


def is_english(text: str) -> bool:
    """Whether a text without code and names reads as English."""
    return len(set(ENGLISH.findall(text.lower()))) >= 2 and not MARKED.search(text)


def texts(page: lxml.html.HtmlElement, language: str) -> Iterator[str]:
    """Texts that a reader of that language is shown as such: no code, nothing marked as of the other language."""
    other = "en" if language == "vi" else "vi"
    for text in page.xpath(f"//body//text()[not(ancestor::script or ancestor::code or ancestor::*[@lang='{other}'])]"):
        if text.strip():
            yield " ".join(text.split())


def test_no_sentence_stands_on_a_page_of_the_other_language(site: Path) -> None:
    wrong = []
    for name in PAGES:
        for language, path in (("vi", site / name), ("en", site / "en" / name)):
            page = lxml.html.parse(str(path)).getroot()
            foreign = is_english if language == "vi" else lambda text: len(set(VIETNAMESE.findall(text))) >= 2
            wrong += [(path.name, language, text[:120]) for text in texts(page, language) if foreign(text)]
    assert not wrong


def test_what_tables_say_in_one_language_is_known_in_the_other(con: duckdb.DuckDBPyConnection) -> None:
    """A publisher, licence or reason of a new source needs a line in language/phrases.toml."""
    columns = (
        ("sources", "publisher"), ("sources", "licence"), ("sources", "where_read"), ("figure_sources", "publisher"),
        ("edition_comparability", "reason"), ("target_progress", "resolution"), ("target_progress", "actual_as_of"),
    )  # fmt: skip
    found = {
        text for table, column in columns for (text,) in con.sql(f"SELECT DISTINCT {column} FROM {table}").fetchall()
    }
    for contract in load_contracts().values():
        found |= {text for column in contract.columns for text in (column.unit, column.null_rule)}
    known = {text for text in found if text}
    assert not sorted(text for text in known if said(text, "vi") == text and is_english(text))
    assert not sorted(text for text in known if len(set(VIETNAMESE.findall(said(text, "en")))) >= 2)


def test_vietnamese_columns_hold_vietnamese(con: duckdb.DuckDBPyConnection) -> None:
    wrong = []
    for name, contract in load_contracts().items():
        if contract.written_by_release:
            continue
        for column in contract.columns:
            if column.name.endswith("_vi"):
                rows = con.sql(
                    f'SELECT DISTINCT "{column.name}" FROM "{name}" WHERE "{column.name}" IS NOT NULL'
                ).fetchall()
                wrong += [(name, column.name, text) for (text,) in rows if is_english(text)]
    assert not wrong
