"""What `ronda label train|apply|evaluate|explain` do; the command line only parses and prints."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.exits import InputRefusedError, UsageError
from flows.files.record import named
from flows.labels import acts, applying, evaluation, explaining, quality, talk
from flows.labels import weights as files
from flows.labels.corpora import OWN_FOLDER, SCHEMA, read_labelled, read_own, read_public
from flows.labels.model import read_model
from flows.post import REMEDIES
from flows.progress import Advance
from flows.settings import Settings

Say = Callable[[str], None]


class Sources(NamedTuple):
    """What to train on: labelled CSVs of an operator, the folder of data of others, and that of the own corpus."""

    files: list[Path]
    corpora: Path | None
    own: Path | None


def train(settings: Settings, sources: Sources, target: Path, say: Say) -> None:
    """Trains weight files into a folder."""
    from flows.labels.training import train as fit_all

    if sources.corpora is not None and not sources.corpora.is_dir():
        raise UsageError(f"The folder of corpora {sources.corpora} is missing.")
    frames = [read_own(sources.own or OWN_FOLDER), read_public(sources.corpora)]
    for path in sources.files:
        labelled = read_labelled(path)
        missing = [pl.lit(None, dtype=pl.String).alias(name) for name in SCHEMA if name not in labelled.columns]
        labelled = labelled.with_columns(missing).with_columns(
            source=pl.lit(path.stem), split=pl.lit("train"), origin=pl.lit(path.stem)
        )
        if labelled.is_empty():
            raise InputRefusedError(f"{path} holds no labelled post.")
        frames.append(labelled.select(*SCHEMA))
    frame = pl.concat(frames)
    for source, count in frame.group_by("source", maintain_order=True).len().iter_rows():
        say(f"{count:6} posts of {source}")
    first, second = fit_all(frame, settings.seeds)
    target.mkdir(parents=True, exist_ok=True)
    written = [(files.OWN_FILE, first)] + ([(files.SHARE_ALIKE_FILE, second)] if second else [])
    if second is None:
        (target / files.SHARE_ALIKE_FILE).unlink(missing_ok=True)
    for name, weights in written:
        path = target / name
        path.write_bytes(files.to_bytes(weights))
        say(f"{path}: {path.stat().st_size:,} bytes, {weights.licence}, checksum {files.checksum(path)}")
    read_model.cache_clear()


def learn(settings: Settings, reviews: pl.DataFrame, target: Path, say: Say) -> None:
    """Moves the present weights by accepted reviews (key, text, code) and writes them where they are better."""
    from flows.labels import learning

    better, outcomes = learning.learn(reviews, settings.seeds)
    if not outcomes:
        raise UsageError(
            f"{len(reviews)} accepted reviews are too few to learn from: a class needs {learning.LEAST_REVIEWS}, "
            f"{learning.LEAST_OF_CLASS} of the class in the third kept aside and as many in the rest; review more."
        )
    for one in outcomes:
        say(
            f"{one.code}: F1 {one.present:.3f} -> {one.proposed:.3f} on {one.posts} reviews kept aside "
            f"({one.of_class} of the class), difference {one.low:+.3f} to {one.high:+.3f}: "
            f"{'adopted' if one.is_better else 'not adopted'}"
        )
    if better is None:
        say("No class is better by its whole interval; the weights stay as they are.")
        return
    target.mkdir(parents=True, exist_ok=True)
    shared = files.folder_of(settings.seeds) / files.SHARE_ALIKE_FILE
    if shared.is_file() and shared.parent != target:
        (target / files.SHARE_ALIKE_FILE).write_bytes(shared.read_bytes())
    path = target / files.OWN_FILE
    path.write_bytes(files.to_bytes(better))
    read_model.cache_clear()
    say(f"{path}: checksum {files.checksum(path)}. The labels have a new version: every series breaks where it begins,")
    say("and `ronda backfill FIRST LAST --relabel --reason TEXT` labels older posts anew.")


def apply(settings: Settings, source: Path, target: Path, say: Say, advance: Advance) -> None:
    """Labels a file of posts; raises InputRefusedError, after the others are labelled, when some rows are none."""
    result = applying.apply(source, target, settings.seeds, advance=advance)
    say(f"{result.posts} posts labelled into {target}; terdeteksi otomatis, belum ditinjau:")
    for code, number in result.flagged.items():
        say(f"{number:6} {code}")
    if result.refused:
        remedies = sorted({REMEDIES[each.reason] for each in result.first_refused if each.reason in REMEDIES})
        raise InputRefusedError(
            f"{result.refused:,} rows of {source} are not labelled: {named(result.first_refused, result.refused)}; "
            f"{', '.join(remedies) or 'correct them and label the file again'} (all of them: {result.refused_path})."
        )


def evaluate(settings: Settings, path: Path | None, test_set: str | None, *, as_json: bool, say: Say) -> None:
    """Measures the labels on a labelled CSV, or shows what was measured in training; writes the measures as JSON.

    With the name of a test set of real posts, its measures become those that reports print.
    """
    if path is None:
        stored = files.read_weights(files.folder_of(settings.seeds) / files.OWN_FILE).measured
        say(json.dumps(stored, indent=2))
        return
    if not path.is_file():
        raise UsageError(f"{path} is missing; give a table with the columns text and sentiment or indications.")
    frame = read_labelled(path)
    if frame.is_empty():
        raise InputRefusedError(f"{path} holds no post.")
    result = evaluation.evaluate(frame, settings.seeds)
    folder = settings.home / "evaluations"
    folder.mkdir(parents=True, exist_ok=True)
    written = json.dumps(result, indent=2) + "\n"
    (folder / f"{path.stem}.json").write_text(written, encoding="utf-8")
    if test_set is not None:
        named = quality.CodedSet(test_set, test_set)
        quality.record(result, named, len(frame), files.folder_of(settings.seeds))
    say(written.rstrip() if as_json else f"{evaluation.as_text(result)}\nwritten to {folder / f'{path.stem}.json'}")


def evaluate_acts(settings: Settings, folder: Path, *, as_json: bool, say: Say) -> None:
    """Measures how acts are told from talk about them (`acts.py`), and how much of the talk is flagged (`talk.py`)."""
    measured, spoken = acts.measure(folder, settings.seeds), talk.measure(folder, settings.seeds)
    if as_json:
        say(json.dumps(measured | {"talk": spoken}, indent=2))
    else:
        say(f"{acts.as_text(measured)}\n{talk.as_text(spoken)}")


def explain(settings: Settings, text: str, created_at: datetime | None, say: Say) -> None:
    """Says why a text has its labels."""
    say(explaining.as_text(explaining.explain(text, created_at, settings.seeds), text, settings.seeds))
