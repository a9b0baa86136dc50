"""What a contract says of the rows its own rows rest on, so that basis and doubts can travel (`[[rests_on]]`)."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from dx_pipeline.declarations import Declaration, Many, Text, wrong
from dx_pipeline.vocabulary import codes


class RestsOn(Declaration):
    """Which rows of another table a row's basis and doubts come from (`index/doubt.py` says how they combine)."""

    table: Text = Field(description="an input of the table")
    value: str = Field("", description="the value column this is about; empty for the row as a whole")
    same: Many[str] = Field((), description="columns equal in both tables; without any, every row there counts")
    renamed: dict[str, str] = Field(default_factory=dict, description="column here = column there")
    where: dict[str, Any] = Field(default_factory=dict, description="rows there that count: column = value or list")
    rows: dict[str, Any] = Field(default_factory=dict, description="rows here this is about: column = value or list")
    known_by: str = Field("", description="column whose null leaves the row without basis; `value` by itself")
    own: str = Field("", description="basis the table's own method gives, whatever it rests on")
    basis: Text = Field("basis", description="column there that holds the basis")
    doubts: Text = Field("doubts", description="column there that holds the doubts")
    adds: Many[str] = Field((), description="doubts that arise in this table, not in its inputs")
    anew: Many[str] = Field((), description="of these, doubts there that say nothing of a figure here")

    @property
    def keys(self) -> dict[str, str]:
        """Column here -> column there."""
        return {name: name for name in self.same} | self.renamed

    @property
    def known(self) -> str:
        """The column whose null means that there is no figure; empty if there always is one."""
        return self.known_by or self.value

    @property
    def columns(self) -> tuple[str, str]:
        """The columns here that hold the result."""
        return (f"{self.value}_basis", f"{self.value}_doubts") if self.value else ("basis", "doubts")

    @property
    def columns_here(self) -> tuple[str, ...]:
        """Every column of the table itself that this speaks of."""
        return (*self.keys, *self.rows, *self.columns, *([self.known] if self.known else []))

    @field_validator("own")
    @classmethod
    def _a_basis(cls, own: str) -> str:
        if own and own not in codes("basis"):
            wrong(f"one of {', '.join(codes('basis'))}")
        return own

    @field_validator("adds", "anew")
    @classmethod
    def _doubts(cls, adds: tuple[str, ...]) -> tuple[str, ...]:
        if set(adds) - set(codes("doubt")):
            wrong(f"some of {', '.join(codes('doubt'))}")
        return adds
