"""A year of nights, played by a publisher on loopback: all that happens to a site, in turn, for one of two sources.

After each night it is compared with what is expected from the kind of the night alone: the release is whole and holds
exactly the figures that should have been accepted, the alert is the right one and came once, the disk is bounded.
"""

from __future__ import annotations

import csv
import io
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dx_pipeline.alerts.causes import fetch_causes
from dx_pipeline.alerts.memory import TOLD_A_WEEK
from dx_pipeline.alerts.tell import tell
from dx_pipeline.fetch.night import Night, fetch_all
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.verify import verify_release
from tests.fetch.publisher import Publisher, Reply, csv_reply, is_whole, patient, small_project, table
from tests.release.publish_project import read_current, release, small_tables

BROKEN, FINE = "dti_broken", "dti_fine"
FIRST = datetime(2025, 1, 1, 18, 30, tzinfo=UTC)
HTML = {"Content-Type": "text/html"}
PAGE = "<!DOCTYPE html><html><head><title>{}</title></head><body></body></html>"
#: so long is the one outage that makes the source stale
OUTAGE = 20


@dataclass
class Truth:
    """What the publisher of the troubled source has, and what the project should have taken over."""

    good: dict[int, bytes]
    changes: int = 0

    def change(self) -> bytes:
        """Another figure in the edition 2023."""
        self.changes += 1
        self.good[2023] = table(2023, changed={self.changes % 63: f"0.{1000 + self.changes:04d}"})
        return self.good[2023]


#: kind of a night -> reply for the edition 2023, given the truth, and the kind of cause that should be told
Play = tuple[Callable[[Truth], Reply], str]
UNCHANGED: Play = (lambda truth: csv_reply(truth.good[2023]), "")
KINDS: dict[str, Play] = {
    "changed": (lambda truth: csv_reply(truth.change()), ""),
    "slow": (lambda truth: csv_reply(truth.good[2023] + b" ", delay=0.9), "timeout"),
    "slow but in time": (lambda truth: csv_reply(truth.change(), delay=0.05), ""),
    "cut in the middle": (lambda truth: csv_reply(truth.good[2023] + b" ", cut_after=400), "cut"),
    "500": (lambda _: Reply(b"", 500), "http 500"),
    "404": (lambda _: Reply(b"", 404), "http 404"),
    "429": (lambda _: Reply(b"", 429, {"Retry-After": "20"}), "http 429"),
    "429 for long": (lambda _: Reply(b"", 429, {"Retry-After": "40000"}), "http 429"),
    "error page": (lambda _: Reply(PAGE.format("500 - Lỗi hệ thống").encode(), headers=HTML), "error page"),
    "login page": (lambda _: Reply(PAGE.format("Đăng nhập").encode(), headers=HTML), "login page"),
    "challenge": (lambda _: Reply(PAGE.format("Just a moment...").encode(), headers=HTML), "challenge page"),
    "truncated": (lambda truth: csv_reply(truth.good[2023][:900]), "waiting"),
    "wrong encoding": (lambda truth: csv_reply(truth.good[2023].decode().encode("utf-16-le")), "magic"),
    "ten times too large": (lambda truth: csv_reply(truth.good[2023] * 100), "size"),
    "redirect elsewhere": (lambda _: Reply(status=302, headers={"Location": "https://example.org/x"}), "redirect"),
    "new column": (lambda _: csv_reply(table(2023, extra="Hạng")), "waiting"),
    "one province missing": (lambda _: csv_reply(table(2023, without=9)), "waiting"),
    "empty": (lambda _: csv_reply(b""), "empty"),
}


@dataclass
class Counts:
    """What a year came to."""

    nights: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    releases: int = 0
    wrong: list[str] = field(default_factory=list)
    most_bytes: int = 0
    most_snapshots: int = 0


class Year:
    """One project, one publisher, night after night."""

    def __init__(self, root: Path, publisher: Publisher, seed: int = 1) -> None:
        self.root, self.publisher = root, publisher
        self.paths = small_project(root, publisher.url, BROKEN, FINE)
        self.chosen = random.Random(seed)
        self.truth = Truth({2023: table(2023)})
        self.accepted = dict(self.truth.good)
        self.fine = table(2023)
        self.counts = Counts()
        with (self.paths.reference / "units.csv").open(encoding="utf-8") as file:
            self.units = list(csv.DictReader(file))
        self.active: set[tuple[str, str]] = set()
        self.told: dict[str, list[datetime]] = {}
        self.held_back: set[str] = set()
        self.now = FIRST
        self.last_good = FIRST
        self._release(None)

    def play(self, nights: int, outage: int) -> Counts:
        """Play and compare; each bad kind follows a good night or another bad one, in scattered order."""
        kinds = self._plan(nights, outage)
        for kind in kinds:
            self._night(kind)
            self.now += timedelta(days=1)
        return self.counts

    def _plan(self, nights: int, days_out: int) -> list[str]:
        plan: list[str] = ["unchanged"]
        round_of_kinds: list[str] = []
        special = {nights // 4: "new edition", nights // 3: "clock back", nights * 3 // 4: "new edition"}
        outage = nights // 2
        while len(plan) < nights:
            day = len(plan)
            if day in special:
                plan.append(special[day])
            elif outage <= day < outage + days_out:
                plan.append("outage")
            elif plan[-1] != "unchanged" and self.chosen.random() < 0.7:
                plan.append("unchanged")
            else:
                if not round_of_kinds:
                    round_of_kinds = self.chosen.sample(list(KINDS), len(KINDS))
                plan.append(round_of_kinds.pop())
        return plan

    def _night(self, kind: str) -> None:
        self.counts.nights[kind] += 1
        cause = self._serve(kind)
        if self.chosen.random() < 0.1:
            self.fine = table(2023, changed={self.chosen.randrange(63): f"0.{self.chosen.randrange(1000, 9999)}"})
        self.publisher.replies[f"/{FINE}/2023.csv"] = csv_reply(self.fine)
        now = self.now - timedelta(days=400) if kind == "clock back" else self.now
        stale_before = self._stale()
        night = fetch_all(self.paths, now, patient())
        sent: list[str] = []
        events = tell(
            self.paths, "fetch", fetch_causes(night, "x"), now, lambda _, title, body: sent.append(body) is None
        )
        self.counts.results.update(one.result for one in night.outcomes)
        self.counts.messages += len(sent)
        self.counts.alerts.update(event.mark for event in events)
        if night.accepted or self._stale() != stale_before:
            self._release(night)
        self._compare(kind, cause, night, [(event.mark, event.key) for event in events], len(sent))

    def _serve(self, kind: str) -> str:
        before = dict(self.truth.good)
        if kind == "new edition":
            newest = max(self.truth.good) + 1
            self.truth.good[newest] = table(newest)
        make, cause = KINDS.get(kind, UNCHANGED)
        if kind == "outage":
            make, cause = (lambda _: Reply(b"", 503)), "http 503"
        self.publisher.replies[f"/{BROKEN}/2023.csv"] = make(self.truth)
        for edition, data in self.truth.good.items():
            if edition != 2023:
                self.publisher.replies[f"/{BROKEN}/{edition}.csv"] = csv_reply(data)
        if not cause:
            self.accepted = dict(self.truth.good)
            self.last_good = self.now
        else:
            self.accepted |= {edition: data for edition, data in before.items() if edition != 2023}
        return cause

    def _compare(self, kind: str, cause: str, night: Night, events: list[tuple[str, str]], messages: int) -> None:
        wrong = self.counts.wrong
        name = f"{self.now.date()} {kind}"
        expected = {(f"{BROKEN}/2023.csv", cause)} if cause else set()
        if cause and (f"{BROKEN}/2023.csv", "waiting") in self.active:
            # what waits for somebody goes on waiting while the site is down
            expected.add((f"{BROKEN}/2023.csv", "waiting"))
        if self._stale():
            expected.add((BROKEN, "stale"))
        if ((self.now - self.last_good).days > 14) != bool(self._stale()) and kind != "clock back":
            wrong.append(f"{name}: stale is {self._stale()}")
        new = {f"{subject}: {what}" for subject, what in expected - self.active}
        subjects = {subject for subject, _ in expected}
        over = {f"{subject}: {what}" for subject, what in self.active - expected if subject not in subjects}
        new = self._within_the_week(new)
        over -= self.held_back
        self.held_back -= {f"{subject}: {what}" for subject, what in self.active - expected}
        for _, key in events:
            self.told.setdefault(key, []).append(self.now)
        if {key for mark, key in events if mark == "new"} != new or {k for m, k in events if m == "recovered"} != over:
            wrong.append(f"{name}: events {events}, expected new {new}, over {over}")
        if messages != bool(events):
            wrong.append(f"{name}: {messages} messages for {len(events)} events")
        self.active = expected
        for edition, data in self.accepted.items():
            path = self.paths.raw / BROKEN / f"{edition}.csv"
            if not path.is_file() or path.read_bytes() != data:
                wrong.append(f"{name}: {path.name} is not what should have been accepted")
        if (self.paths.raw / FINE / "2023.csv").read_bytes() != self.fine:
            wrong.append(f"{name}: the other source was not looked at")
        if not is_whole(self.paths, BROKEN) or not is_whole(self.paths, FINE):
            wrong.append(f"{name}: declared bytes are not there")
        self._look_at_release(name)
        files = [path.stat().st_size for path in self.root.rglob("*") if path.is_file() and not path.is_symlink()]
        self.counts.most_bytes = max(self.counts.most_bytes, sum(files))
        there = len(list(self.paths.snapshots.glob("*/*/0*")))
        self.counts.most_snapshots = max(self.counts.most_snapshots, there)

    def _within_the_week(self, new: set[str]) -> set[str]:
        """What may be told: a cause that comes and goes is told at most so often a week, then held back."""
        week = self.now - timedelta(days=7)
        full = {key for key in new if sum(day > week for day in self.told.get(key, [])) >= TOLD_A_WEEK}
        self.held_back |= full
        return new - full

    def _look_at_release(self, name: str) -> None:
        folder = current_folder(self.paths)
        if folder is None or verify_release(folder):
            self.counts.wrong.append(f"{name}: the release is not whole")
            return
        shown = dict(read_current(self.root, "SELECT province_id, value_text FROM figure_sources"))
        if shown != self._figures():
            self.counts.wrong.append(f"{name}: the release shows other figures than were accepted")

    def _figures(self) -> dict[str, str]:
        """Printed text by province of the newest accepted edition, from the declared bytes."""
        text = (self.paths.raw / BROKEN / f"{max(self.accepted)}.csv").read_text(encoding="utf-8")
        printed = {row["Tỉnh"]: row["DTI"] for row in csv.DictReader(io.StringIO(text))}
        return {unit["province_id"]: printed[unit["name_vi"]] for unit in self.units if unit["unit_system"] == "63"}

    def _release(self, night: Night | None) -> None:
        """A small build: the figures of the newest edition, read from the declared bytes, released."""
        import polars as pl

        figures = self._figures()
        tables = small_tables({name: float(text) for name, text in figures.items()}, {name: name for name in figures})
        texts = pl.Series("value_text", list(figures.values()))
        tables["figure_sources"] = tables["figure_sources"].with_columns(texts)
        release(self.root, tables)
        self.counts.releases += 1

    def _stale(self) -> bool:
        from dx_pipeline.fetch.stale import read_stale

        return BROKEN in read_stale(self.paths)


def play(root: Path, publisher: Publisher, nights: int, seed: int = 1, outage: int = OUTAGE) -> Counts:
    """A number of nights in a fresh project, with one outage; alerts go to a channel that keeps them."""
    os.environ["DX_ALERT_URLS"] = "json://127.0.0.1:9/never-asked"
    try:
        return Year(root, publisher, seed).play(nights, outage)
    finally:
        del os.environ["DX_ALERT_URLS"]
