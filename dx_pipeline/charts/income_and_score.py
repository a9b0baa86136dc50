"""Picture: DTI score against GRDP per head, with the distance to the score expected from endowments."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dx_pipeline.charts import style
from dx_pipeline.charts.page import shorten, text_width
from dx_pipeline.charts.subject import NothingToShowError, Subject
from dx_pipeline.language.numbers import number
from dx_pipeline.language.words import Words, joined, numbers, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dx_pipeline.charts.page import Page

HEIGHT = {"screen": 6.8, "print": 6.8}
EXTRA_SOURCE = Words("GRDP: Tổng cục Thống kê (nay là Cục Thống kê).", "GRDP: National Statistics Office.")
GRDP = "grdp_per_capita"


@dataclass(frozen=True)
class Income:
    """One edition: province -> (GRDP per head in million VND, score), expected scores, and the link of the two."""

    subject: Subject
    edition: int
    year: int
    dots: dict[str, tuple[float, float]]
    expected: dict[str, float]
    r_squared: float
    #: the focus differs from the expected score by no more than is usual
    usual: bool
    spearman: tuple[float, float, float] | None
    #: the GRDP of merged units is computed from their members
    of_members: bool

    @property
    def peers(self) -> list[str]:
        """Those whose figures are known."""
        return [peer for peer in self.subject.peers if peer in self.dots]


def read(subject: Subject) -> Income:
    """The latest edition with expected scores, and the GRDP figure the link of that edition uses."""
    expected = subject.table(
        "select edition, province_id, score, expected, r_squared, performance from expected_scores"
        " where unit_system = $system order by edition, province_id"
    )
    edition = int(expected["edition"].max())  # type: ignore[arg-type]
    latest = expected.filter(expected["edition"] == edition)
    link = subject.table(
        "select year, spearman, ci_low, ci_high from external_links where edition = ? and indicator = ?"
        " and year is not null and unit_system = $system",
        [edition, GRDP],
    ).row(0)
    grdp = subject.table(
        "select province_id, value, status from endowments where indicator = ? and year = ?"
        " and unit_system = $system and value > 0 order by province_id",
        [GRDP, link[0]],
    )
    value = dict(grdp["province_id", "value"].iter_rows())
    dots = {
        province: (value[province], score)
        for province, score in zip(latest["province_id"], latest["score"], strict=True)
        if province in value and score is not None
    }
    if subject.focus not in dots:
        raise NothingToShowError(
            "Chưa có đủ điểm DTI và GRDP bình quân đầu người của {}.",
            "The DTI score or the GRDP per head of {} is not known.",
            subject,
        )
    spearman = (link[1], link[2], link[3]) if None not in link[1:] else None
    return Income(
        subject=subject,
        edition=edition,
        year=int(link[0]),
        dots=dots,
        expected=dict(zip(latest["province_id"], latest["expected"], strict=True)),
        r_squared=float(latest["r_squared"][0]),
        usual=dict(latest["province_id", "performance"].iter_rows())[subject.focus] == "level",
        spearman=spearman,
        of_members="computed" in grdp["status"],
    )


def title(shown: Income) -> Words:
    """Above, below or at the expected score."""
    name, focus = shown.subject.name(), shown.subject.focus
    residual = 1000 * (shown.dots[focus][1] - shown.expected[focus])
    amount = points(residual)
    if round(residual, 1) == 0:
        return Words(
            f"Năm {shown.edition} {name.vi} đạt đúng mức kỳ vọng từ điều kiện kinh tế và dân số",
            f"In {shown.edition} {name.en} scored just what its economy and population would lead one to expect",
        )
    above = residual > 0
    usual = Words(", trong mức dao động bình thường", ", within the usual spread") if shown.usual else Words("", "")
    return Words(
        f"Năm {shown.edition} {name.vi} {'cao hơn' if above else 'thấp hơn'} mức kỳ vọng từ điều kiện kinh tế và dân số"
        f" {amount.vi}{usual.vi}",
        f"In {shown.edition} {name.en} was {amount.en} {'above' if above else 'below'} what its economy and population"
        f" would lead one to expect{usual.en}",
    )


def subtitle(shown: Income) -> Words:
    """What the expectation rests on, how little it explains, and the correlation with GRDP per head."""
    share = numbers(100 * shown.r_squared, 0)
    parts = [
        Words(
            "Hình thoi: điểm kỳ vọng theo GRDP bình quân đầu người, dân số, mật độ và tỷ lệ đô thị, giải thích"
            f" {share.vi}% khác biệt giữa các tỉnh; phần còn lại không phải thước đo nỗ lực.",
            "Diamond: score expected from GRDP per head, population, density and urban share, which explain"
            f" {share.en}% of the differences; the rest is no measure of merit.",
        )
    ]
    if shown.of_members:
        means = Words(
            "GRDP của đơn vị mới: bình quân theo dân số của các tỉnh thành viên.",
            "GRDP of a new unit: mean of its members by population.",
        )
        parts.append(means)
    if shown.spearman:
        vi, en = ([number(value, 2, language) for value in shown.spearman] for language in ("vi", "en"))
        link = Words(
            f"Tương quan hạng DTI với GRDP bình quân đầu người: {vi[0]} (khoảng bootstrap 95%: {vi[1]} đến {vi[2]}).",
            f"Rank correlation of DTI and GRDP per head: {en[0]} (95% bootstrap interval {en[1]} to {en[2]}).",
        )
        parts.append(link)
    return joined(parts)


def draw(page: Page, shown: Income) -> None:
    """Dots on a logarithmic axis of income; a stem from the expected to the actual score for those picked out."""
    axes = page.axes(page.left + 0.4, page.bottom + 0.5, page.right - 0.05, page.top - 0.22)
    income = [math.log(x) for x, _ in shown.dots.values()]
    scores = [y for _, y in shown.dots.values()] + [shown.expected[p] for p in (shown.subject.focus, *shown.peers)]
    wide, tall = max(income) - min(income) or 1.0, max(scores) - min(scores) or 0.1
    axes.set_xlim(min(income) - 0.06 * wide, max(income) + 0.06 * wide)
    axes.set_ylim(min(scores) - 0.07 * tall, max(scores) + 0.07 * tall)
    _scales(page, axes, shown)
    looks = zip(shown.peers, style.PEER_STYLES, strict=False)
    picked = {
        shown.subject.focus: (style.FOCUS, "o"),
        **{peer: (colour, marker) for peer, (colour, marker, _) in looks},
    }
    rest = [(math.log(x), y) for province, (x, y) in shown.dots.items() if province not in picked]
    if rest:
        axes.plot(*zip(*rest, strict=True), "o", color=style.LIGHT, markersize=5.5, markeredgecolor="#9A9A9A", zorder=2)
    for province, (colour, marker) in picked.items():
        x, y = math.log(shown.dots[province][0]), shown.dots[province][1]
        stem, diamond, dot = (2.6, 7, 10) if province == shown.subject.focus else (1.4, 5, 7.5)
        axes.plot([x, x], [shown.expected[province], y], color=colour, linewidth=stem, zorder=3)
        look: dict[str, Any] = {
            "color": style.PAPER,
            "markeredgecolor": colour,
            "markersize": diamond,
            "markeredgewidth": 1.6,
        }
        axes.plot([x], [shown.expected[province]], "D", zorder=4, **look)
        axes.plot([x], [y], marker, color=colour, markersize=dot, zorder=5)
    _names(page, axes, shown, picked)


def _scales(page: Page, axes: Axes, shown: Income) -> None:
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    amounts = [a for a in (20, 30, 50, 75, 100, 150, 200, 300, 500) if x0 <= math.log(a) <= x1]
    axes.set_xticks([math.log(a) for a in amounts], [str(a) for a in amounts])
    heights = [step / 20 for step in range(21) if y0 <= step / 20 <= y1]
    axes.set_yticks(heights, [page.number(height, 2) for height in heights])
    axes.grid(color=style.PALE, linewidth=0.8)
    below = Words(
        f"GRDP bình quân đầu người {shown.year}, triệu đồng, giá hiện hành (thang logarit)",
        f"GRDP per head {shown.year}, million VND at current prices (logarithmic scale)",
    )
    left, _, right, _ = page.box(axes)
    text = page.say(below)
    page.write((left + right) / 2, page.bottom + 0.12, text, style.SMALL_POINTS, ha="center", colour=style.MUTED)
    beside = Words(f"Điểm DTI {shown.edition} (0-1)", f"DTI score {shown.edition} (0-1)")
    page.write(page.left, page.top - 0.06, page.say(beside), style.SMALL_POINTS, colour=style.MUTED)


def _names(page: Page, axes: Axes, shown: Income, picked: dict[str, tuple[str, str]]) -> None:
    """The focus first, then peers, then the outermost provinces if there is room for their names."""
    by_score = sorted(shown.dots, key=lambda p: (shown.dots[p][1], p))
    by_income = sorted(shown.dots, key=lambda p: (shown.dots[p][0], p))
    wanted = list(dict.fromkeys([*picked, by_income[-1], *by_score[:3], *by_score[-4:], *by_income[:2], by_income[-2]]))
    left, bottom, right, top = page.box(axes)

    def paper(province: str, score: float) -> tuple[float, float]:
        return page.place(axes, math.log(shown.dots[province][0]), score)

    taken = [_around(*paper(p, shown.dots[p][1]), 0.05) for p in shown.dots]
    taken += [_around(*paper(p, shown.expected[p]), 0.07) for p in picked]
    stems = [(paper(p, shown.expected[p]), paper(p, shown.dots[p][1])) for p in picked]
    taken += [(a[0] - 0.02, min(a[1], b[1]), a[0] + 0.02, max(a[1], b[1])) for a, b in stems]
    for province in wanted:
        focus = province == shown.subject.focus
        size = style.LABEL_POINTS + 1 if focus else style.LABEL_POINTS if province in picked else style.SMALL_POINTS
        name = shorten(page.say(shown.subject.name(province)), (right - left) * 0.4, size, focus)
        texts = [name]
        if focus:
            gap = page.signed(1000 * (shown.dots[province][1] - shown.expected[province]))
            texts = [f"{name} ({gap})", name]  # the gap stands in the title too, so it may give way
        x, y = paper(province, shown.dots[province][1])
        places: list[tuple[int, int, str, tuple[float, float, float, float]]] = []
        for text in texts:
            wide, half = text_width(text, size, focus), size / 72 * 0.62
            for a, b in _spots(x, y, wide, far=province in picked):
                if a >= left and a + wide <= right + 0.05 and bottom <= b - half and b < top:
                    room = (a, b - half, a + wide, b + half)
                    places.append((sum(_meet(room, other) for other in taken), len(places), text, room))
        if not places or (min(places)[0] and province not in picked):
            continue  # a name that would cover something is left out, unless the picture is about it
        _, _, text, room = min(places)
        taken.append(room)
        colour = picked[province][0] if province in picked else style.MUTED
        page.write(room[0], (room[1] + room[3]) / 2, text, size, bold=focus, colour=colour)


def _spots(x: float, y: float, wide: float, far: bool) -> list[tuple[float, float]]:
    """Where a name may begin, best place first: beside its marker, then above and below."""
    heights = (0.0, 0.13, -0.13, 0.21, -0.21, 0.3, -0.3, *((0.45, -0.45, 0.6, -0.6) if far else ()))
    return [
        (start, y + height)
        for height in heights
        for start in (x + 0.13, x - 0.13 - wide, *((x - wide / 2, x - wide) if abs(height) > 0.2 else ()))
    ]


def _around(x: float, y: float, reach: float) -> tuple[float, float, float, float]:
    return x - reach, y - reach, x + reach, y + reach


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
