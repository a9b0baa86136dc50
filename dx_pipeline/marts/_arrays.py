"""What the index tables share: an edition as arrays, whether two editions compare, arrays as rows, and rounding (M27).

The figures an edition rests on are the overall and the activities, printed or averaged over members; the foundation
follows from them, so a combination of parts is written in them first, where common figures cancel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from dx_pipeline.index.arrays import BoolArray, FloatArray, weighted_scores
from dx_pipeline.index.identities import derive_foundation, error_half_width, parts_from_printed, within_error
from dx_pipeline.index.ranks import RankInterval, rank_interval
from dx_pipeline.index.structure import Structure, structures
from dx_pipeline.marts._units import KEY, TABLE, matrix, side_by_side


@dataclass(frozen=True)
class Edition:
    """An edition of one unit system in which all parts of all units are known.

    Attributes:
        edition: the assessed year.
        unit_system: whose units these are.
        provinces: ids of the units, sorted.
        components: scores of the parts, shape (units, parts), in the order of the structure.
        structure: how the overall is put together.
        half_widths: error of the figures the parts rest on (overall, activities), shape (units, parts).
        exact_order: whether each of these was printed alone, so that different figures are in a sure order; a mean
            over members is not.
        basis: weakest basis of a row that uses the weights.
    """

    edition: int
    unit_system: int
    provinces: tuple[str, ...]
    components: FloatArray
    structure: Structure
    half_widths: FloatArray
    exact_order: bool
    basis: str

    @property
    def parts(self) -> tuple[str, ...]:
        """Codes of the columns of `components`."""
        return self.structure.parts

    @property
    def weights(self) -> FloatArray:
        """Weights of the parts, summing to 1."""
        return self.structure.weights

    @property
    def overall(self) -> FloatArray:
        """Overall score; the foundation is derived from the printed one, so this is the printed one."""
        return weighted_scores(self.components, self.weights)

    @property
    def printed_map(self) -> FloatArray:
        """The parts as combinations of the figures that `half_widths` is about."""
        return parts_from_printed(self.structure.points)

    @property
    def keys(self) -> dict[str, Sequence[object]]:
        """The key columns of a table with one row a unit."""
        return {"edition": [self.edition], "unit_system": [self.unit_system], "province_id": self.provinces}

    def errors(self, coefficients: ArrayLike) -> FloatArray:
        """Half-width of each unit's combination of parts, shape (units,) or (units, combinations)."""
        return error_half_width(np.asarray(coefficients, dtype=np.float64) @ self.printed_map, self.half_widths)

    def errors_of_order(self, coefficients: ArrayLike) -> FloatArray:
        """The same for putting units in order: 0 where the combination is one printed figure; rounding keeps order."""
        written = np.asarray(coefficients, dtype=np.float64) @ self.printed_map
        alike = (self.half_widths == self.half_widths[0]).all(axis=0)
        alone = (np.abs(written) > 1e-12).sum(axis=-1) == 1
        exact = self.exact_order & alone & alike[np.abs(written).argmax(axis=-1)]
        return np.asarray(self.errors(coefficients) * ~exact)

    def rank_interval(self, coefficients: FloatArray) -> RankInterval:
        """Ranks that are left open for a combination of parts, e.g. the weights."""
        return rank_interval(self.components @ coefficients, self.errors_of_order(coefficients))

    def undecided_pairs(self, coefficients: ArrayLike) -> BoolArray:
        """Whether the order of two units by a combination of parts is open; shape (units, units[, combinations])."""
        values = self.components @ np.asarray(coefficients, dtype=np.float64).T
        errors = self.errors_of_order(coefficients)
        return within_error(values[:, None] - values[None, :], errors[:, None] + errors[None, :])


def edition_structures(tables: Mapping[str, pl.DataFrame]) -> dict[int, Structure]:
    """The structure of each edition, from `indicators` and `indicator_weights`."""
    return structures(tables["indicators"], tables["indicator_weights"])


def full_editions(tables: Mapping[str, pl.DataFrame]) -> list[Edition]:
    """Editions with all parts of every unit, in order of unit system and time.

    An edition with a gap is left out as a whole, because ranks among those who happen to be known are not ranks.
    """
    totals = tables["province_rankings"].select(
        *KEY, overall="score", overall_error="error_half_width", overall_basis="score_basis"
    )
    structures = edition_structures(tables)
    editions = []
    for (year, system), scores in tables["component_scores"].sort(KEY).group_by(TABLE, maintain_order=True):
        structure = structures.get(int(str(year)))
        if structure is None or not structure.foundation:
            continue
        wide = side_by_side(scores, structure.parts, "error_half_width").join(totals, on=KEY, maintain_order="left")
        if wide.height < scores["province_id"].n_unique():
            continue
        printed = matrix(wide, "overall", *(f"score_{name}" for name in structure.activities))
        foundation = derive_foundation(printed[:, 0], printed[:, 1:], structure.points)
        editions.append(
            Edition(
                edition=structure.edition,
                unit_system=int(str(system)),
                provinces=tuple(wide["province_id"]),
                # from what is printed, because the table's own foundation is rounded and would break ties
                components=np.column_stack([foundation, printed[:, 1:]]),
                structure=structure,
                half_widths=matrix(wide, "overall_error", *(f"error_half_width_{one}" for one in structure.activities)),
                exact_order="computed" not in wide["overall_basis"],
                basis=structure.basis_or("computed"),
            )
        )
    return sorted(editions, key=lambda edition: (edition.unit_system, edition.edition))


def edition_pairs(tables: Mapping[str, pl.DataFrame]) -> Iterator[tuple[Edition, Edition, Step]]:
    """Each full edition with the next of the same unit system, and how far the two compare."""
    for _, own in groupby(full_editions(tables), key=lambda edition: edition.unit_system):
        for before, after in pairwise(own):
            yield before, after, step_between(tables["edition_comparability"], before.edition, after.edition)


def step_keys(before: Edition, after: Edition, indicators: Sequence[str]) -> dict[str, Sequence[object]]:
    """The key columns of a table with one row a unit and indicator of a step."""
    steps = {"edition_from": [before.edition], "edition_to": [after.edition]}
    return {**steps, "unit_system": [after.unit_system], "province_id": after.provinces, "indicator": indicators}


def rows(keys: Mapping[str, Sequence[object]], values: Mapping[str, object]) -> pl.DataFrame:
    """One row for every combination of the keys, in their order, with arrays of that shape as columns.

    Args:
        keys: name of a key column -> its values, slowest first.
        values: name of a column -> array whose last dimensions are those of the last keys, or a number or text that is
            the same in all rows.
    """
    frame = pl.DataFrame({"_": [0]})
    for name, entries in keys.items():
        frame = frame.join(pl.DataFrame({name: list(entries)}), how="cross", maintain_order="left_right")
    shape = tuple(len(entries) for entries in keys.values())
    columns = {
        name: pl.lit(array) if isinstance(array, str) else _column(np.broadcast_to(np.asarray(array), shape))
        for name, array in values.items()
    }
    return frame.drop("_").with_columns(**columns)


def _column(array: NDArray[Any]) -> pl.Series:
    return pl.Series(array.ravel().tolist(), dtype=pl.String) if array.dtype == object else pl.Series(array.ravel())


class Step(NamedTuple):
    """How far the overall scores of two editions compare; the reasons are empty where they do."""

    comparability: str
    reason: str | None
    reason_vi: str | None

    @property
    def comparable(self) -> bool:
        """Whether scores of the two editions may be subtracted."""
        return self.comparability == "same_structure"

    def values(self, basis: str = "computed") -> dict[str, str | None]:
        """comparability, status and the reasons of a table that says why it is empty."""
        return self._asdict() | {"status": basis if self.comparable else "not_comparable"}


def step_between(edition_comparability: pl.DataFrame, edition_from: int, edition_to: int) -> Step:
    """How far the overall of two editions compares: as far as the first break between them lets it."""
    steps = edition_comparability.filter(pl.col("level") == "overall")
    known = {row["edition_from"]: row for row in steps.iter_rows(named=True)}
    year = edition_from
    while year < edition_to:
        row = known[year]
        if row["comparability"] != "same_structure":
            changed = "không cùng thước đo vì bộ chỉ số đã thay đổi"
            why = "chưa biết hai kỳ có cùng thước đo hay không" if row["comparability"] == "unknown" else changed
            return Step(
                row["comparability"],
                f"not_comparable: scores of {year} and {row['edition_to']} do not compare ({row['reason']})",
                f"không so sánh được: điểm của kỳ {year} và kỳ {row['edition_to']} {why}",
            )
        year = row["edition_to"]
    return Step("same_structure", None, None)


def interval_columns(ranks: RankInterval) -> Mapping[str, object]:
    """`rank_low`, `rank_high`, `within_error` for `rows`."""
    return {"rank_low": ranks.low, "rank_high": ranks.high, "within_error": ranks.low < ranks.high}


def one_column_each(intervals: Iterable[RankInterval]) -> RankInterval:
    """Several intervals of the same units beside each other, shape (units, intervals)."""
    return RankInterval(*map(np.column_stack, zip(*intervals, strict=True)))


def with_rank_interval(frame: pl.DataFrame, score: str, computed: pl.Expr) -> pl.DataFrame:
    """`rank_low` and `rank_high` by edition and unit system, null where a score is missing.

    Figures printed with the same digits are in a sure order as soon as they differ; means of members are not.

    Args:
        frame: with edition, unit_system, error_half_width and `score`.
        score: the column that ranks.
        computed: whether a row's score is such a mean.
    """
    places = []
    for _, table in frame.with_columns(_computed=computed).group_by(TABLE, maintain_order=True):
        own = table
        if table[score].null_count() == 0:
            errors = table["error_half_width"]
            loose = table["_computed"].any() or errors.n_unique() > 1
            low, high = rank_interval(table[score].to_numpy(), errors.to_numpy() if loose else 0.0)
            own = table.with_columns(rank_low=pl.Series(low), rank_high=pl.Series(high))
        places.append(own)
    return pl.concat(places, how="diagonal").drop("_computed")


def arising() -> pl.Expr:
    """The doubt that arises in a table itself, where its flag is up."""
    return pl.when("within_error").then(pl.lit("within_error"))
