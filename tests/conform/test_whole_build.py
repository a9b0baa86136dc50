"""Sources dropped into a copied project: what they become in the tables, or why they are refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dx_pipeline.build import build_figures, build_mart, build_reference, build_source, mart_contracts
from dx_pipeline.conform import ConformError
from dx_pipeline.conform.observations import observe_source
from dx_pipeline.conform.reference import load_reference
from dx_pipeline.errors import DxError
from dx_pipeline.paths import Paths
from dx_pipeline.proofs import begin_again
from dx_pipeline.sources.spec import load_sources
from dx_pipeline.warehouse import connect
from tests.conftest import own_copy

HEAD = """title = "Trial source"
title_vi = "Nguồn thử"
publisher = "publisher"
url = "https://example.org"
where_read = "trial"
retrieved_on = 2026-11-21
licence = "none stated"
tier = "official"
form = "csv"
layout = "wide"
decimal = "."
province = "Tỉnh"
"""


#: what the figures dropped in are looked for in; tests/soak/test_third_system.py builds everything
TABLES = {
    "provinces", "indicators", "figure_sources", "external_indicators", "indicator_weights", "province_rankings",
    "component_scores", "pillar_scores", "national_means",
}  # fmt: skip


def add_source(root: Path, source_id: str, table: str, declared: str, edition: int, unit_system: int = 63) -> None:
    """A source of one CSV file in a project, named in its manifest."""
    folder = root / "data" / "raw" / source_id
    folder.mkdir()
    (folder / "a.csv").write_text(table, encoding="utf-8")
    digest = hashlib.sha256((folder / "a.csv").read_bytes()).hexdigest()
    file = f'[files."a.csv"]\nedition = {edition}\nsha256 = "{digest}"\n'
    text = f"{HEAD}unit_system = {unit_system}\n{declared}\n{file}"
    (folder / "source.toml").write_text(text, encoding="utf-8")
    manifest = root / "data" / "raw" / "manifest.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("sources = [", f'sources = [\n  "{source_id}",'))


def column(heading: str, indicator: str, measure: str = "value") -> str:
    return f'[columns."{heading}"]\nindicator = "{indicator}"\nmeasure = "{measure}"\nunit = "u"\n'


def observed(root: Path, source_id: str):
    """One source of a project, conformed beside the others."""
    sources = load_sources(root / "data" / "raw")
    return observe_source(sources[source_id], load_reference(root / "data" / "reference"), sources.values())


def add_communes(root: Path, number: int) -> None:
    """A third unit system of another level, made up, as rows of the reference tables, and its scores of one edition."""
    folder = root / "data" / "reference"
    with (folder / "unit_systems.csv").open("a", encoding="utf-8") as systems:
        systems.write(f"{number},commune,{number} xã giả định,{number} made-up communes,2024-01-01,,,made up\n")
    units, declaration = folder / "units.csv", folder / "source.toml"
    before = hashlib.sha256(units.read_bytes()).hexdigest()
    with units.open("a", encoding="utf-8") as rows:
        for one in range(1, number + 1):
            rows.write(f"{number},xa-gia-dinh-{one},,Xã Giả Định {one},Made-up Commune {one},commune,,,,,,\n")
    after = hashlib.sha256(units.read_bytes()).hexdigest()
    declaration.write_text(declaration.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    table = "Tỉnh,DTI\n" + "".join(f"xã giả định {one},{0.9 - one / 1000:.3f}\n" for one in range(1, number + 1))
    add_source(root, "dti_communes", table, column("DTI", "overall", "score"), 2024, number)


def test_new_indicator_rival_source_and_further_units_in_one_build(project):
    add_communes(project, 120)
    names = '[indicators.pii_trial]\nname_vi = "Đổi mới"\nname_en = "Innovation"\nunit = "points of 100"\n'
    add_source(project, "trial_area", "Tỉnh,DT\nHải Phòng,3194.7\nHồ Chí Minh,6772.6\n", column("DT", "area"), 2025, 34)
    add_source(project, "trial_population", "Tỉnh,Dân số\nHải Dương,2010.0\n", column("Dân số", "population"), 2024)
    new = names + column("PII", "pii_trial", "score")
    add_source(project, "trial_pii", "Tỉnh,PII\nHà Nội,60.76\nCao Bằng,23.95\n", new, 2024)
    with (project / "data" / "reference" / "province_aliases.csv").open("a", encoding="utf-8") as aliases:
        aliases.write("Xứ Đông,63,hai-duong,an old name\n")
    paths = Paths(project)
    with connect(paths) as con:
        build_reference(con, paths)
        for source_id in load_sources(paths.raw):
            build_source(con, paths, source_id)
        build_figures(con, paths)
        tables = {name: build_mart(con, one) for name, one in mart_contracts().items() if name in TABLES}
    external, sources = tables["external_indicators"], tables["figure_sources"]

    def rows(**wanted):
        found = external
        for name, value in wanted.items():
            found = found.filter(found[name] == value)
        return found

    area = rows(indicator="area", province_id="hai-phong", year=2025)
    assert area.select("unit_system", "value").rows() == [(34, 3194.7)]
    assert set(rows(indicator="area", province_id="hai-phong")["unit_system"]) == {63, 34}
    pii = rows(indicator="pii_trial").sort("value")
    assert pii.select("province_id", "value", "indicator_vi").rows() == [
        ("cao-bang", 23.95, "Đổi mới"),
        ("ha-noi", 60.76, "Đổi mới"),
    ]
    population = rows(indicator="population", province_id="hai-duong", year=2024)
    assert population.select("value", "source_id").rows() == [(2010.0, "trial_population")]
    rivals = sources.filter(
        (sources["indicator"] == "population") & (sources["province_id"] == "hai-duong") & (sources["edition"] == 2024)
    )
    assert rivals.height >= 3
    assert rivals["conflict"].all()
    assert rivals.filter(rivals["chosen"])["source_id"].to_list() == ["trial_population"]
    assert "official" in rivals.filter(rivals["chosen"])["reason"].item()

    rankings, means = tables["province_rankings"], tables["national_means"]
    communes = rankings.filter((rankings["unit_system"] == 120) & (rankings["edition"] == 2024)).sort("rank")
    assert communes["rank"].to_list() == list(range(1, 121))
    assert communes["province_id"][119] == "xa-gia-dinh-120"
    assert means.filter(means["unit_system"] == 120)["mean_computed"].to_list() == [0.8395]
    # the provinces of today keep their history, computed from the members they had
    today = rankings.filter((rankings["unit_system"] == 34) & rankings["rank"].is_not_null())
    assert today["edition"].unique().sort().to_list() == [2022, 2023, 2024]


def test_what_cannot_be_meant_is_refused_with_the_remedy(project):
    cases = [
        ("trial_a", "Tỉnh,PII\nHà Nội,60\n", column("PII", "pii_trial"), 2024, 63, "add to data/raw/trial_a"),
        ("trial_b", "Tỉnh,PCI\n", "complete = true\n" + column("PCI", "pci_overall"), 2023, 63, "63 units, found"),
        ("trial_c", "Tỉnh,DT\nHuế,4947\n", column("DT", "area"), 2020, 34, "(since 2025-07-01), found 2020"),
        ("trial_d", "Tỉnh,DT\nHuế,4947\n", column("DT", "area"), 2026, 63, "(until 2025-06-30), found 2026"),
        ("dti_e", "Tỉnh,DTI\nHà Nội,0.5\n", column("DTI", "overal", "score"), 2025, 63, "did you mean overall"),
        ("dti_f", "Tỉnh,Kinh_te_so\nHà Nội,0.5\n", column("Kinh tế số", "overall", "score"), 2025, 63, "Kinh_te_so"),
        ("trial_g", "Tỉnh,DTI\nHà Nội,0.5\n", column("DTI", "overall", "score"), 2025, 63, "a source.toml declares"),
    ]  # fmt: skip
    unsaid = []
    for source_id, table, declared, edition, unit_system, told in cases:
        add_source(project, source_id, table, declared, edition, unit_system)
        with pytest.raises(DxError) as refused:
            observed(project, source_id)
        if told not in str(refused.value):
            unsaid.append((source_id, told, str(refused.value)))
    assert unsaid == []


def test_a_complete_edition_that_is_complete_no_more_stops(tmp_path_factory, built):
    project = own_copy(tmp_path_factory, built)
    declaration = project / "data" / "raw" / "dti_component_scores" / "source.toml"
    text = declaration.read_text(encoding="utf-8")
    for source in ("dti_component_scores", "dti_overall_scores"):
        declaration = project / "data" / "raw" / source / "source.toml"
        text = declaration.read_text(encoding="utf-8")
        declaration.write_text(text.replace('indicator = "overall"', 'indicator = "smart_city"', 1), encoding="utf-8")
    paths = Paths(project)
    begin_again(paths)
    with connect(paths) as con:
        build_reference(con, paths)
        for source_id in load_sources(paths.raw):
            build_source(con, paths, source_id)
        with pytest.raises(ConformError, match=r"overall \(score\) of 2022, 63 units: expected a figure of each of 63"):
            build_figures(con, paths)
