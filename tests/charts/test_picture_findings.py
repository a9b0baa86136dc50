"""Titles state what happened: rises, falls, no change, one edition only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dx_pipeline.charts import PICTURES, component_heat_map, income_and_score, target_tracker
from dx_pipeline.charts.drawing import read_finding
from dx_pipeline.charts.subject import subject_of
from dx_pipeline.release.compose import _stated
from dx_pipeline.tables import default_pair, unit_systems
from tests.charts.test_pictures import finding

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
FOCUS = (REFERENCE, 63, "hai-duong")

HD = "province_id = 'hai-duong'"


def set_ranks(say: Callable[..., None], ranks: dict[int, int | None]) -> None:
    for edition, rank in ranks.items():
        say(f"update province_rankings set rank = ? where {HD} and edition = ? and unit_system = 63", rank, edition)


@pytest.mark.parametrize(
    ("ranks", "vi", "en"),
    [
        (
            {2021: 14, 2022: 13, 2023: 26, 2024: 19},
            "Hải Dương tụt 13 bậc năm 2023 (hạng 13 → 26), đứng thứ 19 năm 2024",
            "Hai Duong fell 13 places in 2023 (rank 13 → 26), and ranked 19 in 2024",
        ),
        (
            {2021: None, 2022: 20, 2023: 19, 2024: None},
            "Hải Dương tăng 1 bậc năm 2023 (hạng 20 → 19)",
            "Hai Duong rose 1 place in 2023 (rank 20 → 19)",
        ),
        (
            {2021: 5, 2022: 5, 2023: 5, 2024: 5},
            "Hải Dương giữ nguyên thứ hạng 5 giữa các kỳ liền nhau",
            "Hai Duong kept rank 5 from one edition to the next",
        ),
        (
            {2021: None, 2022: None, 2023: 30, 2024: 4},
            "Hải Dương tăng 26 bậc năm 2024 (hạng 30 → 4), khi cách đo thay đổi",
            "Hai Duong rose 26 places in 2024 (rank 30 → 4), as the method changed",
        ),
        (
            {2021: None, 2022: 9, 2023: None, 2024: None},
            "Hải Dương đứng thứ 9 năm 2022; chưa có kỳ liền kề để so sánh",
            "Hai Duong ranked 9 in 2022; there is no neighbouring edition to compare with",
        ),
    ],
)
def test_the_trajectory_tells_the_largest_move(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None], ranks: dict[int, int | None], vi: str, en: str
) -> None:
    set_ranks(say, ranks)
    assert finding(country, "rank_trajectories", *FOCUS) == (vi, en)


def test_a_step_nobody_described_is_no_change_of_method(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None]
) -> None:
    set_ranks(say, {2023: 30, 2024: 4})
    say("update edition_comparability set comparability = 'unknown' where edition_to = 2024")
    told = finding(country, "rank_trajectories", *FOCUS)
    assert "(hạng 30 → 4), chưa biết có cùng cách đo hay không" in told.vi
    assert "(rank 30 → 4), not known to be measured alike" in told.en


@pytest.mark.parametrize(
    ("rank_from", "rank_to", "points", "vi", "en"),
    [
        (13, 26, 54.6, "tụt 13 bậc năm 2023 dù điểm số tăng 54,6: các tỉnh khác tăng nhanh hơn", "others rose faster"),
        (13, 14, -5.0, "tụt 1 bậc năm 2023 vì điểm số giảm 5,0", "fell 1 place in 2023 because its score fell by 5.0"),
        (13, 14, 0.01, "tụt 1 bậc năm 2023 vì điểm không đổi", "because its score stood still while others rose"),
        (26, 13, 54.6, "tăng 13 bậc năm 2023 vì điểm số tăng 54,6, nhanh hơn các tỉnh khác", "faster than others"),
        (26, 13, -4.0, "tăng 13 bậc năm 2023 dù điểm số giảm 4,0: các tỉnh khác giảm nhiều hơn", "others fell more"),
        (8, 8, 54.6, "giữ hạng 8 năm 2023; điểm số tăng 54,6", "kept rank 8 in 2023; its score rose by 54.6 points"),
        (8, 8, 0.0, "giữ hạng 8 năm 2023; điểm không đổi", "kept rank 8 in 2023; its score did not change"),
        (8, 8, -4.0, "giữ hạng 8 năm 2023, dù điểm số giảm 4,0", "kept rank 8 in 2023, although its score fell"),
    ],
)
def test_rank_and_score_are_told_together(
    country: duckdb.DuckDBPyConnection,
    say: Callable[..., None],
    rank_from: int,
    rank_to: int,
    points: float,
    vi: str,
    en: str,
) -> None:
    say(f"update rank_changes set rank_from = ?, rank_to = ? where {HD} and edition_from = 2022", rank_from, rank_to)
    say(f"update score_changes set performance_points = ? where {HD} and indicator = 'overall'", points)
    told = finding(country, "score_and_rank_change", *FOCUS)
    assert vi in told.vi
    assert en in told.en


@pytest.mark.parametrize(
    ("gap", "vi", "en"),
    [
        (-46.3, "Hải Dương kém Thái Nguyên 46,3 điểm", "Hai Duong was 46.3 points behind Thai Nguyen"),
        (8.6, "Hải Dương hơn Thái Nguyên 8,6 điểm", "Hai Duong was 8.6 points ahead of Thai Nguyen"),
        (-0.04, "Hải Dương và Thái Nguyên ngang điểm nhau", "Hai Duong and Thai Nguyen scored the same"),
    ],
)
def test_the_gap_says_who_is_ahead(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None], gap: float, vi: str, en: str
) -> None:
    say(f"update component_gaps set gap_points = ? where {HD} and indicator = 'overall' and edition = 2024", gap)
    told = finding(country, "peer_gap", *FOCUS)
    assert vi in told.vi
    assert en in told.en


def test_the_peer_asked_for_comes_before_the_named_one(country: duckdb.DuckDBPyConnection) -> None:
    assert "Cao Bằng" in finding(country, "peer_gap", *FOCUS, peer="cao-bang").vi


@pytest.mark.parametrize(
    ("score", "vi", "en"),
    [
        (0.99, "ở trong nhóm 10 tỉnh đầu, hơn ngưỡng", "among the first 10 provinces"),
        (0.0, "để vào nhóm 20 tỉnh đầu", "short of the first 20 provinces"),
    ],
)
def test_the_tracker_says_what_it_takes(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None], score: float, vi: str, en: str
) -> None:
    say(f"update province_rankings set score = ? where {HD} and edition = 2024", score)
    told = finding(country, "target_tracker", *FOCUS)
    assert vi in told.vi
    assert en in told.en


def test_a_threshold_may_fall_while_the_score_rises(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None]
) -> None:
    for edition, cut, score in ((2022, 0.64, 0.6), (2023, 0.63, 0.61)):
        say("update rank_thresholds set score = ? where edition = ? and k = 20", cut, edition)
        say(f"update province_rankings set score = ? where {HD} and edition = ? and unit_system = 63", score, edition)
    told = target_tracker.subtitle(target_tracker.read(subject_of(country, *FOCUS)))
    assert "ngưỡng nhóm 20 giảm 10,0 điểm, Hải Dương tăng 10,0 điểm" in told.vi
    assert "the threshold of the first 20 fell by 10.0 points, Hai Duong rose by 10.0 points" in told.en


def test_a_score_on_the_threshold_is_inside(country: duckdb.DuckDBPyConnection, say: Callable[..., None]) -> None:
    for k, score in ((10, 0.80), (15, 0.75), (20, 0.70)):
        say("update rank_thresholds set score = ? where edition = 2024 and k = ?", score, k)
    for score, vi in (
        (0.80, "ở trong nhóm 10 tỉnh đầu, vừa đúng ngưỡng"),
        (0.75, "ở trong nhóm 15 tỉnh đầu, còn thiếu 50,0 điểm để vào nhóm 10"),
        (0.6999, "còn thiếu 0,1 điểm để vào nhóm 20 tỉnh đầu"),
    ):
        say(f"update province_rankings set score = ? where {HD} and edition = 2024", score)
        assert vi in finding(country, "target_tracker", *FOCUS).vi


def test_bands_are_a_condition_and_no_interval_of_confidence(
    country: duckdb.DuckDBPyConnection, say: Callable[..., None]
) -> None:
    assert finding(country, "rank_bands", *FOCUS).vi.startswith("Nếu mỗi trọng số khác đi tới 25%")
    say(f"update rank_bounds set best = 7, worst = 7 where {HD}")
    assert "vẫn đứng thứ" in finding(country, "rank_bands", *FOCUS).vi


def test_the_merged_unit_is_named_with_the_province_asked_about(country: duckdb.DuckDBPyConnection) -> None:
    assert finding(country, "tile_map", REFERENCE, 34, "thai-nguyen").vi.startswith(
        "Thái Nguyên (gồm Bắc Kạn) đứng thứ"
    )
    assert finding(country, "tile_map", REFERENCE, 34, "thai-nguyen").en.startswith("Thai Nguyen (with Bac Kan) ranked")
    assert finding(country, "tile_map", REFERENCE, 34, "hue").vi.startswith("Huế đứng thứ")


def test_the_heat_map_says_when_its_foundation_rests_on_solved_weights(country, say) -> None:
    def told() -> str:
        return component_heat_map.subtitle(component_heat_map.read(subject_of(country, *FOCUS))).en

    assert "solved" not in told()
    say("update component_scores set status = 'inferred' where edition = 2024 and indicator = 'foundation'")
    assert "2024: the foundation rests on weights solved" in told()


def test_grdp_of_merged_units_is_said_to_be_computed_from_their_members(country, say) -> None:
    assert "GRDP of a new unit" not in _income(country)
    say("update endowments set status = 'computed'")
    assert "GRDP of a new unit: mean of its members by population." in _income(country)


def test_a_difference_within_the_usual_spread_is_said_to_be_usual(country, say) -> None:
    subject = subject_of(country, REFERENCE, 63, "hai-duong", None)
    told = income_and_score.title(income_and_score.read(subject))
    assert told.en.endswith(", within the usual spread")
    assert told.vi.endswith(", trong mức dao động bình thường")
    say("update expected_scores set performance = 'over'")
    assert income_and_score.title(income_and_score.read(subject)).en.endswith(" would lead one to expect")


def _income(country: duckdb.DuckDBPyConnection) -> str:
    subject = subject_of(country, REFERENCE, 63, "hai-duong", None)
    return income_and_score.subtitle(income_and_score.read(subject)).en


def test_what_a_picture_shows_is_told_by_its_figures_alone(con: duckdb.DuckDBPyConnection) -> None:
    """Else an unchanged picture is drawn again by every refresh, and its footer names another release."""
    for name, picture in PICTURES.items():
        for system in unit_systems(con):
            found = read_finding(con, picture, REFERENCE, system, *default_pair(con, system))
            assert not re.search(r" at 0x|Path\(", _stated(found)), (name, system)
