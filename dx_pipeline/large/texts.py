"""Distinct printed texts -> units, indicators and numbers, each once, by the rules of `conform`."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from dx_pipeline.conform.names import recognised
from dx_pipeline.conform.numbers import DecimalMark, parse_column
from dx_pipeline.conform.reference import Reference
from dx_pipeline.sources.declaration import MeasureUnit
from dx_pipeline.sources.periods import Period, PeriodError, parse_period
from dx_pipeline.sources.resolved import FileSpec, SourceSpec
from dx_pipeline.text import plain

#: by direction: what a figure is multiplied with so that more is better; no rank where neither is
SIGN = {"higher_is_better": 1, "lower_is_better": -1, "neither": None}


class Dictionary:
    """What the texts of a source mean; it grows with the texts met, so that a process resolves each once."""

    def __init__(self, source: SourceSpec, reference: Reference) -> None:
        assert source.large is not None
        assert source.files[0].unit_system is not None
        self.large, self.unit_system = source.large, source.files[0].unit_system
        self._names = reference.of_system(self.unit_system)
        self.units = pl.Enum(list(self._names.units))
        self.indicators = pl.Enum(list(source.indicators))
        self.declared = pl.DataFrame(
            {
                "indicator": pl.Series(list(source.indicators), dtype=self.indicators),
                "direction": [one.direction for one in source.indicators.values()],
            }
        )
        self._by_code = {unit.code: unit.province_id for unit in self._names.units.values()}
        self._met: dict[str, str | None] = {}

    def province(self, texts: pl.Series) -> pl.DataFrame:
        """`text` and the unit it names (null for none), as place in the system, of each distinct text."""
        by_codes = self.large.provinces_by == "codes"
        find = (lambda text: self._by_code.get(plain(text))) if by_codes else lambda text: recognised(text, self._names)
        return _looked_up(texts, self._met, find, self.units)

    def indicator(self, texts: pl.Series, file: FileSpec) -> pl.DataFrame:
        """The same for indicators: a declared code, or a text that `codes.indicator` of its file gives one."""
        said = {plain(text): code for text, code in file.tables[0].codes.get("indicator", {}).items()}
        own = set(self.indicators.categories)

        def find(text: str) -> str | None:
            code = said.get(plain(text), plain(text))
            return code if code in own else None

        return _looked_up(texts, {}, find, self.indicators)

    def value(self, texts: pl.Series, file: FileSpec) -> pl.DataFrame:
        """Of each distinct text: `text`, `value`, `decimals`, `blank`, `in_range`; no value if it is blank or bad."""
        table = file.tables[0]
        mark: DecimalMark = "," if table.decimal == "," else "."
        bounds = table.measures.get("value", MeasureUnit())
        low = float("-inf") if bounds.min is None else bounds.min
        high = float("inf") if bounds.max is None else bounds.max
        distinct = texts.unique()
        read = parse_column(distinct, mark)
        share = pl.col("percent").fill_null(False) & (self.large.percent == "share")
        frame = pl.DataFrame([distinct.alias("text"), read.values, read.decimals, read.percent]).select(
            "text",
            value=pl.when(share).then(pl.col("value") / 100).otherwise("value"),
            decimals=(pl.col("decimals") + pl.when(share).then(2).otherwise(0)).cast(pl.UInt8),
            blank=pl.col("value").is_null() & ~pl.col("text").fill_null("").is_in(list(read.bad)),
        )
        return frame.with_columns(in_range=pl.col("value").is_between(low, high))

    def other_periods(self, texts: pl.Series, period: Period | None) -> list[str]:
        """The distinct texts that do not name the period."""

        def read(text: str) -> Period | None:
            try:
                return parse_period(text, self.large.every)
            except PeriodError:
                return None

        return [text for text in texts.unique().fill_null("").to_list() if period is None or read(text) != period]


def _looked_up(
    texts: pl.Series, met: dict[str, str | None], find: Callable[[str], str | None], codes: pl.Enum
) -> pl.DataFrame:
    distinct = texts.unique().drop_nulls()
    listed = distinct.to_list()
    met.update((text, find(text)) for text in listed if text not in met)
    return pl.DataFrame({"text": distinct, "code": pl.Series([met[text] for text in listed], dtype=codes)})
