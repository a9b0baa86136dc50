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

from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from pydantic import Field, model_validator

from dx_pipeline.conform.findings import Finding
from dx_pipeline.declarations import Declaration, Many, read_declaration, wrong
from dx_pipeline.errors import BAD_INPUT, DxError, Problem, nearest
from dx_pipeline.vocabulary import codes

FOLDER = "data/corrections"
DOUBTS = tuple(codes("doubt"))
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class CorrectionError(DxError):
    """A correction speaks of a source that is not there, or its source no longer prints what it was made for."""

    exit_code = BAD_INPUT


class Target(Declaration):
    """Which printed figures a correction judges; every key that is given must match."""

    source_id: Text | None = None
    edition: int | None = Field(default=None, ge=1900, le=2100)
    unit_system: int | None = Field(default=None, ge=1)
    province_id: Text | None = None
    indicator: Text | None = None
    measure: Literal["score", "rank", "mean", "value"] | None = None
    value_text: Text | None = None
    publisher: Text | None = None
    kind: Literal["stated", "derived"] | None = None

    @property
    def given(self) -> dict[str, object]:
        """The keys that must match."""
        return self.model_dump(exclude_none=True)

    @model_validator(mode="after")
    def _not_everything(self) -> Target:
        if not self.given:
            wrong("at least one key that says which figures", "name source_id, edition, province_id ...")
        return self


class Guard(Declaration):
    """How many printed figures the target matches, exactly."""

    rows: int = Field(ge=1)


class CorrectionFile(Declaration):
    """One file of `data/corrections`."""

    action: Literal["rule_out", "flag"] = Field(description="flag: stays usable, the doubt is shown")
    reason_vi: Text
    reason_en: Text
    evidence: Text = Field(description="what shows it")
    evidence_by: Text = Field(description="who says so")
    doubts: Many[Literal[DOUBTS]] = Field(default=(), description="codes the figures carry from here on")  # type: ignore[valid-type]
    target: Target
    guard: Guard


class Correction(CorrectionFile):
    """One declared judgement, by the name of its file."""

    correction_id: str

    @property
    def where(self) -> str:
        """The file as messages name it."""
        return f"{FOLDER}/{self.correction_id}.toml"


def load_corrections(folder: Path) -> list[Correction]:
    """All declared corrections, by file name; no folder means none.

    Raises:
        DeclarationError: a file is not TOML, or says something that cannot be meant.
        CorrectionError: the folder holds something else than corrections.
    """
    corrections = []
    for path in sorted(folder.glob("*")):
        where = f"{FOLDER}/{path.name}"
        if path.name.startswith("."):
            continue
        if path.suffix != ".toml" or not path.is_file():
            raise CorrectionError.of([Problem(where, "a correction: <id>.toml", "another file", "move it elsewhere")])
        data = read_declaration(CorrectionFile, path, where)
        corrections.append(Correction(correction_id=path.stem, **dict(data)))
    return corrections


def apply_corrections(observations: pl.DataFrame, corrections: list[Correction]) -> list[Finding]:
    """A finding for every printed figure a correction speaks of.

    Raises:
        CorrectionError: a source is unknown, the guard fails, or two corrections judge one figure.
    """
    findings = []
    judged: dict[int, Correction] = {}
    known = observations["source_id"].unique().sort().to_list()
    for one in corrections:
        if one.target.source_id not in (None, *known):
            problem = Problem(
                f"{one.where}, target.source_id", "a source of data/raw/manifest.toml", repr(one.target.source_id),
                nearest(one.target.source_id, known),
            )  # fmt: skip
            raise CorrectionError.of([problem])
        matching = observations.filter(**one.target.given)
        if matching.height != one.guard.rows:
            problem = Problem(
                f"{one.where}, guard.rows", f"{one.guard.rows} printed figures like {one.target.given}",
                str(matching.height), "the source has changed: check it, then change or remove the correction",
            )  # fmt: skip
            raise CorrectionError.of([problem])
        for row in matching.iter_rows(named=True):
            other = judged.setdefault(row["observation"], one)
            if other is not one:
                at = f"data/raw/{row['source_id']}/{row['locator']}"
                problem = Problem(f"{other.where} and {one.where}", "one correction a figure", f"two for {at}")
                raise CorrectionError.of([problem])
            out, code = one.action == "rule_out", f"correction:{one.correction_id}"
            findings.append(Finding(row["observation"], code, out, out, one.reason_vi, one.reason_en))
    return findings
