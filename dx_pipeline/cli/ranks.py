"""`dx rank`, `dx compare`: where a province stands, and beside whom."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dx_pipeline.cli.errors import CommandError
from dx_pipeline.cli.output import AsJson, show_json, show_table, signed
from dx_pipeline.cli.provinces import (
    OptionalProvince,
    Province,
    System,
    find_province,
    province_name,
    require_edition,
    require_system,
)
from dx_pipeline.paths import default_paths
from dx_pipeline.tables import UNREAD, editions_with_components, editions_with_ranks, open_published, select

Edition = Annotated[int | None, typer.Option("--edition", "-e", help="Assessed year; the latest by default.")]

RANK_COLUMNS = """edition, unit_system, province_id, province_vi, province_en, rank, score, n_ranked, n_units, status,
    rank_published, rank_computed, percentile, reason"""


def rank(
    province: OptionalProvince = None,
    edition: Edition = None,
    system: System = 63,
    top: Annotated[int | None, typer.Option("--top", "-n", min=1, help="Only ranks up to this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ranking of an edition, or of one PROVINCE over all editions."""
    require_system(system)
    with open_published(default_paths()) as con:
        known = editions_with_ranks(con, system)
        province_id = find_province(con, province, system) if province else None
        wanted = None if province_id and edition is None else require_edition(edition, known)
        rows = select(
            con,
            f"""SELECT {RANK_COLUMNS} FROM province_rankings
            WHERE unit_system = ? AND edition = coalesce(?, edition)
              AND province_id = coalesce(?, province_id) AND coalesce(rank <= ?, ? IS NULL)
            ORDER BY edition, rank NULLS LAST, province_id""",
            [system, wanted, province_id, top, top],
        )
        breaks = _broken_steps(con)
    if as_json:
        show_json({"unit_system": system, "edition": wanted, "province_id": province_id, "rows": rows})
    elif province_id:
        _show_one_province(rows, breaks)
    else:
        _show_ranking(rows, top)


def _broken_steps(con: Any) -> list[dict[str, Any]]:
    return select(
        con,
        """SELECT edition_from, edition_to, reason FROM edition_comparability
        WHERE level = 'overall' AND comparability = 'broken' ORDER BY edition_from""",
    )


def _show_ranking(rows: list[dict[str, Any]], top: int | None) -> None:
    if not rows:
        raise CommandError(f"no unit has a rank up to {top}")
    first = rows[0]
    ranked = [row for row in rows if row["rank"] is not None]
    title = f"DTI {first['edition']}, {first['unit_system']} units, {first['n_ranked']} with a known rank"
    table = [(row["rank"], row["province_vi"], row["score"], row["status"], row["province_id"]) for row in ranked]
    show_table(("rank", "province", "score", "status", "id"), table, title, right=(0, 2))
    unranked = [row["province_vi"] for row in rows if row["rank"] is None]
    if unranked:
        print(f"No known rank ({len(unranked)}): {', '.join(unranked)}")


def _show_one_province(rows: list[dict[str, Any]], breaks: list[dict[str, Any]]) -> None:
    first = rows[0] if rows else None
    if first is None:
        raise CommandError("no rank of this province fits the options")
    title = f"{first['province_vi']} ({first['province_id']}), {first['unit_system']} units"
    table = [
        (
            row["edition"],
            row["rank"],
            row["n_ranked"] if row["rank"] is not None else None,
            row["score"],
            row["status"],
            row["reason"] or "",
        )
        for row in rows
    ]
    show_table(("edition", "rank", "known ranks", "score", "status", "note"), table, title, right=(0, 1, 2, 3))
    shown = {row["edition"] for row in rows}
    for step in breaks:
        if {step["edition_from"], step["edition_to"]} <= shown:
            print(f"{step['edition_from']} and {step['edition_to']} are not comparable: {step['reason']}")


def compare(
    province: Province,
    peer: Province,
    edition: Edition = None,
    as_json: AsJson = False,
) -> None:
    """Two provinces side by side, score, rank and gap by component."""
    with open_published(default_paths()) as con:
        province_id, peer_id = find_province(con, province), find_province(con, peer)
        if province_id == peer_id:
            raise CommandError(f"both are {province_name(con, province_id)}", hint="Give two provinces.")
        wanted = require_edition(edition, editions_with_ranks(con, 63))
        if edition is None and (complete := editions_with_components(con, 63)):
            wanted = complete[-1]
        rows = select(
            con,
            """SELECT c.indicator, i.name_vi, i.name_en, i.role, c.score, c.peer_score, c.gap, g.gap_points,
                c.rank, c.peer_rank, g.status AS points_status
            FROM peer_comparison c JOIN indicators i USING (indicator)
            LEFT JOIN component_gaps g USING (edition, unit_system, province_id, peer_id, indicator)
            WHERE c.edition = ? AND c.unit_system = 63 AND c.province_id = ? AND c.peer_id = ?
            ORDER BY c.indicator <> 'overall', g.gap_points IS NULL, c.indicator <> 'foundation',
                i.role <> 'pillar', c.indicator""",
            [wanted, province_id, peer_id],
        )
        names = province_name(con, province_id), province_name(con, peer_id)
    if as_json:
        show_json({"edition": wanted, "province_id": province_id, "peer_id": peer_id, "rows": rows})
        return
    if not rows:
        raise CommandError(f"the release compares nothing for {names[0]} and {names[1]} in {wanted}", exit_code=1)
    table = [
        (
            row["name_en"],
            row["score"],
            row["peer_score"],
            signed(row["gap"], 4),
            signed(row["gap_points"]),
            row["rank"],
            row["peer_rank"],
        )
        for row in rows
        if row["score"] is not None or row["peer_score"] is not None
    ]
    headers = ("indicator", names[0], names[1], "gap", "points", f"rank {names[0]}", f"rank {names[1]}")
    show_table(headers, table, f"{names[0]} beside {names[1]}, DTI {wanted}", right=range(1, 7))
    if any(row["gap_points"] is not None for row in rows):
        unread = any(row["points_status"] in UNREAD for row in rows)
        print(
            "points: thousandths of the overall; foundation and the three activities sum to it"
            + (f" (the weights of {wanted} are solved from published scores, not read)." if unread else ".")
        )
