"""A lake with its catalogue in a file: the same tables as in a warehouse file, commits tried again, whole releases."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import duckdb
import polars as pl
import pytest

from dx_pipeline import lake
from dx_pipeline.contracts import ContractError, parse_contract
from dx_pipeline.errors import DxError
from dx_pipeline.large.in_lake import keep_in_lake
from dx_pipeline.large.store import Stored
from dx_pipeline.orchestration.shared import step
from dx_pipeline.paths import Paths
from dx_pipeline.release.inputs import remembered_inputs
from dx_pipeline.settings import Settings
from dx_pipeline.warehouse import begin_anew, connect, read_table, replace_table, tables_there, write_table
from tests.conftest import copy_project

pytestmark = pytest.mark.skipif(
    find_spec("duckdb_extension_ducklake") is None,
    reason="DuckDB's extension ducklake is not installed; get it with `make shared-ready`",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a lake in a folder."""
    made = Settings(deployment="shared", lake_catalogue=f"{tmp_path}/l.ducklake", lake_data=f"{tmp_path}/rows/")
    lake.prepare(made)
    return made


def test_both_kinds_of_warehouse_hold_and_refuse_the_same(settings: Settings, tmp_path: Path) -> None:
    from tests.test_contracts import GOOD

    contract = parse_contract("good", GOOD, common={})
    good = pl.DataFrame({"code": ["b", "a"], "score": [0.25, 0.5]})
    told = []
    for one in (None, settings):
        with connect(Paths(tmp_path), one) as con:
            write_table(con, contract, good)
            write_table(con, contract, good)
            replace_table(con, "raw.t", pl.DataFrame({"x": [[1], None], "y": ["ế", None]}), ["good"])
            with pytest.raises(ContractError) as error:
                write_table(con, contract, pl.DataFrame({"code": ["a", "a"], "score": [0.1, 0.2]}))
            there = {name: read_table(con, name) for name in ("good", "raw.t", "core.built")}
            told.append([str(error.value), there["good"], there["raw.t"], there["core.built"].sort("name")])
    for file, in_lake in zip(*told, strict=True):
        assert file.equals(in_lake) if isinstance(file, pl.DataFrame) else file == in_lake
    begin_anew(Paths(tmp_path), settings)
    with connect(Paths(tmp_path), settings) as con:
        assert tables_there(con) == set()


def test_writers_of_one_table_try_again_until_each_is_in(settings: Settings) -> None:
    tried: list[duckdb.DuckDBPyConnection] = []

    def add(con: duckdb.DuckDBPyConnection) -> None:
        def work() -> None:
            tried.append(con)
            con.execute("UPDATE core.begun SET inputs = CAST(CAST(inputs AS INTEGER) + 1 AS VARCHAR)")

        for _ in range(3):
            lake.committed(con, work)

    with lake.connect(settings) as con:
        con.execute("INSERT INTO core.begun VALUES (1, 'sum', '0')")
        (name,) = con.sql("SELECT current_database()").fetchone()
        cursors = [con.cursor().execute(f"USE {name}") for _ in range(3)]
        threads = [threading.Thread(target=add, args=[one]) for one in cursors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert con.sql("SELECT inputs FROM core.begun WHERE run_id = 'sum'").fetchall() == [("9",)]
    assert len(tried) > 9, "no two writers ever met: the example shows nothing"


def test_a_failed_write_leaves_nothing(settings: Settings) -> None:
    with lake.connect(settings) as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS a")

        def half() -> None:
            con.execute("DROP TABLE t")
            raise ValueError

        with pytest.raises(ValueError, match=r"^$"):
            lake.committed(con, half)
        assert con.sql("FROM t").fetchall() == [(1,)]


def test_readers_see_the_newest_published_snapshot_and_nothing_else(settings: Settings) -> None:
    with pytest.raises(lake.LakeError, match="nothing of dti is published"), lake.released(settings, "dti"):
        pass
    for number in (1, 2, 3):
        with lake.connect(settings) as con:
            con.execute(f"CREATE OR REPLACE TABLE t AS SELECT {number} AS a")
            snapshot = lake.last_snapshot(con)
            con.execute("CREATE OR REPLACE TABLE t AS SELECT 99 AS a")  # work on the next release
            if number > 1:
                lake.publish(con, "dti", f"{number}.0.0", f"hash {number}", snapshot)
                assert lake.published(con, "dti") == (f"{number}.0.0", f"hash {number}", snapshot)
        if number > 1:
            with lake.released(settings, "dti") as reader:
                lake.copy_here(reader)
                assert reader.sql("FROM t").fetchall() == [(number,)]
    assert lake.tidy(settings, keep_days=0) > 0
    with lake.released(settings, "dti") as reader:
        assert reader.sql("FROM t").fetchall() == [(3,)]


def test_a_period_is_replaced_in_every_table_and_others_stay(settings: Settings, tmp_path: Path) -> None:
    def built(period: str, made_of: str, values: list[int]) -> Stored:
        folder = tmp_path / "large" / f"period={period}"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("figures", "left_out"):
            pl.DataFrame({"value": values}).write_parquet(folder / f"{name}.parquet")
        return Stored(period, made_of, {}, {"figures.parquet": "", "left_out.parquet": ""})

    first = [built("2025-01", "a", [1, 2]), built("2025-02", "b", [3])]
    assert keep_in_lake(settings, "communes", tmp_path / "large", first) == ["2025-01", "2025-02"]
    again = [built("2025-01", "a", [7]), built("2025-02", "c", [4, 5])]
    assert keep_in_lake(settings, "communes", tmp_path / "large", again) == ["2025-02"]
    begin_anew(Paths(tmp_path), settings)
    with lake.connect(settings) as con:
        for name in ("figures", "left_out"):
            rows = con.sql(f"SELECT built_period, value FROM large.communes__{name} ORDER BY value").fetchall()
            assert rows == [("2025-01", 1), ("2025-01", 2), ("2025-02", 4), ("2025-02", 5)], name


def test_a_run_begins_everything_once_and_goes_on_only_until_another_does(settings: Settings, tmp_path: Path) -> None:
    paths = Paths(copy_project(tmp_path / "project"))

    def begin(run_id: str, whole: bool) -> bool:
        run = SimpleNamespace(run_id=run_id, tags={})
        with step(paths, settings, run, whole, full=False):  # type: ignore[arg-type]
            return remembered_inputs(paths) is not None

    def tables() -> set[str]:
        with lake.connect(settings) as con:
            return tables_there(con)

    def build() -> None:
        with lake.connect(settings) as con:
            replace_table(con, "raw.t", pl.DataFrame({"x": [1]}))

    assert begin("first", whole=True)
    build()
    assert begin("first", whole=True)
    assert "raw.t" in tables(), "the next step of the same run forgets nothing"
    assert not begin("a part", whole=False)
    assert "raw.t" in tables()
    assert not begin("first", whole=True), "a part was built meanwhile: nobody knows what all is made of"
    assert begin("second", whole=True)
    assert "raw.t" not in tables()
    with pytest.raises(DxError, match="run first was overtaken: run second began everything anew"):
        begin("first", whole=True)
