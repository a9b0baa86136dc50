"""Rows in words: the address of a row as a person would say it, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from dx_pipeline.release.history.diff import Snapshot, split_address

Language = Literal["vi", "en"]

#: what a key column's value is called in a sentence; columns not listed show the value alone
_LABELS: dict[Language, dict[str, str]] = {
    "vi": {"unit_system": "{} đơn vị", "peer_id": "so với {}", "edition_from": "từ {}", "edition_to": "đến {}"},
    "en": {"unit_system": "{} units", "peer_id": "beside {}", "edition_from": "from {}", "edition_to": "to {}"},
}
#: the units before the merger need no mention
_USUAL_UNIT_SYSTEM = "63"
_PROVINCE_COLUMNS = ("province_id", "peer_id", "successor_id")


@dataclass(frozen=True)
class Names:
    """Names of provinces and indicators, taken from a release's own tables; an unknown code is shown as it is."""

    provinces: Mapping[tuple[str, str], str]
    indicators: Mapping[Language, Mapping[str, str]]

    def province(self, province_id: str, unit_system: str) -> str:
        """The Vietnamese name of a unit."""
        if province_id == "viet-nam":
            return "Việt Nam"
        for system in (unit_system, _USUAL_UNIT_SYSTEM, "34"):
            if (system, province_id) in self.provinces:
                return self.provinces[system, province_id]
        return province_id

    def subject(self, key: Mapping[str, str], language: Language) -> str:
        """A row's key in words, province and edition first: `Hải Dương 2023, Overall, score`."""
        system = key.get("unit_system", _USUAL_UNIT_SYSTEM)
        first = [self.province(key["province_id"], system)] if "province_id" in key else []
        first += [key["edition"]] if "edition" in key else []
        rest = []
        for name, value in key.items():
            if name in ("province_id", "edition") or (name, value) == ("unit_system", _USUAL_UNIT_SYSTEM):
                continue
            if name in _PROVINCE_COLUMNS:
                value = self.province(value, system)
            elif name == "indicator":
                value = self.indicators[language].get(value, value)
            rest.append(_LABELS[language].get(name, "{}").format(value))
        return ", ".join([" ".join(first)] * bool(first) + rest)


def names_of(*releases: Snapshot | None) -> Names:
    """The names that releases give to their provinces and indicators, the last one's first; without tables, none."""
    provinces: dict[tuple[str, str], str] = {}
    indicators: dict[Language, dict[str, str]] = {"vi": {}, "en": {}}
    for release in filter(None, releases):
        if {"unit_system", "province_id", "name_vi"} <= set(release.columns("provinces")):
            units = release.read("provinces").select(pl.col("unit_system").cast(pl.String), "province_id", "name_vi")
            provinces |= {(system, province_id): name for system, province_id, name in units.iter_rows()}
        if {"indicator", "name_vi", "name_en"} <= set(release.columns("indicators")):
            for language, names in indicators.items():
                names |= dict(release.read("indicators").select("indicator", f"name_{language}").iter_rows())
    return Names(provinces, indicators)


def key_of(address: str, key_columns: tuple[str, ...]) -> dict[str, str]:
    """The key of a row from its address."""
    return dict(zip(key_columns, split_address(address), strict=True))
