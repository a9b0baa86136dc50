"""Reasons to tell somebody, from how a night or a build went."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dx_pipeline.fetch.night import Night
from dx_pipeline.language.words import Words, filled, same, words_of

#: so many keys, and so much of one text, fit into a message
KEYS_TOLD, TEXT_TOLD = 5, 600
USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
QUERY = re.compile(r"(?<=[?&])([\w.~-]+)=[^&\s]+")


@dataclass(frozen=True)
class Cause:
    """One reason: in one line, what was found, what people can still rely on, what somebody should do."""

    #: what is broken: a file of a source, a source, a check, a step
    subject: str
    #: in which way; subject and kind together are the cause that is told once
    kind: str
    headline: Words
    broke: str
    works: Words
    todo: Words
    #: the rows concerned, where there are any
    keys: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Identity of the cause in the memory of what was told."""
        return f"{self.subject}: {self.kind}"


@dataclass(frozen=True)
class Failed:
    """A step of a build that failed, or a blocking check that did not hold."""

    subject: str
    message: str
    keys: tuple[str, ...] = ()
    is_check: bool = False


def without_secrets(text: str) -> str:
    """A text without user names, passwords and query values of addresses, and not longer than a message can take."""
    plain = QUERY.sub(r"\1=...", USERINFO.sub("", text))
    plain = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in plain)
    return plain if len(plain) <= TEXT_TOLD else plain[: TEXT_TOLD - 3] + "..."


def fetch_causes(night: Night, release: str | None) -> list[Cause]:
    """Files that could not be fetched, files that wait for somebody, stale sources."""
    shown = same(release) if release else words_of("alert.no_release")
    works = filled("alert.fetch.works", release=shown)
    causes = []
    for one in night.outcomes:
        subject = f"{one.source_id}/{one.file}"
        if one.problems:
            headline = filled("alert.waiting", subject=subject)
            todo = filled("alert.waiting.todo", source=one.source_id)
            broke = without_secrets("; ".join(one.problems))
            causes.append(Cause(subject, "waiting", headline, broke, works, todo))
        if not one.kind:
            continue
        hint = same(one.hint) if one.hint else words_of("alert.fetch.hint")
        todo = words_of("alert.fetch.todo.transient") if one.retry else filled("alert.fetch.todo.permanent", hint=hint)
        headline = filled("alert.fetch", subject=subject, kind=one.kind)
        causes.append(Cause(subject, one.kind, headline, without_secrets(one.told), works, todo))
    for old in night.stale:
        headline = filled(
            "alert.stale", subject=old.source_id, last_good_on=old.last_good_on, limit_days=old.limit_days
        )
        works = filled("alert.stale.works", release=shown)
        todo = words_of("alert.stale.todo")
        causes.append(Cause(old.source_id, "stale", headline, without_secrets(old.reason), works, todo))
    return causes


def build_causes(failures: Iterable[Failed], release: str | None) -> list[Cause]:
    """Failed steps and failed blocking checks."""
    shown = same(release) if release else words_of("alert.no_release")
    works = filled("alert.check.works", release=shown)
    causes = []
    for one in failures:
        kind = "check" if one.is_check else "build"
        headline = filled(f"alert.{kind}", subject=one.subject)
        keys = tuple(without_secrets(key) for key in one.keys[:KEYS_TOLD])
        if len(one.keys) > KEYS_TOLD:
            keys += (f"+{len(one.keys) - KEYS_TOLD}",)
        todo = words_of(f"alert.{kind}.todo")
        causes.append(Cause(one.subject, kind, headline, without_secrets(one.message), works, todo, keys))
    return causes
