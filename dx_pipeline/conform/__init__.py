"""From printed text to typed observations and chosen figures; nothing is dropped without a reason.

Belongs here: names, numbers, units, doubts of a printed figure, declared corrections, the referee, the choice among
rivals. Doesn't: opening files (`sources`), methods of the index (`index`), public tables (`marts`).
"""

from typing import Final

COUNTRY: Final = "viet-nam"
"""The area of a figure that stands for the whole country, where means and shares are kept beside the units' figures."""
