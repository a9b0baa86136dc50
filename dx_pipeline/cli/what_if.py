"""`dx what-if`: the overall and the rank with other component scores or other weights."""

from __future__ import annotations

from typing import Annotated

import typer

from dx_pipeline.cli.errors import CommandError, unknown
from dx_pipeline.cli.output import AsJson, show_json, show_table, signed
from dx_pipeline.cli.provinces import Province, complete_component, find_province, require_edition
from dx_pipeline.cli.ranks import Edition
from dx_pipeline.paths import default_paths
from dx_pipeline.tables import (
    UNREAD,
    component_matrix,
    component_weights,
    editions_with_components,
    open_published,
    parts_of_overall,
    select,
)


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
    as_json: AsJson = False,
) -> None:
    """Overall and rank of PROVINCE if component scores or weights were other; the other provinces stand still.

    Components: foundation, digital_government_activity, digital_economy_activity, digital_society_activity.
    """
    if not changed and not weight:
        raise CommandError("nothing is changed", hint="Give --set digital_economy_activity=0.70, or --weight.")
    from dx_pipeline.index.errors import IndexInputError
    from dx_pipeline.index.what_if import what_if as compute

    with open_published(default_paths()) as con:
        province_id = find_province(con, province)
        parts = parts_of_overall(con)
        scores, weights = _assignments("--set", changed, parts), _assignments("--weight", weight, parts)
        wanted = require_edition(edition, editions_with_components(con, 63))
        official, basis = component_weights(con, wanted)
        matrix = component_matrix(con, wanted, 63)
        units = select(con, "SELECT province_id, name_vi FROM provinces WHERE unit_system = 63")
        names = {unit["province_id"]: unit["name_vi"] for unit in units}
        labels = {row["indicator"]: row["name_en"] for row in select(con, "SELECT indicator, name_en FROM indicators")}
    try:
        answer = compute(list(matrix), parts, [matrix[one] for one in matrix], official, province_id, scores, weights)
    except IndexInputError as error:
        raise CommandError(error.message, error.hint) from error
    if as_json:
        show_json(
            {
                "edition": wanted,
                "province_id": province_id,
                "weights_status": basis,
                "overall_before": answer.overall_before,
                "overall_after": answer.overall_after,
                "rank_before": answer.rank_before,
                "rank_after": answer.rank_after,
                "passed": answer.passed,
                "passed_by": answer.passed_by,
                "points": [
                    {"indicator": part, "before": answer.points_before[part], "after": answer.points_after[part]}
                    for part in parts
                ],
            }
        )
        return
    change = signed(answer.overall_after - answer.overall_before, 4)
    print(f"{names[province_id]}, DTI {wanted}")
    print(f"overall {answer.overall_before:.4f} -> {answer.overall_after:.4f} ({change})")
    print(f"rank {answer.rank_before} -> {answer.rank_after} of {len(matrix)}")
    print(f"passed ({len(answer.passed)}): {', '.join(names[one] for one in answer.passed) or 'nobody'}")
    print(f"passed by ({len(answer.passed_by)}): {', '.join(names[one] for one in answer.passed_by) or 'nobody'}")
    rows = []
    for part in parts:
        before, after = answer.points_before[part], answer.points_after[part]
        rows.append((labels.get(part, part), f"{before:.2f}", f"{after:.2f}", signed(after - before)))
    before, after = 1000 * answer.overall_before, 1000 * answer.overall_after
    rows.append(("overall", f"{before:.2f}", f"{after:.2f}", signed(after - before)))
    print()
    show_table(("points (thousandths of the overall)", "before", "after", "change"), rows, right=(1, 2, 3))
    if basis in UNREAD:
        print(f"The weights of {wanted} are solved from published scores, not read in the decision.")


def _assignments(option: str, texts: list[str] | None, parts: tuple[str, ...]) -> dict[str, float]:
    """`component=number` pairs; a decimal comma is read as well."""
    found: dict[str, float] = {}
    for text in texts or ():
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals:
            raise CommandError(f"{option} {text}: expected COMPONENT=NUMBER", hint=f"E.g. {option} foundation=0.70")
        if name not in parts:
            raise unknown("component", name, parts)
        if name in found:
            raise CommandError(f"{option} {name} is given twice")
        try:
            found[name] = float(number.replace(",", "."))
        except ValueError:
            raise CommandError(f"{option} {name}: {number!r} is not a number") from None
    return found
