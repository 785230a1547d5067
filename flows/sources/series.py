"""What is done with whole columns: values of some places, and rules that are asked once for equal values."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl

from flows.files.json_scan import Numbers
from flows.post import Rejected

TAGS = pl.List(pl.String)


def only(values: pl.Series, mask: pl.Series) -> pl.Series:
    """The values where a mask holds, null elsewhere."""
    return pl.select(pl.when(mask).then(values)).to_series()


def asked(
    columns: Sequence[pl.Series], rule: Callable[..., Any], kind: pl.DataType | type[pl.DataType] | None = None
) -> tuple[pl.Series, pl.Series]:
    """(what a rule makes of the values of columns, where it makes anything); it is asked once for equal values."""
    names = [str(place) for place in range(len(columns))]
    frame = pl.DataFrame(dict(zip(names, columns, strict=True)))
    different = frame.unique(maintain_order=True)
    values: list[Any] = []
    is_plain: list[bool] = []
    for row in different.iter_rows():
        try:
            values.append(rule(*row))
            is_plain.append(True)
        except Rejected:
            values.append(None)
            is_plain.append(False)
    different = different.with_columns(
        pl.Series("value", values, dtype=kind), pl.Series("is_plain", is_plain, dtype=pl.Boolean)
    )
    joined = frame.join(different, on=names, how="left", nulls_equal=True, maintain_order="left")
    return joined["value"], joined["is_plain"]


def placed(size: int, *groups: tuple[pl.Series, Numbers]) -> pl.Series:
    """The lists of hashtags of groups at the places of their records; none at all other places."""
    places, before = np.zeros(size, np.int64), 1
    for _, group in groups:
        places[group] = np.arange(before, before + len(group))
        before += len(group)
    return pl.concat([pl.Series([[]], dtype=TAGS), *(lists for lists, _ in groups)]).gather(places)
