"""Labels: texts in, columns out. Pure functions; no clock, no network, no state but the seeds and the weights.

`label` gives sentiment, topics, indications, districts and language: a small model trained on ronda's own corpus and
public ones, cue rules, taxonomies, an ambiguity rule for place names, and published fact-checks. Their measured error
is in `MODEL_CARD.md` and belongs beside every number that rests on them. Whom a text is about changes no label:
names, parties and running numbers are masked first.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import sql
from flows.labels.version import label_version

if TYPE_CHECKING:  # what labels takes half a second to import; who asks for their version needs none of it
    import polars as pl

    from flows.labels.explaining import Reason

__all__ = ["label", "label_quality", "label_version", "read_tables", "reasons"]


def reasons(texts: "pl.Series", indications: "pl.Series", seeds: Path = sql.SEEDS) -> "list[tuple[Reason, ...]]":
    """Why each text has its indications; see `explaining.reasons`."""
    from flows.labels import explaining

    return explaining.reasons(texts, indications, seeds)


def read_tables(seeds: Path = sql.SEEDS) -> None:
    """Reads what the first call of `label` in a process would read; see `labelling.read_tables`."""
    from flows.labels import labelling

    labelling.read_tables(seeds)


def label_quality(seeds: Path = sql.SEEDS) -> "pl.DataFrame":
    """What is known of how often the labels are right; see `quality.label_quality`."""
    from flows.labels import quality

    return quality.label_quality(seeds)


def label(texts: "pl.Series", created_at: "pl.Series", seeds: Path = sql.SEEDS) -> "pl.DataFrame":
    """Labels of masked texts and their times (UTC), same length and order.

    Columns: sentiment (negative, neutral, positive; null when there is nothing to label), sentiment_score (-1..1 or
    null), topics, indications and districts (lists of codes, empty where none), language (id, jv, mixed, other or
    null where nothing tells), label_version, class_probability (the largest of any class, in per mille: what the review
    sample is drawn by). Raises ValueError when the two series differ in length, UsageError when
    a seed or a weight file is missing or wrong.
    """
    import numpy as np
    import polars as pl

    from flows.labels.indications import list_indications, phases_of, top_probabilities
    from flows.labels.labelling import judge, text_columns
    from flows.periods import read_election

    if len(texts) != len(created_at):
        raise ValueError(f"{len(texts)} texts but {len(created_at)} times")
    batches = list(judge(texts, seeds))
    frame = pl.concat([text_columns(judged) for judged in batches])
    flags, shares = (
        {code: np.concatenate([getattr(judged.codes[code], name) for judged in batches]) for code in batches[0].codes}
        for name in ("flag", "probability")
    )
    phases = phases_of(created_at, read_election(seeds))
    indications = list_indications(flags, phases, seeds)
    return frame.select(
        "sentiment",
        "sentiment_score",
        "topics",
        indications,
        "districts",
        "language",
        pl.lit(label_version(seeds)).alias("label_version"),
        top_probabilities(shares, phases, seeds),
    )
