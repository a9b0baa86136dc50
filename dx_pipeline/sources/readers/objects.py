"""JSON: a list of objects or lists, or an object by name, at the top or a dotted path; fields get dotted names.

JSON-stat 1 and 2, as statistics offices answer: a cube becomes one row a figure, a column a dimension.
"""

from __future__ import annotations

import itertools
import json
import math
from typing import Any, NoReturn

import polars as pl

from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import MARKS, Sheet, frame_of
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.readers.encodings import decoded
from dx_pipeline.sources.resolved import FileSpec
from dx_pipeline.sources.texts import shown

#: nested objects of one row that become columns
FIELD_DEPTH = 8
FIELDS = 2_000
#: what an object by name becomes, `{"Hà Nội": 0.8}`, and the columns of a cube
NAME, VALUE, STATUS = "name", "value", "status"


class Number(str):
    """A number of a JSON file with its printed digits."""

    __slots__ = ()


class _List(str):
    """What is shown of a list inside a row; it is no cell."""

    __slots__ = ()


class _Refused(Exception):
    """Raised inside the parser; says what it met."""


def read_objects(file: FileSpec, data: bytes) -> list[Sheet]:
    """JSON: the one table, a row an entry, the first being 1. JSON-stat: a sheet a dataset ("1" if there is one).

    Raises:
        SourceError: it is not of its form, holds what no table holds, has values that do not fill the cube, or
            contradicts what source.toml says of it.
    """
    where = file.where
    document = parse(where, data)
    datasets = datasets_of(document)
    if file.form == "jsonstat":
        if not datasets:
            refuse(where, "a JSON-stat dataset (dimension, id, size, value)", "none", 'for other JSON `form = "json"`')
        return [_cube(where, "1" if len(datasets) == 1 else name, dataset) for name, dataset in datasets.items()]
    for key, field_name in file.stated.items():
        expected, found = str(getattr(file, key)), at_path(document, field_name)
        if str(found) != expected:
            shown_value = "none" if found is None else str(found)
            refuse(f"{where}, field {field_name!r}", f"{expected} as source.toml says", shown_value)
    if datasets:
        refuse(where, "a list of rows", "a JSON-stat dataset", 'declare `form = "jsonstat"`')
    entries = at_path(document, file.rows) if file.rows else document
    return [_sheet(where, file.rows, entries)]


def datasets_of(document: Any) -> dict[str, dict[str, Any]]:
    """The datasets of a JSON-stat document by name: one at the top, under `dataset`, or several beside each other."""
    if not isinstance(document, dict):
        return {}
    if "dimension" in document and VALUE in document:
        return {"1": document}
    return {
        str(name): one
        for name, one in document.items()
        if isinstance(one, dict) and isinstance(one.get("dimension"), dict) and VALUE in one
    }


def find_rows(where: str, data: bytes) -> str | None:
    """The dotted path to the longest list of rows; empty if it is the document itself, None for JSON-stat."""
    document = parse(where, data)
    if datasets_of(document):
        return None
    found: list[tuple[str, Any]] = [("", document)]
    for path, here in found:
        if isinstance(here, dict) and path.count(".") < FIELD_DEPTH:
            found += [(f"{path}.{name}" if path else name, value) for name, value in here.items()]
    return max(found, key=lambda one: _rows_in(one[1]))[0]


def _rows_in(value: Any) -> int:
    rows = isinstance(value, list) and all(isinstance(one, dict | list) for one in value)
    return len(value) if rows else 0


def parse(where: str, data: bytes) -> Any:
    """A JSON document, numbers as `Number`.

    Raises:
        SourceError: NaN, a number beyond all bounds, a doubled key, nesting without end, too many values.
    """
    text = decoded(where, "utf-8", data)
    budgets.check_cells(where, text.count(",") + text.count("[") + text.count("{"), 2 * budgets.OBJECTS, "values")
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and all(line[0] == "{" and line.rstrip()[-1] == "}" for line in lines):
        text = "[" + ",\n".join(lines) + "]"  # an object a line (JSON Lines)
    try:
        return json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        refuse(f"{where}, line {error.lineno}, column {error.colno}", "JSON", error.msg, "is the file whole?")
    except _Refused as error:
        refuse(where, *error.args)
    except RecursionError:
        refuse(where, "objects nested a few times", "brackets nested without end", "it is no table")


def _number(text: str) -> Number:
    if math.isinf(float(text)):
        raise _Refused("numbers a computer can hold", shown(text, 20), "mend it with the publisher")
    return Number(text)


def _constant(text: str) -> NoReturn:
    raise _Refused("numbers", text, "a missing figure is null in JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise _Refused("each field once in an object", f"{shown(doubled)} twice", "only one of the two can be right")
    return found


def at_path(document: Any, path: str) -> Any:
    """What stands at a dotted path (`data.items`, `0.rows`); None where there is nothing."""
    for part in path.split("."):
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def _sheet(where: str, path: str, entries: Any) -> Sheet:
    at = f"{where}, `{path}`" if path else where
    if isinstance(entries, dict) and entries:
        entries = _by_name(entries)
    if isinstance(entries, list) and entries and all(isinstance(entry, list) for entry in entries):
        return _of_lists(at, entries)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        found = "nothing" if entries is None else f"a {type(entries).__name__}"
        refuse(at, "a list of objects", found, 'say where it stands: `rows = "path.to.list"`')
    flat = [_flat(f"{at}, entry {number}", entry) for number, entry in enumerate(entries, start=1)]
    header = list(dict.fromkeys(name for entry in flat for name in entry))
    budgets.check_cells(at, len(header), FIELDS, "fields")
    budgets.check_cells(at, len(header) * len(flat), budgets.OBJECTS)
    columns = [[entry.get(name) for entry in flat] for name in header] or [[None] * len(flat)]
    return _typed_sheet("1", columns, tuple(header))


def _by_name(entries: dict[str, Any]) -> list[dict[str, Any]]:
    """`{"Hà Nội": {...}}`, `{"Hà Nội": 0.8}` or `{"province": [...], "score": [...]}` as a list of objects."""
    values = list(entries.values())
    if all(isinstance(value, list) for value in values) and len({len(value) for value in values}) == 1:
        return [dict(zip(entries, row, strict=True)) for row in zip(*values, strict=True)]
    if all(isinstance(value, dict) for value in values):
        return [{NAME: name, **value} for name, value in entries.items()]
    if not any(isinstance(value, dict | list) for value in values):
        return [{NAME: name, VALUE: value} for name, value in entries.items()]
    return entries  # type: ignore[return-value]


def _flat(at: str, entry: dict[str, Any], before: str = "", depth: int = 1) -> dict[str, Any]:
    """Nested objects with dotted names; a list inside a row is told by its length, as it is no cell."""
    if depth > FIELD_DEPTH:
        refuse(at, f"fields nested at most {FIELD_DEPTH} times", "more", "point `rows` deeper")
    found: dict[str, Any] = {}
    for name, value in entry.items():
        if isinstance(value, dict):
            found |= _flat(at, value, f"{before}{name}.", depth + 1)
        else:
            found[f"{before}{name}"] = _List(f"(list of {len(value)})") if isinstance(value, list) else value
    return found


def _of_lists(at: str, entries: list[list[Any]]) -> Sheet:
    width = max(map(len, entries))
    budgets.check_cells(at, width * len(entries), budgets.OBJECTS)
    for number, row in enumerate(entries, start=1):
        if any(isinstance(value, dict | list) for value in row):
            refuse(f"{at}, entry {number}", "numbers and texts", "a list or object inside", "point `rows` deeper")
    columns = [[row[place] if place < len(row) else None for row in entries] for place in range(max(width, 1))]
    return _typed_sheet("1", columns, None)


def _typed_sheet(name: str, columns: list[list[Any]], header: tuple[str, ...] | None) -> Sheet:
    texts: list[pl.Series] = []
    numbers: dict[int, pl.Series] = {}
    marks: list[tuple[int, int, str, str]] = []
    for place, column in enumerate(columns):
        for row, value in enumerate(column):
            if isinstance(value, bool):
                marks.append((row, place, "boolean", str(value).lower()))
            elif isinstance(value, _List):
                marks.append((row, place, "list", str(value)))
        texts.append(pl.Series([_text(value) for value in column], dtype=pl.String))
        if any(isinstance(value, Number) for value in column):
            found = [float(value) if isinstance(value, Number) else None for value in column]
            numbers[place] = pl.Series(found, dtype=pl.Float64)
    return Sheet(name, frame_of(texts), numbers, pl.DataFrame(marks, schema=MARKS, orient="row"), header=header)


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _cube(where: str, name: str, dataset: dict[str, Any]) -> Sheet:
    """A row a figure: the labels of the dimensions, `value`, and `status` where given."""
    about = dataset["dimension"] if isinstance(dataset["dimension"], dict) else {}
    ids, sizes = (dataset.get(key) or about.get(key) or () for key in ("id", "size"))
    listed = isinstance(ids, list) and isinstance(sizes, list) and len(ids) == len(sizes)
    if not listed or not all(isinstance(one, str) for one in ids):
        refuse(where, "`id` and `size` of each dimension", f"{ids!r} and {sizes!r}"[:80], "is the file whole?")
    counts = [int(size) if isinstance(size, Number) and size.isdecimal() else 0 for size in sizes]
    cells = 1
    for count in counts:
        cells *= count
        budgets.check_cells(where, cells, budgets.OBJECTS)
    labels = [_labels(where, one, about.get(one), count) for one, count in zip(ids, counts, strict=True)]
    columns = [list(one) for one in zip(*itertools.product(*labels), strict=True)] if cells else [[] for _ in ids]
    header = [*(str(about[one].get("label") or one) for one in ids), VALUE]
    columns.append(_filled(where, dataset.get(VALUE), cells))
    if states := dataset.get(STATUS):
        columns.append([states] * cells if isinstance(states, str) else _filled(where, states, cells))
        header.append(STATUS)
    return _typed_sheet(name, columns, tuple(header))


def _labels(where: str, name: str, dimension: Any, count: int) -> list[str]:
    """Labels of a dimension's categories in the order of its index."""
    category = dimension.get("category") if isinstance(dimension, dict) else None
    if not isinstance(category, dict):
        refuse(f"{where}, dimension {name!r}", "its categories", "none", "is the file whole?")
    labels = category.get("label") or {}
    index = category.get("index")
    if isinstance(index, dict):
        keys = sorted(index, key=lambda key: int(index[key]))
    else:
        keys = [str(key) for key in index] if isinstance(index, list) else list(labels)
    if len(keys) != count:
        refuse(f"{where}, dimension {name!r}", f"{count} categories", f"{len(keys)}", "is the file whole?")
    return [str(labels.get(key, key)) for key in keys]


def _filled(where: str, values: Any, cells: int) -> list[Any]:
    """The values of all cells; a sparse cube names only some."""
    if isinstance(values, dict):
        places = {int(place): value for place, value in values.items() if str(place).isdecimal()}
        if len(places) < len(values) or max(places, default=0) >= max(cells, 1):
            refuse(where, f"values of cells 0 to {cells - 1}", "others", "is the file whole?")
        return [places.get(place) for place in range(cells)]
    if not isinstance(values, list) or len(values) != cells:
        found = f"{len(values):,}" if isinstance(values, list) else type(values).__name__
        refuse(where, f"{cells:,} values, as the dimensions say", found, "is the file whole?")
    return values
