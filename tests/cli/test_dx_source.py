"""`dx source draft` and `dx source check` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dx_pipeline.cli import app

FIGURE_KEYS = [
    "edition", "unit_system", "province_id", "indicator", "measure", "value", "value_text", "status", "where",
]  # fmt: skip


def dx(*arguments: object) -> tuple[int, str]:
    """Exit code and what is printed on stdout."""
    result = CliRunner().invoke(app, ["source", *map(str, arguments)])
    return result.exit_code, result.stdout


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "anywhere" / "dan-so-2022.csv"
    path.parent.mkdir()
    path.write_text("Tỉnh;Dân số\nHà Nội;8.435,6\nHải Dương;1.946,8\nCả nước;99.461,7\n", encoding="utf-8")
    return path


def test_a_draft_is_written_beside_the_file_and_can_be_used(file):
    code, printed = dx("draft", file)
    assert code == 0
    assert file.with_name("source.toml").read_text(encoding="utf-8") == printed
    code, printed = dx("check", file.parent, "--json")
    found = json.loads(printed)
    assert code == 0
    assert sorted(found) == ["figures", "notes", "problems"]
    assert [list(figure) for figure in found["figures"]] == [FIGURE_KEYS] * 2
    assert found["figures"][0] == {
        "edition": 2022, "unit_system": 63, "province_id": "ha-noi", "indicator": "dan_so", "measure": "value",
        "value": 8435.6, "value_text": "8.435,6", "status": "published",
        "where": f"{file.parent}/dan-so-2022.csv, row 2, column Dân số",
    }  # fmt: skip
    assert found["problems"] == []
    assert "1 rows left out" in found["notes"][0]


def test_a_declaration_that_is_there_is_not_replaced_without_force(file):
    file.with_name("source.toml").write_text("# mine", encoding="utf-8")
    assert dx("draft", file)[0] == 0
    assert file.with_name("source.toml").read_text(encoding="utf-8") == "# mine"
    assert dx("draft", file, "--force")[0] == 0
    assert "form" in file.with_name("source.toml").read_text(encoding="utf-8")


def test_what_is_wrong_is_told_with_the_line_to_paste(file):
    dx("draft", file)
    declared = file.with_name("source.toml")
    text = declared.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("leave_out_regions")]
    declared.write_text("\n".join(lines), encoding="utf-8")
    code, printed = dx("check", file.parent)
    assert code == 1
    assert "leave_out_regions = true" in printed
    assert "1 problems: it cannot be used yet" in printed
    code, printed = dx("check", file.parent, "--json")
    assert code == 1
    problem = json.loads(printed)["problems"][0]
    assert sorted(problem) == ["expected", "found", "remedy", "where"]
    assert problem["where"].endswith("dan-so-2022.csv, row 4")


def test_all_sources_of_the_project_can_be_used():
    code, printed = dx("check", "--json")
    found = json.loads(printed)
    assert (code, found["problems"]) == (0, [])
    assert len(found["figures"]) > 10_000


def test_a_folder_that_is_none_is_a_problem_and_no_traceback(tmp_path):
    code, printed = dx("check", tmp_path / "none", "--json")
    assert code == 1
    assert "a declaration beside the data" in json.loads(printed)["problems"][0]["expected"]
