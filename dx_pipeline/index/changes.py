"""What separates two provinces, or two editions of one: in points by component, in ranks, and which parts explain it.

Why a rank moved is a Shapley value of a game of two players (Shorrocks 2013, doi:10.1007/s10888-011-9214-z): each
province is taken against all others together; its rank is computed with its own score of either edition and the others'
of either edition.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import POINTS_PER_SCORE
from dx_pipeline.index.arrays import (
    FloatArray,
    IndexInputError,
    IntArray,
    as_matrix,
    as_vector,
    normalise_weights,
    weighted_scores,
)
from dx_pipeline.index.identities import error_half_width, within_error
from dx_pipeline.index.ranks import rank_of_replaced_score

#: a part that moved against the others is named when it is worth this share of the largest part
MATTERS = 0.25


def component_gaps(components: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Gap in points of every province to every other, 1000 w_j (x_ij - x_kj).

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: shape (components,).

    Returns:
        Shape (provinces, peers, components); summed over the last axis it is the gap of the overall in points.
    """
    matrix = as_matrix(components)
    points = POINTS_PER_SCORE * normalise_weights(weights, matrix.shape[1])
    return points * (matrix[:, None, :] - matrix[None, :, :])


def score_changes(
    components_from: ArrayLike, components_to: ArrayLike, weights_from: ArrayLike, weights_to: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Split the change of the overall into performance and weights, by component, in points.

    Bennet's indicator (Bennet 1920, "The theory of measurement of changes in cost of living", Journal of the Royal
    Statistical Society 83, 455-462): performance_j = (w0 + w1)/2 (x1 - x0), weight_j = (x0 + x1)/2 (w1 - w0). All parts
    together are exactly the change of the overall.

    Args:
        components_from: earlier edition, shape (provinces, components).
        components_to: later edition, same shape.
        weights_from: weights of the earlier edition, shape (components,).
        weights_to: weights of the later edition.

    Returns:
        Performance and weight effects, each of shape (provinces, components).

    Raises:
        IndexInputError: if the two editions differ in shape or hold a missing figure.
    """
    before, after = _both_editions(components_from, components_to)
    w0 = normalise_weights(weights_from, before.shape[1])
    w1 = normalise_weights(weights_to, before.shape[1])
    performance = POINTS_PER_SCORE * (w0 + w1) / 2 * (after - before)
    weight = POINTS_PER_SCORE * (before + after) / 2 * (w1 - w0)
    return np.asarray(performance), np.asarray(weight)


class RankChange(NamedTuple):
    """Rank changes of all provinces between two editions; every array has shape (provinces,).

    Effects are in places, halves included; a negative effect is a rise (towards 1). own + others = rank_to - rank_from.
    """

    rank_from: IntArray
    rank_own_new: IntArray
    rank_others_new: IntArray
    rank_to: IntArray
    own_effect: FloatArray
    others_effect: FloatArray


def decompose_rank_changes(scores_from: ArrayLike, scores_to: ArrayLike) -> RankChange:
    """Split each province's rank change into its own part and the others' part.

    With r(a, b) the rank when the own score is of time a and the others' of time b:
    own = [(r10 - r00) + (r11 - r01)]/2, others = [(r01 - r00) + (r11 - r10)]/2.

    Args:
        scores_from: overall scores of the earlier edition, shape (provinces,).
        scores_to: of the later edition, same provinces in the same order.

    Raises:
        IndexInputError: if the two differ in length or hold a missing figure.
    """
    before = as_vector(scores_from, "scores of the earlier edition")
    after = as_vector(scores_to, "scores of the later edition", len(before))
    r00, r10 = rank_of_replaced_score(before, np.stack([before, after]))
    r01, r11 = rank_of_replaced_score(after, np.stack([before, after]))
    own = ((r10 - r00) + (r11 - r01)) / 2
    others = ((r01 - r00) + (r11 - r10)) / 2
    return RankChange(r00, r10, r01, r11, own, others)


def rank_counterfactuals(components_from: ArrayLike, components_to: ArrayLike, weights_to: ArrayLike) -> IntArray:
    """Rank of each province had one component grown only by the mean of all provinces.

    For component j the province's new score is replaced by its old one plus the mean growth of j over all provinces
    (itself among them); everything else, the others included, stays as it is in the later edition.

    Args:
        components_from: earlier edition, shape (provinces, components).
        components_to: later edition, same provinces and components.
        weights_to: weights of the later edition, shape (components,).

    Returns:
        Shape (provinces, components). A rank better than the actual one means that the component held the province
        back.

    Raises:
        IndexInputError: if the two matrices differ in shape or hold a missing figure.
    """
    before, after = _both_editions(components_from, components_to)
    weights = normalise_weights(weights_to, after.shape[1])
    overall = weighted_scores(after, weights)
    expected = before + (after - before).mean(axis=0)
    replaced = overall[:, None] + weights * (expected - after)
    return rank_of_replaced_score(overall, replaced.T).T


def _both_editions(components_from: ArrayLike, components_to: ArrayLike) -> tuple[FloatArray, FloatArray]:
    before = as_matrix(components_from, "component scores of the earlier edition")
    after = as_matrix(components_to, "component scores of the later edition")
    if before.shape != after.shape:
        raise IndexInputError(f"the editions differ in shape: {before.shape} and {after.shape}")
    return before, after


class Part(NamedTuple):
    """One part of the overall and what it changed, in points."""

    name: str
    points: float


class Explanation(NamedTuple):
    """The parts worth naming, largest first.

    `leading` moved with the score: one part, or all that the printed digits do not tell apart (`undecided`); `opposing`
    moved against it and matter. Both are empty where no part moved beyond its own error.
    """

    leading: tuple[Part, ...]
    opposing: tuple[Part, ...]
    undecided: bool


def explain(points: Mapping[str, float], joint: Mapping[frozenset[str], float]) -> Explanation:
    """Which parts explain a change.

    Args:
        points: part -> change in points.
        joint: `{name}` -> half-width of a part's change, `{name, other}` -> of the difference of two, in points.
    """
    total = sum(points.values())
    direction = 1.0 if total >= 0 else -1.0
    ordered = sorted((Part(*item) for item in points.items()), key=lambda part: -direction * part.points)
    moved = [part for part in ordered if not within_error(part.points, joint[frozenset({part.name})])]
    with_score = [part for part in moved if direction * part.points > 0]
    against = [part for part in reversed(moved) if direction * part.points < 0]
    largest = max((abs(part.points) for part in moved), default=0.0)
    if not with_score:
        return Explanation((), tuple(against), False)
    first = with_score[0]
    level = [
        part
        for part in with_score
        if part is first or within_error(first.points - part.points, joint[frozenset({first.name, part.name})])
    ]
    matters = tuple(part for part in against if abs(part.points) >= MATTERS * largest)
    return Explanation(tuple(level), matters, len(level) > 1)


def joint_half_widths(
    names: Sequence[str], maps: Sequence[ArrayLike], half_widths: Sequence[ArrayLike]
) -> dict[frozenset[str], float]:
    """Half-widths of the change of each part and of the difference of two, in points (M27).

    A part beside the foundation shares printed figures with it, which cancel before the errors are added.

    Args:
        names: of the parts.
        maps: of each edition, the weighted parts as combinations of its printed figures, shape (parts, figures).
        half_widths: of the printed figures of each edition, shape (figures,).
    """
    unit = np.eye(len(names))
    rows = {frozenset({name}): unit[i] for i, name in enumerate(names)}
    rows |= {
        frozenset({name, other}): unit[i] - unit[j]
        for i, name in enumerate(names)
        for j, other in enumerate(names)
        if i < j
    }
    editions = list(zip(maps, half_widths, strict=True))
    return {
        key: float(
            POINTS_PER_SCORE * sum(error_half_width(row @ np.asarray(own), printed) for own, printed in editions)
        )
        for key, row in rows.items()
    }
