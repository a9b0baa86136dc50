"""Does the index go along with others (PAPI e-governance, PCI, GRDP per head)? Rank correlation and regression.

Indices that share an input agree for that reason alone: list shared inputs before reading a number from here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import BOOTSTRAP_RESAMPLES, SEED
from dx_pipeline.index.arrays import FloatArray, IndexInputError, as_matrix, as_vector


class RankCorrelation(NamedTuple):
    """Spearman's rho with a percentile bootstrap interval; `n` provinces, `resamples` and `seed` as drawn."""

    spearman: float
    ci_low: float
    ci_high: float
    n: int
    resamples: int
    seed: int


def _row_correlations(left: FloatArray, right: FloatArray) -> FloatArray:
    """Pearson correlation of each pair of rows; NaN where a row is constant."""
    a = left - left.mean(axis=-1, keepdims=True)
    b = right - right.mean(axis=-1, keepdims=True)
    scale = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    products = (a * b).sum(axis=-1)
    return np.asarray(np.divide(products, scale, out=np.full_like(products, np.nan), where=scale > 0), dtype=np.float64)


def spearman_interval(
    first: ArrayLike,
    second: ArrayLike,
    resamples: int = BOOTSTRAP_RESAMPLES,
    seed: int = SEED,
) -> RankCorrelation:
    """Spearman's rank correlation and its 95 % percentile bootstrap interval, provinces resampled in pairs.

    Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (doi:10.1201/9780429246593).

    Args:
        first: one value a province, shape (provinces,).
        second: the other index, same provinces in the same order.
        resamples: bootstrap resamples, all ranked at once.
        seed: of the generator.

    Raises:
        IndexInputError: if there are fewer than four provinces, a figure is missing, or a column is constant.
    """
    from scipy.stats import rankdata  # heavy import, needed only here

    a = as_vector(first, "first index")
    b = as_vector(second, "second index", len(a))
    if len(a) < 4:
        raise IndexInputError(f"a rank correlation needs at least four provinces, found {len(a)}")
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        raise IndexInputError("a rank correlation needs values that differ; a column is constant")
    estimate = float(_row_correlations(rankdata(a)[None], rankdata(b)[None])[0])
    chosen = np.random.default_rng(seed).integers(0, len(a), size=(resamples, len(a)))
    drawn = _row_correlations(rankdata(a[chosen], axis=1), rankdata(b[chosen], axis=1))
    low, high = (float(v) for v in np.nanquantile(drawn, [0.025, 0.975]))
    return RankCorrelation(estimate, low, high, len(a), resamples, seed)


class Regression(NamedTuple):
    """A least-squares fit with HC3 standard errors and 95 % intervals; arrays have the intercept first."""

    coefficients: FloatArray
    standard_errors: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    p_values: FloatArray
    r_squared: float


def regress_hc3(scores: ArrayLike, regressors: ArrayLike) -> Regression:
    """Ordinary least squares with HC3 standard errors, which stay honest in small samples with unequal variances.

    MacKinnon and White 1985, doi:10.1016/0304-4076(85)90158-7.

    Args:
        scores: explained variable, shape (provinces,).
        regressors: shape (provinces, regressors).

    Raises:
        IndexInputError: provinces are too few.
    """
    import statsmodels.api as sm  # heavy import, needed only here

    matrix = as_matrix(regressors, "regressors")
    explained = as_vector(scores, "scores", len(matrix))
    if len(matrix) <= matrix.shape[1] + 1:
        raise IndexInputError(f"{len(matrix)} provinces cannot carry {matrix.shape[1] + 1} coefficients")
    fit = sm.OLS(explained, sm.add_constant(matrix, has_constant="add")).fit(cov_type="HC3", use_t=True)
    low, high = np.asarray(fit.conf_int()).T
    return Regression(fit.params, fit.bse, low, high, fit.pvalues, float(fit.rsquared))
