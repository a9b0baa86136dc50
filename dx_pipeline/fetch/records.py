"""How the looks at one source went, and whether there is something to build: small JSON files, written whole."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, field
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from dx_pipeline.files import read_json, write_json
from dx_pipeline.paths import Paths


@dataclass
class Failure:
    """Why the last look failed, and since when it fails so."""

    kind: str
    message: str
    hint: str
    retry: bool
    since: str


@dataclass
class Record:
    """What is known of one file at its publisher's: when it was asked for, and how the last look failed if it did."""

    checked_at: str = ""
    #: last time it was as declared, or changed and accepted
    good_at: str = ""
    #: of the bytes served last, with their validators for the next conditional request
    sha256: str = ""
    etag: str = ""
    last_modified: str = ""
    #: reasons why these bytes wait for a person, and hash of the source.toml they were judged with
    waiting: list[str] = field(default_factory=list)
    judged_with: str = ""
    #: until then the server asked to be left alone
    not_before: str = ""
    failure: Failure | None = None

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that let the server say that nothing changed."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: text for name, text in pairs.items() if text}


def source_folder(paths: Paths, source_id: str) -> Path:
    """Where snapshots and records of a source lie."""
    return paths.snapshots / source_id


def read_records(paths: Paths, source_id: str) -> dict[str, Record]:
    """File name -> record. What cannot be read is forgotten: then the next request is not conditional."""
    found, read = {}, TypeAdapter(Record).validate_python
    for name, entry in read_json(source_folder(paths, source_id) / "state.json").items():
        with suppress(ValidationError):
            found[name] = read(entry)
    return found


def write_records(paths: Paths, source_id: str, records: dict[str, Record]) -> None:
    """Replace the records of a source."""
    write_json(
        source_folder(paths, source_id) / "state.json", {name: asdict(record) for name, record in records.items()}
    )


def moment(text: str) -> datetime | None:
    """A stored time, None when there is none or it cannot be read."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(text: str) -> date | None:
    """The day of a stored time."""
    found = moment(text)
    return found.date() if found else None


def marker_file(paths: Paths) -> Path:
    """Where the mark lies."""
    return paths.snapshots / "to_build.json"


def mark(paths: Paths, now: datetime, why: Iterable[str]) -> None:
    """Write down that there is something to build."""
    number = int(read_json(marker_file(paths)).get("number", 0)) + 1
    write_json(marker_file(paths), {"number": number, "at": now.isoformat(timespec="seconds"), "why": sorted(why)})


def read_mark(paths: Paths) -> tuple[str, list[str]]:
    """Its identity, empty before the first one, and what is new."""
    found = read_json(marker_file(paths))
    return (f"{found['number']}-{found['at']}", list(found.get("why", []))) if found else ("", [])
