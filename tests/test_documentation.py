"""What is generated for people and editors is current: page of checks, JSON Schemas, the line that names them."""

from pathlib import Path

from dx_pipeline.documentation import MARK, first_lines, generated_files

ROOT = Path(__file__).resolve().parents[1]


def test_generated_pages_and_schemas_are_current() -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in generated_files(ROOT).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make docs` and commit the difference"


def test_every_declaration_names_its_schema_in_the_first_line() -> None:
    lines = first_lines(ROOT)
    unnamed = [
        str(path.relative_to(ROOT))
        for path, line in lines.items()
        if path.read_text(encoding="utf-8").partition("\n")[0] != line
    ]
    assert unnamed == [], "run `make docs` and commit the difference"
    for path, line in lines.items():
        assert (path.parent / line.removeprefix(MARK)).resolve().is_file(), line
