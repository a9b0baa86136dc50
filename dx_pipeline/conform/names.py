"""Province names as printed -> `province_id`.

`resolve` accepts every spelling of a province and refuses everything else; it never picks the nearest. The known
spellings are the names of the reference tables and the rows of `data/reference/province_aliases.csv`; a new spelling is
a new row there. `data/reference/lookalike_names.csv` lists real places and table rows that are not provinces: where one
of them is exactly what is printed it is refused, although it would be a province with marks left out (Quang Bình), and
its reason is told.

Decisions
- Marks may be missing, none may differ: `Quang Binh` and `Hải Dưong` are read, `Quãng Ninh` and `Phù Yên` are not. A
  misprint found in a published table is read only where an alias declares it.
- `Thành phố`, `TP`, `City` say a municipality; before another province's name they name a city inside it, so they are
  refused (TP Thái Nguyên). Huế is the exception: tables have printed `TP. Huế` for the whole province. `Tỉnh` and
  `Province` are accepted before any name (Hanoi Province): no province shares its name with a municipality.
- Organisations (UBND tỉnh, Sở), districts, wards and addresses are refused. A trailing `, Việt Nam` is dropped.
- A list number with a dot or bracket (`1. Hà Nội`) and a footnote mark (`Hà Nội (*)`) are dropped, a bare number not.
- In `A (B)` and `A / B` both parts must name the same province; `(tỉnh)` and `(TP)` count as words around the name.
- ISO 3166-2 codes (`VN-61`) are read for the 63 units; bare codes never: those of the statistics office are reused with
  another meaning after the merger.
- `cũ` (former) may follow a unit of the 63, `mới` (new) one of the 34.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import polars as pl

from dx_pipeline.conform.reference import Known, Reference, Tables, Unit
from dx_pipeline.conform.reference_tables import file_of
from dx_pipeline.conform.spelling import BRACKET, Reading, around_word, bases, clean, read_letters, readings, spelling
from dx_pipeline.errors import BAD_INPUT, DxError
from dx_pipeline.sources import texts as source_texts
from dx_pipeline.text import other_letters

LISTING = re.compile(r"\s*[,;/&+]\s*|\s+[-–—]\s+|\s+(?:và|and)\s+", re.IGNORECASE)
#: words, without marks, before the name of a district, town, ward or office
SMALLER = re.compile(r"(huyen|thi-xa|tx|thi-tran|quan|phuong|xa|dac-khu|district|ward|ubnd|so|cong-an)-")
#: below this likeness (0-100) a name is no help to the reader of an error
NEAR = 60


class ProvinceNameError(DxError, ValueError):
    """Text that cannot be resolved to one province. `candidates` are the nearest units, nearest first."""

    exit_code = BAD_INPUT

    def __init__(self, message: str, candidates: tuple[Unit, ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


def slug(name: str) -> str:
    """The ASCII identifier of a name: `Bà Rịa - Vũng Tàu` gives `ba-ria-vung-tau`."""
    return source_texts.slug(clean(name)).replace(" ", "-")


def resolve(text: str, reference: Reference, unit_system: int) -> str:
    """The `province_id` of the unit a printed text names. Never guesses.

    Raises:
        ProvinceNameError: the text names no unit of the system, or could be several; carries the nearest units.
        ReferenceTableError: there is no such unit system.
    """
    tables = reference.of_system(unit_system)
    if not isinstance(text, str) or not clean(text):
        raise ProvinceNameError(f"{text!r} is no province: there is no text to read")
    found = recognised(text, tables)
    if found is not None:
        return found
    raise _refusal(text, tables, reference)


def recognised(text: str, tables: Tables) -> str | None:
    """As `resolve`, but None for a text that names no unit: nobody looks for the nearest names."""
    found = _find(text, tables)
    return found.province_id if found else None


def _find(text: str, tables: Tables) -> Unit | None:
    text = clean(text)
    if text.upper() in tables.iso:
        return tables.iso[text.upper()]
    found = _find_name(text, frozenset(), tables)
    if found is not None:
        return found
    if bracket := BRACKET.match(text):
        before, inside = bracket["before"], bracket["inside"]
        if said := around_word(inside):
            return _find_name(clean(before), frozenset({said}), tables)
        joined = _find_name(f"{before} {inside}", frozenset(), tables)
        return joined or _same(_find(before, tables), _find(inside, tables))
    first, slash, second = text.partition("/")
    return _same(_find(first, tables), _find(second, tables)) if slash else None


def _same(one: Unit | None, other: Unit | None) -> Unit | None:
    return one if one == other else None


def _find_name(text: str, said: frozenset[str], tables: Tables) -> Unit | None:
    """The unit whose spelling fits the fullest reading that fits any."""
    for reading in readings(text):
        words = reading.said | said
        fitting = _fitting(reading, tables)
        allowed = {known.unit for known in fitting if _agrees(known, words, tables)}
        if not allowed:
            continue
        printed_whole = any(known.spelling.is_exactly(reading.letters) for known in fitting)
        others = tables.lookalikes.get(bases(reading.letters), ())
        if not printed_whole and any(other.is_exactly(reading.letters) for other, _, _ in others):
            return None
        return allowed.pop() if len(allowed) == 1 else None
    return None


def _fitting(reading: Reading, tables: Tables) -> list[Known]:
    return [one for one in tables.known.get(bases(reading.letters), ()) if one.spelling.fits(reading.letters)]


def _agrees(known: Known, words: frozenset[str], tables: Tables) -> bool:
    """Whether what is said around the name may be said of the unit."""
    city = "city" not in words or known.as_city or known.unit.kind == "municipality"
    return city and (words & {"old", "new"}) <= tables.era


def _refusal(text: str, tables: Tables, reference: Reference) -> ProvinceNameError:
    """The error for a text that names no unit, saying what it is where that is known."""
    what = _listed_as_other(text, tables, reference)
    named = {found for part in LISTING.split(clean(text)) if clean(part) and (found := _find(part, tables))}
    if len(named) > 1 and not what:
        several = tuple(sorted(named, key=lambda one: one.code))
        message = f"{text!r} names more than one province: {_listed(several)}"
        return ProvinceNameError(message, several)
    shortened = _shortened(text, tables)
    if len(shortened) > 1 and not what:
        message = (
            f"{text!r} could be any of {_listed(shortened)}; nothing is guessed. If its source says which it means, "
            f"declare it in {file_of('province_aliases')}"
        )
        return ProvinceNameError(message, shortened)
    near = shortened or _nearest(text, tables)
    if not what and (former := _former(text, tables, reference)):
        near, what = former
    what = what or _known_fault(text, tables)
    message = f"{text!r} names no province of the {tables.unit_system}{': ' if what else ''}{what}"
    message += f". Nearest: {_listed(near)}" if near else ". No name is near"
    if not what and (letters := other_letters(text)):
        message += f". It holds letters of another script: {letters}"
    elif not what:
        message += f". If it is a spelling of a province, declare it in {file_of('province_aliases')}"
    return ProvinceNameError(message, near)


def _listed(several: tuple[Unit, ...]) -> str:
    return ", ".join(f"{one.name_vi} ({one.province_id})" for one in several)


def _former(text: str, tables: Tables, reference: Reference) -> tuple[tuple[Unit, ...], str] | None:
    """The unit that a unit of an earlier system became part of, and how to say so."""
    for earlier in reference.before(tables.unit_system):
        former = _find(text, reference.of_system(earlier.unit_system))
        joined = tables.units.get(former.successor_id) if former and earlier.successor == tables.unit_system else None
        if former and joined:
            since = reference.systems[tables.unit_system].valid_from
            told = f"it names {former.name_vi} of the {earlier.unit_system}, which is part of {joined.name_vi}"
            return (joined,), told + (f" since {since.day} {since:%B %Y}" if since else "")
    return None


def _listed_as_other(text: str, tables: Tables, reference: Reference) -> str:
    """What the list of other places says of a text, or an empty text."""
    systems = [tables, *(reference.of_system(one.unit_system) for one in reference.before(tables.unit_system))]
    for reading in readings(clean(text)):
        for other, what, reason in tables.lookalikes.get(bases(reading.letters), ()):
            fits = other.fits(reading.letters) and not any(bases(reading.letters) in one.known for one in systems)
            if fits or other.is_exactly(reading.letters):
                return f"it is {other.text}, a {what.replace('_', ' ')} ({reason})"
    return ""


def _known_fault(text: str, tables: Tables) -> str:
    """Why a text that is near a unit is not one, or an empty text."""
    if SMALLER.match(slug(text)):
        return "it names a smaller unit or an office, not a province"
    for reading in readings(clean(text)):
        fitting = _fitting(reading, tables)
        if fitting and "city" in reading.said:
            return f"a city of that name is not the province {fitting[0].unit.name_vi}"
        if not fitting and bases(reading.letters) in tables.known:
            name = tables.known[bases(reading.letters)][0].unit.name_vi
            return f"its marks or spaces differ from those of {name}"
    return ""


def _shortened(text: str, tables: Tables) -> tuple[Unit, ...]:
    """Units of which the text is the initials, the first or the last word."""
    letters = read_letters(clean(text))
    if letters is None:
        return ()
    found = []
    for one in tables.units.values():
        words = [word for word in one.name_vi.split() if word != "-"]
        parts = ["".join(word[0].upper() for word in words)]
        parts += [" ".join(words[:size]) for size in range(1, len(words))]
        parts += [" ".join(words[-size:]) for size in range(1, len(words))]
        if any(known.fits(letters) for part in parts if (known := spelling(part))):
            found.append(one)
    return tuple(found)


def _nearest(text: str, tables: Tables, limit: int = 3) -> tuple[Unit, ...]:
    """At most `limit` units whose names are most like the text, without marks first and then with them."""
    from rapidfuzz import fuzz

    *_, plain = [slug(text).replace("-", ""), *(bases(reading.letters) for reading in readings(clean(text)))]
    marked = clean(text).lower()
    scored: dict[Unit, float] = {}
    for known in (one for group in tables.known.values() for one in group):
        name = known.spelling.text
        likeness = fuzz.ratio(plain, known.spelling.base) + fuzz.ratio(marked, name.lower()) / 100
        scored[known.unit] = max(likeness, scored.get(known.unit, 0.0))
    best = sorted(scored, key=lambda one: (-scored[one], one.province_id))
    return tuple(one for one in best[:limit] if scored[one] >= NEAR)


class ResolvedColumn(NamedTuple):
    """`ids`: String, as long as the texts, null where a text is no province; `bad`: the error of each such text."""

    ids: pl.Series
    bad: dict[str, ProvinceNameError]


def resolve_column(texts: pl.Series, reference: Reference, unit_system: int) -> ResolvedColumn:
    """Resolve a String column, each distinct text once. A null counts as an empty text."""
    ids: dict[str, str] = {}
    bad: dict[str, ProvinceNameError] = {}
    printed = texts.fill_null("")
    for text in printed.unique(maintain_order=True).to_list():
        try:
            ids[text] = resolve(text, reference, unit_system)
        except ProvinceNameError as error:
            bad[text] = error
    found = printed.replace_strict(ids, default=None, return_dtype=pl.String).alias("province_id")
    return ResolvedColumn(found, bad)
