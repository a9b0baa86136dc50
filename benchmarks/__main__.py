"""Run all comparisons and print medians, ratios and versions. About half a minute on two cores."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.baselines import bounds_by_linprog, loop_over_draws
from benchmarks.editions import read_editions
from benchmarks.reading import compare_reading
from dx_pipeline.index import DRAWS
from dx_pipeline.index.bands import rank_bands, rank_bounds
from dx_pipeline.index.weights import draw_weights

RUNS = 5
SLOW_RUNS = 3
DELTAS = (0.10, 0.25)


def measure(work: Callable[[], Any], runs: int) -> tuple[list[float], Any]:
    """Wall seconds of each run, and the last result."""
    seconds, result = [], None
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return seconds, result


def report(title: str, fast: list[float], slow: list[float], slow_name: str) -> None:
    """Print one comparison."""
    quick, plain = statistics.median(fast), statistics.median(slow)
    print(f"{title}")
    print(f"  dx_pipeline          {quick:9.4f} s   median of {len(fast)} (from {min(fast):.4f} to {max(fast):.4f})")
    print(f"  {slow_name:<20} {plain:9.4f} s   median of {len(slow)} (from {min(slow):.4f} to {max(slow):.4f})")
    print(f"  ratio                {plain / quick:9.1f}\n")


def compare_bands() -> None:
    """Weight bands of one edition: drawing, ranking and summarising, all 63 provinces."""
    components, weights = read_editions()[2022]
    rank_bands(components, weights, "box25", draws=10_000)  # first touch of memory belongs to neither
    fast, bands = measure(lambda: rank_bands(components, weights, "box25"), RUNS)
    slow, plain = measure(lambda: loop_over_draws(components, draw_weights(weights, "box25")), SLOW_RUNS)
    assert (np.stack([bands.p5, bands.p50, bands.p95]) == plain[0]).all(), "the two ways disagree on quantiles"
    assert np.allclose(bands.top_probabilities.T, plain[1], atol=5 / DRAWS), "the two ways disagree on probabilities"
    report(f"weight bands, {DRAWS} draws x {len(components)} provinces, one edition", fast, slow, "NumPy loop")


def compare_bounds() -> None:
    """Exact rank bounds of all provinces, all editions, both deltas; the programmes are run once, all of them."""
    editions = read_editions()

    def all_bounds(method: Callable[..., Any]) -> list[Any]:
        return [method(x, w, delta) for x, w in editions.values() for delta in DELTAS]

    rank_bounds(*editions[2022], 0.1)
    fast, ours = measure(lambda: all_bounds(rank_bounds), RUNS)
    bounds_by_linprog(editions[2022][0][:3], editions[2022][1], 0.1)  # imports the solver
    slow, theirs = measure(lambda: all_bounds(bounds_by_linprog), 1)
    for (best, worst), (other_best, other_worst) in zip(ours, theirs, strict=True):
        assert (best == other_best).all(), "the two ways disagree on best ranks"
        assert (worst == other_worst).all(), "the two ways disagree on worst ranks"
    title = f"exact rank bounds, 63 provinces, {len(editions)} editions, deltas {DELTAS}"
    report(title, fast, slow, "scipy linprog")


def main() -> None:
    """Print where this ran and all comparisons."""
    names = ("numpy", "scipy")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    print(f"Python {platform.python_version()}, {versions}; {os.cpu_count()} cores, {platform.machine()}\n")
    compare_bands()
    compare_bounds()
    compare_reading()


if __name__ == "__main__":
    main()
