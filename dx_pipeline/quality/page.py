"""The quality page of a release: one static HTML file in Vietnamese and English, readable offline and printable.

Great Expectations' own Data Docs load scripts and a tracking asset from elsewhere; this page loads nothing. The
sentences that code writes have few shapes, so the page translates them. What a law of `laws/` expects is written by
hand, in English; beside it stands in Vietnamese what the law protects.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dx_pipeline.errors import DxError
from dx_pipeline.quality.model import STATUSES
from dx_pipeline.quality.runner import where_to_look

if TYPE_CHECKING:
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


def render_quality_page(check_results: pl.DataFrame, release: str) -> str:
    """The page's HTML.

    Raises:
        ValueError: the table has no row of that release.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    rows = check_results.sort("table_name", "check_name").to_dicts()
    # 1.10.0 after 1.9.0
    numbers = {row["release"]: [int(part) for part in re.findall(r"\d+", row["release"])] for row in rows}
    ordered = sorted(numbers, key=lambda name: numbers[name])
    current = [_shown(row) for row in rows if row["release"] == release]
    if not current:
        raise DxError(f"check_results holds no row of release {release!r}; it has {ordered}")
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
        counts=_counts(current),
        problems=[row for row in current if row["status"] in ("failed", "error")],
        tables={name: list(table) for name, table in groupby(current, itemgetter("table_name"))},
        history=[(each, _counts([row for row in rows if row["release"] == each])) for each in ordered],
        status_labels=STATUS_LABELS,
        severity_labels=SEVERITY_LABELS,
        dimension_labels=DIMENSION_LABELS,
        in_vietnamese=in_vietnamese,
        in_signs=in_signs,
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    keys = json.loads(row["failing_keys"])
    return row | {
        "keys": keys,
        "key_names": list(dict.fromkeys(name for key in keys for name in key)),
        "where": where_to_look(row["table_name"], row["check_name"], row["engine"]),
    }


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {status: sum(row["status"] == status for row in rows) for status in STATUSES}


#: sentence of a check -> the same in Vietnamese; column names, codes and formulas stay as they are
_SENTENCES = {
    r"(\d+) rows hold": r"\1 dòng đúng",
    r"(\d+) values follow it": r"\1 giá trị đúng",
    r"(\d+) values follow it; no value at all in (.+)": r"\1 giá trị đúng; không có giá trị nào ở \2",
    r"(\d+) of (\d+) values do not(.*)": r"\1 trong \2 giá trị không đúng\3",
    r"(\d+) of (\d+) rows do not hold; (.+): found (.+), expected (.+)": (
        r"\1 trong \2 dòng không đúng; \3: tìm thấy \4, mong đợi \5"
    ),
    r"(\d+) rows as expected": r"\1 dòng như mong đợi",
    r"(\d+) rows in (\d+) partitions": r"\1 dòng trong \2 phần",
    r"(\d+) committed partitions": r"\1 phần đã ghi nhận",
    "committed row counts": "số dòng đã ghi nhận",
    "no committed counts": "chưa ghi nhận số dòng nào",
    "no other partition": "không có phần nào khác",
    "no row to check": "không có dòng nào để kiểm tra",
    "the table is empty": "bảng rỗng",
    "no value in (.+)": r"không có giá trị nào ở \1",
    "every province and indicator exists in the reference tables": (
        "mọi tỉnh, thành phố và chỉ số đều có trong các bảng tham chiếu"
    ),
    "basis is the weakest of the inputs, doubts are all of theirs, besides those that arise in the table": (
        "basis là căn cứ yếu nhất của số liệu đầu vào, doubts gồm mọi nghi vấn của chúng, ngoài những gì"
        " phát sinh ngay trong bảng"
    ),
    "ranks, positions and places fit the number of units of their system": (
        "thứ hạng, vị trí và số bậc hợp với số đơn vị của hệ"
    ),
    r"(\S+\.toml) states the rule; figure_sources tells where a figure was read": (
        r"\1 nêu quy tắc; bảng figure_sources cho biết số liệu đọc ở đâu"
    ),
    r"(\S+\.toml): its SELECT shows the rows; figure_sources tells where a figure was read": (
        r"\1: câu SELECT ở đó cho ra các dòng; bảng figure_sources cho biết số liệu đọc ở đâu"
    ),
    r"(\S+\.csv); if the change is wanted, run (.+) and commit the diff": (
        r"\1; nếu thay đổi là đúng ý, chạy \2 rồi commit phần khác"
    ),
    "the reference tables provinces and indicators, and the code column of (.+)": (
        r"các bảng tham chiếu provinces và indicators, và cột mã của \1"
    ),
}
#: one rule of a contract -> the same in signs, for readers of both languages
_RULES = {
    r"(\w+) in (.+)": r"\1 ∈ {\2}",
    r"(\w+) like (.+)": r"\1: /\2/",
    r"((?:\S+ <= )?\w+ [<>]= \S+)": r"\1",
}


def in_vietnamese(sentence: str) -> str | None:
    """The sentence of a check in Vietnamese, its figures with a decimal comma; None when only English exists."""
    known = _translated(sentence, _SENTENCES)
    figures = r"(?<=: tìm thấy )\S+ mong đợi \S+$"
    return re.sub(figures, lambda found: found[0].replace(".", ","), known) if known else None


def in_signs(sentence: str) -> str | None:
    """The rules of a contract, joined by semicolons, in signs that need no language; None for anything else."""
    rules = [_translated(rule, _RULES) for rule in sentence.split("; ")]
    return None if None in rules else "; ".join(filter(None, rules))


def _translated(sentence: str, shapes: dict[str, str]) -> str | None:
    for shape, vietnamese in shapes.items():
        if found := re.fullmatch(shape, sentence):
            return found.expand(vietnamese)
    return None
