"""The one base of every error of this project: what is wrong, what to do about it, and what a caller needs to know.

The command line and Dagster read `message`, `hint`, `exit_code` and `retry`; nobody looks at class names or takes
sentences apart. A class below names a kind that some caller catches; where nobody does, raise the base.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Self

#: exit codes of the command line, as `dx --help` documents them
OK, FAILED, BAD_INPUT, NO_RELEASE, BUSY = 0, 1, 2, 3, 4
#: so many names still fit into one line
LISTED = 6
#: so many problems are told at once
SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input: where (file, row, column), expected, found, what to do."""

    where: str
    expected: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        """One line for people."""
        told = f"{self.where}: expected {self.expected}, found {self.found}"
        return f"{told} ({self.remedy})" if self.remedy else told


class DxError(Exception):
    """Something this project foresees and can explain.

    Attributes:
        message: what is wrong and where.
        hint: what to do about it; may be empty.
        exit_code: what the command line ends with.
        retry: whether trying again, with nothing changed, can help.
        problems: the single problems, where there are several or a program wants them.
    """

    exit_code: int = FAILED
    retry: bool = False

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        exit_code: int | None = None,
        retry: bool | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = self.exit_code if exit_code is None else exit_code
        self.retry = self.retry if retry is None else retry
        self.problems = tuple(problems)

    @classmethod
    def of(cls, problems: Iterable[Problem], hint: str = "") -> Self:
        """The error for one or several problems, a line each."""
        found = tuple(problems)
        return cls("\n".join(map(str, found)), hint, problems=found)

    @classmethod
    def refuse(cls, problems: Iterable[Problem], summary: str = "") -> None:
        """Stop if there is any problem: the message has one line each, up to SHOWN, below what they have in common."""
        found = list(dict.fromkeys(problems))
        if found:
            more = [f"... and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
            heading, indent = (f"{summary}:\n  ", "  ") if summary else ("", "")
            raise cls(heading + f"\n{indent}".join([*map(str, found[:SHOWN]), *more]), problems=found)


class BusyError(DxError):
    """Another process holds what this one needs; nothing was changed."""

    exit_code = BUSY
    retry = True


def nearest(text: object, known: Iterable[object], listing: str = "") -> str:
    """What somebody may have meant: the nearest known names, all of them if they are few, or where to look."""
    import difflib

    names = sorted(map(str, known)) if isinstance(known, AbstractSet) else [str(one) for one in known]
    if len(names) <= LISTED:
        return f"known: {', '.join(names) or 'none'}"
    folded = {name.casefold(): name for name in names}
    near = [folded[one] for one in difflib.get_close_matches(str(text).casefold(), folded, 3)]
    near = near or [name for name in names if len(str(text)) > 2 and str(text).casefold() in name.casefold()]
    return f"did you mean {', '.join(near[:LISTED])}?" if near else listing
