"""`python -m dx_pipeline.cli` is `dx`."""

from dx_pipeline.cli import main

main()
