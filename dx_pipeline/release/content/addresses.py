"""The address of a row: its key values joined by slashes, as in `2023/63/hai-duong`.

Readable in `revisions`, typed by hand in `dx cite`, and reversible: a slash or percent sign inside a value is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def address_expression(key: Sequence[str]) -> pl.Expr:
    """A text column with each row's address."""
    parts = [
        pl.col(name)
        .cast(pl.String)
        .fill_null("")
        .str.replace_all("%", "%25", literal=True)
        .str.replace_all("/", "%2F", literal=True)
        for name in key
    ]
    return pl.concat_str(parts, separator="/")


def split_address(address: str) -> list[str]:
    """The key values of an address, as text."""
    return [part.replace("%2F", "/").replace("%25", "%") for part in address.split("/")]
