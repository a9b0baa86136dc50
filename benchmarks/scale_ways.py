"""The result of a large source by hand: a DuckDB script (the floor), Polars, and plain pandas.

Each reads the files of `made_up_communes`, month by month, and writes below `out` what the project writes: `figures`,
`left_out` and `means` of each period. They know this one source by heart; what is declared elsewhere stands in them.
"""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

UNIT_SYSTEM = 3321
SIGNS = {"higher_is_better": 1, "lower_is_better": -1, "neither": None}
NUMBER = r"-?[0-9]+(\.[0-9]{3})*(,[0-9]+)? ?%?"


def units(root: Path) -> list[tuple[str, str]]:
    """Id and name of every commune."""
    with (root / "data" / "reference" / "units.csv").open(encoding="utf-8", newline="") as opened:
        rows = csv.DictReader(opened)
        return [(row["province_id"], row["name_vi"]) for row in rows if row["unit_system"] == str(UNIT_SYSTEM)]


def indicators(folder: Path) -> list[tuple[str, int | None]]:
    """Code of every indicator, and 1 where more is better, -1 where less is."""
    declared = tomllib.loads((folder / "source.toml").read_text(encoding="utf-8"))["indicators"]
    return [(code, SIGNS[said["direction"]]) for code, said in declared.items()]


def by_project(root: Path, folder: Path, out: Path) -> None:
    """The project: what its source.toml says, and nothing else."""
    from dx_pipeline.conform.reference import load_reference
    from dx_pipeline.large.store import build_large
    from dx_pipeline.sources.spec import load_source

    build_large(load_source(folder), load_reference(root / "data" / "reference"), out)


def by_duckdb(root: Path, folder: Path, out: Path) -> None:
    """The floor: SQL by hand, distinct texts once, small types, one month after the other."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET threads = 2; SET memory_limit = '3GB'; SET preserve_insertion_order = false")
    con.execute("CREATE MACRO norm(t) AS regexp_replace(trim(lower(nfc_normalize(t))), '\\s+', ' ', 'g')")
    said = indicators(folder)
    con.execute(f"""
        CREATE TEMP TABLE communes AS
        SELECT province_id, norm(name_vi) AS name FROM '{root / "data" / "reference" / "units.csv"}'
        WHERE unit_system = {UNIT_SYSTEM}
    """)
    con.execute("CREATE TYPE unit AS ENUM (SELECT province_id FROM communes)")
    con.execute("CREATE TEMP TABLE units AS SELECT province_id::unit AS u, name FROM communes")
    con.execute(f"CREATE TYPE indicator AS ENUM ({', '.join(repr(code) for code, _ in said)})")
    con.execute("CREATE TEMP TABLE indicators (i indicator, sign INTEGER)")
    con.executemany("INSERT INTO indicators VALUES (?, ?)", said)
    for path in sorted(folder.glob("*.csv")):
        target = out / f"period={path.stem}"
        target.mkdir(parents=True)
        year, month = path.stem.split("-")
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE raw AS
            SELECT (row_number() OVER () + 1)::UINTEGER AS row, *
            FROM read_csv('{path}', all_varchar = true, delim = ';', header = true,
                names = ['name', 'code', 'period', 'text'])
        """)
        con.execute("""
            CREATE OR REPLACE TEMP TABLE names AS
            SELECT d.name, units.u
            FROM (SELECT DISTINCT name FROM raw) AS d LEFT JOIN units ON units.name = norm(d.name)
        """)
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE numbers AS
            SELECT text, blank, CASE WHEN text LIKE '%\\%' ESCAPE '\\' THEN number / 100 ELSE number END AS value
            FROM (
                SELECT DISTINCT text, coalesce(trim(text), '') IN ('', '-', '...') AS blank,
                    CASE WHEN regexp_full_match(trim(text), '{NUMBER}')
                    THEN try_cast(replace(replace(rtrim(text, '% '), '.', ''), ',', '.') AS DOUBLE) END AS number
                FROM raw
            )
        """)
        con.execute(
            "CREATE OR REPLACE TEMP TABLE codes AS SELECT DISTINCT code, try_cast(code AS indicator) AS i FROM raw"
        )
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE coded AS
            SELECT raw.row, u, i, value, CASE
                WHEN raw.period IS DISTINCT FROM '{month}/{year}' THEN 'other_period'
                WHEN u IS NULL THEN 'unknown_unit'
                WHEN i IS NULL THEN 'unknown_indicator'
                WHEN value IS NULL AND NOT blank THEN 'unreadable_value'
                WHEN blank THEN 'blank' END AS reason
            FROM raw LEFT JOIN names USING (name) LEFT JOIN codes USING (code)
            LEFT JOIN numbers ON numbers.text IS NOT DISTINCT FROM raw.text
        """)
        con.execute("""
            CREATE OR REPLACE TEMP TABLE cells AS
            SELECT u, i, arg_min(value, row) AS value, min(row) AS row, count(*) AS n
            FROM coded WHERE reason IS NULL GROUP BY u, i
        """)
        con.execute(f"""
            COPY (
                SELECT u AS province_id, i AS indicator, value, row,
                    CASE WHEN sign IS NOT NULL
                    THEN rank() OVER (PARTITION BY i ORDER BY sign * round(value, 10) DESC) END::UINTEGER AS rank
                FROM cells JOIN indicators USING (i)
            ) TO '{target}/figures.parquet' (COMPRESSION zstd, COMPRESSION_LEVEL 1)
        """)
        con.execute(f"""
            COPY (
                SELECT reason, row FROM coded WHERE reason IS NOT NULL
                UNION ALL
                SELECT CASE WHEN round(coded.value, 10) = round(cells.value, 10)
                    THEN 'equal_duplicate' ELSE 'rival' END, coded.row
                FROM (FROM cells WHERE n > 1) AS cells JOIN coded USING (u, i)
                WHERE reason IS NULL AND coded.row <> cells.row
            ) TO '{target}/left_out.parquet'
        """)
        con.execute(f"""
            COPY (
                SELECT i AS indicator, coalesce(published, 0) AS published, coalesce(blank, 0) AS blank,
                    (SELECT count(*) FROM units) - coalesce(published, 0) - coalesce(blank, 0) AS missing, mean
                FROM indicators
                LEFT JOIN (SELECT i, count(*) AS published, avg(value) AS mean FROM cells GROUP BY i) USING (i)
                LEFT JOIN (
                    SELECT i, count(DISTINCT u) AS blank FROM coded ANTI JOIN cells USING (u, i)
                    WHERE reason = 'blank' GROUP BY i
                ) USING (i)
            ) TO '{target}/means.parquet'
        """)


def by_polars(root: Path, folder: Path, out: Path) -> None:
    """Polars as somebody who knows it writes it: expressions on whole columns, one month after the other."""
    import polars as pl

    known = pl.DataFrame(units(root), schema=["province_id", "unit"], orient="row")
    known = known.with_columns(pl.col("unit").str.to_lowercase())
    said = pl.DataFrame(indicators(folder), schema={"indicator": pl.String, "sign": pl.Int32}, orient="row")
    for path in sorted(folder.glob("*.csv")):
        target = out / f"period={path.stem}"
        target.mkdir(parents=True)
        year, month = path.stem.split("-")
        text = pl.col("text").fill_null("").str.strip_chars()
        plain = text.str.strip_chars_end("% ").str.replace_all(".", "", literal=True).str.replace(",", ".")
        number = pl.when(text.str.contains(f"^{NUMBER}$")).then(plain).cast(pl.Float64, strict=False)
        raw = pl.read_csv(path, separator=";", infer_schema=False, row_index_name="row", row_index_offset=2)
        raw = raw.rename(dict(zip(raw.columns, ("row", "name", "indicator", "period", "text"), strict=True)))
        coded = (
            raw.lazy()
            .with_columns(
                unit=pl.col("name").str.normalize("NFC").str.to_lowercase().str.strip_chars()
                .str.replace_all(r"\s+", " "),
                blank=text.is_in(["", "-", "..."]),
                value=pl.when(text.str.ends_with("%")).then(number / 100).otherwise(number),
            )
            .join(known.lazy(), on="unit", how="left")
            .join(said.lazy().with_columns(known=True), on="indicator", how="left")
            .select(
                "row", "province_id", "indicator", "sign", "value",
                reason=pl.when(pl.col("period").fill_null("") != f"{month}/{year}").then(pl.lit("other_period"))
                .when(pl.col("province_id").is_null()).then(pl.lit("unknown_unit"))
                .when(pl.col("known").is_null()).then(pl.lit("unknown_indicator"))
                .when(pl.col("value").is_null() & ~pl.col("blank")).then(pl.lit("unreadable_value"))
                .when("blank").then(pl.lit("blank")),
            )
            .collect()
        )  # fmt: skip
        usable = coded.filter(pl.col("reason").is_null()).sort("row")
        cell = ["province_id", "indicator"]
        figures = usable.unique(cell, keep="first", maintain_order=True)
        doubles = usable.join(figures.select("row"), on="row", how="anti").join(
            figures.select(*cell, first=pl.col("value").round(10)), on=cell
        )
        again = pl.when(pl.col("value").round(10) == pl.col("first")).then(pl.lit("equal_duplicate"))
        ranks = (pl.col("value").round(10) * pl.col("sign")).rank("min", descending=True).over("indicator")
        figures.select(*cell, "value", "row", rank=ranks).write_parquet(target / "figures.parquet", compression_level=1)
        pl.concat(
            [
                coded.filter(pl.col("reason").is_not_null()).select("reason", "row"),
                doubles.select(again.otherwise(pl.lit("rival")).alias("reason"), "row"),
            ]
        ).write_parquet(target / "left_out.parquet")
        blank = coded.filter(pl.col("reason") == "blank").join(figures, on=cell, how="anti").unique(cell)
        (
            said.select("indicator")
            .join(
                figures.group_by("indicator").agg(published=pl.len(), mean=pl.col("value").mean()), "indicator", "left"
            )
            .join(blank.group_by("indicator").agg(blank=pl.len()), on="indicator", how="left")
            .with_columns(pl.col("published", "blank").fill_null(0))
            .with_columns(missing=known.height - pl.col("published") - pl.col("blank"))
            .write_parquet(target / "means.parquet")
        )


def by_pandas(root: Path, folder: Path, out: Path) -> None:
    """Plain pandas: all months in one frame, a method of pandas for each step."""
    import numpy as np
    import pandas as pd

    known = pd.DataFrame(units(root), columns=["province_id", "unit"])
    known["unit"] = known["unit"].str.lower()
    said = pd.DataFrame(indicators(folder), columns=["indicator", "sign"])
    months = []
    for path in sorted(folder.glob("*.csv")):
        rows = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
        rows.columns = ["name", "indicator", "printed_period", "text"]
        rows["row"] = np.arange(len(rows)) + 2
        rows["period"] = path.stem
        months.append(rows)
    rows = pd.concat(months, ignore_index=True)
    rows["unit"] = rows["name"].str.normalize("NFC").str.strip().str.lower().str.replace(r"\s+", " ", regex=True)
    text = rows["text"].str.strip()
    plain = text.str.rstrip("% ").str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    number = pd.to_numeric(plain, errors="coerce").where(text.str.fullmatch(NUMBER))
    rows["value"] = number.where(~text.str.endswith("%"), number / 100)
    rows = rows.merge(known, on="unit", how="left").merge(said, on="indicator", how="left", indicator="known")
    blank = text.isin(["", "-", "..."]).to_numpy()
    faults = [
        rows["printed_period"] != rows["period"].str[5:] + "/" + rows["period"].str[:4],
        rows["province_id"].isna(),
        rows["known"] != "both",
        rows["value"].isna() & ~blank,
        blank,
    ]
    names = ["other_period", "unknown_unit", "unknown_indicator", "unreadable_value", "blank"]
    rows["reason"] = np.select(faults, names, default="")
    cell = ["period", "province_id", "indicator"]
    usable = rows[rows["reason"] == ""]
    figures = usable.drop_duplicates(cell).copy()
    doubles = usable[usable.duplicated(cell)].merge(figures[[*cell, "value"]], on=cell, suffixes=("", "_first"))
    equal = doubles["value"].round(10) == doubles["value_first"].round(10)
    doubles["reason"] = np.where(equal, "equal_duplicate", "rival")
    figures["score"] = figures["value"].round(10) * figures["sign"]
    figures["rank"] = figures.groupby(["period", "indicator"])["score"].rank(method="min", ascending=False)
    left_out = pd.concat(
        [rows.loc[rows["reason"] != "", ["period", "reason", "row"]], doubles[["period", "reason", "row"]]]
    )
    blanks = rows[rows["reason"] == "blank"].drop_duplicates(cell)
    blanks = blanks.merge(figures[cell], on=cell, how="left", indicator="there")
    blanks = (
        blanks[blanks["there"] == "left_only"].groupby(["period", "indicator"]).size().rename("blank").reset_index()
    )
    means = figures.groupby(["period", "indicator"])["value"].agg(published="count", mean="mean").reset_index()
    all_means = rows[["period"]].drop_duplicates().merge(said[["indicator"]], how="cross")
    all_means = all_means.merge(means, how="left").merge(blanks, how="left")
    all_means[["published", "blank"]] = all_means[["published", "blank"]].fillna(0)
    all_means["missing"] = len(known) - all_means["published"] - all_means["blank"]
    for name, frame in (
        ("figures", figures[[*cell, "value", "row", "rank"]]), ("left_out", left_out), ("means", all_means),
    ):  # fmt: skip
        for period, part in frame.groupby("period"):
            (out / f"period={period}").mkdir(parents=True, exist_ok=True)
            part.drop(columns="period").to_parquet(out / f"period={period}" / f"{name}.parquet", index=False)
