"""One vocabulary of basis, doubt and absence, and the contracts that take their codes from it."""

from __future__ import annotations

import re
import unicodedata

import pytest

from dx_pipeline.contracts import load_contracts, parse_contract
from dx_pipeline.declarations import DeclarationError
from dx_pipeline.errors import DxError
from dx_pipeline.vocabulary import by_code, codes, load_vocabulary, several_pattern, split

TEXTS = {f"{text}_{language}": "x" for text in ("title", "description", "limitations") for language in ("vi", "en")} | {
    "group": "Test"
}


def contract(columns, **rest):
    described = {
        name: {"type": "text", "meaning_vi": "x", "meaning_en": "x"} | entry for name, entry in columns.items()
    }
    return parse_contract("example", {**TEXTS, "key": [next(iter(columns))], "columns": described, **rest}, common={})


def test_the_codes_are_those_of_the_method():
    assert codes("basis") == ("stated", "derived", "computed", "solved", "inferred")
    assert set(codes("doubt")) == {
        "conflict", "edition_not_stated", "coarse", "tie_hidden", "third_party_only", "unverified", "within_error",
        "unit_unclear", "preliminary", "short_series",
    }  # fmt: skip
    assert codes("missing") == ("not_read", "not_published", "not_comparable", "not_due", "boundary_change")
    with pytest.raises(DxError, match="no codes of kind 'doubts'"):
        codes("doubts")


def test_every_code_has_its_words_and_every_doubt_its_mark():
    for entry in load_vocabulary():
        texts = (entry.name_vi, entry.name_en, entry.meaning_vi, entry.meaning_en)
        assert all(text.strip() and unicodedata.is_normalized("NFC", text) for text in texts), entry
        assert entry.mark or entry.code in ("stated", "derived", "computed"), entry
        assert by_code()[entry.code] is entry
    for kind in ("basis", "doubt", "missing"):
        assert [e.weakness for e in load_vocabulary() if e.kind == kind] == list(range(1, len(codes(kind)) + 1))


def test_a_column_of_codes_takes_them_from_the_vocabulary():
    found = contract({"basis": {"codes": ["basis"]}, "doubts": {"codes": ["doubt"], "several": True}})
    assert found.column("basis").allowed == codes("basis")
    pattern = re.compile(found.column("doubts").pattern)
    for text, fits in {
        "conflict": True,
        "conflict, coarse": True,
        "": False,
        "smell": False,
        "conflict,coarse": False,
        "conflict, ": False,
    }.items():
        assert bool(pattern.match(text)) is fits, text
    assert several_pattern("doubt") == found.column("doubts").pattern
    assert split("conflict, coarse") == ["conflict", "coarse"]
    assert split(None) == []


def test_what_a_table_rests_on_names_its_inputs_and_columns():
    columns = {"k": {}, "basis": {}, "doubts": {}}
    assert contract(columns, inputs=["t"], rests_on=[{"table": "t", "same": ["k"]}]).rests_on[0].keys == {"k": "k"}
    for entry, message in [
        ({"table": "other", "same": ["k"]}, "among the inputs, not other"),
        ({"table": "t", "same": ["q"]}, "columns of the table, not q"),
        ({"table": "t", "value": "points"}, "columns of the table, not points_basis"),
        ({"table": "t", "where": {"q": {"role": "pillar"}}}, "indicators among the inputs"),
    ]:
        with pytest.raises(DeclarationError, match=message):
            contract(columns, inputs=["t"], rests_on=[entry])


def test_no_contract_lists_codes_of_its_own():
    for table in load_contracts().values():
        for column in table.columns:
            if column.name.endswith("basis") and table.name != "peer_groups":
                assert set(column.allowed) <= set(codes("basis")), (table.name, column.name)
            if column.name.endswith("doubts"):
                assert column.pattern == several_pattern("doubt"), (table.name, column.name)
