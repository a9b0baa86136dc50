"""What a contract says of its own table, in the words of Great Expectations: its suite, as plain data.

The whole suite lies in the release as JSON (`quality/suites/<table>.json`), loadable by anybody's Great Expectations. A
build asks the part that can fail: columns, key and required values are enforced when a table is written (DDL), so
asking for them again would count checks that cannot fail.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dx_pipeline.quality.model import Check, Dimension

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dx_pipeline.contracts import Column, Contract

#: where the suites lie in a release
SUITES = "quality/suites"

#: kind of rule -> dimension, what it protects in Vietnamese and English; one check a kind and table
KINDS: dict[str, tuple[Dimension, str, str]] = {
    "allowed_values": (
        "validity",
        "Mã và trạng thái chỉ nhận các giá trị đã công bố trong từ điển",
        "Codes and statuses take only the values the dictionary lists",
    ),
    "ranges": (
        "validity",
        "Không có con số vô lý, ví dụ điểm 1,2 trên thang 0-1",
        "No impossible number, such as a score of 1.2 on a scale of 0 to 1",
    ),
    "patterns": (
        "validity",
        "Mã định danh, ngày và địa chỉ được viết đúng dạng",
        "Identifiers, dates and addresses are written in their form",
    ),
}

#: an expectation as Great Expectations writes it: `type`, `kwargs`, `meta`
Expectation = dict[str, Any]


@dataclass(frozen=True)
class ContractRule:
    """One kind of rule over all columns of a table it concerns: one check, an expectation a column."""

    check: Check
    key: tuple[str, ...]
    expectations: tuple[Expectation, ...]
    expected: str

    @property
    def columns(self) -> list[str]:
        """The columns it concerns."""
        return [expectation["kwargs"]["column"] for expectation in self.expectations]


def contract_rules(contract: Contract) -> list[ContractRule]:
    """The rules of one table a build asks about, in the order of `KINDS`."""
    asked: dict[str, list[Expectation]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    for column in contract.columns:
        for kind, expectation, text in _value_rules(column):
            asked[kind].append(expectation)
            texts[kind].append(text)
    return [
        ContractRule(
            Check(contract.name, kind, dimension, "blocking", protects_vi, protects_en, "gx"),
            contract.key,
            tuple(asked[kind]),
            "; ".join(texts[kind]),
        )
        for kind, (dimension, protects_vi, protects_en) in KINDS.items()
        if asked[kind]
    ]


def _value_rules(column: Column) -> list[tuple[str, Expectation, str]]:
    """Kind, expectation and words for each rule about the values of one column; missing values break none."""
    rules = []
    if column.allowed or column.indicators:
        kwargs = {"column": column.name, "value_set": list(column.allowed)}
        text = f"{column.name} in {', '.join(map(str, column.allowed))}"
        rules.append(("allowed_values", _expectation("column_values_to_be_in_set", "allowed_values", **kwargs), text))
    if column.min is not None or column.max is not None:
        limits = {"min_value": column.min, "max_value": column.max}
        expectation = _expectation("column_values_to_be_between", "ranges", column=column.name, **limits)
        rules.append(("ranges", expectation, _range_text(column.name, column.min, column.max)))
    if column.pattern:
        expectation = _expectation("column_values_to_match_regex", "patterns", column=column.name, regex=column.pattern)
        rules.append(("patterns", expectation, f"{column.name} like {column.pattern}"))
    return rules


def suite(contract: Contract) -> dict[str, Any]:
    """The whole suite of a table in the JSON form of Great Expectations."""
    key = list(contract.key)
    expectations = [_expectation("table_columns_to_match_ordered_list", "columns", column_list=contract.column_names)]
    if len(key) == 1:
        expectations.append(_expectation("column_values_to_be_unique", "key", column=key[0]))
    else:
        # "never": by default rows with an empty key column would not be compared
        kwargs = {"column_list": key, "ignore_row_if": "never"}
        expectations.append(_expectation("compound_columns_to_be_unique", "key", **kwargs))
    expectations += [
        _expectation("column_values_to_not_be_null", "required", column=column.name)
        for column in contract.columns
        if not column.nullable
    ]
    expectations += [expectation for rule in contract_rules(contract) for expectation in rule.expectations]
    meta = {"title_vi": contract.title_vi, "title_en": contract.title_en}
    return {"name": contract.name, "expectations": expectations, "meta": meta}


def write_suites(folder: Path, contracts: Mapping[str, Contract]) -> None:
    """The suite of each table as a file below the folder of a release."""
    target = folder / SUITES
    target.mkdir(parents=True)
    for name, contract in contracts.items():
        text = json.dumps(suite(contract), ensure_ascii=False, indent=1)
        (target / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _expectation(kind: str, check: str, **kwargs: Any) -> Expectation:
    return {"type": f"expect_{kind}", "kwargs": kwargs, "meta": {"check": check}}


def _range_text(name: str, low: float | None, high: float | None) -> str:
    if low is None:
        return f"{name} <= {high:g}"
    if high is None:
        return f"{name} >= {low:g}"
    return f"{low:g} <= {name} <= {high:g}"
