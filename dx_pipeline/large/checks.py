"""What must hold of a built period, each check a function that looks at the result anew, not at how it was made."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from dx_pipeline.errors import Problem, nearest
from dx_pipeline.index import TIE_TOLERANCE
from dx_pipeline.large.partition import REJECTED, Partition
from dx_pipeline.large.texts import SIGN
from dx_pipeline.sources.declaration import Large
from dx_pipeline.sources.errors import SourceError
from dx_pipeline.sources.resolved import SourceSpec

#: a row a check: severity blocking stops the period, warning is told
CHECKS: dict[str, Any] = {
    "check_name": pl.String, "severity": pl.String, "passed": pl.Boolean, "expected": pl.String, "observed": pl.String,
    "n_checked": pl.Int64, "n_failed": pl.Int64,
}  # fmt: skip
#: reason -> the text that is wrong, and what is expected of it
EXPECTED = {
    "other_period": ("period", "the period of its file"),
    "unknown_unit": ("province", "a unit of the system: a name or alias of data/reference"),
    "unknown_indicator": ("indicator", "a declared indicator, or a text of `codes.indicator`"),
    "unreadable_value": ("value", "a number with the declared decimal mark"),
    "out_of_range": ("value", "a number within `measures.value`"),
    "rival": ("value", "the figure that another row of this unit, indicator and period has"),
}
#: so many rejected rows are told one by one
SHOWN = 5


def check_partition(built: Partition, large: Large) -> pl.DataFrame:
    """Every check of one period, with CHECKS."""
    reasons = dict(built.left_out["reason"].value_counts().iter_rows())
    rejected = sum(reasons.get(reason, 0) for reason in REJECTED)
    rivals = reasons.get("rival", 0) if large.duplicates == "refuse" else 0
    lost = built.rows - built.figures.height - built.left_out.height
    incomplete = built.means.filter(~pl.col("complete"))
    unit, indicator = (built.figures[name].to_physical().to_numpy() for name in ("province_id", "indicator"))
    units = int(unit.max(initial=0)) + 1
    doubled = int((np.bincount(indicator.astype(np.int64) * units + unit) > 1).sum())
    false_ranks = _false_ranks(built.figures, built.means)
    allowed = int(large.rejected * built.rows)
    results = [
        ("every_row_accounted", "blocking", lost, 0, built.rows, "rows = figures + left out"),
        ("one_figure_a_cell", "blocking", doubled, 0, built.figures.height, "a unit and indicator once"),
        ("rank_is_competition_rank", "blocking", false_ranks, 0, built.figures.height, "1 + number of better figures"),
        ("rows_can_be_used", "blocking", rejected, allowed, built.rows, f"at most {large.rejected:g} of rows rejected"),
        ("figures_agree", "blocking", rivals, 0, built.rows, "one figure, or a declared rule which to take"),
        ("indicators_complete", "warning", incomplete.height, 0, built.means.height, "a figure of every unit"),
    ]
    return pl.DataFrame(
        [
            (name, severity, failed <= most, expected, f"{failed:,} of {checked:,}", checked, failed)
            for name, severity, failed, most, checked, expected in results
        ],
        schema=CHECKS,
        orient="row",
    )


def _false_ranks(figures: pl.DataFrame, means: pl.DataFrame) -> int:
    """How many ranks are none: not 1 + the number of better ones, shared by unequal figures, or the wrong way round.

    Counted by indicator and rank, without sorting.
    """
    ranked = figures.filter(pl.col("rank").is_not_null())
    if ranked.is_empty():
        return 0
    ranks, values = ranked["rank"].to_numpy().astype(np.int64), ranked["value"].to_numpy()
    width = int(ranks.max()) + 1
    slots = ranked["indicator"].to_physical().to_numpy().astype(np.int64) * width + ranks
    counts = np.bincount(slots, minlength=means.height * width).reshape(means.height, width)
    before = (np.cumsum(counts, axis=1) - counts).ravel()
    shared = np.full(counts.size, np.nan)
    shared[slots] = values
    wrong = (before[slots] + 1 != ranks) | (np.abs(shared[slots] - values) > TIE_TOLERANCE)
    signs = means["direction"].replace_strict(SIGN, return_dtype=pl.Float64).to_numpy()
    steps = pl.DataFrame({"indicator": np.arange(counts.size) // width, "value": shared}).filter(
        pl.col("value").is_not_nan()
    )
    falls = steps.with_columns(pl.col("value").diff().over("indicator")).drop_nulls()
    turned = falls["value"].to_numpy() * signs[falls["indicator"].to_numpy()] >= 0
    return int(wrong.sum() + turned.sum())


def refuse_failed(source: SourceSpec, built: Partition, results: pl.DataFrame) -> None:
    """Stop when a blocking check failed.

    Raises:
        SourceError: naming the checks, and the first rows that could not be used: file, row, what was printed.
    """
    failed = results.filter((pl.col("severity") == "blocking") & ~pl.col("passed"))
    if failed.is_empty():
        return
    where = f"{source.files[0].folder}, {built.period or 'periods that cannot be read'}"
    problems = [
        Problem(f"{where}, {name}", expected, observed)
        for name, expected, observed in failed.select("check_name", "expected", "observed").iter_rows()
    ]
    unusable = built.left_out.filter(pl.col("reason").is_in(list(EXPECTED))).sort("reason", "file", "row")
    for row in unusable.group_by("reason", maintain_order=True).head(SHOWN).iter_rows(named=True):
        role, expected = EXPECTED[row["reason"]]
        known = source.indicators if role == "indicator" else ()
        at = f"{source.files[row['file']].where}, row {row['row']}, {row['reason'].replace('_', ' ')}"
        problems.append(Problem(at, expected, repr(row[role]), nearest(row[role], known) if known else ""))
    raise SourceError(
        "\n".join(map(str, problems)),
        "Mend source.toml or the reference, or say there how many rows may be rejected (`large.rejected`) and which of "
        "several figures is taken (`large.duplicates`).",
        problems=problems,
    )
