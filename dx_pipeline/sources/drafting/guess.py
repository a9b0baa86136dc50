"""What a table looks like: where its names and heading are, what its columns hold, and what its other rows are.

Everything here is a guess for `dx source draft`; a person reads it before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import polars as pl

from dx_pipeline.sources.cells import Sheet
from dx_pipeline.sources.headings import SEPARATOR, column_paths
from dx_pipeline.sources.left_out import is_note, is_region
from dx_pipeline.sources.texts import read_year, slug, years_in
from dx_pipeline.text import plain

#: texts and unit system -> province of each text that is one
Resolve = Callable[[list[str], int], Mapping[str, str]]
#: rows that are looked at
ROWS = 5_000
COLUMNS = 400
HEADING_ROWS = 5


@dataclass(frozen=True)
class Systems:
    """Unit system -> its provinces; the newest system, and the first year at whose end it was in force."""

    units: Mapping[int, set[str]]
    newest: int
    newest_since: int


@dataclass
class GuessedTable:
    """A table with provinces. `regions`, `notes`, `unknown` and `repeated` are (row number, text) of its other rows."""

    sheet: Sheet
    system: int
    province: int
    provinces: set[str]
    heading: int
    data: int
    titles: list[str]
    fill_down: bool
    columns: list[GuessedColumn] = field(default_factory=list)
    regions: list[tuple[int, str]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    repeated: list[tuple[int, str]] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    panel: bool = False

    @property
    def side_by_side(self) -> int:
        """How many lists with the same headings stand beside each other."""
        times = 1 + len(self.lists)
        used = [column.path for column in self.columns if column.kind in ("province", "figures") and column.path]
        return times if times > 1 and used and all(used.count(path) == times for path in used) else 1

    @property
    def heading_rows(self) -> int:
        """How many rows its heading has."""
        return self.data - self.heading

    @property
    def figures(self) -> list[GuessedColumn]:
        """Its columns of figures."""
        return [column for column in self.columns if column.kind == "figures"]

    @property
    def title(self) -> str:
        """The first title line that says something; empty where none does."""
        return next((text for text in self.titles if len(text) > 8), "")


def guess_table(sheet: Sheet, resolve: Resolve, known_systems: Systems, file_name: str) -> GuessedTable | None:
    """The table of provinces on a sheet, or None if no column names two of them."""
    texts = sheet.texts[:ROWS, :COLUMNS]
    systems = known_systems.units
    if not texts.height:
        return None
    found = {(place, system): _provinces(texts[str(place)].to_list(), resolve, system)
             for place in range(texts.width) for system in systems}  # fmt: skip

    def likeness(key: tuple[int, int]) -> tuple[int, int, int]:
        filled = texts[str(key[0])].drop_nulls().to_list()
        known_share = sum(text in found[key] for text in filled) / max(len(filled), 1)
        return len(found[key]), round(known_share), -key[0]

    best = max(found, key=likeness, default=None)
    if best is None or not found[best]:
        return None
    place = best[0]
    series = texts[str(place)]
    fill_down = _blanks_repeat(texts, place)
    names = (series.forward_fill() if fill_down else series).to_list()
    said = " ".join([file_name, sheet.name, *(text for row in texts[:10].rows() for text in row if text)])
    system = _system(place, found, known_systems, said)
    known = found[(place, system)]
    first = next(row for row, text in enumerate(names) if text in known)
    rows = [[text or "" for text in row] for row in texts.rows()]
    if sheet.header is None:
        data = _first_data_row(rows, place, first)
        heading = _first_heading_row(rows, data)
        plain_rows = [[plain(text) for text in row] for row in rows[heading:data]]
        if len(plain_rows) > 1 and _is_numbering(plain_rows[-1]):
            plain_rows.pop()
        paths = column_paths(plain_rows, 0, sheet.spans_known)
    else:
        data = heading = 0
        paths = {at: (plain(name),) for at, name in enumerate(sheet.header)}
    titles = [plain(text) for row in rows[:heading] for text in row if text.strip()]
    titles = list(dict.fromkeys(titles))
    table = GuessedTable(sheet, system, place, set(known.values()), heading, data, titles, fill_down)
    _other_rows(table, rows, names, known)
    kept = [row for number, row in enumerate(rows[data:], start=data) if names[number] in known]
    for at in range(texts.width):
        is_list = len(found[(at, system)]) * 2 >= len(known)
        path = SEPARATOR.join(paths.get(at, ()))
        table.columns.append(guess_column(at, path, [row[at] for row in kept], is_list or at == place))
        if is_list and texts[str(at)][data:].to_list() != names[data:]:
            table.lists.append(at)
    repeated = _repeated(table, names, known)
    table.panel = bool(repeated) and any(column.kind == "year" for column in table.columns)
    table.repeated = [] if table.panel else repeated
    return table


def _provinces(texts: list[str | None], resolve: Resolve, system: int) -> dict[str, str]:
    distinct = list(dict.fromkeys(text for text in texts if text and not NUMBER.match(text) and len(text) < 80))
    return dict(resolve(distinct[:2_000], system))


def _blanks_repeat(texts: pl.DataFrame, place: int) -> bool:
    """Whether blank names stand beside years, so that each repeats the one above."""
    blank = texts.filter(texts[str(place)].is_null())
    if blank.height * 3 < texts.height:
        return False
    years = [sum(read_year(text) is not None for text in blank[column] if text) for column in blank.columns]
    return max(years, default=0) * 2 > blank.height


def _system(place: int, found: dict[tuple[int, int], dict[str, str]], known: Systems, said: str) -> int:
    """The unit system of the names: all of whose units are there, that is named, or that was in force."""
    names = {system: set(found[(place, system)].values()) for system in known.units}
    whole = [system for system, units in known.units.items() if names[system] == units]
    if whole:
        return max(whole)
    most = max(map(len, names.values()))
    candidates = [system for system in names if len(names[system]) == most]
    named = [system for system in candidates if re.search(rf"(?<!\d){system}(?!\d)", said)]
    years = years_in(said)
    if len(named) == 1:
        return named[0]
    if known.newest in candidates and years and min(years) >= known.newest_since:
        return known.newest
    older = [system for system in candidates if system != known.newest]
    return older[0] if older else candidates[0]


def _first_data_row(rows: list[list[str]], place: int, first: int) -> int:
    """The first row of the body: the first province, or the total and region rows right above it."""
    data = first
    while data and (is_region(rows[data - 1][place]) or _looks_like_body(rows[data - 1], place)):
        data -= 1
    return data


def _looks_like_body(row: list[str], place: int) -> bool:
    figures = any(NUMBER.match(text) and not read_year(text) for at, text in enumerate(row) if at != place)
    years = any(years_in(text) for text in row if not NUMBER.match(text))
    return bool(row[place].strip()) and figures and not years and not _is_numbering(row) and not read_year(row[place])


def _is_numbering(row: list[str]) -> bool:
    """`A | B | 1 | 2 | 3=1/2` under a heading."""
    texts = [re.sub(r"=.*|[()\s]", "", text) for text in row if text.strip()]
    numbers = [int(text) for text in texts if text.isdecimal()]
    letters = [text for text in texts if re.fullmatch(r"[A-H]", text)]
    rising = all(b - a == 1 for a, b in pairwise(numbers))
    return len(texts) > 1 and bool(numbers) and rising and numbers[0] <= 2 and len(numbers) + len(letters) == len(texts)


def _first_heading_row(rows: list[list[str]], data: int) -> int:
    heading = data
    while heading and data - heading < HEADING_ROWS:
        filled = [text for text in rows[heading - 1] if text.strip()]
        title = len(set(filled)) == 1 and (heading < data or len(rows[heading - 1]) > 1)
        if title or not filled:
            break
        heading -= 1
    return heading


def _other_rows(table: GuessedTable, rows: list[list[str]], names: list[str | None], known: dict[str, str]) -> None:
    """Rows of the body that name no province."""
    last = max(number for number, name in enumerate(names) if name in known)
    for number in range(table.data, len(rows)):
        text = names[number] or next((one for one in rows[number] if one.strip()), None)
        if text is None or names[number] in known:
            continue
        at = (table.sheet.row_number(number), text)
        if is_region(text):
            table.regions.append(at)
        elif is_note(text) or sum(bool(one.strip()) for one in rows[number]) == 1 or number > last:
            table.notes.append(at)
        else:
            table.unknown.append(at)


def _repeated(table: GuessedTable, names: list[str | None], known: dict[str, str]) -> list[tuple[int, str]]:
    """Rows of the body whose province stands in a row above."""
    seen: set[str] = set()
    found = []
    for number, name in enumerate(names[table.data :], start=table.data):
        if name and name in known:
            if known[name] in seen:
                found.append((table.sheet.row_number(number), name))
            seen.add(known[name])
    return found


NUMBER = re.compile(r"^\s*[-+−–]?\s*\d[\d\s.,'’]*\s*%?\s*(?:\*+|\[\d+\]|[¹²³⁴⁵])?\s*$")
#: a rank that is tied or says of how many it is one
RANK = re.compile(r"^\s*=?\s*\d{1,3}\s*(?:=|[-–/]\s*\d{1,3})\s*$")
BLANK = {"", "-", "--", "–", "...", "..", "…", ".", "n/a", "na", "null", "none", "x", ":"}
RANK_WORDS = re.compile(r"\b(?:xep hang|hang|xep thu|thu hang|vi thu|rank|ranking|thu tu xep|xh)\b")
SCORE_WORDS = re.compile(
    r"\b(?:diem|score|index|chi so|gia tri|ket qua|tong diem|points?|dti|pci|papi|par|sipas|pii|ict)\b"
)
ORDER_WORDS = re.compile(
    r"^(?:t t|tt|stt|s t t|so tt|so thu tu|thu tu|no|nr|order|id|fid|gid(?: \d)?|objectid|index|x|y|row|"
    r"ma|ma tinh|ma so|iso|unnamed 0|lat|lon|lng|latitude|longitude|shape area|shape leng(?:th)?|unit mult|decimals|"
    r"(?:province|geo|area|gso|ma|tinh)? ?(?:code|id)(?: \d+)?)$"
)
WHOLE = re.compile(r"0?\d{1,2}(?:\.0)?|\d{1,2}\s*[-/]\s*\d{1,2}|\d{1,2}\s*\(.*\)")
BRACKETS = re.compile(r"^\s*(\d{1,5})\s*\(\s*(\d+(?:[.,]\d+)?)\s*\)\s*$")
UNIT = re.compile(r"(?:đơn vị(?: tính)?|đvt|unit)\s*[:：]?\s*(.+?)\s*[)\]]?\s*$", re.IGNORECASE)
UNIT_IN_HEADING = re.compile(r"[(\[]\s*([^()\[\]]{1,40})\s*[)\]]\s*$|,\s*([^,]{1,20})$")


@dataclass
class GuessedColumn:
    """A column: its position, path, and what it seems to hold (figures, order, text, year, blank)."""

    place: int
    path: str
    kind: str
    year: tuple[int, bool] | None = None
    brackets: bool = False
    values: list[str] = field(default_factory=list, repr=False)
    empty: bool = False


def guess_column(at: int, path: str, values: list[str], is_province: bool) -> GuessedColumn:
    """The column at a position, by its heading and its texts beside provinces."""
    filled = [text for text in values if text.strip() and text.strip().casefold() not in BLANK]
    words = [slug(leaf(part)) for part in path.split(SEPARATOR)]
    year_heading = _heading_year(path)
    brackets = sum(bool(BRACKETS.match(text)) for text in filled) * 2 > len(filled)
    ranks = any(RANK_WORDS.search(word) for word in words)
    figures = sum(bool(NUMBER.match(text) or (ranks and RANK.match(text))) for text in filled)
    if is_province:
        kind = "province"
    elif not filled:
        kind = "blank"
    elif all(read_year(text) for text in filled) and not year_heading:
        kind = "year"
    elif brackets:
        kind = "figures"
    elif figures < len(filled) * 0.6:
        kind = "text"
    elif any(ORDER_WORDS.match(word) for word in words) or (not path and _is_order(filled)):
        kind = "order"
    else:
        kind = "figures"
    return GuessedColumn(at, path, kind, year_heading, brackets, filled, not any(text.strip() for text in values))


def leaf(path: str) -> str:
    """The last part of a heading: of its rows, or of the dotted name of a field."""
    last = path.rsplit(SEPARATOR, 1)[-1]
    return last.rsplit(".", 1)[-1] if re.fullmatch(r"[\w.]+", last) else last


def _heading_year(path: str) -> tuple[int, bool] | None:
    years = set(years_in(path))
    said = next(filter(None, map(read_year, path.split(SEPARATOR))), None)
    return said or ((years.pop(), False) if len(years) == 1 else None)


def _is_order(filled: list[str]) -> bool:
    numbers = sorted(int(text) for text in filled if text.isdecimal())
    return numbers in (list(range(len(filled))), list(range(1, len(filled) + 1)))


def decimal_mark(texts: list[str]) -> str | None:
    """The mark before the decimals in texts of figures; None where they do not say."""
    votes = {",": 0, ".": 0}
    for text in texts:
        digits = text.strip().rstrip("%* ")
        for mark, other in ((",", "."), (".", ",")):
            if re.fullmatch(rf"[-+]?\d{{1,3}}(?:[{other}]\d{{3}})+[{mark}]\d+", digits):
                votes[mark] += 5
            elif re.fullmatch(
                rf"[-+]?\d+[{mark}](?:\d\d?|\d{{4,}})|0[{mark}]\d+|[-+]?\d{{1,3}}(?:[{other}]\d{{3}}){{2,}}", digits
            ):
                votes[mark] += 3
    if votes[","] == votes["."]:
        return _grouping([text.strip() for text in texts])
    return max(votes, key=lambda mark: votes[mark])


def _grouping(texts: list[str]) -> str | None:
    """The decimal mark where every other mark stands before three digits: then that one groups thousands."""
    for mark, other in ((",", "."), (".", ",")):
        marked = [text for text in texts if mark in text]
        if len(marked) > 2 and all(re.fullmatch(rf"[1-9]\d{{0,2}}(?:[{mark}]\d{{3}})+", text) for text in marked):
            return other
    return None


def unit_of(path: str, titles: list[str]) -> str:
    """The unit a heading or a title line names; empty where none does."""
    match = UNIT_IN_HEADING.search(path.rsplit(SEPARATOR, 1)[-1])
    said = (match[1] or match[2] or "").strip() if match else ""
    if said and not years_in(said) and len(said) < 40:
        return said
    found = next(filter(None, map(UNIT.search, titles)), None)
    return found[1].strip(" :-()")[:60] if found else ""


def measure_of(path: str, values: list[str]) -> str:
    """`rank`, `score` or `value`, by the words of the heading."""
    words = slug(path)
    if RANK_WORDS.search(words) and all(WHOLE.fullmatch(text.strip()) for text in values):
        return "rank"
    return "score" if SCORE_WORDS.search(words) else "value"
