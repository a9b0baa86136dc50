"""How much a file may hold, checked before memory is spent: a wrong file is refused and never ends the process."""

from __future__ import annotations

from dx_pipeline.sources.errors import refuse

MIB = 1024 * 1024
#: bytes of a file on disk, by form; far above any published table there is
FILE_BYTES = {"csv": 256 * MIB, "parquet": 256 * MIB, "stata": 256 * MIB}
OTHER_FILE_BYTES = 64 * MIB
#: cells of one file, blank ones included
CELLS = 10_000_000
#: columns of one table, as many as a sheet of a workbook has
COLUMNS = 16_384
#: cells of one sheet of a workbook or one table of a page, and values of a JSON file: Python objects for a moment
OBJECTS = 2_000_000
#: characters of one cell; a workbook allows 32,767
CELL_TEXT = 32_767
#: bytes of a workbook once unpacked, and how much smaller than that it may be packed
UNPACKED_BYTES = 512 * MIB
UNPACKED_RATIO = 200
#: below this nobody asks for the ratio: small sheets of equal rows pack very well
RATIO_FROM = 16 * MIB
#: bytes of the part of a workbook with its styles, of which every one becomes an object
STYLES_BYTES = 12 * MIB
#: rows in which a heading is looked for
HEADING_SEARCH = 200


def check_size(where: str, form: str, size: int) -> None:
    """Refuse an empty or oversized file.

    Raises:
        SourceError: naming the limit.
    """
    limit = FILE_BYTES.get(form, OTHER_FILE_BYTES)
    if not 0 < size <= limit:
        refuse(where, f"1 to {limit:,} bytes", f"{size:,} bytes", "split the file" if size else "the file is empty")


def check_cells(where: str, cells: int, limit: int = CELLS, what: str = "cells") -> None:
    """Refuse a table of too many cells.

    Raises:
        SourceError: naming the limit.
    """
    if cells > limit:
        refuse(where, f"at most {limit:,} {what}", f"about {cells:,}", "keep the part with the provinces in the file")
