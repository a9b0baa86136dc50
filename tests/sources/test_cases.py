"""One small input a kind of published table, and the right result: its figures, or where and why it is refused.

A folder of `cases/` is a source, with a file of its name beside it: `figures` (edition, unit system, province,
indicator, measure, value), `rejected` (rows left out), `preliminary` (editions), `notes`; or `refused`, words that the
message must hold.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dx_pipeline.conform.source_check import check_source
from dx_pipeline.errors import DxError

CASES = Path(__file__).parent / "cases"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def reference():
    from dx_pipeline.conform.reference import load_reference

    return load_reference(ROOT / "data" / "reference")


def outcome(folder: Path, reference) -> str:
    """What is wrong with the result of a case, or an empty text."""
    expected = tomllib.loads(folder.with_name(f"{folder.name}.toml").read_text(encoding="utf-8"))
    found = check_source(folder, reference)
    told = "\n".join(map(str, found.problems))
    if "refused" in expected:
        missing = [words for words in expected["refused"] if words not in told]
        return f"not told: {missing} in {told or 'no problem at all'}" if missing or not told else ""
    if told:
        return told
    rows = [tuple(row[:6]) for row in found.figures.select(
        "edition", "unit_system", "province_id", "indicator", "measure", "value").rows()]  # fmt: skip
    wanted = [tuple(row) for row in expected["figures"]]
    if sorted(rows) != sorted(wanted):
        return f"figures {rows}, expected {wanted}"
    if found.left_out.height != expected.get("rejected", 0):
        return f"{found.left_out.height} rows left out, expected {expected.get('rejected', 0)}"
    preliminary = sorted(set(found.figures.filter(found.figures["status"] == "preliminary")["edition"]))
    if preliminary != expected.get("preliminary", []):
        return f"preliminary {preliminary}"
    notes = found.figures["note"].drop_nulls().to_list()
    return "" if sorted(notes) == sorted(expected.get("notes", [])) else f"notes {notes}"


def test_every_kind_of_table_gives_its_figures_or_is_refused_with_the_remedy(reference):
    wrong = {}
    for folder in sorted(path for path in CASES.iterdir() if path.is_dir()):
        try:
            said = outcome(folder, reference)
        except DxError as error:
            said = f"raised {error}"
        if said:
            wrong[folder.name] = said
    assert not wrong, "\n".join(f"{name}: {said}" for name, said in wrong.items())
