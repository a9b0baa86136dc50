"""What changed in each unit's score between two editions, in points by component."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import changes as methods
from dx_pipeline.index.arrays import FloatArray
from dx_pipeline.index.identities import within_error
from dx_pipeline.marts._arrays import Edition, arising, edition_pairs, rows, step_keys


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Performance and weight effect of each component and of all (M5); null across a broken comparability (M21)."""
    frames = []
    for before, after, step in edition_pairs(tables):
        keys = step_keys(before, after, [*after.parts, after.structure.overall])
        shape = (len(after.provinces), len(after.parts))
        performance = weight = np.full(shape, np.nan)
        if step.comparable:
            performance, weight = methods.score_changes(
                before.components, after.components, before.weights, after.weights
            )
        values = {
            "performance_points": np.column_stack([performance, performance.sum(axis=1)]),
            "weight_points": np.column_stack([weight, weight.sum(axis=1)]),
        }
        if step.comparable:
            values |= _errors(before, after, values["performance_points"] + values["weight_points"])
        frames.append(rows(keys, {**values, **step.values(after.basis)}))
    return pl.concat(frames, how="diagonal").with_columns(doubts=arising())


def _errors(before: Edition, after: Edition, changes: FloatArray) -> dict[str, np.ndarray]:
    """Error of each change in points, whether its sign is open, and which part surely moved the total most (M27)."""
    first, last = (np.vstack([np.diag(one.weights), one.weights]) for one in (before, after))
    errors = 1000 * (before.errors(first) + after.errors(last))
    order = 1000 * (before.errors_of_order(first) + after.errors_of_order(last))
    parts = len(after.parts)
    direction = np.sign(changes[:, -1:])
    moved = changes[:, :-1] * direction
    # differences of two parts, in the figures that both rest on
    pairs = [(j, k) for j in range(parts) for k in range(parts)]
    joint = 1000 * sum(
        one.errors(np.array([combined[j] - combined[k] for j, k in pairs]))
        for one, combined in ((before, first), (after, last))
    )
    joint = np.asarray(joint).reshape(len(changes), parts, parts)
    lead = moved[:, :, None] - moved[:, None, :]
    other = ~np.eye(parts, dtype=bool)
    surely = ((lead > joint) | ~other).all(axis=2)
    never = ((lead < -joint) & other).any(axis=2)
    largest = np.where(surely, "yes", np.where(never, "no", "undecided")).astype(object)
    return {
        "error_half_width": errors,
        "within_error": within_error(changes, order),
        "largest": np.column_stack([largest, np.full(len(changes), None, dtype=object)]),
    }
