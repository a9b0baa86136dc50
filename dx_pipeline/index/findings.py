"""One sentence, in Vietnamese and in English, on what happened to a province between two editions.

Numbers are rounded as published (scores to four decimals, points to one), with a decimal comma in Vietnamese and a
decimal point in English. A score is never said to grow across a broken comparability; ranks are.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from dx_pipeline.index import POINTS_PER_SCORE, TIE_DECIMALS

GROWTH_ALLOWED = frozenset({"same_structure"})
"""Values of `edition_comparability.comparability` across which a score may be said to grow."""

COMPONENT_NAMES_VI = {
    "foundation": "nhóm chỉ số nền tảng chung",
    "digital_government_activity": "hoạt động chính quyền số",
    "digital_economy_activity": "hoạt động kinh tế số",
    "digital_society_activity": "hoạt động xã hội số",
}
COMPONENT_NAMES_EN = {
    "foundation": "the common foundation",
    "digital_government_activity": "digital government activity",
    "digital_economy_activity": "digital economy activity",
    "digital_society_activity": "digital society activity",
}


@dataclass(frozen=True)
class Movement:
    """What is known of a province in two editions. None is a missing figure.

    Scores are 0-1. `own_effect` and `others_effect` are places, negative is a rise. `component_points` holds the change
    of the overall by component in points. `comparability` is that of the overall between the two editions.
    """

    name_vi: str
    name_en: str
    edition_from: int
    edition_to: int
    comparability: str
    score_from: float | None = None
    score_to: float | None = None
    rank_from: int | None = None
    rank_to: int | None = None
    own_effect: float | None = None
    others_effect: float | None = None
    component_points: Mapping[str, float] = field(default_factory=dict)

    @property
    def comparable(self) -> bool:
        """Whether the two scores may be subtracted."""
        return self.comparability in GROWTH_ALLOWED

    @property
    def score_change(self) -> float | None:
        """Change of the overall in points, rounded to one decimal; None when it must not or cannot be stated."""
        if not self.comparable or self.score_from is None or self.score_to is None:
            return None
        return round(POINTS_PER_SCORE * (self.score_to - self.score_from), 1) + 0.0

    @property
    def rank_change(self) -> int | None:
        """Places lost (positive) or gained (negative); None when a rank is missing."""
        if self.rank_from is None or self.rank_to is None:
            return None
        return self.rank_to - self.rank_from

    @property
    def main_component(self) -> tuple[str, float] | None:
        """Component that explains most: largest contribution in the direction of the change, largest of all if none."""
        change = self.score_change
        if change is None or not self.component_points:
            return None
        direction = (change > 0) - (change < 0)

        def explains(item: tuple[str, float]) -> float:
            return item[1] * direction if direction else abs(item[1])

        name, points = max(self.component_points.items(), key=explains)
        return None if round(abs(points), 1) == 0 else (name, points)


def _number(value: float, decimals: int, language: str) -> str:
    """Number as printed: at most one decimal drops its zero, four decimals stay."""
    # rounded first, so that float noise does not decide how 55.55 is printed
    text = f"{round(abs(value), TIE_DECIMALS):.{decimals}f}"
    if decimals == 1:
        text = text.removesuffix(".0")
    return text.replace(".", ",") if language == "vi" else text


def _signed(value: float, language: str) -> str:
    """Number with its sign; a true minus, because a hyphen breaks lines."""
    return ("+" if value >= 0 else "\N{MINUS SIGN}") + _number(value, 1, language)


def _counted_en(value: float, noun: str) -> str:
    """'1 place', '16.5 places'."""
    number = _number(value, 1, "en")
    return f"{number} {noun}" if number == "1" else f"{number} {noun}s"


def ordinal(number: int) -> str:
    """English ordinal: 1st, 2nd, 3rd, 4th, 11th, 12th, 13th, 21st."""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _years_missing(movement: Movement, first: float | None, second: float | None) -> list[int]:
    """Editions in which a figure is missing."""
    pairs = ((movement.edition_from, first), (movement.edition_to, second))
    return [edition for edition, value in pairs if value is None]


def _score_en(m: Movement, owner: str) -> str:
    if not m.comparable:
        return f"{owner} scores are not compared because the two editions do not measure the same indicators"
    missing = _years_missing(m, m.score_from, m.score_to)
    if m.score_from is None or m.score_to is None or m.score_change is None:
        what = "scores" if len(missing) == 2 else "score"
        verb = "are" if len(missing) == 2 else "is"
        return (
            f"{owner} {what} of {' and '.join(map(str, missing))} {verb} missing, so no change of score can be stated"
        )
    if m.score_change == 0:
        return f"{owner} score stayed at {_number(m.score_to, 4, 'en')}"
    verb = "rose" if m.score_change > 0 else "fell"
    ends = f"from {_number(m.score_from, 4, 'en')} to {_number(m.score_to, 4, 'en')}"
    return f"{owner} score {verb} by {_counted_en(m.score_change, 'point')}, {ends}"


def _rank_en(m: Movement, owner: str) -> str:
    missing = _years_missing(m, m.rank_from, m.rank_to)
    if m.rank_from is None or m.rank_to is None or m.rank_change is None:
        what = "ranks" if len(missing) == 2 else "rank"
        verb = "are" if len(missing) == 2 else "is"
        return f"{owner} {what} of {' and '.join(map(str, missing))} {verb} missing, so no change of rank can be stated"
    if m.rank_change == 0:
        return f"{owner} rank stayed {ordinal(m.rank_to)}"
    verb = "rose" if m.rank_change < 0 else "fell"
    places = _counted_en(m.rank_change, "place")
    return f"{owner} rank {verb} by {places}, from {ordinal(m.rank_from)} to {ordinal(m.rank_to)}"


def _effect_en(effect: float) -> str:
    if effect == 0:
        return "no movement"
    return f"a {'rise' if effect < 0 else 'fall'} of {_counted_en(effect, 'place')}"


def _score_vi(m: Movement, owner: str) -> str:
    if not m.comparable:
        return f"không so sánh điểm{owner} vì hai kỳ đánh giá không đo cùng một bộ chỉ số"
    missing = _years_missing(m, m.score_from, m.score_to)
    if m.score_from is None or m.score_to is None or m.score_change is None:
        years = " và ".join(f"năm {year}" for year in missing)
        return f"chưa có điểm {years}{owner} nên không nêu được thay đổi về điểm"
    if m.score_change == 0:
        return f"điểm{owner} giữ nguyên ở mức {_number(m.score_to, 4, 'vi')}"
    verb, towards = ("tăng", "lên") if m.score_change > 0 else ("giảm", "xuống")
    ends = f"từ {_number(m.score_from, 4, 'vi')} {towards} {_number(m.score_to, 4, 'vi')}"
    return f"điểm{owner} {verb} {_number(m.score_change, 1, 'vi')} điểm (thang 1.000), {ends}"


def _rank_vi(m: Movement, owner: str) -> str:
    missing = _years_missing(m, m.rank_from, m.rank_to)
    if m.rank_from is None or m.rank_to is None or m.rank_change is None:
        years = " và ".join(f"năm {year}" for year in missing)
        return f"chưa có thứ hạng {years}{owner} nên không nêu được thay đổi về thứ hạng"
    if m.rank_change == 0:
        return f"thứ hạng{owner} giữ nguyên ở hạng {m.rank_to}"
    verb, towards = ("tăng", "lên") if m.rank_change < 0 else ("giảm", "xuống")
    return f"thứ hạng{owner} {verb} {abs(m.rank_change)} bậc, từ hạng {m.rank_from} {towards} hạng {m.rank_to}"


def _effect_vi(effect: float) -> str:
    if effect == 0:
        return "không làm đổi thứ hạng"
    return f"làm {'tăng' if effect < 0 else 'giảm'} {_number(effect, 1, 'vi')} bậc"


def _joint(m: Movement, same: str, opposed: str) -> str:
    """Conjunction between score and rank: 'but' where a higher score goes with a worse rank or the reverse."""
    if m.score_change is None or m.rank_change is None:
        return "; "
    return opposed if m.score_change * m.rank_change > 0 else same


def _sentence(clauses: list[str]) -> str:
    return unicodedata.normalize("NFC", "; ".join(clauses) + ".")


def sentence_en(m: Movement) -> str:
    """English sentence on the movement."""
    owner = f"{m.name_en}'s"
    opening = f"Between {m.edition_from} and {m.edition_to}, "
    if m.comparable:
        clauses = [opening + _score_en(m, owner) + _joint(m, ", and ", ", but ") + _rank_en(m, "its")]
    else:
        clauses = [opening + _rank_en(m, owner), _score_en(m, "the")]
    if m.comparable and m.own_effect is not None and m.others_effect is not None:
        clauses.append(
            f"its own change accounts for {_effect_en(m.own_effect)} in rank"
            f" and the other provinces' changes for {_effect_en(m.others_effect)}"
        )
    if m.main_component is not None:
        name, points = m.main_component
        change = m.score_change or 0.0
        what = "the rise in score" if change > 0 else "the fall in score" if change < 0 else ""
        verb = f"contributed most to {what}" if what else "moved most among the components"
        unit = _counted_en(points, "point").split(" ")[1]
        clauses.append(f"{COMPONENT_NAMES_EN.get(name, name)} {verb} ({_signed(points, 'en')} {unit})")
    return _sentence(clauses)


def sentence_vi(m: Movement) -> str:
    """Vietnamese sentence on the movement."""
    owner = f" của {m.name_vi}"
    opening = f"Từ năm {m.edition_from} đến năm {m.edition_to}, "
    if m.comparable:
        clauses = [opening + _score_vi(m, owner) + _joint(m, " và ", " nhưng ") + _rank_vi(m, "")]
    else:
        clauses = [opening + _rank_vi(m, owner), _score_vi(m, "")]
    if m.comparable and m.own_effect is not None and m.others_effect is not None:
        clauses.append(
            f"riêng thay đổi của địa phương này {_effect_vi(m.own_effect)},"
            f" còn thay đổi của các địa phương khác {_effect_vi(m.others_effect)}"
        )
    if m.main_component is not None:
        name, points = m.main_component
        change = m.score_change or 0.0
        what = "mức tăng điểm" if change > 0 else "mức giảm điểm" if change < 0 else ""
        verb = f"đóng góp nhiều nhất vào {what}" if what else "biến động nhiều nhất trong các thành phần"
        clauses.append(f"{COMPONENT_NAMES_VI.get(name, name)} {verb} ({_signed(points, 'vi')} điểm)")
    return _sentence(clauses)
