"""How fast labels are: `python -m tests.benchmarks.bench_labels [FOLDER] [--only NAME]`, NAME one of the benchmarks.

FOLDER (default RONDA_SHARED_DATA or ../shared/data) holds texts/comments.txt.gz. Prints posts a second of raw text to
all labels, by processor time (of one core) and by the clock (of all); what a first and a second process wait for the
compiled kernel; the memory of `ronda label apply` at two sizes; how many times as long the tests' slow oracle takes.

Alone on the machine, 30 November 2026: 140,000 posts a second of a core and 247,000 of both, five times the comments.
"""

import argparse
import gzip
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

TARGET = 125_000  # posts a second of one core
COPIES = 5  # of the comments, shuffled: 200,000 posts
RUNS = 4
SIZES = (200_000, 1_000_000)  # rows of a file, for the memory
FEW = 300  # texts that the oracle reads

_START = "from flows.labels.text import normalise; import polars as pl; normalise(pl.Series(['halo']))"


def read_comments(folder: Path) -> pl.Series:
    """The real comments."""
    with gzip.open(folder / "texts" / "comments.txt.gz", "rt", encoding="utf-8") as lines:
        return pl.Series(lines.read().splitlines())


def times(count: int) -> pl.Series:
    """One moment in the campaign for every text."""
    return pl.Series([datetime(2024, 1, 15, tzinfo=UTC)], dtype=pl.Datetime("us", "UTC")).new_from_index(0, count)


def speed(comments: pl.Series) -> None:
    """Posts a second, the best of some runs (the machine may be shared)."""
    from flows.labels import label

    for name, texts in (("once", comments), (f"{COPIES} times", pl.concat([comments] * COPIES).shuffle(seed=1))):
        label(texts.head(10), times(10))
        spent, waited = [], []
        for _ in range(RUNS):
            start, begun = time.perf_counter(), time.process_time()
            label(texts, times(len(texts)))
            spent.append(time.process_time() - begun)
            waited.append(time.perf_counter() - start)
        core, clock = len(texts) / min(spent), len(texts) / min(waited)
        print(
            f"the comments {name}: {core:,.0f} posts/s a core ({core / TARGET:.2f} of the target of {TARGET:,}), "
            f"{clock:,.0f} posts/s on {os.cpu_count()} cores by the clock"
        )


def compiling(_: pl.Series) -> None:
    """Seconds of processor time of a process that needs the kernel: first and second."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        for name, code in (("imports alone", "import flows.labels"), ("first process", _START), ("second", _START)):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", code], env=environment, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(f"kernel, {name}: {after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.2f} s")


def memory(comments: pl.Series) -> None:
    """The largest resident memory of labelling files of two sizes."""
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            given, into = Path(folder) / f"{size}.csv", Path(folder) / f"{size}.labelled.csv"
            copies = -(-size // len(comments))
            pl.DataFrame({"text": pl.concat([comments] * copies).head(size)}).write_csv(given)
            code = (
                "import resource, sys; from pathlib import Path; from flows.labels.applying import apply;"
                "apply(Path(sys.argv[1]), Path(sys.argv[2]));"
                "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
            )
            start = time.perf_counter()
            told = subprocess.run([sys.executable, "-c", code, given, into], check=True, capture_output=True, text=True)
            print(f"apply, {size:,} rows: {told.stdout.strip()} MB, {time.perf_counter() - start:.0f} s")


def ratio(comments: pl.Series) -> None:
    """How many times as long the slow oracle of the tests takes for the same tokens, features and rules."""
    import sql
    from flows.labels import weights as files
    from flows.labels.labelling import read_batch
    from flows.labels.letters import read_letters
    from flows.labels.model import read_model
    from flows.labels.text import buffers
    from flows.labels.vocabulary import read_vocabulary
    from tests.labels_oracle.rules import pieces, read

    model, vocabulary, letters = read_model(files.folder_of(sql.SEEDS)), read_vocabulary(), read_letters()
    read_batch(buffers(comments.head(FEW)), model)
    begun = time.process_time()
    read_batch(buffers(comments), model)
    kernel = (time.process_time() - begun) / len(comments)
    begun = time.process_time()
    for text in comments.head(FEW):
        pieces(read(text, vocabulary, letters).tokens, vocabulary, letters)
    oracle = (time.process_time() - begun) / FEW
    print(f"kernel {1e6 * kernel:.2f} us a post, oracle {1e6 * oracle:.0f} us: {oracle / kernel:.0f} times")


BENCHMARKS = {"speed": speed, "compiling": compiling, "memory": memory, "ratio": ratio}


def main() -> None:
    """Runs the benchmarks and prints what they find."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("RONDA_SHARED_DATA", "../shared/data"), type=Path)
    parser.add_argument("--only", choices=BENCHMARKS)
    given = parser.parse_args()
    comments = read_comments(given.folder)
    for name, benchmark in BENCHMARKS.items():
        if given.only in (None, name):
            benchmark(comments)


if __name__ == "__main__":
    main()
