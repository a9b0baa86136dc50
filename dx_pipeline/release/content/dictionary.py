"""The data dictionary, generated from the contracts: a table to query and a page to read."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dx_pipeline.contracts import Column, Contract


def dictionary_frame(contracts: Mapping[str, Contract]) -> pl.DataFrame:
    """One row a column of every table, with the columns of the contract `data_dictionary`."""
    rows = [
        {
            "table_name": name,
            "column_name": column.name,
            "position": position,
            "type": column.type,
            "unit": column.unit or None,
            "meaning_vi": column.meaning_vi,
            "meaning_en": column.meaning_en,
            "is_key": column.name in contract.key,
            "nullable": column.nullable,
            "null_rule": column.null_rule or None,
            "allowed": ", ".join(map(str, column.allowed)) or None,
            "minimum": column.min,
            "maximum": column.max,
            "pattern": column.pattern or None,
            "derived_from": ", ".join(column.lineage) or None,
        }
        for name, contract in sorted(contracts.items())
        for position, column in enumerate(contract.columns, start=1)
    ]
    return pl.DataFrame(rows, schema=contracts["data_dictionary"].polars_schema())


def dictionary_page(contracts: Mapping[str, Contract], rows: Mapping[str, int]) -> str:
    """The dictionary as one Markdown page, tables by group; `rows` are their numbers of rows, where known."""
    groups: dict[str, list[Contract]] = {}
    for _, contract in sorted(contracts.items()):
        groups.setdefault(contract.group, []).append(contract)
    lines = [
        "# Từ điển dữ liệu | Data dictionary",
        "",
        "Được sinh ra từ hợp đồng của từng bảng. CSV là UTF-8 có BOM, dấu phẩy ngăn cột, giá trị giữ nguyên như trong "
        'cơ sở dữ liệu; ô trống là không có giá trị, `""` là văn bản rỗng.',
        "",
        "Generated from each table's contract. CSV is UTF-8 with a byte-order mark, separated by commas, every value "
        'exactly as in the database; an empty cell is null, `""` is empty text. Text that a spreadsheet would run as a '
        "formula or command is never published.",
        "",
    ]
    for group, members in groups.items():
        lines += [f"- **{group}**: " + ", ".join(f"[{contract.name}](#{contract.name})" for contract in members)]
    for group, members in groups.items():
        lines += ["", f"## {group}"]
        for contract in members:
            lines += _table_section(contract, rows.get(contract.name))
    return "\n".join(lines) + "\n"


def _table_section(contract: Contract, rows: int | None) -> list[str]:
    count = "" if rows is None else f" · {rows} dòng | rows"
    lines = [
        "",
        f"### {contract.name}",
        "",
        f"**{contract.title_vi}** | **{contract.title_en}**{count}",
        "",
        contract.description_vi,
        "",
        contract.description_en,
        "",
        f"- Khóa | Key: {', '.join(f'`{name}`' for name in contract.key)}",
    ]
    if contract.inputs:
        lines.append(f"- Dựng từ | Built from: {', '.join(f'`{name}`' for name in contract.inputs)}")
    lines += [
        f"- Hạn chế: {contract.limitations_vi}",
        f"- Limitations: {contract.limitations_en}",
        "",
        "| cột, column | kiểu, type | đơn vị, unit | ý nghĩa | meaning | khi trống, when null |",
        "|---|---|---|---|---|---|",
    ]
    return lines + [_column_line(column, column.name in contract.key) for column in contract.columns]


def _column_line(column: Column, is_key: bool) -> str:
    meaning = column.meaning_en
    if column.allowed:
        meaning += f" ({', '.join(str(value) for value in column.allowed)})"
    elif column.min is not None and column.max is not None:
        meaning += f" ({column.min:g} to {column.max:g})"
    cells = [
        f"`{column.name}`" + (" (khóa, key)" if is_key else ""),
        column.type,
        column.unit,
        column.meaning_vi,
        meaning,
        column.null_rule if column.nullable else "",
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
