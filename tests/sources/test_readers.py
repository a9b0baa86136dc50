"""Each published form, as it really comes."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from dx_pipeline.sources.errors import ChecksumError, SourceError
from dx_pipeline.sources.read import read_source
from dx_pipeline.sources.spec import each_source, load_source, load_sources, read_manifest, undeclared_files

HEAD = """
title = "A table"
title_vi = "Một bảng"
publisher = "Somebody"
where_read = "here"
retrieved_on = "2026-11-21"
licence = "none"
tier = "official"
form = "{form}"
layout = "wide"
unit_system = 63
province = "Tỉnh"
{extra}
[columns."DTI"]
indicator = "overall"
measure = "score"

[columns."Hạng"]
indicator = "overall"
measure = "rank"
"""


def source(folder: Path, file: str, data: bytes, form: str = "csv", extra: str = "", of_file: str = ""):
    """A source of one file, declared with its right hash."""
    folder.mkdir(exist_ok=True)
    (folder / file).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    declaration = (
        HEAD.format(form=form, extra=extra) + f'\n[files."{file}"]\nedition = 2025\nsha256 = "{digest}"\n{of_file}'
    )
    (folder / "source.toml").write_text(declaration, encoding="utf-8")
    return load_source(folder)


def texts(spec) -> list[tuple]:
    """(row, province, column, printed text) of every figure."""
    figures = read_source(spec).figures
    return figures.select("row", "province_text", "column", "value_text").rows()


EXPECTED = [(2, "Hải Dương", "DTI", "0.7461"), (2, "Hải Dương", "Hạng", "19")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_with_any_delimiter_and_with_or_without_a_byte_order_mark(tmp_path, delimiter, mark):
    lines = ["Tỉnh,DTI,Hạng", "Hải Dương,0.7461,19"]
    data = (mark + "\r\n".join(line.replace(",", delimiter) for line in lines)).encode()
    assert texts(source(tmp_path / "s", "2025.csv", data)) == EXPECTED


def test_csv_with_decimal_comma_between_semicolons_keeps_the_printed_text(tmp_path):
    data = "Tỉnh;DTI;Hạng\nHải Dương;0,7461;19\n".encode()
    spec = source(tmp_path / "s", "2025.csv", data, extra='decimal = ","')
    assert texts(spec)[0] == (2, "Hải Dương", "DTI", "0,7461")


def test_columns_are_found_by_name_wherever_they_stand(tmp_path):
    data = "Hạng,DTI,Tỉnh\n19,0.7461,Hải Dương\n".encode()
    assert sorted(texts(source(tmp_path / "s", "2025.csv", data))) == sorted(EXPECTED)


def test_json_keeps_the_printed_digits(tmp_path):
    data = '{"edition": 2025, "rows": [{"Tỉnh": "Hải Dương", "DTI": 0.7460, "Hạng": 19}]}'.encode()
    extra = 'rows = "rows"\nstated = { edition = "edition" }'
    assert texts(source(tmp_path / "s", "2025.json", data, "json", extra))[0] == (1, "Hải Dương", "DTI", "0.7460")


def test_json_of_another_edition_than_declared_is_refused(tmp_path):
    data = b'{"edition": 2024, "rows": []}'
    spec = source(tmp_path / "s", "2025.json", data, "json", 'rows = "rows"\nstated = { edition = "edition" }')
    with pytest.raises(SourceError, match=r"field 'edition': expected 2025 as source\.toml says, found 2024"):
        read_source(spec)


def test_html_table_with_merged_cells_and_no_thead(tmp_path):
    data = (
        "<!doctype html><table><tr><td colspan='3'>DTI 2025</td></tr><tr><td>Tỉnh</td><td>DTI</td><td>Hạng</td></tr>"
        "<tr><td>Hải\u00a0Dương</td><td rowspan='2'>0.7461</td><td>19</td></tr>"
        "<tr><td>Hưng Yên</td><td>20</td></tr></table>"
    ).encode()
    assert texts(source(tmp_path / "s", "2025.html", data, "html")) == [
        (3, "Hải Dương", "DTI", "0.7461"),
        (3, "Hải Dương", "Hạng", "19"),
        (4, "Hưng Yên", "DTI", "0.7461"),
        (4, "Hưng Yên", "Hạng", "20"),
    ]


def workbook() -> bytes:
    """A workbook whose table starts in the middle of its second sheet and ends with statistics."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet("Bìa").write(0, 0, "Báo cáo")
    sheet = book.add_worksheet("DTI 2025")
    sheet.write(1, 1, "Bảng xếp hạng")
    sheet.write_row(4, 1, ["TT", "Tỉnh", "DTI", "Hạng"])
    sheet.write_row(5, 1, [1, "Hải Dương", 0.7461, 19])
    sheet.write_row(6, 1, ["", "Min", 0.1, ""])
    sheet.write_row(7, 1, ["", "Median", 0.5, ""])
    book.close()
    return buffer.getvalue()


def test_workbook_with_a_late_header_footers_and_several_sheets(tmp_path):
    table = (
        '\n[files."2025.xlsx".tables."DTI 2025"]\nprovince = "Tỉnh"\nignore = ["TT"]\n'
        '[files."2025.xlsx".tables."DTI 2025".columns."DTI"]\nindicator = "overall"\nmeasure = "score"\n'
        '[files."2025.xlsx".tables."DTI 2025".columns."Hạng"]\nindicator = "overall"\nmeasure = "rank"\n'
    )
    extra = 'footers = ["Min", "Median", "Max"]\nignore_tables = ["Bìa"]'
    spec = source(tmp_path / "s", "2025.xlsx", workbook(), "workbook", extra, table)
    figures = read_source(spec).figures
    assert figures.filter(figures["rejected"].is_null())["locator"].to_list() == [
        "2025.xlsx, sheet DTI 2025, cell D6, column DTI",
        "2025.xlsx, sheet DTI 2025, cell E6, column Hạng",
    ]
    assert figures.filter(figures["rejected"].is_not_null())["province_text"].unique().sort().to_list() == [
        "Median",
        "Min",
    ]


def test_a_file_edited_after_it_was_declared_is_refused(tmp_path):
    spec = source(tmp_path / "s", "2025.csv", "Tỉnh,DTI,Hạng\nHải Dương,0.7461,19\n".encode())
    (tmp_path / "s" / "2025.csv").write_bytes("Tỉnh,DTI,Hạng\nHải Dương,0.8461,19\n".encode())
    with pytest.raises(ChecksumError, match=r"data/raw/s/2025.csv: expected sha256 .*, found .*edited or truncated"):
        read_source(spec)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("Tỉnh,DTI\nHải Dương,0.7461\n", "header: expected one column 'Hạng', found none"),
        (
            "Tỉnh,DTI,Hạng,Ghi chú\nHải Dương,0.7461,19,x\n",
            r"only the columns of source.toml, found also \['Ghi chú'\] .*`ignore = \[.Ghi chú.\]`",
        ),
        ("Tỉnh,DTI,Hạng,DTI\nHải Dương,0.7461,19,1\n", "expected one column 'DTI', found 2 of them"),
        ("Tỉnh,DTI,Hạng\nHải Dương,0.7461\n", "row 2: expected 3 cells, found 2"),
        ('Tỉnh,DTI,Hạng\n"Hải Dương,0.7461,19\n', "expected a CSV table"),
        ("<!DOCTYPE html><html>Bảo trì</html>", r"expected a csv table, found a web page \(HTML\)"),
        ("", "expected 1 to"),
    ],
)
def test_a_wrong_csv_is_refused_with_the_place(tmp_path, data, message):
    spec = source(tmp_path / "s", "2025.csv", data.encode())
    with pytest.raises(SourceError, match=message):
        read_source(spec)


def test_text_in_another_encoding_is_refused_or_declared(tmp_path):
    data = "Tỉnh,DTI,Hạng\nHải Dương,0.7461,19\n".encode("utf-16")
    with pytest.raises(SourceError, match="expected text in utf-8"):
        read_source(source(tmp_path / "s", "2025.csv", data))
    assert texts(source(tmp_path / "t", "2025.csv", data, extra='encoding = "utf-16"')) == EXPECTED


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('tier = "official"', 'tier = "good"'), "tier: expected 'official', .* found 'good'"),
        (('licence = "none"', ""), "licence: expected a value, found nothing"),
        (('form = "csv"', 'form = "csv"\ncolour = "red"'), "colour: expected no such key"),
        (("edition = 2025", ""), "edition: expected the assessed year, found nothing"),
        (('measure = "score"', 'measure = "score"\nmeaning = "?"'), r"columns\.DTI\.meaning: expected no such key"),
    ],
)
def test_a_wrong_declaration_is_refused(tmp_path, change, message):
    source(tmp_path / "s", "2025.csv", "Tỉnh,DTI,Hạng\nHải Dương,0.7461,19\n".encode())
    declaration = (tmp_path / "s" / "source.toml").read_text(encoding="utf-8")
    (tmp_path / "s" / "source.toml").write_text(declaration.replace(*change, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        load_source(tmp_path / "s")


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", ".hidden.csv", "a/b.csv"])
def test_a_declaration_cannot_lead_out_of_its_folder(tmp_path, name):
    folder = tmp_path / "s"
    folder.mkdir()
    declaration = HEAD.format(form="csv", extra="") + f'\n[files."{name}"]\nedition = 2025\nsha256 = "{"0" * 64}"\n'
    (folder / "source.toml").write_text(declaration, encoding="utf-8")
    with pytest.raises(SourceError, match="must be a plain file name"):
        load_source(folder)


def test_a_link_that_leads_out_of_its_folder_is_refused(tmp_path):
    spec = source(tmp_path / "s", "2025.csv", b"x")
    (tmp_path / "elsewhere.csv").write_bytes(b"x")
    (tmp_path / "s" / "2025.csv").unlink()
    (tmp_path / "s" / "2025.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(SourceError, match=r"expected a file.*, found a symbolic link"):
        read_source(spec)


def test_every_declared_file_is_there_and_no_file_is_undeclared(project):
    raw = project / "data" / "raw"
    assert load_sources(raw)
    assert undeclared_files(raw) == []
    (raw / "stray.csv").write_text("Province,PCI\n", encoding="utf-8")
    assert undeclared_files(raw) == ["stray.csv"]


def test_a_source_whose_declaration_is_wrong_does_not_stop_the_others(project):
    raw = project / "data" / "raw"
    named = set(read_manifest(raw).sources)
    (raw / "pci_scores" / "2023.csv").write_text("Province,PCI\n", encoding="utf-8")
    sources, broken = each_source(raw)
    assert named - set(sources) == set(broken) == {"pci_scores"}
    assert "2023.csv" in str(broken["pci_scores"])


def test_a_new_edition_is_a_file_and_three_lines(project):
    folder = project / "data" / "raw" / "pci_scores"
    data = (folder / "2022.csv").read_bytes()
    (folder / "2023.csv").write_bytes(data)
    three_lines = f'\n[files."2023.csv"]\nedition = 2023\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
    with (folder / "source.toml").open("a", encoding="utf-8") as declaration:
        declaration.write(three_lines)
    figures = read_source(load_source(folder)).figures
    assert figures.filter(figures["edition"] == 2023).height == 63
