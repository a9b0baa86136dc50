"""What a picture is about: one province, one it is compared with, and the published tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dx_pipeline.errors import DxError, nearest
from dx_pipeline.language.words import Words, both, listed, same
from dx_pipeline.tables import parts_of_overall
from dx_pipeline.vocabulary import load_vocabulary, split

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    import polars as pl


class UnknownProvinceError(DxError):
    """The province asked for is not a unit of the system."""


class NothingToShowError(DxError):
    """The tables hold no figure for this picture; `reason` says why, in both languages, `{}` is the province."""

    def __init__(self, vi: str, en: str, subject: Subject | None = None) -> None:
        name = subject.name() if subject else Words("", "")
        self.reason = Words(vi.format(name.vi), en.format(name.en))
        super().__init__(self.reason.en)


@dataclass(frozen=True)
class Subject:
    """Reads the published tables for one province; every picture of a run shares it."""

    con: duckdb.DuckDBPyConnection
    unit_system: int
    focus: str
    peer: str | None
    names: dict[tuple[int, str], Words]
    #: folder of the reference data, which holds the tile grid
    reference: Path

    def table(self, query: str, parameters: Sequence[object] = ()) -> pl.DataFrame:
        """Rows of a query, in which `$system` stands for the unit system.

        Raises:
            NothingToShowError: the table is not there yet, or holds nothing for this question.
        """
        import duckdb

        name = query.split(" from ", 1)[1].split()[0]
        try:
            frame = self.con.execute(query.replace("$system", str(self.unit_system)), list(parameters)).pl()
        except duckdb.CatalogException as error:
            raise NothingToShowError(
                f"Bảng {name} chưa có trong bản phát hành này.", f"This release has no table {name}."
            ) from error
        if frame.is_empty():
            raise NothingToShowError(
                f"Bảng {name} không có số liệu của {{}}.", f"Table {name} holds no figure of {{}}.", self
            )
        return frame

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The same as tuples; none where the table is not there or holds nothing."""
        try:
            return self.table(query, parameters).rows()
        except NothingToShowError:
            return []

    def doubts(self) -> Words | None:
        """What is doubtful about the ranks and scores of the focus, in words; None if nothing is known to be."""
        rows = self.rows(
            "select score_doubts, rank_doubts, doubts from province_rankings"
            " where unit_system = $system and province_id = ?",
            [self.focus],
        )
        codes = {code for row in rows for text in row for code in split(text)}
        known = [code for code in load_vocabulary() if code.code in codes]
        return both(lambda language: "; ".join(code.name(language) for code in known)) if known else None

    def parts(self) -> tuple[str, ...]:
        """What adds up to the overall, in its order."""
        self.table("select indicator from indicators")
        return parts_of_overall(self.con)

    def name(self, province_id: str | None = None) -> Words:
        """Name of a unit (the focus if none is given)."""
        return self.names[self.unit_system, province_id or self.focus]

    @cached_property
    def peers(self) -> list[str]:
        """Up to three beside the focus: the one asked for, then named ones, else the nearest two by endowments."""
        rows = self.rows(
            "select basis, peer_id from peer_groups"
            " where unit_system = $system and province_id = ? and basis in ('named', 'endowments')"
            " order by basis desc, position",
            [self.focus],
        )
        named = [peer for basis, peer in rows if basis == "named"]
        found = dict.fromkeys([self.peer, *(named or [peer for _, peer in rows[:2]])])
        return [peer for peer in found if peer and peer != self.focus][:3]

    @cached_property
    def _steps(self) -> dict[tuple[int, int], str]:
        rows = self.rows(
            "select edition_from, edition_to, comparability from edition_comparability where level = 'overall'"
        )
        return {(before, after): kind for before, after, kind in rows}

    @property
    def drawn(self) -> tuple[Any, ...]:
        """All that a picture may draw of it besides the figures it has read: subjects alike in this draw alike."""
        names = {unit: words for (system, unit), words in self.names.items() if system == self.unit_system}
        return self.unit_system, self.focus, self.peers, names, self._steps

    def joins(self, before: int, after: int) -> bool:
        """Whether a line may run from one edition to the next: only where both are known to measure the same thing."""
        return self._steps.get((before, after)) == "same_structure"

    def method_changed(self, before: int, after: int) -> bool:
        """Whether it is known that the method changed somewhere between two editions."""
        return any(
            kind == "broken" and before <= first and last <= after for (first, last), kind in self._steps.items()
        )


def subject_of(
    con: duckdb.DuckDBPyConnection, reference: Path, unit_system: int, focus: str, peer: str | None = None
) -> Subject:
    """The subject of one unit.

    Raises:
        UnknownProvinceError: `focus` or `peer` is not a province_id of the unit system.
    """
    rows = con.execute("select unit_system, province_id, name_vi, name_en from provinces").fetchall()
    names = {(int(system), str(province)): Words(str(vi), str(en)) for system, province, vi, en in rows}
    for asked in (focus, *([peer] if peer else [])):
        if (unit_system, asked) not in names:
            known = [province for system, province in names if system == unit_system]
            raise UnknownProvinceError(
                f"no unit {asked!r} in the system of {unit_system}", nearest(asked, known, "see table provinces")
            )
    return Subject(con, unit_system, focus, None if peer == focus else peer, names, reference)


def missing_years(years: Sequence[int]) -> Words:
    """'năm 2020 và 2021', '2020 and 2021'."""
    text = listed([same(str(year)) for year in years])
    return Words(f"năm {text.vi}", text.en)
