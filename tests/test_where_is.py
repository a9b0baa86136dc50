"""Whoever asks where a rule stands finds it: the table in CONTRIBUTING is true, each room says what belongs there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (?P<question>[^|]+\?) \| `(?P<file>[^`]+)` \|(?: `(?P<name>\w+)`)? \|$", re.MULTILINE)


def test_each_rule_stands_where_the_table_says() -> None:
    rows = list(ROW.finditer((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    assert len(rows) >= 20
    wrong = []
    for row in rows:
        path = ROOT / row["file"]
        if not path.exists() or (row["name"] and row["name"] not in defined(path)):
            wrong.append(row[0])
    assert wrong == []


def defined(path: Path) -> set[str]:
    """Names a module defines, at any depth; of another file, its words."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return set(re.findall(r"\w+", text))
    tree = ast.walk(ast.parse(text))
    return {node.name for node in tree if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_each_room_says_what_belongs_there_and_what_does_not() -> None:
    silent = []
    for path in sorted((ROOT / "dx_pipeline").rglob("__init__.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if "Doesn't" not in said:
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []
