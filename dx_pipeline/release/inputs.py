"""What a build is made of, in one hash: when it is that of the current release, there is nothing to build."""

from __future__ import annotations

from pydantic import ValidationError

from dx_pipeline.code import files_in, hash_of, joined_hash, package_code
from dx_pipeline.fetch.stale import stale_file
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.manifest import Inputs, describe_file, files_below, read_manifest
from dx_pipeline.release.store.verify import is_sound, verify_paths

INPUTS_FILE = "inputs.json"


def inputs_of(paths: Paths) -> Inputs:
    """The published files with their hashes, and one hash over these, the reference, the corrections and the code."""
    raw = {name: describe_file(path).sha256 for name, path in files_below(paths.raw).items() if path.is_file()}
    others = [*files_in(paths.reference), *files_in(paths.corrections), stale_file(paths)]
    texts = [*map(" ".join, raw.items()), hash_of(others, paths.root), package_code()]
    return Inputs(fingerprint=joined_hash(texts), files=raw)


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
