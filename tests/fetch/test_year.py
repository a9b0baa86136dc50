"""A short year here; the whole one is `make soak`."""

from __future__ import annotations

from pathlib import Path

from tests.fetch.publisher import publishing
from tests.fetch.year import KINDS, play


def test_some_weeks_of_nights(tmp_path: Path) -> None:
    with publishing() as publisher:
        counts = play(tmp_path, publisher, 30, outage=0)
    assert not counts.wrong, "\n".join(counts.wrong)
    assert len(counts.nights) >= len(KINDS)
    assert counts.alerts["new"] >= 10
    assert counts.most_snapshots <= 20
