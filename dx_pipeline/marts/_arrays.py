"""What the index tables share: an edition as arrays, whether two editions compare, and arrays as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from dx_pipeline.conform.weights import part_points
from dx_pipeline.index import COMPONENTS
from dx_pipeline.index.arrays import FloatArray, weighted_scores

#: the method's tables are about the 63 provinces: the 34 units have one edition and no full component table
UNIT_SYSTEM = 63


@dataclass(frozen=True)
class Edition:
    """An edition in which all four components of all provinces are known.

    `components` has shape (provinces, 4) in the order of COMPONENTS; provinces are sorted. `status` is `computed` where
    the weights were read, `inferred` where they were not.
    """

    edition: int
    provinces: tuple[str, ...]
    components: FloatArray
    weights: FloatArray
    status: str

    @property
    def overall(self) -> FloatArray:
        """Overall score; the foundation is derived from the published one, so this is the published one."""
        return weighted_scores(self.components, self.weights)


def full_editions(component_scores: pl.DataFrame, indicator_weights: pl.DataFrame) -> list[Edition]:
    """Editions of the 63 with all four components of every province, in order of time.

    An edition with a gap is left out as a whole, because ranks among those who happen to be known are not ranks.
    """
    scores = component_scores.filter((pl.col("unit_system") == UNIT_SYSTEM) & pl.col("indicator").is_in(COMPONENTS))
    points = part_points(indicator_weights)
    editions = []
    for (edition,), own in scores.sort("edition", "province_id").group_by("edition", maintain_order=True):
        wide = own.pivot("indicator", index="province_id", values="score")
        if wide.height != UNIT_SYSTEM or any(wide[name].null_count() for name in COMPONENTS):
            continue
        own_points = points[int(str(edition))]
        editions.append(
            Edition(
                edition=int(str(edition)),
                provinces=tuple(wide["province_id"]),
                components=wide.select(COMPONENTS).to_numpy().astype(np.float64),
                weights=np.array(own_points.weights),
                status="inferred" if own_points.inferred else "computed",
            )
        )
    return editions


def rows(keys: Mapping[str, Sequence[object]], values: Mapping[str, object]) -> pl.DataFrame:
    """One row for every combination of the keys, in their order, with arrays of that shape as columns.

    Args:
        keys: name of a key column -> its values, slowest first.
        values: name of a column -> array with one dimension a key, or a number or text that is the same in all rows.
    """
    frame = pl.DataFrame({"_": [0]})
    for name, entries in keys.items():
        frame = frame.join(pl.DataFrame({name: list(entries)}), how="cross", maintain_order="left_right")
    shape = tuple(len(entries) for entries in keys.values())
    columns = {
        name: pl.lit(array) if isinstance(array, str) else pl.Series(np.broadcast_to(np.asarray(array), shape).ravel())
        for name, array in values.items()
    }
    return frame.drop("_").with_columns(**columns)


@dataclass(frozen=True)
class Step:
    """Two editions and how far their overall scores compare; the reasons are empty where they do."""

    edition_from: int
    edition_to: int
    comparability: str
    reason: str | None
    reason_vi: str | None

    @property
    def comparable(self) -> bool:
        """Whether scores of the two editions may be subtracted."""
        return self.comparability == "same_structure"


def step_between(edition_comparability: pl.DataFrame, edition_from: int, edition_to: int) -> Step:
    """How far the overall of two editions compares: as far as the first break between them lets it.

    Raises:
        ValueError: a step between the two is not described.
    """
    between = edition_comparability.filter(
        (pl.col("level") == "overall") & (pl.col("edition_from") >= edition_from) & (pl.col("edition_to") <= edition_to)
    ).sort("edition_from")
    if between.height != edition_to - edition_from:
        raise ValueError(
            f"edition_comparability: expected {edition_to - edition_from} steps of level overall between"
            f" {edition_from} and {edition_to}, found {between.height}; add what is missing to"
            " data/reference/dti_comparability.csv"
        )
    broken = between.filter(pl.col("comparability") != "same_structure")
    if broken.is_empty():
        return Step(edition_from, edition_to, "same_structure", None, None)
    first = broken.row(0, named=True)
    return Step(
        edition_from,
        edition_to,
        first["comparability"],
        f"not_comparable: scores of {first['edition_from']} and {first['edition_to']} do not compare"
        f" ({first['reason']})",
        f"không so sánh được: điểm của kỳ {first['edition_from']} và kỳ {first['edition_to']} không cùng thước đo vì bộ"
        " chỉ số đã thay đổi",
    )
