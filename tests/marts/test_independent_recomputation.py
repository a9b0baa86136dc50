"""The same numbers once more from the published files, with plain NumPy and none of the project's methods."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.marts.frames import pick

ROOT = Path(__file__).resolve().parents[2]
POINTS = {2022: (500, 200, 150, 150), 2023: (500, 200, 150, 150), 2024: (440, 200, 150, 150)}


def key(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    text = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    words = "".join(c if c.isalpha() else " " for c in text).split()
    slug = "-".join(words[1:] if words[0] == "tp" else words)
    return "thua-thien-hue" if slug == "hue" else slug


@pytest.fixture(scope="module", params=[2022, 2023, 2024])
def edition(request):
    """Year, province ids sorted, overall, (F, G, K, S), weights."""
    path = ROOT / "data" / "raw" / "dti_component_scores" / f"{request.param}.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        figures = sorted((key(row[0]), [float(x) for x in row[1:5]]) for row in list(csv.reader(lines))[1:])
    names = [name for name, _ in figures]
    table = np.array([values for _, values in figures])
    weights = np.array(POINTS[request.param]) / sum(POINTS[request.param])
    foundation = (table[:, 0] - table[:, 1:] @ weights[1:]) / weights[0]
    return request.param, names, table[:, 0], np.column_stack([foundation, table[:, 1:]]), weights


def test_file_names_the_same_provinces(edition, of_63):
    assert edition[1] == sorted(pick(of_63["provinces"], unit_system=63)["province_id"])


def test_gaps(edition, of_63):
    year, names, overall, _, _ = edition
    gaps = pick(of_63["component_gaps"], edition=year, indicator="overall")
    position = {name: k for k, name in enumerate(names)}
    for province, peer, points in gaps.select("province_id", "peer_id", "gap_points").iter_rows():
        assert abs(points - 1000 * (overall[position[province]] - overall[position[peer]])) < 6e-4


def test_society_part_of_the_gaps(edition, of_63):
    year, names, _, components, weights = edition
    gaps = pick(of_63["component_gaps"], edition=year, indicator="digital_society_activity", peer_id=names[0])
    expected = 1000 * weights[3] * (components[1:, 3] - components[0, 3])
    assert gaps.sort("province_id")["gap_points"].to_numpy() == pytest.approx(expected, abs=1e-4)


def test_ranks_without_the_economy(edition, of_63):
    year, _, _, components, weights = edition
    left = weights * np.array([1, 1, 0, 1])
    scores = (components @ (left / left.sum())).round(10)
    expected = [1 + int((scores > own).sum()) for own in scores]
    rows = pick(of_63["leave_one_out"], edition=year, indicator="digital_economy_activity").sort("province_id")
    assert rows["rank_without"].to_list() == expected


def test_bounds_at_the_corners_of_the_box(edition, of_63):
    """With four weights the extreme lead is at a vertex: all but one weight at an end, the last what is left to 1."""
    year, _, _, components, weights = edition
    low, high = 0.75 * weights, 1.25 * weights
    corners = []
    for free in range(4):
        others = [j for j in range(4) if j != free]
        for ends in np.ndindex(2, 2, 2):
            corner = np.zeros(4)
            corner[others] = [(low, high)[end][j] for end, j in zip(ends, others, strict=True)]
            corner[free] = 1 - corner.sum()
            if low[free] - 1e-12 <= corner[free] <= high[free] + 1e-12:
                corners.append(corner)
    scores = components @ np.array(corners).T
    lead = scores[:, None, :] - scores[None, :, :]
    best = 1 + (lead.min(axis=2) > 1e-10).sum(axis=0)
    worst = 1 + (lead.max(axis=2) > 1e-10).sum(axis=0)
    rows = pick(of_63["rank_bounds"], edition=year, delta=0.25).sort("province_id")
    assert rows["best"].to_list() == best.tolist()
    assert rows["worst"].to_list() == worst.tolist()


def test_bands_by_a_plain_loop_over_other_draws(edition, of_63):
    year, _, _, components, weights = edition
    generator = np.random.default_rng(7)
    ranks = []
    while len(ranks) < 20_000:
        drawn = weights * generator.uniform(0.75, 1.25, 4)
        drawn[0] = 1 - drawn[1:].sum()
        if abs(drawn[0] / weights[0] - 1) <= 0.25:
            ranks.append((-(components @ drawn)).argsort().argsort() + 1)
    counted = np.array(ranks)
    rows = pick(of_63["rank_bands"], edition=year, neighbourhood="box25").sort("province_id")
    for column, k in (("p_top10", 10), ("p_top15", 15), ("p_top20", 20)):
        assert np.abs(rows[column].to_numpy() - (counted <= k).mean(axis=0)).max() < 0.012
    for column, q in (("p5", 5), ("p50", 50), ("p95", 95)):
        assert np.abs(rows[column].to_numpy() - np.percentile(counted, q, axis=0)).max() <= 1


def test_dominance(edition, of_63):
    year, _, _, components, _ = edition
    rows = pick(of_63["dominance"], edition=year).sort("province_id")
    assert rows["dominates"].to_list() == [int((own > components + 1e-10).all(axis=1).sum()) for own in components]
    assert rows["dominated_by"].to_list() == [int((components > own + 1e-10).all(axis=1).sum()) for own in components]


def test_means_over_the_members_of_the_34(edition, of_63):
    year, names, overall, _, _ = edition
    score = dict(zip(names, overall, strict=True))
    units = pick(of_63["provinces"], unit_system=63).group_by("successor_id").agg("province_id")
    merged = dict(pick(of_63["merged_units"], edition=year).select("province_id", "score_mean").iter_rows())
    assert len(merged) == 34
    for unit, members in units.iter_rows():
        assert merged[unit] == pytest.approx(np.mean([score[member] for member in members]))


def test_expected_scores_and_correlation_with_wealth(edition, of_63):
    year, names, overall, _, _ = edition
    external = pick(of_63["external_indicators"], year=2024, measure="value")
    columns = [
        pick(external, indicator=name).sort("province_id")["value"].to_numpy()
        for name in ("grdp_per_capita", "population", "population_density", "urban_share")
    ]
    # GRDP per head, population and density are skewed and enter as logarithms
    design = np.column_stack([np.ones(len(names)), *(np.log(one) for one in columns[:3]), columns[3]])
    expected = design @ np.linalg.lstsq(design, overall, rcond=None)[0]
    rows = pick(of_63["expected_scores"], edition=year).sort("province_id")
    assert rows["expected"].to_numpy() == pytest.approx(expected, abs=1e-6)
    if year == 2024:
        wealth = np.corrcoef(pl.Series(overall).rank(), pl.Series(columns[0]).rank())[0, 1]
        link = pick(of_63["external_links"], edition=year, unit_system=63, indicator="grdp_per_capita")
        assert link["spearman"].item() == pytest.approx(wealth)
