"""What a unit starts from (GRDP per head, population, density, urban share), as a matrix for one year."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from dx_pipeline.index.arrays import FloatArray


class Endowments(NamedTuple):
    """Shape (units, endowments), on the scales declared for them, and the year they are of."""

    values: FloatArray
    year: int


def endowment_matrix(endowments: pl.DataFrame, unit_system: int, provinces: tuple[str, ...]) -> Endowments | None:
    """Endowments of the newest year in which all are known for all units, in the given order; None if there is none.

    Those declared on a logarithmic scale enter as logarithms: a few large cities would otherwise be all the spread.

    A unit with a gap would be compared on fewer endowments than the others, so such a year does not count.
    """
    own = endowments.filter((pl.col("unit_system") == unit_system) & pl.col("province_id").is_in(provinces))
    names = own["indicator"].unique().sort().to_list()
    complete = (
        own.filter(pl.col("value").is_not_null())
        .group_by("year")
        .len()
        .filter(pl.col("len") == len(provinces) * len(names))
    )
    year = complete["year"].max()
    if year is None:
        return None
    wide = own.filter(pl.col("year") == year).pivot("indicator", index="province_id", values="value")
    order = pl.DataFrame({"province_id": list(provinces)})
    values = order.join(wide, on="province_id", how="left", maintain_order="left").select(names).to_numpy()
    scales = dict(own.select("indicator", "scale").iter_rows())
    skewed = [scales[name] == "logarithm" for name in names]
    values[:, skewed] = np.log(values[:, skewed])
    return Endowments(values.astype(np.float64), int(str(year)))
