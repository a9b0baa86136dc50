"""Maps as inline SVG: outlines of a unit system, and the same units as tiles of equal size for small screens.

Outlines are schematic (geoBoundaries.org): good for colouring, never for measuring. They are drawn on an
equirectangular projection and rounded to tenths of a unit of the drawing. Hoàng Sa and Trường Sa are shown where they
lie, with a ring around their islets and the name of the unit they belong to; so they are beside the tiles.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dx_pipeline.charts.tile_map import read_tiles
from dx_pipeline.errors import DxError, Problem
from dx_pipeline.report.site_data import SiteData
from dx_pipeline.report.wording import Wording

#: the middle of the country, at which a degree of longitude keeps its length
MIDDLE = math.radians(16.0)
WIDTH = 560.0
#: islets east of this line belong to the archipelagos
EAST = 110.5
TILE = (92.0, 76.0)
STEPS = 7


@dataclass(frozen=True)
class Outline:
    """A unit's shape as SVG path, and the places of its far islets, which are too small to be drawn as they are."""

    province_id: str
    path: str
    islets: list[tuple[float, float]]


@functools.lru_cache(maxsize=4)
def outlines_source(reference: Path) -> Mapping[str, Any] | None:
    """Who published the outlines, where and on what terms, and the hash of each file; None if there are none."""
    declared = reference / "geo" / "source.toml"
    return tomllib.loads(declared.read_text(encoding="utf-8")) if declared.is_file() else None


@functools.lru_cache(maxsize=8)
def read_outlines(
    reference: Path, unit_system: int, codes: tuple[tuple[str, str], ...]
) -> tuple[float, list[Outline]] | None:
    """All outlines of a system in a drawing WIDTH wide, and its height; None if there are none.

    They are read from geo/provinces_<system>_simple.geojson of the reference data.

    Args:
        reference: folder of the reference data.
        unit_system: which system.
        codes: pairs of the statistics office's code and province_id.

    Raises:
        DxError: the bytes are not those that geo/source.toml declares.
    """
    file = reference / "geo" / f"provinces_{unit_system}_simple.geojson"
    source = outlines_source(reference)
    if source is None or not file.is_file():
        return None
    data, expected = file.read_bytes(), source["files"].get(file.name)
    if (found := hashlib.sha256(data).hexdigest()) != expected:
        remedy = "restore the file, or declare the new hash in geo/source.toml"
        raise DxError(str(Problem(f"data/reference/geo/{file.name}", f"sha256 {expected}", found, remedy)))
    ids = dict(codes)
    rings: dict[str, list[list[tuple[float, float]]]] = {}
    for feature in json.loads(data)["features"]:
        code = next(str(value) for name, value in feature["properties"].items() if name.startswith("gso_code"))
        if code in ids:
            rings.setdefault(ids[code], []).extend(_rings(feature["geometry"]))
    if not rings:
        return None
    points = [point for shape in rings.values() for ring in shape for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    scale = WIDTH / ((east - west) * math.cos(MIDDLE))

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return round((point[0] - west) * math.cos(MIDDLE) * scale, 1), round((north - point[1]) * scale, 1)

    shapes = []
    for province_id, shape in sorted(rings.items()):
        far = [ring for ring in shape if min(x for x, _ in ring) > EAST]
        near = [[place(point) for point in ring] for ring in shape if ring not in far]
        path = "".join(_path(ring) for ring in near if len(set(ring)) > 2)
        shapes.append(Outline(province_id, path, sorted({place(ring[0]) for ring in far})))
    return round((north - south) * scale, 1), shapes


def _rings(geometry: Mapping[str, Any]) -> Iterator[list[tuple[float, float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            yield [(float(x), float(y)) for x, y, *_ in ring]


def _path(points: list[tuple[float, float]]) -> str:
    """Relative moves are shorter than absolute ones; repeated points are dropped."""
    kept = [points[0], *(after for before, after in pairwise(points) if before != after)]
    moves = [f"M{kept[0][0]:g} {kept[0][1]:g}l"]
    for before, after in pairwise(kept):
        moves.append(f"{after[0] - before[0]:.1f} {after[1] - before[1]:.1f}".replace(".0 ", " ").removesuffix(".0"))
    return moves[0] + " ".join(moves[1:]) + "z"


def shade(rank: int | None, units: int) -> str:
    """Class of a rank's colour: s1 (last) to s7 (first); `none` where there is no rank."""
    if rank is None:
        return "none"
    return f"s{1 + min(int((units - rank) / max(units - 1, 1) * STEPS), STEPS - 1)}"


@dataclass(frozen=True)
class Map:
    """The units of one system coloured by their rank in an edition, each a link from a page to its profile."""

    data: SiteData
    system: int
    edition: int | None
    #: way from the page to the pages of its language
    home: str
    wording: Wording

    def outlines(self) -> Markup:
        """The units in their outlines; empty if there are no outlines."""
        units = {province_id: unit for (system, province_id), unit in self.data.units.items() if system == self.system}
        codes = tuple((str(unit["gso_code"]), province_id) for province_id, unit in units.items())
        outlines = read_outlines(self.data.reference, self.system, codes)
        if outlines is None:
            return Markup("")
        height, shapes = outlines
        parts, labels = [], []
        for shape in shapes:
            inside = Markup('<path d="{}"/>').format(shape.path)
            if shape.islets:
                xs, ys = [x for x, _ in shape.islets], [y for _, y in shape.islets]
                west, north, across, down = min(xs) - 14, min(ys) - 14, max(xs) - min(xs) + 28, max(ys) - min(ys) + 28
                sea = '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="14" class="sea"/>'
                inside += Markup(sea).format(west, north, across, down)
                inside += Markup("").join(
                    Markup('<circle cx="{}" cy="{}" r="3"/>').format(*each) for each in shape.islets
                )
                middle = min((min(xs) + max(xs)) / 2, WIDTH - 58)
                for tile in read_tiles(self.data.reference, self.system):
                    if tile.islands and tile.province_id == shape.province_id:
                        labels.append((middle, max(ys) + 31, tile.islands.in_language(self.wording.language)))
                        labels.append((middle, max(ys) + 46, f"({self._name(shape.province_id)})"))
            parts.append(self._link(shape.province_id, inside))
        texts = [Markup('<text x="{:.1f}" y="{:.1f}" class="island">{}</text>').format(*label) for label in labels]
        head = Markup('<svg class="map outlines" viewBox="-2 -2 {:.0f} {:.0f}" role="group" aria-label="{}">').format(
            WIDTH + 4, height + 46, self.wording.text("map.outlines", units=self._count)
        )
        return head + Markup("").join([*parts, *texts]) + Markup("</svg>")

    def tiles(self) -> Markup:
        """The units as tiles; the archipelagos stand with their provinces."""
        grid = read_tiles(self.data.reference, self.system)
        tiles = [tile for tile in grid if (self.system, tile.province_id) in self.data.units]
        if not tiles:
            return Markup("")
        width, height = TILE
        square = '<rect x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}" rx="{}"{}/>'
        parts = []
        for tile in tiles:
            x, y, name = tile.column * width, tile.row * height, self._name(tile.province_id)
            if tile.islands:
                inside = Markup(square).format(x + 2, y + 2, width - 4, height - 4, 6, Markup(' class="sea"'))
                inside += _tile_text(x + width / 2, y + 34, tile.islands.in_language(self.wording.language), "island")
                parts.append(inside + _tile_text(x + width / 2, y + 51, f"({name})", "island"))
                continue
            lines = _two_lines(name)
            inside = Markup(square).format(x + 1, y + 1, width - 2, height - 2, 4, "")
            top = y + (31 if len(lines) == 1 else 21)
            for number, line in enumerate(lines):
                inside += _tile_text(x + width / 2, top + 19 * number, line, "tile")
            rank = self._rank(tile.province_id)
            inside += _tile_text(x + width / 2, y + height - 8, "?" if rank is None else rank, "figure")
            parts.append(self._link(tile.province_id, inside))
        columns, rows = 1 + max(tile.column for tile in tiles), 1 + max(tile.row for tile in tiles)
        head = Markup('<svg class="map tiles" viewBox="0 0 {:.0f} {:.0f}" role="group" aria-label="{}">').format(
            columns * width, rows * height, self.wording.text("map.tiles", units=self._count)
        )
        return head + Markup("").join(parts) + Markup("</svg>")

    @functools.cached_property
    def _count(self) -> int:
        return sum(system == self.system for system, _ in self.data.units)

    def _name(self, province_id: str) -> str:
        return self.wording.name(self.data.units[self.system, province_id])

    def _rank(self, province_id: str) -> int | None:
        row = self.data.ranking.get((self.edition, self.system, province_id))
        return row["rank"] if row is not None else None

    def _link(self, province_id: str, inside: Markup) -> Markup:
        rank, name = self._rank(province_id), self._name(province_id)
        told = self.wording.text("map.none", name=name)
        if rank:
            told = self.wording.text("map.unit", name=name, rank=rank, units=self._count)
        link = Markup('<a href="{}{}/{}.html" data-unit="{}" class="{}" aria-label="{}"><title>{}</title>{}</a>')
        return link.format(
            self.home, self.system, province_id, province_id, shade(rank, self._count), told, told, inside
        )


def _two_lines(name: str) -> list[str]:
    if len(name) <= 7:
        return [name]
    for mark in (" - ", "-", " "):
        if mark in name:
            places = [i for i in range(len(name)) if name.startswith(mark, i)]
            middle = min(places, key=lambda i: abs(i - len(name) / 2))
            return [name[:middle] + mark.strip(), name[middle + len(mark) :]]
    return [name]


def _tile_text(x: float, y: float, text: object, style: str) -> Markup:
    return Markup('<text x="{:.0f}" y="{:.0f}" class="{}">{}</text>').format(x, y, style, text)
