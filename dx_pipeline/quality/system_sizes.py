"""Ranks and places fit the unit system of their row: no 35th of 34.

How many units a system has is data (`data/reference/units.csv`), so no contract can say it; the laws are generated from
the units that contracts give their columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dx_pipeline.quality.laws import Law
from dx_pipeline.quality.model import Check

if TYPE_CHECKING:
    from dx_pipeline.contracts import Contract

CHECK_NAME = "within_system"
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
    check = Check(
        table_name=contract.name,
        check_name=CHECK_NAME,
        dimension="validity",
        severity="blocking",
        protects_vi="Không có hạng 35 trong 34 đơn vị, dù hệ đơn vị nào",
        protects_en="No 35th of 34 units, whatever the unit system",
        engine="sql",
    )
    sizes = "WITH sizes AS (SELECT unit_system, count(*) AS n FROM provinces GROUP BY unit_system)\n"
    tables = tuple(dict.fromkeys((contract.name, "provinces")))
    expects = "ranks, positions and places fit the number of units of their system"
    return Law(check, tables, expects, sizes + "\nUNION ALL\n".join(selects))
