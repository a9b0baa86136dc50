"""What all commands share: quick start, exit codes, no release yet, pipes, locales, completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dx_answers import Dx, DxIn

from dx_pipeline.cli.provinces import complete_component, complete_province
from dx_pipeline.paths import Paths

HEAVY = {"duckdb", "polars", "pandas", "numpy", "pyarrow", "dagster", "matplotlib", "scipy", "great_expectations"}
MODULES = "import sys, runpy, atexit; atexit.register(lambda: print('|'.join(sys.modules), file=sys.stderr)); "


def loaded(arguments: list[str], root: Path) -> set[str]:
    """Modules a command loads, from a process of its own."""
    code = MODULES + f"sys.argv = {['dx', *arguments]!r}; from dx_pipeline.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DX_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stderr.splitlines()[-1].split("|"))


def run_dx(arguments: list[str], root: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "dx_pipeline.cli", *arguments],
        env={**os.environ, "DX_ROOT": str(root), **environment},
        capture_output=True,
        check=False,
    )


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    assert not loaded(["--help"], tmp_path) & HEAVY


def test_a_ranking_loads_the_database_and_no_more(published: Paths) -> None:
    assert loaded(["rank", "Hải Dương"], published.root) & HEAVY == {"duckdb"}


def test_help_tells_the_exit_codes(dx: Dx) -> None:
    answer = dx("--help")
    assert answer.code == 0
    assert "Exit codes: 0 done" in " ".join(answer.out.split())


def test_dx_alone_says_where_the_data_are_and_three_commands(
    dx: Dx, dx_in: DxIn, published: Paths, tmp_path: Path
) -> None:
    answer = dx()
    assert answer.code == 0
    assert str(published.marts) in answer.out
    assert len([line for line in answer.out.splitlines() if line.startswith("  dx ")]) == 3
    assert "make run" in dx_in(tmp_path).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["rank"],
        ["compare", "hai-duong", "thai-nguyen"],
        ["profile", "hai-duong"],
        ["what-if", "hai-duong", "--set", "foundation=0.5"],
        ["query", "select 1"],
        ["tables"],
        ["describe", "provinces"],
        ["cite", "provinces"],
        ["diff"],
        ["rollback"],
        ["verify"],
        ["export", "--csv", "somewhere"],
        ["status"],
    ],
)
def test_without_a_release_every_command_says_what_to_do(dx_in: DxIn, tmp_path: Path, arguments: list[str]) -> None:
    answer = dx_in(tmp_path, *arguments)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err == "dx: there is no release yet\nRun `make run` first.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rnak"], "Did you mean 'rank'?"),
        (["rank", "--edtion", "2023"], "Possible options: --edition"),
        (["compare", "hai-duong"], "Missing argument"),
        (["rank", "--edition", "last"], "valid integer"),
    ],
)
def test_a_wrong_command_line_ends_with_2(dx: Dx, arguments: list[str], told: str) -> None:
    answer = dx(*arguments)
    assert answer.code == 2
    assert told in answer.err
    assert "--help`" in answer.err


def test_a_file_that_is_no_database_is_told(dx_in: DxIn, tmp_path: Path) -> None:
    (tmp_path / "data" / "marts").mkdir(parents=True)
    (tmp_path / "data" / "marts" / "dti.duckdb").write_text("not a database" * 1000, encoding="utf-8")
    answer = dx_in(tmp_path, "rank")
    assert answer.code == 1
    assert "cannot be read" in answer.err


def test_vietnamese_is_printed_in_any_locale(published: Paths) -> None:
    ended = run_dx(
        ["rank", "hai-duong", "--lang", "vi"],
        published.root,
        LC_ALL="C",
        LANG="C",
        PYTHONIOENCODING="ascii",
        PYTHONUTF8="0",
    )
    assert ended.returncode == 0
    assert "Hải Dương".encode() in ended.stdout


def test_nothing_is_coloured_in_a_pipe(published: Paths) -> None:
    for arguments in (["rank"], ["verify"], ["--help"]):
        ended = run_dx(arguments, published.root, TERM="xterm-256color")
        assert b"\x1b" not in ended.stdout + ended.stderr


def test_a_reader_that_goes_away_gets_no_traceback(published: Paths) -> None:
    command = [sys.executable, "-m", "dx_pipeline.cli", "query", "from peer_comparison", "--format", "csv"]
    with subprocess.Popen(
        command, env={**os.environ, "DX_ROOT": str(published.root)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() in (-13, 141)


def test_provinces_are_completed_in_any_case_and_without_marks(
    published: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DX_ROOT", str(published.root))
    assert ("hai-duong", "Hải Dương") in complete_province("Hải")
    assert [name for name, _ in complete_province("thai")] == ["thai-binh", "thai-nguyen"]
    assert complete_component("digital_e") == ["digital_economy_activity="]


def test_the_shell_is_given_completions(published: Paths) -> None:
    asked = {"_DX_COMPLETE": "complete_bash", "COMP_WORDS": "dx rank hai", "COMP_CWORD": "2"}
    ended = run_dx([], published.root, **asked)
    assert ended.stdout.decode().split() == ["hai-duong", "hai-phong"]
