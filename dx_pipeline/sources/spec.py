"""Loading declarations: `source.toml` of one source, the manifest of all, and what lies in the folders beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dx_pipeline.declarations import DeclarationError, M, read_declaration
from dx_pipeline.errors import Problem, nearest
from dx_pipeline.sources.declaration import Manifest, SourceDeclaration
from dx_pipeline.sources.errors import SourceError, quoted, refuse
from dx_pipeline.sources.resolved import SourceSpec, source_spec
from dx_pipeline.sources.rules import broken_rules

DECLARATION = "source.toml"
REFERENCE = "reference"
#: tables of the warehouse's schema `raw` that are no records of a source
TAKEN = {"sources", REFERENCE}


def load_source(folder: Path, shown: str | None = None) -> SourceSpec:
    """The declaration of one source.

    Args:
        folder: of the source, wherever it lies.
        shown: the folder as messages name it; `data/raw/<name>` when left out.

    Raises:
        SourceError: a key is missing, unknown, without effect, or its value is not an allowed one; a file is a link, or
            lies beside the declared ones without a word. The message names file, key path, expected, found and remedy.
    """
    shown = shown or (f"data/{REFERENCE}" if folder.name == REFERENCE else f"data/raw/{folder.name}")
    where = f"{shown}/{DECLARATION}"
    if folder.is_symlink():
        refuse(shown, "a folder", "a symbolic link", "put the folder itself here")
    if not (folder / DECLARATION).exists():
        refuse(where, "a declaration beside the data", "none", "write one with `dx source draft FILE`")
    declared = _read(SourceDeclaration, folder / DECLARATION, where)
    source = source_spec(folder, shown, declared)
    SourceError.refuse([*broken_rules(where, declared, source), *_strangers(folder, where, shown, declared)])
    return source


def _read(model: type[M], path: Path, where: str) -> M:
    try:
        return read_declaration(model, path, where)
    except DeclarationError as error:
        raise SourceError(error.message, error.hint, problems=error.problems) from None


def load_sources(raw: Path) -> dict[str, SourceSpec]:
    """All sources the manifest names, by id.

    Raises:
        SourceError: the manifest or a source is not as it must be; two tables of records share a name.
    """
    sources = {name: _listed(raw, name) for name in read_manifest(raw).sources}
    SourceError.refuse(_shared_names(raw, sources))
    return sources


def _listed(raw: Path, name: str, large: bool = False) -> SourceSpec:
    source = load_source(raw / name)
    if (source.large is not None) != large:
        listed, right = ("large", "sources") if large else ("sources", "large")
        refuse(f"data/raw/manifest.toml, {listed}", f"`{name}` under `{right}`, by its layout", "it here", "move it")
    return source


def read_manifest(raw: Path) -> Manifest:
    """The sources a build reads.

    Raises:
        SourceError: the manifest is not as it must be, or names a folder twice or none.
    """
    where = "data/raw/manifest.toml"
    manifest = _read(Manifest, raw / "manifest.toml", where)
    folders = sorted(path.name for path in raw.iterdir() if path.is_dir())
    problems = []
    listed = (*manifest.sources, *manifest.large)
    for place, name in enumerate(listed):
        of_large = place - len(manifest.sources)
        here = f"{where}, sources.{place}" if of_large < 0 else f"{where}, large.{of_large}"
        if name in listed[:place]:
            problems.append(Problem(here, "each source once", repr(name), "remove one of the two lines"))
        elif name not in folders:
            problems.append(Problem(here, f"a folder data/raw/{name}", "none", nearest(name, folders)))
    SourceError.refuse(problems)
    return manifest


def each_source(raw: Path, large: bool = False) -> tuple[dict[str, SourceSpec], dict[str, SourceError]]:
    """The sources whose declarations can be read, and what is wrong with the others: one never stops the rest.

    Args:
        raw: the folder of the manifest.
        large: those read the large way, which are built apart from all others.

    Raises:
        SourceError: the manifest is not as it must be.
    """
    sources: dict[str, SourceSpec] = {}
    broken: dict[str, SourceError] = {}
    manifest = read_manifest(raw)
    for name in manifest.large if large else manifest.sources:
        try:
            sources[name] = _listed(raw, name, large)
        except SourceError as error:
            broken[name] = error
    return sources, broken


def undeclared_files(raw: Path) -> list[str]:
    """Files under data/raw that belong to no source of the manifest: nobody reads them, so why are they there?"""
    manifest = read_manifest(raw)
    known = {"manifest.toml", *manifest.sources, *manifest.large}
    found = (path.relative_to(raw) for path in raw.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if path.parts[0] not in known and not path.name.startswith("."))


def _strangers(folder: Path, where: str, shown: str, declared: SourceDeclaration) -> Iterable[Problem]:
    """Links, folders and files that the declaration does not name; the reference folder also holds files of our own."""
    known = {*declared.files, *declared.not_read, DECLARATION}
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            yield Problem(f"{shown}/{path.name}", "a file", "a symbolic link", "put the file itself here")
        elif folder.name != REFERENCE and path.name not in known and not path.name.startswith("."):
            remedy = f'declare it under [files."{path.name}"], or say `not_read = {quoted([path.name])}`'
            yield Problem(f"{shown}/{path.name}", f"only what {where} names", "a file it does not name", remedy)
    for name in declared.not_read:
        if name in declared.files or not (folder / name).exists():
            yield Problem(f"{where}, not_read", "a further file of the folder", repr(name), "remove it from the list")


def _shared_names(raw: Path, sources: dict[str, SourceSpec]) -> Iterable[Problem]:
    """Records whose table would take the place of another one."""
    taken = dict.fromkeys(sources, "a source") | {f"{name}__files": "a source" for name in sources}
    taken |= dict.fromkeys(TAKEN, "a table of this project")
    reference = raw.parent / REFERENCE
    if reference.is_dir():
        taken |= {path.stem: "a reference table" for path in reference.glob("*.csv")}
    for source in sources.values():
        for file in source.files:
            if file.table and file.table in taken:
                place = f'{file.folder}/{DECLARATION}, files."{file.path.name}".table'
                yield Problem(place, "a name of its own", f"{file.table!r}, {taken[file.table]}", "choose another name")
            elif file.table:
                taken[file.table] = f"the table of {file.where}"
