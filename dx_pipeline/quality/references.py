"""References between tables: every province and indicator a table names exists in the reference tables.

The laws are generated from the contracts, because a reference follows from a column's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dx_pipeline.quality.laws import Law
from dx_pipeline.quality.model import Check

if TYPE_CHECKING:
    from dx_pipeline.contracts import Contract

PROVINCE_COLUMNS = ("province_id", "peer_id")

#: stands for the whole country where national means and shares are kept beside the units' figures
COUNTRY = "viet-nam"
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
    check = Check(
        table_name=contract.name,
        check_name="references",
        dimension="integrity",
        severity="blocking",
        protects_vi="Phép nối theo mã tỉnh và mã chỉ số không làm rơi dòng nào",
        protects_en="A join by province or indicator code loses no row",
        engine="sql",
    )
    tables = tuple(dict.fromkeys((contract.name, "provinces", "indicators")))
    expects = "every province and indicator exists in the reference tables"
    return Law(check, tables, expects, "\nUNION ALL\n".join(selects))
