"""Pictures of one province in Vietnamese and English, for paper and screen, as PNG and SVG.

Importing this costs nothing: matplotlib is loaded when a picture is drawn. Belongs here: one module a picture, and what
several of them draw with. Doesn't: computing figures (`marts`, `index`), words and numbers (`language`), pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from dx_pipeline.language.words import Words

__all__ = ["PICTURES", "Picture"]


@dataclass(frozen=True)
class Picture:
    """A kind of picture: the tables it reads and what it is about; the module of the same name draws it.

    `title` names the kind; the finding printed above a picture comes from the data (see `drawing.read_finding`).
    """

    name: str
    tables: tuple[str, ...]
    title: Words


PICTURES: dict[str, Picture] = {
    name: Picture(name, ("provinces", *tables.split()), Words(vi, en))
    for name, vi, en, tables in (
        ("rank_trajectories", "Thứ hạng qua các kỳ", "Rank over the editions",
         "province_rankings edition_comparability peer_groups"),
        ("rank_bands", "Thứ hạng nếu trọng số khác đi", "Rank if the weights had differed",
         "rank_bands rank_bounds province_rankings peer_groups"),
        ("peer_gap", "Khoảng cách với tỉnh so sánh theo thành phần", "Gap to a peer by component",
         "component_gaps indicators peer_groups"),
        ("score_and_rank_change", "Thay đổi điểm và thứ hạng", "Change of score and rank",
         "score_changes rank_changes indicators"),
        ("component_heat_map", "Điểm thành phần theo thứ hạng", "Component scores in rank order",
         "component_scores province_rankings indicators peer_groups"),
        ("tile_map", "Bản đồ ô các tỉnh, thành phố", "Tile map of the units",
         "province_rankings peer_groups"),
        ("target_tracker", "Điểm so với ngưỡng của các nhóm đầu", "Score against the moving thresholds",
         "province_rankings rank_thresholds edition_comparability target_progress"),
        ("income_and_score", "DTI và GRDP bình quân đầu người", "DTI and GRDP per head",
         "province_rankings endowments expected_scores external_links peer_groups"),
    )
}  # fmt: skip
