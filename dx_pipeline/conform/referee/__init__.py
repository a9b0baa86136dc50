"""The arithmetic referee: which printed figures can't be true together, found from the data alone.

Each rule looks at all observations and reports `Finding`s, one readable line in each language. A finding explains; only
where the identities leave no doubt does it rule a figure out. Nothing is changed.
Doesn't belong here: the choice that rests on the findings (`conform.figures`), laws of the built tables (`quality`).
"""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.findings import Finding
from dx_pipeline.conform.referee.identities import (
    broken_identities,
    contradicted_means,
    dropped_zeros,
    rival_identities,
)
from dx_pipeline.conform.referee.ranks import (
    activity_ranks_as_pillars,
    contradicted_ranks,
    contradicted_stated_changes,
    editions_dated_by_publication,
    ties,
)
from dx_pipeline.conform.referee.tables import EditionTables
from dx_pipeline.conform.reference import Reference
from dx_pipeline.index.structure import Structure


def referee(
    observations: pl.DataFrame, names: dict[str, str], structures: dict[int, Structure], reference: Reference
) -> list[Finding]:
    """Everything arithmetic says about the observations.

    Args:
        observations: all observations with `observation` numbers; rejected and empty ones are passed over.
        names: province id -> Vietnamese name, for the sentences.
        structures: edition -> how its overall is put together.
        reference: for the codes and names of the index's indicators.
    """
    usable = observations.filter(pl.col("value").is_not_null() & pl.col("rejected").is_null())
    tables = EditionTables.from_observations(usable, structures)
    return [
        *rival_identities(usable, names, structures),
        *broken_identities(usable, tables),
        *activity_ranks_as_pillars(usable, tables),
        *contradicted_ranks(usable, tables, set(reference.indicators)),
        *contradicted_stated_changes(usable, names),
        *ties(usable, names),
        *editions_dated_by_publication(usable, tables),
        *dropped_zeros(usable),
        *contradicted_means(usable, tables, reference.indicator_names),
    ]
