"""The reference is read from its folder and nowhere else; a mistake in a table is told with file, row and column."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from dx_pipeline.conform.names import resolve
from dx_pipeline.conform.reference import load_reference
from dx_pipeline.conform.reference_tables import ReferenceTableError
from dx_pipeline.errors import DxError
from tests.conftest import copy_project

UNITS = "data/reference/units.csv"
ATTACKS = [
    # table, change of its text, what the message names
    ("unit_systems", lambda text: text.splitlines()[0] + "\n", "at least one row, found only the header"),
    ("unit_systems", lambda text: text.replace("2025-07-01", "1 July 2025"), "row 3, column valid_from: expected"),
    ("unit_systems", lambda text: text.replace("63,province", "sixty,province"), "row 2, column unit_system"),
    ("unit_systems", lambda text: text + text.splitlines()[1] + "\n", "rows [2, 5]: expected one row for unit_sys"),
    ("unit_systems", lambda text: text.replace(",34,\n", ",35,\n"), "a later system as successor, found 35"),
    ("province_aliases", lambda text: text.replace("bac-kan", "bac-can", 1), "did you mean bac-"),
    ("province_aliases", lambda text: text.replace("province_id", "province", 1), "expected a column `province_id`"),
    ("province_aliases", lambda text: text + 'Đắc\n Lắc,,dak-lak,"x"\n', "cells, found"),
    ("province_aliases", lambda text: text + '"Đắc\nLắc",,dak-lak,x\n', "column alias: expected text on one line"),
    ("province_aliases", lambda text: text + "Đắk*Lắk,,dak-lak,x\n", "a name: letters with marks, or digits, found"),
    ("named_peers", lambda text: text.replace("thai-nguyen,", "thai-nguyn,", 1), "column peer_id: expected a unit of"),
    ("lookalike_names", lambda text: text + text.splitlines()[1] + "\n", "expected one row for name Quang Bình"),
    ("indicators", lambda text: text.replace("overall,overall,", "overall,,", 1), "column role: expected a value"),
    ("tile_grid", lambda text: text.replace("63,lai-chau,", "63,lai-chu,", 1), "in system 63, found 'lai-chu'"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the reference folder."""
    return copy_project(tmp_path / "project") / "data" / "reference"


def rewrite(folder: Path, table: str, text: str) -> None:
    """A table with another text, its hash declared if it had one."""
    path = folder / f"{table}.csv"
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(text.encode("utf-8"))
    declared = (folder / "source.toml").read_text(encoding="utf-8")
    new = declared.replace(old, hashlib.sha256(path.read_bytes()).hexdigest())
    (folder / "source.toml").write_text(new, encoding="utf-8")


def test_a_mistake_in_a_reference_table_is_refused_by_name(folder: Path) -> None:
    unseen = []
    for table, spoil, told in ATTACKS:
        text = (folder / f"{table}.csv").read_text(encoding="utf-8")
        rewrite(folder, table, spoil(text))
        with pytest.raises(DxError) as refused:
            load_reference(folder)
        message = str(refused.value)
        if told not in message or f"data/reference/{table}.csv" not in message:
            unseen.append((table, told, message))
        rewrite(folder, table, text)
    assert unseen == []
    load_reference(folder)


def test_a_byte_order_mark_and_cr_line_ends_are_read(folder: Path) -> None:
    text = (folder / "province_aliases.csv").read_text(encoding="utf-8")
    rewrite(folder, "province_aliases", "\ufeff" + text.replace("\n", "\r"))
    assert resolve("HCMC", load_reference(folder), 63) == "ho-chi-minh"


def test_units_are_checked_against_their_system_and_successor(folder: Path) -> None:
    text = (folder / "units.csv").read_text(encoding="utf-8")
    for change, told in [
        (("ha-noi,\n", "ha-noj,\n"), "a unit of 34 as successor"),
        (("63,ha-noi", "64,ha-noi"), "in system 63, found 'ha-noi'"),
    ]:
        rewrite(folder, "units", text.replace(*change))
        with pytest.raises(ReferenceTableError, match=re.escape(told)):
            load_reference(folder)
        rewrite(folder, "units", text)


def test_another_project_is_seen_as_it_is(tmp_path: Path) -> None:
    """Two projects side by side: each sees its own alias, nothing of the other."""
    here, there = (copy_project(tmp_path / name) / "data" / "reference" for name in ("here", "there"))
    with (there / "province_aliases.csv").open("a", encoding="utf-8") as aliases:
        aliases.write("Xứ Đông,63,hai-duong,an old name\n")
    assert resolve("Xứ Đông", load_reference(there), 63) == "hai-duong"
    with pytest.raises(ValueError, match="names no province"):
        resolve("Xứ Đông", load_reference(here), 63)


def test_a_third_unit_system_is_rows(folder: Path) -> None:
    rewrite(
        folder,
        "unit_systems",
        (folder / "unit_systems.csv").read_text(encoding="utf-8").replace("2025-07-01,,,", "2025-07-01,2029-12-31,3,")
        + "3,province,ba miền,three parts,2030-01-01,,,\n",
    )
    units = (folder / "units.csv").read_text(encoding="utf-8")
    parts = "".join(
        f"3,{code},0{number},{name},{name},part,,,,,,\n"
        for number, (code, name) in enumerate([("bac-bo", "Bắc Bộ"), ("trung-bo", "Trung Bộ"), ("nam-bo", "Nam Bộ")])
    )
    joined = re.sub(r"(?m)^(34,.*),,(Nghị quyết)", r"\1,bac-bo,\2", units)
    rewrite(folder, "units", joined + parts)
    # a name of a part is no look-alike any more where it is a unit
    reference = load_reference(folder)
    assert resolve("Bắc Bộ", reference, 3) == "bac-bo"
    assert [one.unit_system for one in reference.before(3)] == [34, 63]
    with pytest.raises(ValueError, match="Hải Phòng of the 34, which is part of Bắc Bộ since 1 January 2030"):
        resolve("Hải Phòng", reference, 3)
