"""Sources whose last good look is older than their own limit.

The build knows no clock, so it is told by a small file, which changes only when a source becomes stale or fresh again:
that change is a reason to build, the passing of another day is not. Tables count ages to the day it was noticed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import to_jsonable_python

from dx_pipeline.files import read_json, write_json
from dx_pipeline.paths import Paths

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stale:
    """One stale source, and why there was no good look, in one sentence."""

    source_id: str
    #: day of the last look that found it as declared, or accepted it
    last_good_on: date
    #: day on which its declared limit was found to be passed
    noticed_on: date
    limit_days: int
    reason: str

    def age_days(self, today: date) -> int:
        """Days since the last good look."""
        return max(0, (today - self.last_good_on).days)


def stale_file(paths: Paths) -> Path:
    """Where the stale sources are written down."""
    return paths.snapshots / "stale.json"


def read_stale(paths: Paths) -> dict[str, Stale]:
    """Stale sources by id; none when nothing was ever fetched. What cannot be read the next look writes anew."""
    found, read = {}, TypeAdapter(Stale).validate_python
    for source_id, entry in read_json(stale_file(paths)).items():
        try:
            found[source_id] = read(entry)
        except ValidationError:
            log.warning("%s: %s cannot be read; the next look writes it anew", stale_file(paths), source_id)
    return found


def write_stale(paths: Paths, found: Iterable[Stale]) -> bool:
    """Write the stale sources down; returns whether other sources are stale than before.

    A source that was stale already keeps the day on which it was noticed and the reason told then.
    """
    before = read_stale(paths)
    now = {one.source_id: before.get(one.source_id, one) for one in found}
    written = to_jsonable_python(now)
    if written != read_json(stale_file(paths)):
        write_json(stale_file(paths), written)
    return now != before
