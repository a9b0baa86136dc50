"""Pictures of one province in Vietnamese and English, for paper and screen, as PNG and SVG.

Importing this costs nothing: matplotlib is loaded when a picture is drawn. Belongs here: one module a picture, and what
several of them draw with. Doesn't: computing figures (`marts`, `index`), words and numbers (`language`), pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dx_pipeline.charts.subject import UnknownProvinceError
from dx_pipeline.language.words import LANGUAGES, Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

__all__ = ["PICTURES", "Picture", "UnknownProvinceError", "finding", "render"]


@dataclass(frozen=True)
class Picture:
    """A kind of picture: the module that draws it, the tables it reads and what it is about.

    `title` names the kind; the finding printed above a picture comes from the data (see `finding`).
    """

    name: str
    module: str
    tables: tuple[str, ...]
    title: Words


def _picture(name: str, vi: str, en: str, *tables: str) -> Picture:
    return Picture(name, f"dx_pipeline.charts.{name}", ("provinces", *tables), Words(vi, en))


PICTURES: dict[str, Picture] = {
    picture.name: picture
    for picture in (
        _picture(
            "rank_trajectories",
            "Thứ hạng qua các kỳ",
            "Rank over the editions",
            "province_rankings",
            "edition_comparability",
            "peer_groups",
        ),
        _picture(
            "rank_bands",
            "Thứ hạng nếu trọng số khác đi",
            "Rank if the weights had differed",
            "rank_bands",
            "rank_bounds",
            "province_rankings",
            "peer_groups",
        ),
        _picture(
            "peer_gap",
            "Khoảng cách với tỉnh so sánh theo thành phần",
            "Gap to a peer by component",
            "component_gaps",
            "indicators",
            "peer_groups",
        ),
        _picture(
            "score_and_rank_change",
            "Thay đổi điểm và thứ hạng",
            "Change of score and rank",
            "score_changes",
            "rank_changes",
            "indicators",
        ),
        _picture(
            "component_heat_map",
            "Điểm thành phần theo thứ hạng",
            "Component scores in rank order",
            "component_scores",
            "province_rankings",
            "indicators",
            "peer_groups",
        ),
        _picture(
            "tile_map",
            "Bản đồ ô các tỉnh, thành phố",
            "Tile map of the units",
            "province_rankings",
            "peer_groups",
        ),
        _picture(
            "target_tracker",
            "Điểm so với ngưỡng của các nhóm đầu",
            "Score against the moving thresholds",
            "province_rankings",
            "rank_thresholds",
            "edition_comparability",
            "target_progress",
        ),
        _picture(
            "income_and_score",
            "DTI và GRDP bình quân đầu người",
            "DTI and GRDP per head",
            "province_rankings",
            "endowments",
            "expected_scores",
            "external_links",
            "peer_groups",
        ),
    )
}


def render(
    con: duckdb.DuckDBPyConnection,
    name: str,
    folder: Path,
    reference: Path,
    unit_system: int,
    focus: str,
    peer: str | None = None,
    release: str = "",
    languages: Sequence[str] = LANGUAGES,
    sizes: Sequence[str] = ("screen", "print"),
    formats: Sequence[str] = ("png", "svg"),
) -> list[Path]:
    """Draw one picture of one province; returns the files, `<picture>-<system>-<focus>-<language>-<size>.<format>`.

    A province without figures, or a table that is empty or missing, gives a picture that says so.

    Args:
        con: connection whose default schema holds the published tables.
        name: key of `PICTURES`.
        folder: where the files go; made if needed.
        reference: folder of the reference data.
        unit_system: of the focus.
        focus: province_id in that system.
        peer: province_id to compare with; by default the focus's first named peer, else the nearest by endowments.
        release: printed in the footer.
        languages: of `vi`, `en`.
        sizes: of `screen`, `print`.
        formats: of `png`, `svg`.

    Raises:
        UnknownProvinceError: focus or peer is not a unit of the system.
        KeyError: no such picture or size.
        DxError: no such language or format.
    """
    from dx_pipeline.charts.drawing import draw_picture

    return draw_picture(
        con, PICTURES[name], folder, reference, unit_system, focus, peer, release, languages, sizes, formats
    )


def finding(
    con: duckdb.DuckDBPyConnection,
    name: str,
    reference: Path,
    unit_system: int,
    focus: str,
    peer: str | None = None,
) -> Words:
    """The finding a picture states in its title, in both languages; serves as its alternative text."""
    from dx_pipeline.charts.findings import read_finding

    return read_finding(con, PICTURES[name], reference, unit_system, focus, peer).title
