"""`dx profile`: one province in a screen of text, or its page of the site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dx_pipeline.cli.errors import CommandError
from dx_pipeline.cli.output import MISSING, AsJson, show_json
from dx_pipeline.cli.provinces import Province, System, find_province, require_system
from dx_pipeline.errors import FAILED
from dx_pipeline.language.numbers import number
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.tables import open_published, select

if TYPE_CHECKING:
    import duckdb

Language = Literal["vi", "en"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "units": "{n} units",
        "part_of": "part of {name} since 1 July 2025",
        "rank": "rank {rank} of {n}",
        "no_rank": "rank not known ({status})",
        "score": "score {score}",
        "components": "Components {edition}",
        "firm": "If weights had differed by up to 25 % ({edition})",
        "band": "rank {p5}-{p95} in 90 % of draws, never outside {low}-{high}",
        "moved": "Why the rank moved",
        "targets": "Own targets",
        "met": "{n} met",
        "not_met": "{n} not met",
        "not_due": "{n} not due yet",
        "not_assessable": "{n} not assessable",
        "page": "Page: {page}",
    },
    "vi": {
        "units": "{n} đơn vị",
        "part_of": "thuộc {name} từ ngày 1/7/2025",
        "rank": "hạng {rank}/{n}",
        "no_rank": "chưa biết hạng ({status})",
        "score": "điểm {score}",
        "components": "Thành phần {edition}",
        "firm": "Nếu trọng số khác đi tối đa 25 % ({edition})",
        "band": "hạng {p5}-{p95} trong 90 % lần rút, không bao giờ ngoài {low}-{high}",
        "moved": "Vì sao hạng thay đổi",
        "targets": "Mục tiêu của tỉnh",
        "met": "{n} đạt",
        "not_met": "{n} không đạt",
        "not_due": "{n} chưa đến hạn",
        "not_assessable": "{n} không đánh giá được",
        "page": "Trang: {page}",
    },
}


def profile(
    province: Province,
    open_page: Annotated[bool, typer.Option("--open", help="Open the province's page of the site.")] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the profile.")] = "en",
    system: System = 63,
    as_json: AsJson = False,
) -> None:
    """One PROVINCE in short: ranks, components, how firm its rank is, why it moved, its own targets."""
    require_system(system)
    with open_published(default_paths()) as con:
        province_id = find_province(con, province, system)
        found = _profile(con, province_id, system)
    page = site_page(default_paths(), province_id, system, lang)
    if open_page:
        _open(page)
    if as_json:
        show_json({**found, "page": page.as_uri() if page else None})
    elif not open_page:
        _show(found, WORDS[lang], lang)
        if page:
            print()
            print(WORDS[lang]["page"].format(page=page))


def _profile(con: duckdb.DuckDBPyConnection, province_id: str, system: int) -> dict[str, Any]:
    """Everything a profile shows, by the same keys in both languages."""
    unit = select(
        con,
        """SELECT p.unit_system, p.province_id, p.name_vi, p.name_en, p.region_vi, p.region_en, p.successor_id,
            s.name_vi AS successor_vi, s.name_en AS successor_en
        FROM provinces p LEFT JOIN provinces s ON s.unit_system = 34 AND s.province_id = p.successor_id
        WHERE p.unit_system = ? AND p.province_id = ?""",
        [system, province_id],
    )[0]
    ranks = select(
        con,
        """SELECT edition, rank, n_units, score, status, score_status FROM province_rankings
        WHERE unit_system = ? AND province_id = ? ORDER BY edition""",
        [system, province_id],
    )
    components = select(
        con,
        """SELECT c.edition, c.indicator, i.name_vi, i.name_en, c.score, c.points, c.rank, c.status
        FROM component_scores c JOIN indicators i USING (indicator)
        WHERE c.unit_system = ? AND c.province_id = ? AND c.score IS NOT NULL
          AND (c.indicator = 'foundation' OR i.role = 'activity')
        QUALIFY c.edition = max(c.edition) OVER () ORDER BY c.indicator <> 'foundation', c.indicator""",
        [system, province_id],
    )
    of_63 = system == 63  # targets were set by provinces
    bands = select(
        con,
        """SELECT b.edition, b.p5, b.p95, r.best, r.worst
        FROM rank_bands b JOIN rank_bounds r USING (edition, unit_system, province_id)
        WHERE b.unit_system = ? AND b.province_id = ? AND b.neighbourhood = 'box25'
          AND r.delta = 0.25 ORDER BY b.edition""",
        [system, province_id],
    )
    sentences = select(
        con,
        """SELECT edition_from, edition_to, sentence_vi, sentence_en, note_vi, note_en FROM findings
        WHERE unit_system = ? AND province_id = ? ORDER BY ALL""",
        [system, province_id],
    )
    targets = select(
        con,
        """SELECT verdict, count(*) AS n FROM target_progress WHERE province_id = ? AND is_latest AND ?
        GROUP BY verdict ORDER BY verdict""",
        [province_id, of_63],
    )
    return {
        **unit,
        "ranks": ranks,
        "components": components,
        "bands": bands,
        "findings": sentences,
        "targets": {row["verdict"]: row["n"] for row in targets},
    }


def _show(found: dict[str, Any], words: dict[str, str], lang: Language) -> None:
    facts = [found[f"region_{lang}"], words["units"].format(n=found["unit_system"])]
    if found["successor_id"] and found["unit_system"] == 63:
        facts.append(words["part_of"].format(name=found[f"successor_{lang}"]))
    print(f"{found[f'name_{lang}']} ({found['province_id']}): {', '.join(fact for fact in facts if fact)}")
    for row in found["ranks"]:
        told = words["no_rank"].format(status=row["status"])
        if row["rank"] is not None:
            told = words["rank"].format(rank=row["rank"], n=row["n_units"])
        score = number(row["score"], 4, lang) if row["score"] is not None else f"{MISSING} ({row['score_status']})"
        print(f"  {row['edition']}  {told}, {words['score'].format(score=score)}")
    if found["components"]:
        print(f"\n{words['components'].format(edition=found['components'][0]['edition'])}")
        for row in found["components"]:
            rank = words["rank"].format(rank=row["rank"], n=found["unit_system"])
            print(f"  {number(row['score'], 4, lang)}  {row[f'name_{lang}']}, {rank}")
    if found["bands"]:
        last = found["bands"][-1]
        band = words["band"].format(p5=last["p5"], p95=last["p95"], low=last["best"], high=last["worst"])
        print(f"\n{words['firm'].format(edition=last['edition'])}\n  {band}")
    if found["findings"]:
        print(f"\n{words['moved']}")
        for row in found["findings"]:
            print(f"  {row[f'sentence_{lang}']}")
        for note in dict.fromkeys(row[f"note_{lang}"] for row in found["findings"] if row[f"note_{lang}"]):
            print(f"  {note}")
    if found["targets"]:
        print(f"\n{words['targets']}")
        print("  " + ", ".join(words[verdict].format(n=n) for verdict, n in found["targets"].items()))


def site_page(paths: Paths, province_id: str, system: int, lang: Language) -> Path | None:
    """The province's page in the published site, None when the release has no such page."""
    from dx_pipeline.report.page import profile_path

    folder = paths.marts / "site" / ("" if lang == "vi" else lang)  # the Vietnamese pages are the main ones
    page = folder / profile_path(system, province_id)
    return page if page.is_file() else None


def _open(page: Path | None) -> None:
    import webbrowser

    if page is None:
        raise CommandError(
            "the current release has no page of this unit", "Run `dx run` to make the site.", exit_code=FAILED
        )
    if not webbrowser.open(page.as_uri()):
        raise CommandError("no browser could be started", f"The page is {page}", exit_code=FAILED)
    print(page)
