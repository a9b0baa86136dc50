"""What a score and a rank are worth: the methods of the index analysis as pure functions.

Arrays in, arrays out; no files, no tables, no clock. Provinces are rows, components are columns, always in the order of
the edition's parts (`structure.py`); scores are 0-1, weights sum to 1, points are thousandths of the overall score.

The constants every method shares stand here and nowhere else, so that two tables never rest on two seeds.
Doesn't belong here: reading a table, choosing a figure (`conform`), the shape of a public table (`marts`).
"""

from typing import Final

POINTS_PER_SCORE: Final = 1000.0
"""The published scale: an overall score of 1 is 1000 points."""

TIE_DECIMALS: Final = 10
"""Scores are compared after rounding to this many decimals: published ones have four, float noise has sixteen."""

TIE_TOLERANCE: Final = 10.0**-TIE_DECIMALS

SEED: Final = 20221
"""Seed of every random draw. Same seed, same bytes."""

DRAWS: Final = 100_000
"""Weight vectors drawn for a rank band: the standard error of a probability is then at most .0016."""

SOBOL_BASE_SAMPLES: Final = 16384
"""Base sample of the Sobol design, a power of two as the sequence requires."""

TARGET_RANKS: Final = (10, 15, 20)
"""Leading groups that resolutions and readers ask for."""

RANK_TARGET: Final = "national_dti_rank"
"""What the resolutions' target on the rank is called among the policy indicators."""

BOOTSTRAP_RESAMPLES: Final = 2000
"""Resamples of a percentile bootstrap."""
