"""Texts, numbers and names as HTML that says where they come from, in one language.

A number carries the marks of what is doubtful about it (`*_doubts`, `*_basis` of its row); the notes to the marks that
a page used stand at its end. The templates have no other way to a text or a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from dx_pipeline import vocabulary
from dx_pipeline.contracts import load_contract, load_contracts
from dx_pipeline.language.numbers import write_number
from dx_pipeline.language.words import catalogue, said
from dx_pipeline.tables import Row

if TYPE_CHECKING:
    from dx_pipeline.report.page import Page
    from dx_pipeline.report.profile import Firm
    from dx_pipeline.report.site_data import SiteData

MISSING_CODES = re.compile(r"^(not_published|not_read|not_comparable|boundary_change|not_applicable|not_due):\s*")
WEB_ADDRESS = re.compile(r"^https?://[^\s\"'<>]+$")
ADDRESS_SEPARATOR = re.compile(r"\s*;\s+")
#: what a name of a table looks like
SNAKE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
#: what may become part of a file name
#: tables whose scores are shown with the digits they were printed with
SCORES = frozenset({"province_rankings", "component_scores", "pillar_scores"})
#: columns that count something or name a year carry no doubt of the figure beside them
UNDOUBTED = frozenset(
    {
        "n_units",
        "n_ranked",
        "delta",
        "draws",
        "seed",
        "target_year",
        "target_value",
        "k",
        "distance",
        "n_files",
        "weight",
        "max_points",
    }
)


def doubts_of(row: Row, column: str) -> tuple[str, ...]:
    """Codes of what is doubtful about one value of a row: its own column of doubts, or the row's."""
    if column in UNDOUBTED:
        return ()
    own = f"{column}_doubts" in row.values
    doubts = row.get(f"{column}_doubts" if own else "doubts")
    basis = row.get(f"{column}_basis" if f"{column}_basis" in row.values else "basis")
    found = [*vocabulary.split(doubts), *([basis] if basis else [])]
    if row.get("within_error") and "within_error" not in found:
        found.append("within_error")
    return tuple(found)


def signs_of(row: Row, column: str) -> str:
    """The marks of one value, each once, strongest reason first; empty if nothing is doubtful."""
    known = {code.code: code.mark for code in vocabulary.load_vocabulary()}
    return "".join(dict.fromkeys(known.get(code, "") for code in doubts_of(row, column)))


class Wording:
    """Writes in one language."""

    def __init__(self, language: str, decimals: Mapping[tuple[Any, ...], int] | None = None) -> None:
        self.language = language
        self._words = {key: Markup(escape(texts[language])) for key, texts in catalogue().items()}
        self._codes = {code.code: code for code in vocabulary.load_vocabulary()}
        #: printed digits of figures that have fewer than their table, by edition, system, unit and indicator
        self._decimals = decimals or {}
        self._titles = {name: str(getattr(one, f"title_{language}")) for name, one in load_contracts().items()}
        self._used: set[str] = set()
        self._marks: dict[tuple[str, ...], Markup] = {}

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
        """Label of a code such as a status or a verdict; the code itself, in words, if it is new to us."""
        known = self._codes.get(str(code))
        if f"{group}.{code}" not in self._words and known is not None:
            return escape(known.name_vi if self.language == "vi" else known.name_en)
        return self._words.get(f"{group}.{code}") or escape(str(code).replace("_", " "))

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
        shown = write_number(value, kind, self.language, self.digits(row, kind))
        # table, column, value and what is shown are ours; only a key comes from the data
        origin = f'data-from="{row.table}.{column}" data-key="{escape(row.key)}"'
        return Markup(f'<data value="{value!r}" {origin}>{shown}</data>') + self.mark(row, column)

    def digits(self, row: Row, kind: str) -> int | None:
        """Printed decimals of a score that has fewer than its table; None for all others."""
        if kind != "score" or not self._decimals or row.table not in SCORES:
            return None
        indicator = row.get("indicator") or "overall"
        return self._decimals.get((row["edition"], row["unit_system"], row["province_id"], indicator))

    def computed(self, value: float, kind: str, what: str) -> Markup:
        """A number this page computes from rows of a table; `what` says how, for whoever checks it."""
        return Markup('<data value="{!r}" data-computed="{}">{}</data>').format(
            value, what, write_number(value, kind, self.language)
        )

    def mark(self, row: Row, column: str) -> Markup:
        """The marks of what is doubtful about a figure; their notes stand at the end of the page."""
        found = doubts_of(row, column)
        if not found:
            return Markup("")
        if found not in self._marks:
            self._marks[found] = self._written(found)
        self._used.update(code for code in found if code in self._codes and self._codes[code].mark)
        return self._marks[found]

    def _written(self, found: tuple[str, ...]) -> Markup:
        marked = [self._codes[code] for code in found if code in self._codes and self._codes[code].mark]
        if not marked:
            return Markup("")
        signs = "".join(dict.fromkeys(code.mark for code in marked))
        names = ", ".join(code.name_vi if self.language == "vi" else code.name_en for code in marked)
        return Markup('<sup class="mark" title="{}">{}</sup>').format(names, signs)

    def start_page(self) -> None:
        """Forget the marks of the page before."""
        self._used = set()

    @property
    def notes(self) -> list[tuple[str, str, str]]:
        """Mark, name and meaning of everything marked on this page so far, in the vocabulary's order."""
        return [
            (
                code.mark,
                *((code.name_vi, code.meaning_vi) if self.language == "vi" else (code.name_en, code.meaning_en)),
            )
            for code in self._codes.values()
            if code.code in self._used
        ]

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
        text = self.reason_of(row) or self.label("missing", row.get("status") or "unknown")
        return Markup('<span class="missing">{}</span>').format(text[:1].upper() + text[1:])

    def missing_short(self, row: Row) -> Markup:
        """The kind of reason only, for a column of a long table; the reason stands below that table."""
        return self.short_reason(row.get("status") or "unknown")

    def absent(self) -> Markup:
        """What stands where a table has no row at all."""
        return Markup('<span class="missing">{}</span>').format(self._words["missing.no_row"])

    def short_reason(self, status: str) -> Markup:
        """The kind of reason only, from a status."""
        known = f"missing.{status}" in self._words
        return Markup('<span class="missing">{}</span>').format(
            self._words[f"missing.{status if known else 'unknown'}"]
        )

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
        titles = self._titles
        quoted = "«{}»" if self.language == "vi" else "“{}”"
        return SNAKE.sub(lambda found: quoted.format(titles[found[0]]) if found[0] in titles else found[0], text)

    def contract(self, table: str, what: str) -> str:
        """A text of a table's contract: `title`, `description` or `limitations`; other tables by their titles."""
        return self.titled(str(getattr(load_contract(table), f"{what}_{self.language}")))

    def source_name(self, data: SiteData, figure: Row) -> str:
        """Who printed a figure."""
        row = data.sources.get((figure["source_id"],))
        return self.said(figure["publisher"] or (row and row["publisher"]) or figure["source_id"])

    def firm_sentence(self, firm: Firm) -> Markup:
        """How far the rank moves if weights had differed, in one sentence."""
        return self.text(
            "firm.sentence",
            delta=self.number(firm.bound, "delta", "whole_percent"),
            edition=firm.edition,
            best=self.number(firm.bound, "best", "rank"),
            worst=self.number(firm.bound, "worst", "rank"),
        )
