"""Which choice of the index makers moves each rank most: weights, compensation or scale."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import SEED, SOBOL_BASE_SAMPLES
from dx_pipeline.index import sensitivity as methods
from dx_pipeline.marts._arrays import full_editions, rows
from dx_pipeline.marts._units import first_true

#: an index with a larger error would tell noise
SHOWN_BELOW = 0.05


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition and factor (M10); null where the rank never moves."""
    frames = []
    for edition in full_editions(tables):
        indices = methods.rank_sensitivity(edition.components, edition.weights)
        values = {"base_samples": SOBOL_BASE_SAMPLES, "seed": SEED, "status": edition.basis, **indices._asdict()}
        frames.append(rows({**edition.keys, "factor": methods.FACTORS}, values))
    still = pl.col("s1").is_nan()
    vague = ~still & (pl.max_horizontal("s1_error", "st_error") >= SHOWN_BELOW)
    hidden = still | vague
    return pl.concat(frames).with_columns(
        s1=pl.when(~hidden).then("s1"),
        st=pl.when(~hidden).then("st"),
        status=pl.when(hidden).then(pl.lit("not_applicable")).otherwise("status"),
        reason=first_true(
            {
                "not_applicable: the rank is the same in every sample, nothing to explain": still,
                "not_applicable: the rank moves so rarely that the error of the index is"
                f" {SHOWN_BELOW:g} or more": vague,
            }
        ),
        reason_vi=first_true(
            {
                "không áp dụng: thứ hạng như nhau ở mọi mẫu, không có gì để giải thích": still,
                "không áp dụng: thứ hạng hiếm khi thay đổi nên sai số của chỉ số từ 0,05 trở lên": vague,
            }
        ),
    )
