"""Texts to labels: the kernel over batches on all cores, then the phrase rules on the few texts they concern."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.exits import UsageError
from flows.labels import weights as files
from flows.labels.calibration import sentiment_probabilities
from flows.labels.compiled.batch import label_loop, read_table, room_for
from flows.labels.compiled.rules import LANGUAGE_CODES, SLOT_NUMBERS
from flows.labels.compiled.scoring import WIDTH
from flows.labels.corpora import SENTIMENTS
from flows.labels.hoaxes import find_hoaxes
from flows.labels.indications import HOAX, Found, candidates, find_codes, lists_of_bits, read_votes
from flows.labels.letters import read_letters
from flows.labels.model import Model, read_model, scores
from flows.labels.places import find_districts
from flows.labels.text import Buffers, buffers, written
from flows.labels.vocabulary import read_vocabulary

Floats = npt.NDArray[np.float64]

RULES = "labels-2"  # raise it with every change of the rules that is not a change of a seed or of the weights
SEEDS_READ = (
    *("calendar", "contestants", "cues", "election", "fact_checks", "function_words", "indications", "lexicon"),
    *("place_names", "places", "topics"),
)
BATCH = 20_000  # texts at a time, so that memory stays flat
_FEATURES_PER_POINT = 3  # words, pairs and negated words; the windows are fewer


@cache
def label_version(seeds: Path = sql.SEEDS, weights: Path | None = None) -> str:
    """A short name of rules, seeds and weights, `labels-2-1a2b3c4d`: another version breaks every labelled series."""
    digest = hashlib.sha256(read_model(weights or files.folder_of(seeds)).version.encode())
    for name in SEEDS_READ:
        path = seeds / f"{name}.csv"
        if not path.is_file():
            raise UsageError(f"The seed {name}.csv is missing in {seeds}; labels need it.")
        digest.update(f"{name}\n{path.read_text(encoding='utf-8')}\n".encode())
    return f"{RULES}-{digest.hexdigest()[:8]}"


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


def read_batch(texts: Buffers, model: Model, seeds: Path = sql.SEEDS) -> tuple[Read, Floats]:
    """The kernel on one batch: what it found, and the scores of the model's outputs."""
    count = len(texts.is_null)
    room = room_for(texts.longest())
    found = Read(
        has_content=np.zeros(count, np.bool_),
        may_name_place=np.zeros(count, np.bool_),
        lexicon=np.zeros(count),
        topics=np.zeros(count, np.uint64),
        slots=np.zeros((count, SLOT_NUMBERS), np.uint64),
        languages=np.zeros(count, np.uint8),
        counts=np.zeros((count, len(model.matrices)), np.int32),
    )
    sums = np.zeros((count, len(model.matrices), WIDTH), np.int32)
    hashes = np.zeros((len(model.matrices), _FEATURES_PER_POINT * len(room.points)), np.uint64)
    label_loop()(
        texts.data, texts.offsets, read_letters(), read_table(seeds), room, hashes, model.matrices, sums, found
    )
    return found, scores(model, sums, found.counts, found.lexicon)


def _judge(texts: Buffers, model: Model, seeds: Path) -> Judged:
    found, scored = read_batch(texts, model, seeds)
    vocabulary = read_vocabulary(seeds)
    votes = read_votes(texts, candidates(found.slots, seeds), seeds)
    codes = find_codes(model, scored, votes, found.has_content)
    codes[HOAX] = find_hoaxes(texts, seeds)
    places = np.flatnonzero(found.may_name_place)
    districts = pl.Series("districts", [[]], dtype=pl.List(pl.String)).new_from_index(0, len(found.lexicon))
    if len(places):
        named = find_districts(written(texts.rows(places), read_table(seeds), is_masked=False), seeds)
        order = np.zeros(len(found.lexicon), np.int64)
        order[places] = np.arange(1, len(places) + 1)
        districts = pl.concat([districts.head(1), named.alias("districts")]).gather(order)
    return Judged(
        has_content=found.has_content & ~texts.is_null,
        sentiment=sentiment_probabilities(scored[:, : len(SENTIMENTS)], model.temperature),
        lexicon=found.lexicon,
        scores=scored,
        topics=lists_of_bits(found.topics, vocabulary.topics, "topics"),
        districts=districts,
        languages=found.languages,
        codes=codes,
    )


def judge(texts: pl.Series, seeds: Path = sql.SEEDS, weights: Path | None = None) -> Iterator[Judged]:
    """Batches of texts judged in order, several at a time on the machine's cores."""
    model = read_model(weights or files.folder_of(seeds))
    read_vocabulary(seeds)
    whole = buffers(texts)
    starts = range(0, max(len(texts), 1), BATCH)
    parts = [whole.part(start, min(start + BATCH, len(texts))) for start in starts]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        yield from threads.map(lambda part: _judge(part, model, seeds), parts)


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
