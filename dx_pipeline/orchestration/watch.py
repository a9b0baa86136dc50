"""The parts of a night as plain functions: look at the publishers, tell whoever should know.

Dagster's job, its sensors and `run.whole_night` call these; so a night is the same from every door.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_name

if TYPE_CHECKING:
    from dx_pipeline.alerts.memory import Event
    from dx_pipeline.fetch.download import Manners
    from dx_pipeline.fetch.night import Night

#: domains of alerts: the look as a whole, its files, the builds
LOOK, FILES, BUILDS = "look", "fetch", "build"


def look(paths: Paths, now: datetime | None = None, manners: Manners | None = None) -> Night:
    """Look at the publishers and tell what is wrong with any of them.

    Raises:
        DxError: nothing could be looked at; it has been told.
        OSError: the disk is full or cannot be written; it has been told, if that was possible.
    """
    from dx_pipeline.alerts.causes import Failed, build_causes, fetch_causes
    from dx_pipeline.alerts.tell import tell
    from dx_pipeline.errors import BusyError
    from dx_pipeline.fetch.night import fetch_all

    now = now or datetime.now(UTC)
    shown = current_name(paths)
    try:
        night = fetch_all(paths, now, manners)
    except BusyError:
        raise
    except Exception as error:
        tell(paths, LOOK, build_causes([Failed("fetch", f"{error}")], shown), now)
        raise
    tell(paths, LOOK, [], now)
    tell(paths, FILES, fetch_causes(night, shown), now)
    return night


def tell_of_builds(paths: Paths, now: datetime | None = None) -> list[Event]:
    """Tell of what stands in the record as failed, of a nightly refresh that leaves no trace, or that it is over."""
    from dx_pipeline.alerts.causes import Failed, build_causes
    from dx_pipeline.alerts.tell import tell
    from dx_pipeline.orchestration.state import read_state

    now, state = now or datetime.now(UTC), read_state(paths)
    reasons = state.failure.reasons if state.failure else ()
    failed = [Failed(one.where or "refresh", one.check or one.message, one.keys, bool(one.check)) for one in reasons]
    if missed := state.missed_since(now):
        failed.append(Failed("nightly", f"the last trace of the nightly refresh is of {missed}: does the daemon run?"))
    return tell(paths, BUILDS, build_causes(failed, current_name(paths)), now)
