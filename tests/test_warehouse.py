"""The warehouse of a build: only what is no DuckDB file any more is thrown away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dx_pipeline.errors import BusyError
from dx_pipeline.paths import Paths
from dx_pipeline.warehouse import begin_anew, connect, mark_built, tables_there

HOLDER = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    with connect(Paths(tmp_path)) as con:
        con.execute("CREATE TABLE provinces AS SELECT range AS n FROM range(5000)")
        mark_built(con, "provinces", "of this build", ())
    return Paths(tmp_path)


def rows(paths: Paths) -> int:
    with connect(paths) as con:
        return con.sql("SELECT count(*) FROM provinces").fetchall()[0][0] if tables_there(con) else 0


def test_a_file_that_this_process_has_open_is_never_thrown_away(paths: Paths) -> None:
    held = (lambda: duckdb.connect(str(paths.warehouse)), lambda: duckdb.connect(str(paths.warehouse), read_only=True))
    for hold in held:
        with hold() as con:
            for attempt in (lambda: rows(paths), lambda: begin_anew(paths)):
                with pytest.raises(BusyError, match=rf"this process \({os.getpid()}\) has .* open already"):
                    attempt()
            assert con.sql("SELECT count(*) FROM provinces").fetchall() == [(5000,)]
    with connect(paths), pytest.raises(BusyError, match="open already"):
        rows(paths)
    assert rows(paths) == 5000


def test_a_file_that_another_process_has_open_stays(paths: Paths) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(paths.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(BusyError, match=f"process {holder.pid} has"):
            rows(paths)
        holder.kill()
    assert rows(paths) == 5000


def test_what_is_no_database_any_more_is_begun_anew(paths: Paths) -> None:
    sound, beside = paths.warehouse.read_bytes(), paths.build / "elsewhere"
    damage = {
        "other": b"x" * 5000,
        "empty": b"",
        "cut": sound[:8192],
        "header": sound[:4100] + b"\xff" + sound[4101:],
        "block": sound[:13000] + b"\xff\xff\xff\xff" + sound[13004:],
    }
    kept = []
    for name, content in damage.items():
        paths.warehouse.write_bytes(content)
        kept += [name] * (rows(paths) != 0)
    paths.warehouse.unlink()
    paths.warehouse.mkdir()
    (paths.warehouse / "note.txt").write_text("a folder now", encoding="utf-8")
    kept += ["folder"] * (rows(paths) != 0)
    paths.warehouse.unlink()
    paths.warehouse.symlink_to(beside)
    kept += ["link to nowhere"] * (rows(paths) != 0)
    assert kept == []


@pytest.mark.skipif(os.geteuid() != 0, reason="permissions of another user can only be tried by root")
def test_a_file_that_this_user_may_not_write_stays(paths: Paths) -> None:
    sound = paths.warehouse.read_bytes()
    paths.warehouse.chmod(0o444)
    for folder in (paths.build, *paths.build.parents[:-2]):
        folder.chmod(0o777)
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            rows(paths)
        except PermissionError as error:
            os._exit(0 if error.filename == str(paths.warehouse) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert paths.warehouse.read_bytes() == sound
