"""Declared corrections: a judgement about a printed figure is data, with a reason, evidence and a guard.

`data/corrections/<id>.toml`:

    action = "rule_out"            # or "flag": stays usable, the doubt is shown
    reason_vi = "..."
    reason_en = "..."
    doubts = ["edition_not_stated"]  # codes of the vocabulary the figures carry from here on; may be left out
    evidence = "..."               # what shows it
    evidence_by = "..."            # who says so
    [target]                       # which printed figures; every key must match
    source_id = "dti_press_figures"
    edition = 2020
    province_id = "ha-giang"
    indicator = "overall"
    measure = "rank"
    value_text = "26"
    [guard]
    rows = 1                       # how many printed figures this matches, exactly

The guard fails as soon as the source no longer prints what was judged, so that no correction outlives its reason.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dx_pipeline.conform.figures import Finding
from dx_pipeline.vocabulary import codes

TARGET_KEYS = {
    "source_id", "edition", "unit_system", "province_id", "indicator", "measure", "value_text", "publisher", "kind",
}  # fmt: skip


class CorrectionError(ValueError):
    """A correction is incomplete, or its source no longer prints what it was made for."""


@dataclass(frozen=True)
class Correction:
    """One declared judgement."""

    correction_id: str
    action: str
    target: dict[str, Any]
    rows: int
    reason_vi: str
    reason_en: str
    evidence: str
    evidence_by: str
    doubts: tuple[str, ...] = ()


def load_corrections(folder: Path) -> list[Correction]:
    """All declared corrections, by file name.

    Raises:
        CorrectionError: a field is missing, or a key of [target] is unknown.
    """
    corrections = []
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        missing = [
            key for key in ("reason_vi", "reason_en", "evidence", "evidence_by", "target", "guard") if not data.get(key)
        ]
        unknown = sorted(set(data.get("target", {})) - TARGET_KEYS)
        no_codes = sorted(set(data.get("doubts", ())) - set(codes("doubt")))
        if no_codes:
            raise CorrectionError(
                f"data/corrections/{path.name}, doubts: expected codes of {', '.join(codes('doubt'))}, found {no_codes}"
            )
        if missing or unknown or data.get("action") not in ("rule_out", "flag"):
            raise CorrectionError(
                f"data/corrections/{path.name}: missing {missing or 'nothing'}, unknown target keys "
                f"{unknown or 'none'}, action {data.get('action')!r} (expected rule_out or flag)"
            )
        corrections.append(
            Correction(
                path.stem,
                data["action"],
                data["target"],
                int(data["guard"]["rows"]),
                data["reason_vi"],
                data["reason_en"],
                data["evidence"],
                data["evidence_by"],
                tuple(data.get("doubts", ())),
            )
        )
    return corrections


def apply_corrections(observations: pl.DataFrame, corrections: list[Correction]) -> list[Finding]:
    """A finding for every printed figure a correction speaks of.

    Raises:
        CorrectionError: the guard fails.
    """
    findings = []
    for correction in corrections:
        matching = observations.filter(*[pl.col(key) == value for key, value in correction.target.items()])
        if matching.height != correction.rows:
            raise CorrectionError(
                f"data/corrections/{correction.correction_id}.toml: expected {correction.rows} printed figures like "
                f"{correction.target}, found {matching.height}; the source has changed: check it, then change or "
                "remove the correction"
            )
        findings += [
            Finding(
                row["observation"],
                f"correction:{correction.correction_id}",
                conflict=correction.action == "rule_out",
                ruled_out=correction.action == "rule_out",
                reason_vi=correction.reason_vi,
                reason_en=correction.reason_en,
            )
            for row in matching.iter_rows(named=True)
        ]
    return findings
