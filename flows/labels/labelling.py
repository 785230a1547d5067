"""Texts to labels: the kernel over a batch, then the phrase rules on the few texts they concern.

A batch is large because the regular expressions of the rules are made anew for each.
"""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.labels import weights as files
from flows.labels.calibration import sentiment_probabilities
from flows.labels.compiled.batch import (
    COUNTS,
    HAS_CONTENT,
    LABEL,
    LANGUAGE,
    MAY_NAME_PLACE,
    found_of,
    read_letters_table,
    read_table,
    run_loop,
)
from flows.labels.compiled.rules import LANGUAGE_CODES
from flows.labels.compiled.scoring import WIDTH
from flows.labels.corpora import SENTIMENTS
from flows.labels.hoaxes import find_hoaxes
from flows.labels.indications import HOAX, Found, candidates, find_codes, heed_exclusions, lists_of_bits, read_votes
from flows.labels.model import Model, read_model, scores
from flows.labels.places import find_districts
from flows.labels.text import Buffers, buffers, written
from flows.labels.vocabulary import read_vocabulary

Floats = npt.NDArray[np.float64]

BATCH = 100_000  # texts at a time, so that memory stays flat
_FEWEST = 5_000  # texts for which a thread is worth its while
_PART = 2_000  # texts whose numbers stay in the processor's cache


def read_tables(seeds: Path = sql.SEEDS) -> None:
    """Reads weights and vocabulary, which `label` does at its first call in a process; needs no compiled kernel."""
    read_model(files.folder_of(seeds))
    read_table(seeds)
    read_letters_table()


class Read(NamedTuple):
    """What the kernel writes for each text of a batch."""

    has_content: npt.NDArray[np.bool_]
    may_name_place: npt.NDArray[np.bool_]
    lexicon: Floats
    topics: npt.NDArray[np.uint64]
    slots: npt.NDArray[np.uint64]
    languages: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.int32]


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

    def language_names(self) -> list[str | None]:
        """The language of each text."""
        return [LANGUAGE_CODES[place] for place in self.languages.tolist()]


def _read_part(texts: Buffers, model: Model, seeds: Path) -> tuple[npt.NDArray[Any], ...]:
    output = found_of(len(texts.is_null), LABEL)
    run_loop(LABEL, texts.data, texts.offsets, read_table(seeds), model.matrices, output)
    families = len(model.matrices)
    counts = output.numbers[:, COUNTS : COUNTS + families]
    sums = output.numbers[:, : families * WIDTH].reshape(-1, families, WIDTH)
    return (
        output.numbers[:, HAS_CONTENT] > 0,
        output.numbers[:, MAY_NAME_PLACE] > 0,
        output.lexicon,
        output.bits[:, 0].view(np.uint64),
        output.bits[:, 1:].view(np.uint64),
        output.numbers[:, LANGUAGE].astype(np.uint8),
        counts,
        scores(model, sums, counts, output.lexicon),
    )


def read_batch(texts: Buffers, model: Model, seeds: Path = sql.SEEDS) -> tuple[Read, Floats]:
    """The kernel on one batch: what it found, and the scores of the model's outputs."""
    starts = range(0, max(len(texts.is_null), 1), _PART)
    parts = [_read_part(texts.part(start, min(start + _PART, len(texts.is_null))), model, seeds) for start in starts]
    *read, scored = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Read(*read), scored


def _districts(texts: Buffers, places: npt.NDArray[np.int64], seeds: Path) -> pl.Series:
    """The kecamatan that the texts at these places name; none in the others."""
    none = pl.Series("districts", [[]], dtype=pl.List(pl.String))
    order = np.zeros(len(texts.is_null), np.int64)
    if not len(places):
        return none.gather(order)
    named = find_districts(written(texts.rows(places), read_table(seeds), is_masked=False), seeds)
    order[places] = np.arange(1, len(places) + 1)
    return pl.concat([none, named.alias("districts")]).gather(order)


def _judge(texts: Buffers, model: Model, seeds: Path) -> Judged:
    reading, scored = read_batch(texts, model, seeds)
    districts = _places_thread().submit(_districts, texts, np.flatnonzero(reading.may_name_place), seeds)
    votes = read_votes(texts, candidates(reading.slots, seeds), seeds)
    codes = heed_exclusions(find_codes(model, scored, votes, reading.has_content), texts, seeds)
    codes[HOAX] = find_hoaxes(texts, seeds)
    return Judged(
        has_content=reading.has_content & ~texts.is_null,
        sentiment=sentiment_probabilities(scored[:, : len(SENTIMENTS)], model.temperature),
        lexicon=reading.lexicon,
        scores=scored,
        topics=lists_of_bits(reading.topics, read_vocabulary(seeds).topics, "topics"),
        districts=districts.result(),
        languages=reading.languages,
        codes=codes,
    )


@cache
def _threads() -> ThreadPoolExecutor:
    """One thread a core, kept: each keeps its room in the kernel and its compiled regular expressions."""
    return ThreadPoolExecutor(os.cpu_count())


@cache
def _places_thread() -> ThreadPoolExecutor:
    """A thread for the places: polars keeps 32 regular expressions a thread, and these would drive out the cues'."""
    return ThreadPoolExecutor(1)


for _threads_of in (_threads, _places_thread):
    os.register_at_fork(after_in_child=_threads_of.cache_clear)


def judge(texts: pl.Series, seeds: Path = sql.SEEDS, weights: Path | None = None) -> Iterator[Judged]:
    """Batches of texts judged, in order, one on each of the machine's cores at a time."""
    model = read_model(weights or files.folder_of(seeds))
    whole, count, cores = buffers(texts), len(texts), os.cpu_count() or 1
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
