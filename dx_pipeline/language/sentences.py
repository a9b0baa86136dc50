"""One finding in Vietnamese and English on how a unit moved between two editions.

Every figure stands as it was printed, with its doubts: in words beside it where it is this figure's own doubt, as a
mark with a note below where it is that of a whole table. A score is never said to grow across a broken comparability.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dx_pipeline.index.findings import Explanation, Part
from dx_pipeline.language.numbers import number, signed
from dx_pipeline.language.words import Words, component_in_text, joined, listed, same
from dx_pipeline.vocabulary import code, split

#: doubts of a whole table: a mark beside the figure, a note below
MARKED = frozenset({"third_party_only"})
#: points: a change known no better than this is told without decimals
ROUGH = 0.5
#: said by "about" before the figure
ABOUT = frozenset({"coarse"})


@dataclass(frozen=True)
class Known:
    """One figure a sentence uses: a score or a rank, with basis, doubts and, for a score, its printed digits."""

    value: float
    basis: str | None = None
    doubts: str | None = None
    decimals: int = 4
    half_width: float = 0.0

    def written(self, language: str, plain: str) -> str:
        """The figure with everything a reader must know of it."""
        held = split(self.doubts)
        about = {"vi": "khoảng ", "en": "about "}[language] if ABOUT & set(held) else ""
        marks = "".join(code(name).mark for name in held if name in MARKED)
        words = [_code_words(name, language) for name in held if name not in MARKED | ABOUT]
        if self.basis == "derived":
            words.insert(0, {"vi": "suy từ mức thay đổi đã in", "en": "from a stated change"}[language])
        return f"{about}{plain}{marks}" + (f" ({'; '.join(words)})" if words else "")


#: how a doubt of a rank is told, where the name of the code is about a difference
UNDECIDED = {"vi": "thứ tự không phân định được theo số in", "en": "order not decided by the printed digits"}


def _code_words(name: str, language: str) -> str:
    if name == "within_error":
        return UNDECIDED[language]
    return code(name).name_vi if language == "vi" else code(name).name_en


@dataclass(frozen=True)
class Movement:
    """What is known of a unit in two editions. None is a figure that was not read.

    `own_effect` and `others_effect` are places, negative is a rise. `comparable`: whether scores may be subtracted.
    `counted_back`: editions computed for a unit that did not exist then; `before`: all editions before it existed;
    `members`: how many provinces it was made of; `n_units`: among how many it is ranked; `table_doubts`: of all scores
    of the two editions, on which the effects of the others rest.
    """

    name_vi: str
    name_en: str
    edition_from: int
    edition_to: int
    comparable: bool
    score_from: Known | None = None
    score_to: Known | None = None
    rank_from: Known | None = None
    rank_to: Known | None = None
    own_effect: float | None = None
    others_effect: float | None = None
    explanation: Explanation | None = None
    counted_back: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    members: int = 1
    n_units: int = 0
    city: bool = False
    table_doubts: str | None = None

    @property
    def score_change(self) -> float | None:
        """Change of the overall in points, to one decimal; None when it must not or cannot be stated."""
        if not self.comparable or self.score_from is None or self.score_to is None:
            return None
        return round(1000 * (self.score_to.value - self.score_from.value), 1) + 0.0

    @property
    def score_error(self) -> float:
        """Half-width of that change in points."""
        return 1000 * sum(one.half_width for one in (self.score_from, self.score_to) if one is not None)

    @property
    def direction_undecided(self) -> bool:
        """Whether the printed digits leave open that the score rose or fell."""
        change = self.score_change
        return bool(change) and change is not None and abs(change) <= self.score_error + 1e-9

    @property
    def rank_change(self) -> int | None:
        """Places lost (positive) or gained (negative)."""
        if self.rank_from is None or self.rank_to is None:
            return None
        return int(self.rank_to.value - self.rank_from.value)

    @property
    def figures(self) -> list[Known]:
        """The figures the sentence uses."""
        scores = [self.score_from, self.score_to]
        return [one for one in (*scores, self.rank_from, self.rank_to) if one is not None]


def finding(m: Movement) -> Words:
    """The finding in both languages: one to three sentences."""
    parts = [_movement(m), _effects(m), _parts(m)]
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


def ordinal(value: int) -> str:
    """English ordinal: 1st, 2nd, 3rd, 4th, 11th, 12th, 13th, 21st."""
    suffix = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


def _score(figure: Known) -> Words:
    return Words(*(figure.written(lang, number(figure.value, figure.decimals, lang)) for lang in ("vi", "en")))


def _rank(figure: Known) -> Words:
    place = int(figure.value)
    return Words(figure.written("vi", f"hạng {place}"), figure.written("en", ordinal(place)))


def _counted(value: float, decimals: int, one: str, many: str) -> str:
    text = number(abs(value), decimals, "en")
    return f"{text} {one if abs(value) == 1 and decimals == 0 else many}"


def _points(value: float) -> Words:
    vi, en = (number(abs(value), 1, lang) for lang in ("vi", "en"))
    return Words(f"{vi} điểm", f"{en} points")


def _places(value: float, decimals: int = 0) -> Words:
    return Words(f"{number(abs(value), decimals, 'vi')} bậc", _counted(value, decimals, "place", "places"))


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


def _movement(m: Movement) -> Words:
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
    start = joined([opening, body], "")
    return Words(_capital(start.vi) + ".", _capital(start.en) + ".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


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
        return _points(change)
    size, error = (Words(number(abs(value), 0, "vi"), number(abs(value), 0, "en")) for value in (change, m.score_error))
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
    size = _places(m.rank_change)
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
        told = listed(empty)
        verb = "that of {} was not read" if len(empty) == 1 else "those of {} were not read"
        plain = (
            f"the {what.en} of {told.en} was not read"
            if len(empty) == 1
            else f"the {what.en}s of {told.en} were not read"
        )
        lines.append(Words(f"chưa đọc được {what.vi} năm {told.vi}", verb.format(told.en) if lines else plain))
    return joined(lines, ", ") if lines else None


def _as_known(m: Movement) -> Words:
    """No change can be stated: what is known of each year, and what was not read."""
    told = [
        line
        for line in (_year(m.edition_from, m.score_from, m.rank_from), _year(m.edition_to, m.score_to, m.rank_to))
        if line
    ]
    empty = [
        same(str(year))
        for year, figures in ((m.edition_from, (m.score_from, m.rank_from)), (m.edition_to, (m.score_to, m.rank_to)))
        if figures == (None, None)
    ]
    if not told:
        years = listed(empty)
        if len(m.before) == len(empty):
            return Words(
                f"chưa tính ngược được năm {years.vi} cho {m.name_vi} vì chưa đọc đủ số liệu của các tỉnh cũ",
                f"{years.en} can't be counted back for {m.name_en}, as not all figures of the old provinces were read",
            )
        return Words(
            f"chưa đọc được điểm và thứ hạng của {m.name_vi} năm {years.vi}",
            f"no score or rank of {m.name_en} was read for {years.en}",
        )
    lines = [Words(f"{m.name_vi} {told[0].vi}", f"{m.name_en} {told[0].en}"), *told[1:]]
    if empty:
        years = listed(empty)
        back = all(one.vi in map(str, m.before) for one in empty)
        lines.append(
            Words(f"năm {years.vi} chưa tính ngược được", f"{years.en} can't be counted back")
            if back
            else Words(f"chưa đọc được số liệu năm {years.vi}", f"nothing was read of {years.en}")
        )
    return joined(lines, "; ")


def _year(year: int, score: Known | None, rank: Known | None) -> Words | None:
    if score is not None and rank is not None:
        size, place = _score(score), _rank(rank)
        return Words(
            f"đạt điểm {size.vi}, xếp {place.vi} năm {year}", f"scored {size.en} and ranked {place.en} in {year}"
        )
    if rank is not None:
        place = _rank(rank)
        return Words(f"xếp {place.vi} năm {year}", f"ranked {place.en} in {year}")
    if score is not None:
        size = _score(score)
        return Words(f"đạt điểm {size.vi} năm {year}", f"scored {size.en} in {year}")
    return None


def _effects(m: Movement) -> Words | None:
    """What the change of rank owes to the unit's own score and to all others'."""
    if not _tells_effects(m) or m.own_effect is None or m.others_effect is None:
        return None
    decimals = 0 if float(m.own_effect).is_integer() and float(m.others_effect).is_integer() else 1
    own, others = (_places(value, decimals) for value in (m.own_effect, m.others_effect))
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
    return Words(_capital(text.vi) + ".", _capital(text.en) + ".")


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
