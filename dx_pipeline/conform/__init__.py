"""From printed text to typed observations and chosen figures; nothing is dropped without a reason.

Belongs here: names, numbers, units, doubts of a printed figure, declared corrections, the referee, the choice among
rivals. Doesn't: opening files (`sources`), methods of the index (`index`), public tables (`marts`).
"""

from typing import Final

from dx_pipeline.errors import BAD_INPUT, DxError

COUNTRY: Final = "viet-nam"
"""The area of a figure that stands for the whole country, where means and shares are kept beside the units' figures."""
INDEX_PREFIX: Final = "dti_"
"""How sources of the index are called."""


class ConformError(DxError):
    """Printed rows that can't become observations; `problems` has file, row, column, expected, found and remedy."""

    exit_code = BAD_INPUT


def prints_index(source_id: str) -> bool:
    """Whether a source prints figures of the index; all others print indicators of their own."""
    return source_id.startswith(INDEX_PREFIX)
