"""What waits is shown, and accepted by a person, unless it cannot be read at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dx_pipeline.cli import app
from dx_pipeline.fetch import night as nights
from tests.fetch.publisher import SOURCE, Publisher, csv_reply, edit_declaration, is_whole, small_project, table


@pytest.fixture
def paths(tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch):
    found = small_project(tmp_path, publisher.url)
    monkeypatch.setenv("DX_ROOT", str(tmp_path))
    monkeypatch.setenv("DX_CONTACT", "ops@example.org")
    return found


def dx(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def test_an_unchanged_look_says_so(paths) -> None:
    assert "2 files: 1 unchanged, 1 not yet. Nothing to build." in dx("fetch")
    assert "Nothing waits" in dx("accept")


def test_fewer_rows_are_accepted_by_a_person_only(paths, publisher: Publisher) -> None:
    edit_declaration(paths, lambda text: text.replace("complete = true", "complete = false"))
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023, without=7))
    assert "rows: 63 before, 62 now" in dx("fetch", code=1)
    (waiting,) = json.loads(dx("accept", "--json"))["waiting"]
    assert "rows: 63 before, 62 now" in waiting["problems"]
    assert Path(waiting["path"]).is_file()
    assert f"accepted: {SOURCE}/2023.csv" in dx("accept", SOURCE)
    assert is_whole(paths)
    assert "Nothing to build" in dx("fetch")
    dx("accept", SOURCE, code=2)


def test_what_cannot_be_read_is_not_accepted_by_anybody(paths, publisher: Publisher) -> None:
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023, extra="Hạng mới"))
    dx("fetch", code=1)
    done = CliRunner().invoke(app, ["accept", SOURCE])
    assert done.exit_code == 1
    assert "cannot be read as source.toml stands" in str(done.output)
    assert is_whole(paths)


def test_one_source_can_be_looked_at_alone(paths) -> None:
    assert "unchanged" in dx("fetch", SOURCE)
    assert "unknown source nowhere" in CliRunner().invoke(app, ["fetch", "nowhere"]).output
    assert not (paths.snapshots / "last_night.json").exists()
    assert nights.source_ids(paths) == [SOURCE]
