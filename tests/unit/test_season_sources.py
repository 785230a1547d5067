"""The season seen through ronda's own sources: every format parses, and the latest observation is the truth."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from flows.files.record import Fault
from flows.post import Post, Rejected
from flows.settings import Settings
from flows.simulation import write_season
from flows.sources import recognise

Outcome = Post | str


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_season(tmp_path_factory.mktemp("season"), posts=8000, seed=3).folder


def outcomes(path: Path, settings: Settings) -> Iterator[tuple[int, Outcome]]:
    form, _ = recognise(path, settings)
    with path.open("rb") as stream:
        for record in form.records(stream):
            if isinstance(record, Fault):
                yield record.number, str(record.reason)
                continue
            try:
                yield record.number, form.post(record.raw)
            except Rejected as rejected:
                yield record.number, str(rejected.reason)


METRICS = ("likes", "comments", "shares", "views")


def test_the_latest_full_observation_of_every_post_is_its_truth_and_the_latest_word_on_each_count(season: Path) -> None:
    settings = Settings()
    latest: dict[tuple[str, str], tuple[tuple[bool, int], Post]] = {}
    counts: dict[tuple[str, str, str], tuple[int, int]] = {}
    for batch in json.loads((season / "season.json").read_bytes())["batches"]:
        landed = int(datetime.fromisoformat(batch["landed_at"]).timestamp())
        for name in set(batch["files"]) - {"collection.csv", "removals.csv"}:
            for _, post in outcomes(season / "exports" / batch["week"] / name, settings):
                if isinstance(post, Post):
                    rank = (not post.is_partial, landed if post.observed_at is None else post.observed_at)
                    assert rank[1] <= landed
                    key = (post.platform, post.post_id)
                    if key not in latest or rank >= latest[key][0]:
                        latest[key] = (rank, post)
                    for metric in METRICS:
                        value, known = getattr(post, metric), counts.get((*key, metric))
                        if value is not None and (known is None or rank[1] >= known[0]):
                            counts[*key, metric] = (rank[1], value)
    truth = pl.read_parquet(season / "truth" / "posts.parquet").with_columns(pl.col("created_at").dt.epoch("s"))
    found = {
        key: (post.created_at, *(counts.get((*key, metric), (0, None))[1] for metric in METRICS), post.text or None)
        for key, (_, post) in latest.items()
    }
    shown = truth.select("platform", "post_id", "created_at", *METRICS, "text").rows()
    assert found == {(row[0], row[1]): row[2:] for row in shown}


def test_every_reject_is_an_injected_fault_with_the_injected_reason(season: Path) -> None:
    events = pl.read_csv(season / "truth" / "events.csv", infer_schema=False).filter(event="malformed")
    injected = {
        (batch, file, int(line)): note
        for batch, file, line, note in events.select("batch", "file", "line", "note").rows()
    }
    settings = Settings()
    rejected = {}
    for path in sorted((season / "exports").glob("*/*")):
        if path.name not in ("collection.csv", "removals.csv"):
            for number, outcome in outcomes(path, settings):
                if isinstance(outcome, str):
                    rejected[path.parent.name, path.name, number] = outcome
    assert rejected == injected
    assert len(set(injected.values())) >= 7
