"""What is known of a unit in two editions: figures as printed with their doubts, and how each is written."""

from __future__ import annotations

from dataclasses import dataclass

from dx_pipeline.index.changes import Explanation
from dx_pipeline.vocabulary import by_code, split

#: doubts of a whole table: a mark beside the figure, a note below
MARKED = frozenset({"third_party_only"})
#: points: a change known no better than this is told without decimals
ROUGH = 0.5
#: said by "about" before the figure
ABOUT = frozenset({"coarse"})
#: how a doubt of a rank is told, where the name of the code is about a difference
UNDECIDED = {"vi": "thứ tự không phân định được theo số in", "en": "order not decided by the printed digits"}


def marks_in(doubts: str | None) -> str:
    """The marks of a figure's doubts that a note explains."""
    return "".join(by_code()[name].mark for name in split(doubts) if name in MARKED)


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
        words = [
            UNDECIDED[language] if name == "within_error" else by_code()[name].name(language)
            for name in held
            if name not in MARKED | ABOUT
        ]
        if self.basis == "derived":
            words.insert(0, {"vi": "suy từ mức thay đổi đã in", "en": "from a stated change"}[language])
        return f"{about}{plain}{marks_in(self.doubts)}" + (f" ({'; '.join(words)})" if words else "")


@dataclass(frozen=True)
class Movement:
    """What is known of a unit in two editions. None is a figure that was not read.

    `own_effect` and `others_effect` are places, negative is a rise. `comparability`: of the scores of the two editions.
    `counted_back`: editions computed for a unit that did not exist then; `before`: all editions before it existed;
    `members`: how many provinces it was made of; `n_units`: among how many it is ranked; `table_doubts`: of all scores
    of the two editions, on which the effects of the others rest.
    """

    name_vi: str
    name_en: str
    edition_from: int
    edition_to: int
    comparability: str
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
    def comparable(self) -> bool:
        """Whether scores may be subtracted."""
        return self.comparability == "same_structure"

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
        return 0 < abs(self.score_change or 0.0) <= self.score_error + 1e-9

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
