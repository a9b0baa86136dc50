"""Contract rules through Great Expectations: one ephemeral context, one in-process step for all tables.

Great Expectations decides whether a rule holds. This module only asks in a way that cannot be answered by accident: an
empty table passes every expectation there, and a column of nulls passes every range, so both are told apart beforehand.
An expectation costs it 4 to 10 ms whatever the table's size, its import 4 to 8 s; see `memory` for what is not asked.
"""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

from dx_pipeline.quality.expectations import ContractRule, contract_rules
from dx_pipeline.quality.model import FAILING_KEYS_SHOWN, CheckOutcome, broken, nothing_to_check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

    from dx_pipeline.contracts import Contract

#: what Great Expectations found for each rule and column
Answers = dict[tuple[str, str], Any]


def run_contract_rules(frames: Mapping[str, pl.DataFrame], contracts: Mapping[str, Contract]) -> list[CheckOutcome]:
    """One outcome for each rule of each contract, in the order of `contracts`.

    A table without a frame, or an exception inside Great Expectations (its import included), gives status `error`.
    """
    rules = {name: contract_rules(contract) for name, contract in contracts.items()}
    if not any(rules.values()):
        return []
    try:
        validator = _Validator()
    except Exception as error:  # whatever breaks here must not look like a pass
        return [broken(rule.check, rule.expected, error) for table in rules.values() for rule in table]
    found = [_check_table(validator, frames.get(name), of_table) for name, of_table in rules.items()]
    return [outcome for outcomes in found for outcome in outcomes]


def _check_table(validator: _Validator, frame: pl.DataFrame | None, rules: list[ContractRule]) -> list[CheckOutcome]:
    """The outcomes of one table's rules, in their order."""
    if frame is None:
        return [broken(rule.check, rule.expected, f"table {rule.check.table_name} was not built") for rule in rules]
    empty = {rule.check.check_name: _nothing_to_check(frame, rule) for rule in rules}
    asked = [rule for rule in rules if empty[rule.check.check_name] is None]
    try:
        answers = validator.answer(frame, asked)
    except Exception as error:  # a table Great Expectations cannot read at all
        return [empty[rule.check.check_name] or broken(rule.check, rule.expected, error) for rule in rules]
    return [empty[rule.check.check_name] or _outcome(frame, rule, answers) for rule in rules]


def _nothing_to_check(frame: pl.DataFrame, rule: ContractRule) -> CheckOutcome | None:
    if frame.height == 0:
        return nothing_to_check(rule.check, rule.expected, "the table is empty")
    if all(name in frame.columns and not frame[name].count() for name in rule.columns):
        return nothing_to_check(rule.check, rule.expected, "no value in " + ", ".join(rule.columns))
    return None


def _outcome(frame: pl.DataFrame, rule: ContractRule, answers: Answers) -> CheckOutcome:
    found: dict[str, Any] = {name: answers.get((rule.check.check_name, name)) for name in rule.columns}
    reasons = [
        "Great Expectations gave no answer" if answer is None else exception_text(answer.exception_info)
        for answer in found.values()
    ]
    if any(reasons):
        return broken(rule.check, rule.expected, next(filter(None, reasons)))
    checked = sum(frame[name].count() for name in rule.columns)
    failing = {name: answer for name, answer in found.items() if not answer.success}
    if not failing:
        empty = [name for name in rule.columns if not frame[name].count()]
        note = f"; no value at all in {', '.join(empty)}" if empty else ""
        return CheckOutcome(rule.check, "passed", checked, 0, f"{checked} values follow it{note}", rule.expected)
    failed = sum(int(answer.result["unexpected_count"]) for answer in failing.values())
    rows = [row for answer in failing.values() for row in answer.result.get("partial_unexpected_index_list") or []]
    keys = [{name: _as_stored(frame, name, row[name]) for name in rule.key if name in row} for row in rows]
    observed = f"{failed} of {checked} values do not"
    if rows:
        observed += ": " + ", ".join(f"{name} {value}" for name, value in (keys[0] | rows[0]).items())
    unique = [key for place, key in enumerate(keys) if key not in keys[:place]]
    shown = tuple(unique[:FAILING_KEYS_SHOWN])
    return CheckOutcome(rule.check, "failed", checked, failed, observed, rule.expected, shown)


def _as_stored(frame: pl.DataFrame, name: str, value: Any) -> Any:
    """A key value as the table holds it: Great Expectations writes numbers, and what is missing, in words of pandas."""
    if str(value) in ("None", "nan", "NaT", "<NA>"):
        return None
    if str(frame.schema[name]) == "Date":
        return str(value)[:10]
    return int(float(value)) if frame.schema[name].is_integer() else value


def exception_text(info: dict[str, Any] | None) -> str:
    """The message of an exception Great Expectations swallowed, or "" if there was none.

    It comes either flat or as one entry a metric.
    """
    if not info:
        return ""
    entries = [info] if "raised_exception" in info else list(info.values())
    raised = [entry for entry in entries if isinstance(entry, dict) and entry.get("raised_exception")]
    return "; ".join(str(entry.get("exception_message")) for entry in raised)


class _Validator:
    """An ephemeral context of Great Expectations that answers which rules a frame follows."""

    def __init__(self) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = self._context.data_sources.add_pandas("frames").add_dataframe_asset("tables")
        # one definition for all tables, the frame given with each question: registering an asset a table costs 10 ms
        self._definition = asset.add_batch_definition_whole_dataframe("whole")

    def answer(self, frame: pl.DataFrame, rules: list[ContractRule]) -> Answers:
        """What Great Expectations found; only failing expectations are asked again for their rows."""
        if not rules:
            return {}
        # numpy-backed pandas counts NaN as missing, the Arrow-backed one does not
        batch = self._definition.get_batch({"dataframe": frame.to_pandas()})
        expectations = [expectation for rule in rules for expectation in rule.expectations]
        answers = self._validate(batch, expectations, {"result_format": "BOOLEAN_ONLY"})
        failing = [one for one in expectations if (place := _place(one)) in answers and not answers[place].success]
        if failing:
            rows: dict[str, Any] = {"result_format": "SUMMARY", "partial_unexpected_count": FAILING_KEYS_SHOWN}
            key = [name for name in rules[0].key if name in frame.columns]
            rows |= {"unexpected_index_column_names": key} if key else {}
            answers |= self._validate(batch, failing, rows)
        return answers

    def _validate(self, batch: Any, expectations: Iterable[Any], result_format: dict[str, Any]) -> Answers:
        import great_expectations as gx

        suite = gx.ExpectationSuite(name="contract", expectations=list(expectations))
        with warnings.catch_warnings():
            # a pattern with groups is told to be one, on every use
            warnings.filterwarnings("ignore", message="This pattern is interpreted as a regular expression")
            results = batch.validate(suite, result_format=result_format).results
        # results come back grouped by column, so each says itself what it answers
        return {_place(result.expectation_config.to_json_dict()): result for result in results}


def _place(expectation: Mapping[str, Any]) -> tuple[str, str]:
    return expectation["meta"]["check"], expectation["kwargs"]["column"]
