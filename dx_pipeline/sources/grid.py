"""A printed table as text: what every reader gives back."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from rapidfuzz import process

from dx_pipeline.sources.errors import SourceError, problem


@dataclass(frozen=True)
class Grid:
    """One table as printed: header texts, rows of texts (None where a cell is empty), and each row's number.

    Row numbers are those a person sees: the line of a spreadsheet (header = 1), the n-th row of an HTML table, the
    position in a JSON list (first = 1).
    """

    name: str
    header: list[str]
    rows: list[list[str | None]] = field(repr=False)
    row_numbers: list[int] = field(repr=False)


def plain(text: str | None) -> str:
    """Header text for comparison: NFC, single spaces, none around."""
    return " ".join(unicodedata.normalize("NFC", text or "").replace("\u00a0", " ").split())


def column_positions(where: str, grid: Grid, wanted: list[str], ignored: tuple[str, ...] = ()) -> dict[str, int]:
    """Position of each wanted column, found by its printed name, wherever it stands.

    Raises:
        SourceError: a column is missing, printed twice, or not declared.
    """
    header = [plain(text) for text in grid.header]
    positions: dict[str, int] = {}
    for name in wanted:
        count = header.count(plain(name))
        if count != 1:
            near = process.extractOne(plain(name), header)
            hint = f"nearest is {near[0]!r}" if near and not count else ""
            raise SourceError(
                problem(f"{where}, header", f"one column {name!r}", "none" if not count else f"{count} of them", hint)
                + f"; the header reads {header}"
            )
        positions[name] = header.index(plain(name))
    known = {plain(name) for name in [*wanted, *ignored]}
    undeclared = [text for text in header if text and text not in known]
    if undeclared:
        raise SourceError(
            problem(f"{where}, header", f"only the columns of source.toml {sorted(known)}", f"also {undeclared}")
            + "; declare their indicator, or list them under `ignore`"
        )
    return positions


def split_at_header(
    where: str, name: str, cells: list[list[str | None]], wanted: list[str], first_row: int = 1
) -> Grid:
    """A grid from loose rows, whose header is the first row that holds every wanted column.

    Raises:
        SourceError: no row does.
    """
    needed = {plain(text) for text in wanted}
    for position, row in enumerate(cells):
        if needed <= {plain(text) for text in row}:
            rest = list(enumerate(cells[position + 1 :], start=first_row + position + 1))
            filled = [(number, row) for number, row in rest if any(plain(text) for text in row)]
            return Grid(
                name, [text or "" for text in row], [row for _, row in filled], [number for number, _ in filled]
            )
    shown = [[plain(text) for text in row if text] for row in cells[:5]]
    raise SourceError(problem(where, f"a header row with {sorted(needed)}", f"none; the first rows read {shown}"))
