"""The notebooks as people see them: each cell with what it shows, a page each that opens anywhere, in every release.

The notebooks themselves are kept without outputs. Here their cells are run by Python alone, in a process of its own:
2.1 s of CPU for all four, where a Jupyter kernel each takes 7.9 s and twenty packages more. What a cell prints, the
value of its last line and its figures are shown; a cell that fails shows its error, and the page ends there.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import html
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from dx_pipeline.errors import DxError
from dx_pipeline.paths import default_paths

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
#: seconds all notebooks together may take
PATIENCE = 300
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


@dataclass(frozen=True)
class Cell:
    """A cell and what it shows: printed text and values, then figures as PNG."""

    kind: str
    source: str
    texts: list[str] = field(default_factory=list)
    figures: list[bytes] = field(default_factory=list)
    failed: bool = False


def write_pages(root: Path, folder: Path, notebooks: Path = NOTEBOOKS) -> list[Path]:
    """Run every notebook on the release that `root` shows, in a process of its own, and write a page of each.

    Args:
        root: a project with a release.
        folder: where to write; made if needed.
        notebooks: where the notebooks lie; none there make no pages.

    Raises:
        DxError: the process failed or took too long.
    """
    if not any(notebooks.glob("*.ipynb")):
        return []
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"DX_ROOT": str(root), "MPLBACKEND": "Agg"}
    command = [sys.executable, "-m", __name__, str(notebooks), str(folder)]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise DxError(f"the notebooks took longer than {PATIENCE} s", "See `make notebooks`.") from error
    if done.returncode:
        raise DxError(f"the notebooks could not be run: {done.stderr.strip()[-500:]}", "See `make notebooks`.")
    return sorted(folder.glob("*.html"))


def executed(source: Path) -> list[Cell]:
    """The cells of a notebook with what they show, on the project of `default_paths()`."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    cells = []
    for written in json.loads(source.read_text(encoding="utf-8"))["cells"]:
        text = "".join(written["source"])
        cell = _run(text, namespace) if written["cell_type"] == "code" else Cell(written["cell_type"], text)
        cells.append(cell)
        if cell.failed:
            break
    return cells


def _run(source: str, namespace: dict[str, Any]) -> Cell:
    """Run one cell: what it prints, the value of a last expression, and the figures it drew."""
    import matplotlib.pyplot as plt

    printed, value, failed = io.StringIO(), None, False
    figures: list[bytes] = []
    plt.show = lambda *_, **__: None  # figures are kept below
    try:
        body = ast.parse(source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(printed):
            exec(compile(ast.Module(body, []), "<cell>", "exec"), namespace)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)
    except Exception as error:
        printed.write(f"{type(error).__name__}: {error}")
        failed = True
    try:
        for number in plt.get_fignums():
            picture = io.BytesIO()
            plt.figure(number).savefig(picture, format="png", bbox_inches="tight", metadata={"Software": None})
            figures.append(picture.getvalue())
    except Exception as error:
        printed.write(f"{type(error).__name__}: {error}")
        failed = True
    texts = [text for text in (printed.getvalue(), "" if value is None else repr(value)) if text]
    plt.close("all")
    return Cell("code", source, texts, figures, failed)


def render(cells: list[Cell], title: str) -> str:
    """An executed notebook as one page: no script, nothing loaded from elsewhere."""
    style = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action 'none'"
    parts = "\n".join(map(_shown, cells))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{parts}\n</main>\n"
        "</body>\n</html>\n"
    )


def _shown(cell: Cell) -> str:
    if cell.kind == "markdown":
        from markdown_it import MarkdownIt

        text = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(cell.source))
        return f'<div lang="vi">{text}</div>' if cell.source.startswith("**Tóm tắt") else text
    parts = [f'<pre class="code" tabindex="0"><code>{html.escape(cell.source)}</code></pre>']
    parts += [f'<pre tabindex="0">{html.escape(text)}</pre>' for text in cell.texts]
    for picture in cell.figures:
        data = base64.b64encode(picture).decode()
        parts.append(f'<p><img alt="what the cell above draws" src="data:image/png;base64,{data}"></p>')
    return "\n".join(parts)


def _write(notebooks: Path, folder: Path) -> None:
    """What the process of its own does."""
    for source in sorted(notebooks.glob("*.ipynb")):
        page = render(executed(source), source.stem)
        (folder / f"{source.stem}.html").write_text(page, encoding="utf-8", newline="\n")


def main() -> int:
    """The command behind `make notebooks`."""
    import webbrowser

    if len(sys.argv) == 3:
        _write(Path(sys.argv[1]), Path(sys.argv[2]))
        return 0
    paths = default_paths()
    try:
        if not paths.published.is_file():
            raise DxError("there is no release yet", "Run `make run` first.")
        pages = write_pages(paths.root, paths.build / "notebooks")
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
