"""A figure is what is printed: 57,3 % is 57.3 in every form, and .573 only where `percent = "share"` says so."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dx_pipeline.conform.observations import ConformError, observe_source
from dx_pipeline.conform.reference import load_reference
from dx_pipeline.conform.source_check import check_source, draft_for
from dx_pipeline.sources import budgets
from dx_pipeline.sources.errors import SourceError
from dx_pipeline.sources.read import read_source
from dx_pipeline.sources.spec import load_source
from tests.sources.test_draft import KNOWN, REFERENCE, TODAY
from tests.sources.test_neighbours import HEAD
from tests.sources.xlsb import xlsb

KNOWN_REFERENCE = load_reference(REFERENCE)
NAMES = ("Hà Nội", "Hải Dương", "Thái Nguyên")
COLUMN = '[columns."Điểm"]\nindicator = "overall"\nmeasure = "score"\nunit = "score"\nmin = 0\nmax = {most}\n{keys}'


def declared(folder: Path, file: str, data: bytes, form: str, keys: str = "", most: int = 100, top: str = "") -> Path:
    """A source of the index with one column; `keys` stand under it, `top` at the top."""
    folder.mkdir()
    (folder / file).write_bytes(data)
    text = f'{HEAD}form = "{form}"\nlayout = "wide"\nprovince = "Tỉnh"\n{top}\n'
    text += COLUMN.format(most=most, keys=keys)
    text += f'\n[files."{file}"]\nedition = 2024\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
    (folder / "source.toml").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path) -> list[tuple[float, str]]:
    """Number and text of every figure."""
    return read_source(load_source(folder)).figures.select("number", "value_text").rows()


def conformed(folder: Path) -> list[tuple[float, float]]:
    """Value and half width of every figure."""
    found = observe_source(load_source(folder), KNOWN_REFERENCE).observations
    return found.select("value", "half_width").rows()


def xlsx(*cells: tuple[Any, str | None], merged: tuple[int, int] | None = None) -> bytes:
    """A value and its number format a province; `merged`: first and last row that repeat the first's."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["Tỉnh", "Điểm"])
    for row, (name, (value, shown)) in enumerate(zip(NAMES, cells, strict=False), start=1):
        form = book.add_format({"num_format": shown}) if shown else None
        sheet.write(row, 0, name)
        if merged and row == merged[0]:
            sheet.merge_range(row, 1, merged[1], 1, value, form)
        elif not merged or row > merged[1]:
            sheet.write(row, 1, value, form)
    book.close()
    return buffer.getvalue()


def rewritten(data: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with another text in one part."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            assert name != part or old.encode() in text
            after.writestr(name, text.replace(old.encode(), new.encode()) if name == part else text)
    return target.getvalue()


def ods(*cells: str) -> bytes:
    """Rows of a hand-made sheet, below its heading."""
    ns = "urn:oasis:names:tc:opendocument:xmlns"
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    head = text.format("Tỉnh") + text.format("Điểm")
    content = (
        f'<office:document-content xmlns:office="{ns}:office:1.0" xmlns:table="{ns}:table:1.0" '
        f'xmlns:text="{ns}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="S"><table:table-row>{head}</table:table-row>{"".join(cells)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return buffer.getvalue()


def ods_row(name: str, cell: str, times: str = "") -> str:
    text = f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>'
    return f"<table:table-row{times}>{text}{cell}</table:table-row>"


def ods_percent(value: float, more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="percentage" office:value="{value}"{more}>'
        f"<text:p>{100 * value:.0f}%</text:p></table:table-cell>"
    )


def test_a_percent_cell_of_a_workbook_is_what_it_shows(tmp_path):
    shown = [(57.3, "57.3%"), (0.5, "0.5%"), (100.0, "100%")]
    cells = ((0.573, "0.0%"), (0.005, "0.00%"), (1, "0%"))
    assert read(declared(tmp_path / "xlsx", "a.xlsx", xlsx(*cells), "workbook")) == shown
    rows = [["Tỉnh", "Điểm"], *([name, ("%", value)] for name, (value, _) in zip(NAMES, cells, strict=True))]
    assert read(declared(tmp_path / "xlsb", "a.xlsb", xlsb({"S": rows}, {}), "workbook")) == shown
    table = [ods_row(name, ods_percent(value)) for name, (value, _) in zip(NAMES, cells, strict=True)]
    assert read(declared(tmp_path / "ods", "a.ods", ods(*table), "workbook")) == shown


def test_a_percent_cell_keeps_its_digits_and_no_noise_of_the_computer(tmp_path):
    cells = ((0.1 + 0.2, "0%"), (0.573123456789, "0.0%"), (-0.0723, "0.0%;-0.0%"))
    assert read(declared(tmp_path / "s", "a.xlsx", xlsx(*cells), "workbook")) == [
        (30.0, "30%"), (57.3123456789, "57.3123456789%"), (-7.23, "-7.23%"),
    ]  # fmt: skip


@pytest.mark.parametrize("shown", ["0.0%;-0.0%", "[Red]0%", '0.0%" "', "#,##0.0\\ %", "[>1]0.0%;0%"])
def test_a_number_format_of_ones_own_shows_percent(tmp_path, shown):
    assert read(declared(tmp_path / "s", "a.xlsx", xlsx((0.573, shown)), "workbook")) == [(57.3, "57.3%")]


@pytest.mark.parametrize("shown", ['0.0" %"', "0.0\\%", "0.0;0.0%", "[$%]0.0", "0.0_%", "0.00", None])
def test_a_percent_sign_that_is_only_written_beside_a_number_is_none(tmp_path, shown):
    assert read(declared(tmp_path / "s", "a.xlsx", xlsx((57.3, shown)), "workbook")) == [(57.3, "57.3")]


def test_own_formats_of_a_binary_workbook(tmp_path):
    rows = [["Tỉnh", "Điểm"], [NAMES[0], ("0.0%;-0.0%", 0.573)], [NAMES[1], ('0.0" %"', 57.3)], [NAMES[2], 57.3]]
    found = read(declared(tmp_path / "s", "a.xlsb", xlsb({"Bìa": [["x"]], "S": rows}, {}), "workbook",
                          top='ignore_tables = ["Bìa"]\n[tables.S]\n'))  # fmt: skip
    assert found == [(57.3, "57.3%"), (57.3, "57.3"), (57.3, "57.3")]


def test_all_of_a_merged_cell_is_as_its_corner(tmp_path):
    data = xlsx((0.573, "0.0%"), (None, None), (0.25, "0%"), merged=(1, 2))
    shown = [(57.3, "57.3%"), (57.3, "57.3%"), (25.0, "25%")]
    assert read(declared(tmp_path / "xlsx", "a.xlsx", data, "workbook")) == shown


def test_repeated_cells_of_an_open_document_are_counted_and_never_walked(tmp_path):
    billions = "9" * 12
    blank = f'<table:table-row table:number-rows-repeated="{billions}"><table:table-cell/></table:table-row>'
    wide = ods_percent(0.573) + f'<table:table-cell table:number-columns-repeated="{billions}"/>'
    rows = [ods_row(NAMES[0], wide), ods_row(NAMES[1], ods_percent(0.25), ' table:number-rows-repeated="02"'), blank]
    found = read(declared(tmp_path / "s", "a.ods", ods(*rows), "workbook"))
    assert found == [(57.3, "57.3%"), (25.0, "25%"), (25.0, "25%")]
    filled = ods_row(NAMES[0], ods_percent(0.573), f' table:number-rows-repeated="{billions}"')
    with pytest.raises(SourceError, match="expected at most 10,000,000 cells"):
        read(declared(tmp_path / "t", "a.ods", ods(filled), "workbook"))


def test_texts_dates_and_errors_in_percent_cells_stay_what_they_are(tmp_path):
    data = xlsx(("57,3 %", "0.0%"), ("-", "0.0%"), (date(2024, 2, 1), "d/m/yyyy"))
    with pytest.raises(SourceError, match=r"B4 \(column Điểm\): expected a number, found 2024-02-01"):
        read(declared(tmp_path / "date", "a.xlsx", data, "workbook"))
    top = 'decimal = ","\nleave_out = [{ rows = [4], reason = "r" }]'
    found = read(declared(tmp_path / "text", "a.xlsx", data, "workbook", top=top))
    assert found == [(None, "57,3 %"), (None, "-"), (None, "2024-02-01")]
    wrong = rewritten(xlsx((0.573, "0%"), (0.6, "0%")), "xl/worksheets/sheet1.xml", "<v>0.6</v>", "<v>#DIV/0!</v>")
    wrong = rewritten(wrong, "xl/worksheets/sheet1.xml", '<c r="B3" s="1">', '<c r="B3" s="1" t="e">')
    with pytest.raises(SourceError, match=r"B3 \(column Điểm\): expected a number, found #DIV/0!"):
        read(declared(tmp_path / "error", "a.xlsx", wrong, "workbook"))


def test_a_workbook_as_other_programs_write_it(tmp_path, monkeypatch):
    data = xlsx((0.573, "0.0%"))
    for name, old, new, part in (
        ("quotes", '<c r="B2" s="1">', "<c s='1' r = 'B2'>", "xl/worksheets/sheet1.xml"),
        ("first", '<c r="B2" s="1">', '<c r="B2">', "xl/worksheets/sheet1.xml"),
        ("relation", " r:id=", ' xmlns:d="http://schemas.openxmlformats.org/officeDocument/2006/relationships" d:id=',
         "xl/workbook.xml"),
    ):  # fmt: skip
        said = rewritten(data, part, old, new)
        if name == "first":  # a cell without a style has the first one
            said = rewritten(
                said, "xl/styles.xml", '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>', ""
            )
        assert read(declared(tmp_path / name, "a.xlsx", said, "workbook"))[0] == (57.3, "57.3%"), name
    lost = rewritten(data, "xl/worksheets/sheet1.xml", '<c r="B2" s="1">', '<c s="1">')
    with pytest.raises(SourceError, match="expected cells that say where they are"):
        read(declared(tmp_path / "lost", "a.xlsx", lost, "workbook"))
    monkeypatch.setattr(budgets, "STYLES_BYTES", 500)
    with pytest.raises(SourceError, match="expected at most 500 bytes of styles"):
        read(declared(tmp_path / "large", "a.xlsx", data, "workbook"))
    monkeypatch.undo()
    bomb = rewritten(data, "xl/styles.xml", "<styleSheet", '<!DOCTYPE a [<!ENTITY b "c">]><styleSheet a="&d;"')
    with pytest.raises(SourceError, match=r"xl/styles\.xml: expected readable styles"):
        read(declared(tmp_path / "bomb", "a.xlsx", bomb, "workbook"))


def test_a_column_half_in_percent_is_refused_with_its_cell(tmp_path):
    folder = declared(tmp_path / "dti_s", "a.xlsx", xlsx((0.573, "0.0%"), (0.61, None)), "workbook")
    with pytest.raises(ConformError, match=r"cell B3, column Điểm: expected a percent sign, found none in '0.61'"):
        conformed(folder)


@pytest.mark.parametrize("place", ["keys", "top", "table"])
def test_a_score_of_the_index_printed_in_percent_is_a_share_where_it_is_said(tmp_path, place):
    said = {"keys": {"keys": 'percent = "share"'}, "top": {"top": 'percent = "share"'},
            "table": {"top": '[tables.1]\npercent = "share"\n'}}[place]  # fmt: skip
    comma = {**said, "top": 'decimal = ","\n' + said.get("top", "")}
    text = "Tỉnh;Điểm\nHà Nội;57,3 %\nHải Dương;74,61%\nThái Nguyên;-\n".encode()
    page = "<table><tr><td>Tỉnh</td><td>Điểm</td></tr><tr><td>Hà Nội</td><td>57,3 %</td></tr></table>".encode()
    rows = '[{"Tỉnh": "Hà Nội", "Điểm": "57,3%"}]'.encode()
    half = 0.5 * 10.0**-4
    csv = declared(tmp_path / "dti_csv", "a.csv", text, "csv", most=1, **comma)
    assert conformed(csv) == [(0.573, half), (0.7461, half), (None, None)]
    html = declared(tmp_path / "dti_html", "a.html", page, "html", most=1, **comma)
    assert conformed(html) == [(0.573, 0.0005)]
    json = declared(tmp_path / "dti_json", "a.json", rows, "json", most=1, **comma)
    assert conformed(json) == [(0.573, 0.0005)]
    book = xlsx((0.573, "0.0%"), (0.7461, "0.00%"))
    workbook = declared(tmp_path / "dti_book", "a.xlsx", book, "workbook", most=1, **said)
    assert conformed(workbook) == [(0.573, half), (0.7461, half)]
    assert read(workbook) == [(57.3, "57.3%"), (74.61, "74.61%")]  # as printed


def test_a_figure_without_a_percent_sign_is_no_share(tmp_path):
    folder = declared(tmp_path / "dti_s", "a.csv", "Tỉnh,Điểm\nHà Nội,0.573\n".encode(), "csv", 'percent = "share"', 1)
    assert conformed(folder) == [(0.573, 0.0005)]


@pytest.mark.parametrize(("file", "data"), [
    ("a.csv", "Tỉnh,Điểm\nHà Nội,74.61 %\n".encode()), ("a.xlsx", xlsx((0.7461, "0.00%"))),
])  # fmt: skip
def test_a_percentage_beyond_its_range_is_told_the_key_that_helps(tmp_path, file, data):
    form = "csv" if file == "a.csv" else "workbook"
    with pytest.raises(ConformError, match=r'score from 0 to 1, found 74\.61.*say `percent = "share"`'):
        conformed(declared(tmp_path / "dti_a", file, data, form, most=1))
    assert conformed(declared(tmp_path / "dti_b", file, data, form, 'percent = "share"', most=1))[0][0] == 0.7461
    with pytest.raises(ConformError) as refused:
        conformed(declared(tmp_path / "dti_c", file, data, form, 'percent = "share"\n', most=0))
    assert "percent" not in str(refused.value)


def test_the_key_is_one_of_two_words_and_acts_on_printed_texts(tmp_path):
    with pytest.raises(SourceError, match=r"percent: expected .*printed.*share"):
        load_source(declared(tmp_path / "a", "a.csv", b"x", "csv", top='percent = "shares"'))
    with pytest.raises(SourceError, match=r"percent: expected a key of this form and layout"):
        load_source(declared(tmp_path / "b", "a.parquet", b"x", "parquet", top='percent = "share"'))


LONG = "Tỉnh;Năm;DTI\n" + "".join(f"{name};{year};57,3 %\n" for year in (2023, 2024) for name in NAMES)


@pytest.mark.parametrize(("file", "data"), [
    ("wide.csv", "Tỉnh;DTI 2024\nHà Nội;57,3 %\nHải Dương;57,30%\n".encode()), ("long.csv", LONG.encode()),
    ("a.xlsx", xlsx((0.573, "0.0%"), (0.573, "0%"))),
])  # fmt: skip
def test_a_draft_says_share_for_a_score_of_the_index_and_for_nothing_else(tmp_path, file, data):
    for name, value in (("dti_new", 0.573), ("other", 57.3)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / file).write_bytes(data)
        draft = draft_for(folder / file, KNOWN, TODAY).text
        if value < 1:  # a heading that says nothing of the indicator
            draft = draft.replace('indicator = "a"', 'indicator = "overall"')
        (folder / "source.toml").write_text(draft, encoding="utf-8")
        found = check_source(folder, KNOWN_REFERENCE)
        assert not found.problems
        assert set(found.figures["value"]) == {value}, draft
        assert draft.count("percent") == (value < 1)


def test_parts_are_found_however_their_names_are_written(tmp_path: Path) -> None:
    """As the reader of cells finds them: in any case, and with a backslash."""
    data = xlsx((0.573, "0.0%"))
    for number, written in enumerate((str.upper, lambda name: name.replace("/", "\\"), str.title)):
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(target, "w") as after:
            for name in before.namelist():
                kept = name if name in ("[Content_Types].xml", "_rels/.rels") else written(name)
                after.writestr(kept, before.read(name))
        assert read(declared(tmp_path / str(number), "a.xlsx", target.getvalue(), "workbook")) == [(57.3, "57.3%")]
