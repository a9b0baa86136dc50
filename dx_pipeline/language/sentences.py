"""One finding in Vietnamese and English on how a unit moved between two editions.

Every figure stands as it was printed, with its doubts: in words beside it where it is this figure's own doubt, as a
mark with a note below where it is that of a whole table. A score is never said to grow across a broken comparability.
"""

from __future__ import annotations

from collections.abc import Callable

from dx_pipeline.conform.numbers import ordinal_ending
from dx_pipeline.index.changes import Part
from dx_pipeline.language.movement import MARKED, ROUGH, Known, Movement, marks_in
from dx_pipeline.language.numbers import number, signed
from dx_pipeline.language.words import (
    Words,
    both,
    component_in_text,
    joined,
    listed,
    numbers,
    places,
    points,
    same,
    sentence,
)
from dx_pipeline.vocabulary import by_code, split


def finding(m: Movement) -> Words:
    """The finding in both languages: one to three sentences."""
    parts = [_moved(m), _effects(m), _parts(m)]
    return both(joined([part for part in parts if part is not None]).in_language)


def note(m: Movement) -> Words | None:
    """What the marks in the finding mean; None without marks."""
    held = [*(figure.doubts for figure in m.figures), m.table_doubts if _effects(m) else None]
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


def _score(figure: Known) -> Words:
    return both(lambda language: figure.written(language, number(figure.value, figure.decimals, language)))


def _rank(figure: Known) -> Words:
    place = int(figure.value)
    return Words(figure.written("vi", f"hạng {place}"), figure.written("en", f"{place}{ordinal_ending(place)}"))


def _opening(m: Movement) -> Words:
    if not m.counted_back:
        return Words("", "")
    years = listed([same(str(year)) for year in m.counted_back])
    if m.members == 1:
        return Words(
            f"Tính ngược trong {m.n_units} đơn vị sau sáp nhập (thứ hạng năm {years.vi} là số tính lại): ",
            f"Counted back among the {m.n_units} units of today (rank of {years.en} computed): ",
        )
    return Words(
        f"Tính ngược cho đơn vị sau sáp nhập (năm {years.vi} là số tính lại từ {m.members} tỉnh thành viên): ",
        f"Counted back for the merged unit ({years.en} computed from its {m.members} member provinces): ",
    )


def _moved(m: Movement) -> Words:
    """Score and rank in one sentence, as far as they are known."""
    opening, score, rank = _opening(m), _score_clause(m), _rank_clause(m)
    years = Words(
        f"từ năm {m.edition_from} đến năm {m.edition_to}, {m.name_vi} ",
        f"between {m.edition_from} and {m.edition_to} {m.name_en} ",
    )
    if score is None and rank is None:
        body = _as_known(m)
    elif score is not None and rank is not None:
        opposed = (m.score_change or 0) * (m.rank_change or 0) > 0
        between = Words(", nhưng " if opposed else " và ", ", but " if opposed else ", and ")
        body = joined([years, score, between, rank], "")
    else:
        body = joined([years, score or rank or same("")], "")
        rest = _rest(m, score_told=score is not None)
        body = joined([body, rest], "; ") if rest else body
    return sentence(joined([opening, body], ""))


def _score_clause(m: Movement) -> Words | None:
    if m.score_change is None or m.score_from is None or m.score_to is None:
        return None
    ends = (_score(m.score_from), _score(m.score_to))
    if m.score_change == 0:
        return Words(f"giữ nguyên điểm {ends[1].vi}", f"kept its score of {ends[1].en}")
    if m.direction_undecided:
        return Words(
            f"tăng hay giảm điểm không phân định được theo số in ({ends[0].vi} và {ends[1].vi})",
            f"rose or fell in score, which is not decided by the printed digits ({ends[0].en} and {ends[1].en})",
        )
    size = _change(m)
    up = m.score_change > 0
    return Words(
        f"{'tăng' if up else 'giảm'} {size.vi} (thang 1.000), từ {ends[0].vi} {'lên' if up else 'xuống'} {ends[1].vi}",
        f"{'gained' if up else 'lost'} {size.en} of 1,000, from {ends[0].en} to {ends[1].en}",
    )


def _change(m: Movement) -> Words:
    """The change in points, as exactly as the printed scores allow."""
    change = m.score_change or 0.0
    if m.score_error < ROUGH:
        return points(change)
    size, error = numbers(change, 0), numbers(m.score_error, 0)
    return Words(f"khoảng {size.vi} điểm (± {error.vi})", f"about {size.en} points (± {error.en})")


def _rank_clause(m: Movement) -> Words | None:
    if m.rank_change is None or m.rank_from is None or m.rank_to is None:
        return None
    ends = (_rank(m.rank_from), _rank(m.rank_to))
    if m.rank_change == 0:
        if ends[0] == ends[1]:
            return Words(f"giữ nguyên {ends[1].vi}", f"stayed {ends[1].en}")
        return Words(
            f"giữ nguyên thứ hạng: {ends[0].vi} năm {m.edition_from} và {ends[1].vi} năm {m.edition_to}",
            f"kept its rank: {ends[0].en} in {m.edition_from} and {ends[1].en} in {m.edition_to}",
        )
    size = places(m.rank_change)
    up = m.rank_change < 0
    return Words(
        f"{'tăng' if up else 'giảm'} {size.vi}, từ {ends[0].vi} {'lên' if up else 'xuống'} {ends[1].vi}",
        f"{'rose' if up else 'fell'} {size.en}, from {ends[0].en} to {ends[1].en}",
    )


def _rest(m: Movement, score_told: bool) -> Words | None:
    """What the clause told leaves out: scores that do not compare, or the figures of one year only."""
    if score_told:
        return _one_sided(m, m.rank_from, m.rank_to, _rank, Words("thứ hạng", "rank"))
    if m.comparable:
        return _one_sided(m, m.score_from, m.score_to, _score, Words("điểm", "score"))
    known = [_score(one) for one in (m.score_from, m.score_to) if one is not None]
    both = listed(known) if len(known) == 2 else None
    beside = Words(f" ({both.vi})", f" ({both.en})") if both else Words("", "")
    broken = Words(
        f"điểm hai năm{beside.vi} không so được vì bộ chỉ số đã thay đổi",
        f"the scores{beside.en} do not compare, because the set of indicators changed",
    )
    if m.comparability == "unknown":
        broken = Words(
            f"chưa biết điểm hai năm{beside.vi} có so được với nhau không",
            f"whether the scores{beside.en} compare is not known",
        )
    one_year = None if both else _one_sided(m, m.score_from, m.score_to, _score, Words("điểm", "score"), unread=False)
    return joined([one_year, broken], "; ") if one_year else broken


def _one_sided(
    m: Movement,
    first: Known | None,
    second: Known | None,
    write: Callable[[Known], Words],
    what: Words,
    unread: bool = True,
) -> Words | None:
    """A figure known in one year only, and the years in which it was not read."""
    years = ((m.edition_from, first), (m.edition_to, second))
    lines = [
        Words(f"{what.vi} năm {year} là {write(one).vi}", f"the {what.en} of {year} is {write(one).en}")
        for year, one in years
        if one is not None
    ]
    empty = [same(str(year)) for year, one in years if one is None]
    if empty and unread:
        told, several = listed(empty), len(empty) > 1
        whose = ("those" if several else "that") if lines else f"the {what.en}{'s' if several else ''}"
        unknown = f"{whose} of {told.en} {'were' if several else 'was'} not read"
        lines.append(Words(f"chưa đọc được {what.vi} năm {told.vi}", unknown))
    return joined(lines, ", ") if lines else None


def _as_known(m: Movement) -> Words:
    """No change can be stated: what is known of each year, and what was not read."""
    years = ((m.edition_from, m.score_from, m.rank_from), (m.edition_to, m.score_to, m.rank_to))
    told = [line for year in years if (line := _year(*year))]
    empty = [same(str(year)) for year, score, rank in years if score is None and rank is None]
    unread = listed(empty)
    if not told:
        if len(m.before) == len(empty):
            return Words(
                f"chưa tính ngược được năm {unread.vi} cho {m.name_vi} vì chưa đọc đủ số liệu của các tỉnh cũ",
                f"{unread.en} can't be counted back for {m.name_en}, as not all figures of the old provinces were read",
            )
        return Words(
            f"chưa đọc được điểm và thứ hạng của {m.name_vi} năm {unread.vi}",
            f"no score or rank of {m.name_en} was read for {unread.en}",
        )
    lines = [Words(f"{m.name_vi} {told[0].vi}", f"{m.name_en} {told[0].en}"), *told[1:]]
    if empty:
        back = all(one.vi in map(str, m.before) for one in empty)
        lines.append(
            Words(f"năm {unread.vi} chưa tính ngược được", f"{unread.en} can't be counted back")
            if back
            else Words(f"chưa đọc được số liệu năm {unread.vi}", f"nothing was read of {unread.en}")
        )
    return joined(lines, "; ")


def _year(year: int, score: Known | None, rank: Known | None) -> Words | None:
    told = []
    if score is not None:
        size = _score(score)
        told.append(Words(f"đạt điểm {size.vi}", f"scored {size.en}"))
    if rank is not None:
        place = _rank(rank)
        told.append(Words(f"xếp {place.vi}", f"ranked {place.en}"))
    vi, en = ", ".join(one.vi for one in told), " and ".join(one.en for one in told)
    return Words(f"{vi} năm {year}", f"{en} in {year}") if told else None
