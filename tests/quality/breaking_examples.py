"""For every law a file in `breaking/`: changes to the country of `world.sql` that break it, and a row it must name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FILES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "breaking").glob("*.toml"))
}

#: law -> (statement that spoils the data, part of a failing key that must be named)
BREAKING: dict[str, list[tuple[str, dict[str, Any]]]] = {
    law: [(example["spoil"], example["names"]) for example in data["example"]] for law, data in _FILES.items()
}

#: rows each law looks at in the sound country: a law that looks away from some of them is noticed
ROWS_CHECKED: dict[str, int] = {law: data["rows_checked"] for law, data in _FILES.items()}
