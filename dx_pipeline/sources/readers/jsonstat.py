"""JSON-stat 1 and 2, as statistics offices answer: a cube becomes one row a figure, a column a dimension."""

from __future__ import annotations

import itertools
from typing import Any

import polars as pl

from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import Sheet, frame_of
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.readers.encodings import decoded
from dx_pipeline.sources.readers.objects import Number, datasets_of, parse
from dx_pipeline.sources.resolved import FileSpec

VALUE, STATUS = "value", "status"


def read_jsonstat(file: FileSpec, data: bytes) -> list[Sheet]:
    """Each dataset as a sheet ("1" if there is one): the labels of the dimensions, `value`, and `status` where given.

    Raises:
        SourceError: it is no JSON-stat, or its values do not fill the cube.
    """
    where = file.where
    document = parse(where, decoded(where, "utf-8", data))
    datasets = datasets_of(document)
    if not datasets:
        refuse(where, "a JSON-stat dataset (dimension, id, size, value)", "none", 'for other JSON `form = "json"`')
    single = len(datasets) == 1
    return [_sheet(where, "1" if single else name, dataset) for name, dataset in datasets.items()]


def _sheet(where: str, name: str, dataset: dict[str, Any]) -> Sheet:
    dimension = dataset["dimension"]
    ids = dataset.get("id") or (dimension.get("id") if isinstance(dimension, dict) else None)
    sizes = dataset.get("size") or (dimension.get("size") if isinstance(dimension, dict) else None)
    if not isinstance(ids, list) or not isinstance(sizes, list) or len(ids) != len(sizes):
        refuse(where, "`id` and `size` of each dimension", f"{ids!r} and {sizes!r}"[:80], "is the file whole?")
    counts = [int(size) if isinstance(size, Number) and size.isdecimal() else 0 for size in sizes]
    cells = 1
    for count in counts:
        cells *= count
        budgets.check_cells(where, cells, budgets.OBJECTS)
    labels = [_labels(where, one, dimension.get(one), count) for one, count in zip(ids, counts, strict=True)]
    values = _filled(where, dataset.get(VALUE), cells)
    columns = list(zip(*itertools.product(*labels), strict=True)) if cells else [()] * len(ids)
    header = [str((dimension[one] or {}).get("label") or one) for one in ids]
    texts = [pl.Series(list(column), dtype=pl.String) for column in columns]
    texts.append(pl.Series([None if value is None else str(value) for value in values], dtype=pl.String))
    found = [float(value) if isinstance(value, Number) else None for value in values]
    if dataset.get(STATUS):
        states = (
            _filled(where, dataset[STATUS], cells)
            if not isinstance(dataset[STATUS], str)
            else [dataset[STATUS]] * cells
        )
        texts.append(pl.Series([None if state is None else str(state) for state in states], dtype=pl.String))
    header = [*header, VALUE, *([STATUS] if dataset.get(STATUS) else [])]
    return Sheet(name, frame_of(texts), {len(ids): pl.Series(found, dtype=pl.Float64)}, header=tuple(header))


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
