"""`release.json`: what a release is, what it holds, and the hash of every file in it.

The folder's own name ends in the hash of this file, so the chain from the name to each byte is closed: whoever changes
a file must change the manifest, and whoever changes the manifest no longer fits the folder's name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dx_pipeline.contracts import Contract
from dx_pipeline.release.store.layout import ReleaseError

MANIFEST = "release.json"

#: written by the release about itself; not part of the data hash and not compared between releases
LEDGER_TABLES = frozenset({"releases", "revisions", "check_results", "data_dictionary"})

#: holds clock time, so it is in the DuckDB file and the manifest only
NOT_EXPORTED = frozenset({"releases"})


def table_shape(contract: Contract, rows: int) -> dict[str, Any]:
    """A table as the manifest describes it: enough to compare and cite a release without its contracts."""
    return {
        "title_vi": contract.title_vi,
        "title_en": contract.title_en,
        "rows": rows,
        "key": list(contract.key),
        "columns": {column.name: column.type for column in contract.columns},
        "inputs": list(contract.inputs),
        "ledger": contract.name in LEDGER_TABLES,
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a release folder.

    Raises:
        ReleaseError: there is none, or it is not JSON.
    """
    try:
        data: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise ReleaseError(
            f"{folder.name}: {MANIFEST} cannot be read ({error}); the folder is not a release"
        ) from error
    return data


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> str:
    """Write the manifest with the bytes and hash of every file in the folder; returns the manifest's own hash (hex)."""
    complete = {**manifest, "files": describe_files(folder)}
    text = to_json(complete)
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return hashlib.sha256(text.encode()).hexdigest()


def describe_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Relative path -> bytes and sha256, for every file except the manifest."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path: path.relative_to(folder).as_posix() for path in paths}
    return {name: describe_file(path) for path, name in names.items() if name != MANIFEST}


def describe_file(path: Path) -> dict[str, Any]:
    """Size and hash of one file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def to_json(data: Any) -> str:
    """JSON as all generated files write it: indented, Vietnamese readable, one newline at the end."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
