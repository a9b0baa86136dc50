"""A project with a third unit system and monthly figures of made-up communes, as an office might publish them.

Names say that they are made up (`Xã Giả Định 0001`, imagined commune). The files have what published ones have: the
same name in several spellings, decimal commas, percent signs, blanks, rows said twice, and rows nobody can use. Seeded:
the same numbers of rows give the same bytes.
"""

from __future__ import annotations

import hashlib
import shutil
import unicodedata
from pathlib import Path

import numpy as np
import polars as pl

UNIT_SYSTEM = 3321
SOURCE = "made_up_communes"
HEADINGS = ("Đơn vị", "Chỉ số", "Kỳ", "Giá trị")
COMMUNES, INDICATORS = 3321, 250
FIRST_YEAR = 2010
SEED = 20251
#: of ten thousand rows: blank, value nobody can read, unknown unit, unknown indicator, said twice, contradicted
BLANK, UNREADABLE, UNKNOWN_UNIT, UNKNOWN_INDICATOR, TWICE, CONTRADICTED = 20, 2, 2, 1, 4, 2
DIRECTIONS = ("higher_is_better", "higher_is_better", "lower_is_better", "higher_is_better", "neither")
HEAD = """
title = "Made-up figures of made-up communes"
title_vi = "Số liệu giả định của các xã giả định"
publisher = "nobody: written by benchmarks/made_up_communes.py"
where_read = "generated, seeded"
retrieved_on = 2026-11-21
licence = "none"
tier = "third_party"
form = "csv"
layout = "large"
delimiter = ";"
decimal = ","
unit_system = {system}

[large]
every = "month"
percent = "share"
duplicates = "first"
rejected = 0.01
ranked = "published"

[roles]
province = "Đơn vị"
indicator = "Chỉ số"
period = "Kỳ"
value = "Giá trị"
"""


def commune(number: int) -> str:
    """The name of a made-up commune."""
    return f"Xã Giả Định {number:04d}"


def spellings(communes: int) -> pl.Series:
    """Each name in five spellings: the name, capitals, a doubled blank, decomposed, blanks around."""
    names = [commune(n) for n in range(1, communes + 1)]
    nfd = [unicodedata.normalize("NFD", name) for name in names]
    doubled = [name.replace(" ", "  ", 1) for name in names]
    return pl.Series([*names, *map(str.upper, names), *doubled, *nfd, *(f" {name} " for name in names)])


def write_project(
    root: Path, rows: int, reference: Path, communes: int = COMMUNES, indicators: int = INDICATORS
) -> Path:
    """A project with nothing but the reference and this source, of about so many rows; returns the source's folder."""
    shutil.copytree(reference, root / "data" / "reference")
    add_communes(root / "data" / "reference", communes)
    folder = root / "data" / "raw" / SOURCE
    folder.mkdir(parents=True)
    (folder.parent / "manifest.toml").write_text(f'sources = ["{SOURCE}"]\n', encoding="utf-8")
    write_source(folder, rows, communes, indicators)
    return folder


def add_communes(reference: Path, communes: int = COMMUNES) -> None:
    """Add the third unit system to a copy of the reference tables: rows, and the new hash."""
    systems, units, declared = (reference / name for name in ("unit_systems.csv", "units.csv", "source.toml"))
    row = f"{UNIT_SYSTEM},commune,{communes} xã giả định,{communes} made-up communes,,,,\n"
    systems.write_text(systems.read_text(encoding="utf-8") + row, encoding="utf-8")
    before = hashlib.sha256(units.read_bytes()).hexdigest()
    rows = [
        f"{UNIT_SYSTEM},xa-gia-dinh-{n:04d},{n:05d},{commune(n)},Made-up commune {n:04d},commune,,,,,,\n"
        for n in range(1, communes + 1)
    ]
    units.write_text(units.read_text(encoding="utf-8") + "".join(rows), encoding="utf-8")
    after = hashlib.sha256(units.read_bytes()).hexdigest()
    declared.write_text(declared.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def write_source(folder: Path, rows: int, communes: int = COMMUNES, indicators: int = INDICATORS) -> None:
    """A file a month until there are so many rows, and the source.toml that says what they are."""
    declared = [HEAD.format(system=UNIT_SYSTEM)]
    for n in range(indicators):
        declared.append(
            f'[indicators.{code(n)}]\nname_vi = "Chỉ số giả định {n}"\nname_en = "Made-up indicator {n}"\n'
            f'direction = "{DIRECTIONS[n % len(DIRECTIONS)]}"\n'
        )
    names = spellings(communes)
    month, written = 0, 0
    while written < rows:
        period = f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}"
        frame = month_of(month, names, communes, indicators).head(rows - written)
        path = folder / f"{period}.csv"
        frame.write_csv(path, separator=";")
        with path.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        declared.append(f'[files."{path.name}"]\nperiod = "{period}"\nsha256 = "{sha256}"\n')
        written += frame.height
        month += 1
    (folder / "source.toml").write_text("\n".join(declared), encoding="utf-8")


def code(number: int) -> str:
    """The code of a made-up indicator, as it is printed too."""
    return f"cs{number:03d}"


def month_of(month: int, names: pl.Series, communes: int, indicators: int) -> pl.DataFrame:
    """The printed rows of one month, unit by unit, with what is said twice at the end."""
    rng = np.random.default_rng((SEED, month))
    size = communes * indicators
    chance = rng.integers(0, 10_000, size)
    unit, indicator = np.divmod(np.arange(size), indicators)
    frame = pl.DataFrame(
        {
            "name": names.gather(unit + communes * rng.choice(5, size, p=(0.8, 0.05, 0.05, 0.05, 0.05))),
            "indicator": pl.Series([code(n) for n in range(indicators)]).gather(indicator),
            "value": printed(rng, indicator),
            "other": printed(rng, indicator),
            "chance": chance,
            "spelled": names.gather(unit + communes * rng.integers(0, 5, size)),
        }
    )
    edges = np.cumsum([BLANK, UNREADABLE, UNKNOWN_UNIT, UNKNOWN_INDICATOR, TWICE, CONTRADICTED])
    blank, unreadable, no_unit, no_indicator, twice, contradicted = (
        pl.col("chance").is_between(low, high, closed="left") for low, high in zip([0, *edges[:-1]], edges, strict=True)
    )
    texts = pl.Series(["", "-", "..."])
    bad = pl.Series(["x7", "12,3,4", "~5", "5 %%"])
    printed_rows = frame.with_columns(
        name=pl.when(no_unit).then(pl.lit("Xã Không Có ") + (pl.col("chance") % 9).cast(pl.String)).otherwise("name"),
        indicator=pl.when(no_indicator).then(pl.lit("cs_la")).otherwise("indicator"),
        value=pl.when(blank)
        .then(texts.gather(chance % 3))
        .when(unreadable)
        .then(bad.gather(chance % 4))
        .otherwise("value"),
    )
    again = frame.filter(twice | contradicted).select(
        name="spelled", indicator="indicator", value=pl.when(twice).then("value").otherwise("other")
    )
    whole = pl.concat([printed_rows.select("name", "indicator", "value"), again])
    period = f"{month % 12 + 1:02d}/{FIRST_YEAR + month // 12}"
    return whole.select(
        pl.col("name").alias(HEADINGS[0]),
        pl.col("indicator").alias(HEADINGS[1]),
        pl.lit(period).alias(HEADINGS[2]),
        pl.col("value").alias(HEADINGS[3]),
    )


def printed(rng: np.random.Generator, indicator: np.ndarray) -> pl.Series:
    """Values as printed: a third with a percent sign, a tenth thousands with points, the others of four decimals."""
    whole = rng.integers(0, 10_000, indicator.size)
    score = pl.Series([f"{n / 10_000:.4f}".replace(".", ",") for n in range(10_000)])
    percent = pl.Series([f"{n / 10:.1f}{' ' * (n % 2)}%".replace(".", ",") for n in range(1_001)])
    thousands = pl.Series([f"{n * 7:,}".replace(",", ".") for n in range(10_000)])
    frame = pl.DataFrame(
        {"i": indicator, "s": score.gather(whole), "p": percent.gather(whole % 1_001), "t": thousands.gather(whole)}
    )
    return frame.select(
        pl.when(pl.col("i") % 10 == 9).then("t").when(pl.col("i") % 3 == 0).then("p").otherwise("s")
    ).to_series()
