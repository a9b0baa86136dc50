"""Files that declare something (TOML), read into strict models; a mistake is told with file, key path and remedy.

Every declaration of the project (`source.toml`, manifest, contracts, laws, corrections, package) is a `Declaration`.
Its JSON Schema lies in `docs/schemas/`, so that an editor completes and checks while somebody types.
"""

from __future__ import annotations

import datetime
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar, cast, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from dx_pipeline.errors import BAD_INPUT, DxError, Problem, nearest

#: a declaration is written by hand; what is longer is something else
MAX_BYTES = 1_000_000
MAX_DEPTH = 20
#: of a value that is wrong, so much is shown
SHOWN = 80

T = TypeVar("T")
M = TypeVar("M", bound="Declaration")
#: a TOML array as a tuple; its items stay strict
Many = Annotated[tuple[T, ...], Field(strict=False)]


class DeclarationError(DxError):
    """A declaration says something that cannot be meant. Trying again does not help; the message names the key."""

    exit_code = BAD_INPUT


class Declaration(BaseModel):
    """Base of every declaration: exact types, no unknown key, not changed after it was read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def wrong(expected: str, remedy: str = "") -> NoReturn:
    """For validators: the value is not what is expected.

    Raises:
        PydanticCustomError: always.
    """
    raise PydanticCustomError("wrong", "{expected}", {"expected": expected, "remedy": remedy})


def _not_blank(text: str) -> str:
    return text if text.strip() else wrong("a text that is not blank")


#: a text that must say something
Text = Annotated[str, AfterValidator(_not_blank)]


def read_toml(path: Path, where: str) -> dict[str, Any]:
    """The data of one TOML file.

    Raises:
        DeclarationError: the file is missing, too large, not UTF-8, not TOML, or nested too deeply.
    """
    return _parsed(_content(path, where), where)


def read_declaration(model: type[M], path: Path, where: str) -> M:
    """The declaration in one TOML file; the same bytes are understood once a process.

    Raises:
        DeclarationError: as `read_toml` and `declare`.
    """
    return cast("M", _understood(model, _content(path, where), where))


@lru_cache(maxsize=256)
def _understood(model: type[Declaration], content: bytes, where: str) -> Declaration:
    return declare(model, _parsed(content, where), where)


def _content(path: Path, where: str) -> bytes:
    try:
        if path.is_symlink():
            raise _unreadable(where, "a file", "a symbolic link", "put the file itself here")
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(where, f"at most {MAX_BYTES:,} bytes", f"{path.stat().st_size:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(where, "a readable file", error.strerror or str(error)) from error


def _parsed(content: bytes, where: str) -> dict[str, Any]:
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
        deep = _depth(data)
    except UnicodeDecodeError as error:
        raise _unreadable(where, "UTF-8 text", f"byte {error.start} is not", "save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(where, "TOML", str(error)) from error
    except RecursionError:
        deep = MAX_DEPTH + 1
    if deep > MAX_DEPTH:
        raise _unreadable(where, f"at most {MAX_DEPTH} levels", "more")
    return data


def _unreadable(where: str, expected: str, found: str, remedy: str = "") -> DeclarationError:
    return DeclarationError.of([Problem(where, expected, found, remedy)])


def _depth(data: object) -> int:
    if not isinstance(data, dict | list):
        return 0
    return 1 + max(map(_depth, data.values() if isinstance(data, dict) else data), default=0)


def declare(model: type[M], data: Mapping[str, Any], where: str, context: Any = None) -> M:
    """The declaration a TOML file holds; `where` is the file as messages name it.

    Raises:
        DeclarationError: with one problem per mistake: file and key path, expected, found, nearest known key.
    """
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        problems = list(dict.fromkeys(_problem(model, data, where, one) for one in error.errors()))
        raise DeclarationError.of(problems) from None


def _problem(model: type[BaseModel], data: object, where: str, error: Any) -> Problem:
    path, known = _walk(model, data, error["loc"])
    place = f"{where}, {'.'.join(map(_quoted, path))}" if path else where
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        home = _home(model, str(path[-1]))
        remedy = f"it stands under `{home}`" if home else nearest(path[-1], known, f"known: {', '.join(known)}")
        return Problem(place, "no such key", f"`{path[-1]}`", remedy)
    if kind == "missing":
        return Problem(place, "a value", "nothing", f"add the key `{path[-1]}`")
    found = _shown(error["input"])
    if kind == "wrong":
        return Problem(place, context["expected"], found, context["remedy"])
    expected = context.get("expected") if kind in ("literal_error", "enum") else None
    remedy = ""
    if expected and isinstance(error["input"], str):
        names = [one.strip("'") for one in expected.replace(" or ", ", ").split(", ")]
        near = difflib.get_close_matches(error["input"], names, 1)
        remedy = f"did you mean {near[0]}?" if near else ""
    return Problem(place, expected or _plain(error["msg"]), found, remedy)


def _plain(message: str) -> str:
    text = message.removeprefix("Input should be ").removeprefix("Value error, ")
    text = re.sub(r"a valid dictionary or instance of \w+", "a table of keys", text)
    return (
        text.replace("a valid string", "a text")
        .replace("a valid tuple", "a list")
        .replace("a valid integer", "a whole number")
        .replace("a valid ", "a ")
    )


def _shown(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _quoted(part: object) -> str:
    text = str(part)
    return text if text.replace("_", "").replace("-", "").isalnum() and text.isascii() else f'"{text}"'


def _walk(model: Any, data: object, loc: tuple[Any, ...]) -> tuple[list[Any], list[str]]:
    """The key path as the file has it (a model's own union tags are left out), and the keys known at its end."""
    path: list[Any] = []
    for part in loc[:-1]:
        if _holds(data, part):
            path.append(part)
            data, model = data[part], _inner(model, part)  # type: ignore[index]
    known = _keys(model)
    missing = known if isinstance(data, Mapping) else ()
    return [*path, *(part for part in loc[-1:] if _holds(data, part) or part in missing)], known


def _holds(data: object, part: object) -> bool:
    return part in data if isinstance(data, Mapping) else isinstance(data, list) and isinstance(part, int)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) not in (dict, Mapping):
        for part in get_args(annotation):
            yield from _models(part)


def _keys(annotation: Any) -> list[str]:
    return [field.alias or name for model in _models(annotation) for name, field in model.model_fields.items()]


def _home(model: type[BaseModel], key: str) -> str:
    """The table of a declaration that knows a key, `files."…"`, or an empty text."""
    level: list[tuple[str, Any]] = [("", model)]
    seen: set[type[BaseModel]] = set()
    for path, annotation in level:
        for one in set(_models(annotation)) - seen:
            seen.add(one)
            if path and key in _keys(one):
                return path
            for name in _keys(one):
                inner = _inner(one, name)
                below = _inner(inner, "")
                level.append((".".join(filter(None, [path, name, '"…"' if below is not inner else ""])), below))
    return ""


def _inner(annotation: Any, part: object) -> Any:
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
    for part_of in (annotation, *get_args(annotation)):
        if get_origin(part_of) in (dict, Mapping):
            return get_args(part_of)[1]
    return annotation
