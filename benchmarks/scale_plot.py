"""The measured growth of `docs/scaling.json` as a picture: `python -m benchmarks.scale_plot` writes `docs/scaling.svg`.

`docs/scaling.json` holds what `python -m benchmarks.scale --json` printed, by number of rows.
"""

from __future__ import annotations

import json
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
MARKS = {"project": "o-", "duckdb": "s--", "polars": "^--", "pandas": "D--"}


def main() -> None:
    """CPU seconds over rows, both in powers of ten, with a line of linear growth through the project's first size."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "scaling"
    from matplotlib import pyplot as plt

    measured = json.loads((DOCS / "scaling.json").read_text(encoding="utf-8"))
    sizes = sorted(map(int, measured))
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for way, mark in MARKS.items():
        points = [(rows, measured[str(rows)].get(way, {}).get("cpu_seconds")) for rows in sizes]
        points = [point for point in points if point[1]]
        axes.loglog(*zip(*points, strict=True), mark, label=way)
    first = measured[str(sizes[0])]["project"]["cpu_seconds"]
    axes.loglog(sizes, [first * rows / sizes[0] for rows in sizes], ":", color="grey", label="linear growth")
    axes.set(xlabel="printed rows", ylabel="CPU seconds", title="One large source: time over rows, two cores")
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(DOCS / "scaling.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
