"""What is said of one printed figure: by the arithmetic referee, or by a declared correction."""

from __future__ import annotations

from dataclasses import dataclass

#: what an edition prints of one indicator, whoever prints it
TABLE = ["edition", "unit_system", "indicator", "measure"]
#: what identifies a figure; several places may print it
KEY = ["edition", "unit_system", "province_id", "indicator", "measure"]


@dataclass(frozen=True)
class Finding:
    """What the referee says of one observation."""

    observation: int
    code: str
    conflict: bool
    ruled_out: bool
    reason_vi: str
    reason_en: str


def number(value: float, decimals: int | None = 4) -> tuple[str, str]:
    """A number as people read it: (Vietnamese with a decimal comma, English with a point)."""
    text = f"{value:.{decimals if decimals is not None else 4}f}"
    return text.replace(".", ","), text
