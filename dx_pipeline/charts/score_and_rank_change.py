"""Picture: how score and rank changed, and how much of the rank's change is the province's own doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dx_pipeline.charts import style
from dx_pipeline.charts.bars import limits, row_names, waterfall
from dx_pipeline.charts.page import wrap
from dx_pipeline.charts.subject import NothingToShowError, Subject
from dx_pipeline.language.words import Words, component_name, numbers, places, points

if TYPE_CHECKING:
    from dx_pipeline.charts.page import Page

HEIGHT = {"screen": 6.0, "print": 5.8}


#: a row of `rank_changes`; effects are places, negative is a rise, None where they cannot be computed
Step = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """The latest step with all effects, its score change in points (parts, then sum), and every step for the list."""

    name: Words
    step: Step
    parts: tuple[str, ...]
    score: list[float]
    steps: list[Step]


def read(subject: Subject) -> Change:
    """All steps of the focus; the latest whose scores compare is drawn."""
    steps = subject.table(
        "select edition_from, edition_to, rank_from, rank_to, own_effect, others_effect, reason_vi, reason"
        " from rank_changes where unit_system = $system and province_id = ? order by edition_from",
        [subject.focus],
    ).to_dicts()
    points_of = subject.table(
        "select edition_from, edition_to, indicator, performance_points + weight_points as points from score_changes"
        " where unit_system = $system and province_id = ? and performance_points is not null"
        " and weight_points is not null order by edition_from, indicator",
        [subject.focus],
    )
    score = {tuple(key): value for *key, value in points_of.iter_rows()}
    parts = subject.parts()
    for step in reversed(steps):
        keys = [(step["edition_from"], step["edition_to"], part) for part in (*parts, "overall")]
        known = None not in (step["own_effect"], step["others_effect"], step["rank_from"], step["rank_to"])
        if known and all(key in score for key in keys):
            return Change(subject.name(), step, parts, [score[key] for key in keys], steps)
    raise NothingToShowError(
        "Chưa có hai kỳ liền nhau nào so sánh được điểm của {}.",
        "There are no two neighbouring editions whose scores of {} compare.",
        subject,
    )


def title(shown: Change) -> Words:
    """Rank and score together, because a rank may fall while the score rises."""
    step, name = shown.step, shown.name
    rank, moved, score = step["rank_to"], step["rank_to"] - step["rank_from"], round(shown.score[-1], 1)
    by, amount, year = places(abs(moved)), points(score), step["edition_to"]
    gained = numbers(score, 1).vi
    way = (moved > 0) - (moved < 0)
    head = {
        0: Words(f"{name.vi} giữ hạng {rank} năm {year}", f"{name.en} kept rank {rank} in {year}"),
        1: Words(f"{name.vi} tụt {by.vi} năm {year}", f"{name.en} fell {by.en} in {year}"),
        -1: Words(f"{name.vi} tăng {by.vi} năm {year}", f"{name.en} rose {by.en} in {year}"),
    }[way]
    rose = Words(f"điểm số tăng {gained}", f"its score rose by {amount.en}")
    fell = Words(f"điểm số giảm {gained}", f"its score fell by {amount.en}")
    reason = {
        (0, 1): Words(
            f"{rose.vi}, vừa đủ theo kịp các tỉnh khác", f"{rose.en}, just enough to keep up with the others"
        ),
        (0, 0): Words("điểm không đổi", "its score did not change"),
        (0, -1): Words(f"dù {fell.vi}", f"although {fell.en}"),
        (1, 1): Words(f"dù {rose.vi}: các tỉnh khác tăng nhanh hơn", f"although {rose.en}: others rose faster"),
        (1, 0): Words("vì điểm không đổi còn các tỉnh khác tăng", "because its score stood still while others rose"),
        (1, -1): Words(f"vì {fell.vi}", f"because {fell.en}"),
        (-1, 1): Words(f"vì {rose.vi}, nhanh hơn các tỉnh khác", f"because {rose.en}, faster than others"),
        (-1, 0): Words("dù điểm không đổi: các tỉnh khác giảm", "although its score stood still: others fell"),
        (-1, -1): Words(f"dù {fell.vi}: các tỉnh khác giảm nhiều hơn", f"although {fell.en}: others fell more"),
    }[way, (score > 0) - (score < 0)]
    comma = "; " if moved == 0 and score >= 0 else " " if moved else ", "
    return Words(head.vi + comma + reason.vi, head.en + comma + reason.en)


def subtitle(shown: Change) -> Words:
    """How the two halves are to be read."""
    a, b = shown.step["edition_from"], shown.step["edition_to"]
    return Words(
        f"Từ {a} đến {b}. Trái: thay đổi điểm theo thành phần (thang 1.000). Phải: thay đổi hạng do chính tỉnh và do"
        " các tỉnh khác (giá trị Shapley). Sang phải, xanh đặc: tốt lên; gạch chéo: xấu đi.",
        f"From {a} to {b}. Left: change of the score by component (of 1,000 points). Right: change of rank through the"
        " province itself and through the others (Shapley value). To the right, solid blue: better; hatched: worse.",
    )


def draw(page: Page, shown: Change) -> None:
    """Two waterfalls side by side, and the other steps in words below."""
    lines = _other_steps(page, shown)
    floor = page.bottom + len(lines) * 0.165 + (0.25 if lines else 0.05)
    for place, line in enumerate(lines):
        page.write(page.left, floor - 0.2 - place * 0.165, line, style.SMALL_POINTS, colour=style.MUTED)
    top = page.top - 0.32
    middle = page.left + (page.right - page.left) * 0.56
    names = [*map(component_name, shown.parts), Words("thay đổi điểm", "change of score")]
    _panel(page, page.left, middle - 0.15, floor, top, names, shown.score, [page.signed(v) for v in shown.score])
    first, last = shown.step["rank_from"], shown.step["rank_to"]
    values = [-shown.step["own_effect"], -shown.step["others_effect"], float(first - last)]
    names = [
        Words("do chính tỉnh", "the province itself"),
        Words("do các tỉnh khác", "the other provinces"),
        Words(f"hạng {first} → {last}", f"rank {first} → {last}"),
    ]
    labels = [_places(page, value) for value in values]
    _panel(page, middle + 0.15, page.right, floor, top, names, values, labels)
    for x, words in ((page.left, Words("Điểm", "Score")), (middle + 0.15, Words("Thứ hạng", "Rank"))):
        page.write(x, page.top - 0.1, page.say(words), bold=True)


def _places(page: Page, value: float) -> str:
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return sign + page.say(places(abs(value)))


def _panel(
    page: Page,
    left: float,
    right: float,
    bottom: float,
    top: float,
    names: list[Words],
    values: list[float],
    labels: list[str],
) -> None:
    width = 1.25 if page.size.name == "print" else 1.6
    axes = page.axes(left + width, bottom, right, top)
    waterfall(page, axes, values, labels, limits([(values, labels)], right - left - width))
    row_names(page, left, bottom, top, names, width - 0.08, style.SMALL_POINTS)


def _other_steps(page: Page, shown: Change) -> list[str]:
    """Steps that are not drawn: their ranks, and why the effects are not computed."""
    lines = []
    for step in shown.steps:
        if step is shown.step:
            continue
        unknown = page.say(Words("chưa biết", "not known"))
        ranks = " → ".join(unknown if rank is None else str(rank) for rank in (step["rank_from"], step["rank_to"]))
        text = f"{step['edition_from']} → {step['edition_to']}: {page.say(Words('hạng', 'rank'))} {ranks}"
        if step["reason"] and step["reason_vi"]:
            why = page.say(Words(step["reason_vi"], step["reason"]))
            code, colon, words = why.partition(": ")  # the English reason begins with its code
            text += f" ({code.replace('_', ' ')}{colon}{words})"
        lines += wrap(text, page.right - page.left, style.SMALL_POINTS, most=2)
    return lines
