"""Which choice of the index makers moves a rank most: weights, compensation or scale. Sobol indices by SALib.

First-order index: share of the rank's variance that a factor explains alone; total index: with all its interactions
(Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018; for composite indicators Saisana, Saltelli, Tarantola 2005,
doi:10.1111/j.1467-985X.2005.00350.x).
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import SEED, SOBOL_BASE_SAMPLES
from dx_pipeline.index.aggregation import NEARLY_GEOMETRIC
from dx_pipeline.index.arrays import FloatArray, IndexInputError, as_matrix, min_max, normalise_weights, weighted_scores
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.index.weights import BOX_DELTA, draw_box

FACTORS: Final = ("weights", "exponent", "normalisation")
"""Weights within +-25 % (one group), exponent of the generalised mean in 0-1, raw (below .5) or min-max scores."""

_CHUNK = 4096  # samples at a time, which stay in the processor's cache


class SobolIndices(NamedTuple):
    """Sobol indices of several outputs; s1 and st have shape (outputs, factors).

    NaN where an output does not vary: nothing is there to explain. `s1_error` and `st_error` are half-widths of 95 %
    intervals. Small negative values are noise of the estimate.
    """

    s1: FloatArray
    st: FloatArray
    s1_error: FloatArray
    st_error: FloatArray


def sobol_indices(
    model: Callable[[FloatArray], FloatArray],
    factors: Sequence[str],
    base_samples: int = SOBOL_BASE_SAMPLES,
    seed: int = SEED,
) -> SobolIndices:
    """Sobol indices of a model whose factors are independent and uniform on 0-1.

    Sample and estimators are SALib's. Their errors are those of the nonparametric delta method (Efron 1981,
    doi:10.1093/biomet/68.3.589), which the bootstrap approaches: the standard deviation of each sample's influence on
    the index, for all outputs at once. A bootstrap of so many samples would take minutes.

    Args:
        model: maps samples (samples, factors) to outputs (samples, outputs), all at once.
        factors: names, one a column.
        base_samples: a power of two; the model is evaluated base_samples * (factors + 2) times.
        seed: of the scrambled sequence.

    Raises:
        IndexInputError: if base_samples is not a power of two.
    """
    from SALib.analyze.sobol import first_order, total_order  # pulls in pandas and scipy, so only when asked for
    from SALib.sample import sobol as sample

    if base_samples < 2 or base_samples & (base_samples - 1):
        raise IndexInputError(f"base samples: the Sobol sequence needs a power of two, found {base_samples}")
    problem = {"num_vars": len(factors), "names": list(factors), "bounds": [[0.0, 1.0]] * len(factors)}
    samples = sample.sample(problem, base_samples, calc_second_order=False, seed=seed)
    outputs = np.asarray(model(samples), dtype=np.float64)
    moving = np.ptp(outputs, axis=0) > 0
    # one block a base sample: A, A with each factor from B in turn, B
    blocks = outputs[:, moving].reshape(base_samples, len(factors) + 2, -1)
    blocks = (blocks - blocks.mean(axis=(0, 1))) / blocks.std(axis=(0, 1))
    first, last = blocks[:, 0], blocks[:, -1]
    tables = np.full((4, outputs.shape[1], len(factors)), np.nan)
    for column in range(len(factors)):
        mixed = blocks[:, column + 1]
        estimates = {"s1": first_order(first, mixed, last), "st": total_order(first, mixed, last)}
        variance = np.r_[first, last].var(axis=0)
        terms = {"s1": last * (mixed - first), "st": 0.5 * (first - mixed) ** 2}
        spread = 0.5 * ((first - first.mean(axis=0)) ** 2 + (last - last.mean(axis=0)) ** 2) - variance
        for place, name in enumerate(("s1", "st")):
            influence = (terms[name] - terms[name].mean(axis=0) - estimates[name] * spread) / variance
            tables[place, moving, column] = estimates[name]
            tables[place + 2, moving, column] = 1.96 * influence.std(axis=0, ddof=1) / np.sqrt(base_samples)
    return SobolIndices(*tables)


def rank_model(
    components: ArrayLike, weights: ArrayLike, weight_draws: int, seed: int
) -> Callable[[FloatArray], FloatArray]:
    """Model that maps (weights, exponent, normalisation), each uniform on 0-1, to the ranks of all provinces.

    The weight vector is one factor: its number picks one of the exact draws from the box (a trigger, the usual device
    for a factor that is not a number). So the weights stay in the box and sum to 1, which four independent numbers
    cannot.
    """
    matrix = as_matrix(components)
    box = draw_box(normalise_weights(weights, matrix.shape[1]), BOX_DELTA, weight_draws, np.random.default_rng(seed))
    with np.errstate(divide="ignore"):
        logarithms = np.log(np.stack([matrix, min_max(matrix)]))

    def ranks(samples: FloatArray) -> FloatArray:
        return np.concatenate([some(samples[start : start + _CHUNK]) for start in range(0, len(samples), _CHUNK)])

    def some(samples: FloatArray) -> FloatArray:
        chosen = box[np.minimum((samples[:, 0] * weight_draws).astype(np.int64), weight_draws - 1)]
        scale = (samples[:, 2] >= 0.5).astype(np.int64)
        exponent = np.maximum(samples[:, 1], NEARLY_GEOMETRIC)
        powers = np.exp(exponent[:, None, None] * logarithms[scale])
        means = weighted_scores(powers, chosen[:, None, :]) ** (1.0 / exponent[:, None])
        return competition_ranks(means).astype(np.float64)

    return ranks


def rank_sensitivity(
    components: ArrayLike, weights: ArrayLike, base_samples: int = SOBOL_BASE_SAMPLES, seed: int = SEED
) -> SobolIndices:
    """Sobol indices of every province's rank to the three `FACTORS`.

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: official weights, shape (components,).
        base_samples: a power of two.
        seed: of every random part.
    """
    model = rank_model(components, weights, weight_draws=16 * base_samples, seed=seed)
    return sobol_indices(model, FACTORS, base_samples, seed)
