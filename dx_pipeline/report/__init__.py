"""Pages and workbook of a release: they show what the public tables hold and compute nothing of their own.

Belongs here: pages, their drawings in SVG, the workbook. Doesn't: figures and verdicts (`marts`), words and numbers
(`language`), pictures for print (`charts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dx_pipeline.report.page import profile_path
    from dx_pipeline.report.site import build_site
    from dx_pipeline.report.workbook import write_workbook

__all__ = ["build_site", "profile_path", "write_workbook"]

_HOMES = {"build_site": "site", "profile_path": "page", "write_workbook": "workbook"}


def __getattr__(name: str) -> Any:
    """Import what is asked for only then: the code location imports this package, but not Jinja or XlsxWriter."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
