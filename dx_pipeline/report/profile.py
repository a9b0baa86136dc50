"""What the profile of one province shows, gathered once for both languages."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dx_pipeline.language.words import LANGUAGES
from dx_pipeline.report.drawings import Drawing, draw_bars, draw_firmness, draw_trajectory
from dx_pipeline.report.page import compare_path
from dx_pipeline.report.site_data import (
    COMPONENTS,
    NEIGHBOURHOODS,
    NEW,
    OLD,
    RANK_TARGET,
    Movement,
    Peer,
    SiteData,
    by_part,
)
from dx_pipeline.report.wording import Wording
from dx_pipeline.tables import Row, ordered

PILLARS = ("digital_government", "digital_economy", "digital_society")
#: so many peers fit on the sheet of paper
PRINTED_PEERS = 6


@dataclass(frozen=True)
class Firm:
    """How far the rank of one edition moves if weights had differed."""

    edition: int
    bound: Row
    box: Row | None
    dominance: Row | None


@dataclass(frozen=True)
class Way:
    """What it takes to enter a leading group, and where that group's threshold went."""

    target: int
    first: Row
    parts: dict[str, Row]
    #: steps of the threshold, in order of time
    steps: list[Row]

    @property
    def comparable(self) -> Row | None:
        """Latest step between two editions that compare."""
        known = [row for row in self.steps if row["step"] is not None]
        return known[-1] if known else None


@dataclass(frozen=True)
class Pair:
    """A link to the page of two provinces."""

    path: str
    a: Row
    b: Row


def pair_links(country: SiteData, province_id: str | None = None) -> list[Pair]:
    """Pages of pairs, or those in which one province takes part."""
    return [
        Pair(compare_path(a, b), country.units[OLD, a], country.units[OLD, b])
        for a, b in country.pairs()
        if province_id is None or province_id in (a, b)
    ]


class Profile:
    """One unit's page; every attribute is a row of a mart, a list of rows or a drawing of them."""

    def __init__(self, country: SiteData, unit: Row, wordings: Mapping[str, Wording]) -> None:
        self._country, self._wordings = country, wordings
        self.unit = unit
        self.system: int = unit["unit_system"]
        self.province_id: str = unit["province_id"]
        self.rankings = country.by_province.get((self.system, self.province_id), [])
        ranked = [row for row in self.rankings if row["rank"] is not None]
        self.latest = ranked[-1] if ranked else None
        old = self.system == OLD
        self.movements: list[Movement] = country.movements(self.province_id) if old else []
        self.findings = [movement.finding for movement in self.movements if movement.finding]
        self.peers: dict[str, list[Peer]] = country.peers(self.province_id) if old else {}
        self.pairs = pair_links(country, self.province_id) if old else []
        self.targets = country.latest_targets(self.province_id) if old else []
        self.rank_targets = [row for row in self.targets if row["indicator"] == RANK_TARGET]
        self.successor = country.units.get((NEW, unit["successor_id"])) if old and unit["successor_id"] else None
        new_id = self.successor["province_id"] if self.successor else self.province_id
        self.members = country.members.get(new_id, [])
        self.merged = country.merged.get((new_id,), [])
        self.member_rankings = (
            []
            if old
            else [
                (member, row)
                for member in self.members
                for row in country.by_province.get((OLD, member["province_id"]), [])
                if row["score"] is not None
            ]
        )
        self.figures = ordered(country.figures.get((self.system, self.province_id), []), "indicator", ("overall",))
        self.figures.sort(key=lambda row: -row["edition"])
        self.gap_edition = country.gap_edition
        expected = country.expected.get((self.province_id,), []) if old else []
        self.expected = expected[-1] if expected else None

    @functools.cached_property
    def components(self) -> list[Row]:
        """Components of which a score or a rank is known, latest edition first."""
        known = [row for row in self._all_parts if row["score"] is not None or row["rank"] is not None]
        return sorted(ordered(known, "indicator", COMPONENTS), key=lambda row: -row["edition"])

    @functools.cached_property
    def _all_parts(self) -> list[Row]:
        return self._country.component_rows.get((self.system, self.province_id), [])

    @functools.cached_property
    def pillars(self) -> list[Row]:
        """Pillars of which a score or a rank is known, latest edition first."""
        rows = self._country.pillars.get((self.system, self.province_id), [])
        known = [row for row in rows if row["score"] is not None or row["rank"] is not None]
        return sorted(ordered(known, "indicator", PILLARS), key=lambda row: -row["edition"])

    @functools.cached_property
    def unpublished_parts(self) -> dict[str, str]:
        """By language, what is not published: components and the editions they are missing in."""
        missing: dict[str, list[str]] = {}
        for row in self._all_parts:
            if row["score"] is None and row["rank"] is None:
                missing.setdefault(row["indicator"], []).append(str(row["edition"]))
        if not missing:
            return {}
        return {
            language: "; ".join(
                f"{self._wordings[language].indicator(self._country, indicator)} ({', '.join(editions)})"
                for indicator, editions in sorted(missing.items())
            )
            for language in LANGUAGES
        }

    @functools.cached_property
    def bands(self) -> list[Row]:
        """Bands over drawn weights, latest edition first."""
        return [
            self._country.bands[edition, self.province_id, neighbourhood]
            for edition in sorted(self._country.editions, reverse=True)
            for neighbourhood in NEIGHBOURHOODS
            if self.system == OLD and (edition, self.province_id, neighbourhood) in self._country.bands
        ]

    @functools.cached_property
    def bounds(self) -> list[Row]:
        """Exact bounds, latest edition first, wide box first."""
        found = [
            row
            for (_, province_id, _), row in self._country.bounds.items()
            if self.system == OLD and province_id == self.province_id
        ]
        return sorted(found, key=lambda row: (-row["edition"], -row["delta"]))

    @functools.cached_property
    def firm(self) -> Firm | None:
        """Firmness of the latest edition, in the wide box; None where it was not computed."""
        if not self.bounds:
            return None
        bound = self.bounds[0]
        edition = bound["edition"]
        return Firm(
            edition,
            bound,
            self._country.bands.get((edition, self.province_id, "box25")),
            self._country.dominance.get((edition, self.province_id)),
        )

    @functools.cached_property
    def firm_chart(self) -> Drawing | None:
        """Ranges of the rank in the latest edition."""
        if not self.firm:
            return None
        edition = self.firm.edition
        official = self._country.ranking.get((edition, self.system, self.province_id))
        if official is None:
            return None
        bounds = [row for row in reversed(self.bounds) if row["edition"] == edition]
        bands = [row for row in self.bands if row["edition"] == edition]
        return draw_firmness(self._wordings, self.unit, official, bounds, bands)

    @functools.cached_property
    def methods(self) -> dict[str, dict[int, Row]]:
        """Ranks by method, then edition."""
        return self._by_edition(self._country.methods, "method")

    @functools.cached_property
    def left_out(self) -> dict[str, dict[int, Row]]:
        """Ranks by the component that is left out, then edition."""
        return self._by_edition(self._country.left_out, "indicator")

    def _by_edition(self, groups: Mapping[tuple[Any, ...], list[Row]], column: str) -> dict[str, dict[int, Row]]:
        found: dict[str, dict[int, Row]] = {}
        order = (*COMPONENTS, "official", "geometric")
        for row in ordered(groups.get((self.province_id,), []) if self.system == OLD else [], column, order):
            found.setdefault(row[column], {})[row["edition"]] = row
        return found

    @property
    def method_editions(self) -> list[int]:
        """Editions of the ranks by method."""
        return sorted({edition for rows in self.methods.values() for edition in rows})

    @functools.cached_property
    def trajectory(self) -> Drawing | None:
        """Ranks over the editions, with the named peers or else the nearest in endowments."""
        peers = self.peers.get("named") or self.peers.get("endowments", [])[:2]
        return draw_trajectory(self._country, self._wordings, [self.unit, *(peer.unit for peer in peers[:3])])

    @functools.cached_property
    def change_bars(self) -> dict[int, Drawing]:
        """Changes of the score by component, by the later edition."""
        return {
            move.change["edition_to"]: draw_bars(
                self._wordings,
                move.scores,
                "performance_points",
                "moves.bars_alt",
                before=move.change["edition_from"],
                after=move.change["edition_to"],
            )
            for move in self.movements
            if move.explained
        }

    @functools.cached_property
    def print_peers(self) -> list[Peer]:
        """Peers that fit on paper: named ones, then the nearest in endowments; none twice."""
        chosen: dict[str, Peer] = {}
        for basis in ("named", "endowments"):
            for peer in self.peers.get(basis, []):
                chosen.setdefault(peer.unit["province_id"], peer)
        return list(chosen.values())[:PRINTED_PEERS]

    @functools.cached_property
    def ways(self) -> list[Way]:
        """What it takes to enter the leading groups, on the latest edition's figures."""
        rows = self._country.paths.get((self.province_id,), []) if self.system == OLD else []
        edition = max((row["edition"] for row in rows), default=None)
        found = []
        for target in sorted({row["target_rank"] for row in rows}):
            parts = by_part(row for row in rows if row["edition"] == edition and row["target_rank"] == target)
            steps = [row for row in self._country.thresholds.get((target,), []) if row["unit_system"] == OLD]
            if parts:
                found.append(Way(target, next(iter(parts.values())), parts, steps))
        return found

    @property
    def ways_edition(self) -> int:
        """Edition of `ways`."""
        edition: int = self.ways[0].first["edition"]
        return edition

    @property
    def tables(self) -> list[str]:
        """Tables of the release that this page draws on, in the page's order."""
        old = (
            "province_rankings", "findings", "rank_changes", "score_changes", "rank_counterfactuals", "rank_bands",
            "rank_bounds", "dominance", "method_ranks", "leave_one_out", "peer_groups", "peer_comparison",
            "component_gaps", "expected_scores", "target_progress", "cheapest_paths", "threshold_paths",
        )  # fmt: skip
        new = ("province_rankings",)
        both = ("component_scores", "pillar_scores", "merged_units", "figure_sources")
        wanted = [*(old if self.system == OLD else new), *both]
        return [name for name in wanted if name in self._country.tables]
