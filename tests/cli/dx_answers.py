"""What a command printed and how it ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Exit code and the two streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


#: runs `dx` with arguments in the released project
Dx = Callable[..., Answer]
#: the same in a project root given first
DxIn = Callable[..., Answer]
