"""What an overall score is put together from: the parts, pillars, foundation and points of each edition.

Nothing of it stands in Python: `data/reference/indicators.csv` says which indicator is part of which, and
`data/reference/dti_weights.csv` how many points each may give in an edition. A new indicator set is rows there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dx_pipeline.index.arrays import FloatArray

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Structure:
    """How the overall of one edition is put together.

    Attributes:
        edition: the assessed year.
        overall: code of the total.
        parts: what adds up to it, the foundation first where there is one, then the activities.
        points: maximum points of each part.
        foundation: points of each component of the foundation; empty in an edition without one.
        pillars: pillar -> the activity it adds to the foundation; empty where the pillars are the parts themselves.
        basis: weakest basis of the points: `stated`, `solved` or `inferred`.
    """

    edition: int
    overall: str
    parts: tuple[str, ...]
    points: tuple[float, ...]
    foundation: Mapping[str, float]
    pillars: Mapping[str, str]
    basis: str

    @property
    def weights(self) -> FloatArray:
        """The points as shares that add up to 1."""
        points = np.array(self.points)
        return np.asarray(points / points.sum(), dtype=np.float64)

    @property
    def activities(self) -> tuple[str, ...]:
        """The parts that are printed: all but the foundation."""
        return self.parts[1:] if self.foundation else self.parts

    def basis_or(self, plain: str) -> str:
        """Basis of a figure that rests on the points: another word where these are stated."""
        return plain if self.basis == "stated" else self.basis

    @property
    def printed(self) -> tuple[str, ...]:
        """The figures the parts rest on: the total and the activities."""
        return (self.overall, *self.activities)


def structures(indicators: pl.DataFrame, weights: pl.DataFrame) -> dict[int, Structure]:
    """The structure of every edition whose parts have points, by edition.

    Args:
        indicators: indicator, role, position, part_of, pillar.
        weights: edition, indicator, max_points, status; a row for the foundation as a whole may be there or not.
    """
    import polars as pl

    indicators = indicators.sort(pl.col("position").cast(pl.Int64))
    part_of = dict(indicators.select("indicator", "part_of").iter_rows())
    roles = dict(indicators.select("indicator", "role").iter_rows())
    pillar_of = dict(indicators.select("indicator", "pillar").iter_rows())
    overall = next(name for name, role in roles.items() if role == "overall")
    found = {}
    for (edition,), rows in weights.sort("edition").group_by("edition", maintain_order=True):
        points = {name: value for name, value in rows.select("indicator", "max_points").iter_rows() if value}
        foundations = {name: {c: points[c] for c in points if part_of[c] == name} for name in part_of}
        foundations = {name: own for name, own in foundations.items() if own and part_of[name] == overall}
        points |= {name: sum(own.values()) for name, own in foundations.items()}
        parts = [name for name in part_of if name in points and part_of[name] == overall]
        #: disjoint pillars are the parts of an edition that has no other
        parts = parts or [name for name in points if roles[name] == "pillar"]
        if not parts:
            continue
        found[int(str(edition))] = Structure(
            edition=int(str(edition)),
            overall=overall,
            parts=tuple(parts),
            points=tuple(points[name] for name in parts),
            foundation=next(iter(foundations.values()), {}),
            pillars={pillar_of[name]: name for name in parts if pillar_of[name]},
            basis=next((one for one in ("inferred", "solved") if one in rows["status"]), "stated"),
        )
    return found
