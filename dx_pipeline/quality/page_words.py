"""Vietnamese for what checks say of themselves: the sentences code writes have few shapes, so the page translates them.

What a law of `laws/` expects is written by hand, in English; beside it stands in Vietnamese what the law protects.
"""

from __future__ import annotations

import re

#: sentence of a check -> the same in Vietnamese; column names, codes and formulas stay as they are
_SENTENCES = tuple(
    (re.compile(shape), vietnamese)
    for shape, vietnamese in (
        (r"(\d+) rows hold", r"\1 dòng đúng"),
        (r"(\d+) values follow it", r"\1 giá trị đúng"),
        (r"(\d+) values follow it; no value at all in (.+)", r"\1 giá trị đúng; không có giá trị nào ở \2"),
        (r"(\d+) of (\d+) values do not(.*)", r"\1 trong \2 giá trị không đúng\3"),
        (
            r"(\d+) of (\d+) rows do not hold; (.+): found (\S+), expected (\S+)",
            r"\1 trong \2 dòng không đúng; \3: tìm thấy \4, mong đợi \5",
        ),
        (r"(\d+) rows as expected", r"\1 dòng như mong đợi"),
        (r"(\d+) rows in (\d+) partitions", r"\1 dòng trong \2 phần"),
        (r"(\d+) committed partitions", r"\1 phần đã ghi nhận"),
        (r"committed row counts", "số dòng đã ghi nhận"),
        (r"no committed counts", "chưa ghi nhận số dòng nào"),
        (r"no other partition", "không có phần nào khác"),
        (r"no row to check", "không có dòng nào để kiểm tra"),
        (r"the table is empty", "bảng rỗng"),
        (r"no value in (.+)", r"không có giá trị nào ở \1"),
        (
            r"every province and indicator exists in the reference tables",
            "mọi tỉnh, thành phố và chỉ số đều có trong các bảng tham chiếu",
        ),
        (
            r"basis is the weakest of the inputs, doubts are all of theirs, besides those that arise in the table",
            "basis là căn cứ yếu nhất của số liệu đầu vào, doubts gồm mọi nghi vấn của chúng, ngoài những gì phát sinh"
            " ngay trong bảng",
        ),
        (
            r"ranks, positions and places fit the number of units of their system",
            "thứ hạng, vị trí và số bậc hợp với số đơn vị của hệ",
        ),
        (
            r"(\S+\.toml) states the rule; figure_sources tells where a figure was read",
            r"\1 nêu quy tắc; bảng figure_sources cho biết số liệu đọc ở đâu",
        ),
        (
            r"(\S+\.toml): its SELECT shows the rows; figure_sources tells where a figure was read",
            r"\1: câu SELECT ở đó cho ra các dòng; bảng figure_sources cho biết số liệu đọc ở đâu",
        ),
        (
            r"(\S+\.csv); if the change is wanted, run (.+) and commit the diff",
            r"\1; nếu thay đổi là đúng ý, chạy \2 rồi commit phần khác",
        ),
        (
            r"the reference tables provinces and indicators, and the code column of (.+)",
            r"các bảng tham chiếu provinces và indicators, và cột mã của \1",
        ),
    )
)
#: one rule of a contract -> the same in signs, for readers of both languages
_RULES = tuple(
    (re.compile(shape), signs)
    for shape, signs in (
        (r"(\w+) in (.+)", r"\1 ∈ {\2}"),
        (r"(\w+) like (.+)", r"\1: /\2/"),
        (r"((?:\S+ <= )?\w+ [<>]= \S+)", r"\1"),
    )
)


def in_vietnamese(sentence: str) -> str | None:
    """The sentence of a check in Vietnamese, its figures with a decimal comma; None when only English exists."""
    known = _translated(sentence, _SENTENCES)
    figures = r"(?<=: tìm thấy )\S+ mong đợi \S+$"
    return re.sub(figures, lambda found: found[0].replace(".", ","), known) if known else None


def in_signs(sentence: str) -> str | None:
    """The rules of a contract, joined by semicolons, in signs that need no language; None for anything else."""
    rules = [_translated(rule, _RULES) for rule in sentence.split("; ")]
    return None if None in rules else "; ".join(filter(None, rules))


def _translated(sentence: str, shapes: tuple[tuple[re.Pattern[str], str], ...]) -> str | None:
    for shape, vietnamese in shapes:
        if found := shape.fullmatch(sentence):
            return found.expand(vietnamese)
    return None
