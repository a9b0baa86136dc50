"""From tables to what a picture says, before anything is drawn."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dx_pipeline.charts.story import NothingToShowError, Story, tell
from dx_pipeline.charts.words import Words

if TYPE_CHECKING:
    import duckdb

    from dx_pipeline.charts import Picture


@dataclass(frozen=True)
class Facts:
    """What one picture says: its finding, how to read it, and the module's own figures (None: nothing to show)."""

    picture: Picture
    title: Words
    subtitle: Words
    shown: Any


def read_facts(con: duckdb.DuckDBPyConnection, picture: Picture, focus: str, peer: str | None) -> Facts:
    """Read what a picture of a province needs.

    Raises:
        UnknownProvinceError: focus or peer is not one of the 63.
    """
    story: Story = tell(con, focus, peer)
    module = importlib.import_module(picture.module)
    try:
        shown = module.read(story, picture.name)
    except NothingToShowError as nothing:
        name = story.name()
        return Facts(
            picture,
            Words(f"{name.vi}: chưa có số liệu để vẽ", f"{name.en}: no figures to draw"),
            picture.title,
            nothing.reason,
        )
    return Facts(picture, module.title(shown), module.subtitle(shown), shown)
