"""Component scores of the editions since 2021, and the foundation derived from them."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.edition_tables import PILLAR_ACTIVITY, points_of
from dx_pipeline.marts._editions import dti_units

#: before this edition there were no components, only three pillars with seven main indices each
FIRST_EDITION = 2021
KEY = ["edition", "unit_system", "province_id"]
ACTIVITIES = list(PILLAR_ACTIVITY.values())


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per unit and component; the foundation is (total y - sum of activity points) / foundation points (M2)."""
    figures = tables["core.figures"].filter(pl.col("chosen"))
    roles = dict(tables["indicators"].select("indicator", "role").iter_rows())
    components = [
        name
        for name, role in roles.items()
        if role in ("foundation", "activity") and name not in ("foundation", "smart_city")
    ]
    units = dti_units(tables["core.figures"], tables["provinces"], since=FIRST_EDITION)
    grid = units.join(pl.DataFrame({"indicator": [*components, "foundation"]}), how="cross")
    scores = figures.filter(pl.col("measure") == "score").select(
        *KEY, "indicator", score="value", error_half_width="half_width", printed_status="status"
    )
    ranks = figures.filter(pl.col("measure") == "rank").select(
        *KEY, "indicator", rank_published=pl.col("value").cast(pl.Int64)
    )
    printed = pl.concat([scores.filter(pl.col("indicator") != "foundation"), foundation_scores(scores)], how="diagonal")
    weights = tables["indicator_weights"].select("edition", "indicator", "weight")
    frame = (
        grid.join(printed, on=[*KEY, "indicator"], how="left")
        .join(ranks, on=[*KEY, "indicator"], how="left")
        .join(weights, on=["edition", "indicator"], how="left")
    )
    table = ["edition", "unit_system", "indicator"]
    complete = pl.col("score").is_not_null().all().over(table)
    computed = pl.col("score").round(10).rank("min", descending=True).over(table).cast(pl.Int64)
    weight = pl.when((pl.col("indicator") == "foundation") & (pl.col("edition") < 2024)).then(0.5).otherwise("weight")
    return frame.select(
        *KEY,
        "indicator",
        "score",
        points=1000 * weight * pl.col("score"),
        rank=pl.when(complete).then(computed).otherwise("rank_published"),
        rank_published="rank_published",
        status=pl.col("printed_status").fill_null("not_published"),
        error_half_width="error_half_width",
        score_from_parts="score_from_parts",
    )


def foundation_scores(scores: pl.DataFrame) -> pl.DataFrame:
    """The foundation wherever overall and the three activities are printed, with the half-width of M1's rounding error.

    Args:
        scores: edition, unit_system, province_id, indicator, score, error_half_width.

    Returns:
        The same columns with `printed_status` (derived, or inferred for 2024) and `score_from_parts`, the mean of the
        five printed components where there are five.
    """
    parts = ["overall", *ACTIVITIES]
    wide = scores.filter(pl.col("indicator").is_in(parts)).pivot(
        "indicator", index=KEY, values=["score", "error_half_width"]
    )
    five = (
        scores.join(pl.DataFrame({"indicator": FIVE}), on="indicator", how="semi")
        .group_by(KEY)
        .agg(pl.len().alias("n"), score_from_parts=pl.col("score").mean())
        .filter(pl.col("n") == len(FIVE))
        .drop("n")
    )
    frames = []
    for (edition,), rows in wide.drop_nulls([f"score_{part}" for part in parts]).group_by(
        "edition", maintain_order=True
    ):
        points = points_of(int(str(edition)))
        if points is None:
            continue
        total, own = sum(points.values()), points["foundation"]
        frames.append(
            rows.select(
                *KEY,
                indicator=pl.lit("foundation"),
                score=(
                    total * pl.col("score_overall")
                    - pl.sum_horizontal(points[a] * pl.col(f"score_{a}") for a in ACTIVITIES)
                )
                / own,
                error_half_width=(
                    total * pl.col("error_half_width_overall")
                    + pl.sum_horizontal(points[a] * pl.col(f"error_half_width_{a}") for a in ACTIVITIES)
                )
                / own,
                printed_status=pl.lit("inferred" if edition == 2024 else "derived"),
            )
        )
    return pl.concat(frames).join(five, on=KEY, how="left")


FIVE = [
    "digital_awareness",
    "digital_institutions",
    "digital_infrastructure",
    "digital_human_resources",
    "network_information_security",
]
