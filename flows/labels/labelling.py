"""Texts to labels: the kernel over a batch, then the phrase rules on the few texts they concern.

A batch is large because the regular expressions of the rules are made anew for each.
"""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from multiprocessing import parent_process
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.labels import weights as files
from flows.labels.calibration import sentiment_probabilities
from flows.labels.compiled.batch import no_tables
from flows.labels.compiled.rules import LANGUAGE_CODES
from flows.labels.corpora import SENTIMENTS
from flows.labels.hoaxes import find_hoaxes
from flows.labels.indications import HOAX, Found, candidates, find_codes, heed_exclusions, lists_of_bits, read_votes
from flows.labels.model import Model, Sums, read_model, scores
from flows.labels.places import find_districts
from flows.labels.reading import Reading, read
from flows.labels.tables import read_meanings
from flows.labels.text import Buffers, buffers

Floats = npt.NDArray[np.float64]

BATCH = 100_000  # texts at a time, so that memory stays flat
_FEWEST = 5_000  # texts for which a thread is worth its while


def read_tables(seeds: Path = sql.SEEDS) -> None:
    """Reads weights and letters, which `label` does at its first call in a process; needs no compiled kernel."""
    read_model(files.folder_of(seeds))
    no_tables()


class Judged(NamedTuple):
    """Everything that texts alone tell, as columns: lists of codes, probabilities, and each code's findings."""

    has_content: npt.NDArray[np.bool_]
    sentiment: Floats  # probabilities of SENTIMENTS
    lexicon: Floats
    scores: Floats
    topics: pl.Series
    districts: pl.Series
    languages: npt.NDArray[np.uint8]
    codes: dict[str, Found]
    masked: pl.Series  # the texts as the rules read them

    def language_names(self) -> list[str | None]:
        """The language of each text."""
        return [LANGUAGE_CODES[place] for place in self.languages.tolist()]


def read_batch(texts: Buffers, model: Model, seeds: Path = sql.SEEDS) -> tuple[Reading, Floats]:
    """The kernel on one batch: what it read, and the scores of the model's outputs."""
    reading = read(texts, model.matrices, seeds)
    return reading, scores(model, Sums(reading.sums, reading.phrases, reading.counts, reading.lexicon))


def _districts(reading: Reading, seeds: Path) -> pl.Series:
    """The kecamatan that the texts name; none in those that may name no place."""
    none = pl.Series("districts", [[]], dtype=pl.List(pl.String))
    order = np.zeros(len(reading.may_name_place), np.int64)
    places = np.flatnonzero(reading.may_name_place)
    if not len(places):
        return none.gather(order)
    named = find_districts(reading.typed.gather(places), seeds)
    order[places] = np.arange(1, len(places) + 1)
    return pl.concat([none, named.alias("districts")]).gather(order)


def _judge(texts: Buffers, model: Model, seeds: Path) -> Judged:
    reading, scored = read_batch(texts, model, seeds)
    districts = _places_thread().submit(_districts, reading, seeds)
    votes = read_votes(reading.masked, candidates(reading.slots, seeds), seeds)
    codes = heed_exclusions(find_codes(model, scored, votes, reading.has_content), reading.masked, seeds)
    codes[HOAX] = find_hoaxes(reading.masked, seeds)
    return Judged(
        has_content=reading.has_content & ~texts.is_null,
        sentiment=sentiment_probabilities(scored[:, : len(SENTIMENTS)], model.temperature),
        lexicon=reading.lexicon,
        scores=scored,
        topics=lists_of_bits(reading.topics, read_meanings(seeds).topics, "topics"),
        districts=districts.result(),
        languages=reading.languages,
        codes=codes,
        masked=reading.masked,
    )


def _cores() -> int:
    """How many cores there are to label on: one for a process of several, beside which others are at work."""
    return 1 if parent_process() is not None else os.cpu_count() or 1


@cache
def _threads() -> ThreadPoolExecutor:
    """One thread a core, kept: each keeps its room in the kernel and its compiled regular expressions."""
    return ThreadPoolExecutor(_cores())


@cache
def _places_thread() -> ThreadPoolExecutor:
    """A thread for the places: polars keeps 32 regular expressions a thread, and these would drive out the cues'."""
    return ThreadPoolExecutor(1)


for _threads_of in (_threads, _places_thread):
    os.register_at_fork(after_in_child=_threads_of.cache_clear)


def judge(texts: pl.Series, seeds: Path = sql.SEEDS, weights: Path | None = None) -> Iterator[Judged]:
    """Batches of texts judged, in order, one on each core at a time."""
    model = read_model(weights or files.folder_of(seeds))
    whole, count, cores = buffers(texts), len(texts), _cores()
    size = min(max(-(-count // cores), _FEWEST), BATCH)
    waiting: deque[Future[Judged]] = deque()
    for start in range(0, max(count, 1), size):
        waiting.append(_threads().submit(_judge, whole.part(start, min(start + size, count)), model, seeds))
        if len(waiting) > cores:  # no more than so many are held at once
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def text_columns(judged: Judged) -> pl.DataFrame:
    """Sentiment, its score (-1..1), topics, districts and language; null where there is nothing to label."""
    names = pl.Series(SENTIMENTS)
    languages = pl.Series(LANGUAGE_CODES, dtype=pl.String)
    score = (judged.sentiment[:, 2] - judged.sentiment[:, 0]).round(4) + 0.0
    frame = pl.DataFrame(
        {
            "has_content": judged.has_content,
            "sentiment": names.gather(judged.sentiment.argmax(axis=1)),
            "sentiment_score": score,
            "topics": judged.topics,
            "districts": judged.districts,
            "language": languages.gather(judged.languages),
        }
    )
    content = pl.col("has_content")
    return frame.select(
        pl.when(content).then("sentiment").alias("sentiment"),
        pl.when(content).then("sentiment_score").alias("sentiment_score"),
        "topics",
        "districts",
        pl.when(content).then("language").alias("language"),
    )
