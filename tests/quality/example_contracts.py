"""Contracts small enough to read in a test."""

from __future__ import annotations

from typing import Any

from dx_pipeline.contracts import Contract, parse_contract


def make_contract(name: str, columns: dict[str, dict[str, Any]], **parts: Any) -> Contract:
    """A contract with the texts filled in; columns need only what the test is about."""
    texts = dict.fromkeys(
        ("title_vi", "title_en", "description_vi", "description_en", "limitations_vi", "limitations_en", "group"),
        "text",
    )
    described = {}
    for column, entry in columns.items():
        nullable = {"null_rule": "not published"} if entry.get("nullable") else {}
        described[column] = {"meaning_vi": "nghĩa", "meaning_en": "meaning", "unit": "", **nullable, **entry}
    # what columns of that name mean elsewhere must not change an example
    return parse_contract(name, {**texts, "columns": described, **parts}, common={})
