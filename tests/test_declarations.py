"""A declaration with a mistake is refused with file, key path, expected, found and the nearest known key."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from dx_pipeline.declarations import Declaration, DeclarationError, Many, declare, read_toml


class Column(Declaration):
    """A column of the example."""

    measure: Literal["score", "rank"]
    minimum: float | None = None


class Example(Declaration):
    """A declaration with everything nested that ours have."""

    title: str
    complete: bool = False
    footers: Many[str] = ()
    columns: dict[str, Column] = Field(default_factory=dict)


GOOD = {"title": "t", "footers": ["Min"], "columns": {"Điểm": {"measure": "score", "minimum": 0}}}
MISTAKES = [
    ({"titel": "t"}, "x.toml, titel: expected no such key, found `titel` (known: title, complete, footers, columns)"),
    ({"footers": "Min"}, "x.toml, footers: expected a list, found 'Min'"),
    ({"complete": "false"}, "x.toml, complete: expected a boolean, found 'false'"),
    (
        {"columns": {"Điểm": {"measure": "scor"}}},
        "x.toml, columns.\"Điểm\".measure: expected 'score' or 'rank', found 'scor'",
    ),
    (
        {"columns": {"Điểm": {}}},
        'x.toml, columns."Điểm".measure: expected a value, found nothing (add the key `measure`)',
    ),
    ({"title": 7}, "x.toml, title: expected a text, found 7"),
]


def test_a_right_declaration_is_read() -> None:
    read = declare(Example, GOOD, "x.toml")
    assert (read.footers, read.columns["Điểm"].minimum) == (("Min",), 0.0)


def test_each_mistake_is_told_with_its_place() -> None:
    for change, told in MISTAKES:
        with pytest.raises(DeclarationError) as error:
            declare(Example, GOOD | change, "x.toml")
        assert str(error.value).startswith(told), str(error.value)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    cases = {
        b"\xff": "UTF-8 text",
        b"a = ": "TOML",
        b"[" + b".".join(b"a" for _ in range(1000)) + b"]": "at most 20 levels",
        b"#" * 1_000_001: "at most 1,000,000 bytes",
    }
    for content, expected in cases.items():
        path.write_bytes(content)
        with pytest.raises(DeclarationError, match=f"x.toml: expected {expected}"):
            read_toml(path, "x.toml")
    with pytest.raises(DeclarationError, match="a readable file"):
        read_toml(tmp_path / "none.toml", "none.toml")
