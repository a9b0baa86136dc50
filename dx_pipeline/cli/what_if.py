"""`dx what-if`: the overall and the rank with other component scores or other weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from dx_pipeline.cli.output import AsJson, CommandError, say, show_json, show_table, signed, unknown
from dx_pipeline.cli.provinces import (
    Province,
    System,
    complete_component,
    find_province,
    require_edition,
    require_system,
)
from dx_pipeline.cli.ranks import Edition, figures_of
from dx_pipeline.cli.words import Lang, Language, Marks, tell
from dx_pipeline.language.numbers import number
from dx_pipeline.language.words import component_name
from dx_pipeline.paths import default_paths
from dx_pipeline.tables import (
    UNREAD,
    component_matrix,
    component_weights,
    editions_with_components,
    open_published,
    parts_of_overall,
    rounding_errors,
    select,
)
from dx_pipeline.vocabulary import codes_of

if TYPE_CHECKING:
    from dx_pipeline.index.what_if import WhatIf

#: what the JSON says of an answer
BEFORE_AND_AFTER = ("overall_before", "overall_after", "rank_before", "rank_after", "rank_low", "rank_high")
NEIGHBOURS = ("above", "points_missing", "passed", "passed_by")


def what_if(
    province: Province,
    edition: Edition = None,
    changed: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="COMPONENT=SCORE",
            help="Another score of the province, 0-1; may be repeated.",
            autocompletion=complete_component,
        ),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            "--weight",
            metavar="COMPONENT=WEIGHT",
            help="Another weight for everybody; all weights must sum to 1; may be repeated.",
            autocompletion=complete_component,
        ),
    ] = None,
    system: System = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Overall and rank of PROVINCE if component scores or weights were other; the other provinces stand still.

    An unknown COMPONENT is answered with the list of those there are.
    """
    if not changed and not weight:
        raise CommandError("nothing is changed", "Give --set digital_economy_activity=0.70, or --weight.")
    from dx_pipeline.index.arrays import IndexInputError
    from dx_pipeline.index.what_if import Errors
    from dx_pipeline.index.what_if import what_if as compute

    with open_published(default_paths()) as con:
        units = require_system(con, system, province)
        province_id = find_province(con, province, units)
        parts = parts_of_overall(con)
        scores, weights = _assignments("--set", changed, parts), _assignments("--weight", weight, parts)
        wanted = require_edition(edition, editions_with_components(con, units))
        official, basis = component_weights(con, wanted)
        matrix = component_matrix(con, wanted, units)
        errors = Errors(*rounding_errors(con, wanted, units))
        rests_on = figures_of(con, wanted, units, province_id)
        names = {
            unit["province_id"]: unit[f"name_{lang}"]
            for unit in select(con, "SELECT * FROM provinces WHERE unit_system = ?", [units])
        }
    if province_id not in matrix:
        raise CommandError(f"{names[province_id]} lacks component scores in {wanted}", "Try another --edition.")
    try:
        scored = [matrix[one] for one in matrix]
        answer = compute(list(matrix), parts, scored, official, province_id, scores, weights, errors)
    except IndexInputError as error:
        raise CommandError(error.message, error.hint) from error
    if as_json:
        show_json(
            {
                "edition": wanted,
                "unit_system": units,
                "province_id": province_id,
                "weights_status": basis,
                **{name: getattr(answer, name) for name in BEFORE_AND_AFTER},
                "within_error": answer.rank_low < answer.rank_high,
                **{name: getattr(answer, name) for name in NEIGHBOURS},
                "points": [
                    {"indicator": part, "before": answer.points_before[part], "after": answer.points_after[part]}
                    | {column: rests_on[part][column] for column in ("basis", "doubts")}
                    for part in parts
                ],
            }
        )
        return
    doubted = _doubted(rests_on, parts, scores, weights, basis)
    _show(answer, doubted, names, wanted, basis, len(matrix), lang)


class Doubted(NamedTuple):
    """Codes of doubts and bases: of the points of each part before and after, and of the rank as it was."""

    before: Mapping[str, list[str]]
    after: Mapping[str, list[str]]
    rank: list[str]


def _doubted(
    rests_on: Mapping[str, Mapping[str, Any]],
    parts: Iterable[str],
    scores: Mapping[str, float],
    weights: Mapping[str, float],
    basis: str,
) -> Doubted:
    """A score or a weight that was given on the command line is beyond doubt; what it is combined with is not."""
    before, after = {}, {}
    for part in parts:
        before[part] = after[part] = codes_of(rests_on[part], "points")
        if part in scores:
            after[part] = [] if part in weights else [basis]
        elif part in weights:
            after[part] = codes_of(rests_on[part], "score")
    return Doubted(before, after, codes_of(rests_on["overall"], "rank"))


def _show(
    answer: WhatIf,
    doubted: Doubted,
    names: Mapping[str, str],
    edition: int,
    basis: str,
    units: int,
    lang: Language,
) -> None:
    marks = Marks(lang)
    was, now = (marks.written(chain(*codes.values())) for codes in (doubted.before, doubted.after))
    say(f"{names[answer.province]}, DTI {edition}")
    before, after = answer.overall_before, answer.overall_after
    change = signed(after - before, 4, lang)
    say(f"{tell('overall', lang)} {number(before, 4, lang)}{was} -> {number(after, 4, lang)}{now} ({change})")
    told = tell(
        "of", lang, rank=f"{answer.rank_after}{marks.written(chain(doubted.rank, *doubted.after.values()))}", n=units
    )
    said = f"{tell('rank', lang)} {answer.rank_before}{marks.written(doubted.rank)} -> {told}"
    if answer.rank_low < answer.rank_high:
        said += f"; {tell('open', lang, low=answer.rank_low, high=answer.rank_high)}"
    say(said)
    if answer.above is not None:
        say(tell("next", lang, points=number(answer.points_missing, 1, lang), name=names[answer.above]))
    for key, passed in (("passed", answer.passed), ("passed_by", answer.passed_by)):
        told = ", ".join(names[one] for one in passed) or tell("nobody", lang)
        say(f"{tell(key, lang)} ({len(passed)}): {told}")
    rows = [
        (
            component_name(part).in_language(lang),
            number(then := answer.points_before[part], 2, lang) + marks.written(doubted.before[part]),
            number(points := answer.points_after[part], 2, lang) + marks.written(doubted.after[part]),
            signed(points - then, 2, lang),
        )
        for part in answer.points_before
    ]
    totals = f"{number(1000 * before, 2, lang)}{was}", f"{number(1000 * after, 2, lang)}{now}"
    rows.append((tell("overall", lang), *totals, signed(1000 * (after - before), 2, lang)))
    print()
    show_table([tell(key, lang) for key in ("points_head", "before", "after", "change")], rows, right=(1, 2, 3))
    if basis in UNREAD:
        say(tell("solved", lang, edition=edition))
    marks.show_notes()


def _assignments(option: str, texts: list[str] | None, parts: tuple[str, ...]) -> dict[str, float]:
    """`component=number` pairs; a decimal comma is read as well."""
    found: dict[str, float] = {}
    for text in texts or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise CommandError(f"{option} {text}: expected COMPONENT=NUMBER", hint=f"E.g. {option} foundation=0.70")
        if name not in parts:
            raise unknown("component", name, parts)
        if name in found:
            raise CommandError(f"{option} {name} is given twice")
        try:
            found[name] = float(value.replace(",", "."))
        except ValueError:
            raise CommandError(f"{option} {name}: {value!r} is not a number") from None
    return found
