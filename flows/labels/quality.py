"""What the labels were measured to be worth on real text, for the report: written by a measurement, read by label.

`measured.csv` lies beside the weight files and names them; measures of other weights are no measures of these.
"""

from pathlib import Path
from typing import Any

import polars as pl

import sql
from flows.labels import weights as files
from flows.labels.indications import CALL_TO_VOTE
from flows.labels.model import read_model

FILE = "measured.csv"
FEWEST = 10  # posts of a class in the test set, for its measures to say anything
MEASURES = ("precision", "recall")
SCHEMA: dict[str, type[pl.DataType]] = {
    "code": pl.String,
    **{f"{measure}{end}": pl.Float64 for measure in MEASURES for end in ("", "_low", "_high")},
    "test_set": pl.String,
}


def measured_codes(result: dict[str, Any]) -> tuple[str, ...]:
    """The indications of which the measured posts (`evaluation.evaluate`) hold enough."""
    found = result.get("indications", {})
    return tuple(code for code, one in found.items() if one["positives"] >= FEWEST and code != CALL_TO_VOTE)


def record(result: dict[str, Any], test_set: str, weights: Path = files.FOLDER) -> Path:
    """Writes the measures of a labelled file of real posts beside the weights that they were made with."""
    rows = []
    for code in measured_codes(result):
        row: dict[str, Any] = {"code": code}
        for measure in MEASURES:
            one = result["indications"][code][measure]
            row |= {measure: one["value"], f"{measure}_low": one["interval"][0], f"{measure}_high": one["interval"][1]}
        rows.append(row | {"test_set": test_set})
    path = weights / FILE
    frame = pl.DataFrame(rows, schema=SCHEMA).with_columns(weights=pl.lit(read_model(weights).version))
    frame.write_csv(path)
    return path


def label_quality(seeds: Path = sql.SEEDS) -> pl.DataFrame:
    """Precision and recall (shares, 95 % intervals) of every class that was measured on real text, and on which.

    A class without a row was never measured: it is a review list. No rows at all when nothing was measured with the
    weights in use.
    """
    folder = files.folder_of(seeds)
    path = folder / FILE
    if not path.is_file():
        return pl.DataFrame(schema=SCHEMA)
    frame = pl.read_csv(path, schema={**SCHEMA, "weights": pl.String})
    return frame.filter(pl.col("weights") == read_model(folder).version).select(*SCHEMA)
