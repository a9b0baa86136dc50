"""The two changes a program makes to a `source.toml`: another hash, and the entry of a new edition. Comments stay."""

from __future__ import annotations

from datetime import date

from dx_pipeline.fetch.plan import Planned

#: what a new edition does not inherit from the one before
OWN_KEYS = ("edition", "sha256", "url", "retrieved_on")


def declared_with(text: str, file: Planned, sha256: str, retrieved_on: date | None = None) -> str:
    """The text of a `source.toml` that declares these bytes for the file.

    Args:
        text: as it is now.
        file: which file; an edition that is not declared yet gets an entry like the newest one's.
        sha256: of the bytes.
        retrieved_on: the day they were fetched; not changed if not given.
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
