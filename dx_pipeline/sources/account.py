"""What became of every cell of a sheet, so that none is lost without a word."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from dx_pipeline.errors import Problem
from dx_pipeline.sources.cells import Sheet
from dx_pipeline.sources.texts import shown

#: what a cell that holds something can become; 0 is nothing yet
HEADING, FIGURE, NOTE, IGNORED, REJECTED = 1, 2, 3, 4, 5
NAMES = {HEADING: "heading", FIGURE: "figures", NOTE: "notes", IGNORED: "ignored", REJECTED: "rejected"}
#: so many lost cells are named
SHOWN = 5


class Account:
    """One sheet's cells and what each became. A table may claim what another one ignores."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        shape = (sheet.texts.height, sheet.texts.width)
        self.filled: npt.NDArray[np.bool_] = np.zeros(shape, np.bool_, order="F")
        for place, name in enumerate(sheet.texts.columns):
            self.filled[:, place] = sheet.texts[name].is_not_null().to_numpy()
        self.became: npt.NDArray[np.uint8] = np.zeros(shape, np.uint8, order="F")

    def mark(self, rows: slice, columns: Iterable[int], what: int, where: npt.NDArray[np.bool_] | None = None) -> None:
        """Say what the cells of some rows and columns became; `where` picks among the rows."""
        for column in columns:
            if not 0 <= column < self.became.shape[1]:
                continue
            before = self.became[rows, column]
            free = (before == 0) | (before == IGNORED)
            self.became[rows, column] = np.where(free if where is None else free & where, what, before)

    def counts(self) -> dict[str, int]:
        """Cells that hold something, in all and by what they became."""
        found = np.bincount(self.became[self.filled], minlength=6)
        return {"cells": int(self.filled.sum()), **{name: int(found[code]) for code, name in NAMES.items()}}

    def lost(self, where: str) -> list[Problem]:
        """Cells that hold something and became nothing."""
        rows, columns = np.nonzero(self.filled & (self.became == 0))
        if not len(rows):
            return []
        cells = [
            f"{self.sheet.address(int(row), int(column))} {shown(self.sheet.texts[int(row), int(column)], 30)}"
            for row, column in list(zip(rows, columns, strict=True))[:SHOWN]
        ]
        found = f"{len(rows):,} cells that nothing was said of: {', '.join(cells)}"
        return [Problem(where, "every cell read, left out or ignored", found, "say so in source.toml")]
