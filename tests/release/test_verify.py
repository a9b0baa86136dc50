"""Whatever is done to a published release on disk is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import ReleaseError, current_folder
from dx_pipeline.release.store.verify import verify_release


def edit_csv(folder: Path) -> None:
    path = folder / "csv" / "province_rankings.csv"
    path.write_bytes(path.read_bytes().replace(b"0.6929", b"0.9929"))


def edit_parquet(folder: Path) -> None:
    path = folder / "parquet" / "province_rankings.parquet"
    pl.read_parquet(path).with_columns(score=pl.lit(1.0)).write_parquet(path)


def cut_parquet(folder: Path) -> None:
    path = folder / "parquet" / "provinces.parquet"
    path.write_bytes(path.read_bytes()[:100])


def change_database(statement: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        con = duckdb.connect(str(folder / "dti.duckdb"))
        con.execute(statement)
        con.close()

    return change


def edit_manifest(folder: Path) -> None:
    path = folder / "release.json"
    path.write_text(path.read_text(encoding="utf-8").replace("abc1234", "fff0000"), encoding="utf-8")


def edit_csv_and_cover_up(folder: Path) -> None:
    """The hash in the manifest is changed too; data package and folder name still tell."""
    edit_csv(folder)
    from dx_pipeline.release.store.manifest import describe_files, to_json

    files = {name: mark.model_dump() for name, mark in describe_files(folder).items()}

    data = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    (folder / "release.json").write_text(
        to_json({**data, "files": files}),
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (edit_csv, {"csv/province_rankings.csv"}),
        (edit_parquet, {"parquet/province_rankings.parquet", "table province_rankings in dti.duckdb"}),
        (cut_parquet, {"parquet/provinces.parquet"}),
        (
            change_database("UPDATE province_rankings SET score = 0.99 WHERE province_id = 'hai-duong'"),
            {"dti.duckdb", "table province_rankings in dti.duckdb"},
        ),
        (
            change_database("DELETE FROM provinces WHERE province_id = 'ha-noi'"),
            {"dti.duckdb", "table provinces in dti.duckdb"},
        ),
        (change_database("DROP TABLE indicators"), {"dti.duckdb", "table indicators in dti.duckdb"}),
        (change_database("CREATE TABLE mine (a INT)"), {"dti.duckdb", "table mine in dti.duckdb"}),
        (lambda folder: (folder / "CHANGELOG.md").unlink(), {"CHANGELOG.md"}),
        (lambda folder: (folder / "csv" / "provinces.csv").unlink(), {"csv/provinces.csv"}),
        (lambda folder: (folder / "csv" / "mine.csv").write_text("a\n1\n"), {"csv/mine.csv"}),
        (lambda folder: (folder / "dti.duckdb").write_bytes(b"not a database"), {"dti.duckdb"}),
        (edit_manifest, {"release.json"}),
        (edit_csv_and_cover_up, {"release.json", "csv/province_rankings.csv"}),
    ],
)
def test_tampering_is_named(small_release: Path, tamper: Callable[[Path], None], expected: set[str]) -> None:
    folder = current_folder(Paths(small_release))
    assert folder
    assert verify_release(folder) == []
    tamper(folder)
    assert {finding.subject for finding in verify_release(folder)} == expected


def test_a_release_is_verified_through_the_link_too(small_release: Path) -> None:
    assert verify_release(small_release / "data" / "marts" / "current") == []


def test_a_folder_that_is_no_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"release\.json cannot be read"):
        verify_release(tmp_path)
