"""Growth of national means as it was announced, beside what the printed and the right means give (M30)."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._policy import with_source
from dx_pipeline.marts._units import first_true

#: percent points: an announced growth has one decimal, the means have four
TOLERANCE = 0.06
KEY = ["unit_system", "indicator"]


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per announced growth; `finding` says which means it follows from."""
    announced = with_source(tables["raw.announced_growth"], tables["raw.policy_articles"]).with_columns(
        pl.col("edition_from", "edition_to", "unit_system").cast(pl.Int64), pl.col("growth_percent").cast(pl.Float64)
    )
    right = tables["national_means"].select("edition", *KEY, "mean_computed", "mean_published")
    printed = (
        tables["figure_sources"]
        .filter((pl.col("measure") == "mean") & pl.col("value").is_not_null())
        .sort("chosen", "locator", descending=[True, False])
        .unique(["edition", *KEY], keep="first", maintain_order=True)
        .select("edition", *KEY, mean_printed="value")
    )
    frame = (
        announced.join(right, left_on=["edition_from", *KEY], right_on=["edition", *KEY], how="left")
        .join(printed, left_on=["edition_from", *KEY], right_on=["edition", *KEY], how="left")
        .join(printed, left_on=["edition_to", *KEY], right_on=["edition", *KEY], how="left", suffix="_to")
    )

    def growth(base: str) -> pl.Expr:
        return 100 * (pl.col("mean_printed_to") / pl.col(base) - 1)

    def fits(base: str) -> pl.Expr:
        return ((growth(base) - pl.col("growth_percent")).abs() <= TOLERANCE).fill_null(False)

    return frame.select(
        pl.col("edition_from", "edition_to", *KEY, "growth_percent", "published_wording"),
        pl.col("article_title", "article_publisher", "article_date", "url", "source_note", "source_note_vi"),
        mean_to="mean_printed_to",
        mean_from_printed="mean_printed",
        mean_from_computed="mean_computed",
        growth_of_printed=growth("mean_printed"),
        growth_of_computed=growth("mean_computed"),
        finding=first_true(
            {
                "confirmed": fits("mean_computed"),
                "follows_from_shifted_means": fits("mean_printed"),
                "contradicted": pl.col("mean_computed").is_not_null(),
            },
            "not_checkable",
        ),
    )
