"""What columns say of each row: its edition, unit system, indicator, measure, status, publisher."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import polars as pl

from dx_pipeline.errors import Problem, nearest
from dx_pipeline.sources.declaration import FIRST_YEAR, MAX_UNITS, Measure
from dx_pipeline.sources.resolved import TIERS, TableSpec
from dx_pipeline.sources.texts import read_year, shown, unsafe
from dx_pipeline.text import plain

MEASURES: tuple[str, ...] = get_args(Measure)
KINDS = ("stated", "derived")
PRELIMINARY_WORDS = {"preliminary", "prel", "prel.", "p", "e", "est", "estimate", "sơ bộ", "ước tính", "ước", "dự kiến"}
FINAL_WORDS = {"", "final", "a", "chính thức", "official", "f"}
#: problems of one role that are told
SHOWN = 5


class _NotOne(Exception):
    """A text does not say its role: what was expected, and what would help."""


def read_roles(
    where: str, table: TableSpec, data: pl.DataFrame, roles: dict[str, int], numbers: pl.Series, kept: pl.Series
) -> tuple[pl.DataFrame, list[Problem]]:
    """A column a role, named as in FIGURE_SCHEMA, each distinct text read once; and the texts that say nothing."""
    problems: list[Problem] = []
    columns: dict[str, pl.Series] = {}
    readers = _readers(table)
    for role in table.roles:
        texts = data[str(roles[role])]
        found: dict[str | None, dict[str, Any]] = {}
        bad: dict[str | None, tuple[str, str]] = {}
        codes = {plain(printed): code for printed, code in table.codes.get(role, {}).items()}
        for text in texts.filter(kept).unique(maintain_order=True).to_list():
            try:
                found[text] = readers[role](codes.get(plain(text), text))
            except _NotOne as error:
                bad[text] = error.args
        for text, (expected, remedy) in list(bad.items())[:SHOWN]:
            row = numbers.filter(kept & texts.eq_missing(text))[0]
            at = f"{where}, row {row}, column {table.roles[role]}"
            problems.append(Problem(at, expected, shown(text) if text else "nothing", remedy))
        own = "preliminary" if role == "status" else role
        for name in dict.fromkeys([own, *(name for one in found.values() for name in one)]):
            known = {text: one.get(name) for text, one in found.items()}
            dtype = TYPES.get(name, pl.String)
            column = texts.replace_strict(known, default=None, return_dtype=dtype)
            # what a year and a status both say: preliminary where either does
            columns[name] = columns[name] | column if name in columns else column
    return pl.DataFrame(columns), problems


TYPES: dict[str, Any] = {
    "edition": pl.Int64, "unit_system": pl.Int64, "preliminary": pl.Boolean, "min": pl.Float64, "max": pl.Float64,
}  # fmt: skip


def _readers(table: TableSpec) -> dict[str, Callable[[str | None], dict[str, Any]]]:
    def measure(text: str | None) -> dict[str, Any]:
        known = list(table.measures) or list(MEASURES)
        one = _one_of(text, known, "measure")
        return {"measure": one, **(dict(table.measures[one]) if one in table.measures else {})}

    return {
        "edition": _edition,
        "unit_system": _unit_system,
        "indicator": lambda text: {"indicator": _needed(text)},
        "measure": measure,
        "status": _status,
        "kind": lambda text: {"kind": _one_of(text, KINDS, "kind") if text else "stated"},
        "tier": lambda text: {"tier": _one_of(text, TIERS, "tier")},
        "publisher": lambda text: {"publisher": _safe(_needed(text))},
        "url": lambda text: {"url": _url(text)},
        "remark": lambda text: {"remark": _safe(text) if text else None},
    }


#: for a blank that stands for the text above it
FILL = "`fill_down = true` where a blank repeats the one above"


def _needed(text: str | None) -> str:
    if not text:
        raise _NotOne("a text", f"leave the row out, or {FILL}")
    return text


def _edition(text: str | None) -> dict[str, Any]:
    found = read_year(text)
    if found is None or found[0] < FIRST_YEAR:
        remedy = '`codes.edition` says what a text means, as `"2023-24" = "2023"`'
        raise _NotOne("a whole number, the assessed year", remedy if text else FILL)
    return {"edition": found[0], "preliminary": True} if found[1] else {"edition": found[0]}


def _unit_system(text: str | None) -> dict[str, Any]:
    digits = (text or "").strip().removesuffix(".0")
    if not digits.isascii() or not digits.isdecimal() or not 1 <= int(digits) <= MAX_UNITS:
        remedy = "`codes.unit_system` says what a text means; without a column: `unit_system = 63`"
        raise _NotOne("a whole number, the size of the system of provinces", remedy)
    return {"unit_system": int(digits)}


def _status(text: str | None) -> dict[str, Any]:
    word = plain(text).casefold()
    if word in PRELIMINARY_WORDS or word in FINAL_WORDS:
        return {"preliminary": word in PRELIMINARY_WORDS}
    raise _NotOne("`final` or `preliminary`", "`codes.status` may say what a text means")


def _one_of(text: str | None, known: tuple[str, ...] | list[str], role: str) -> str:
    if text in known:
        return str(text)
    raise _NotOne(f"one of {sorted(known)}", f"{nearest(text, known)}; `codes.{role}` may say what a text means")


def _safe(text: str) -> str:
    expected = unsafe(text)
    if expected:
        raise _NotOne(expected, "mend it with the publisher, or leave the row out")
    return text


def _url(text: str | None) -> str | None:
    if text and not text.startswith(("http://", "https://")):
        raise _NotOne("a web address, http(s)://…", "take `url` out of `roles` and say it of the file")
    return _safe(text) if text else None
