from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from publish_project import (
    FIRST_DAY,
    check_results,
    column,
    contract,
    read_current,
    release,
    small_contracts,
    small_tables,
    stage_tables,
    with_scores,
)

from dx_pipeline.contracts import ContractError
from dx_pipeline.orchestration.reproduce import compare_builds
from dx_pipeline.paths import Paths
from dx_pipeline.quality.gate import NotReleasableError
from dx_pipeline.release.store.commit import commit, rollback
from dx_pipeline.release.store.layout import ReleaseError, current_folder, release_folders
from dx_pipeline.release.store.manifest import readable_manifests
from dx_pipeline.release.store.staging import Candidate, IncompleteReleaseError, open_candidate, record_part
from dx_pipeline.release.store.verify import verify_release
from dx_pipeline.warehouse import NotBuiltError


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_first_release_is_1_0_0_and_reachable_through_stable_paths(small_release: Path) -> None:
    marts = small_release / "data" / "marts"
    assert read_current(small_release, "SELECT release, change_level, baseline FROM releases") == [
        ("2.0.0", "first", None)
    ]
    for name in (
        "dti.duckdb",
        "datapackage.json",
        "metadata.jsonld",
        "DICTIONARY.md",
        "CHANGELOG.md",
        "dictionary.csv",
    ):
        assert (marts / name).is_file()
        assert not Path((marts / name).readlink()).is_absolute()
    assert pl.read_parquet(marts / "parquet" / "province_rankings.parquet").height == 4
    assert (marts / "csv" / "provinces.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert not (marts / "dti.xlsx").is_symlink(), "no link to a workbook that was not made"


def test_staging_is_invisible_until_commit(small_release: Path) -> None:
    candidate = stage_tables(small_release, with_scores(hai_duong=0.6939))
    assert read_current(small_release, "SELECT score FROM province_rankings WHERE province_id = 'hai-duong'") == [
        (0.6929,)
    ]
    commit(candidate)
    assert read_current(small_release, "SELECT score FROM province_rankings WHERE province_id = 'hai-duong'") == [
        (0.6939,)
    ]


def test_identical_data_keep_name_time_and_folder(small_release: Path) -> None:
    before = current_folder(Paths(small_release))
    candidate = stage_tables(small_release, built_at=FIRST_DAY + timedelta(days=9), code_version="fff0000")
    assert candidate.unchanged
    assert candidate.release == "2.0.0"
    published = commit(candidate)
    assert not published.switched
    assert current_folder(Paths(small_release)) == before
    assert release_folders(Paths(small_release)) == [before]


def test_new_pages_over_the_same_data_are_published_under_the_same_name(small_release: Path) -> None:
    before = current_folder(Paths(small_release))
    candidate = stage_tables(small_release, built_at=FIRST_DAY + timedelta(days=9), parts=("site", "workbook"))
    add_site_and_workbook(candidate)
    published = commit(candidate)
    marts = small_release / "data" / "marts"
    assert (published.release, published.new_data, published.switched) == ("2.0.0", False, True)
    assert before.is_dir(), "a published folder stays, also when another has the same version"
    assert (marts / "site" / "index.html").read_text() == "<h1>DTI</h1>"
    listed = json.loads((marts / "datapackage.json").read_text())["resources"]
    assert "dti.xlsx" in [resource["path"] for resource in listed]
    assert verify_release(published.folder) == []
    release(small_release)
    assert not (marts / "site").is_symlink(), "a link that leads nowhere is removed"


def add_site_and_workbook(candidate: Candidate) -> None:
    page, book = candidate.folder / "site" / "index.html", candidate.folder / "dti.xlsx"
    page.parent.mkdir()
    page.write_text("<h1>DTI</h1>", encoding="utf-8")
    book.write_bytes(b"workbook")
    record_part(candidate, "site", [page])
    record_part(candidate, "workbook", [book])


def test_a_release_is_refused_until_each_part_is_there_and_of_its_data(small_release: Path) -> None:
    before = files_below(current_folder(Paths(small_release)))
    staged = stage_tables(small_release, with_scores(hai_duong=0.6939), parts=("site", "workbook"))
    with pytest.raises(IncompleteReleaseError, match="site, workbook missing") as refused:
        commit(staged)
    assert "Materialise these parts" in refused.value.hint
    assert files_below(current_folder(Paths(small_release))) == before
    # the candidate is still there, for whoever completes it
    candidate = open_candidate(Paths(small_release), small_contracts())
    add_site_and_workbook(candidate)
    page = candidate.folder / "site" / "index.html"
    for spoil, told in [
        (lambda: page.write_text("other", encoding="utf-8"), "site/index.html was changed since it was made"),
        (page.unlink, "site/index.html is missing"),
        (lambda: (candidate.folder / "mine.txt").write_text("x"), "mine.txt belongs to no part"),
    ]:
        spoil()
        with pytest.raises(IncompleteReleaseError, match=told):
            commit(candidate)
    (candidate.folder / "mine.txt").unlink()
    other = candidate.manifest.model_copy(update={"data_hash": "sha256:0"})
    record_part(candidate.model_copy(update={"manifest": other}), "site", [])
    with pytest.raises(IncompleteReleaseError, match="site shows other data"):
        commit(candidate)
    page.write_text("<h1>DTI</h1>", encoding="utf-8")
    record_part(candidate, "site", [page])
    published = commit(candidate)
    assert set(json.loads((published.folder / "release.json").read_text())["parts"]) == {
        "tables", "database", "texts", "site", "workbook",
    }  # fmt: skip
    assert verify_release(published.folder) == []
    with pytest.raises(ReleaseError, match="no release is staged"):
        open_candidate(Paths(small_release), small_contracts())


def test_two_builds_in_different_folders_on_different_days_are_the_same_bytes(tmp_path: Path) -> None:
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=7) for name, frame in small_tables().items()}
    one = commit(stage_tables(tmp_path / "one")).folder
    two = commit(
        stage_tables(tmp_path / "elsewhere" / "two", shuffled, built_at=FIRST_DAY + timedelta(days=400))
    ).folder
    same, differences, not_compared = compare_builds(one, two)
    assert (differences, not_compared) == ([], set())
    assert "parquet/check_results.parquet" in same
    first, second = files_below(one), files_below(two)
    dated = {name for name in first if first[name] != second[name]}
    # the time of the build is in the database; the rest states the time, or the hash of the database
    assert dated == {"dti.duckdb", "release.json", "metadata.jsonld", "datapackage.json"}


def test_a_large_release_built_again_is_recognised_as_identical(tmp_path: Path) -> None:
    columns = {"id": column("text"), "value": column("double")}
    contracts = small_contracts() | {"large": contract("large", ["id"], columns)}
    rows = pl.DataFrame({"id": [f"row {number}" for number in range(100_000)]}).with_columns(
        value=pl.int_range(pl.len()) / 7
    )
    assert release(tmp_path, small_tables() | {"large": rows}, contracts).switched
    # DuckDB would not write the same bytes again
    assert not release(tmp_path, small_tables() | {"large": rows}, contracts).switched


def test_rebuild_names_the_file_that_differs(small_release: Path, tmp_path: Path) -> None:
    again = release(tmp_path / "a").folder
    assert compare_builds(current_folder(Paths(small_release)), again)[1] == []
    release(small_release, with_scores(hai_duong=0.6939))
    _, differences, not_compared = compare_builds(current_folder(Paths(small_release)), again)
    assert {finding.subject for finding in differences} == {
        f"{kind}/{name}.{kind}" for kind in ("csv", "parquet") for name in ("figure_sources", "province_rankings")
    }
    assert "csv/revisions.csv" in not_compared, "the histories differ"


def test_parquet_and_csv_hold_the_same_values_as_the_database(small_release: Path) -> None:
    folder = current_folder(Paths(small_release))
    for name in ("province_rankings", "figure_sources", "data_dictionary", "check_results", "revisions"):
        parquet = pl.read_parquet(folder / "parquet" / f"{name}.parquet")
        csv = pl.read_csv(folder / "csv" / f"{name}.csv", schema=parquet.schema)
        assert csv.equals(parquet, null_equal=True)
        con = duckdb.connect(str(folder / "dti.duckdb"), read_only=True)
        assert con.sql(f"FROM {name}").pl().equals(parquet, null_equal=True)
        con.close()


def test_no_clock_time_in_parquet_and_csv(small_release: Path) -> None:
    folder = current_folder(Paths(small_release))
    assert not (folder / "parquet" / "releases.parquet").exists()
    assert not (folder / "csv" / "releases.csv").exists()
    assert json.loads((folder / "release.json").read_text())["built_at"] == "2026-01-05T02:00:00Z"


def test_check_results_keep_their_history(small_release: Path) -> None:
    release(small_release, with_scores(hai_duong=0.6939))
    release(small_release, with_scores(hai_duong=0.6949))
    release(small_release, with_scores(hai_duong=0.6949))
    assert read_current(small_release, "SELECT release, passed FROM check_results") == [
        ("2.0.0", True),
        ("2.0.1", True),
        ("2.0.2", True),
    ]
    assert read_current(
        small_release, "SELECT release, baseline, count(*) FROM revisions GROUP BY ALL ORDER BY ALL"
    ) == [
        ("2.0.1", "2.0.0", 3),
        ("2.0.2", "2.0.1", 3),
    ]


def test_a_failed_blocking_check_makes_no_release(small_release: Path) -> None:
    before = files_below(current_folder(Paths(small_release)))
    with pytest.raises(NotReleasableError, match=r"province_rankings\.row_counts"):
        stage_tables(small_release, with_scores(hai_duong=0.6939), checks=check_results(passed=False))
    assert files_below(current_folder(Paths(small_release))) == before
    assert stage_tables(small_release, checks=check_results(passed=False, severity="warning")).unchanged


def test_a_missing_table_is_named_and_leaves_no_trace(small_release: Path) -> None:
    tables = small_tables()
    del tables["province_rankings"]
    with pytest.raises(NotBuiltError, match="a release needs province_rankings, not built yet"):
        stage_tables(small_release, tables)
    assert not list((small_release / "data/marts/releases").glob(".staging*"))


def test_an_undescribed_column_fails(small_release: Path) -> None:
    contracts = small_contracts()
    con = duckdb.connect()
    con.execute("CREATE TABLE extra AS SELECT 1 AS a")
    tables = small_tables()
    tables["province_rankings"] = tables["province_rankings"].with_columns(secret=pl.lit(1))
    with pytest.raises(ContractError, match=r"undescribed \['secret'\]"):
        stage_tables(small_release, tables, contracts)


def test_text_that_a_spreadsheet_would_run_is_not_published(small_release: Path) -> None:
    for text in ('=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+SUM(A1)", "@SUM(1)", " =cmd|'/C calc'!A0"):
        tables = small_tables()
        tables["figure_sources"] = tables["figure_sources"].with_columns(locator=pl.lit(text) + pl.col("province_id"))
        with pytest.raises(ReleaseError, match="table figure_sources, column locator"):
            stage_tables(small_release, tables)


def test_harmless_text_is_published_exactly(small_release: Path) -> None:
    harmless = ["-0.3", "+17.2 %", "- see page 3 (table 2)", "= 63", "@dti", "a=SUM(1)", "−5", "- 5"]
    for texts in (harmless[:4], harmless[4:]):
        tables = small_tables()
        tables["figure_sources"] = tables["figure_sources"].with_columns(reason=pl.Series(texts))
        folder = release(small_release, tables).folder
        csv = pl.read_csv(folder / "csv" / "figure_sources.csv", schema_overrides={"reason": pl.String})
        assert sorted(csv["reason"]) == sorted(texts)


def test_infinite_numbers_are_not_published(small_release: Path) -> None:
    with pytest.raises(ReleaseError, match="column value: inf is infinite"):
        stage_tables(small_release, with_scores(hai_duong=float("inf")))


def test_a_source_without_terms_is_not_published(small_release: Path) -> None:
    tables = small_tables()
    tables["sources"] = tables["sources"].with_columns(licence=pl.lit(" "))
    with pytest.raises(ReleaseError, match="no reuse terms stated for dti_component_scores"):
        stage_tables(small_release, tables)


def test_the_last_releases_are_kept_and_the_current_one_always(small_release: Path) -> None:
    for step in range(1, 5):
        release(small_release, with_scores(hai_duong=0.69 + step / 1000), keep=3)
    assert [kept.release for kept in readable_manifests(Paths(small_release)).values()] == ["2.0.2", "2.0.3", "2.0.4"]


def test_rollback_and_the_next_refresh(small_release: Path) -> None:
    paths = Paths(small_release)
    release(small_release, with_scores(hai_duong=0.6939))
    assert rollback(paths).name.startswith("2.0.0-")
    assert read_current(small_release, "SELECT max(release) FROM releases") == [("2.0.0",)]
    again = release(small_release, with_scores(hai_duong=0.6939))
    assert again.release == "2.0.1", "the same step from the same baseline is the same release"
    assert verify_release(again.folder) == []
    rollback(paths, to="2.0.0")
    other = release(small_release, with_scores(hai_duong=0.7))
    assert other.release == "2.0.2", "a version that was given to other data is not given again"
    assert read_current(small_release, "SELECT release, baseline FROM releases ORDER BY ALL") == [
        ("2.0.0", None),
        ("2.0.1", "2.0.0"),
        ("2.0.2", "2.0.0"),
    ]


def test_data_that_return_to_old_values_are_a_new_release(small_release: Path) -> None:
    release(small_release, with_scores(hai_duong=0.6939))
    assert release(small_release).release == "2.0.2"


def test_rollback_refuses_unknown_current_and_tampered_releases(small_release: Path) -> None:
    paths = Paths(small_release)
    with pytest.raises(ReleaseError, match=r"no release '10\.9\.9'") as unknown:
        rollback(paths, to="10.9.9")
    assert unknown.value.hint.startswith("Kept releases: 2.0.0-")
    with pytest.raises(ReleaseError, match="is current already"):
        rollback(paths, to="2.0.0")
    old = current_folder(paths)
    release(small_release, with_scores(hai_duong=0.6939))
    (old / "csv" / "provinces.csv").write_text("changed", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"csv/provinces\.csv: was changed"):
        rollback(paths)
    assert read_current(small_release, "SELECT max(release) FROM releases") == [("2.0.1",)]


def test_a_real_file_in_the_place_of_a_link_is_moved_away_and_kept(tmp_path: Path) -> None:
    precious = tmp_path / "data" / "marts" / "dti.duckdb"
    precious.parent.mkdir(parents=True)
    precious.write_bytes(b"somebody's work")
    release(tmp_path)
    (aside,) = (tmp_path / "data" / "marts" / "quarantine").glob("*-dti.duckdb")
    assert aside.read_bytes() == b"somebody's work"
    assert precious.is_symlink()


def test_a_release_staged_on_an_older_one_is_refused(small_release: Path) -> None:
    slow = stage_tables(small_release, with_scores(hai_duong=0.7))
    release(small_release, with_scores(hai_duong=0.6939))
    with pytest.raises(ReleaseError, match=r"became current while 2\.0\.1 was built on 2\.0\.0-"):
        commit(slow)
    assert read_current(small_release, "SELECT score FROM province_rankings WHERE province_id = 'hai-duong'") == [
        (0.6939,)
    ]


def test_a_staged_release_that_was_damaged_is_not_published(small_release: Path) -> None:
    candidate = stage_tables(small_release, with_scores(hai_duong=0.7))
    damaged = candidate.folder / "parquet" / "province_rankings.parquet"
    pl.read_parquet(damaged).with_columns(rank=pl.lit(1, dtype=pl.Int64)).write_parquet(damaged)
    with pytest.raises(IncompleteReleaseError, match=r"parquet/province_rankings\.parquet was changed since"):
        commit(candidate)
    record_part(candidate, "tables", [*candidate.folder.glob("parquet/*"), *candidate.folder.glob("csv/*")])
    with pytest.raises(
        ReleaseError, match=r"table province_rankings in dti\.duckdb: differs from its Parquet file in rank"
    ):
        commit(candidate)
    assert read_current(small_release, "SELECT max(release) FROM releases") == [("2.0.0",)]
