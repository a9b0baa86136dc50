"""What pydantic cannot see of a `source.toml`: keys without effect, missing roles, two places that contradict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dx_pipeline.errors import Problem
from dx_pipeline.sources.declaration import YEAR_MARK, FileDeclaration, FileKeys, SourceDeclaration, TableKeys
from dx_pipeline.sources.periods import parse_period
from dx_pipeline.sources.resolved import FileSpec, SourceSpec, TableSpec

#: key -> the forms it acts on; a key that is not listed acts on all
FORMS = {
    "delimiter": {"csv"},
    "encoding": {"csv", "html", "json", "workbook", "stata"},
    "rows": {"json"},
    "stated": {"json"},
    "decimal": {"csv", "json", "jsonstat", "html", "workbook"},
    "percent": {"csv", "json", "jsonstat", "html", "workbook"},
    "heading_row": {"csv", "html", "workbook", "json"},
    "heading_rows": {"csv", "html", "workbook", "json"},
    "side_by_side": {"csv", "html", "workbook", "json"},
    "fill_down": {"csv", "html", "workbook"},
    "ignore_tables": {"html", "workbook", "jsonstat"},
}
#: what may be said of large tables, besides who published them; their cells are not addressed one by one
FOR_LARGE = {
    "publisher", "url", "licence", "tier", "form", "layout", "delimiter", "decimal", "province", "roles", "codes",
    "unit_system", "indicator", "measures", "period",
}  # fmt: skip
LARGE_FORMS = ("csv", "parquet")
NOT_FOR_RECORDS = {*TableKeys.model_fields, "tables", "ignore_tables", "stated"}
PLAIN_NAME = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,120}")


#: role -> what is expected, what helps
UNSAID = {
    "indicator": ("the indicator of its figures", 'add `indicator = "…"` here or for all, or `roles.indicator`'),
    "measure": ("the measure of its figures", 'add `measure = "score"`, `"rank"` or `"value"`, or `roles.measure`'),
    "unit_system": (
        "the system of provinces its figures are of",
        "add `unit_system = …`: how many units the country had, as in data/reference/unit_systems.csv",
    ),
    "edition": (
        "the assessed year",
        f"needs `edition = …`, `roles.edition`, or {YEAR_MARK} in the heading or the name of the sheet",
    ),
    "province": ("the column with the names of the provinces", 'add `province = "…"`, its heading'),
}


def broken_rules(where: str, declared: SourceDeclaration, source: SourceSpec) -> Iterator[Problem]:
    """The problems of a declaration whose single values are right."""
    yield from _file_names(where, declared)
    for key in _said(declared):
        if not any(_acts(key, file) for file in source.files):
            yield _without_effect(f"{where}, {key}", key, source.files[0])
    for file, (name, own) in zip(source.files, declared.files.items(), strict=True):
        here = f'{where}, files."{name}"'
        for key in _said(own):
            if not _acts(key, file):
                yield _without_effect(f"{here}.{key}", key, file)
        if file.layout == "records":
            if not file.table:
                yield Problem(f"{here}.table", "the name of the table of these records", "nothing", 'add `table = "…"`')
        elif file.layout == "large":
            yield from _large_rules(here, source, file)
        else:
            yield from _file_rules(where, here, own, file)
    if source.large is not None and any(file.layout != "large" for file in source.files):
        yield Problem(f"{where}, large", 'layout = "large"', "another layout", "remove one of the two")
    yield from _said_twice(where, source)


def _said(keys: FileKeys | FileDeclaration) -> list[str]:
    known = {*FileKeys.model_fields, "table", "edition", "period"}
    return [key for key in keys.model_fields_set if key in known and getattr(keys, key) is not None]


def _acts(key: str, file: FileSpec) -> bool:
    if key == "table":
        return file.layout == "records"
    if file.layout == "large" or key == "period":
        return file.layout == "large" and key in FOR_LARGE and file.form in FORMS.get(key, {file.form})
    return file.form in FORMS.get(key, {file.form}) and not (file.layout == "records" and key in NOT_FOR_RECORDS)


def _without_effect(where: str, key: str, file: FileSpec) -> Problem:
    forms = FORMS.get(key)
    needs = f"form {' or '.join(sorted(forms))}" if forms and file.form not in forms else "another layout"
    found = f"a key that does nothing for form {file.form}, layout {file.layout}"
    return Problem(where, f"a key of this form and layout (`{key}` is for {needs})", found, "remove it")


def _file_names(where: str, declared: SourceDeclaration) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name in declared.files:
        if not PLAIN_NAME.fullmatch(name):
            yield Problem(f'{where}, files."{name}"', "must be a plain file name in its own folder", repr(name))
        elif name.casefold() in seen:
            found = f"{seen[name.casefold()]!r} and {name!r}"
            yield Problem(f'{where}, files."{name}"', "names that differ by more than capitals", found)
        seen[name.casefold()] = name


def _said_twice(where: str, source: SourceSpec) -> Iterator[Problem]:
    """The same bytes under two names for one edition; for two editions the laws of a file warn by name."""
    seen: dict[object, str] = {}
    for file in source.files:
        key = (file.sha256, file.edition, file.unit_system, file.table)
        if key in seen:
            here = f'{where}, files."{file.path.name}".sha256'
            yield Problem(here, "a file of its own", f"the bytes of {seen[key]!r} for the same edition", "remove one")
        seen[key] = file.path.name


def _file_rules(where: str, here: str, own: FileDeclaration, file: FileSpec) -> Iterator[Problem]:
    for table in file.tables:
        place = here if table.name == "1" and own.tables is None else f'{here}.tables."{table.name}"'
        yield from _table_rules(where, place, file, table)
    if file.edition is not None and not any(_takes_edition(table) for table in file.tables):
        found = f"{file.edition}, while every figure's edition is said elsewhere"
        yield Problem(f"{here}.edition", "no edition here", found, "remove it, or the other one")


def _large_rules(here: str, source: SourceSpec, file: FileSpec) -> Iterator[Problem]:
    """What a large table must say: what names unit, indicator, period and value."""
    table, large = file.tables[0], source.large
    if large is None:
        yield Problem(f"{here}.layout", "a table [large] that says how it is read", "none", 'add `large.every = "…"`')
    elif file.period and parse_period(file.period).frequency != large.every:
        yield Problem(f"{here}.period", f"a {large.every}, as `large.every` says", file.period)
    if file.form not in LARGE_FORMS:
        yield Problem(f"{here}.form", f"a form of large tables: {', '.join(LARGE_FORMS)}", repr(file.form))
    said = {
        "province": table.province,
        "value": table.columns,
        "indicator": table.indicator or "indicator" in table.roles,
        "period": file.period or "period" in table.roles,
    }
    for role in (role for role, told in said.items() if not told):
        yield Problem(f"{here}.roles.{role}", "the column that says it", "nothing", f'add `{role} = "…"` to `roles`')
    if table.unit_system is None:
        expected, remedy = UNSAID["unit_system"]
        yield Problem(f"{here}.unit_system", expected, "nothing", remedy)
    elif table.unit_system != source.files[0].unit_system:
        found = f"{table.unit_system} here, {source.files[0].unit_system} before"
        yield Problem(f"{here}.unit_system", "one system for all files of a large source", found, "make two sources")
    codes = {*table.codes.get("indicator", {}).values(), *([table.indicator] if table.indicator else [])}
    for code in sorted(codes - {*source.indicators}):
        yield Problem(f"{here}.codes.indicator", "declared indicators", repr(code), f"add [indicators.{code}]")
    if not source.indicators:
        remedy = "declare them: [indicators.code] with `name_vi` and so on"
        yield Problem(f"{here}.layout", "indicators", "none", remedy)
    for key, names, expected in (
        ("roles", {*table.roles} - {"indicator", "period"}, "province, indicator, period and value"),
        ("codes", {*table.codes} - {"indicator"}, "codes of the indicators only"),
        ("measures", {*table.measures} - {"value"}, "`measures.value` only"),
    ):
        yield from (Problem(f"{here}.{key}.{name}", expected, repr(name), "remove it") for name in sorted(names))


def _takes_edition(table: TableSpec) -> bool:
    if table.own_edition or YEAR_MARK in table.sheet or "edition" in table.roles:
        return False
    return any(column.edition is None and YEAR_MARK not in column.printed for column in table.columns)


def _table_rules(where: str, here: str, file: FileSpec, table: TableSpec) -> Iterator[Problem]:
    if not table.columns:
        example = '`[columns."heading"]`' if file.layout == "wide" else "`roles.value`"
        yield Problem(f"{here}.columns", "at least one column with figures", "none", f"add {example}")
    yield from _unsaid(here, table)
    if "edition" in table.roles and (table.own_edition or any(column.edition for column in table.columns)):
        yield Problem(f"{here}.edition", "one place that says the edition", "a constant and roles.edition", "keep one")
    if "period" in table.roles:
        yield Problem(f"{here}.roles.period", "`roles.edition`", "a role of large tables", 'or say `layout = "large"`')
    for role in table.codes:
        if role not in table.roles:
            yield Problem(f"{where}, codes.{role}", f"a column `roles.{role}`", "none: the codes do nothing", "add it")
    if file.layout == "long" and not table.roles and all(YEAR_MARK not in column.printed for column in table.columns):
        yield Problem(f"{here}.roles", "roles that differ from row to row", "none", 'say `layout = "wide"`')


def _unsaid(here: str, table: TableSpec) -> Iterator[Problem]:
    """Roles of a figure that no column, no row and no constant says; told once for all columns."""
    lacks: dict[str, list[str]] = {}
    for column in table.columns:
        year = column.edition or YEAR_MARK in column.printed or table.edition or YEAR_MARK in table.sheet
        said = {
            "indicator": column.indicator or table.indicator or "indicator" in table.roles,
            "measure": column.measure or "measure" in table.roles or table.sole_measure,
            "unit_system": column.unit_system or table.unit_system or "unit_system" in table.roles,
            "edition": year or "edition" in table.roles,
            "province": column.province or table.province,
        }
        for role, told in said.items():
            if not told:
                lacks.setdefault(role, []).append(column.printed)
    for role, columns in lacks.items():
        expected, remedy = UNSAID[role]
        of_one = role in ("indicator", "measure")
        at = f'{here}.columns."{columns[0]}".{role}' if of_one else f"{here}.{role}"
        more = f", nor for {len(columns) - 1} more columns" if of_one and len(columns) > 1 else ""
        yield Problem(at, expected, f"nothing{more}", remedy)
