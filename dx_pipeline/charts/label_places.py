"""Where labels go so that none covers another, the same every time."""

from __future__ import annotations

from collections.abc import Sequence


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions nearest to the wanted ones (least squares) that keep their order, a gap, and the interval.

    Pool adjacent violators (Barlow and others 1972) on the positions less the room the labels before them need.

    Args:
        wanted: one position a label, any order; equal ones keep the order given.
        gap: least distance between neighbours; reduced when the interval is too short for it.
        low: least position.
        high: greatest position.

    Returns:
        One position a label, in the order given.
    """
    count = len(wanted)
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = sorted(range(count), key=lambda i: wanted[i])
    blocks: list[list[float]] = []  # sum and number of pooled positions
    for place, index in enumerate(order):
        blocks.append([wanted[index] - place * gap, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, number = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += number
    ceiling = high - (count - 1) * gap
    positions = [0.0] * count
    place = 0
    for total, number in blocks:
        level = min(max(total / number, low), ceiling)
        for _ in range(int(number)):
            positions[order[place]] = level + place * gap
            place += 1
    return positions
