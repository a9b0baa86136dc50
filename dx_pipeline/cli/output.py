"""What commands print: tables that fit the window for a person, plain aligned text in a pipe, JSON for a program.

No control or direction mark of a text ever reaches a terminal; it is shown as its code instead. A command that cannot
be done ends with a `CommandError`.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from dx_pipeline.errors import BAD_INPUT, DxError, nearest
from dx_pipeline.language import numbers

#: shown for a value that is not known
MISSING = "–"
#: a text column is not made narrower than this
NARROWEST = 16
#: C1 controls, zero-width characters, direction marks and isolates, line separators, the byte order mark
MARKS = r"\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON with stable keys.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]


class CommandError(DxError):
    """A command or its arguments cannot be understood or done."""

    exit_code = BAD_INPUT


def unknown(what: str, text: object, known: Iterable[object], listing: str = "") -> CommandError:
    """The error for something that is not one of the known ones, with the nearest, a short list, or where to look."""
    said = nearest(text, known, listing)
    end = "" if not said or said[-1] in ".?" else "."
    return CommandError(f"unknown {what} {str(text)!r}", f"{said[:1].upper()}{said[1:]}{end}")


def safe(text: str) -> str:
    """A text as one line without anything a terminal would act upon."""
    line = " ".join(part for part in re.split(r"[ \t\r\n]+", text) if part)
    return re.sub(rf"[\x00-\x1f{MARKS}]", _code, line)


def say(text: str = "") -> None:
    """Print text, line by line, wrapped to the window where there is one."""
    room = window()
    for line in text.split("\n"):
        plain = safe(line)
        indent = line[: len(line) - len(line.lstrip(" "))]
        if room is None or len(indent + plain) <= room:
            print(indent + plain)
        else:
            print(textwrap.fill(plain, room, initial_indent=indent, subsequent_indent=f"{indent}  "))


def window() -> int | None:
    """Width of the window in letters; None in a pipe, where nothing is folded. COLUMNS wins, as in other tools."""
    if os.environ.get("COLUMNS", "").isdigit():
        return max(int(os.environ["COLUMNS"]), 20)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


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


def json_text(data: Any, indent: int | None = None) -> str:
    """JSON in which unseen characters stand as their codes, so that a terminal shows what a program reads."""
    written = json.dumps(plain_value(data), ensure_ascii=False, indent=indent)
    return re.sub(f"[{MARKS}]", _code, written)


def _code(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def show_json(data: Any) -> None:
    """Print one JSON document."""
    print(json_text(data, 2))


def text_of(value: Any, language: str = "en") -> str:
    """A value as one line for a person."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return numbers.number(value, 4, language) if math.isfinite(value) else MISSING
    return safe(str(value))


def signed(value: float | None, decimals: int = 2, language: str = "en") -> str:
    """A difference with its sign; a true minus, and no sign for nothing."""
    return MISSING if value is None else numbers.signed(value, decimals, language)


def show_table(
    headers: Sequence[str],
    rows: Iterable[Sequence[Any]],
    title: str = "",
    right: Sequence[int] = (),
    language: str = "en",
) -> None:
    """Print a table; `right` are the columns set flush right (numbers), which are never cut."""
    cells = [[text_of(value, language) for value in row] for row in rows]
    if title:
        bold = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        print(f"\x1b[1m{safe(title)}\x1b[0m" if bold else safe(title))
    for line in fitted([[safe(header) for header in headers], *cells], right, window()):
        print(line)


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Lines with columns two spaces apart. Vietnamese is composed (NFC), so a letter is one place wide."""
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    for row in rows:
        yield _line(row, widths, right)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    placed = [
        cell.rjust(width) if number in right else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(placed).rstrip()


def fitted(rows: Sequence[Sequence[str]], right: Sequence[int], room: int | None) -> Iterator[str]:
    """The same within a window: texts are folded, headings too; where not even that helps, a line a value.

    `rows` are headings, then cells; columns in `right` hold numbers and keep their width; `room` is letters a line.
    """
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    gaps = 2 * (len(widths) - 1)
    if room is None or sum(widths) + gaps <= room:
        yield from aligned(rows, right)
        return
    heads, body = rows[0], rows[1:]
    least = [
        max([len(row[number]) for row in body] + [max((len(word) for word in heads[number].split()), default=1)])
        if number in right
        else min(max((len(word) for row in rows for word in row[number].split()), default=1), NARROWEST)
        for number in range(len(widths))
    ]
    if sum(least) + gaps > room:
        yield from _stacked(heads, body, room)
        return
    widths = _shared(widths, least, room - gaps, right)
    for row in rows:
        folded = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for place in range(max(map(len, folded))):
            yield _line([cell[place] if place < len(cell) else "" for cell in folded], widths, right)


def _shared(wanted: Sequence[int], least: Sequence[int], room: int, right: Sequence[int]) -> list[int]:
    """Widths that fill the room: every column its least, the rest to texts in fair shares, then to headings."""
    widths = list(least)
    left = room - sum(widths)
    for headings in (False, True):
        group = [number for number in range(len(wanted)) if (number in right) is headings]
        # who wants least comes first, so that what it leaves is shared by the others
        for place, number in enumerate(sorted(group, key=lambda one: wanted[one] - least[one])):
            more = max(min(wanted[number] - widths[number], left // (len(group) - place)), 0)
            widths[number] += more
            left -= more
    return widths


def _stacked(heads: Sequence[str], body: Sequence[Sequence[str]], room: int) -> Iterator[str]:
    """A block a row, a line a value: `heading: value`."""
    for number, row in enumerate(body):
        if number:
            yield ""
        for head, cell in zip(heads, row, strict=True):
            yield from textwrap.wrap(f"{head}: {cell}", room, subsequent_indent="  ")


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner on stderr while something long goes on; nothing when nobody looks at a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def refuse_existing(targets: Sequence[Path], force: bool) -> None:
    """Nothing that is there is replaced unasked, and a link is not followed.

    Raises:
        CommandError: one is there and `force` was not given.
    """
    there = [path for path in targets if path.exists() or path.is_symlink()]
    if there and not force:
        if len(there) == 1:
            raise CommandError(f"{there[0]} exists already", "Add --force to replace it.")
        raise CommandError(f"{there[0]} and {len(there) - 1} more exist already", "Add --force to replace them.")


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place at the end, so that a failure leaves no half file."""
    if not path.parent.is_dir():
        raise CommandError(f"there is no folder {path.parent}", "Create it first.")
    temporary = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
