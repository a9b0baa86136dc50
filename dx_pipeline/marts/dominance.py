"""Which order no weights can overturn: how many units are ahead, or behind, in every component."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import TIE_TOLERANCE
from dx_pipeline.index.bands import dominance_matrix
from dx_pipeline.marts._arrays import Edition, arising, full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit and edition (M26), with the pairs that the rounding of the printed figures leaves open (M27)."""
    return pl.concat(map(_counted, full_editions(tables))).with_columns(doubts=arising())


def _counted(edition: Edition) -> pl.DataFrame:
    ahead = dominance_matrix(edition.components)
    lead = edition.components[:, None, :] - edition.components[None, :, :] > TIE_TOLERANCE
    undecided = edition.undecided_pairs(np.eye(len(edition.parts)))
    sure = np.asarray((lead & ~undecided).all(axis=-1))
    possible = np.asarray((lead | undecided).all(axis=-1))
    np.fill_diagonal(possible, False)
    open_pairs = possible & ~sure
    either = np.asarray(open_pairs | open_pairs.T)
    names = np.array(edition.provinces)
    undecided_with = [", ".join(names[row]) for row in either]
    return rows(
        edition.keys,
        {
            "dominated_by": ahead.sum(axis=0),
            "dominated_by_low": sure.sum(axis=0),
            "dominated_by_high": possible.sum(axis=0),
            "dominates": ahead.sum(axis=1),
            "dominates_low": sure.sum(axis=1),
            "dominates_high": possible.sum(axis=1),
            "n_units": len(edition.provinces),
            "within_error": either.any(axis=1),
            "status": edition.basis,
        },
    ).with_columns(undecided_with=pl.Series(undecided_with).replace("", None))
