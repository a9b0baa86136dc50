"""From printed text to typed observations and chosen figures; nothing is dropped without a reason.

Belongs here: names, numbers, units, doubts of a printed figure, declared corrections, the referee, the choice among
rivals. Doesn't: opening files (`sources`), methods of the index (`index`), public tables (`marts`).
"""
