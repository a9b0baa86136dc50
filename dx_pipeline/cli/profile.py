"""`dx profile`: one province in a screen of text, or its page of the site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dx_pipeline.charts import PICTURES
from dx_pipeline.cli.output import AsJson, CommandError, Force, say, show_json
from dx_pipeline.cli.picture import draw
from dx_pipeline.cli.provinces import Province, System, find_province, require_system
from dx_pipeline.cli.words import Lang, Language, Marks, figure, label, tell
from dx_pipeline.errors import FAILED
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.tables import open_published, parts_of_overall, select

if TYPE_CHECKING:
    import duckdb


def profile(
    province: Province,
    open_page: Annotated[bool, typer.Option("--open", help="Open the unit's page of the site.")] = False,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", metavar="FOLDER", help="Draw every picture of the unit into a folder.")
    ] = None,
    lang: Lang = "en",
    system: System = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """One PROVINCE in short: ranks, components, how firm its rank is, why it moved, its own targets."""
    with open_published(default_paths()) as con:
        units = require_system(con, system, province)
        province_id = find_province(con, province, units)
        found = _profile(con, province_id, units)
    drawn = draw(list(PICTURES), province_id, units, pictures, (lang,), force) if pictures else []
    page = site_page(default_paths(), province_id, units, lang)
    if open_page:
        import webbrowser

        if page is None:
            hint = "Run `dx run` to make the site."
            raise CommandError("the current release has no page of this unit", hint, exit_code=FAILED)
        if not webbrowser.open(page.as_uri()):
            raise CommandError("no browser could be started", f"The page is {page}", exit_code=FAILED)
        print(page)
    if as_json:
        files = {"pictures": [str(file) for file in drawn]} if pictures else {}
        show_json({**found, "page": page.as_uri() if page else None, **files})
        return
    if not open_page:
        _show(found, lang)
        if page:
            print()
            print(tell("page", lang, page=page))
    for file in drawn:
        print(file)


def _profile(con: duckdb.DuckDBPyConnection, province_id: str, system: int) -> dict[str, Any]:
    """Everything a profile shows, by the same keys in both languages."""

    def of_unit(statement: str, *more: Any) -> list[dict[str, Any]]:
        return select(con, statement, [system, province_id, *more])

    unit = of_unit(
        """SELECT p.unit_system, p.province_id, p.name_vi, p.name_en, p.region_vi, p.region_en, p.successor_id,
            s.name_vi AS successor_vi, s.name_en AS successor_en
        FROM provinces p LEFT JOIN provinces s ON s.unit_system <> p.unit_system AND s.province_id = p.successor_id
            AND s.valid_from IS NOT NULL
        WHERE p.unit_system = ? AND p.province_id = ?"""
    )[0]
    ranks = of_unit("SELECT * FROM province_rankings WHERE unit_system = ? AND province_id = ? ORDER BY edition")
    components = of_unit(
        """SELECT c.*, i.name_vi, i.name_en
        FROM component_scores c JOIN indicators i USING (indicator)
        WHERE c.unit_system = ? AND c.province_id = ? AND c.score IS NOT NULL
          AND list_contains(?, c.indicator)
        QUALIFY c.edition = max(c.edition) OVER () ORDER BY i.position""",
        parts_of_overall(con),
    )
    bands = of_unit(
        """SELECT b.edition, b.p5, b.p95, r.best, r.worst, b.basis, b.doubts,
            r.basis AS bounds_basis, r.doubts AS bounds_doubts
        FROM rank_bands b JOIN rank_bounds r USING (edition, unit_system, province_id)
        WHERE b.unit_system = ? AND b.province_id = ? AND b.neighbourhood = 'box25'
          AND r.delta = 0.25 ORDER BY b.edition"""
    )
    sentences = of_unit(
        """SELECT edition_from, edition_to, sentence_vi, sentence_en, note_vi, note_en FROM findings
        WHERE unit_system = ? AND province_id = ? ORDER BY ALL"""
    )
    targets = of_unit(
        """SELECT verdict, count(*) AS n FROM target_progress
        WHERE unit_system = ? AND province_id = ? AND is_latest
        GROUP BY verdict ORDER BY verdict"""
    )
    return {
        **unit,
        "ranks": ranks,
        "components": components,
        "bands": bands,
        "findings": sentences,
        "targets": {row["verdict"]: row["n"] for row in targets},
    }


def _show(found: dict[str, Any], lang: Language) -> None:
    marks = Marks(lang)
    units = found["unit_system"]
    facts = [found[f"region_{lang}"], tell("units", lang, n=units)]
    if found[f"successor_{lang}"]:
        facts.append(tell("part_of", lang, name=found[f"successor_{lang}"]))
    say(f"{found[f'name_{lang}']} ({found['province_id']}): {', '.join(fact for fact in facts if fact)}")
    for row in found["ranks"]:
        rank = tell("no_rank", lang, status=label("missing", row["status"], lang))
        if row["rank"] is not None:
            rank = tell("has_rank", lang, rank=row["rank"], n=row["n_units"]) + marks.of(row, "rank")
        score = tell("no_score", lang, status=label("missing", row["score_status"], lang))
        if row["score"] is not None:
            score = tell("has_score", lang, score=figure(row, "score", marks, lang))
        say(f"  {row['edition']}  {rank}, {score}")
    if found["components"]:
        say(f"\n{tell('components', lang, edition=found['components'][0]['edition'])}")
        for row in found["components"]:
            rank = tell("has_rank", lang, rank=row["rank"], n=units) + marks.of(row, "rank")
            say(f"  {figure(row, 'score', marks, lang)}  {row[f'name_{lang}']}, {rank}")
    if found["bands"]:
        last = found["bands"][-1]
        drawn, bounds = f"{last['p95']}{marks.of(last, 'p95')}", f"{last['worst']}{marks.of(last, 'bounds')}"
        band = tell("band", lang, p5=last["p5"], p95=drawn, low=last["best"], high=bounds)
        say(f"\n{tell('firm', lang, edition=last['edition'])}\n  {band}")
    if found["findings"]:
        say(f"\n{tell('moved', lang)}")
        for row in found["findings"]:
            say(f"  {row[f'sentence_{lang}']}")
        for note in dict.fromkeys(row[f"note_{lang}"] for row in found["findings"] if row[f"note_{lang}"]):
            say(f"  {note}")
    if found["targets"]:
        say(f"\n{tell('targets', lang)}")
        told = (f"{n} {label('verdict', verdict, lang)}" for verdict, n in found["targets"].items())
        say("  " + ", ".join(told))
    marks.show_notes(before="\n")


def site_page(paths: Paths, province_id: str, system: int, lang: Language) -> Path | None:
    """The province's page in the published site, None when the release has no such page."""
    from dx_pipeline.report.page import profile_path

    folder = paths.marts / "site" / ("" if lang == "vi" else lang)  # the Vietnamese pages are the main ones
    page = folder / profile_path(system, province_id)
    return page if page.is_file() else None
