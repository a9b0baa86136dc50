"""What a release says about itself: dictionary, comments, data package, JSON-LD, citation."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import polars as pl
import pytest
from publish_project import (
    column,
    contract,
    read_current,
    release,
    small_contracts,
    small_tables,
    stage_tables,
    with_scores,
)

from dx_pipeline.contracts import DUCKDB_TYPES
from dx_pipeline.declarations import DeclarationError
from dx_pipeline.paths import Paths
from dx_pipeline.release.content.package import PACKAGE_FILE, load_package_info, sources_by_table
from dx_pipeline.release.history.cite import cite
from dx_pipeline.release.store.commit import commit
from dx_pipeline.release.store.layout import ReleaseError, current_folder
from dx_pipeline.release.store.manifest import read_manifest


@pytest.fixture
def folder(small_release: Path) -> Path:
    found = current_folder(Paths(small_release))
    assert found
    return found


def test_dictionary_and_tables_agree_column_by_column(small_release: Path) -> None:
    described = read_current(
        small_release, "SELECT table_name, column_name, position, type, nullable FROM data_dictionary ORDER BY 1, 3"
    )
    stored = read_current(
        small_release,
        "SELECT table_name, column_name, column_index, data_type, is_nullable FROM duckdb_columns() "
        "WHERE database_name = current_database() AND NOT internal ORDER BY 1, 3",
    )
    assert [(t, c, p, DUCKDB_TYPES[kind], n) for t, c, p, kind, n in described] == stored


def test_every_table_and_column_has_a_comment_in_two_languages(small_release: Path) -> None:
    comments = read_current(small_release, "SELECT comment FROM duckdb_columns() WHERE NOT internal")
    comments += read_current(small_release, "SELECT comment FROM duckdb_tables() WHERE NOT internal")
    assert comments
    assert all(text and " | " in text for (text,) in comments)


def test_keys_are_enforced_in_the_published_file(small_release: Path) -> None:
    keys = read_current(
        small_release,
        "SELECT table_name, constraint_column_names FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'",
    )
    assert {name: tuple(columns) for name, columns in keys} == {n: c.key for n, c in small_contracts().items()}


def test_the_published_file_has_the_storage_that_older_versions_read(folder: Path) -> None:
    con = duckdb.connect(str(folder / "dti.duckdb"), read_only=True)
    tags = con.sql("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchone()
    con.close()
    assert tags
    assert tags[0]["storage_version"].startswith("v1.2.0")


def test_the_dictionary_page_has_every_column_and_every_limitation(folder: Path) -> None:
    page = (folder / "DICTIONARY.md").read_text(encoding="utf-8")
    for table in small_contracts().values():
        part = page.split(f"### {table.name}\n")[1].split("\n### ")[0]
        assert table.limitations_vi in part
        assert table.limitations_en in part
        assert re.findall(r"^\| `([a-z_0-9]+)`", part, re.MULTILINE) == table.column_names


def test_parquet_carries_title_and_limitations(folder: Path) -> None:
    metadata = pl.read_parquet_metadata(folder / "parquet" / "province_rankings.parquet")
    assert metadata["title"] == "province_rankings title vi | province_rankings title en"
    assert metadata["key"] == "edition,unit_system,province_id"
    assert "limitations vi" in metadata["limitations"]


def test_frictionless_accepts_the_data_package(small_release: Path) -> None:
    import frictionless

    marts = small_release / "data" / "marts"
    for path in (marts / "datapackage.json", marts / "current" / "datapackage.json"):
        report = frictionless.validate(str(path))
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])
        assert {task.name for task in report.tasks} >= {"province_rankings", "province_rankings.parquet", "dti.duckdb"}


def test_frictionless_reads_empty_text_null_booleans_dates_and_times(tmp_path: Path) -> None:
    import frictionless

    columns = {
        "id": column("text", pattern="^[a-z]"),
        "empty": column("text"),
        "maybe": column("double", nullable=True),
        "flag": column("boolean"),
        "day": column("date", nullable=True),
        "moment": column("timestamp"),
        "small": column("double", min=0.0, max=1.0),
        "lines": column("text"),
    }
    contracts = small_contracts() | {"mixed": contract("mixed", ["id"], columns)}
    mixed = pl.DataFrame(
        {
            "id": ["a1", "b2"],
            "empty": ["", 'say "đúng", yes'],
            "maybe": [None, -1e-300],
            "flag": [True, False],
            "day": [None, "2025-07-01"],
            "moment": ["2026-01-05 02:00:00", "1999-12-31 23:59:59"],
            "small": [0.1 + 0.2, 1e-7],
            "lines": ["one\ntwo", "− ° →"],
        }
    ).with_columns(pl.col("day").str.to_date(), pl.col("moment").str.to_datetime())
    published = release(tmp_path, small_tables() | {"mixed": mixed}, contracts)
    report = frictionless.validate(str(published.folder / "datapackage.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])


def test_the_data_package_has_schema_references_hashes_and_terms(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    resources = {resource["name"]: resource for resource in package["resources"]}
    rankings = resources["province_rankings"]
    assert rankings["encoding"] == "utf-8"
    assert rankings["hash"].startswith("sha256:")
    assert rankings["schema"]["primaryKey"] == ["edition", "unit_system", "province_id"]
    unit = ["unit_system", "province_id"]
    reference = {"fields": unit, "reference": {"resource": "provinces", "fields": unit}}
    assert reference in rankings["schema"]["foreignKeys"]
    score = rankings["schema"]["fields"][3]
    assert (score["name"], score["type"], score["constraints"]) == ("score", "number", {"minimum": 0.0, "maximum": 1.0})
    assert rankings["source_ids"] == ["dti_component_scores"]
    assert package["licenses"][0]["name"]
    assert package["sources"][0]["licence"] == "none stated; official statistics"


def test_json_ld_is_a_dataset_with_files_and_sources(folder: Path) -> None:
    record = json.loads((folder / "metadata.jsonld").read_text(encoding="utf-8"))
    assert (record["@context"], record["@type"]) == ("https://schema.org/", "Dataset")
    assert record["spatialCoverage"]["name"] == "Viet Nam"
    assert record["temporalCoverage"] == "2023/2023"
    assert record["isBasedOn"][0]["publisher"] == "Ministry"
    assert 50 <= len(record["description"]) <= 5000
    files = [file for part in record["hasPart"] for file in part["distribution"]] + record["distribution"]
    assert all((folder / file["contentUrl"]).is_file() and len(file["sha256"]) == 64 for file in files)


def test_a_package_without_title_description_or_licence_is_refused(tmp_path: Path) -> None:
    original = PACKAGE_FILE.read_text(encoding="utf-8")
    broken = tmp_path / "package.toml"
    cases = {
        re.sub(r"^title_en = .*$", 'title_en = ""', original, flags=re.MULTILINE): "title_en: expected a text that",
        re.sub(r"^description_vi = .*$", 'description_vi = " "', original, flags=re.MULTILINE): "description_vi",
        original.split("[licence]")[0]: "licence: expected a value, found nothing",
    }
    for text, told in cases.items():
        broken.write_text(text, encoding="utf-8")
        with pytest.raises(DeclarationError, match=f"package.toml, {told}"):
            load_package_info(broken)


def test_a_file_that_the_package_should_list_but_is_missing_stops_the_release(small_release: Path) -> None:
    candidate = stage_tables(small_release, with_scores(hai_duong=0.7))
    (candidate.folder / "csv" / "provinces.csv").unlink()
    with pytest.raises(ReleaseError, match=r"csv/provinces\.csv is missing"):
        commit(candidate)


def test_sources_follow_the_inputs_of_a_table() -> None:
    contracts = small_contracts()
    found = sources_by_table(contracts, small_tables())
    assert found["province_rankings"] == ["dti_component_scores"]
    assert found["provinces"] == []


def test_a_table_names_only_the_sources_it_can_rest_on() -> None:
    contracts, tables = small_contracts(), small_tables()
    population = tables["figure_sources"].with_columns(
        indicator=pl.lit("population"), source_id=pl.lit("nso_population")
    )
    tables["figure_sources"] = pl.concat([tables["figure_sources"], population])
    key = {"province_id": column("text")}
    contracts["by_source"] = contract(
        "by_source", ["province_id"], key, inputs=("raw.dti_component_scores", "raw.other")
    )
    found = sources_by_table(contracts, tables)
    assert found["province_rankings"] == ["dti_component_scores"]
    assert found["figure_sources"] == ["dti_component_scores", "nso_population"]
    assert found["by_source"] == ["dti_component_scores"]


def test_a_table_is_cited_with_release_hash_and_original_sources(folder: Path) -> None:
    citation = cite(folder, "province_rankings")
    digest = read_manifest(folder).data_hash
    assert citation.line == (
        "dx-pipeline contributors (2026). province_rankings title en [table province_rankings]. "
        "In Viet Nam's provincial Digital Transformation Index (DTI), checked and sourced figure by figure "
        f"(release 2.0.0, data {digest})."
    )
    assert citation.bibtex.startswith("@misc{vietnam-provincial-dti-2.0.0-province-rankings,\n")
    assert "year = {2026}" in citation.bibtex
    assert r"province\_rankings" in citation.bibtex
    text = "\n".join(citation.details)
    assert "- dti_component_scores: Ministry, https://example.org (reuse: none stated; official statistics)" in text
    assert "Terms:" in text


def test_a_cell_is_cited_down_to_where_it_was_printed(folder: Path) -> None:
    citation = cite(folder, "province_rankings:2023/63/hai-duong/score")
    assert citation.details[:2] == (
        "Hải Dương 2023: score 0.6929",
        "- 2023 hai-duong overall score = 0.6929 "
        "(chosen; dti_component_scores, 2023.csv row 2, https://example.org/2023)",
    )
    assert "cell 2023/63/hai-duong/score" in citation.line


def test_a_figure_is_cited_with_its_rivals(small_release: Path) -> None:
    tables = small_tables()
    rival = (
        tables["figure_sources"]
        .head(1)
        .with_columns(value=pl.lit(0.7000), chosen=pl.lit(False), source_id=pl.lit("press"), reason=pl.lit("misprint"))
    )
    tables["figure_sources"] = pl.concat([rival, tables["figure_sources"]])
    folder = release(small_release, tables).folder
    details = cite(folder, "figure:2023/63/hai-duong/overall/score").details
    assert details[0] == "Hải Dương 2023, Overall, score: 0.6929"
    assert "(chosen; dti_component_scores, 2023.csv row 2" in details[1]
    assert details[2].endswith("(not chosen; press, 2023.csv row 2, https://example.org/2023): misprint")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("province_ranking", "no table 'province_ranking'; did you mean province_rankings"),
        ("province_rankings:2023/63", "expected province_rankings:<edition>/<unit_system>/<province_id>"),
        ("province_rankings:2023/63/nowhere", "has no row '2023/63/nowhere'"),
        ("province_rankings:2023/63/hai-duong/colour", "no column 'colour'; it has edition, unit_system"),
        ("figure:2023/63/hai-duong", "no figure at '2023/63/hai-duong'; expected figure:<edition>"),
    ],
)
def test_a_wrong_address_says_what_is_expected(folder: Path, address: str, message: str) -> None:
    with pytest.raises(ReleaseError, match=re.escape(message)):
        cite(folder, address)
