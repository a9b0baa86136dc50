"""The quality page of a release: one static HTML file in Vietnamese and English, readable offline and printable.

Great Expectations' own Data Docs load scripts and a tracking asset from elsewhere; this page loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dx_pipeline.quality.model import STATUSES
from dx_pipeline.quality.page_words import in_signs, in_vietnamese
from dx_pipeline.quality.runner import where_to_look

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

#: status -> sign, Vietnamese, English; the sign and the word carry the meaning, colour only helps
STATUS_LABELS = {
    "passed": ("✓", "đạt", "passed"),
    "failed": ("✗", "không đạt", "failed"),
    "not_applicable": ("–", "không có gì để kiểm tra", "nothing to check"),
    "error": ("!", "không chạy được", "could not run"),
}
SEVERITY_LABELS = {
    "blocking": ("chặn phát hành", "stops the release"),
    "warning": ("cảnh báo", "warning"),
    "info": ("thông tin", "information"),
}
DIMENSION_LABELS = {
    "accuracy": "chính xác",
    "completeness": "đầy đủ",
    "consistency": "nhất quán",
    "timeliness": "kịp thời",
    "validity": "hợp lệ",
    "uniqueness": "duy nhất",
    "integrity": "toàn vẹn",
}


def render_quality_page(
    check_results: pl.DataFrame, release: str, releases: Sequence[str] | None = None, home: str = "index.html"
) -> str:
    """The page's HTML.

    Args:
        check_results: the table `check_results` with the rows of all releases.
        release: the release the page is about.
        releases: all releases, oldest first; by default those of the table in order of their numbers.
        home: where the link back leads; "" for none.

    Raises:
        ValueError: the table has no row of that release.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    rows = check_results.sort("table_name", "check_name").to_dicts()
    ordered = list(releases) if releases is not None else sorted({row["release"] for row in rows}, key=_release_order)
    current = [_shown(row) for row in rows if row["release"] == release]
    if not current:
        raise ValueError(f"check_results holds no row of release {release!r}; it has {ordered}")
    status = {(row["release"], row["table_name"], row["check_name"]): row["status"] for row in rows}
    for row in current:
        row["history"] = [(each, status.get((each, row["table_name"], row["check_name"]))) for each in ordered]
    environment = Environment(
        loader=PackageLoader("dx_pipeline.quality", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    style = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("page.html.j2").render(
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        release=release,
        home=home,
        counts=_counts(current),
        problems=[row for row in current if row["status"] in ("failed", "error")],
        tables=_by_table(current),
        history=[(each, _counts([row for row in rows if row["release"] == each])) for each in ordered],
        status_labels=STATUS_LABELS,
        severity_labels=SEVERITY_LABELS,
        dimension_labels=DIMENSION_LABELS,
        in_vietnamese=in_vietnamese,
        in_signs=in_signs,
    )


def _release_order(release: str) -> list[int]:
    """1.10.0 after 1.9.0."""
    return [int(part) for part in re.findall(r"\d+", release)]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    keys = json.loads(row["failing_keys"])
    return row | {
        "keys": keys,
        "key_names": list(dict.fromkeys(name for key in keys for name in key)),
        "where": where_to_look(row["table_name"], row["check_name"], row["engine"]),
    }


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {status: sum(row["status"] == status for row in rows) for status in STATUSES}


def _by_table(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        tables.setdefault(row["table_name"], []).append(row)
    return tables
