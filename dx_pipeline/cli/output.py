"""What commands print: coloured tables for a person at a terminal, plain aligned text in a pipe, JSON for a program."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

#: shown for a value that is not known
MISSING = "–"

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON with stable keys.")]


def plain_value(value: Any) -> Any:
    """A value as JSON has it: dates as ISO text, no NaN, containers all the way down."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(inner) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def show_json(data: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(plain_value(data), ensure_ascii=False, indent=2))


def text_of(value: Any, decimals: int = 4) -> str:
    """A value as one line for a person."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.{decimals}f}" if math.isfinite(value) else MISSING
    return " ".join(str(value).split())


def signed(value: float | None, decimals: int = 2) -> str:
    """A difference with its sign; a true minus, and no sign for nothing."""
    from dx_pipeline.language import numbers

    return MISSING if value is None else numbers.signed(value, decimals, "en")


def show_table(
    headers: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "", right: Sequence[int] = ()
) -> None:
    """Print a table; `right` are the columns set flush right (numbers)."""
    cells = [[text_of(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        if title:
            print(title)
        for line in aligned([list(headers), *cells], right):
            print(line)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for number, header in enumerate(headers):
        table.add_column(Text(header), justify="right" if number in right else "left")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Lines with columns two spaces apart. Vietnamese is composed (NFC), so a letter is one place wide."""
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    for row in rows:
        placed = [
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(placed).rstrip()


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner on stderr while something long goes on; nothing when nobody looks at a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place at the end, so that a failure leaves no half file."""
    from dx_pipeline.cli.errors import CommandError

    if not path.parent.is_dir():
        raise CommandError(f"there is no folder {path.parent}", hint="Create it first.")
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
