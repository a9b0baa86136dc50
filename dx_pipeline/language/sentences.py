"""One finding in Vietnamese and English on how a unit moved between two editions.

Every figure stands as it was printed, with its doubts: in words beside it where it is this figure's own doubt, as a
mark with a note below where it is that of a whole table. A score is never said to grow across a broken comparability.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from dx_pipeline.index.findings import Part
from dx_pipeline.language.clauses import movement_sentence, places_moved
from dx_pipeline.language.movement import ABOUT, MARKED, Movement
from dx_pipeline.language.numbers import signed
from dx_pipeline.language.words import Words, capital, component_in_text, joined, listed
from dx_pipeline.vocabulary import code, split


def finding(m: Movement) -> Words:
    """The finding in both languages: one to three sentences."""
    parts = [movement_sentence(m), _effects(m), _parts(m)]
    text = joined([part for part in parts if part is not None])
    return Words(unicodedata.normalize("NFC", text.vi), unicodedata.normalize("NFC", text.en))


def note(m: Movement) -> Words | None:
    """What the marks in the finding mean; None without marks."""
    held = [*(figure.doubts for figure in m.figures), m.table_doubts if _tells_effects(m) else None]
    used = {name for doubts in held for name in split(doubts) if name in MARKED}
    if not used:
        return None
    lines = [Words(f"{code(n).mark} {code(n).name_vi}", f"{code(n).mark} {code(n).name_en}") for n in sorted(used)]
    return joined(lines, "; ")


def _effects(m: Movement) -> Words | None:
    """What the change of rank owes to the unit's own score and to all others'."""
    if not _tells_effects(m) or m.own_effect is None or m.others_effect is None:
        return None
    decimals = 0 if float(m.own_effect).is_integer() and float(m.others_effect).is_integer() else 1
    own, others = (places_moved(value, decimals) for value in (m.own_effect, m.others_effect))
    unit = "thành phố" if m.city else "tỉnh"
    own_words = {
        -1: Words(f"Riêng điểm của {unit} đủ để lên {own.vi}", f"Its own score alone is worth {own.en} up"),
        0: Words(f"Riêng điểm của {unit} không làm đổi hạng", "Its own score alone changes no rank"),
        1: Words(f"Riêng điểm của {unit} đã kéo xuống {own.vi}", f"Its own score alone is worth {own.en} down"),
    }[_sign(m.own_effect)]
    same_way = _sign(m.own_effect) == _sign(m.others_effect)
    but = Words("còn", "") if same_way else Words("nhưng", "but ")
    others_words = {
        -1: Words(f"{but.vi} các địa phương khác chậm hơn nên lên thêm {others.vi}" if same_way
                  else f"{but.vi} các địa phương khác chậm hơn nên lên {others.vi}",
                  f"{but.en}the other units' scores {others.en} up"),
        0: Words("các địa phương khác không làm đổi hạng", "the other units' scores change nothing"),
        1: Words(f"{but.vi} các địa phương khác tiến nhanh hơn nên xuống thêm {others.vi}" if same_way
                 else f"{but.vi} các địa phương khác tiến nhanh hơn nên xuống {others.vi}",
                 f"{but.en}the other units' scores {others.en} down"),
    }[_sign(m.others_effect)]  # fmt: skip
    mark = "".join(code(name).mark for name in split(m.table_doubts) if name in MARKED)
    return Words(f"{own_words.vi}, {others_words.vi}{mark}.", f"{own_words.en}, {others_words.en}{mark}.")


def _tells_effects(m: Movement) -> bool:
    return m.own_effect is not None and m.others_effect is not None


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _parts(m: Movement) -> Words | None:
    """The parts that moved with the score, and those that moved against it and matter."""
    told = m.explanation
    if told is None or m.score_change is None or not (told.leading or told.opposing):
        return None
    up = m.score_change >= 0
    clauses = []
    if told.leading:
        names = listed([_part(part) for part in told.leading])
        if told.undecided:
            clauses.append(
                Words(
                    f"{names.vi} cùng {'tăng' if up else 'giảm'} nhiều nhất, thứ tự không phân định được theo số in",
                    f"{names.en} {'rose' if up else 'fell'} most, in an order not decided by the printed digits",
                )
            )
        else:
            clauses.append(
                Words(
                    f"{names.vi} {'tăng' if up else 'giảm'} nhiều nhất", f"{names.en} {'rose' if up else 'fell'} most"
                )
            )
    if told.opposing:
        names = listed([_part(part) for part in told.opposing])
        clauses.append(Words(f"{names.vi} {'giảm' if up else 'tăng'}", f"{names.en} {'fell' if up else 'rose'}"))
    text = joined(clauses, "; ")
    return Words(capital(text.vi) + ".", capital(text.en) + ".")


def _part(part: Part) -> Words:
    name = component_in_text(part.name)
    return Words(
        f"{name.vi} ({signed(part.points, 1, 'vi')} điểm)", f"{name.en} ({signed(part.points, 1, 'en')} points)"
    )


def holds_every_doubt(text: Words, doubts: str | None) -> Mapping[str, bool]:
    """For each doubt code, whether both sentences say it: by its words, its mark, "about", or "not decided"."""
    said = {}
    for name in split(doubts):
        entry = code(name)
        if name in MARKED:
            said[name] = entry.mark in text.vi and entry.mark in text.en
        elif name in ABOUT:
            said[name] = "khoảng " in text.vi and "about " in text.en
        elif name == "within_error":
            said[name] = "không phân định được" in text.vi and "not decided by the printed digits" in text.en
        else:
            said[name] = entry.name_vi in text.vi and entry.name_en in text.en
    return said
