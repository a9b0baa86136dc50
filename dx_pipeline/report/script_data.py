"""The figures the script of the site needs, once for all pages: one file that sets one variable.

Loaded by a script tag because a page opened from a folder may not read other files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dx_pipeline.index import POINTS_PER_SCORE, TIE_TOLERANCE
from dx_pipeline.language.numbers import decimals_of
from dx_pipeline.language.words import LANGUAGES, catalogue
from dx_pipeline.report.site_data import SiteData
from dx_pipeline.report.wording import doubts_of
from dx_pipeline.tables import Row, rounding_errors
from dx_pipeline.vocabulary import load_vocabulary

#: texts of the catalogue that the script writes
SCRIPT_WORDS = ("js.", "part.", "short.", "status.", "missing.")


def script_data(data: SiteData, release: str) -> str:
    """The text of assets/data.js."""
    indicators = _indicators(data)
    content = {
        "release": release,
        "tie": TIE_TOLERANCE,
        "scale": POINTS_PER_SCORE,
        "systems": data.systems,
        "units": {str(system): _units(data, system) for system in data.systems},
        "editions": {str(system): data.ranked_editions(system) for system in data.systems},
        "breaks": [f"{before}-{after}" for before, after in sorted(data.breaks)],
        "parts": list(data.parts),
        "indicators": indicators,
        "weights": {
            str(edition): {"values": [weights[part] for part in data.parts], "basis": basis}
            for edition, (weights, basis) in data.weights.items()
        },
        "errors": {
            str(system): {
                str(edition): rounding_errors(data.tables.con, edition, system)
                for edition in data.weights
                if "component_scores" in data.tables and edition in data.ranked_editions(system)
            }
            for system in data.systems
        },
        "rows": {str(system): _rows(data, system, indicators) for system in data.systems},
        "focus": [[system, first, second] for (system, first), (_, second) in data.focus],
        "marks": {
            code.code: [code.mark, code.name_vi, code.name_en, code.meaning_vi, code.meaning_en]
            for code in load_vocabulary()
            if code.mark and code.kind != "missing"
        },
        "words": {
            language: {
                key: texts[language] for key, texts in sorted(catalogue().items()) if key.startswith(SCRIPT_WORDS)
            }
            for language in LANGUAGES
        },
    }
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f'"use strict";\nwindow.DTI = {written};\n'


def _indicators(data: SiteData) -> list[str]:
    """The overall, its parts and what else has scores of components or pillars."""
    known = {indicator for _, _, _, indicator in data.component}
    others = [code for (code,), row in data.indicators.items() if row["role"] == "foundation" and code in known]
    return [
        "overall",
        *(part for part in data.parts if part in known),
        *(one for one in others if one not in data.parts),
    ]


def _units(data: SiteData, system: int) -> dict[str, list[Any]]:
    """province_id -> names, successor, further spellings."""
    spellings = _spellings(data.reference, system)
    return {
        province_id: [unit["name_vi"], unit["name_en"], unit["successor_id"], spellings.get(province_id, [])]
        for (each, province_id), unit in data.units.items()
        if each == system
    }


def _spellings(reference: Path, system: int) -> dict[str, list[str]]:
    """Every further spelling the project knows, as `dx` does."""
    from dx_pipeline.conform.reference import load_reference

    if not (reference / "source.toml").is_file():
        return {}
    known_names = load_reference(reference).names
    found: dict[str, list[str]] = {}
    for group in known_names[system].known.values() if system in known_names else ():
        for known in group:
            if known.spelling.text != known.unit.name_vi:
                found.setdefault(known.unit.province_id, []).append(known.spelling.text)
    return {province_id: sorted(set(texts)) for province_id, texts in found.items()}


def _rows(data: SiteData, system: int, indicators: list[str]) -> dict[str, dict[str, Any]]:
    """Edition -> province_id -> a list an indicator (see `_figure`), then the rank's basis."""
    found: dict[str, dict[str, Any]] = {}
    for edition in data.editions:
        rows = {}
        for row in data.rankings.get((edition, system), []):
            key = (edition, system, row["province_id"])
            line = [_figure(row), *(_figure(data.component.get((*key, one))) for one in indicators[1:])]
            while line and line[-1] is None:
                line.pop()
            rows[row["province_id"]] = [line, row["status"]]
        if any(line for line, _ in rows.values()):
            found[str(edition)] = rows
    return found


def _figure(row: Row | None) -> list[Any] | None:
    """Score, rank; then, if any, their doubts (`of the score|of the rank` where they differ) and decimals below 4."""
    if row is None or (row["score"] is None and row["rank"] is None):
        return None
    of_each = [_doubts(row, column) if row[column] is not None else "" for column in ("score", "rank")]
    decimals = decimals_of(row["error_half_width"])
    told = [of_each[0] if of_each[0] == of_each[1] else "|".join(of_each), decimals if decimals < 4 else None]
    while told and not told[-1]:
        told.pop()
    return [row["score"], row["rank"], *told]


def _doubts(row: Row, column: str) -> str:
    return ",".join(code.code for code in doubts_of(row, column) if code.mark)
