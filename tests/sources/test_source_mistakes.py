"""A mistake in a `source.toml` or the manifest is refused at load: file, key path, expected, found, what helps."""

# ruff: noqa: E501  a table reads better with a case a line

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dx_pipeline.errors import DxError
from dx_pipeline.sources.spec import load_source, load_sources

DATA = "Tỉnh,Điểm\nHà Nội,1\n".encode()
SHA = hashlib.sha256(DATA).hexdigest()
GOOD = f"""title = "A"
title_vi = "B"
publisher = "P"
url = "https://example.org"
where_read = "here"
retrieved_on = 2026-11-21
licence = "none"
tier = "official"
form = "csv"
layout = "wide"
unit_system = 63
complete = false
footers = ["Min"]
province = "Tỉnh"

[columns."Điểm"]
indicator = "pci_overall"
measure = "score"
min = 0

[files."a.csv"]
edition = 2022
sha256 = "{SHA}"
"""
#: what is written instead of what, and words of the message
MISTAKES = [
    ('footers = ["Min"]', 'footers = "Min"', "footers: expected a list, found 'Min'"),
    ("complete = false", 'complete = "false"', "complete: expected a boolean, found 'false'"),
    ('measure = "score"', 'measure = "scor"', "measure: expected 'score', 'rank' or 'value', found 'scor' (did you mean"),
    ("edition = 2022", "edition = 20222", "edition: expected an assessed year from 1990"),
    ("edition = 2022", "edition = 1822", "edition: expected an assessed year from 1990"),
    ("edition = 2022", "edition = 2031", "edition: expected an assessed year from 1990"),
    ("edition = 2022", 'edition = "2022"', "edition: expected a whole number, found '2022'"),
    ("edition = 2022", "edition = true", "edition: expected a whole number, found True"),
    ("edition = 2022\n", "", "edition: expected the assessed year, found nothing"),
    ("retrieved_on = 2026-11-21", 'retrieved_on = "yesterday"', "retrieved_on: expected a day"),
    ("retrieved_on = 2026-11-21", 'retrieved_on = "2026-02-30"', "retrieved_on: expected a day that exists"),
    ("retrieved_on = 2026-11-21", "retrieved_on = 2126-11-21", "retrieved_on: expected a day not after"),
    ("retrieved_on = 2026-11-21\n", "", "retrieved_on: expected a value, found nothing (add the key"),
    ("unit_system = 63\n", "", "unit_system: expected the system of provinces"),
    ("unit_system = 63", "unit_system = 0", "unit_system: expected greater than or equal to 1"),
    ("unit_system = 63", 'unit_system = "63"', "unit_system: expected a whole number, found '63'"),
    ('tier = "official"', 'tier = "oficial"', "tier: expected 'official'"),
    ('form = "csv"', 'form = "excel"', "form: expected 'csv', 'json'"),
    ('layout = "wide"', 'layout = "width"', "layout: expected 'wide', 'long', 'records' or 'large', found 'width' (did you mean wide?)"),
    ("min = 0", 'min = "0"', "min: expected a number, found '0'"),
    ("min = 0", "min = 5\nmax = 1", "expected min not above max"),
    ('footers = ["Min"]', 'area = "A1:B9"', 'area: expected no such key, found `area` (it stands under `tables."…"`)'),
    ("unit_system = 63", f'unit_system = 63\nsha256 = "{SHA}"', 'found `sha256` (it stands under `files."…"`)'),
    ('[columns."Điểm"]\nindicator', '[columns]\n"Hạng" = "rank"\n[columns."Điểm"]\nindicator', 'expected a table of keys, found \'rank\''),
    ("min = 0", "minimum = 0", "minimum: expected no such key"),
    ('title = "A"', 'titel = "A"', "titel: expected no such key, found `titel` (did you mean title"),
    ('title = "A"', 'title = ""', "title: expected"),
    ('title = "A"', "title = 7", "title: expected a text, found 7"),
    ('title = "A"', 'title = "A\\u202eB"', "title: expected a text without control and right-to-left marks"),
    ('title = "A"', 'title = "A\\u0000B"', "title: expected a text without control and right-to-left marks"),
    ('publisher = "P"', "publisher = \"=cmd|' /C calc'!A0\"", "publisher: expected a text that no spreadsheet takes for a formula"),
    ('publisher = "P"', f'publisher = "{"p" * 3000}"', "publisher: expected at most 2,000 characters"),
    ('url = "https://example.org"', 'url = "javascript:alert(1)"', "url: expected a web address"),
    ('url = "https://example.org"', 'url = "data:text/html,x"', "url: expected a web address"),
    ('url = "https://example.org"', 'url = "file:///etc/passwd"', "url: expected a web address"),
    ('footers = ["Min"]', 'rows = "data"', "`rows` is for form json"),
    ('footers = ["Min"]', 'ignore_tables = ["x"]', "`ignore_tables` is for form html or jsonstat or workbook"),
    ('footers = ["Min"]', 'stated = { edition = "e" }', "`stated` is for form json"),
    ("edition = 2022", 'edition = 2022\ntable = "records"', "`table` is for another layout"),
    ('footers = ["Min"]', 'codes = { indicator = { a = "b" } }', "codes.indicator: expected a column `roles.indicator`"),
    ('footers = ["Min"]', "leave_out = [{ rows = [3] }]", "reason: expected a value, found nothing"),
    ('footers = ["Min"]', 'leave_out = [{ reason = "x" }]', "expected `rows` or `texts`"),
    ('footers = ["Min"]', 'delimiter = ":"', "delimiter: expected ',', ';'"),
    ('footers = ["Min"]', 'encoding = "tcvn"', "encoding: expected 'utf-8'"),
    ('footers = ["Min"]', 'decimal = "."\ndecimal = ","', "expected TOML"),
    ('indicator = "pci_overall"', 'indicator = "PCI overall"', "indicator: expected"),
    ('indicator = "pci_overall"', "indicator = \"x'); DROP TABLE figures; --\"", "indicator: expected"),
    ('indicator = "pci_overall"\n', "", "indicator: expected the indicator of its figures, found nothing"),
    ('measure = "score"\n', "", "measure: expected the measure of its figures, found nothing"),
    ('province = "Tỉnh"\n', "", "province: expected the column with the names of the provinces"),
    (f'sha256 = "{SHA}"', 'sha256 = "abc"', "sha256: expected"),
    (f'sha256 = "{SHA}"', f'sha256 = "{SHA}"\n[files."b.csv"]\nedition = 2022\nsha256 = "{SHA}"',
     "the bytes of 'a.csv' for the same edition"),
    ('[files."a.csv"]', '[files."../a.csv"]', "must be a plain file name in its own folder"),
    ('[files."a.csv"]', '[files.".a.csv"]', "must be a plain file name in its own folder"),
    ('province = "Tỉnh"', 'province = "Tỉnh"\nroles = { edition = "Năm" }', "edition: expected no edition here, found 2022"),
]  # fmt: skip


def write(folder: Path, text: str | bytes = GOOD) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "a.csv").write_bytes(DATA)
    data = text.encode() if isinstance(text, str) else text
    (folder / "source.toml").write_bytes(data)
    return folder


def told(folder: Path) -> str:
    """The message that a folder is refused with."""
    with pytest.raises(DxError) as error:
        load_source(folder)
    assert all(problem.where and problem.expected and problem.found for problem in error.value.problems)
    return str(error.value)


def test_the_right_declaration_is_read(tmp_path):
    assert load_source(write(tmp_path / "s")).files[0].tables[0].footers == ("Min",)


def test_each_mistake_is_refused_at_load_with_its_place(tmp_path):
    accepted, unclear = [], []
    for number, (right, wrong, words) in enumerate(MISTAKES):
        assert GOOD.count(right) == 1, right
        folder = write(tmp_path / f"s{number}", GOOD.replace(right, wrong))
        try:
            load_source(folder)
        except DxError as error:
            if words not in str(error) or not str(error).startswith(f"data/raw/s{number}/"):
                unclear.append(f"{wrong}: {error}")
        else:
            accepted.append(wrong)
    assert len(MISTAKES) >= 40
    assert not accepted
    assert not unclear, "\n".join(unclear)


def test_files_that_are_no_declaration_are_refused(tmp_path):
    nested = "[" + ".".join("a" * 30) + "]\n"
    for number, (text, words) in enumerate(
        [(b"\xff\xfe", "UTF-8 text"), (b"title = ", "expected TOML"), (nested.encode(), "at most 20 levels"),
         (b"#" * 2_000_000, "at most 1,000,000 bytes"), (b"", "expected a value, found nothing")]
    ):  # fmt: skip
        assert words in told(write(tmp_path / f"s{number}", text))


def test_what_lies_in_the_folder_is_declared(tmp_path):
    folder = write(tmp_path / "s")
    (folder / "b.csv").write_bytes(b"x")
    assert 'declare it under [files."b.csv"], or say `not_read = ["b.csv"]`' in told(folder)
    write(folder, GOOD.replace("unit_system", 'not_read = ["b.csv"]\nunit_system'))
    assert load_source(folder).source_id == "s"
    (folder / "b.csv").unlink()
    assert "not_read: expected a further file of the folder, found 'b.csv'" in told(folder)


def test_links_are_refused(tmp_path):
    folder = write(tmp_path / "s")
    (folder / "a.csv").unlink()
    (folder / "a.csv").symlink_to("/etc/passwd")
    assert "a.csv: expected a file, found a symbolic link" in told(folder)
    (tmp_path / "t").symlink_to(write(tmp_path / "u"))
    assert "data/raw/t: expected a folder, found a symbolic link" in told(tmp_path / "t")
    (folder / "a.csv").unlink()
    (folder / "source.toml").rename(tmp_path / "elsewhere.toml")
    (folder / "source.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert "source.toml: expected a file, found a symbolic link" in told(folder)


RECORDS = f"""title = "A"
title_vi = "B"
publisher = "P"
where_read = "here"
retrieved_on = 2026-11-21
licence = "none"
tier = "official"
form = "csv"
layout = "records"

[files."a.csv"]
table = "{{table}}"
sha256 = "{SHA}"
"""


def test_the_names_of_tables_are_names_of_their_own(tmp_path):
    raw = tmp_path / "data" / "raw"
    reference = raw.parent / "reference"
    reference.mkdir(parents=True)
    (reference / "units.csv").write_text("x")
    write(raw / "scores")
    wrong = {
        "x; DROP TABLE y": "table: expected",
        "../../secret": "table: expected",
        "main.figures": "table: expected",
        "scores": "expected a name of its own, found 'scores', a source",
        "scores__files": "expected a name of its own",
        "sources": "found 'sources', a table of this project",
        "units": "found 'units', a reference table",
    }
    for table, words in wrong.items():
        write(raw / "facts", RECORDS.format(table=table))
        (raw / "manifest.toml").write_text('sources = ["scores", "facts"]')
        with pytest.raises(DxError) as error:
            load_sources(raw)
        assert words in str(error.value), table


def test_a_wrong_manifest_is_refused(tmp_path):
    raw = tmp_path / "data" / "raw"
    write(raw / "scores")
    wrong = {
        'sources = "scores"': "sources: expected a list, found 'scores'",
        'sources = ["scores", "scores"]': "sources.1: expected each source once",
        'sources = ["scorse"]': "sources.0: expected a folder data/raw/scorse, found none",
        'sources = ["../scores"]': "sources.0: expected",
        "sources = []": "sources: expected",
        "": "sources: expected a value, found nothing",
        'sources = ["scores"]\nmore = 1': "more: expected no such key",
        "\x00": "expected TOML",
    }
    for text, words in wrong.items():
        (raw / "manifest.toml").write_text(text)
        with pytest.raises(DxError) as error:
            load_sources(raw)
        assert words in str(error.value), (text, str(error.value))
        assert str(error.value).startswith("data/raw/manifest.toml")
