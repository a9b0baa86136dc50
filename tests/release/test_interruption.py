"""A refresh killed at any moment, two at once, and readers who do not care."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import pytest
from publish_project import read_current, release, stage_tables, with_scores

from dx_pipeline.errors import BusyError
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.commit import commit
from dx_pipeline.release.store.journal import append_event, journal_path, read_journal
from dx_pipeline.release.store.layout import current_folder, releases_folder
from dx_pipeline.release.store.manifest import readable_manifests
from dx_pipeline.release.store.repair import prune, repair
from dx_pipeline.release.store.staging import release_lock
from dx_pipeline.release.store.verify import verify_release

STEPS_BEFORE = ["staged", "manifest written", "synced", "renamed", "before switch"]
STEPS_AFTER = ["switched", "journal written", "prune moved", "pruned"]
#: with DX_SOAK every step
KILLED_AT = [*STEPS_BEFORE, *STEPS_AFTER][:: 1 if os.environ.get("DX_SOAK") else 3]

SCORE = "SELECT score FROM province_rankings WHERE province_id = 'hai-duong'"
#: forks of one process that has imported what a publication needs
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["pytest", "pandas", "pyarrow", "dx_pipeline.release.compose"])


@contextmanager
def at_each_step(told: Callable[[str], object]) -> Iterator[None]:
    """While a release is published, be told the name of each step done, as its log is."""

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told(record.getMessage())

    log, handler = logging.getLogger("dx_pipeline.release.store"), Told(logging.DEBUG)
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


class Other:
    """Another process at work: it says something, waits to be answered, and ends or dies."""

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        self.line, end = PROCESSES.Pipe()
        self.process = PROCESSES.Process(target=work, args=(end, *arguments), daemon=True)
        self.process.start()
        end.close()

    def says(self) -> object:
        assert self.line.poll(60)
        return self.line.recv()

    def go_on(self) -> None:
        self.line.send("go on")

    def ends(self) -> int | None:
        """Its exit code; the negative of the signal that killed it."""
        self.process.join(60)
        return self.process.exitcode


def refresh(line: Connection, root: Path, dies_at: str = "never", score: float = 0.6939) -> None:
    """Stage a release and publish it; die at one step of that."""

    def at_step(step: str) -> None:
        if step == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    candidate = stage_tables(root, with_scores(hai_duong=score))
    at_step("staged")
    if dies_at == "told to":
        line.send("staged")
        line.recv()
    with at_each_step(at_step):
        commit(candidate, keep=1)


def assert_whole(root: Path, score: float) -> None:
    """Everything a reader can reach is of one release."""
    marts = root / "data" / "marts"
    assert read_current(root, SCORE) == [(score,)]
    assert f"2023,63,hai-duong,{score}" in (marts / "csv" / "province_rankings.csv").read_text(encoding="utf-8-sig")
    named = {
        json.loads((marts / name).read_text())["data_hash" if "release" in name else "id"]
        for name in ("release.json", "datapackage.json")
    }
    assert len(named) == 1
    assert verify_release(marts / "current") == []


@pytest.mark.parametrize("step", KILLED_AT)
def test_killed_at_any_step_leaves_the_old_or_the_new_release_whole(small_release: Path, step: str) -> None:
    assert Other(refresh, small_release, step).ends() == -signal.SIGKILL
    assert_whole(small_release, 0.6929 if step in STEPS_BEFORE else 0.6939)

    release(small_release, with_scores(hai_duong=0.6939))
    assert_whole(small_release, 0.6939)
    assert [kept.release for kept in readable_manifests(Paths(small_release)).values()][-1] == "2.0.1", (
        "no version was used up"
    )
    left = {path.name for path in releases_folder(Paths(small_release)).iterdir() if path.name.startswith(".")}
    assert left == set()
    assert read_journal(Paths(small_release)).published[-1] == current_folder(Paths(small_release)).name


def test_killed_during_the_very_first_refresh(tmp_path: Path) -> None:
    for step in ("renamed", "switched"):
        root = tmp_path / step
        assert Other(refresh, root, step).ends() == -signal.SIGKILL
        release(root, with_scores(hai_duong=0.6939))
        assert_whole(root, 0.6939)
        assert [kept.release for kept in readable_manifests(Paths(root)).values()] == ["2.0.0"]


def test_a_build_at_work_is_not_taken_for_a_dead_one(small_release: Path) -> None:
    working = Other(refresh, small_release, "told to")
    assert working.says() == "staged"
    assert repair(Paths(small_release)) == []
    working.go_on()
    assert working.ends() == 0
    assert_whole(small_release, 0.6939)


def read_when_asked(line: Connection, published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as con:
        while line.recv() == "go on":
            line.send(con.sql(SCORE).fetchall())


def test_a_reader_holds_its_release_while_others_are_published_and_pruned(small_release: Path) -> None:
    reader = Other(read_when_asked, Paths(small_release).published)

    def asks() -> object:
        reader.go_on()
        return reader.says()

    assert asks() == [(0.6929,)]
    candidate = stage_tables(small_release, with_scores(hai_duong=0.6939))
    assert asks() == [(0.6929,)]
    with at_each_step(lambda step: asks() == [(0.6929,)] or pytest.fail(step)):
        commit(candidate, keep=1)
    assert len(readable_manifests(Paths(small_release))) == 2, "a release that somebody reads is not removed"
    assert asks() == [(0.6929,)]
    reader.line.send("stop")
    assert reader.ends() == 0
    prune(Paths(small_release), keep=1)
    assert len(readable_manifests(Paths(small_release))) == 1, "it goes when nobody reads it any more"
    late = Other(read_when_asked, Paths(small_release).published)
    late.go_on()
    assert late.says() == [(0.6939,)]
    late.line.send("stop")
    assert late.ends() == 0


def open_and_read(line: Connection, published: Path, stop: Path) -> None:
    seen = set()
    line.send("ready")
    while not stop.exists():
        with duckdb.connect(str(published), read_only=True) as con:
            seen.update(con.sql(SCORE).fetchall())
        time.sleep(0.01)
    line.send(sorted(seen))


def test_readers_who_open_the_file_again_and_again_never_get_an_error(small_release: Path, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    readers = [Other(open_and_read, Paths(small_release).published, stop) for _ in range(2)]
    assert [reader.says() for reader in readers] == ["ready"] * 2
    for score in (0.6939, 0.6949, 0.6959):
        release(small_release, with_scores(hai_duong=score), keep=2)
    time.sleep(0.2)
    stop.touch()
    assert [reader.says()[-1] for reader in readers] == [(0.6959,)] * 2
    assert [reader.ends() for reader in readers] == [0, 0]


def write_and_crash(line: Connection, published: Path, told_to: bool = False) -> None:
    con = duckdb.connect(str(published))
    con.execute("UPDATE province_rankings SET score = 0.1 WHERE province_id = 'hai-duong'")
    line.send("written")
    if told_to:
        line.recv()
    os._exit(9)


def test_edits_of_a_crashed_writing_session_reach_nobody_after_the_next_refresh(small_release: Path) -> None:
    assert Other(write_and_crash, Paths(small_release).published).ends() == 9
    old = current_folder(Paths(small_release))
    wal = old / "dti.duckdb.wal"
    assert wal.exists(), "DuckDB puts the log beside the file, not beside the link"
    assert "dti.duckdb.wal" in [finding.subject for finding in verify_release(old)]
    release(small_release)
    assert not wal.exists()
    assert_whole(small_release, 0.6929)


def test_a_crashed_writing_session_does_not_reach_the_next_release(small_release: Path) -> None:
    candidate = stage_tables(small_release, with_scores(hai_duong=0.6939))
    assert Other(write_and_crash, Paths(small_release).published).ends() == 9
    (small_release / "data/marts/dti.duckdb.wal").write_bytes(b"left beside the link by an older DuckDB")
    commit(candidate)
    assert not (small_release / "data/marts/dti.duckdb.wal").exists()
    assert_whole(small_release, 0.6939)


def test_a_living_writing_session_does_not_stop_a_refresh(small_release: Path) -> None:
    writer = Other(write_and_crash, Paths(small_release).published, True)
    assert writer.says() == "written"
    wal = current_folder(Paths(small_release)) / "dti.duckdb.wal"
    release(small_release, with_scores(hai_duong=0.6939))
    assert_whole(small_release, 0.6939)
    assert wal.exists(), "the log of a session still open is left to it"
    writer.go_on()
    assert writer.ends() == 9


def test_a_release_edited_in_place_is_replaced_by_the_next_refresh(small_release: Path) -> None:
    con = duckdb.connect(str(Paths(small_release).published))
    con.execute("UPDATE province_rankings SET score = 0.1 WHERE province_id = 'hai-duong'")
    con.close()
    damaged = current_folder(Paths(small_release))
    assert "table province_rankings in dti.duckdb" in [finding.subject for finding in verify_release(damaged)]
    published = release(small_release)
    assert published.folder != damaged
    assert published.release == "2.0.0", "the same data; but a database written anew may have other bytes"
    assert_whole(small_release, 0.6929)
    assert len(readable_manifests(Paths(small_release))) == 1


def hold_the_lock(line: Connection, root: Path) -> None:
    with release_lock(Paths(root)):
        line.send("held")
        line.recv()


def test_a_second_publication_waits_and_says_so(small_release: Path, caplog: pytest.LogCaptureFixture) -> None:
    candidate = stage_tables(small_release, with_scores(hai_duong=0.6939))
    holder = Other(hold_the_lock, small_release)
    assert holder.says() == "held"
    with (
        pytest.raises(
            BusyError, match=f"process {holder.process.pid} is publishing a release since 20.*Z and did not finish"
        ),
        release_lock(Paths(small_release), wait_seconds=0.3),
    ):
        pytest.fail("two held the lock")
    holder.go_on()
    with caplog.at_level(logging.WARNING):
        commit(candidate)
    assert holder.ends() == 0
    assert_whole(small_release, 0.6939)


def test_two_refreshes_at_once_end_whole(small_release: Path) -> None:
    both = [Other(refresh, small_release, "never", score) for score in (0.6939, 0.6949)]
    assert 0 in [process.ends() for process in both], (
        "one of them is published; the other was published before it, or refused as out of date"
    )
    score = read_current(small_release, SCORE)[0][0]
    assert score in (0.6939, 0.6949)
    assert_whole(small_release, score)


def test_lost_current_folder_falls_back_to_the_last_release_kept(small_release: Path) -> None:
    release(small_release, with_scores(hai_duong=0.6939))
    shutil.rmtree(current_folder(Paths(small_release)))
    done = repair(Paths(small_release))
    assert "is current again" in done[0]
    assert_whole(small_release, 0.6929)


def test_a_journal_line_torn_by_a_power_cut_is_passed_over(small_release: Path) -> None:
    paths = Paths(small_release)
    with journal_path(paths).open("a") as file:
        file.write('{"at": "2026-')
    append_event(paths, "published", current_folder(paths))
    journal = read_journal(paths)
    assert (len(journal.events), journal.whole) == (3, False)
    assert "the journal was damaged" in repair(paths)[0]
    assert read_journal(paths).whole
    assert_whole(small_release, 0.6929)
