"""The methods are read by a code location that must load fast."""

import pkgutil
import subprocess
import sys

import dx_pipeline.index

HEAVY = ("pandas", "scipy", "statsmodels", "SALib", "matplotlib", "great_expectations")


def test_no_method_pulls_in_a_heavy_library_when_it_is_imported():
    modules = [f"dx_pipeline.index.{m.name}" for m in pkgutil.iter_modules(dx_pipeline.index.__path__)]
    assert len(modules) > 10
    program = f"import {', '.join(modules)}\nimport sys\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
