"""Whether changed bytes may be taken over by themselves: same layout, nothing lost, laws of the file kept.

The candidate is read with the project's own readers in a copy of the source's folder. Nothing is accepted here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dx_pipeline.fetch.plan import Planned, declared_with, only_file
from dx_pipeline.paths import Paths

#: a known file whose figures changed by more than this share may be another edition under the old address
MAX_CHANGED = 0.5
#: a new edition that repeats more than this share of the figures of the one before may be a copy of it
MAX_REPEATED = 0.9
#: so many keys are told
TOLD = 5

#: edition, unit system, province, indicator, measure
Key = tuple[int | None, int | None, str, str, str]


@dataclass(frozen=True)
class Look:
    """One file as the project reads it: the printed figures and the number of rows, or why it cannot be used."""

    figures: Mapping[Key, str] = field(default_factory=dict, repr=False)
    rows: int = 0
    problems: tuple[str, ...] = ()

    @property
    def columns(self) -> set[tuple[str, str]]:
        """Indicator and measure of every column with figures."""
        return {key[3:] for key in self.figures}


@dataclass(frozen=True)
class Verdict:
    """What a look at changed bytes came to."""

    #: problems in reading it; nobody can accept it before the declaration fits
    unreadable: tuple[str, ...] = ()
    #: reasons why a person should look before it is accepted
    doubts: tuple[str, ...] = ()
    #: rows and figures before and after, in one line
    change: str = ""

    @property
    def holds(self) -> bool:
        """Whether it may be accepted without anybody looking."""
        return not self.unreadable and not self.doubts

    @property
    def problems(self) -> list[str]:
        """All of it, for people."""
        return [*self.unreadable, *self.doubts]


def judge(paths: Paths, source_id: str, file: Planned, data: bytes, sha256: str) -> Verdict:
    """Read the candidate and compare it with the declared bytes, or a new edition with the newest one."""
    folder = paths.raw / source_id
    known = file.like or file.file
    text = (folder / "source.toml").read_text(encoding="utf-8-sig")
    there = (folder / known).read_bytes() if (folder / known).is_file() else b""
    before = read_alone(paths, source_id, text, known, there)
    after = read_alone(paths, source_id, declared_with(text, file, sha256), file.file, data)
    if after.problems:
        return Verdict(unreadable=after.problems)
    if before.problems:
        return Verdict(doubts=("the declared file itself cannot be read, so there is nothing to compare with",))
    return compare(before, after, new_edition=file.is_new)


def compare(before: Look, after: Look, *, new_edition: bool) -> Verdict:
    """Rows, columns and figures of two looks."""
    doubts: list[str] = []
    lost = sorted(before.columns - after.columns)
    added = sorted(after.columns - before.columns)
    if lost:
        doubts.append(f"columns missing: {_listed('/'.join(one) for one in lost)}")
    if added:
        doubts.append(f"columns added: {_listed('/'.join(one) for one in added)}")
    if after.rows < before.rows:
        doubts.append(f"rows: {before.rows} before, {after.rows} now")
    if new_edition:
        doubts += _doubts_of_new_edition(before, after)
        change = f"{after.rows} rows, {len(after.figures)} figures"
    else:
        gone = sorted(before.figures.keys() - after.figures.keys(), key=str)
        if gone and not lost:
            doubts.append(f"figures missing: {_listed(map(_shown, gone))}")
        common = before.figures.keys() & after.figures.keys()
        changed = [key for key in common if before.figures[key] != after.figures[key]]
        if common and len(changed) > MAX_CHANGED * len(common):
            doubts.append(
                f"{len(changed)} of {len(common)} figures changed: it may be another edition under the same address"
            )
        new = len(after.figures) - len(common)
        change = f"rows {before.rows} -> {after.rows}, {len(changed)} figures changed, {new} added, {len(gone)} missing"
    return Verdict(doubts=tuple(doubts), change=change)


def _doubts_of_new_edition(before: Look, after: Look) -> list[str]:
    old = {key[1:]: text for key, text in before.figures.items()}
    new = {key[1:]: text for key, text in after.figures.items()}
    doubts = []
    gone = sorted({key[:2] for key in old} - {key[:2] for key in new}, key=str)
    if gone:
        doubts.append(f"provinces missing: {_listed(str(key[1]) for key in gone)}")
    same = [key for key in new if old.get(key) == new[key]]
    if new and len(same) > MAX_REPEATED * len(new):
        doubts.append(f"{len(same)} of {len(new)} figures are those of the edition before: it may be a copy of it")
    return doubts


def _shown(key: Key) -> str:
    return " ".join(str(part) for part in key if part is not None)


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:TOLD]) + (f" and {len(listed) - TOLD} more" if len(listed) > TOLD else "")


def read_alone(paths: Paths, source_id: str, declaration: str, file: str, data: bytes) -> Look:
    """One file as its source declares it, read in a folder of its own, as `dx source check` reads a source."""
    from dx_pipeline.conform.reference import load_reference
    from dx_pipeline.conform.source_check import check_source

    with tempfile.TemporaryDirectory(prefix=".trial-", suffix=".part", dir=paths.snapshots) as scratch:
        folder = Path(scratch) / source_id
        folder.mkdir()
        (folder / file).write_bytes(data)
        (folder / "source.toml").write_text(only_file(declaration, file), encoding="utf-8")
        found = check_source(folder, load_reference(paths.reference), f"data/raw/{source_id}")
    if found.problems:
        return Look(problems=tuple(map(str, found.problems)))
    keys = found.figures.select("edition", "unit_system", "province_id", "indicator", "measure").rows()
    texts = found.figures["value_text"].fill_null("").to_list()
    return Look(dict(zip(keys, texts, strict=True)), int(found.files["rows_read"].sum()))
