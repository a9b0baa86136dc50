"""The rules a contract states about its own table, as plain data: what Great Expectations will be asked to verify.

One rule a kind and table, not one a column: an expectation costs Great Expectations 4 to 13 ms whatever it looks at,
and fifty tables have some six hundred columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dx_pipeline.quality.model import Check

if TYPE_CHECKING:
    from dx_pipeline.contracts import Contract

#: kind of rule -> dimension, what it protects in Vietnamese and English
KINDS = {
    "schema": (
        "validity",
        "Truy vấn của người dùng vẫn chạy: bảng có đúng các cột đã mô tả, đúng thứ tự",
        "Users' queries keep working: the table has exactly the described columns, in order",
    ),
    "key": (
        "uniqueness",
        "Không dòng nào bị đếm hai lần: mỗi khóa chỉ có một dòng",
        "No row is counted twice: each key has one row",
    ),
    "required": (
        "completeness",
        "Không ô bắt buộc nào bị bỏ trống mà không có lý do",
        "No value that must be there is silently missing",
    ),
    "allowed_values": (
        "validity",
        "Mã và trạng thái chỉ nhận các giá trị đã công bố trong từ điển",
        "Codes and statuses take only the values the dictionary lists",
    ),
    "ranges": (
        "validity",
        "Không có con số vô lý, ví dụ điểm 1,2 trên thang 0-1",
        "No impossible number, such as a score of 1.2 on a scale of 0 to 1",
    ),
    "patterns": (
        "validity",
        "Mã định danh, ngày và địa chỉ được viết đúng dạng",
        "Identifiers, dates and addresses are written in their form",
    ),
}


@dataclass(frozen=True)
class ContractRule:
    """One kind of rule over all columns of a table it concerns.

    `parameters` holds what each column must follow: a list of values, a (min, max) pair with None for an open end, a
    regular expression; empty for the kinds that need none.
    """

    check: Check
    columns: tuple[str, ...]
    key: tuple[str, ...]
    parameters: dict[str, Any]
    expected: str

    @property
    def kind(self) -> str:
        """The kind of rule, which is also the name of its check."""
        return self.check.check_name


def contract_rules(contract: Contract) -> list[ContractRule]:
    """The rules of one table: always schema and key, the others where the contract states any."""
    allowed = {column.name: list(column.allowed) for column in contract.columns if column.allowed}
    ranges = {
        column.name: [column.min, column.max]
        for column in contract.columns
        if column.min is not None or column.max is not None
    }
    patterns = {column.name: column.pattern for column in contract.columns if column.pattern}
    required = [column.name for column in contract.columns if not column.nullable]
    rules = [
        _rule(contract, "schema", contract.column_names, {}, "columns " + ", ".join(contract.column_names)),
        _rule(contract, "key", contract.key, {}, "one row for each " + ", ".join(contract.key)),
    ]
    if required:
        rules.append(_rule(contract, "required", required, {}, "a value in " + ", ".join(required)))
    if allowed:
        texts = (f"{name} in {', '.join(map(str, values))}" for name, values in allowed.items())
        rules.append(_rule(contract, "allowed_values", allowed, allowed, "; ".join(texts)))
    if ranges:
        texts = (_range_text(name, low, high) for name, (low, high) in ranges.items())
        rules.append(_rule(contract, "ranges", ranges, ranges, "; ".join(texts)))
    if patterns:
        texts = (f"{name} like {pattern}" for name, pattern in patterns.items())
        rules.append(_rule(contract, "patterns", patterns, patterns, "; ".join(texts)))
    return rules


def _rule(contract: Contract, kind: str, columns: Any, parameters: dict[str, Any], expected: str) -> ContractRule:
    dimension, protects_vi, protects_en = KINDS[kind]
    check = Check(contract.name, kind, dimension, "blocking", protects_vi, protects_en, "gx")
    return ContractRule(check, tuple(columns), contract.key, parameters, expected)


def _range_text(name: str, low: float | None, high: float | None) -> str:
    if low is None:
        return f"{name} <= {high:g}"
    if high is None:
        return f"{name} >= {low:g}"
    return f"{low:g} <= {name} <= {high:g}"
