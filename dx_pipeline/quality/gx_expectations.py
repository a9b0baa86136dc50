"""The expectation that carries a contract's rules; importing this module imports Great Expectations (3 to 8 s).

Great Expectations' own column expectations look at one column each and skip rows they consider empty. This one looks at
all columns a rule concerns in a single pass, on pandas, and decides row by row.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import MulticolumnMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)

METRIC = "multicolumn_values.follow_contract"


def column_follows(column: pd.Series, kind: str, parameter: Any) -> pd.Series:
    """Which values of one column follow a rule: boolean, same index; a missing value breaks only `required`.

    Raises:
        ValueError: the kind of rule is unknown.
    """
    if kind == "required":
        return column.notna()
    if kind == "allowed_values":
        follows = column.isin(parameter)
    elif kind == "ranges":
        low, high = parameter
        follows = pd.Series(True, index=column.index)
        if low is not None:
            follows &= column >= low
        if high is not None:
            follows &= column <= high
    elif kind == "patterns":
        # Python's own expressions, once per distinct text: the engines pandas may pick disagree on details
        expression = re.compile(parameter)
        matching = {text for text in column.dropna().unique() if expression.search(str(text))}
        follows = column.isin(matching)
    else:
        raise ValueError(f"unknown kind of contract rule: {kind!r}")
    return column.isna() | follows.astype(bool)


class ColumnsFollowContract(MulticolumnMapMetricProvider):
    """Row-wise condition: every column of the rule follows it."""

    condition_metric_name = METRIC
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ("kind", "columns", "parameters")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, kind: str, columns: Any, parameters: Any, **_: Any) -> pd.Series:
        follows = pd.Series(True, index=column_list.index)
        for name in columns:
            follows &= column_follows(column_list[name], kind, parameters.get(name))
        return follows


class ExpectColumnsToFollowContract(MulticolumnMapExpectation):
    """Expect all columns of a contract rule to follow it in every row.

    `column_list` holds the columns of the rule and those of the key, so that a failing row can be named and read.
    """

    kind: str
    columns: list[str]
    parameters: dict[str, Any]

    map_metric: ClassVar[str] = METRIC
    success_keys: ClassVar[tuple[str, ...]] = ("column_list", "kind", "columns", "parameters", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column_list", "kind", "columns", "parameters")
