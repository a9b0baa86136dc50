"""Which choice of the index makers moves each rank most: weights, compensation or scale."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import SEED, SOBOL_BASE_SAMPLES
from dx_pipeline.index import sensitivity as methods
from dx_pipeline.marts._arrays import full_editions, rows

#: an index with a larger error would tell noise
SHOWN_BELOW = 0.05


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition and factor (M10); null where the rank never moves."""
    frames = []
    for edition in full_editions(tables):
        indices = methods.rank_sensitivity(edition.components, edition.weights)
        values = {
            "s1": indices.s1,
            "s1_error": indices.s1_error,
            "st": indices.st,
            "st_error": indices.st_error,
            "base_samples": SOBOL_BASE_SAMPLES,
            "seed": SEED,
            "status": edition.basis,
        }
        frames.append(rows({**edition.keys, "factor": indices.factors}, values))
    still = pl.col("s1").is_nan()
    vague = ~still & (pl.max_horizontal("s1_error", "st_error") >= SHOWN_BELOW)
    hidden = still | vague
    return pl.concat(frames).with_columns(
        s1=pl.when(~hidden).then("s1"),
        st=pl.when(~hidden).then("st"),
        status=pl.when(hidden).then(pl.lit("not_applicable")).otherwise("status"),
        reason=pl.when(still)
        .then(pl.lit("not_applicable: the rank is the same in every sample, nothing to explain"))
        .when(vague)
        .then(
            pl.lit(f"not_applicable: the rank moves so rarely that the error of the index is {SHOWN_BELOW:g} or more")
        ),
        reason_vi=pl.when(still)
        .then(pl.lit("không áp dụng: thứ hạng như nhau ở mọi mẫu, không có gì để giải thích"))
        .when(vague)
        .then(pl.lit("không áp dụng: thứ hạng hiếm khi thay đổi nên sai số của chỉ số từ 0,05 trở lên")),
    )
