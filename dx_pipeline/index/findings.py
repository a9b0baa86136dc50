"""What a sentence on a change may say: which parts explain it, and what the printed digits leave undecided.

Numbers only; `language/sentences.py` puts them into words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import POINTS_PER_SCORE
from dx_pipeline.index.identities import error_half_width, within_error

#: a part that moved against the others is named when it is worth this share of the largest part
MATTERS = 0.25


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
