"""Texts, numbers and names as HTML that says where they come from, in one language.

A number carries the marks of what is doubtful about it (`*_doubts`, `*_basis` of its row); the notes to the marks that
a page used stand at its end. The templates have no other way to a text or a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from dx_pipeline.contracts import load_contract, load_contracts
from dx_pipeline.language.numbers import decimals_of, write_number
from dx_pipeline.language.words import capital, catalogue, label_of, said
from dx_pipeline.tables import Row
from dx_pipeline.vocabulary import Code, by_code, codes_of, load_vocabulary

if TYPE_CHECKING:
    from dx_pipeline.report.page import Page
    from dx_pipeline.report.site_data import SiteData

MISSING_CODES = re.compile(r"^(not_published|not_read|not_comparable|boundary_change|not_applicable|not_due):\s*")
WEB_ADDRESS = re.compile(r"^https?://[^\s\"'<>]+$")
ADDRESS_SEPARATOR = re.compile(r"\s*;\s+")
#: what a name of a table looks like
SNAKE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
#: tables whose scores are shown with the digits that their error leaves
SCORES = frozenset({"province_rankings", "component_scores", "pillar_scores"})
#: columns that count something or name a year carry no doubt of the figure beside them
UNDOUBTED = {
    "n_units", "n_ranked", "delta", "draws", "seed", "target_year", "target_value", "k", "distance", "n_files",
    "weight", "max_points",
}  # fmt: skip


def doubts_of(row: Row, column: str) -> list[Code]:
    """What is doubtful about one value of a row: its own column of doubts and basis, or the row's."""
    if column in UNDOUBTED:
        return []
    found = dict.fromkeys(codes_of(row.values, column))
    if row.get("within_error"):
        found["within_error"] = None
    return [by_code()[code] for code in found]


def signs_of(doubts: Iterable[Code]) -> str:
    """The marks of one value, each once, strongest reason first; empty if nothing is doubtful."""
    return "".join(dict.fromkeys(code.mark for code in doubts))


def _missing(text: str) -> Markup:
    return Markup('<span class="missing">{}</span>').format(text)


class Wording:
    """Writes in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = {key: Markup(escape(texts[language])) for key, texts in catalogue().items()}
        self._titles = {name: str(getattr(one, f"title_{language}")) for name, one in load_contracts().items()}
        self._used: set[Code] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._words

    def text(self, key: str, **values: object) -> Markup:
        """The text of that key with its places filled in, of one for `n` = 1; everything filled in is escaped.

        Raises:
            KeyError: no such text, or a place is not filled.
        """
        one = values.get("n") in (1, -1) and f"{key}.one" in self._words
        words = self._words[f"{key}.one" if one else key]
        return words.format(**values) if values else words

    def label(self, group: str, code: object) -> Markup:
        """Label of a code such as a status or a verdict."""
        return self._words.get(f"{group}.{code}") or escape(label_of(group, str(code)).in_language(self.language))

    def column(self, row: Row, stem: str) -> str:
        """A text that a table holds in both languages: `<stem>_vi`, `<stem>_en`."""
        return str(row[f"{stem}_{self.language}"])

    def number(self, row: Row | None, column: str, kind: str) -> Markup:
        """A table's number with its origin and marks, or the reason why there is none."""
        if row is None:
            return self.absent()
        value = row[column]
        if value is None:
            return self.missing(row)
        scored = kind == "score" and row.table in SCORES
        shown = write_number(value, kind, self.language, decimals_of(row["error_half_width"]) if scored else None)
        # table, column, value and what is shown are ours; only a key comes from the data
        origin = f'data-from="{row.table}.{column}" data-key="{escape(row.key)}"'
        return Markup(f'<data value="{value!r}" {origin}>{shown}</data>') + self.mark(row, column)

    def computed(self, value: float, kind: str, what: str) -> Markup:
        """A number this page computes from rows of a table; `what` says how, for whoever checks it."""
        return Markup('<data value="{!r}" data-computed="{}">{}</data>').format(
            value, what, write_number(value, kind, self.language)
        )

    def mark(self, row: Row, column: str) -> Markup:
        """The marks of what is doubtful about a figure; their notes stand at the end of the page."""
        marked = [code for code in doubts_of(row, column) if code.mark]
        if not marked:
            return Markup("")
        self._used.update(marked)
        names = ", ".join(code.name(self.language) for code in marked)
        return Markup('<sup class="mark" title="{}">{}</sup>').format(names, signs_of(marked))

    def start_page(self) -> None:
        """Forget the marks of the page before."""
        self._used = set()

    @property
    def notes(self) -> list[tuple[str, str, str]]:
        """Mark, name and meaning of everything marked on this page so far, in the vocabulary's order."""
        used = [code for code in load_vocabulary() if code in self._used]
        return [(code.mark, code.name(self.language), code.meaning(self.language)) for code in used]

    def quote(self, row: Row, column: str) -> Markup:
        """A text that stands in a table, in this language, numbers in it included, with its origin."""
        return Markup('<span data-from="{}.{}" data-key="{}">{}</span>').format(
            row.table, column, row.key, self.said(row[column])
        )

    def said(self, text: object) -> str:
        """A text that tables hold in one language only, in this one."""
        return said(str(text), self.language)

    def reason_of(self, row: Row) -> str:
        """Why the row has no figure, in words; empty if it does not say."""
        text = row.get("reason_vi" if self.language == "vi" else "reason") or ""
        return MISSING_CODES.sub("", text) if self.language == "en" else text

    def missing(self, row: Row) -> Markup:
        """What stands where a figure is missing: the reason, in full."""
        return _missing(capital(self.reason_of(row) or self.label("missing", row.get("status") or "unknown")))

    def absent(self) -> Markup:
        """What stands where a table has no row at all."""
        return _missing(self._words["missing.no_row"])

    def short_reason(self, status: str) -> Markup:
        """The kind of reason only, from a status, where a table has no room for more; the reason stands below it."""
        return _missing(self._words.get(f"missing.{status}") or self._words["missing.unknown"])

    def address(self, url: object, text: object) -> Markup:
        """A link if the address is one of the web; otherwise the text alone, with the address as text if there is one.

        Addresses come from the data: `javascript:` and the like must never become a link. A figure that follows from
        two articles names both, with a semicolon between them.
        """
        addresses = ADDRESS_SEPARATOR.split(str(url).strip()) if url else []
        if not addresses:
            return escape(text)
        if not all(WEB_ADDRESS.match(each) for each in addresses):
            return Markup('{} <span class="second">({})</span>').format(text, url)
        link = Markup('<a href="{}" rel="noopener noreferrer external">{}</a>')
        links = [link.format(addresses[0], text), *(link.format(each, each.split("/")[2]) for each in addresses[1:])]
        return Markup(" · ").join(links)

    def name(self, unit: Row) -> str:
        """Name of a unit."""
        return self.column(unit, "name")

    def unit_link(self, page: Page, unit: Row) -> Markup:
        """A unit's name as a link to its profile."""
        return Markup('<a href="{}{}/{}.html">{}</a>').format(
            page.home, unit["unit_system"], unit["province_id"], self.name(unit)
        )

    def part(self, data: SiteData, code: str) -> str:
        """Name of an indicator: its label, else its name in the table of indicators, else its code."""
        if f"part.{code}" in self._words:
            return self._words[f"part.{code}"].unescape()
        row = data.indicators.get((code,))
        return self.column(row, "name") if row else code

    def titled(self, text: str) -> str:
        """A text in which tables are named by their titles, not by their codes."""
        titles, quoted = self._titles, "«{}»" if self.language == "vi" else "“{}”"
        return SNAKE.sub(lambda found: quoted.format(titles[found[0]]) if found[0] in titles else found[0], text)

    def contract(self, table: str, what: str) -> str:
        """A text of a table's contract: `title`, `description` or `limitations`; other tables by their titles."""
        return self.titled(str(getattr(load_contract(table), f"{what}_{self.language}")))

    def source_name(self, data: SiteData, figure: Row) -> str:
        """Who printed a figure."""
        row = data.sources.get((figure["source_id"],))
        return self.said(figure["publisher"] or (row and row["publisher"]) or figure["source_id"])
