"""Which parts a finding may name, and which order the printed digits leave undecided."""

from __future__ import annotations

import numpy as np

from dx_pipeline.index.changes import Part, explain, joint_half_widths
from dx_pipeline.index.identities import parts_from_printed

PARTS = ("foundation", "government", "economy", "society")
POINTS = (500, 200, 150, 150)
HALF = np.full(4, 5e-5)


def joint():
    weighted = (np.array(POINTS) / 1000)[:, None] * parts_from_printed(POINTS)
    return joint_half_widths(PARTS, [weighted, weighted], [HALF, HALF])


def explained(*points):
    return explain(dict(zip(PARTS, points, strict=True)), joint())


def test_half_widths_of_parts_and_of_their_differences():
    found = joint()
    # M27: a foundation over two editions is known to .15 point, a foundation beside government to .17
    assert round(found[frozenset({"foundation"})], 6) == 0.15
    assert round(found[frozenset({"foundation", "government"})], 6) == 0.17
    assert round(found[frozenset({"government"})], 6) == 0.02


def test_parts_that_rose_and_parts_that_fell_are_named_when_both_matter():
    hai_duong = explained(59.83, 5.80, -20.26, 9.24)
    assert hai_duong.leading == (Part("foundation", 59.83),)
    assert hai_duong.opposing == (Part("economy", -20.26),)
    assert not hai_duong.undecided
    assert explained(59.83, 5.80, -5.0, 9.24).opposing == ()
    fall = explained(5.0, -25.0, 0.0, -3.0)
    assert (fall.leading, fall.opposing) == ((Part("government", -25.0),), ())


def test_an_order_within_the_joint_error_names_both():
    tien_giang = explained(23.14, 23.16, 15.0, 16.0)
    assert tien_giang.undecided
    assert {part.name for part in tien_giang.leading} == {"foundation", "government"}
    assert not explained(23.14, 23.40, 15.0, 16.0).undecided


def test_nothing_that_moved_within_its_own_error_is_named():
    assert explained(0.1, 0.01, 0.0, 0.0) == ((), (), False)
    offset = explained(-3.0, 3.0, 0.0, 0.0)
    assert offset.leading or offset.opposing
