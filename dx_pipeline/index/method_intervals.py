"""Between which scores each other way of putting the index together lies, if every component is within its error.

Outer bounds: a unit's true score lies inside, the interval may be a little wider than need be, because the components
are taken as free of each other and goalposts at their own ends. Ranks from them are never surer than the figures.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dx_pipeline.index import TIE_TOLERANCE
from dx_pipeline.index.aggregation import generalised_mean, mazziotta_pareto
from dx_pipeline.index.arrays import FloatArray, weighted_scores
from dx_pipeline.index.benefit import best_score
from dx_pipeline.index.doubt import SLACK, RankInterval


class ScoreInterval(NamedTuple):
    """Lowest and highest score, each of shape (units,)."""

    low: FloatArray
    high: FloatArray


def method_intervals(components: FloatArray, errors: FloatArray, weights: FloatArray) -> dict[str, ScoreInterval]:
    """The interval of every method but the official one, which is linear and needs none of this.

    Args:
        components: scores 0-1, shape (units, components).
        errors: their half-widths, same shape.
        weights: summing to 1, shape (components,).
    """
    low, high = np.maximum(components - errors, 0.0), components + errors
    stretched = _stretched(components, errors)
    return {
        "geometric": ScoreInterval(generalised_mean(low, weights, 0.0), generalised_mean(high, weights, 0.0)),
        "copeland": _copeland(components, errors, weights),
        "benefit_of_the_doubt": _benefit(low, high, weights),
        "adjusted_mazziotta_pareto": ScoreInterval(*(mazziotta_pareto(70.0 + 60.0 * one) for one in stretched)),
        "min_max_first": ScoreInterval(*(weighted_scores(one, weights) for one in stretched)),
    }


def ranks_of_intervals(scores: ScoreInterval) -> RankInterval:
    """Ranks left open: 1 + number surely above, 1 + number possibly above."""
    above = scores.low[None, :] > scores.high[:, None] + SLACK
    possible = scores.high[None, :] >= scores.low[:, None] - SLACK
    itself = np.eye(len(scores.low), dtype=bool)
    return RankInterval(1 + (above & ~itself).sum(axis=1), 1 + (possible & ~itself).sum(axis=1))


def _stretched(components: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Components stretched to 0-1 with the ends of the scale anywhere within their errors."""
    smallest, largest = components.argmin(axis=0), components.argmax(axis=0)
    columns = np.arange(components.shape[1])
    bottom, top = components[smallest, columns], components[largest, columns]
    bottom_error, top_error = errors[smallest, columns], errors[largest, columns]
    narrow = (components - errors - bottom - bottom_error) / (top + top_error - bottom - bottom_error)
    wide = (components + errors - bottom + bottom_error) / (top - top_error - bottom + bottom_error)
    # the first and the last stay the ends of the scale themselves
    return np.clip(narrow, 0.0, 1.0), np.clip(wide, 0.0, 1.0)


def _copeland(components: FloatArray, errors: FloatArray, weights: FloatArray) -> ScoreInterval:
    """Duels won for sure less those possibly lost, and the other way round."""
    lead = components[:, None, :] - components[None, :, :]
    joint = errors[:, None, :] + errors[None, :, :]
    sure = weighted_scores((lead > joint + TIE_TOLERANCE).astype(np.float64), weights)
    possible = weighted_scores((lead > -joint - TIE_TOLERANCE).astype(np.float64), weights)
    wins = sure - possible.T > TIE_TOLERANCE
    may_win = possible - sure.T > TIE_TOLERANCE
    np.fill_diagonal(may_win, False)
    return ScoreInterval(
        (wins.sum(axis=1) - may_win.sum(axis=0)).astype(np.float64),
        (may_win.sum(axis=1) - wins.sum(axis=0)).astype(np.float64),
    )


def _benefit(low: FloatArray, high: FloatArray, weights: FloatArray) -> ScoreInterval:
    """One's own components at their low ends and all others' at their high ones, and the other way round."""
    ends = np.empty((2, len(low)))
    for place, (own, others) in enumerate(((low, high), (high, low))):
        for i in range(len(low)):
            rivals = others.copy()
            rivals[i] = own[i]
            ends[place, i] = best_score(i, rivals, weights)
    return ScoreInterval(ends[0], ends[1])
