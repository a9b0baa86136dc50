"""A build takes over what an earlier one left when nothing it rests on is different; else it does the work."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dx_pipeline import proofs
from dx_pipeline.build import SHARED, build_all, build_figures, build_mart, build_source, mart_contracts
from dx_pipeline.code import PACKAGE, code_files, imported_in
from dx_pipeline.paths import Paths
from dx_pipeline.proofs import begin_again, do
from dx_pipeline.warehouse import RECORDS, connect, read_table, replace_table, tables_there, was_taken_over
from tests.conftest import ROOT, declare

#: what a source, the figures, a table, any table, a law, a picture and the pages begin with
ENTRIES = ("conform.observations", "conform.figures", "marts.findings", "marts._carry", "quality.laws",
           "charts.rank_bands", "report.site")  # fmt: skip
IMPORTED = """
import importlib, json, sys
def own(): return [name for name in sys.modules if name.split(".")[0] == "dx_pipeline"]
found = {}
for entry in sys.argv[1:]:
    for name in own():
        del sys.modules[name]
    importlib.import_module(f"dx_pipeline.{entry}")
    found[entry] = [sys.modules[name].__file__ for name in own()]
print(json.dumps(found))
"""


class Chain:
    """Two steps, the second made from the first; `ran` tells which of them did their work."""

    def __init__(self, root: Path) -> None:
        self.paths, self.ran, self.code, self.value = Paths(root), [], {"a": "1", "b": "1"}, 7
        self.dies: str | None = None

    def build(self) -> list[str]:
        """Build everything; returns the steps that did their work."""
        self.ran = []
        begin_again(self.paths)
        with connect(self.paths) as con:
            made_by = f"{self.code['a']} {self.value}"
            do(con, "a", (), lambda: made_by, lambda: self.work(con, "a", self.value % 10))
            twice = read_table(con, "core.a")["n"][0] * 2
            do(con, "b", ("core.a",), lambda: self.code["b"], lambda: self.work(con, "b", twice))
        return self.ran

    def work(self, con: duckdb.DuckDBPyConnection, name: str, n: int) -> list[str]:
        """What a step does: two tables each."""
        self.ran.append(name)
        for part in ("", "_again"):
            if self.dies == name + part:
                raise KeyboardInterrupt
            replace_table(con, f"core.{name}{part}", pl.DataFrame({"n": [n]}))
        return [f"core.{name}", f"core.{name}_again"]

    def stored(self) -> list[int]:
        """What lies in the tables of the second step."""
        with connect(self.paths) as con:
            return [read_table(con, name)["n"][0] for name in ("core.b", "core.b_again")]


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chain:
    """Both steps built."""
    monkeypatch.setattr(proofs, "is_settled", lambda: True)
    made = Chain(tmp_path)
    assert made.build() == ["a", "b"]
    return made


def test_only_what_a_change_reaches_is_built(chain: Chain) -> None:
    assert chain.build() == [], "nothing changed"
    chain.code["b"] = "2"
    assert chain.build() == ["b"], "code of the second"
    chain.value = 17
    assert chain.build() == ["a"], "the first comes out the same: nothing below it is built"
    chain.value = 8
    assert (chain.build(), chain.stored()) == (["a", "b"], [16, 16])


def test_what_was_stored_is_taken_over_only_as_it_was_stored(chain: Chain) -> None:
    for damage in ("UPDATE core.a SET n = 1", "DROP TABLE core.a_again", "INSERT INTO core.a VALUES (7)"):
        with connect(chain.paths) as con:
            con.execute(damage)
        assert chain.build() == ["a"], damage
    chain.paths.warehouse.write_bytes(b"no database")
    assert chain.build() == ["a", "b"]


def test_a_build_that_ended_in_the_middle_proves_nothing(chain: Chain) -> None:
    for moment in ("a", "a_again", "b", "b_again"):
        chain.value, chain.dies = chain.value + 1, moment
        with pytest.raises(KeyboardInterrupt):
            chain.build()
        with connect(chain.paths) as con:
            assert moment == "b_again" or "core.b" not in tables_there(con), moment
        chain.dies = None
        assert chain.build()[-1] == "b", moment
        assert chain.stored() == [chain.value % 10 * 2] * 2, moment


def test_a_step_whose_files_change_while_it_works_proves_nothing(chain: Chain) -> None:
    with connect(chain.paths) as con:
        answers = iter(["old", "new"])
        do(con, "a", (), lambda: next(answers), lambda: chain.work(con, "a", 1))
        assert not con.execute("SELECT * FROM core.proofs WHERE step = 'a'").fetchall()


def test_a_changed_remark_is_read_again_and_reaches_no_ranking(built: Path, tmp_path: Path) -> None:
    paths = Paths(Path(shutil.copytree(built, tmp_path / "project")))
    file = paths.raw / "dti_press_figures" / "figures.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("Báo Lạng Sơn", "Báo Lạng-Sơn", 1), encoding="utf-8")
    declare(paths.root, "dti_press_figures", "figures.csv")
    begin_again(paths)
    with connect(paths) as con:
        build_all(con, paths)
        built_now = {name for name in tables_there(con) if not was_taken_over(con, name)} - RECORDS
    assert {"raw.dti_press_figures", "core.figures", "province_rankings", "figure_sources"} <= built_now
    assert {name for name in built_now if name.startswith("raw.")} - {"raw.sources"} <= {
        "raw.dti_press_figures", "raw.dti_press_figures__files"}  # fmt: skip
    assert not {"rank_bands", "findings", "rank_changes"} & built_now


def test_a_query_reads_no_table_that_its_contract_does_not_name() -> None:
    with duckdb.connect() as con:
        for name, contract in mart_contracts().items():
            query = PACKAGE / "marts" / f"{name}.sql"
            if query.is_file():
                read = con.get_table_names(query.read_text(encoding="utf-8"), qualified=True)
                assert {table.replace('"', "").partition(" AS ")[0] for table in read} <= set(contract.inputs), name


def test_the_code_of_a_step_is_all_that_it_imports() -> None:
    told = subprocess.run(
        [sys.executable, "-c", IMPORTED, *ENTRIES], capture_output=True, text=True, check=True, cwd=ROOT
    )
    for entry, loaded in json.loads(told.stdout).items():
        assert {Path(file) for file in loaded} <= code_files(entry), entry


def test_the_code_of_a_step_is_what_build_imports_for_it() -> None:
    at_the_top = (PACKAGE / "build.py").read_text(encoding="utf-8").split("\ndef ")[0].split("if TYPE_CHECKING")[0]
    assert set(re.findall(r"^from dx_pipeline\.([\w.]+) import", at_the_top, re.M)) == {*SHARED, "code"}
    for step, one in (
        (build_source, "conform.file_laws"),
        (build_figures, "conform.figures"),
        (build_mart, "marts._carry"),
    ):
        assert code_files(one) <= code_files(*SHARED, *imported_in(step)), step
