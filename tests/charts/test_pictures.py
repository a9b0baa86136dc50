"""Every picture, for provinces of different kinds: files, bytes, missing figures, awkward names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dx_pipeline.charts import PICTURES
from dx_pipeline.charts.drawing import read_finding, render
from dx_pipeline.charts.subject import UnknownProvinceError
from dx_pipeline.errors import DxError
from dx_pipeline.language.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
FOCUS = (REFERENCE, 63, "hai-duong")

QUICK = {"languages": ["vi"], "sizes": ["screen"]}


def finding(con: duckdb.DuckDBPyConnection, name: str, *unit: Any, peer: str | None = None) -> Words:
    return read_finding(con, PICTURES[name], *unit, peer).title


def test_the_catalogue_of_pictures_costs_no_matplotlib() -> None:
    code = "import sys, dx_pipeline.charts as c; assert c.PICTURES; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_picture_has_a_file_for_each_language_size_and_format(
    country: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    name = "peer_gap"
    files = render(country, name, tmp_path, *FOCUS, release="r1")
    assert {file.name for file in files} == {
        f"{name}-63-hai-duong-{language}-{size}.{form}"
        for language in ("vi", "en")
        for size in ("screen", "print")
        for form in ("png", "svg")
    }
    for file in files:
        assert file.read_bytes()[:4] in (b"\x89PNG", b"<?xm")


@pytest.mark.parametrize("name", list(PICTURES)[:: 1 if os.environ.get("DX_SOAK") else 2])
def test_two_runs_give_the_same_bytes_without_date_or_version(
    country: duckdb.DuckDBPyConnection, tmp_path: Path, name: str
) -> None:
    once, again = (render(country, name, tmp_path / run, *FOCUS, **QUICK) for run in ("a", "b"))
    for first, second in zip(once, again, strict=True):
        assert first.read_bytes() == second.read_bytes()
        assert b"Software" not in first.read_bytes()
        assert b"dc:date" not in first.read_bytes()


@pytest.mark.parametrize("focus", ["bac-kan", "ba-ria-vung-tau"])
def test_any_province_can_be_the_focus(country: duckdb.DuckDBPyConnection, tmp_path: Path, focus: str) -> None:
    for name in PICTURES:
        assert render(country, name, tmp_path, REFERENCE, 63, focus, languages=["en"], sizes=["print"], formats=["svg"])


@pytest.mark.parametrize("name", list(PICTURES))
def test_a_province_without_any_figure_gets_a_picture_that_says_so(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None], tmp_path: Path, name: str
) -> None:
    say("update province_rankings set rank = null, score = null where province_id = 'hai-duong' and unit_system = 63")
    for table in ("component_scores", "rank_bands", "component_gaps", "rank_changes", "expected_scores"):
        say(f"delete from {table} where province_id = 'hai-duong'")
    assert isinstance(read_finding(country, PICTURES[name], *FOCUS, None).shown, Words)
    assert finding(country, name, *FOCUS) == (
        "Hải Dương: chưa có số liệu để vẽ",
        "Hai Duong: no figures to draw",
    )
    assert render(country, name, tmp_path, *FOCUS, formats=["svg"], **QUICK)[0].stat().st_size > 1000


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("harm", ["delete from {}", "drop table {}"])
def test_an_empty_or_missing_table_never_fails_a_picture(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None], tmp_path: Path, name: str, harm: str
) -> None:
    for table in PICTURES[name].tables[1:]:
        say(harm.format(table))
    assert render(country, name, tmp_path, *FOCUS, formats=["svg"], **QUICK)[0].exists()


@pytest.mark.parametrize("wrong", ["atlantis", "../../etc", "hue", "", "Hải Dương"])
def test_only_a_known_province_becomes_a_file_name(
    country: duckdb.DuckDBPyConnection, tmp_path: Path, wrong: str
) -> None:
    with pytest.raises(UnknownProvinceError, match="63"):
        render(country, "rank_trajectories", tmp_path, REFERENCE, 63, wrong)
    assert not list(tmp_path.iterdir())


def test_a_slug_with_a_path_in_it_is_refused_even_if_the_table_holds_it(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None], tmp_path: Path
) -> None:
    say("insert into provinces (unit_system, province_id, name_vi, name_en) values (63, '../up', 'X', 'X')")
    with pytest.raises(DxError, match="slug"):
        render(country, "rank_trajectories", tmp_path, REFERENCE, 63, "../up")


@pytest.mark.parametrize("awkward", [r"$\frac{1}{0}$ & <b>_^{", "X" * 200 + " \n" + "Tỉnh " * 60])
def test_a_name_is_printed_as_it_is_whatever_it_holds(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None], tmp_path: Path, awkward: str
) -> None:
    say("update provinces set name_vi = ? where province_id in ('hai-duong', 'hai-phong')", awkward)
    for name in PICTURES:
        svg = render(country, name, tmp_path, *FOCUS, formats=["svg"], **QUICK)[0].read_text(encoding="utf-8")
        assert "<b>" not in svg
    assert unicodedata.is_normalized("NFC", finding(country, "rank_trajectories", *FOCUS).in_language("vi"))


def test_the_svg_carries_its_finding_as_title(country: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    svg = render(country, "rank_trajectories", tmp_path, *FOCUS, formats=["svg"], **QUICK)[0].read_text(
        encoding="utf-8"
    )
    assert re.search(r"<title>(.+?)</title>", svg)[1] == finding(country, "rank_trajectories", *FOCUS).vi


def test_no_module_of_the_package_hides_a_name_of_its_interface() -> None:
    from dx_pipeline import charts

    hidden = {f"{charts.__name__}.{name}" for name in charts.__all__} & set(sys.modules)
    assert hidden == set()


def test_a_png_of_few_colours_keeps_its_colours(country: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    from PIL import Image

    from dx_pipeline.charts.style import STEPS

    png = render(country, "tile_map", tmp_path, *FOCUS, formats=["png"], **QUICK)[0]
    with Image.open(png) as image:
        colours = {colour for _, colour in image.convert("RGB").getcolors(256)}
    assert (255, 255, 255) in colours
    for step in STEPS:
        wanted = bytes.fromhex(step[1:])
        assert any(max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 4 for colour in colours), step
