"""How much slower and larger reading a source is than reading its file with the bare library.

`python -m benchmarks.reading`, or with all others `make bench`: a workbook of 300,000 cells and a CSV of 5 million.
Times are the best of several runs; memory is the growth of the process's high-water mark, each in a process of its own.

Aims: at most 3 times the time of the bare library and 4 times the file's own frame. A workbook cannot meet the second:
the library holds all cells of a sheet at once (5 times the frame) before the first can be had, and Polars keeps the
pages of columns made on the way. So the bare library's own figure is printed beside it.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

#: rows x columns
WORKBOOK = (3_000, 100)
CSV = (100_000, 50)
RUNS = 3
HEAD = """
title = "t"
title_vi = "t"
publisher = "p"
where_read = "w"
retrieved_on = 2026-11-21
licence = "none"
tier = "official"
form = "{form}"
layout = "wide"
unit_system = 63
province = "province"
"""


def make_source(folder: Path, form: str, name: str, data: bytes, columns: int) -> None:
    """A declared source of one file with a column of names and columns of figures."""
    text = HEAD.format(form=form)
    text += "".join(f'[columns."c{n}"]\nindicator = "i{n}"\nmeasure = "value"\n' for n in range(1, columns))
    text += f'[files."{name}"]\nedition = 2024\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    (folder / "source.toml").write_text(text, encoding="utf-8")


def figures(rows: int, columns: int) -> pl.DataFrame:
    """A province column and figures of four decimals."""
    names = pl.Series("province", [f"Tỉnh {n}" for n in range(rows)])
    numbers = [
        (pl.int_range(rows, eager=True) * (7919 + n) % 10_000 / 10_000).alias(f"c{n}") for n in range(1, columns)
    ]
    return pl.DataFrame([names, *numbers])


def make_all(folder: Path) -> None:
    """Both sources in a folder."""
    import xlsxwriter

    rows, columns = CSV
    make_source(folder / "csv", "csv", "a.csv", figures(rows, columns).write_csv().encode(), columns)
    rows, columns = WORKBOOK
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("S")
    table = figures(rows, columns)
    sheet.write_row(0, 0, table.columns)
    for number, row in enumerate(table.rows(), start=1):
        sheet.write_row(number, 0, row)
    book.close()
    make_source(folder / "workbook", "workbook", "a.xlsx", buffer.getvalue(), columns)


def bare_csv(folder: Path) -> object:
    return pl.read_csv((folder / "csv" / "a.csv").read_bytes(), infer_schema=False)


def bare_workbook(folder: Path) -> object:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO((folder / "workbook" / "a.xlsx").read_bytes()))
    return book.get_sheet_by_index(0).to_python()


def read_csv(folder: Path) -> object:
    return _read(folder / "csv")


def read_workbook(folder: Path) -> object:
    return _read(folder / "workbook")


def _read(folder: Path) -> object:
    from dx_pipeline.sources.read import read_source
    from dx_pipeline.sources.spec import load_source

    return read_source(load_source(folder))


def measured(run: Callable[[Path], object], folder: Path) -> tuple[float, float]:
    """Best seconds of RUNS, and MB by which the first run raised the high-water mark of memory."""
    import python_calamine  # noqa: F401

    import dx_pipeline.sources.read  # noqa: F401

    pl.read_csv(b"a\n1\n")
    before = high_water(reset=True)
    times = []
    grown = 0.0
    for number in range(RUNS):
        start = time.perf_counter()
        found = run(folder)
        times.append(time.perf_counter() - start)
        if not number:
            grown = high_water() - before
        del found
    return min(times), grown


def high_water(reset: bool = False) -> float:
    """The most memory the process has had so far, in MB; with `reset`, from what it has now on (Linux)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def compare_reading() -> None:
    """Print time and memory of both, side by side."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_all(folder)
        frame_mb = _text_frame_mb(folder)
        context = multiprocessing.get_context("spawn")
        for name, bare, ours in (("csv", bare_csv, read_csv), ("workbook", bare_workbook, read_workbook)):
            with context.Pool(1) as pool:
                base = pool.apply(measured, (bare, folder))
            with context.Pool(1) as pool:
                own = pool.apply(measured, (ours, folder))
            told = f"bare library {base[0]:.2f} s, {base[1]:.0f} MB; source {own[0]:.2f} s, {own[1]:.0f} MB"
            print(f"reading a {name}: {told}")
            times = f"{own[0] / base[0]:.1f} x the time, {own[1] / frame_mb[name]:.1f} x"
            print(f"  {times} the file's own frame of {frame_mb[name]:.0f} MB ({base[1] / frame_mb[name]:.1f} x bare)")


def _text_frame_mb(folder: Path) -> dict[str, float]:
    """Size of each file's cells as one frame of texts: 16 bytes a view, and the longer texts themselves."""
    csv = pl.read_csv((folder / "csv" / "a.csv").read_bytes(), infer_schema=False)
    book = figures(*WORKBOOK).cast(pl.String)
    frames = {"csv": csv, "workbook": book}
    return {name: max(one.estimated_size(), 16 * one.height * one.width) / 1e6 for name, one in frames.items()}


if __name__ == "__main__":
    sys.exit(compare_reading())
