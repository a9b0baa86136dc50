"""A catalogue of what can happen to a published folder: each kind is a function that does it to a project."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from publish_project import small_contracts, stage_tables, with_scores

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.commit import Publication, commit
from dx_pipeline.release.store.layout import current_folder, release_folders
from dx_pipeline.release.store.staging import Candidate, record_part

Damage = Callable[[Path], None]

#: one file of each sort that a release holds
FILES = (
    "release.json", "dti.duckdb", "parquet/province_rankings.parquet", "parquet/check_results.parquet",
    "parquet/revisions.parquet", "csv/province_rankings.csv", "csv/revisions.csv", "pictures/map.png",
    "site/index.html", "dti.xlsx", "datapackage.json", "metadata.jsonld", "CHANGELOG.md", "DICTIONARY.md",
)  # fmt: skip
PARTS = ("pictures/map", "site", "workbook")


def publish(root: Path, score: float) -> Publication:
    """A release with a picture, a page and a workbook."""
    candidate = stage_tables(root, with_scores(hai_duong=score), small_contracts(), parts=PARTS)
    add_parts(candidate)
    return commit(candidate)


def add_parts(candidate: Candidate) -> None:
    """What steps of their own add to a staged release."""
    files = {"pictures/map": "pictures/map.png", "site": "site/index.html", "workbook": "dti.xlsx"}
    for part, name in files.items():
        path = candidate.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"the same in every release: " + name.encode() * 20)
        record_part(candidate, part, [path])


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def deleted(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"something else")


def linked_elsewhere(path: Path) -> None:
    """The same bytes, but not in the release: whoever changes them there changes them here."""
    outside = path.parents[5] / f"outside-{path.name}"
    shutil.move(path, outside)
    path.symlink_to(outside)


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


WAYS = (flipped, truncated, emptied, deleted, replaced, linked_elsewhere, made_a_folder)


def _to_file(way: Callable[[Path], None], name: str, which: int) -> Damage:
    """Damage one file of a kept release: -1 is the current one."""
    return lambda root: way(release_folders(Paths(root))[which] / name)


def _journal(change: Callable[[Path], None]) -> Damage:
    return lambda root: change(root / "data/marts/releases/journal.jsonl")


def _forge(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace('"published"', '"rolled back"'), encoding="utf-8")


def _current(put: Callable[[Path, Path], None]) -> Damage:
    def change(root: Path) -> None:
        link = root / "data/marts/current"
        link.unlink()
        put(link, root)

    return change


def _real_folder(link: Path, root: Path) -> None:
    shutil.copytree(release_folders(Paths(root))[-1], link)


def _outside(link: Path, root: Path) -> None:
    shutil.copytree(release_folders(Paths(root))[-1], root / "elsewhere" / release_folders(Paths(root))[-1].name)
    link.symlink_to(root / "elsewhere" / release_folders(Paths(root))[-1].name)


def _stable(name: str, put: Callable[[Path], object]) -> Damage:
    def change(root: Path) -> None:
        path = root / "data/marts" / name
        path.unlink()
        put(path)

    return change


def _extra(name: str) -> Damage:
    def change(root: Path) -> None:
        folder = current_folder(Paths(root))
        assert folder
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"left here by somebody")

    return change


def _lost_folder(which: int) -> Damage:
    return lambda root: shutil.rmtree(release_folders(Paths(root))[which])


#: damage that `dx verify` (of the current release, or of the kept one) must notice
NOTICED: dict[str, Damage] = {
    **{f"current: {name} {way.__name__}": _to_file(way, name, -1) for name in FILES for way in WAYS},
    **{f"kept: {name} {way.__name__}": _to_file(way, name, 0) for name in FILES for way in (flipped, deleted)},
    "current is missing": _current(lambda link, root: None),
    "current leads to nothing": _current(lambda link, root: link.symlink_to("releases/10.9.9-00000000")),
    "current leads to itself": _current(lambda link, root: link.symlink_to("current")),
    "current leads to a folder outside": _current(_outside),
    "current is a real folder": _current(_real_folder),
    "current is a file": _current(lambda link, root: link.write_text("2.0.1")),
    "dti.duckdb is gone": _stable("dti.duckdb", lambda path: None),
    "dti.duckdb leads elsewhere": _stable("dti.duckdb", lambda path: path.symlink_to("/dev/null")),
    "csv is a real folder": _stable("csv", lambda path: path.mkdir()),
    "dti.xlsx is a real file": _stable("dti.xlsx", lambda path: path.write_bytes(b"mine")),
    "site leads into another release": _stable("site", lambda path: path.symlink_to("releases/2.0.0-x/site")),
    "a file too many": _extra("csv/mine.csv"),
    "a folder too many": _extra("mine/notes.txt"),
    "a write-ahead log of a dead session": _extra("dti.duckdb.wal"),
    "temporary files of a dead reader": _extra("dti.duckdb.tmp/duckdb_temp_storage-0.tmp"),
    "the current release's folder is gone": _lost_folder(-1),
}
#: damage beside the releases: nothing that people open is wrong, but the next run must go on
BESIDE: dict[str, Damage] = {
    "journal: a line flipped": _journal(flipped),
    "journal: truncated": _journal(truncated),
    "journal: emptied": _journal(emptied),
    "journal: deleted": _journal(deleted),
    "journal: replaced": _journal(replaced),
    "journal: forged": _journal(_forge),
    "journal: a folder": _journal(made_a_folder),
    "an older release's folder is gone": _lost_folder(0),
    "a staging folder of a dead run": lambda root: (root / "data/marts/releases/.staging-dead/release").mkdir(
        parents=True
    ),
    "half a removed release": lambda root: (root / "data/marts/releases/.trash-2.0.0-aaaaaaaa/csv").mkdir(parents=True),
    "a half made link": lambda root: (root / "data/marts/.current-1").symlink_to("releases/x"),
    "garbage in the lock": lambda root: (root / "data/marts/.publish.lock").write_bytes(b"\xff\x00{"),
    "a folder with the name of a release": lambda root: (root / "data/marts/releases/8.0.0-abcdef01").mkdir(),
    "a file with the name of a release": lambda root: (root / "data/marts/releases/8.0.0-abcdef01").write_text("x"),
}
