"""Which files are to be fetched, and what a program changes in a `source.toml`: a hash, the entry of a new edition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dx_pipeline.declarations import DeclarationError, declare, read_toml
from dx_pipeline.errors import Problem
from dx_pipeline.sources.declaration import EDITION, Fetch, FetchedFile


@dataclass(frozen=True)
class Planned:
    """One file to look for: where, its name in the folder of the source, what form it should have."""

    url: str
    file: str
    form: str
    #: of the bytes that are declared today; empty for an edition that is not declared yet
    sha256: str
    #: of a file with `{edition}` in its name
    edition: int | None = None
    #: the declared file whose entry a new edition copies; empty for a declared file
    like: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the file is an edition that nobody has declared yet; its absence is no failure."""
        return not self.sha256


def read_fetch(folder: Path) -> tuple[Fetch, dict[str, Any]] | None:
    """The `[fetch]` block of a source and the whole declaration as read; None when it has none.

    Raises:
        DeclarationError: the file or the block is not as it should be.
    """
    where = f"{folder.name}/source.toml"
    data = read_toml(folder / "source.toml", where)
    if "fetch" not in data:
        return None
    return declare(Fetch, data["fetch"], f"{where}, fetch"), data


def planned(folder: Path, fetch: Fetch, data: Mapping[str, Any]) -> list[Planned]:
    """Every file to look for, declared ones first, then the next edition of each series.

    Raises:
        DeclarationError: a file to be fetched is not declared, or no edition of a series is.
    """
    where = f"{folder.name}/source.toml"
    files: Mapping[str, Mapping[str, Any]] = data.get("files", {})
    found: list[Planned] = []
    for one in fetch.files:
        if EDITION in one.file:
            found += _series(where, one, data)
        elif one.file in files:
            entry = files[one.file]
            found.append(Planned(one.url, one.file, _form(entry, data), entry["sha256"].lower()))
        else:
            remedy = "declare it once by hand: a fetch keeps it up to date"
            raise _undeclared(where, one, f'an entry [files."{one.file}"]', remedy)
    return sorted(found, key=lambda file: file.is_new)


def _form(entry: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    return str(entry.get("form") or data.get("form", ""))


def _series(where: str, one: FetchedFile, data: Mapping[str, Any]) -> list[Planned]:
    pattern = re.compile(re.escape(one.file).replace(re.escape(EDITION), r"(\d{4})") + "$")
    found = []
    for name, entry in data.get("files", {}).items():
        if match := pattern.match(name):
            url = one.url.replace(EDITION, match[1])
            found.append(Planned(url, name, _form(entry, data), entry["sha256"].lower(), int(match[1])))
    if not found:
        remedy = "declare one edition by hand: the next ones are declared like it"
        raise _undeclared(where, one, f"a declared file such as {one.file.replace(EDITION, '2024')}", remedy)
    newest = max(found, key=lambda file: file.edition or 0)
    edition = (newest.edition or 0) + 1
    url, name = (text.replace(EDITION, str(edition)) for text in (one.url, one.file))
    return [*found, Planned(url, name, newest.form, "", edition, newest.file)]


def _undeclared(where: str, one: FetchedFile, expected: str, remedy: str) -> DeclarationError:
    return DeclarationError.of([Problem(f"{where}, fetch.files, {one.file}", expected, "none", remedy)])


#: what a new edition does not inherit from the one before
OWN_KEYS = ("edition", "sha256", "url", "retrieved_on")


def declared_with(text: str, file: Planned, sha256: str, retrieved_on: date | None = None) -> str:
    """The text of a `source.toml` that declares these bytes for the file, fetched on that day (the day stays if None).

    An edition that is not declared yet gets an entry like the newest one's.
    """
    import tomlkit

    document = tomlkit.parse(text)
    files = document["files"]
    if file.file in files:
        files[file.file]["sha256"] = sha256
    else:
        entry = tomlkit.table()
        entry["edition"] = file.edition
        for key, value in files[file.like].items():
            if key not in OWN_KEYS:
                entry[key] = value
        entry["url"] = file.url
        entry["sha256"] = sha256
        files[file.file] = entry
    if retrieved_on:
        document["retrieved_on"] = retrieved_on
    return tomlkit.dumps(document)


def only_file(text: str, file: str) -> str:
    """The text of a `source.toml` that declares one of its files and no other."""
    import tomlkit

    document = tomlkit.parse(text)
    for name in [name for name in document["files"] if name != file]:
        del document["files"][name]
    document.pop("not_read", None)
    return tomlkit.dumps(document)
