"""What the overall and the rank would be with other component scores or other weights: the exact formula, no model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import POINTS_PER_SCORE, TIE_TOLERANCE
from dx_pipeline.index.arrays import (
    WEIGHT_SUM_TOLERANCE,
    IndexInputError,
    ScoreOutOfRange,
    UnknownIndicator,
    UnknownProvince,
    WeightsError,
    as_matrix,
    normalise_weights,
    weighted_scores,
)
from dx_pipeline.index.identities import error_half_width
from dx_pipeline.index.ranks import rank_interval


class Errors(NamedTuple):
    """Half-widths of the rounding of an edition's printed figures: of the overall, and of each part in its order."""

    overall: float
    parts: Sequence[float]


EXACT = Errors(0.0, ())


@dataclass(frozen=True)
class WhatIf:
    """Answer to a what-if question; the other provinces keep their component scores.

    `passed` are the provinces that were ahead and no longer are, `passed_by` those that are ahead and were not, both in
    the order of the new ranking. rank_before - rank_after = len(passed) - len(passed_by). Points are thousandths of the
    overall, by indicator. `rank_low` and `rank_high` are the ranks after the change that rounding leaves open; `above`
    is the province just above then, `points_missing` the points to draw level with it; None and 0 for the first.
    """

    province: str
    overall_before: float
    overall_after: float
    rank_before: int
    rank_after: int
    passed: tuple[str, ...]
    passed_by: tuple[str, ...]
    points_before: dict[str, float]
    points_after: dict[str, float]
    rank_low: int
    rank_high: int
    above: str | None
    points_missing: float


def _check(indicators: Sequence[str], scores: Mapping[str, float], weights: Mapping[str, float]) -> None:
    for indicator in (*scores, *weights):
        if indicator not in indicators:
            raise UnknownIndicator(f"unknown indicator {indicator!r}: expected one of {', '.join(indicators)}")
    for indicator, score in scores.items():
        if not 0.0 <= float(score) <= 1.0:  # also false for NaN
            raise ScoreOutOfRange(f"{indicator}: a component score lies between 0 and 1, found {score}")
    for indicator, weight in weights.items():
        if not (np.isfinite(weight) and weight >= 0):
            raise WeightsError(f"{indicator}: a weight is a number of at least 0, found {weight}")


def what_if(
    provinces: Sequence[str],
    indicators: Sequence[str],
    components: ArrayLike,
    weights: ArrayLike,
    province: str,
    changed_scores: Mapping[str, float] | None = None,
    changed_weights: Mapping[str, float] | None = None,
    errors: Errors = EXACT,
) -> WhatIf:
    """Overall, rank and points of one province with changed component scores, changed weights, or both.

    Args:
        provinces: identifiers of the rows.
        indicators: codes of the columns.
        components: scores 0-1, shape (provinces, indicators).
        weights: official weights, shape (indicators,), any positive scale.
        province: whose scores change.
        changed_scores: new scores of that province, by indicator, 0-1.
        changed_weights: new weights for everybody, by indicator; with the unchanged ones they must sum to 1.
        errors: rounding of the printed figures. A sum that differs from the printed overall in the weight of a part
            is wrong by at most the overall's error and that difference times the part's; an assumed score is exact.

    Raises:
        UnknownProvince: if the province is not a row.
        UnknownIndicator: if a changed indicator is not a column.
        ScoreOutOfRange: if a changed score is not within 0-1.
        WeightsError: if a weight is negative or the weights do not sum to 1.
        IndexInputError: if rows and columns do not fit the matrix, or nothing is changed.
    """
    matrix = as_matrix(components)
    if matrix.shape != (len(provinces), len(indicators)):
        raise IndexInputError(f"{len(provinces)} provinces and {len(indicators)} indicators, matrix {matrix.shape}")
    scores, shares = changed_scores or {}, changed_weights or {}
    if not scores and not shares:
        raise IndexInputError("nothing is changed: give at least one component score or weight")
    if province not in provinces:
        raise UnknownProvince(f"unknown province {province!r}: expected one of {', '.join(provinces)}")
    _check(indicators, scores, shares)
    own = list(provinces).index(province)
    official = normalise_weights(weights, len(indicators))
    # not rescaled, because the asker should see the sum
    new_weights = np.array([shares.get(name, share) for name, share in zip(indicators, official, strict=True)])
    if abs(float(new_weights.sum()) - 1.0) > WEIGHT_SUM_TOLERANCE:
        parts = ", ".join(f"{name} {weight:g}" for name, weight in zip(indicators, new_weights, strict=True))
        raise WeightsError(f"weights must sum to 1, these sum to {new_weights.sum():g} ({parts})")
    new_matrix = matrix.copy()
    new_matrix[own] = [scores.get(name, score) for name, score in zip(indicators, matrix[own], strict=True)]
    before, after = weighted_scores(matrix, official), weighted_scores(new_matrix, new_weights)
    ahead_before = before - before[own] > TIE_TOLERANCE
    ahead_after = after - after[own] > TIE_TOLERANCE
    by_new_rank = np.argsort(-after, kind="stable")
    kept = np.ones_like(matrix)
    kept[own] = [part not in scores for part in indicators]
    error = errors.overall + error_half_width(kept * new_weights - official, errors.parts or np.zeros(len(indicators)))
    open_ranks = rank_interval(after, error)
    above = min((k for k in range(len(provinces)) if ahead_after[k]), key=lambda k: float(after[k]), default=None)
    points_before = POINTS_PER_SCORE * official * matrix[own]
    points_after = POINTS_PER_SCORE * new_weights * new_matrix[own]
    return WhatIf(
        province=province,
        overall_before=float(before[own]),
        overall_after=float(after[own]),
        rank_before=1 + int(ahead_before.sum()),
        rank_after=1 + int(ahead_after.sum()),
        passed=tuple(provinces[k] for k in by_new_rank if ahead_before[k] and not ahead_after[k]),
        passed_by=tuple(provinces[k] for k in by_new_rank if ahead_after[k] and not ahead_before[k]),
        points_before=dict(zip(indicators, points_before.tolist(), strict=True)),
        points_after=dict(zip(indicators, points_after.tolist(), strict=True)),
        rank_low=int(open_ranks.low[own]),
        rank_high=int(open_ranks.high[own]),
        above=None if above is None else provinces[above],
        points_missing=0.0 if above is None else float(POINTS_PER_SCORE * (after[above] - after[own])),
    )
