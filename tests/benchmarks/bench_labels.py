"""How fast labels are and what they flag on real texts: python -m tests.benchmarks.bench_labels [FOLDER]

FOLDER (default RONDA_SHARED_DATA or ../shared/data) holds texts/comments.txt.gz and annotated/dev.csv. Prints posts a
second, the flag rate of every code per 1,000 real comments, and F1 with its counts on the annotated set.
"""

import gzip
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from flows.labels import label
from flows.labels.indications import cue_flags
from flows.labels.text import mask_contestants, normalise, pad

FLOOR = 60_000  # posts a second on two free cores
RUNS = 5


def f1(truth: pl.Series, found: pl.Series) -> tuple[float, int, int, int]:
    """F1 of boolean columns, and true positives, false positives, false negatives."""
    hits, wrong, missed = (truth & found).sum(), (~truth & found).sum(), (truth & ~found).sum()
    return 2 * hits / max(1, 2 * hits + wrong + missed), hits, wrong, missed


def times(count: int) -> pl.Series:
    """One moment in the campaign for every text."""
    return pl.Series([datetime(2024, 1, 15, tzinfo=UTC)], dtype=pl.Datetime("us", "UTC")).new_from_index(0, count)


def speed(comments: pl.Series) -> float:
    """Posts a second, the best of some runs (the machine may be shared)."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        label(comments, times(len(comments)))
        seconds.append(time.perf_counter() - start)
    return len(comments) / min(seconds)


def main() -> None:
    """Runs everything and prints it."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RONDA_SHARED_DATA", "../shared/data")
    folder = Path(given)
    with gzip.open(folder / "texts" / "comments.txt.gz", "rt", encoding="utf-8") as lines:
        comments = pl.Series(lines.read().splitlines())
    rate = speed(comments)
    print(f"{rate:,.0f} posts/s ({rate / FLOOR:.2f} of the floor of {FLOOR:,})")
    flags = cue_flags(pad(mask_contestants(normalise(comments))))
    for code in flags.columns:
        print(f"{code:16} {flags[code].sum():6} flagged, {1000 * flags[code].sum() / len(flags):.2f} per 1,000")
    dev = pl.read_csv(folder / "annotated" / "dev.csv")
    found = label(dev["text"], times(len(dev)))
    classes = ("negative", "neutral", "positive")
    sentiment = found["sentiment"].fill_null("neutral")
    scores = [f1(dev["sentiment"] == name, sentiment == name) for name in classes]
    print(f"sentiment macro-F1 {sum(score[0] for score in scores) / len(classes):.3f}")
    coded = dev["indications"].fill_null("").str.split(";").list.set_difference(["", "call_to_vote"])
    cases = {"any indication": (coded.list.len() > 0, found["indications"].list.len() > 0)}
    for code in ("insult", "hate_speech"):
        cases[code] = (coded.list.contains(code), found["indications"].list.contains(code))
    for name, (truth, flagged) in cases.items():
        score, hits, wrong, missed = f1(truth, flagged)
        print(f"{name:16} F1 {score:.3f} (hits {hits}, wrong {wrong}, missed {missed})")


if __name__ == "__main__":
    main()
