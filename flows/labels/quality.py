"""What the labels were measured to be worth, for the report: written by a measurement, read by `label_quality`.

`measured.csv` lies beside the weight files and names them; measures of other weights are no measures of these.
"""

from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

import sql
from flows.headers import schema
from flows.labels import weights as files
from flows.labels.corpora import SENTIMENTS
from flows.labels.indications import CALL_TO_VOTE
from flows.labels.version import weights_version
from flows.method import METHOD
from flows.seeds import read_seed

FILE = "measured.csv"
ANY = "any"
TABLE = "core.label_quality"
OF_THE_OFFICE = frozenset({"own_reviews", "is_own"})  # columns that the reviews of a home fill
_INDICATIONS, _SENTIMENT = "indications", "sentiment"


class CodedSet(NamedTuple):
    """A set of labelled posts as readers shall see it in a sentence, in Indonesian and English."""

    name_id: str
    name_en: str
    is_real: bool = True


HELD_OUT = CodedSet("unggahan nyata yang disisihkan saat pelatihan", "real posts held out in training")
INVENTED = CodedSet("korpus buatan sendiri yang disisihkan", "held-out invented corpus", is_real=False)


def _measured() -> dict[str, pl.DataType | type[pl.DataType]]:
    """The columns that a measurement fills; `is_measured` is a decision, which for indications the seed holds."""
    return {name: kind for name, kind in _columns().items() if name != "is_measured"}


def _columns() -> dict[str, pl.DataType | type[pl.DataType]]:
    return {name: kind for name, kind in schema(TABLE).items() if name not in OF_THE_OFFICE}


def measured_codes(result: dict[str, Any]) -> tuple[str, ...]:
    """The indications of which the measured posts (`evaluation.evaluate`) hold enough."""
    indications = result.get("indications", {})
    return tuple(
        code for code, one in indications.items() if one["positives"] >= METHOD.measured_cases and code != CALL_TO_VOTE
    )


def _row(family: str, code: str, test_set: CodedSet, posts: int | None, measures: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"family": family, "code": code, "is_real": test_set.is_real, "posts": posts}
    row |= {"test_set_id": test_set.name_id, "test_set_en": test_set.name_en}
    row |= {"positives": measures["positives"], "flagged": measures["flagged"], "correct": measures["right"]}
    for name, of in (("precision", "flagged"), ("recall", "positives")):
        if measures[of]:
            low, high = measures[name]["interval"]
            row |= {name: measures[name]["value"], f"{name}_low": low, f"{name}_high": high}
    return row


def _real_rows(result: dict[str, Any], test_set: CodedSet, posts: int) -> list[dict[str, Any]]:
    codes = [(code, result["indications"][code]) for code in measured_codes(result)]
    if "any_indication" in result:
        codes.append((ANY, result["any_indication"]))
    rows = [_row(_INDICATIONS, code, test_set, posts, one) for code, one in codes]
    if "sentiment" in result:
        classes = result["sentiment"]["classes"]
        rows += [_row(_SENTIMENT, name, test_set, result["sentiment"]["posts"], classes[name]) for name in SENTIMENTS]
    return rows


def record(
    result: dict[str, Any],
    test_set: CodedSet,
    posts: int,
    weights: Path = files.FOLDER,
    flags: tuple[int, dict[str, int]] | None = None,
) -> Path:
    """Writes the measures of labelled real posts (`evaluation.evaluate`) beside the weights they were made with.

    Of the indications that those posts hold too few of, the measures on posts held out in training are taken. `flags`
    are the number of real posts that were not enriched, and how many of them each code flags.
    """
    rows = _real_rows(result, test_set, posts)
    known = {row["code"] for row in rows}
    held = files.read_weights(weights / files.OWN_FILE).measured["codes"]
    rows += [
        _row(_INDICATIONS, code, HELD_OUT if one["is_real"] else INVENTED, None, one)
        for code, one in held.items()
        if code not in known and code != CALL_TO_VOTE
    ]
    if flags is not None:
        count, flagged = flags
        for row in rows:
            if row["code"] in flagged:
                row |= {"flags_per_1000": round(1000 * flagged[row["code"]] / count, 4), "flag_posts": count}
    frame = pl.DataFrame(rows, schema=_measured()).with_columns(weights=pl.lit(weights_version(weights)))
    path = weights / FILE
    frame.sort("family", "code").write_csv(path)
    return path


def label_quality(seeds: Path = sql.SEEDS) -> pl.DataFrame:
    """How right the labels are, a row for every indication, for any of them, and for every sentiment.

    Columns: those of core.label_quality but what reviews fill. `is_measured` of an indication is what the seed says:
    a class that is not measured on real text is a review list with a count. Shares with 95 % bootstrap intervals; null
    where nothing was measured with the weights in use, whose test set is then "".
    """
    folder = files.folder_of(seeds)
    path = folder / FILE
    columns = _measured()
    frame = pl.DataFrame(schema=columns)
    if path.is_file():
        measures = pl.read_csv(path, schema={**columns, "weights": pl.String})
        frame = measures.filter(pl.col("weights") == weights_version(folder)).select(*columns)
    called = {row["code"]: row["is_measured"] == "true" for row in read_seed("indications", seeds)}
    wanted = [(_INDICATIONS, code, called.get(code)) for code in (*called, ANY)]
    wanted += [(_SENTIMENT, name, None) for name in SENTIMENTS]
    keys = pl.DataFrame(wanted, schema={"family": pl.String, "code": pl.String, "called": pl.Boolean}, orient="row")
    return (
        keys.join(frame, on=["family", "code"], how="left")
        .with_columns(pl.col("test_set_id", "test_set_en").fill_null(""), pl.col("is_real").fill_null(False))
        .with_columns(is_measured=pl.coalesce("called", "is_real"))
        .select(*_columns())
        .sort("family", "code")
    )
