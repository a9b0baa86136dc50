"""Rows of a table that are no figures of a province: what is left out, why, and what a message offers to leave out."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from dx_pipeline.errors import Problem
from dx_pipeline.sources.errors import quoted
from dx_pipeline.sources.resolved import TableSpec
from dx_pipeline.sources.texts import slug
from dx_pipeline.text import plain

FOOTER = "footer row, not a province"
#: what picks the rows that are read; the others are declared as not meant, and are no figures
ONLY = "only"
#: rows that are not below the heading; held against the names of provinces only
HEADING = "heading"
REGION = "region or total row, not a province"
#: lines below or above a table that are no row of it
NOTE_LINE = re.compile(
    r"^(?:nguồn|source|ghi chú|chú thích|note|notes|\(?\*+\)?|\[?\d\]|đơn vị|unit|trích|theo|min|max|median|mean|std|"
    r"điểm (?:cao|thấp) nhất|trung vị|trung bình|lớn nhất|nhỏ nhất|bình quân|số tỉnh|highest|lowest|average)(?:\W|$)",
    re.IGNORECASE,
)


@functools.cache
def _regions() -> re.Pattern[str]:
    """One pattern over words without marks: names of regions and totals in both languages, one after another."""
    words = tomllib.loads(Path(__file__).with_name("region_rows.toml").read_text(encoding="utf-8"))
    names = sorted({slug(name) for group in words.values() for name in group}, key=len, reverse=True)
    return re.compile(rf"(?:[ivx]+ |[0-9]+ |[a-h] )?(?:(?:{'|'.join(names)})(?: |$))+")


def is_region(text: str | None) -> bool:
    """Whether a text is a region or a total, in Vietnamese, English or both (`TÂY NGUYÊN / HIGH LAND`)."""
    words = slug(text)
    return bool(words) and bool(_regions().fullmatch(words))


def is_note(text: str | None) -> bool:
    """Whether a text reads like a line about the table: source, unit, footnote, minimum."""
    printed = plain(text)
    return bool(NOTE_LINE.match(printed)) or len(printed) > 60


def remedy(texts: Iterable[str]) -> str:
    """The line of source.toml that leaves these rows out, ready to be pasted."""
    several = list(dict.fromkeys(texts))
    regions = [text for text in several if is_region(text)]
    if regions and len(regions) == len(several):
        return f"regions and totals: `leave_out_regions = true`, or `footers = {quoted(regions)}`"
    rest = [text for text in several if not is_region(text)]
    line = f"if they are no provinces: `footers = {quoted(rest)}`"
    return f"`leave_out_regions = true` for {quoted(regions)}; {line}" if regions else line


def by_number(rows: list[int]) -> str:
    """The words that leave rows out which are no figures although they read like them."""
    return f'`leave_out = [{{ rows = {rows}, reason = "…" }}]`'


def reasons(
    where: str, table: TableSpec, labels: pl.Series, row_numbers: pl.Series
) -> tuple[pl.DataFrame, list[Problem]]:
    """Why each row is left out.

    Args:
        where: the table as messages name it.
        table: its declaration.
        labels: the text that names each row; null where there is none.
        row_numbers: the numbers a person gives the rows.

    Returns:
        Columns `reason` (null: the row is read) and `by` (`text`, `region`, `rows`), a row a row; and the declared rows
        or texts that leave nothing out.
    """
    said: dict[str, tuple[str, str]] = {plain(text).casefold(): ("text", FOOTER) for text in table.footers}
    for entry in table.leave_out:
        said |= {plain(text).casefold(): ("text", f"left out: {entry.reason}") for text in entry.texts}
    known: dict[str, tuple[str, str]] = {}
    for text in labels.drop_nulls().unique() if said or table.leave_out_regions else ():
        folded = plain(text).casefold()
        if folded in said:
            known[text] = said[folded]
        elif table.leave_out_regions and is_region(text):
            known[text] = ("region", REGION)
    frame = pl.DataFrame(
        labels.replace_strict({text: told[place] for text, told in known.items()}, default=None)
        .cast(pl.String)
        .alias(name)
        for place, name in enumerate(("by", "reason"))
    )
    problems = []
    for entry in table.leave_out:
        for printed in map(str, entry.rows):
            first, last = int(printed.partition("-")[0]), int(printed.rpartition("-")[2])
            here = row_numbers.is_between(first, last)
            if not here.any():
                expected = "rows that hold something"
                problems.append(Problem(f"{where}, leave_out", expected, f"no row {printed}", "count again"))
            told = pl.when(here).then(pl.lit(f"left out: {entry.reason}")).otherwise("reason")
            frame = frame.with_columns(reason=told, by=pl.when(here).then(pl.lit("rows")).otherwise("by"))
    return frame, problems
