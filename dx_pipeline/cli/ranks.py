"""`dx rank`, `dx compare`: where a unit stands, and beside whom."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dx_pipeline.cli.output import MISSING, AsJson, CommandError, say, show_json, show_table, signed, window
from dx_pipeline.cli.provinces import (
    OptionalProvince,
    Province,
    System,
    find_province,
    province_name,
    require_edition,
    require_system,
)
from dx_pipeline.cli.words import Lang, Language, Marks, figure, label, tell
from dx_pipeline.errors import FAILED
from dx_pipeline.language.numbers import decimals_of
from dx_pipeline.language.words import catalogue, said
from dx_pipeline.paths import default_paths
from dx_pipeline.tables import UNREAD, editions_with_components, editions_with_ranks, open_published, select

#: letters a line below which a comparison is told in two tables
NARROW = 96
Edition = Annotated[int | None, typer.Option("--edition", "-e", help="Assessed year; the latest by default.")]


def rank(
    province: OptionalProvince = None,
    edition: Edition = None,
    system: System = None,
    top: Annotated[int | None, typer.Option("--top", "-n", min=1, help="Only ranks up to this one.")] = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Ranking of an edition, or of one PROVINCE over all editions."""
    with open_published(default_paths()) as con:
        units = require_system(con, system, province)
        known = editions_with_ranks(con, units)
        province_id = find_province(con, province, units) if province else None
        wanted = None if province_id and edition is None else require_edition(edition, known)
        rows = select(
            con,
            """SELECT * FROM province_rankings
            WHERE unit_system = ? AND edition = coalesce(?, edition)
              AND province_id = coalesce(?, province_id) AND coalesce(rank <= ?, ? IS NULL)
            ORDER BY edition, rank NULLS LAST, province_id""",
            [units, wanted, province_id, top, top],
        )
        breaks = select(
            con,
            """SELECT * FROM edition_comparability
            WHERE level = 'overall' AND comparability IN ('broken', 'unknown') ORDER BY edition_from""",
        )
    if as_json:
        show_json({"unit_system": units, "edition": wanted, "province_id": province_id, "rows": rows})
    elif province_id:
        _show_one_province(rows, breaks, lang)
    else:
        _show_ranking(rows, top, lang)


def _show_ranking(rows: list[dict[str, Any]], top: int | None, lang: Language) -> None:
    if not rows:
        raise CommandError(f"no unit has a rank up to {top}")
    first, marks = rows[0], Marks(lang)
    ranked = [row for row in rows if row["rank"] is not None]
    title = tell("ranking", lang, edition=first["edition"], units=first["unit_system"], known=first["n_ranked"])
    table = [
        (
            figure(row, "rank", marks, lang),
            row[f"province_{lang}"],
            figure(row, "score", marks, lang),
            label("status", row["status"], lang),
            row["province_id"],
        )
        for row in ranked
    ]
    heads = [tell(key, lang) for key in ("rank", "province", "score", "basis", "id")]
    show_table(heads, table, title, right=(0, 2), language=lang)
    unranked = [row[f"province_{lang}"] for row in rows if row["rank"] is None]
    if unranked:
        say(tell("unranked", lang, n=len(unranked), names=", ".join(unranked)))
    marks.show_notes()


def _show_one_province(rows: list[dict[str, Any]], breaks: list[dict[str, Any]], lang: Language) -> None:
    first = rows[0] if rows else None
    if first is None:
        raise CommandError("no rank of this province fits the options")
    marks = Marks(lang)
    title = tell("one", lang, name=first[f"province_{lang}"], id=first["province_id"], units=first["unit_system"])
    table = [
        (
            row["edition"],
            figure(row, "rank", marks, lang),
            row["n_ranked"] if row["rank"] is not None else None,
            figure(row, "score", marks, lang),
            label("status", row["status"], lang),
        )
        for row in rows
    ]
    heads = [tell(key, lang) for key in ("edition", "rank", "known", "score", "basis")]
    show_table(heads, table, title, right=(0, 1, 2, 3), language=lang)
    for row in rows:
        if note := _reason(row, lang):
            say(f"{row['edition']}: {note}")
    shown = {row["edition"] for row in rows}
    for step in breaks:
        if {step["edition_from"], step["edition_to"]} <= shown:
            reason = _reason(step, lang)
            say(tell("broken", lang, before=step["edition_from"], after=step["edition_to"], reason=reason))
    marks.show_notes()


def _reason(row: dict[str, Any], lang: Language) -> str:
    """Why a figure is missing or not comparable, without its code."""
    from dx_pipeline.report.wording import MISSING_CODES

    text = row.get("reason_vi") if lang == "vi" else row.get("reason")
    return MISSING_CODES.sub("", text or said(row.get("reason") or "", lang))


def compare(
    province: Province,
    peer: Province,
    edition: Edition = None,
    system: System = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Two units of one set side by side: score, rank and gap by component; ranks alone where scores are missing."""
    with open_published(default_paths()) as con:
        units = require_system(con, system, province, peer)
        province_id, peer_id = find_province(con, province, units), find_province(con, peer, units)
        names = province_name(con, province_id, units, lang), province_name(con, peer_id, units, lang)
        if province_id == peer_id:
            raise CommandError(f"both are {names[0]}", "Give two provinces.")
        wanted = require_edition(edition, editions_with_ranks(con, units))
        if edition is None and (complete := editions_with_components(con, units)):
            wanted = complete[-1]
        rows = select(
            con,
            """SELECT c.*, i.name_vi, i.name_en, i.role, g.gap_points, g.status AS points_status,
                g.basis AS points_basis, g.doubts AS points_doubts
            FROM peer_comparison c JOIN indicators i USING (indicator)
            LEFT JOIN component_gaps g USING (edition, unit_system, province_id, peer_id, indicator)
            WHERE c.edition = ? AND c.unit_system = ? AND c.province_id = ? AND c.peer_id = ?
            ORDER BY i.role <> 'overall', g.gap_points IS NULL, i.role <> 'pillar', i.position""",
            [wanted, units, province_id, peer_id],
        )
        sides = [figures_of(con, wanted, units, one) for one in (province_id, peer_id)]
    if as_json:
        show_json(
            {"edition": wanted, "unit_system": units, "province_id": province_id, "peer_id": peer_id, "rows": rows}
        )
        return
    known = [
        row for row in rows if any(row[column] is not None for column in ("score", "peer_score", "rank", "peer_rank"))
    ]
    if not known:
        raise CommandError(f"the release compares nothing for {names[0]} and {names[1]} in {wanted}", exit_code=FAILED)
    _show_pair(known, sides, names, wanted, lang)


def figures_of(con: Any, edition: int, units: int, province_id: str) -> dict[str, dict[str, Any]]:
    """Error, basis and doubts of one unit's own figures, by indicator: a comparison holds those of both together."""
    both = "basis AS score_basis, doubts AS score_doubts, basis AS rank_basis, doubts AS rank_doubts"
    rows = select(
        con,
        f"""WITH figures AS (
            SELECT edition, unit_system, province_id, 'overall' AS indicator, error_half_width,
                score_basis, score_doubts, rank_basis, rank_doubts FROM province_rankings
            UNION ALL BY NAME
            SELECT edition, unit_system, province_id, indicator, error_half_width, {both},
                basis, doubts, points_basis, points_doubts FROM component_scores
            UNION ALL BY NAME
            SELECT edition, unit_system, province_id, indicator, error_half_width, {both} FROM pillar_scores)
        SELECT * FROM figures WHERE edition = ? AND unit_system = ? AND province_id = ?""",
        [edition, units, province_id],
    )
    return {row["indicator"]: row for row in rows}


def _indicator(row: dict[str, Any], lang: Language) -> str:
    """The short name of a part of the index, else the name of the table."""
    known = catalogue().get(f"part.{row['indicator']}")
    return str(known[lang] if known else row[f"name_{lang}"])


def _difference(row: dict[str, Any], what: str, decimals: int, marks: Marks, lang: Language) -> str:
    """A gap or its points, with the marks of both units."""
    value = row["gap_points" if what == "points" else what]
    return MISSING if value is None else signed(value, decimals, lang) + marks.of(row, what)


def _show_pair(
    rows: list[dict[str, Any]],
    sides: list[dict[str, dict[str, Any]]],
    names: tuple[str, str],
    edition: int,
    lang: Language,
) -> None:
    marks, table = Marks(lang), []
    for row in rows:
        own, peer = (side.get(row["indicator"], {}) for side in sides)
        own = own | {"score": row["score"], "rank": row["rank"]}
        peer = peer | {"score": row["peer_score"], "rank": row["peer_rank"]}
        table.append(
            (
                _indicator(row, lang),
                figure(own, "score", marks, lang),
                figure(peer, "score", marks, lang),
                _difference(row, "gap", decimals_of(row["error_half_width"]), marks, lang),
                _difference(row, "points", 2, marks, lang),
                figure(own, "rank", marks, lang),
                figure(peer, "rank", marks, lang),
            )
        )
    heads = [tell("indicator", lang), *names, tell("gap", lang), tell("points", lang)]
    heads += [tell("rank_of", lang, name=name) for name in names]
    title, room = tell("beside", lang, a=names[0], b=names[1], edition=edition), window()
    if room is not None and room < NARROW:  # scores above, ranks below: names of indicators keep their room
        show_table(heads[:5], [row[:5] for row in table], title, range(1, 5), lang)
        say()
        show_table([heads[0], *heads[5:]], [(row[0], *row[5:]) for row in table], "", (1, 2), lang)
    else:
        show_table(heads, table, title, range(1, 7), lang)
    if any(row["gap_points"] is not None for row in rows):
        say(tell("points_note", lang))
        if any(row["points_status"] in UNREAD for row in rows):
            say(tell("solved", lang, edition=edition))
    elif all(row["gap"] is None for row in rows):
        say(tell("no_scores", lang, edition=edition))
    marks.show_notes()
