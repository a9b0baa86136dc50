"""Distinct printed texts -> units, indicators and numbers, each once, by the rules of `conform`."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import polars as pl

from dx_pipeline.conform.names import recognised
from dx_pipeline.conform.numbers import as_shares, parse_printed
from dx_pipeline.conform.reference import Reference
from dx_pipeline.index.arrays import IntArray
from dx_pipeline.sources.declaration import MeasureUnit
from dx_pipeline.sources.periods import Period, period_or_none
from dx_pipeline.sources.resolved import FileSpec, SourceSpec
from dx_pipeline.text import plain

#: why a row is no figure; the first that holds is told
REASONS = (
    "other_period", "unknown_unit", "unknown_indicator", "unreadable_value", "out_of_range",
    "blank", "equal_duplicate", "rival",
)  # fmt: skip
REASON = pl.Enum(REASONS)
#: by direction: what a figure is multiplied with so that more is better; no rank where neither is
SIGN = {"higher_is_better": 1, "lower_is_better": -1, "neither": None}


class Dictionary:
    """What the texts of a source mean; it grows with the texts met, so that a process resolves each once."""

    def __init__(self, source: SourceSpec, reference: Reference) -> None:
        assert source.large is not None
        assert source.files[0].unit_system is not None
        self.large = source.large
        self.names = reference.of_system(source.files[0].unit_system)
        self.units = pl.Enum(list(self.names.units))
        self.n_units = len(self.names.units)
        self.indicators = pl.Enum(list(source.indicators))
        self.declared = pl.DataFrame(
            {
                "indicator": pl.Series(list(source.indicators), dtype=self.indicators),
                "direction": [one.direction for one in source.indicators.values()],
            }
        )
        self._by_code = {unit.code: unit.province_id for unit in self.names.units.values()}
        self._met: dict[str, str | None] = {}
        self._lock = Lock()

    def province(self, distinct: pl.Series) -> pl.Series:
        """The place among the units of the system that each text names, null for none."""
        by_codes = self.large.provinces_by == "codes"
        find = self._by_code.get if by_codes else lambda text: recognised(text, self.names)
        with self._lock:  # periods are built side by side
            return _places(distinct, self._met, find, self.units)

    def indicator(self, distinct: pl.Series, file: FileSpec) -> pl.Series:
        """The same among the declared indicators: a code, or a text that `codes.indicator` of the file gives one."""
        said = {plain(text): code for text, code in file.tables[0].codes.get("indicator", {}).items()}
        own = set(self.indicators.categories)

        def find(text: str) -> str | None:
            code = said.get(text, text)
            return code if code in own else None

        return _places(distinct, {}, find, self.indicators)

    def value(self, distinct: pl.Series, file: FileSpec) -> pl.DataFrame:
        """Of each text: `value`, `decimals` (as printed), and `reason`: why it is no figure, null if it is one."""
        table = file.tables[0]
        bounds = table.measures.get("value", MeasureUnit())
        low = float("-inf") if bounds.min is None else bounds.min
        high = float("inf") if bounds.max is None else bounds.max
        read = parse_printed(distinct, table.decimal)
        share = read.percent.fill_null(False) & (self.large.percent == "share")
        frame = pl.DataFrame([distinct.alias("text"), *as_shares(read.values, read.decimals, share)]).select(
            "value",
            pl.col("decimals").cast(pl.UInt8),
            bad=pl.col("text").fill_null("").is_in(list(read.bad)),
        )
        reason = (
            pl.when("bad").then(pl.lit("unreadable_value", REASON))
            .when(pl.col("value").is_null()).then(pl.lit("blank", REASON))
            .when(~pl.col("value").is_between(low, high)).then(pl.lit("out_of_range", REASON))
        )  # fmt: skip
        return frame.select("value", "decimals", reason=reason)

    def is_of(self, distinct: pl.Series, period: Period | None) -> pl.Series:
        """Whether each text names the period."""
        read = (period_or_none(text, self.large.every) for text in distinct.to_list())
        return pl.Series([period is not None and one == period for one in read], dtype=pl.Boolean)


def distinct_texts(texts: pl.Series) -> tuple[pl.Series, IntArray]:
    """The distinct texts of a String column (null among them), and for each row the place of its text."""
    import pyarrow as pa

    encoded = texts.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode(null_encoding="encode")
    assert isinstance(encoded, pa.DictionaryArray)
    distinct = pl.Series(texts.name, encoded.dictionary, dtype=pl.String)
    return distinct, encoded.indices.to_numpy()


def _places(
    distinct: pl.Series, met: dict[str, str | None], find: Callable[[str], str | None], codes: pl.Enum
) -> pl.Series:
    """Places of the codes that texts mean; of texts that differ only in capitals and blanks one is looked at."""
    listed = distinct.fill_null("").to_list()
    for text in listed:
        if text not in met:
            alike = plain(text)
            alike = alike if "(" in alike or "[" in alike else alike.lower()  # a note in brackets is a small letter
            if alike not in met:
                met[alike] = find(alike)
            met[text] = met[alike]
    return pl.Series([met[text] for text in listed], dtype=codes).to_physical().cast(pl.Int32)
