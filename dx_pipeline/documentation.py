"""The generated part of `docs/`: the page of checks, and a JSON Schema for each kind of declaration.

`make docs` writes both, and puts `#:schema` into the first line of each declaration, which makes an editor complete and
check it while somebody types.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from dx_pipeline.conform.corrections import CorrectionFile
from dx_pipeline.contracts import Column, Contract, load_contracts
from dx_pipeline.quality.catalogue import render_checks_markdown
from dx_pipeline.quality.laws import LawFile
from dx_pipeline.release.content.package import PackageInfo
from dx_pipeline.sources.declaration import Manifest, SourceDeclaration

#: name of the schema -> what it describes, and the files it holds for
DECLARATIONS: dict[str, tuple[Any, str]] = {
    "columns": (dict[str, Column], "dx_pipeline/marts/_columns.toml"),
    "contract": (Contract, "dx_pipeline/marts/[a-z]*.toml"),
    "correction": (CorrectionFile, "data/corrections/*.toml"),
    "law": (LawFile, "dx_pipeline/quality/laws/*.toml"),
    "manifest": (Manifest, "data/raw/manifest.toml"),
    "package": (PackageInfo, "dx_pipeline/release/content/package.toml"),
    "source": (SourceDeclaration, "data/r*/**/source.toml"),
}
MARK = "#:schema "


def render_schema(name: str) -> str:
    """The JSON Schema of one kind of declaration, as its file in `docs/schemas/` holds it."""
    schema = TypeAdapter(DECLARATIONS[name][0]).json_schema(by_alias=True)
    return json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", **schema}, ensure_ascii=False, indent=2)


def generated_files(root: Path) -> dict[Path, str]:
    """Every generated file under `docs/` with the text it should hold."""
    schemas = root / "docs" / "schemas"
    files = {schemas / f"{name}.schema.json": render_schema(name) + "\n" for name in DECLARATIONS}
    return {root / "docs" / "CHECKS.md": render_checks_markdown(load_contracts()), **files}


def first_lines(root: Path) -> dict[Path, str]:
    """Every declaration with the first line that names its schema."""
    return {
        path: MARK + Path(os.path.relpath(root / "docs" / "schemas" / f"{name}.schema.json", path.parent)).as_posix()
        for name, (_, pattern) in DECLARATIONS.items()
        for path in sorted(root.glob(pattern))
    }


def main(root: Path) -> None:
    """Write what is not as it should be."""
    for path, text in generated_files(root).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path, line in first_lines(root).items():
        text = path.read_text(encoding="utf-8")
        if text.startswith(MARK):
            text = text.partition("\n")[2]
        path.write_text(f"{line}\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
