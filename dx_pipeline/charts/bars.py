"""Steps from zero to a sum, as bars that start where the one before ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dx_pipeline.charts import style
from dx_pipeline.charts.page import Page, text_width, wrap
from dx_pipeline.language.words import Words, capital

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

#: better for the province: solid blue; worse: hatched vermillion, so that grey keeps them apart
GAIN, LOSS = style.BLUE, style.VERMILLION


def limits(panels: Sequence[tuple[Sequence[float], Sequence[str]]], inches: float) -> tuple[float, float]:
    """Ends of an axis on which the bars of all panels and the labels past their ends fit.

    A label needs inches and a bar needs points, so the scale is found by repeating: each round leaves the labels the
    room they need on the scale of the round before.
    """
    ends = [
        (begin, end, text_width(label, _points_of(row, values), row == len(values) - 1) + 0.1)
        for values, labels in panels
        for row, ((begin, end), label) in enumerate(zip(_bars(values), labels, strict=True))
    ]
    low = min(0.0, *(min(begin, end) for begin, end, _ in ends))
    high = max(0.0, *(max(begin, end) for begin, end, _ in ends))
    first, last = low, high
    if low == high:
        return -1.0, 1.0
    for _ in range(30):
        per_inch = (last - first) / inches
        first = min([low, *(end - room * per_inch for begin, end, room in ends if end < begin)])
        last = max([high, *(end + room * per_inch for begin, end, room in ends if end >= begin)])
        if (last - first) / inches > 20 * (high - low):  # labels alone are wider than the axis
            break
    return first, last


def waterfall(
    page: Page, axes: Axes, values: Sequence[float], labels: Sequence[str], ends: tuple[float, float]
) -> None:
    """Draw steps and their sum (the last value), one row each, with the label past the end of each bar.

    Args:
        page: the sheet.
        axes: empty axes; limits are set here.
        values: steps, then their sum; right is better.
        labels: what is printed at each bar.
        ends: limits of the axis, from `limits`; shared by panels that are compared.
    """
    rows = len(values)
    per_inch = (ends[1] - ends[0]) / (axes.get_position().width * page.width)
    axes.set_xlim(*ends)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.axhspan(rows - 1.5, rows - 0.5, color=style.PALE, zorder=0)
    axes.axvline(0, color=style.MUTED, linewidth=0.9, zorder=1)
    for row, ((begin, end), label) in enumerate(zip(_bars(values), labels, strict=True)):
        last, worse = row == rows - 1, end < begin
        axes.barh(
            row,
            end - begin,
            left=begin,
            height=0.62 if last else 0.5,
            zorder=3,
            facecolor=style.PAPER if worse else GAIN,
            edgecolor=LOSS if worse else GAIN,
            hatch="//////" if worse else None,
            linewidth=2.0 if last else 1.2,
        )
        if row < rows - 2:
            axes.plot([end, end], [row, row + 1], color=style.MUTED, linewidth=0.7, zorder=2)
        page.label(
            axes,
            end + (-0.06 if worse else 0.06) * per_inch,
            row,
            label,
            _points_of(row, values),
            ha="right" if worse else "left",
            bold=last,
            zorder=5,
            bbox={"facecolor": style.PALE if last else style.PAPER, "edgecolor": "none", "pad": 0.4},
        )


def row_names(
    page: Page, left: float, bottom: float, top: float, names: Sequence[Words], room: float, points: float
) -> None:
    """Names of the bars in so many inches, each at the height of its row; the sum's in bold."""
    row = (top - bottom) / len(names)
    for place, words in enumerate(names):
        last = place == len(names) - 1
        lines = wrap(capital(page.say(words)), room, points, last, most=3)
        page.write(left, top - (place + 0.5) * row, "\n".join(lines), points, bold=last)


def _bars(values: Sequence[float]) -> list[tuple[float, float]]:
    """Where each bar begins and ends; the sum begins at zero again."""
    bars, place = [], 0.0
    for value in values[:-1]:
        bars.append((place, place + value))
        place += value
    return [*bars, (0.0, values[-1])]


def _points_of(row: int, values: Sequence[float]) -> float:
    return style.LABEL_POINTS if row == len(values) - 1 else style.SMALL_POINTS
