"""The three files of docs/SOURCES.md, each step as it is written there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from dx_pipeline.conform.reference import load_reference
from dx_pipeline.conform.source_check import check_source, draft_for
from dx_pipeline.sources.spec import each_source
from tests.sources.test_draft import KNOWN, REFERENCE, TODAY

PAGE = Path(__file__).resolve().parents[2] / "docs" / "SOURCES.md"
BLOCK = re.compile(r"```(?P<kind>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)```", re.DOTALL)


def test_every_step_of_the_page_does_what_it_says(tmp_path):
    reference = load_reference(REFERENCE)
    raw = REFERENCE.parent / "raw"
    others = list(each_source(raw)[0].values())
    checked = 0
    for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if match["file"] and match["kind"] == "text":
            path = tmp_path / match["file"]
            path.parent.mkdir()
            path.write_text(match["text"], encoding="utf-8")
            hashed = hashlib.sha256(path.read_bytes()).hexdigest()
            drafted = draft_for(path, KNOWN, TODAY)
            path.with_name("source.toml").write_text(drafted.text, encoding="utf-8")
            by_draft = check_source(path.parent, reference)
            assert not by_draft.problems, by_draft.problems
        elif match["file"]:
            (tmp_path / match["file"]).write_text(match["text"].replace("SHA256", hashed), encoding="utf-8")
        elif match["kind"] == "console":
            command, *lines = match["text"].strip().splitlines()
            found = check_source(tmp_path / command.split()[-1], reference, others=others)
            assert not found.problems, found.problems
            shown = [
                f"{row['edition']} {row['province_id']} {row['indicator']} {row['measure']} {row['value']:g}"
                + (" preliminary" if row["status"] == "preliminary" else "")
                for row in found.figures.rows(named=True)
            ]
            assert sorted(shown) == sorted(lines)
            assert by_draft.figures.height == found.figures.height, "the draft finds the same figures"
            checked += 1
    assert checked == 3
