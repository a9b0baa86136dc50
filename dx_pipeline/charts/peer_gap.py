"""Picture: what separates the province from a peer, in points by component, edition by edition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dx_pipeline.charts import style
from dx_pipeline.charts.bars import limits, row_names, waterfall
from dx_pipeline.charts.subject import NothingToShowError, Subject
from dx_pipeline.language.numbers import signed
from dx_pipeline.language.words import (
    Words,
    both,
    component_in_text,
    component_name,
    joined,
    listed,
    points,
    same,
)
from dx_pipeline.tables import UNREAD

if TYPE_CHECKING:
    from dx_pipeline.charts.page import Page

HEIGHT = {"screen": 5.4, "print": 5.0}


@dataclass(frozen=True)
class PeerGap:
    """Gap in points by edition, parts in order and the sum last; weights of `inferred` editions were not read."""

    name: Words
    peer: Words
    parts: tuple[str, ...]
    gaps: dict[int, list[float]]
    inferred: list[int]


def read(subject: Subject) -> PeerGap:
    """All editions with complete parts for the focus and its first peer."""
    if not subject.peers:
        raise NothingToShowError("{} chưa có tỉnh để so sánh.", "There is no province to compare {} with.", subject)
    peer = subject.peers[0]
    rows = subject.table(
        "select edition, indicator, gap_points, status from component_gaps"
        " where unit_system = $system and province_id = ? and peer_id = ? order by edition, indicator",
        [subject.focus, peer],
    )
    gaps, parts = {}, (*subject.parts(), "overall")
    for edition in sorted(rows["edition"].unique()):
        at = rows.filter(rows["edition"] == edition)
        found = dict(zip(at["indicator"], at["gap_points"], strict=True))
        if all(part in found for part in parts):
            gaps[int(edition)] = [found[part] for part in parts]
    if not gaps:
        raise NothingToShowError("Chưa kỳ nào có đủ điểm thành phần.", "No edition has all component scores.")
    inferred = sorted(rows.filter(rows["status"].is_in(list(UNREAD)))["edition"].unique())
    latest = dict(list(gaps.items())[-3:])
    return PeerGap(subject.name(), subject.name(peer), parts[:-1], latest, list(inferred))


def title(shown: PeerGap) -> Words:
    """Ahead, behind or level in the latest edition, and the component that says most of it."""
    edition = max(shown.gaps)
    *parts, total = shown.gaps[edition]
    name, peer, amount = shown.name, shown.peer, points(total)
    if round(total, 1) == 0:
        return Words(
            f"Năm {edition} {name.vi} và {peer.vi} ngang điểm nhau",
            f"In {edition} {name.en} and {peer.en} scored the same",
        )
    ahead = total > 0
    place = max(range(len(parts)), key=lambda i: parts[i] if ahead else -parts[i])
    part = component_in_text(shown.parts[place])
    value = both(lambda language: signed(parts[place], 1, language))
    return Words(
        f"Năm {edition} {name.vi} {'hơn' if ahead else 'kém'} {peer.vi} {amount.vi}, nhiều nhất ở {part.vi}"
        f" ({value.vi})",
        f"In {edition} {name.en} was {amount.en} {'ahead of' if ahead else 'behind'} {peer.en}, most of all in"
        f" {part.en} ({value.en})",
    )


def subtitle(shown: PeerGap) -> Words:
    """Unit and direction; which editions rest on inferred weights."""
    text = Words(
        f"Điểm của {shown.name.vi} trừ điểm của {shown.peer.vi}, theo thành phần, thang 1.000; các phần cộng lại"
        " bằng tổng (trước khi làm tròn). Xanh đặc: hơn; gạch chéo: kém.",
        f"Score of {shown.name.en} minus that of {shown.peer.en} by component, of 1,000 points; the parts add up to the"
        " total (before rounding). Solid blue: ahead; hatched: behind.",
    )
    inferred = [edition for edition in shown.inferred if edition in shown.gaps]
    if inferred:
        years = listed([same(str(edition)) for edition in inferred])
        solved = Words(
            f"Năm {years.vi}: trọng số được tính ngược từ các bảng điểm đã công bố.",
            f"{years.en}: weights were not read in the decision; they are solved from published scores.",
        )
        return joined([text, solved])
    return text


def draw(page: Page, shown: PeerGap) -> None:
    """One waterfall an edition, on one scale."""
    names_width = 1.85
    bottom, top = page.bottom + 0.1, page.top - 0.35
    names = [*map(component_name, shown.parts), Words("Tổng", "Total")]
    row_names(page, page.left, bottom, top, names, names_width - 0.1, style.LABEL_POINTS)
    page_width = page.right - page.left - names_width
    panel = page_width / len(shown.gaps)
    panels = [(values, [page.signed(value) for value in values]) for values in shown.gaps.values()]
    ends = limits(panels, panel - 0.08)
    for place, (edition, (values, labels)) in enumerate(zip(shown.gaps, panels, strict=True)):
        left = page.left + names_width + place * panel
        waterfall(page, page.axes(left, bottom, left + panel - 0.08, top), values, labels, ends)
        note = page.say(Words(" (trọng số tính ngược)", " (weights solved)")) if edition in shown.inferred else ""
        page.write(left + panel / 2 - 0.04, page.top - 0.12, f"{edition}{note}", bold=not note, ha="center")
