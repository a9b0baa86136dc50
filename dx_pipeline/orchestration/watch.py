"""A whole night as plain functions: look at the publishers, build if something is new, tell whoever should know.

Dagster's job, sensors and the command `dx night` call these; so a night is the same from every door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_name

if TYPE_CHECKING:
    from dx_pipeline.alerts.causes import Failed
    from dx_pipeline.alerts.memory import Event
    from dx_pipeline.fetch.download import Manners
    from dx_pipeline.fetch.night import Night
    from dx_pipeline.orchestration.run import Refresh

#: domains of alerts: the look as a whole, its files, the builds
LOOK, FILES, BUILDS = "look", "fetch", "build"


@dataclass(frozen=True)
class WholeNight:
    """A look and what followed."""

    look: Night
    refresh: Refresh

    @property
    def good(self) -> bool:
        """Whether nothing needs anybody."""
        return not self.look.with_result("failed", "waiting") and not self.refresh.reasons


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
    """Tell of the failure that stands in the record, or that it is over."""
    from dx_pipeline.alerts.causes import build_causes
    from dx_pipeline.alerts.tell import tell

    now = now or datetime.now(UTC)
    return tell(paths, BUILDS, build_causes(failed_builds(paths, now), current_name(paths)), now)


def failed_builds(paths: Paths, now: datetime) -> list[Failed]:
    """What stands in the record as failed, and a nightly refresh that leaves no trace any more."""
    from dx_pipeline.alerts.causes import Failed
    from dx_pipeline.orchestration.state import read_state

    state = read_state(paths)
    reasons = state.failure.reasons if state.failure else ()
    found = [Failed(one.where or "refresh", one.check or one.message, one.keys, bool(one.check)) for one in reasons]
    missed = state.missed_since(now)
    if missed:
        found.append(Failed("nightly", f"the last trace of the nightly refresh is of {missed}: does the daemon run?"))
    return found


def whole_night(paths: Paths, now: datetime | None = None, manners: Manners | None = None) -> WholeNight:
    """Look, build what is new, tell. A look that fails does not keep the build from what was accepted before.

    Raises:
        DxError: nothing could be looked at; the build was made all the same.
    """
    from dx_pipeline.orchestration.run import refresh

    trouble: Exception | None = None
    try:
        seen = look(paths, now, manners)
    except Exception as error:
        trouble = error
    built = refresh(paths, door="night")
    tell_of_builds(paths, now)
    if trouble is not None:
        raise trouble
    return WholeNight(seen, built)
