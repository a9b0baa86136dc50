"""From tables to what a picture says, before anything is drawn."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dx_pipeline.charts.subject import NothingToShowError, Subject, subject_of
from dx_pipeline.language.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from dx_pipeline.charts import Picture


@dataclass(frozen=True)
class Finding:
    """What one picture says: its finding, how to read it, and the module's own figures (None: nothing to show)."""

    picture: Picture
    title: Words
    subtitle: Words
    shown: Any
    #: what is doubtful about the unit's ranks and scores
    doubts: Words | None = None


def read_finding(
    con: duckdb.DuckDBPyConnection, picture: Picture, reference: Path, unit_system: int, focus: str, peer: str | None
) -> Finding:
    """Read what a picture of a province needs.

    Raises:
        UnknownProvinceError: focus or peer is not a unit of the system.
    """
    subject: Subject = subject_of(con, reference, unit_system, focus, peer)
    module = importlib.import_module(picture.module)
    try:
        shown = module.read(subject, picture.name)
    except NothingToShowError as nothing:
        name = subject.name()
        return Finding(
            picture,
            Words(f"{name.vi}: chưa có số liệu để vẽ", f"{name.en}: no figures to draw"),
            picture.title,
            nothing.reason,
        )
    return Finding(picture, module.title(shown), module.subtitle(shown), shown, _doubts(subject))


def _doubts(subject: Subject) -> Words | None:
    import duckdb

    try:
        return subject.doubts()
    except duckdb.CatalogException:
        return None
