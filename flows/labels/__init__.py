"""Labels: texts in, columns out. Pure functions; no clock, no network, no state but the seeds.

`label` gives sentiment, topics, indications, districts and language by rules: a lexicon with negation, taxonomies,
an ambiguity rule for place names, and act and exclusion cues. The rules are honest about what they are: they read
words and not meaning, they miss sarcasm and paraphrase, and their measured error belongs beside every number that
rests on them. Whom a text is about changes no label: names, parties and running numbers are masked first.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import polars as pl

import sql
from flows.exits import UsageError
from flows.labels.indications import cue_flags, list_indications, phases_of
from flows.labels.language import language_words, tell_language
from flows.labels.places import find_districts
from flows.labels.sentiment import join_phrases, judge_sentiment, sentiment_words
from flows.labels.text import has_content, mask_contestants, normalise, pad
from flows.labels.tokens import tokenise
from flows.labels.topics import find_topics
from flows.periods import read_election, read_seed, seed_path

RULES = "rules-1"  # raise it with every change of the rules that is not a change of a seed
SEEDS_READ = (
    "calendar",
    "contestants",
    "cues",
    "election",
    "function_words",
    "indications",
    "lexicon",
    "place_names",
    "places",
    "topics",
)
BATCH = 20_000  # texts at a time, so that memory stays flat


@cache
def label_version(seeds: Path = sql.SEEDS) -> str:
    """A short name of rules and seeds, `rules-1-1a2b3c4d`: another version means a break in every labelled series."""
    digest = hashlib.sha256()
    for name in SEEDS_READ:
        path = seed_path(name, seeds)
        if not path.is_file():
            raise UsageError(f"The seed {name}.csv is missing in {seeds}; labels need it.")
        digest.update(f"{name}\n{path.read_text(encoding='utf-8')}\n".encode())
    return f"{RULES}-{digest.hexdigest()[:8]}"


@cache
def _vocabulary(seeds: Path) -> tuple[str, ...]:
    """Every word that some rule looks up, in a fixed order."""
    return tuple(sorted(sentiment_words(seeds) | language_words(seeds)))


def label_quality(seeds: Path = sql.SEEDS) -> pl.DataFrame:
    """What is known of how often the labels are right; columns and their meaning: `sql/core/label_quality.sql`.

    Nothing was measured of these rules: every class is a review list with a count.
    """
    rows = [
        {
            **{"family": "indications", "code": row["code"], "test_set_id": "", "test_set_en": ""},
            **{"is_real": False, "is_measured": row["is_measured"] == "true"},
        }
        for row in read_seed("indications", seeds)
    ]
    return pl.DataFrame(rows).sort("family", "code")


def _label_texts(texts: pl.Series, seeds: Path) -> pl.DataFrame:
    """Everything that depends on the text alone: the label columns, and the cue flags as columns `cue_<code>`."""
    spoken = normalise(texts)
    padded = pad(mask_contestants(spoken, seeds))
    joined = join_phrases(padded, seeds)
    tokens = tokenise(joined, _vocabulary(seeds))
    return pl.DataFrame(
        [
            *judge_sentiment(tokens, has_content(spoken), seeds).get_columns(),
            find_topics(padded, seeds),
            find_districts(pad(spoken), seeds),
            tell_language(tokens, padded, seeds),
        ]
    ).hstack(cue_flags(padded, seeds).select(pl.all().name.prefix("cue_")))


def label(texts: pl.Series, created_at: pl.Series, seeds: Path = sql.SEEDS) -> pl.DataFrame:
    """Labels of masked texts and their times (UTC), same length and order.

    Columns: sentiment (negative, neutral, positive; null when there is nothing to label), sentiment_score (-1..1 or
    null), topics, indications and districts (lists of codes, empty where none), language (id, jv, mixed, other or
    null where nothing tells), label_version. Raises ValueError when the two series differ in length, UsageError when
    a seed is missing or wrong.
    """
    if len(texts) != len(created_at):
        raise ValueError(f"{len(texts)} texts but {len(created_at)} times")
    election = read_election(seeds)
    unique = texts.cast(pl.String).unique(maintain_order=True)
    batches = [unique.slice(start, BATCH) for start in range(0, max(len(unique), 1), BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        frames = list(threads.map(lambda batch: _label_texts(batch, seeds), batches))
    by_text = pl.concat(frames).with_columns(unique.alias("text"))
    frame = pl.DataFrame({"text": texts.cast(pl.String)}).join(
        by_text, on="text", how="left", nulls_equal=True, maintain_order="left"
    )
    flags = frame.select(pl.col("^cue_.*$").name.map(lambda name: name.removeprefix("cue_")))
    found = list_indications(flags, phases_of(created_at, election), seeds)
    return frame.select(
        "sentiment",
        "sentiment_score",
        "topics",
        found,
        "districts",
        "language",
        pl.lit(label_version(seeds)).alias("label_version"),
    )
