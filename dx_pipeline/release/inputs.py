"""What a build is made of, in one hash: when it is that of the current release, there is nothing to build."""

from __future__ import annotations

from functools import cache

from pydantic import ValidationError

from dx_pipeline.code import PACKAGE, files_in, hash_of, joined_hash, libraries
from dx_pipeline.fetch.stale import stale_file
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.manifest import Inputs, describe_file, files_below, read_manifest
from dx_pipeline.release.store.verify import is_sound, verify_paths

INPUTS_FILE = "inputs.json"


def inputs_of(paths: Paths) -> Inputs:
    """The published files with their hashes, and one hash over these, the reference, the corrections and the code."""
    raw = {name: describe_file(path).sha256 for name, path in files_below(paths.raw).items() if path.is_file()}
    others = [
        f"{folder.name}/{name} {describe_file(path).sha256}"
        for folder in (paths.reference, paths.corrections)
        for name, path in files_below(folder).items()
        if path.is_file()
    ]
    if stale_file(paths).is_file():
        others.append(f"stale {describe_file(stale_file(paths)).sha256}")
    texts = [*(f"raw/{name} {digest}" for name, digest in raw.items()), *others, code_hash()]
    return Inputs(fingerprint=joined_hash(texts), files=raw)


@cache
def code_hash() -> str:
    """A hash over this package, the libraries it computes with, and the version of Python."""
    return joined_hash([libraries(), hash_of(files_in(PACKAGE))])


def nothing_to_do(paths: Paths) -> bool:
    """Whether the current release is sound, can be reached, and made of what lies here now."""
    current = current_folder(paths)
    if current is None or not is_sound(current) or verify_paths(paths):
        return False
    known = read_manifest(current).inputs
    return known is not None and known.fingerprint == inputs_of(paths).fingerprint


def remember_inputs(paths: Paths) -> None:
    """Write down what a build of everything begins with, before it reads the first file."""
    paths.build.mkdir(parents=True, exist_ok=True)
    (paths.build / INPUTS_FILE).write_text(inputs_of(paths).model_dump_json(), encoding="utf-8")


def forget_inputs(paths: Paths) -> None:
    """A build of a part begins: nobody can say any more what all of the tables were made of."""
    (paths.build / INPUTS_FILE).unlink(missing_ok=True)


def remembered_inputs(paths: Paths) -> Inputs | None:
    """What the tables of the warehouse were made of, None when only a part was built last."""
    try:
        return Inputs.model_validate_json((paths.build / INPUTS_FILE).read_bytes())
    except (OSError, ValidationError):
        return None
