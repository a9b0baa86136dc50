"""The units of both systems with their codes and successors."""

from __future__ import annotations

from datetime import date

import polars as pl

from dx_pipeline.conform.names import slug

#: Resolution 202/2025/QH15 takes effect
MERGER = date(2025, 7, 1)


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """63 + 34 rows, from the two reference files."""
    old, new = tables["raw.provinces_63"], tables["raw.provinces_34"]
    new_ids = {row["gso_code_2025"]: slug(row["name_vi"]) for row in new.iter_rows(named=True)}
    before = old.select(
        unit_system=pl.lit(63),
        province_id=pl.col("name_vi").map_elements(slug, return_dtype=pl.String),
        gso_code="gso_code",
        name_vi="name_vi",
        name_en="name_en",
        kind="kind",
        iso_3166_2="iso_3166_2",
        region_code="region_code",
        region_vi="region_vi",
        region_en="region_en",
        successor_id=pl.col("successor_code_2025").replace_strict(new_ids),
        valid_from=pl.lit(None, dtype=pl.Date),
        valid_to=pl.lit(date(2025, 6, 30)),
    )
    missing = pl.lit(None, dtype=pl.String)
    after = new.select(
        unit_system=pl.lit(34),
        province_id=pl.col("name_vi").map_elements(slug, return_dtype=pl.String),
        gso_code="gso_code_2025",
        name_vi="name_vi",
        name_en="name_en",
        kind="kind_2025_07_01",
        iso_3166_2=missing,
        region_code=missing,
        region_vi=missing,
        region_en=missing,
        successor_id=missing,
        valid_from=pl.lit(MERGER),
        valid_to=pl.lit(None, dtype=pl.Date),
    )
    return pl.concat([before, after])
