"""What code makes something: hashes over modules with everything they import here, and the libraries' versions.

By these a build knows that a table, a picture or a page would come out as it did before. Imports are read from the
source, those inside functions too; the files beside a module (words, vocabulary, templates) count as its code.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).parent
#: libraries that decide a figure, a check, a picture, a page or the workbook
LIBRARIES = (
    "duckdb", "great-expectations", "jinja2", "matplotlib", "numpy", "pandas", "polars", "SALib", "scipy",
    "statsmodels", "xlsxwriter",
)  # fmt: skip
#: files of these folders belong to one table or law each, and are named by who uses them
ONE_FILE_EACH = {PACKAGE / "marts", PACKAGE / "quality" / "laws"}
IMPORT = re.compile(
    rf"^\s*(?:from\s+({PACKAGE.name}[\w.]*)\s+import\s+(\([^)]*\)|[^\n#]*)|import\s+({PACKAGE.name}[\w.]*))", re.M
)
_STARTED = time.time_ns()


def joined_hash(texts: Iterable[str]) -> str:
    """One hash over several texts."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def hash_of(files: Iterable[Path], root: Path = PACKAGE) -> str:
    """One hash over the content of files and their names below `root`; a file that is gone counts as such."""
    return joined_hash(f"{file.relative_to(root).as_posix()} {_content(file)}" for file in sorted(files))


def _content(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "gone"


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder that is published data or code, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


@cache
def libraries() -> str:
    """The versions of Python and of the libraries that decide what comes out."""
    found = [f"{library} {version(library)}" for library in LIBRARIES]
    return joined_hash([*found, f"python {sys.version_info[0]}.{sys.version_info[1]}"])


@cache
def code_of(*modules: str) -> str:
    """A hash over these modules of the package (`marts.findings`), all they import from it, and the libraries."""
    return joined_hash([libraries(), *(_stated(file) for file in sorted(code_files(*modules)))])


@cache
def package_code() -> str:
    """A hash over the whole package and the libraries: the code of what stands at the end of the road."""
    return joined_hash([libraries(), *map(_stated, _package_files())])


@cache
def code_files(*modules: str) -> frozenset[Path]:
    """The files of these modules and of all they import, with what lies beside them."""
    found: set[Path] = set()
    waiting = [file for module in modules for file in _files_of(f"{PACKAGE.name}.{module}")]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += _imported(file)
    return frozenset(found)


@cache
def imported_in(function: Callable[..., object]) -> tuple[str, ...]:
    """The modules of the package that a function imports itself, as `code_of` names them."""
    named = _named_in(inspect.getsource(function)) & _modules().keys()
    return tuple(sorted(name.removeprefix(f"{PACKAGE.name}.") for name in named))


def is_settled() -> bool:
    """Whether no file of the package changed since this process began: what runs is then what lies on disk."""
    return all(file.stat().st_ctime_ns < _STARTED for file in _package_files())


@cache
def _package_files() -> list[Path]:
    return files_in(PACKAGE)


@cache
def _stated(file: Path) -> str:
    return f"{file.relative_to(PACKAGE).as_posix()} {_content(file)}"


@cache
def _imported(file: Path) -> frozenset[Path]:
    if file.suffix != ".py":
        return frozenset()
    found = set(_beside(file.parent))
    for name in _named_in(file.read_text(encoding="utf-8")):
        found.update(_files_of(name))
    return frozenset(found)


def _named_in(text: str) -> set[str]:
    """Everything that import statements of a text may mean by a module of the package."""
    found = set()
    for module, names, plain in IMPORT.findall(text):
        found.update([plain, module, *(f"{module}.{part}" for part in re.findall(r"\w+", names))])
    return found


def _files_of(module: str) -> Iterator[Path]:
    """The file of a module, if it is one, and the `__init__.py` of each package it lies in."""
    known = _modules()
    if module in known:
        parts = module.split(".")
        yield from (known[".".join(parts[:depth])] for depth in range(1, len(parts) + 1))


@cache
def _modules() -> dict[str, Path]:
    """Name of a module of the package -> its file."""
    files = [file for file in _package_files() if file.suffix == ".py"]
    parts = {file: file.relative_to(PACKAGE.parent).with_suffix("").parts for file in files}
    named = {".".join(name).removesuffix(".__init__"): file for file, name in parts.items()}
    return {name: file for name, file in named.items() if name.rpartition(".")[0] in {*named, ""}}


@cache
def _beside(folder: Path) -> frozenset[Path]:
    """Files of a package that are no Python, those of folders below that are no packages themselves included."""
    if folder in ONE_FILE_EACH:
        return frozenset(folder.glob("_*.toml"))
    found: set[Path] = set()
    for path in folder.iterdir():
        if path.is_dir() and path not in ONE_FILE_EACH and not (path / "__init__.py").is_file():
            found.update(files_in(path) if path.name != "__pycache__" else ())
        elif path.is_file() and path.suffix != ".py":
            found.add(path)
    return frozenset(found)
