"""One finding in Vietnamese and English on how a unit moved between two editions.

Every figure stands as it was printed, with its doubts: in words beside it where it is this figure's own doubt, as a
mark with a note below where it is that of a whole table. A score is never said to grow across a broken comparability.
"""

from __future__ import annotations

from collections.abc import Mapping

from dx_pipeline.index.findings import Part
from dx_pipeline.language.clauses import movement_sentence
from dx_pipeline.language.movement import ABOUT, MARKED, Movement, marks_in
from dx_pipeline.language.numbers import signed
from dx_pipeline.language.words import Words, both, component_in_text, joined, listed, places, same, sentence
from dx_pipeline.vocabulary import by_code, split


def finding(m: Movement) -> Words:
    """The finding in both languages: one to three sentences."""
    parts = [movement_sentence(m), _effects(m), _parts(m)]
    return both(joined([part for part in parts if part is not None]).in_language)


def note(m: Movement) -> Words | None:
    """What the marks in the finding mean; None without marks."""
    held = [*(figure.doubts for figure in m.figures), m.table_doubts if _tells_effects(m) else None]
    used = sorted({name for doubts in held for name in split(doubts) if name in MARKED})
    codes = [by_code()[name] for name in used]
    return both(lambda language: "; ".join(f"{one.mark} {one.name(language)}" for one in codes)) if codes else None


def _effects(m: Movement) -> Words | None:
    """What the change of rank owes to the unit's own score and to all others'."""
    if m.own_effect is None or m.others_effect is None:
        return None
    decimals = 0 if float(m.own_effect).is_integer() and float(m.others_effect).is_integer() else 1
    own, others = places(m.own_effect, decimals), places(m.others_effect, decimals)
    unit = "thành phố" if m.city else "tỉnh"
    own_words = {
        -1: Words(f"Riêng điểm của {unit} đủ để lên {own.vi}", f"Its own score alone is worth {own.en} up"),
        0: Words(f"Riêng điểm của {unit} không làm đổi hạng", "Its own score alone changes no rank"),
        1: Words(f"Riêng điểm của {unit} đã kéo xuống {own.vi}", f"Its own score alone is worth {own.en} down"),
    }[_sign(m.own_effect)]
    same_way = _sign(m.own_effect) == _sign(m.others_effect)
    but, more = (Words("còn", ""), " thêm") if same_way else (Words("nhưng", "but "), "")
    theirs = f"{but.en}the other units' scores {others.en}"
    others_words = {
        -1: Words(f"{but.vi} các địa phương khác chậm hơn nên lên{more} {others.vi}", f"{theirs} up"),
        0: Words("các địa phương khác không làm đổi hạng", "the other units' scores change nothing"),
        1: Words(f"{but.vi} các địa phương khác tiến nhanh hơn nên xuống{more} {others.vi}", f"{theirs} down"),
    }[_sign(m.others_effect)]
    mark = same(marks_in(m.table_doubts) + ".")
    return joined([own_words, same(", "), others_words, mark], "")


def _tells_effects(m: Movement) -> bool:
    return m.own_effect is not None and m.others_effect is not None


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _parts(m: Movement) -> Words | None:
    """The parts that moved with the score, and those that moved against it and matter."""
    told = m.explanation
    if told is None or m.score_change is None or not (told.leading or told.opposing):
        return None
    rose, fell = Words("tăng", "rose"), Words("giảm", "fell")
    with_it, against_it = (rose, fell) if m.score_change >= 0 else (fell, rose)
    clauses = []
    if told.leading:
        names = listed([_part(part) for part in told.leading])
        together, order = same(""), same("")
        if told.undecided:
            together = Words("cùng ", "")
            order = Words(", thứ tự không phân định được theo số in", ", in an order not decided by the printed digits")
        clauses.append(
            Words(
                f"{names.vi} {together.vi}{with_it.vi} nhiều nhất{order.vi}", f"{names.en} {with_it.en} most{order.en}"
            )
        )
    if told.opposing:
        clauses.append(joined([listed([_part(part) for part in told.opposing]), against_it]))
    return sentence(joined(clauses, "; "))


def _part(part: Part) -> Words:
    name, size = component_in_text(part.name), both(lambda language: signed(part.points, 1, language))
    return Words(f"{name.vi} ({size.vi} điểm)", f"{name.en} ({size.en} points)")


def holds_every_doubt(text: Words, doubts: str | None) -> Mapping[str, bool]:
    """For each doubt code, whether both sentences say it: by its words, its mark, "about", or "not decided"."""
    said = {}
    for name in split(doubts):
        entry = by_code()[name]
        if name in MARKED:
            said[name] = entry.mark in text.vi and entry.mark in text.en
        elif name in ABOUT:
            said[name] = "khoảng " in text.vi and "about " in text.en
        elif name == "within_error":
            said[name] = "không phân định được" in text.vi and "not decided by the printed digits" in text.en
        else:
            said[name] = entry.name_vi in text.vi and entry.name_en in text.en
    return said
