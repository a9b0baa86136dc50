"""What one would write first: a NumPy loop over draws, and a linear programme for every pair of provinces."""

import numpy as np

from dx_pipeline.index.arrays import FloatArray, IntArray
from dx_pipeline.index.weights import box_bounds


def loop_over_draws(components: FloatArray, draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Quantiles P5, P50, P95 (3, n) and P(rank <= 10, 15, 20) (3, n), one draw after the other, ties kept."""
    ranks = np.empty((len(draws), len(components)), dtype=np.int64)
    for row, weights in enumerate(draws):
        scores = np.round(components @ weights, 10)
        ranks[row] = 1 + (scores > scores[:, None]).sum(axis=1)
    quantiles = np.quantile(ranks, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
    return quantiles, np.stack([(ranks <= k).mean(axis=0) for k in (10, 15, 20)])


def bounds_by_linprog(components: FloatArray, weights: FloatArray, delta: float) -> tuple[IntArray, IntArray]:
    """Best and worst rank of every province by one linear programme a pair, n (n - 1) of them."""
    from scipy.optimize import linprog

    low, high = box_bounds(weights, delta)
    box = np.column_stack([low, high])
    ones = np.ones((1, len(weights)))
    provinces = len(components)
    largest_lead = np.zeros((provinces, provinces))
    for i in range(provinces):
        for k in range(provinces):
            if i != k:
                solved = linprog(components[k] - components[i], A_eq=ones, b_eq=[1.0], bounds=box, method="highs")
                largest_lead[i, k] = -solved.fun
    # A rival is ahead for every weight when the province's largest lead over it is negative.
    best = 1 + (largest_lead < -1e-10).sum(axis=1)
    worst = 1 + (largest_lead > 1e-10).sum(axis=0)
    return best, worst
