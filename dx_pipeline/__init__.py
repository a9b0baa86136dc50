"""Viet Nam's provincial Digital Transformation Index: published tables in, checked and sourced comparisons out.

Belongs here, beside the rooms: what all of them share (errors, paths, declarations, contracts, vocabulary, text) and
what joins them (`build`, `tables`, `definitions`, `documentation`). Doesn't: anything that is part of one room only.
The order in which rooms may import each other stands in `pyproject.toml` and is held by import-linter.
"""
