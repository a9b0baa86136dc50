"""Large sources in small: a few rows of made-up communes, and their source.toml."""

from __future__ import annotations

import hashlib
from pathlib import Path

from benchmarks.made_up_communes import HEAD, UNIT_SYSTEM
from dx_pipeline.sources.resolved import SourceSpec
from dx_pipeline.sources.spec import load_source

MARCH = "".join(
    f"{line}\n"
    for line in (
        "Xã Giả Định 0001;share;03/2025;57,3%",
        "XÃ GIẢ ĐỊNH 0002;share;Tháng 3/2025;0,573",  # a tie with the first, printed another way
        " xã  Giả Định 0003;share;2025-03;1",
        "Xã Giả Định 0004;share;03/2025;-",  # blank
        "Xã Giả Định 0001;days;03/2025;1.234,5",
        "Xã Giả Định 0002;days;03/2025;12",
        "Xã Giả Định 0002;days;03/2025;12,0",  # said twice
        "Xã Giả Định 0002;days;03/2025;13",  # contradicted
        "Xã Giả Định 9;days;03/2025;12",
        "Xã Giả Định 0003;hours;03/2025;12",
        "Xã Giả Định 0003;days;04/2025;12",
        "Xã Giả Định 0003;days;03/2025;x7",
    )
)


def large_source(folder: Path, files: dict[str, tuple[str, str]], **changed: str) -> SourceSpec:
    """A source of two indicators; `files` has a declared period (or none) and the lines below the heading."""
    folder.mkdir(exist_ok=True)
    text = HEAD.format(system=UNIT_SYSTEM)
    for old, new in changed.items():
        text = "\n".join(new if line.startswith(f"{old} =") else line for line in text.splitlines()) + "\n"
    for code, direction in (("share", "higher_is_better"), ("days", "lower_is_better")):
        text += f'[indicators.{code}]\nname_vi = "{code}"\nname_en = "{code}"\ndirection = "{direction}"\n'
    for name, (period, lines) in files.items():
        (folder / name).write_text(f"Đơn vị;Chỉ số;Kỳ;Giá trị\n{lines}", encoding="utf-8")
        text += f'[files."{name}"]\nsha256 = "{hashlib.sha256((folder / name).read_bytes()).hexdigest()}"\n'
        text += f'period = "{period}"\n' if period else ""
    (folder / "source.toml").write_text(text, encoding="utf-8")
    return load_source(folder)
