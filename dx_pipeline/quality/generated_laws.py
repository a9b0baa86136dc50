"""Laws that follow from the contracts, one of a kind a table, so that a new table is checked at once.

- references: every province and indicator a table names exists in the reference tables; the columns' names say which.
- sizes: ranks and places fit the unit system of their row. How many units a system has is data
  (`data/reference/units.csv`), so no contract can say it; the law follows from the units of columns.
- lineage: a row is no surer, and no less sure, than what it rests on, recomputed in SQL from `[[rests_on]]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dx_pipeline.conform import COUNTRY
from dx_pipeline.quality.laws import Law
from dx_pipeline.quality.model import Check
from dx_pipeline.text import sql_literal

if TYPE_CHECKING:
    from dx_pipeline.contracts import Contract
    from dx_pipeline.rests_on import RestsOn

PROVINCE_COLUMNS = ("province_id", "peer_id")

#: these hold figures of the whole country
TABLES_WITH_COUNTRY = ("figure_sources", "policy_actuals")
#: besides provinces these hold figures of other units (regions), which data/reference/units.csv lists
TABLES_WITH_OTHER_UNITS = ("figure_sources", "external_indicators")

#: `indicator` holds here also the codes of other publishers and of policies, which `indicators` does not list
FOREIGN_INDICATORS = ("external_", "endowments", "policy_", "target_", "press_", "figure_sources")


def reference_law(contract: Contract) -> Law | None:
    """The law that a table's provinces and indicators exist, or None if it names none."""
    names = contract.column_names
    selects = []
    if contract.name != "provinces":
        country = f" AND t.{{}} <> '{COUNTRY}'" if contract.name in TABLES_WITH_COUNTRY else ""
        if contract.name in TABLES_WITH_OTHER_UNITS:
            units = "SELECT unit_system FROM provinces"
            country += f" AND (t.unit_system IN ({units}) OR NOT EXISTS ({units}))"
        # a table without the column `unit_system` may name a unit of any system
        own = "unit_system" in names
        system, same = ("t.unit_system", " AND p.unit_system = t.unit_system") if own else ("NULL", "")
        wanted = "'a province_id of the ' || t.unit_system || ' units'" if own else "'a province_id'"
        selects += [
            f"""SELECT DISTINCT '{column}' AS named_in, {system}::VARCHAR AS unit_system, t.{column}::VARCHAR AS code,
       t.{column}::VARCHAR AS observed, {wanted} AS expected, p.province_id IS NOT NULL AS holds
FROM "{contract.name}" t LEFT JOIN provinces p ON p.province_id = t.{column}{same}
WHERE t.{column} IS NOT NULL{country.format(column)}"""
            for column in PROVINCE_COLUMNS
            if column in names
        ]
    if "indicator" in names and contract.name != "indicators" and not contract.name.startswith(FOREIGN_INDICATORS):
        selects.append(
            f"""SELECT DISTINCT 'indicator' AS named_in, NULL AS unit_system, t.indicator AS code,
       t.indicator AS observed, 'a code listed in indicators' AS expected, i.indicator IS NOT NULL AS holds
FROM "{contract.name}" t LEFT JOIN indicators i USING (indicator)
WHERE t.indicator IS NOT NULL"""
        )
    if not selects:
        return None
    protects_vi = "Phép nối theo mã tỉnh và mã chỉ số không làm rơi dòng nào"
    protects_en = "A join by province or indicator code loses no row"
    check = Check(contract.name, "references", "integrity", "blocking", protects_vi, protects_en, "sql")
    expects = "every province and indicator exists in the reference tables"
    return _law(check, ["provinces", "indicators"], expects, "\nUNION ALL\n".join(selects))


def _law(check: Check, tables: Iterable[str], expects: str, sql: str) -> Law:
    return Law(check, tuple(dict.fromkeys((check.table_name, *tables))), expects, sql)


SYSTEM_SIZES = "within_system"
#: unit of a column -> the lowest and highest value in a system of n units
LIMITS = {"rank": ("1", "n"), "position": ("1", "n - 1"), "places": ("1 - n", "n - 1")}


def system_size_law(contract: Contract) -> Law | None:
    """The law that ranks, positions and places stay within their system, or None if a table has none."""
    key = ", ".join(f't."{name}"' for name in contract.key)
    selects = [
        f"""SELECT {key}, '{column.name}' AS named_in, t."{column.name}"::VARCHAR AS observed,
       'from ' || ({low}) || ' to ' || ({high}) AS expected, t."{column.name}" BETWEEN {low} AND {high} AS holds
FROM "{contract.name}" t JOIN sizes USING (unit_system) WHERE t."{column.name}" IS NOT NULL"""
        for column in contract.columns
        if column.unit in LIMITS
        for low, high in [LIMITS[column.unit]]
    ]
    if not selects or "unit_system" not in contract.column_names:
        return None
    protects = "Không có hạng 35 trong 34 đơn vị, dù hệ đơn vị nào", "No 35th of 34 units, whatever the unit system"
    check = Check(contract.name, SYSTEM_SIZES, "validity", "blocking", *protects, "sql")
    sizes = "WITH sizes AS (SELECT unit_system, count(*) AS n FROM provinces GROUP BY unit_system)\n"
    expects = "ranks, positions and places fit the number of units of their system"
    return _law(check, ["provinces"], expects, sizes + "\nUNION ALL\n".join(selects))


LINEAGE = "basis_and_doubts_follow_from_inputs"


def lineage_law(contract: Contract) -> Law | None:
    """The law that a table's basis and doubts are those of its inputs, or None if it declares none."""
    if not contract.rests_on:
        return None
    by_value: dict[str, list[RestsOn]] = {}
    for entry in contract.rests_on:
        by_value.setdefault(entry.value, []).append(entry)
    selects = [_select(contract, value, entries) for value, entries in by_value.items()]
    protects_vi = "Không dòng nào chắc chắn hơn, hay kém chắc chắn hơn, những số liệu nó dựa vào"
    protects_en = "No row is surer, or less sure, than the figures it rests on"
    check = Check(contract.name, LINEAGE, "consistency", "blocking", protects_vi, protects_en, "sql")
    tables = ["vocabulary", "indicators", *(entry.table for entry in contract.rests_on)]
    expects = "basis is the weakest of the inputs, doubts are all of theirs, besides those that arise in the table"
    return _law(check, tables, expects, "\nUNION ALL\n".join(f"({select})" for select in selects))


def _select(contract: Contract, value: str, entries: list[RestsOn]) -> str:
    basis, doubts = entries[0].columns
    key = ", ".join(f't."{name}"::VARCHAR AS "{name}"' for name in contract.key)
    arising = sorted({code for entry in entries for code in entry.adds})
    # one row per code an input holds, basis and doubts alike
    inputs = "\n  UNION ALL ".join(part for entry in entries for part in _inputs(entry))
    known = f't."{entries[0].known}" IS NOT NULL' if entries[0].known else "true"
    covered = " OR ".join(f"(true{_conditions('t', entry.rows)})" for entry in entries)
    spared = ", ".join(map(sql_literal, arising)) or "''"
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
        yield f"SELECT t.n, {sql_literal(entry.own)} AS code FROM own t WHERE true{here}"


def _conditions(alias: str, conditions: Mapping[str, Any]) -> str:
    tests = []
    for name, wanted in conditions.items():
        if isinstance(wanted, Mapping):
            values = f"SELECT indicator FROM indicators WHERE true{_conditions('indicators', wanted)}"
        else:
            values = ", ".join(map(sql_literal, wanted if isinstance(wanted, list) else [wanted]))
        tests.append(f' AND {alias}."{name}" IN ({values})')
    return "".join(tests)
