"""A contract with a mistake is refused with its place; a table that breaks its contract is refused with its rows."""

from __future__ import annotations

import polars as pl
import pytest

from dx_pipeline.contracts import ContractError, load_contract, parse_contract
from dx_pipeline.declarations import DeclarationError
from dx_pipeline.errors import nearest

TEXTS = {f"{part}_{language}": "text" for part in ("title", "description", "limitations") for language in ("vi", "en")}
GOOD = {
    **TEXTS,
    "group": "Trust",
    "key": ["code"],
    "columns": {
        "code": {"type": "text", "meaning_vi": "mã", "meaning_en": "code", "pattern": "^[a-z]+$"},
        "score": {"type": "double", "meaning_vi": "điểm", "meaning_en": "score", "min": 0, "max": 1},
    },
}


def changed(path: str, value: object) -> dict:
    """The good contract with one value set, or removed (None)."""
    import copy

    data = copy.deepcopy(GOOD)
    place = data
    *parents, last = path.split(".")
    for part in parents:
        place = place[part]
    if value is None:
        place.pop(last)
    else:
        place[last] = value
    return data


MISTAKES = [
    ("title_vi", "", "title_vi: expected a text that is not blank, found ''"),
    ("title_vi", None, "title_vi: expected a value, found nothing (add the key `title_vi`)"),
    ("titel_vi", "x", "titel_vi: expected no such key, found `titel_vi` (did you mean title_vi"),
    ("key", "code", "key: expected a list, found 'code'"),
    ("key", ["cod"], "key: expected columns of the table, found ['cod'] (known: code, score)"),
    ("key", [], "key: expected "),
    ("partition", ["edition"], "partition: expected columns of the table, found ['edition']"),
    ("written_by_release", "no", "written_by_release: expected a boolean, found 'no'"),
    ("columns", {}, "columns: expected "),
    (
        "columns.Điểm",
        {"type": "text", "meaning_vi": "a", "meaning_en": "b"},
        "columns: expected plain lower-case names",
    ),
    ("columns.score.type", "float", "columns.score.type: expected 'text', 'integer', 'double'"),
    ("columns.score.typ", "double", "columns.score.typ: expected no such key, found `typ` (did you mean type"),
    ("columns.score.name", "x", "columns.score.name: expected no such key"),
    ("columns.score.nullable", "true", "columns.score.nullable: expected a boolean"),
    ("columns.score.nullable", True, "columns.score.null_rule: expected in words when the column is null"),
    ("columns.score.null_rule", "never", "columns.score.null_rule: expected no null_rule"),
    ("columns.score.max", -1, "columns.score.max: expected at least min, 0, found -1"),
    ("columns.score.max", "1", "columns.score.max: expected a number, found '1'"),
    ("columns.score.pattern", "x", "columns.score.pattern: expected a pattern only on text"),
    ("columns.code.pattern", "[", "columns.code.pattern: expected a regular expression"),
    ("columns.code.min", 0, "columns.code.min: expected a limit only on integer or double"),
    ("columns.code.allowed", [1], "columns.code.allowed: expected values of the column's type, text"),
    (
        "columns.code.indicators",
        {"rol": "pillar"},
        "columns.code.indicators.rol: expected 'role', 'part_of'",
    ),
    ("columns.code.indicators", {"role": "pillar"}, "inputs: expected indicators among them"),
    ("columns.code.from", ["provinces"], "columns.code.from: expected columns written as table.column"),
    ("columns.code.from", "a.b", "columns.code.from: expected a list"),
]


def test_each_mistake_in_a_contract_is_told_with_its_place() -> None:
    assert parse_contract("good", GOOD, common={}).column_names == ["code", "score"]
    for path, value, told in MISTAKES:
        with pytest.raises(DeclarationError) as error:
            parse_contract("odd", changed(path, value), common={})
        assert f"marts/odd.toml, {told}" in str(error.value), f"{path} = {value!r}: {error.value}"


def test_a_table_that_does_not_fit_is_refused_with_column_row_and_value() -> None:
    contract = parse_contract("good", GOOD, common={})
    frames = [
        (pl.DataFrame({"code": ["a"]}), "missing ['score'], undescribed none"),
        (pl.DataFrame({"code": ["a"], "score": [1.0], "x": [1]}), "missing none, undescribed ['x']"),
        (
            pl.DataFrame({"code": ["a", "b"], "score": ["0.1", "0,1"]}),
            "table good, column score: expected type double, found '0,1' in code b",
        ),
    ]
    for frame, told in frames:
        with pytest.raises(ContractError) as error:
            contract.conform(frame)
        assert told in str(error.value)


def test_a_table_that_cannot_be_stored_names_the_rows() -> None:
    contract = parse_contract("good", GOOD, common={})
    frame = contract.conform(pl.DataFrame({"code": ["a", "a", "b"], "score": [0.1, 0.2, float("nan")]}))
    with pytest.raises(ContractError) as error:
        contract.refuse(frame)
    assert str(error.value).splitlines() == [
        "table good, column score: expected a value in every row, found 1 rows without: code b",
        "table good: expected one row for each code, found 2 rows that share one: code a; code a",
    ]


def test_an_unknown_table_or_column_names_the_nearest() -> None:
    with pytest.raises(ContractError) as error:
        load_contract("province_ranking")
    assert error.value.hint.startswith("did you mean province_rankings")
    with pytest.raises(ContractError, match="no column 'scores'"):
        load_contract("province_rankings").column("scores")


def test_what_is_suggested_is_near_and_the_same_each_time() -> None:
    known = {f"papi_{word}" for word in ("control", "corruption", "participation", "procedures", "services", "trust")}
    known |= {"pci_overall"}
    assert nearest("papi_servicse", known) == "did you mean papi_services, papi_trust?"
    assert nearest("papi", known) == f"did you mean {', '.join(sorted(known)[:6])}?"
    assert nearest("s", known, "look there") == "look there"
