"""What a picture is about: one province, one it is compared with, and the published tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dx_pipeline.errors import DxError
from dx_pipeline.language.words import Words, listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    import polars as pl


class UnknownProvinceError(DxError):
    """The province asked for is not one of the 63."""


class NothingToShowError(DxError):
    """The tables hold no figure for this picture; `reason` says why, in both languages."""

    def __init__(self, reason: Words) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass(frozen=True)
class Subject:
    """Reads the published tables for one province; every picture of a run shares it."""

    con: duckdb.DuckDBPyConnection
    focus: str
    peer: str | None
    names: dict[tuple[int, str], Words]
    #: folder of the reference data, which holds the tile grid
    reference: Path

    def table(self, query: str, parameters: Sequence[object] = ()) -> pl.DataFrame:
        """Rows of a query.

        Raises:
            NothingToShowError: the table is not there yet, or holds nothing for this question.
        """
        import duckdb

        name = query.split(" from ", 1)[1].split()[0]
        try:
            frame = self.con.execute(query, list(parameters)).pl()
        except duckdb.CatalogException as error:
            raise NothingToShowError(
                Words(f"Bảng {name} chưa có trong bản phát hành này.", f"This release has no table {name}.")
            ) from error
        if frame.is_empty():
            raise NothingToShowError(
                Words(
                    f"Bảng {name} không có số liệu của {self.name().vi}.",
                    f"Table {name} holds no figure of {self.name().en}.",
                )
            )
        return frame

    def name(self, province_id: str | None = None, unit_system: int = 63) -> Words:
        """Name of a unit (the focus province if none is given)."""
        return self.names[(unit_system, province_id or self.focus)]

    def peers(self, most: int = 3) -> list[str]:
        """Provinces to stand beside the focus: the one asked for, then named ones, else the nearest by endowments."""
        try:
            rows = self.table(
                "select basis, peer_id from peer_groups"
                " where unit_system = 63 and province_id = ? and basis in ('named', 'endowments')"
                " order by basis desc, position",
                [self.focus],
            )
        except NothingToShowError:
            found = []
        else:
            named = rows.filter(rows["basis"] == "named")["peer_id"].to_list()
            found = named or rows["peer_id"].to_list()[:2]
        chosen = [self.peer] if self.peer else []
        return [peer for peer in dict.fromkeys([*chosen, *found]) if peer != self.focus][:most]

    def breaks(self) -> dict[tuple[int, int], str]:
        """Comparability of the overall score over each step between editions; empty if it is not known."""
        try:
            rows = self.table(
                "select edition_from, edition_to, comparability from edition_comparability where level = 'overall'"
            )
        except NothingToShowError:
            return {}
        return {(int(a), int(b)): str(c) for a, b, c in rows.iter_rows()}


def subject_of(con: duckdb.DuckDBPyConnection, reference: Path, focus: str, peer: str | None = None) -> Subject:
    """The subject of one province.

    Raises:
        UnknownProvinceError: `focus` or `peer` is not a province_id of the 63.
    """
    rows = con.execute("select unit_system, province_id, name_vi, name_en from provinces").fetchall()
    names = {(int(system), str(province)): Words(str(vi), str(en)) for system, province, vi, en in rows}
    for asked in (focus, *([peer] if peer else [])):
        if (63, asked) not in names:
            raise UnknownProvinceError(
                f"no province {asked!r} among the 63: expected a province_id of table provinces such as 'hai-duong'"
            )
    return Subject(con, focus, None if peer == focus else peer, names, reference)


def joins(before: int, after: int, breaks: dict[tuple[int, int], str]) -> bool:
    """Whether a line may run from one edition to the next: only where both measure the same thing."""
    return breaks.get((before, after)) == "same_structure"


def missing_years(years: Sequence[int]) -> Words:
    """'năm 2020 và 2021', '2020 and 2021'."""
    text = listed([Words(str(year), str(year)) for year in years])
    return Words(f"năm {text.vi}", text.en)
