"""Mutation run over `dx_pipeline/quality/*.py` with cosmic-ray: `python tests/quality/mutate_python.py [group ...]`.

cosmic-ray changes files in place, so the run works on a copy. Each module is tried with the test file that is about it,
which keeps a trial to seconds. About fifteen minutes on two cores for all groups; prints survivors and the score.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: group -> modules, test files
GROUPS = {
    "laws": (["laws", "references", "model"], ["test_references", "test_laws", "test_check_runner"]),
    "rows": (["expected_rows"], ["test_expected_rows"]),
    "page": (["page"], ["test_quality_page"]),
    "runner": (["runner", "catalogue"], ["test_check_runner"]),
    "gx": (["expectations", "gx_suite", "memory"], ["test_expectations", "test_memory"]),
}

#: `|` stands mostly in type annotations; one replacement an operator is enough
LEFT_OUT = [
    "core/ReplaceBinaryOperator_BitOr_.*",
    "core/ReplaceBinaryOperator_(Add|Sub|Mul|Div|BitAnd)_(?!Sub$|Add$|Div$|BitOr$).*",
    "core/ReplaceComparisonOperator_.*_(Is|IsNot)$",
    "core/ReplaceComparisonOperator_(Is|IsNot)_(Eq|NotEq|Lt|LtE|Gt|GtE)$",
    "core/ReplaceComparisonOperator_Eq_(Lt|Gt|LtE|GtE)$",
    "core/ReplaceComparisonOperator_NotEq_(Lt|Gt|LtE|GtE)$",
    "core/ReplaceUnaryOperator_USub_(UAdd|Not)$",
]

#: tests of the contracts and of a whole release are slow and notice nothing here
CHOSEN = "not fits_the_contracts and not of_a_release"


def run_group(group: str, folder: Path) -> tuple[int, list[str]]:
    """Number of trials of one group, and the changes that no test noticed."""
    modules, tests = GROUPS[group]
    files = " ".join(f"tests/quality/{name}.py" for name in tests)
    paths = [f"dx_pipeline/quality/{module}.py" for module in modules]
    config = folder / f"{group}.toml"
    config.write_text(
        "[cosmic-ray]\n"
        f"module-path = {json.dumps(paths)}\n"
        "timeout = 60.0\nexcluded-modules = []\n"
        f"test-command = \"{sys.executable} -m pytest -x -q -p no:cacheprovider -k '{CHOSEN}' {files}\"\n"
        '[cosmic-ray.distributor]\nname = "local"\n'
        f"[cosmic-ray.filters.operators-filter]\nexclude-operators = {json.dumps(LEFT_OUT)}\n"
    )
    session = folder / f"{group}.sqlite"
    tools = Path(sys.executable).parent
    for command in (
        ["cosmic-ray", "init", str(config), str(session)],
        ["cr-filter-operators", str(session), str(config)],
        ["cosmic-ray", "exec", str(config), str(session)],
    ):
        subprocess.run([str(tools / command[0]), *command[1:]], cwd=folder / "copy", check=True)
    dump = subprocess.run(
        [str(tools / "cosmic-ray"), "dump", str(session)],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder / "copy",
    )
    trials, survivors = 0, []
    for line in dump.stdout.splitlines():
        item, result = json.loads(line)
        if result is None or result["worker_outcome"] == "skipped":
            continue
        if (
            "if TYPE_CHECKING" in (result["diff"] or "").split("@@")[-1]
            and "AddNot" in item["mutations"][0]["operator_name"]
        ):
            continue  # imports for the type checker only
        trials += 1
        if result["test_outcome"] == "survived":
            change = [
                text for text in result["diff"].splitlines() if text[:1] in "+-" and text[:3] not in ("+++", "---")
            ]
            survivors.append(
                f"{item['mutations'][0]['module_path']}:{item['mutations'][0]['start_pos'][0]} " + " ".join(change)
            )
    return trials, survivors


def main() -> None:
    """Run the named groups, all by default."""
    total, survived = 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("dx_pipeline", "tests", "pyproject.toml"):
            source = ROOT / part
            copy = folder / "copy" / part
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy)
        for group in sys.argv[1:] or GROUPS:
            trials, survivors = run_group(group, folder)
            print(f"{group}: {trials - len(survivors)} of {trials} noticed", *survivors, sep="\n  ", flush=True)
            total, survived = total + trials, survived + len(survivors)
    print(f"{total - survived} of {total} changes noticed ({(total - survived) / max(total, 1):.1%})")


if __name__ == "__main__":
    main()
