"""A row is no surer, and no less sure, than what it rests on: recomputed in SQL from what each contract declares.

The laws are generated from `[[rests_on]]`, one a table, so that a table which declares its inputs is checked at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dx_pipeline.quality.laws import Law
from dx_pipeline.quality.model import Check

if TYPE_CHECKING:
    from dx_pipeline.contracts import Contract
    from dx_pipeline.rests_on import RestsOn

CHECK_NAME = "basis_and_doubts_follow_from_inputs"


def lineage_law(contract: Contract) -> Law | None:
    """The law that a table's basis and doubts are those of its inputs, or None if it declares none."""
    if not contract.rests_on:
        return None
    values = dict.fromkeys(entry.value for entry in contract.rests_on)
    selects = [
        _select(contract, value, [entry for entry in contract.rests_on if entry.value == value]) for value in values
    ]
    check = Check(
        table_name=contract.name,
        check_name=CHECK_NAME,
        dimension="consistency",
        severity="blocking",
        protects_vi="Không dòng nào chắc chắn hơn, hay kém chắc chắn hơn, những số liệu nó dựa vào",
        protects_en="No row is surer, or less sure, than the figures it rests on",
        engine="sql",
    )
    tables = tuple(dict.fromkeys((contract.name, "vocabulary", *(entry.table for entry in contract.rests_on))))
    expects = "basis is the weakest of the inputs, doubts are all of theirs, besides those that arise in the table"
    return Law(check, tables, expects, "\nUNION ALL\n".join(f"({select})" for select in selects))


def _select(contract: Contract, value: str, entries: list[RestsOn]) -> str:
    basis, doubts = entries[0].columns
    key = ", ".join(f't."{name}"::VARCHAR AS "{name}"' for name in contract.key)
    arising = sorted({code for entry in entries for code in entry.adds})
    # one row per code an input holds, basis and doubts alike
    inputs = "\n  UNION ALL ".join(part for entry in entries for part in _inputs(entry))
    known = f't."{entries[0].known}" IS NOT NULL' if entries[0].known else "true"
    covered = " OR ".join(f"(true{_conditions('t', entry.rows)})" for entry in entries)
    spared = ", ".join(map(_literal, arising)) or "''"
    found = f"list_filter(string_split(coalesce(t.\"{doubts}\", ''), ', '), lambda c: c <> '' AND c NOT IN ({spared}))"
    return f"""WITH own AS (SELECT row_number() OVER () AS n, * FROM "{contract.name}"),
held AS (
  {inputs}
), expected AS (
  SELECT h.n, max_by(h.code, v.weakness) FILTER (v.kind = 'basis') AS basis,
    list_sort(list(DISTINCT h.code) FILTER (v.kind = 'doubt' AND h.code NOT IN ({spared}))) AS doubts
  FROM held h JOIN vocabulary v ON v.code = h.code GROUP BY h.n
), found AS (
  SELECT t.*, e.basis AS expected_basis, coalesce(e.doubts, []) AS expected_doubts,
    list_sort({found}) AS found_doubts
  FROM own t LEFT JOIN expected e USING (n) WHERE {known} AND ({covered})
)
SELECT {key}, '{value or "row"}' AS of_value,
  coalesce(t."{basis}", 'none') || ' ' || t.found_doubts::VARCHAR AS observed,
  coalesce(t.expected_basis, 'none') || ' ' || t.expected_doubts::VARCHAR AS expected,
  t."{basis}" IS NOT DISTINCT FROM t.expected_basis AND t.found_doubts = t.expected_doubts AS holds
FROM found t"""


def _inputs(entry: RestsOn) -> Iterable[str]:
    on = " AND ".join(f't."{here}" = i."{there}"' for here, there in entry.keys.items()) or "true"
    here, there = _conditions("t", entry.rows), _conditions("i", entry.where)
    joined = f'FROM own t JOIN "{entry.table}" i ON {on}{there} WHERE true{here}'
    yield f'SELECT t.n, i."{entry.basis}" AS code {joined}'
    yield f"SELECT t.n, unnest(string_split(i.\"{entry.doubts}\", ', ')) AS code {joined}"
    if entry.own:
        yield f"SELECT t.n, {_literal(entry.own)} AS code FROM own t WHERE true{here}"


def _conditions(alias: str, conditions: dict[str, Any]) -> str:
    tests = []
    for name, wanted in conditions.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        tests.append(f' AND {alias}."{name}" IN ({", ".join(map(_literal, values))})')
    return "".join(tests)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"
