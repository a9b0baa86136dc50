"""The text of a message: everything that is to be told at one moment, in Vietnamese, in English, or both."""

from __future__ import annotations

from collections.abc import Sequence

from dx_pipeline.alerts.causes import fill
from dx_pipeline.alerts.memory import Event

ORDER = ("new", "still", "recovered")


def write_message(events: Sequence[Event], languages: Sequence[str] = ("vi", "en")) -> tuple[str, str]:
    """Title and body."""
    return _title(events, languages[0]), "\n\n".join(_body(events, language) for language in languages)


def _title(events: Sequence[Event], language: str) -> str:
    counts = [(mark, sum(event.mark == mark for event in events)) for mark in ORDER]
    parts = [fill(f"alert.{mark}", n=count).in_language(language) for mark, count in counts if count]
    return fill("alert.title", what=", ".join(parts)).in_language(language)


def _body(events: Sequence[Event], language: str) -> str:
    ordered = sorted(events, key=lambda event: ORDER.index(event.mark))
    return "\n\n".join(_part(event, language) for event in ordered)


def _part(event: Event, language: str) -> str:
    mark = fill(f"alert.mark.{event.mark}", since=event.since).in_language(language)
    lines = [f"[{mark}] {event.headline[0 if language == 'vi' else 1]}"]
    cause = event.cause
    if cause:
        if cause.broke:
            lines.append(fill("alert.broke", text=cause.broke).in_language(language))
        if cause.keys:
            lines.append(fill("alert.keys", keys="; ".join(cause.keys)).in_language(language))
        lines.append(fill("alert.works", text=cause.works).in_language(language))
        lines.append(fill("alert.todo", text=cause.todo).in_language(language))
    return "\n".join(lines)
