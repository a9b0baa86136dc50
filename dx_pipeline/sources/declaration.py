"""The language of `source.toml` and of the manifest, as strict models. `docs/SOURCES.md` explains it with examples.

A key may stand at the top (for all files), under a file, or under a table of a file; the nearer one wins. A column is
named by its heading (`Điểm`), by its heading path over several rows (`Năm 2023 / Điểm`), or by its place (`column D`,
`column 4`); `{year}` in a heading or in the name of a sheet stands for the edition (`{year} / Điểm`, `{year}_PAPI`).

`[fetch]` says where a source is published and what a fetch may do there:

    [fetch]
    stale_after_days = 14

    [[fetch.files]]
    url = "https://example.org/dti/{edition}.csv"
    file = "{edition}.csv"

`{edition}` stands for every edition the source declares in such a file, and for the one after the newest: until that is
published its address answers 404, which is no failure.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from dx_pipeline.declarations import Declaration, Many, wrong
from dx_pipeline.sources.budgets import MIB
from dx_pipeline.sources.periods import Frequency, PeriodError, parse_period
from dx_pipeline.sources.texts import unsafe
from dx_pipeline.vocabulary import codes

Form = Literal["csv", "json", "jsonstat", "html", "workbook", "parquet", "stata"]
Layout = Literal["wide", "long", "records", "large"]
Measure = Literal["score", "rank", "value"]
Mark = Literal[".", ","]
Percent = Literal["printed", "share"]
Tier = Literal["official", "official_copy", "press", "third_party"]
Status = Literal["final", "preliminary"]
#: what a column of a long table, or a further column of a wide one, may say of a figure
Role = Literal[
    "edition", "period", "unit_system", "province", "indicator", "measure", "value",
    "status", "kind", "tier", "publisher", "url", "remark",
]  # fmt: skip
#: the last two are repairs: UTF-8 that was decoded as western text and stored again, and `<U+1EAF>` as R writes it
Encoding = Literal[
    "utf-8", "utf-16", "windows-1258", "windows-1252", "latin-1", "tcvn3", "vni", "viscii", "utf-8-twice", "r-escapes"
]
YEAR_MARK = "{year}"
PERCENT = "57,3 % is 57.3 as printed, or .573 as a share"
FIRST_YEAR = 1990


def _safe(text: str) -> str:
    expected = unsafe(text)
    return wrong(expected) if expected else text


def _day(day: object) -> object:
    if isinstance(day, datetime.datetime):
        return day.date()
    if isinstance(day, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        try:
            return datetime.date.fromisoformat(day)
        except ValueError:
            return wrong("a day that exists, as in 2026-11-21")
    return day if isinstance(day, datetime.date) else wrong("a day, as in 2026-11-21")


def _past(day: datetime.date) -> datetime.date:
    today = datetime.datetime.now(datetime.UTC).date()
    return wrong(f"a day not after {today + datetime.timedelta(days=1)}") if (day - today).days > 1 else day


def _edition(year: int) -> int:
    this_year = datetime.datetime.now(datetime.UTC).year
    return year if FIRST_YEAR <= year <= this_year else wrong(f"an assessed year from {FIRST_YEAR} to {this_year}")


def _period(text: str) -> str:
    try:
        return str(parse_period(text))
    except PeriodError as error:
        return wrong(error.message)


def _address(url: str) -> str:
    return url if not url or re.match(r"https?://[^\s/]+\.?[^\s]*$", url) else wrong("a web address, http(s)://…")


def _selector(text: str) -> str:
    return text if text.strip() and text.count(YEAR_MARK) <= 1 else wrong(f"a heading, with {YEAR_MARK} at most once")


Text = Annotated[str, StringConstraints(min_length=1), AfterValidator(_safe)]
Remark = Annotated[str, AfterValidator(_safe)]
Day = Annotated[datetime.date, BeforeValidator(_day), AfterValidator(_past)]
Url = Annotated[str, AfterValidator(_safe), AfterValidator(_address)]
Edition = Annotated[int, AfterValidator(_edition)]
#: a system is called by the number of its units; there were 11,000 communes
MAX_UNITS = 99_999
UnitSystem = Annotated[int, Field(ge=1, le=MAX_UNITS)]
CODE = r"^[a-z][a-z0-9_]*(:[a-z0-9_]+)?$"
Code = Annotated[str, StringConstraints(pattern=CODE, max_length=60)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
Selector = Annotated[str, AfterValidator(_selector)]
RowRange = Annotated[int, Field(ge=1)] | Annotated[str, StringConstraints(pattern=r"^\d+(-\d+)?$")]
Area = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}\d*:[A-Z]{1,3}\d*$|^\d+:\d+$")]


def _doubt(code: str) -> str:
    return code if code in codes("doubt") else wrong(f"one of {', '.join(codes('doubt'))}")


DoubtCode = Annotated[str, AfterValidator(_doubt)]


class Indicator(Declaration):
    """An indicator of a source outside the index: its names, and how its figures may be used.

    A score and a printed rank of one indicator share the entry.
    """

    name_vi: Text
    name_en: Text
    unit: Remark = ""
    direction: Literal["higher_is_better", "lower_is_better", "neither"] = "neither"
    scale: Literal["linear", "logarithm"] = Field(default="linear", description="how it enters a regression")
    linked: bool = Field(default=False, description="whether `external_links` compares the index with it")
    shared_inputs_vi: Remark = Field(default="", description="what may stand in both, the index and this indicator")
    shared_inputs_en: Remark = ""
    breaks: Many[Edition] = Field(
        default=(), description="years from which figures no longer compare with earlier ones"
    )


class MeasureUnit(Declaration):
    """The unit of a measure and the range its figures must lie in."""

    unit: Remark = ""
    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _rising(self) -> MeasureUnit:
        if self.min is not None and self.max is not None and self.min > self.max:
            wrong("min not above max")
        return self


class Column(MeasureUnit):
    """One printed column with figures, and what they are."""

    indicator: Code | None = None
    measure: Measure | None = None
    evidence: Remark = Field(default="", description="why the column holds this indicator, where its heading misleads")
    edition: Edition | None = Field(default=None, description="of this column, where it is not that of the file")
    unit_system: UnitSystem | None = None
    status: Status | None = None
    decimal: Mark | None = None
    percent: Percent | None = None
    province: Selector | None = Field(default=None, description="the column of names beside it, in lists side by side")
    in_brackets: Measure | None = Field(default=None, description="a second figure in brackets: `01 (0,727)`")
    doubts: Many[DoubtCode] | None = Field(default=None, description="doubts of its figures, as codes")


class LeftOut(Declaration):
    """Rows that are no figures of a province, by number or by what stands in the column of names, with the reason."""

    rows: Many[RowRange] = ()
    texts: Many[str] = ()
    reason: Text

    @model_validator(mode="after")
    def _something(self) -> LeftOut:
        if not self.rows and not self.texts:
            wrong("`rows` or `texts`")
        return self


class Large(Declaration):
    """How a source of large tables is read (`layout = "large"`): a row a figure, built period by period."""

    every: Frequency = Field(description="what a period is; each is built and released by itself")
    provinces_by: Literal["names", "codes"] = Field(
        default="names", description="what names a unit: its names, or its code in units.csv (`gso_code`)"
    )
    percent: Percent = Field(default="printed", description=PERCENT)
    duplicates: Literal["refuse", "first", "last"] = Field(
        default="refuse", description="which of several different figures of one unit, indicator and period is taken"
    )
    rejected: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.0, description="share of a period's rows that may be unreadable; they are listed, with the reason"
    )
    ranked: Literal["complete", "published"] = Field(
        default="complete", description="rank only where every unit has a figure, or among those that have one"
    )


class TableKeys(Declaration):
    """What may be said of a table, of a file for all its tables, or of the source for all its files."""

    province: Selector | None = Field(default=None, description="the column with the names of the provinces")
    columns: dict[Selector, Column] | None = Field(default=None, description="heading -> what its figures are")
    complete: bool | None = Field(default=None, description="every unit of the system must have a row")
    ignore: Many[Selector] | None = Field(default=None, description="columns that are not read; `*` for all others")
    heading_row: Annotated[int, Field(ge=0)] | None = Field(default=None, description="number of its first heading row")
    heading_rows: Annotated[int, Field(ge=0, le=6)] | None = Field(default=None, description="how many rows it has")
    side_by_side: Annotated[int, Field(ge=2, le=20)] | None = Field(
        default=None, description="so many lists with the same headings stand beside each other"
    )
    fill_down: bool | None = Field(default=None, description="a blank name or role repeats the one above")
    roles: dict[Role, Selector] | None = Field(default=None, description="role -> the column that says it of each row")
    codes: dict[Role, dict[str, str]] | None = Field(default=None, description="printed text of a role -> our word")
    only: dict[Selector, str | Many[str]] | None = Field(default=None, description="rows that are read, by a column")
    footers: Many[str] | None = Field(default=None, description="texts of rows below the table that are no provinces")
    leave_out: Many[LeftOut] | None = None
    leave_out_regions: bool | None = Field(default=None, description="rows of regions and totals, in both languages")
    edition: Edition | None = Field(default=None, description="the assessed year")
    unit_system: UnitSystem | None = None
    status: Status | None = None
    indicator: Code | None = Field(default=None, description="of all figures, where no column says it")
    measure: Measure | None = Field(default=None, description="of all figures, where no column says it")
    measures: dict[Measure, MeasureUnit] | None = None
    decimal: Mark | None = Field(default=None, description="the mark before the decimals of printed texts")
    percent: Percent | None = Field(default=None, description=PERCENT)
    national_mean: str | None = Field(default=None, description="the text that names the mean of the country")


class TableDeclaration(TableKeys):
    """One table of a file: a sheet, the n-th table of a page, or a part of one."""

    sheet: str | None = Field(default=None, description="sheet or table number, where the key is only a name")
    area: Area | None = Field(default=None, description="the part of the sheet it takes: `A4:F70`, `A:C`, `4:70`")


class FileKeys(TableKeys):
    """What may be said of a file, or of the source for all its files."""

    publisher: Text | None = None
    url: Url | None = None
    licence: Text | None = None
    tier: Tier | None = None
    form: Form | None = None
    layout: Layout | None = None
    tables: dict[str, TableDeclaration] | None = None
    ignore_tables: Many[str] | None = Field(default=None, description="sheets or tables not read; `*` for all others")
    rows: str | None = Field(default=None, description="JSON: the dotted path to the list of rows")
    stated: dict[Literal["edition", "unit_system"], str] | None = Field(
        default=None, description="JSON: fields of the file that must say the same as this declaration"
    )
    doubts: Many[DoubtCode] | None = Field(default=None, description="doubts every figure carries, as codes")
    backcast: Text | None = Field(
        default=None,
        description="why figures are of units that did not exist in their year: who computed them, and how",
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: Encoding | None = None


class FileDeclaration(FileKeys):
    """One published file."""

    sha256: Sha256
    table: Identifier | None = Field(default=None, description="records: the name of the table they become")
    period: Annotated[str, AfterValidator(_period)] | None = Field(
        default=None, description="large: the period of all its rows; without it `roles.period` says it"
    )


class SourceDeclaration(FileKeys):
    """One source: who published it, where and when it was read, and its files."""

    title: Text
    title_vi: Text
    publisher: Text
    where_read: Text
    retrieved_on: Day
    licence: Text
    tier: Tier
    form: Form
    layout: Layout
    files: dict[str, FileDeclaration] = Field(min_length=1)
    indicators: dict[Code, Indicator] = Field(default_factory=dict, description="names of indicators not of the index")
    not_read: Many[str] = Field(default=(), description="further files of the folder, kept and not read")
    large: Large | None = Field(default=None, description='how its tables are read, for `layout = "large"`')
    fetch: Fetch | None = Field(default=None, description="where newer bytes are looked for at night")


class Manifest(Declaration):
    """The sources a build reads, in this order, and nothing else."""

    sources: Many[Identifier] = Field(min_length=1)
    large: Many[Identifier] = Field(default=(), description='sources of `layout = "large"`, built period by period')


EDITION = "{edition}"


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        wrong("an address or network such as 10.1.2.3 or 10.1.0.0/16")
    return text


def _host(text: str) -> str:
    if text != text.strip().lower() or "/" in text or "*" in text or not text:
        wrong("a host name in small letters, such as cdn.example.org")
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        wrong("an https address")
    if parts.username or parts.password:
        wrong("an address without user name and password", "secrets do not belong in a declaration")
    return text


def _file(text: str) -> str:
    if not text or "/" in text or "\\" in text or text.startswith("."):
        wrong("a plain file name in the folder of the source")
    return text


class FetchedFile(Declaration):
    """One file, or with `{edition}` one file an edition."""

    url: Annotated[str, AfterValidator(_url)]
    #: the file of the source that these bytes are
    file: Annotated[str, AfterValidator(_file)]

    @model_validator(mode="after")
    def _edition_in_both(self) -> FetchedFile:
        if (EDITION in self.url) != (EDITION in self.file):
            wrong("`{edition}` in both url and file, or in neither")
        return self


class Fetch(Declaration):
    """What is fetched for a source, how often, and what is allowed."""

    files: Annotated[Many[FetchedFile], Field(min_length=1)]
    every_days: Annotated[int, Field(ge=1, le=366)] = 1
    #: so many days without a good look (unchanged, or changed and accepted) make the source stale
    stale_after_days: Annotated[int, Field(ge=1, le=3660)] = 14
    #: what changed and keeps its layout and its laws is accepted by itself, or waits for `dx accept`
    accept: Literal["automatic", "by_hand"] = "automatic"
    max_bytes: Annotated[int, Field(ge=1, le=256 * MIB)] = 16 * MIB
    timeout_seconds: Annotated[float, Field(ge=0.1, le=120)] = 20.0
    #: for a whole file, however slowly it comes
    deadline_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 180.0
    #: between two requests to one host; a longer Crawl-delay of robots.txt wins
    pause_seconds: Annotated[float, Field(ge=0, le=600)] = 1.0
    #: content types beyond those usual for the form
    content_types: Many[str] = ()
    #: other hosts a redirect may lead to
    redirect_hosts: Many[Annotated[str, AfterValidator(_host)]] = ()
    #: addresses or networks that are not public and may be asked nevertheless
    private_addresses: Many[Annotated[str, AfterValidator(_network)]] = ()
    allow_http: bool = False

    @model_validator(mode="after")
    def _https(self) -> Fetch:
        plain = [one.url for one in self.files if one.url.startswith("http:")]
        if plain and not self.allow_http:
            wrong(f"https in {plain[0]}", "or `allow_http = true` where the publisher has nothing better")
        names = [one.file for one in self.files]
        if len(set(names)) != len(names):
            wrong("every file once")
        return self
