"""`make notebooks`: run every notebook on the current release and write what it shows as a page that opens anywhere.

The notebooks themselves are kept without outputs; the pages lie in data/build/notebooks and hold text, tables and
pictures in one file each. A kernel takes seconds to start, so a release is not made to wait for them.
"""

from __future__ import annotations

import base64
import html
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from dx_pipeline.errors import DxError
from dx_pipeline.paths import Paths, default_paths

#: seconds one cell may take
PATIENCE = 120
STYLE = """
:root { color-scheme: light dark;
  --ink: #16202b; --paper: #ffffff; --panel: #f3f6f9; --line: #d3dbe3; --link: #0a53b0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7ebf0; --paper: #12161b; --panel: #1b2128; --line: #38424d; --link: #8fbcff; } }
body { max-width: 62rem; margin: 0 auto; padding: 0 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Noto Sans", "Liberation Sans", sans-serif; }
h1 { line-height: 1.2; } a { color: var(--link); } pre { overflow-x: auto; font-size: .875rem; line-height: 1.45; }
pre.code { background: var(--panel); border-left: .25rem solid var(--link); padding: .6rem .9rem; }
img { max-width: 100%; height: auto; background: #ffffff; } code { font-size: .9em; }
"""


def write_pages(paths: Paths, notebooks: Path, folder: Path) -> list[Path]:
    """Run the notebooks of a folder and write a page of each; returns the pages.

    Raises:
        DxError: there is no release, a tool is missing, or a cell failed; which one is said.
    """
    if not paths.published.is_file():
        raise DxError("there is no release yet", "Run `make run` first.")
    folder.mkdir(parents=True, exist_ok=True)
    pages = []
    for source in sorted(notebooks.glob("*.ipynb")):
        page = folder / f"{source.stem}.html"
        page.write_text(render(_executed(source, paths), source.stem), encoding="utf-8", newline="\n")
        pages.append(page)
    return pages


def _executed(source: Path, paths: Paths) -> Any:
    import os

    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError
    except ImportError as error:
        raise DxError(f"{error.name} is not installed", "It is one of the tests' tools: `make notebooks`.") from error
    notebook: Any = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    os.environ["DX_ROOT"] = str(paths.root)
    resources = {"metadata": {"path": str(source.parent)}}
    try:
        NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3", resources=resources).execute()
    except CellExecutionError as error:
        raise DxError(f"{source.name}: a cell failed: {error.ename}: {error.evalue}") from error
    return notebook


def render(notebook: Any, title: str) -> str:
    """An executed notebook as one page: no script, nothing loaded from elsewhere."""
    style = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action 'none'"
    parts = "\n".join(_cell(cell) for cell in notebook.cells)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{parts}\n</main>\n"
        "</body>\n</html>\n"
    )


def _cell(cell: Mapping[str, Any]) -> str:
    if cell["cell_type"] == "markdown":
        from markdown_it import MarkdownIt

        return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(cell["source"]))
    code = f'<pre class="code" tabindex="0"><code>{html.escape(cell["source"])}</code></pre>'
    return "\n".join([code, *(shown for output in cell.get("outputs", []) for shown in _output(output))])


def _output(output: Mapping[str, Any]) -> Iterator[str]:
    data = output.get("data", {})
    if "image/png" in data:
        alternative = html.escape(str(data.get("text/plain", "figure")))
        yield f'<p><img alt="{alternative}" src="data:image/png;base64,{data["image/png"].strip()}"></p>'
    elif text := output.get("text") or data.get("text/plain"):
        yield f'<pre tabindex="0">{html.escape(text)}</pre>'


def main() -> int:
    """The command behind `make notebooks`."""
    import webbrowser

    paths = default_paths()
    try:
        pages = write_pages(paths, Path(__file__).parents[2] / "notebooks", paths.build / "notebooks")
    except DxError as error:
        print(f"notebooks: {error.message}\n{error.hint}".rstrip(), file=sys.stderr)
        return error.exit_code
    for page in pages:
        print(page)
    if sys.stdout.isatty() and pages:
        webbrowser.open(pages[0].as_uri())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
