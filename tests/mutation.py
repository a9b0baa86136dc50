"""Break the checks one by one and see whether a test notices: `python -m tests.mutation`.

Two runs: small changes of every law's SELECT (seconds), and of the Python of `dx_pipeline/quality` with cosmic-ray.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

QUALITY = Path(__file__).parent / "quality"


def main() -> None:
    """Run both and stop with an error if one of them cannot run; survivors are printed, not failed."""
    for script in ("mutate_laws.py", "mutate_python.py"):
        subprocess.run([sys.executable, str(QUALITY / script)], check=True, cwd=QUALITY.parents[1])


if __name__ == "__main__":
    main()
