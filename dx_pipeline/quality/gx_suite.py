"""Contract rules through Great Expectations: one ephemeral context, one in-process step for all tables.

Great Expectations decides whether a rule holds. This module only asks in a way that cannot be answered by accident: an
empty table passes every expectation there, and a column of nulls passes every range, so both are told apart beforehand.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dx_pipeline.quality.contract_rules import ContractRule, contract_rules
from dx_pipeline.quality.model import FAILING_KEYS_SHOWN, CheckOutcome, broken, nothing_to_check

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dx_pipeline.contracts import Contract

#: rules that say something only about values that are there
VALUE_KINDS = ("allowed_values", "ranges", "patterns")


def run_contract_rules(frames: Mapping[str, pl.DataFrame], contracts: Mapping[str, Contract]) -> list[CheckOutcome]:
    """One outcome for each rule of each contract, in the order of `contracts`.

    A table without a frame, or an exception inside Great Expectations (its import included), gives status `error`.
    """
    rules = {name: contract_rules(contract) for name, contract in contracts.items()}
    try:
        validator = _Validator()
    except Exception as error:  # whatever breaks here must not look like a pass
        return [broken(rule.check, rule.expected, error) for table in rules.values() for rule in table]
    outcomes: list[CheckOutcome] = []
    for name, table_rules in rules.items():
        outcomes += check_table(validator, frames.get(name), table_rules)
    return outcomes


def check_table(validator: _Validator, frame: pl.DataFrame | None, rules: list[ContractRule]) -> list[CheckOutcome]:
    """The outcomes of one table's rules, in their order."""
    if frame is None:
        return [broken(rule.check, rule.expected, f"table {rule.check.table_name} was not built") for rule in rules]
    outcomes = {rule.kind: _nothing_to_check(frame, rule) for rule in rules}
    asked = [rule for rule in rules if outcomes[rule.kind] is None]
    try:
        answers = validator.answer(frame, asked)
    except Exception as error:  # a table Great Expectations cannot read at all
        return [outcomes[rule.kind] or broken(rule.check, rule.expected, error) for rule in rules]
    for rule in asked:
        outcomes[rule.kind] = _outcome(frame, rule, answers.get(rule.kind))
    return [outcome for outcome in outcomes.values() if outcome is not None]


def _nothing_to_check(frame: pl.DataFrame, rule: ContractRule) -> CheckOutcome | None:
    if rule.kind == "schema":
        return None
    if frame.height == 0:
        return nothing_to_check(rule.check, rule.expected, "the table is empty")
    present = [name for name in rule.columns if name in frame.columns]
    if rule.kind in VALUE_KINDS and len(present) == len(rule.columns) and not _rows_with_value(frame, present):
        return nothing_to_check(rule.check, rule.expected, "no value in " + ", ".join(present))
    return None


def _rows_with_value(frame: pl.DataFrame, columns: list[str]) -> int:
    import polars as pl

    return frame.select((~pl.all_horizontal(pl.col(columns).is_null())).sum()).item()


def _outcome(frame: pl.DataFrame, rule: ContractRule, answer: Any) -> CheckOutcome:
    if answer is None:
        return broken(rule.check, rule.expected, "Great Expectations gave no answer")
    reason = exception_text(answer.exception_info)
    if reason:
        return broken(rule.check, rule.expected, reason)
    if rule.kind == "schema":
        return _schema_outcome(frame, rule, bool(answer.success))
    checked = _rows_with_value(frame, list(rule.columns)) if rule.kind in VALUE_KINDS else frame.height
    if answer.success:
        empty = [name for name in rule.columns if frame[name].null_count() == frame.height]
        note = f"; no value at all in {', '.join(empty)}" if empty else ""
        return CheckOutcome(rule.check, "passed", checked, 0, f"{checked} rows follow it{note}", rule.expected)
    failed = int(answer.result["unexpected_count"])
    rows = answer.result.get("partial_unexpected_index_list") or []
    keys = tuple({name: _as_stored(frame, name, row[name]) for name in rule.key if name in row} for row in rows)
    observed = f"{failed} of {checked} rows do not"
    if rows:
        observed += ": " + _row_text(rule, rows[0])
    return CheckOutcome(rule.check, "failed", checked, failed, observed, rule.expected, keys)


def _schema_outcome(frame: pl.DataFrame, rule: ContractRule, holds: bool) -> CheckOutcome:
    found, wanted = frame.columns, list(rule.columns)
    if holds:
        return CheckOutcome(rule.check, "passed", len(wanted), 0, f"{len(wanted)} columns as described", rule.expected)
    differing = [name for name in wanted if name not in found] + [name for name in found if name not in wanted]
    differing = differing or [name for name, place in zip(wanted, found, strict=True) if name != place]
    observed = "columns " + ", ".join(found)
    keys = tuple({"column": name} for name in differing)[:FAILING_KEYS_SHOWN]
    return CheckOutcome(rule.check, "failed", len(wanted), len(differing), observed, rule.expected, keys)


def _row_text(rule: ContractRule, row: dict[str, Any]) -> str:
    """The first failing row in words: its key, and for value rules the values of the ruled columns."""
    named = list(rule.key)
    if rule.kind in VALUE_KINDS:
        named += [name for name in rule.columns if name not in named]
    if rule.kind == "required":
        named += [name for name in rule.columns if name in row and _is_missing(row[name]) and name not in named]
    return ", ".join(f"{name} {row[name]}" for name in named if name in row)


def _is_missing(value: Any) -> bool:
    """Great Expectations writes the missing values of a row in the words of pandas."""
    return str(value) in ("None", "nan", "NaT", "<NA>")


def _as_stored(frame: pl.DataFrame, name: str, value: Any) -> Any:
    """A key value as the table holds it: Great Expectations names numbers in text."""
    if _is_missing(value):
        return None
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

    def answer(self, frame: pl.DataFrame, rules: list[ContractRule]) -> dict[str, Any]:
        """Kind of rule -> Great Expectations' result; only failing rules are asked again for their rows."""
        if not rules:
            return {}
        # numpy-backed pandas counts NaN as missing, the Arrow-backed one does not
        batch = self._definition.get_batch({"dataframe": frame.to_pandas()})
        answers = self._validate(batch, rules, frame.columns, {"result_format": "BOOLEAN_ONLY"})
        failing = [rule for rule in rules if rule.kind in answers and not answers[rule.kind].success]
        if failing:
            rows: dict[str, Any] = {"result_format": "SUMMARY", "partial_unexpected_count": FAILING_KEYS_SHOWN}
            key = [name for name in rules[0].key if name in frame.columns]
            rows |= {"unexpected_index_column_names": key} if key else {}
            answers |= self._validate(batch, failing, frame.columns, rows)
        return answers

    def _validate(
        self, batch: Any, rules: list[ContractRule], columns: list[str], result_format: dict[str, Any]
    ) -> dict[str, Any]:
        import great_expectations as gx

        suite = gx.ExpectationSuite(name="contract", expectations=[_expectation(rule, columns) for rule in rules])
        # results come back grouped by column: the kind in `meta` says which rule one belongs to
        results = batch.validate(suite, result_format=result_format).results
        return {result.expectation_config.meta["kind"]: result for result in results}


def _expectation(rule: ContractRule, frame_columns: list[str]) -> Any:
    import great_expectations.expectations as gxe

    from dx_pipeline.quality.gx_expectations import ExpectColumnsToFollowContract

    meta = {"kind": rule.kind}
    if rule.kind == "schema":
        return gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(rule.columns), meta=meta)
    if rule.kind == "key" and len(rule.columns) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=rule.columns[0], meta=meta)
    if rule.kind == "key":
        # "never": by default rows with an empty key column would not be compared
        return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(rule.columns), ignore_row_if="never", meta=meta)
    named = list(dict.fromkeys((*rule.key, *rule.columns)))
    # fewer than two columns are refused: a key of one column that is also the only ruled one takes a neighbour along
    neighbour = [name for name in frame_columns if name not in named][:1] if len(named) == 1 else []
    return ExpectColumnsToFollowContract(
        column_list=named + neighbour,
        columns=list(rule.columns),
        kind=rule.kind,
        parameters=rule.parameters,
        ignore_row_if="never",
        meta=meta,
    )
