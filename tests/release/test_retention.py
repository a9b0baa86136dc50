"""How many releases stay: exactly what docs/RELEASES.md promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from publish_project import read_current, release, with_scores

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.commit import rollback
from dx_pipeline.release.store.layout import current_folder, release_folders
from dx_pipeline.release.store.repair import prune
from dx_pipeline.release.store.verify import verify_release


def versions(root: Path) -> list[str]:
    return [folder.name.split("-")[0] for folder in release_folders(Paths(root))]


def test_eight_publications_and_a_rollback_keep_five_and_the_restored_one_is_among_them(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    for number in range(8):
        release(tmp_path, with_scores(hai_duong=0.69 + number / 1000))
        assert len(versions(tmp_path)) == min(number + 1, 5)
    assert versions(tmp_path) == ["2.0.3", "2.0.4", "2.0.5", "2.0.6", "2.0.7"]
    rollback(paths, "2.0.3")
    release(tmp_path, with_scores(hai_duong=0.75))
    assert versions(tmp_path) == ["2.0.3", "2.0.5", "2.0.6", "2.0.7", "2.0.8"], "2.0.4 was current longest ago"
    assert all(verify_release(folder) == [] for folder in release_folders(paths))


def test_unchanged_files_lie_on_disk_once_but_never_the_database(tmp_path: Path) -> None:
    old, new = (release(tmp_path, with_scores(hai_duong=score)).folder for score in (0.69, 0.7))
    assert all((old / name).samefile(new / name) for name in ("csv/provinces.csv", "parquet/provinces.parquet"))
    assert not (old / "dti.duckdb").samefile(new / "dti.duckdb")
    assert not (old / "csv/province_rankings.csv").samefile(new / "csv/province_rankings.csv")


SPILLING_READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
con.execute("SET memory_limit = '40MB'; SET threads = 1; SET enable_progress_bar = false")
con.execute("CREATE TEMP TABLE large AS SELECT range AS a, repeat('x', 60) || range AS b FROM range(1500000)")
print("spilled", flush=True)
sys.stdin.readline()
print(con.sql("SELECT count(*), count(DISTINCT b) FROM large").fetchone(), flush=True)
print(con.sql("SELECT count(*) FROM province_rankings").fetchone(), flush=True)
"""


def test_a_reader_who_spills_to_disk_changes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    release(tmp_path, with_scores(hai_duong=0.69))
    held = current_folder(paths)
    reader = subprocess.Popen(
        [sys.executable, "-c", SPILLING_READER, str(paths.published)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert reader.stdout.readline() == "spilled\n"
    assert list((held / "dti.duckdb.tmp").iterdir()), "DuckDB lays its temporary files beside the database"
    assert verify_release(held) == []
    assert not release(tmp_path, with_scores(hai_duong=0.69)).switched, "the same data are no new release"
    for number in range(6):
        release(tmp_path, with_scores(hai_duong=0.7 + number / 1000))
    assert held.is_dir()
    assert len(versions(tmp_path)) == 6, "five, and the one that is being read"
    said, _ = reader.communicate("\n", timeout=60)
    assert said == "(1500000, 1500000)\n(4,)\n"
    prune(paths)
    assert not held.exists()
    assert len(versions(tmp_path)) == 5


WRITER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
print(con.sql("SELECT count(*) FROM province_rankings").fetchone()[0], flush=True)
sys.stdin.readline()
"""


def test_a_session_opened_for_writing_that_changes_nothing_changes_nothing(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    release(tmp_path, with_scores(hai_duong=0.69))
    first = current_folder(paths)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(paths.published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout.readline() == "4\n"
    assert verify_release(first) == []
    assert not release(tmp_path, with_scores(hai_duong=0.69)).switched, "no further copy for each such session"
    second = release(tmp_path, with_scores(hai_duong=0.7))
    assert second.switched
    writer.communicate("\n", timeout=30)
    assert read_current(tmp_path, "SELECT score FROM province_rankings WHERE province_id = 'hai-duong'") == [(0.7,)]
    assert verify_release(first) == []
    assert [folder.name for folder in release_folders(paths)] == [first.name, second.folder.name]
