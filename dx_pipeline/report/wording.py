"""Texts of the pages in both languages, and numbers and names as HTML that says where they come from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from dx_pipeline.contracts import load_contract
from dx_pipeline.language.numbers import write_number
from dx_pipeline.language.words import catalogue
from dx_pipeline.tables import Row

if TYPE_CHECKING:
    from dx_pipeline.report.page import Page
    from dx_pipeline.report.profile import Firm
    from dx_pipeline.report.site_data import SiteData

MISSING_CODES = re.compile(r"^(not_published|not_read|not_comparable|boundary_change|not_applicable):\s*")
WEB_ADDRESS = re.compile(r"^https?://[^\s\"'<>]+$")
ADDRESS_SEPARATOR = re.compile(r"\s*;\s+")
#: what may become part of a file name
PROVINCE_ID = re.compile(r"^[a-z]+(-[a-z]+)*$")


class Wording:
    """Writes in one language; the templates' only way to a text, a number or a reason."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = {key: Markup(escape(texts[language])) for key, texts in catalogue().items()}

    def __contains__(self, key: str) -> bool:
        return key in self._words

    def text(self, key: str, **values: object) -> Markup:
        """The text of that key with its places filled in; everything filled in is escaped.

        Raises:
            KeyError: no such text, or a place is not filled.
        """
        words = self._words[key]
        return words.format(**values) if values else words

    def label(self, group: str, code: object) -> Markup:
        """Label of a code such as a status or a verdict; the code itself if it is new to us."""
        return self._words.get(f"{group}.{code}") or escape(str(code).replace("_", " "))

    def column(self, row: Row, stem: str) -> str:
        """A text that a table holds in both languages: `<stem>_vi`, `<stem>_en`."""
        return str(row[f"{stem}_{self.language}"])

    def number(self, row: Row | None, column: str, kind: str) -> Markup:
        """A mart's number with its origin, or the reason why there is none."""
        if row is None:
            return self.absent()
        value = row[column]
        if value is None:
            return self.missing(row)
        shown = write_number(value, kind, self.language)
        # table, column, value and what is shown are ours; only a key comes from the data
        origin = f'data-from="{row.table}.{column}" data-key="{escape(row.key)}"'
        return Markup(f'<data value="{value!r}" {origin}>{shown}</data>')

    def quote(self, row: Row, column: str) -> Markup:
        """A text that stands in a mart, numbers in it included, with its origin."""
        return Markup('<span data-from="{}.{}" data-key="{}">{}</span>').format(
            row.table, column, row.key, str(row[column])
        )

    def reason_of(self, row: Row) -> str:
        """Why the row has no figure, in words; empty if it does not say."""
        text = row.get("reason_vi" if self.language == "vi" else "reason") or ""
        return MISSING_CODES.sub("", text) if self.language == "en" else text

    def missing(self, row: Row) -> Markup:
        """What stands where a figure is missing: the reason, in full."""
        text = self.reason_of(row) or self._words.get(f"missing.{row.get('status')}") or self._words["missing.unknown"]
        return Markup('<span class="missing">{}</span>').format(text[:1].upper() + text[1:])

    def missing_short(self, row: Row) -> Markup:
        """The kind of reason only, for a column of a long table; the reason stands below that table."""
        label = self._words.get(f"missing.{row.get('status')}") or self._words["missing.unknown"]
        return Markup('<span class="missing">{}</span>').format(label)

    def absent(self) -> Markup:
        """What stands where a table has no row at all."""
        return Markup('<span class="missing">{}</span>').format(self._words["missing.no_row"])

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

    def short_reason(self, status: str) -> Markup:
        """The kind of reason only, from a status."""
        return Markup('<span class="missing">{}</span>').format(self.label("missing", status))

    def name(self, unit: Row) -> str:
        """Name of a unit."""
        return self.column(unit, "name")

    def unit_link(self, page: Page, unit: Row) -> Markup:
        """A unit's name as a link to its profile."""
        return Markup('<a href="{}{}/{}.html">{}</a>').format(
            page.home, unit["unit_system"], unit["province_id"], self.name(unit)
        )

    def indicator(self, country: SiteData, code: str) -> str:
        """Name of an indicator; its code if the table of indicators lacks it."""
        row = country.indicators.get((code,))
        return self.column(row, "name") if row else code

    def contract(self, table: str, what: str) -> str:
        """A text of a table's contract: `title`, `description` or `limitations`."""
        return str(getattr(load_contract(table), f"{what}_{self.language}"))

    def source_name(self, country: SiteData, figure: Row) -> str:
        """Who printed a figure."""
        row = country.sources.get((figure["source_id"],))
        return str(figure["publisher"] or (row and row["publisher"]) or figure["source_id"])

    def firm_sentence(self, firm: Firm) -> Markup:
        """How far the rank moves if weights had differed, in one sentence."""
        return self.text(
            "firm.sentence",
            delta=self.number(firm.bound, "delta", "whole_percent"),
            edition=firm.edition,
            best=self.number(firm.bound, "best", "rank"),
            worst=self.number(firm.bound, "worst", "rank"),
        )
