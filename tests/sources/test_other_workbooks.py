"""`.xls` and `.ods` as LibreOffice writes them, and `.xlsb`: cells mean the same in every form of a workbook.

Each holds a cover, a sheet with a heading of two merged rows, a hidden row and column, a formula, a note, and a
hidden sheet; `wrong` has a date and two error cells among its figures.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from dx_pipeline.conform.reference import load_reference
from dx_pipeline.conform.source_check import check_source, draft_for
from tests.sources.test_draft import KNOWN, REFERENCE, TODAY
from tests.sources.xlsb import xlsb

WORKBOOKS = Path(__file__).with_name("workbooks")
#: year, province -> population, share; Hải Dương stands in a hidden row, the share in a hidden column
RIGHT = {
    (2022, "ha-noi"): (8435.6, 0.491234567), (2023, "ha-noi"): (8587.1, 0.85871),
    (2022, "hai-duong"): (1946.8, 0.3), (2023, "hai-duong"): (1956.9, 0.31),
    (2022, "da-nang"): (1220.2, 0.87), (2023, "da-nang"): (1245.2, 0.88),
}  # fmt: skip
WRONG = {"B5": "2023-02-01", "C5": "#DIV/0!", "D6": "#N/A"}
NAMES = {"ha-noi": "Hà Nội", "hai-duong": "Hải Dương", "da-nang": "Đà Nẵng"}


def _binary(wrong: bool) -> bytes:
    rows: list[list[object]] = [
        ["Bảng 1. Dân số"],
        ["Tỉnh", "Năm 2022", None, "Năm 2023", None],
        [None, "Dân số", "Tỷ lệ", "Dân số", "Tỷ lệ"],
        *([name, *RIGHT[2022, code], *RIGHT[2023, code]] for code, name in NAMES.items()),
        ["Ghi chú: số sơ bộ"],
    ]
    rows[3][4] = ("=", 0.85871)
    if wrong:
        rows[4][1], rows[4][2], rows[5][3] = date(2023, 2, 1), "#DIV/0!", "#N/A"
    merged = {"Bảng 1": [(1, 2, 0, 0), (1, 1, 1, 2), (1, 1, 3, 4)]}
    return xlsb({"Bìa": [["Niên giám"]], "Bảng 1": rows, "_Ẩn": [["bản nháp"], ["Hà Nội", 1]]}, merged)


def test_a_cell_means_the_same_in_every_form_of_a_workbook(tmp_path):
    reference = load_reference(REFERENCE)
    for form in ("xls", "ods", "xlsb"):
        for name in ("plain", "wrong"):
            folder = tmp_path / f"{form}_{name}"
            folder.mkdir()
            path = folder / f"{name}.{form}"
            if form == "xlsb":
                path.write_bytes(_binary(name == "wrong"))
            else:
                shutil.copy(WORKBOOKS / path.name, path)
            (folder / "source.toml").write_text(draft_for(path, KNOWN, TODAY).text, encoding="utf-8")
            found = check_source(folder, reference)
            if name == "wrong":
                told = "\n".join(map(str, found.problems))
                missing = {cell: said for cell, said in WRONG.items() if f"{cell} " not in told or said not in told}
                assert not missing, (form, missing, told)
                continue
            assert not found.problems, (form, found.problems)
            printed: dict[tuple[int, str], dict[str, float]] = {}
            for row in found.figures.rows(named=True):
                printed.setdefault((row["edition"], row["province_id"]), {})[row["indicator"]] = row["value"]
            assert {key: (said["dan_so"], said["ty_le"]) for key, said in printed.items()} == RIGHT, form
