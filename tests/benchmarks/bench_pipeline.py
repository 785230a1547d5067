"""From landing to published tables, as ratios to what DuckDB alone needs to turn the same bytes into Parquet.

    python -m tests.benchmarks.bench_pipeline [records ...] [--times 3] [--plain PYTHON] [--steps]

Prints for each number of TikTok records (by default 100,000 and 1,000,000) the median seconds of each step, the ratio
(bar: 3.0) and the peak memory (bar: 6 GB at 10 million); the growth from the first size to the last as an exponent
(bar: 1.05); of the last size a CSV, a Graph and an Instagram export as ratios (bar: 6). `--plain` names a Python that
has pandas and scikit-learn and times `plain_script.py` (bar: ten times as long as ronda). `--steps` prints where each
microsecond of a record goes, in one process. Both sides of a ratio are measured in one run, side by side, since
machines differ and are shared.

Where a microsecond goes (`--steps`): processor time a record of 1,009,195 records, one process; both columns measured
at the same time in the night of 30 November 2026, while a dozen other processes wanted the two cores: every number is
about half as large again as it is alone. DuckDB alone takes 8.8 on a quiet machine:

    step                                     before        now
    landing: hash and pack                      5.2        5.1    the hash beside the packing, and so less by the clock
    the landed bytes proven                     1.7       <0.1    by their packed bytes, a tenth of the content
    read and map to posts                      11.5        9.6    32 bytes at a time; values asked of the memory ahead
    the same of a CSV of CrowdTangle            9.5        7.3    110,000; of these 2.0 once a file
    of Instagram's captured posts              11.9        9.9    99,000; 2.5 % one by one, which is 1.0
    labels                                     16.0       16.2    not touched
    masks, keys, words, groups, hashes          4.3        4.3    not touched
    parts written                               1.8        1.8
    into the warehouse, and expectations       10.2       10.1    3.5 of these the new posts
    the sample of the expectations              0.9        0.4    an MD5 of every post before
    names in texts                              3.0        2.5    the words of the corpus are kept
    the checks of rows                          1.4        1.2
    the gate of files                           2.0        2.1    the import of Great Expectations
    models                                      8.6        8.4    3.1 of these the terms (3.5)
    everything                                 66.6       61.7

300,000 records, before: 102, of which terms 12.4 and what is done once a process (letters and vocabulary 0.7 s, machine
code 0.5 s); letters and vocabulary are kept beside the machine code now and read in 20 milliseconds. Within a memory
limit of 500 MB for the database, a million posts are loaded and modelled in 0.7 GB; the limit of a home is 4 GB.

Two processes, alone on the machine (1 December 2026, medians of three, by the clock; bars 3.0 and, from CSV on, 6):

    TikTok, 1,009,195 records     33,700 a second   5.3 times DuckDB's 5.7 s; landing 2.4, load 22.5, models 4.5; 2.0 GB
    TikTok, 100,770 records       13,600            8.9 times; growth between the two: exponent 0.61
    CrowdTangle CSV, 401,362      27,800            14.0 times DuckDB's 1.03 s
    Graph pages, 168,097          15,100            2.9 times
    Instagram lines, 330,000      21,800            8.5 times DuckDB's 1.79 s

One run on a slower machine, alone, after ids were stored as they are: TikTok 6.0 times DuckDB's 6.7 s, 1.4 GB; CSV
10.9, Graph 3.5, Instagram 6.8 times. Ten million TikTok records (10,981,300,166 bytes), before that and with other work
beside it: landing 25 s, load 383, models 70, and DuckDB alone between 74 and 134; 4.8 GB, and 1.2 in the helper.

On a faster machine, alone, medians of three, with ids stored as they are: TikTok 5.8 times DuckDB's 4.28 s (40,900 a
second, 1.8 GB; landing 2.2, load 18.8, models 3.7), of 100,770 records 8.4; CSV 14.0, Graph 3.1, Instagram 8.0 times;
exponent 0.61. Once, 10,091,393 TikTok records (10,981 MB): 5.6 times DuckDB's 37.8 s, 47,800 a second, landing 17,
load 171, tables 23, 4.9 GB; of 4,013,707 lines of the CSV 9.5 times. From 100,770 to ten million the exponent is
0.77. DuckDB gains more from such a machine than ronda does. The plain script took 51 s there, 2.1 times as long.
Where both processes wait there, of the 12 seconds of the CSV and of Instagram: for the last piece of the other 0.9
and 0.4, for the gate of posts 0.4, and while DuckDB closes its file 1.0 and 0.6, since it joins groups of rows that
are not full; of 25 for TikTok hardly anywhere. Shares of a third or a quarter instead of halves cost as much more
reading as they save waiting; without joining (`max_vacuum_tasks`) every later load would leave a group of rows of its
own.

Of CSV and Graph pages lines are counted, not records: the CSV has 370,048 rows in its 401,362 lines, the Graph pages
161,603 posts. The ratios do not depend on it.

Reading that CSV, one process, other work beside it, seconds of the processor, from the least to the most of some twenty
runs once all is compiled: unpacking 0.15, the study of the file 0.8 to 1.7, the first half as posts 1.0 to 2.1, the
second, with what stands before it, 1.2 to 2.2. From landing to published tables it is 28, so no study and cuts at the
ends of rows would save one or two of these (an estimate; neither was built).

What was tried and does not pay: machine code for the words that may be handles (0.7 for 1.3), blocks of 16 MB for the
scan, sums of weights a row at a time in the kernel, groups of posts by author for the terms (lists cost more than
counting), parts that are not packed (0.5 less to write, twice the disk) or are Arrow files (0.9 less to write, four
times the disk), columns of their own for the 4 % of lines in other forms (so few cost more as columns than one by
one: the scan looks elsewhere for their fields instead), MD5 of texts by DuckDB in the workers (opening it costs what
it saves), `post_id` packed with Zstandard (0.1 less to write, more to join), rows written into the warehouse in any
order (no difference), a filter of bits for the posts that are there more than once (the scan of Parquet unpacks every
page all the same), parts without statistics, in small groups of rows or with categories, terms counted by the hashes
of words (0.1 of 1.5), only those texts rewritten for the terms that hold an address or mention (0.1), landing at
Zstandard's first level (0.5 less, an eighth more on the disk).

Candidates on one core of the same machine, microseconds a record of 1,087 bytes, decoded into the fields that are
used: orjson 3.2 (all fields), msgspec 1.6, DuckDB with a schema 1.8, PyArrow with a schema 4.8, Polars with a schema
10.1, the compiled scan 1.9 (1.3 since it steps over 32 bytes at a time). DuckDB turns a number into a text without a
word and takes the first of two equal keys; PyArrow and Polars give up a whole block for one odd value; msgspec makes
an object a record. So the scan was taken: it says of every line whether its values are plain.
"""

import argparse
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from expectations import run as quality
from flows import labels, processes, simulation
from flows.labels.corpora import OWN_FOLDER
from flows.loading import batches, copies, gates, load, mapped, names, prepared, privacy, proof
from flows.loading.arrivals import land_paths
from flows.loading.pending import load_pending
from flows.loading.summary import LoadSummary
from flows.publishing.build import build_tables
from flows.settings import Settings
from flows.store import models, warehouse
from flows.store.runs import Run, recorded

_TOLD = 1e-7  # seconds a record, from which a step is printed
LANDED = datetime(2024, 2, 19, tzinfo=UTC)
OTHERS = ("facebook-crowdtangle.csv", "facebook-graph.json", "instagram.ndjson")
_TIKTOK_SHARE = 0.55  # of the posts of a season
_READ = {
    ".ndjson": "read_ndjson($file, ignore_errors = true)",
    ".json": "read_json($file, ignore_errors = true, maximum_object_size = 1000000000)",
    ".csv": "read_csv($file, ignore_errors = true)",
}
_STEPS = (
    *((batches, "make_ready"), (prepared, "_columns"), (labels, "label"), (prepared, "_handles")),
    *((privacy, "masked_with_handles"), (privacy, "author_keys"), (copies, "read_words"), (copies, "text_groups")),
    *((load, "load"), (names, "hide_names"), (gates, "landing_gate"), (gates, "row_gate"), (gates, "posts_gate")),
    *((proof, "check_before_reading"),),
)


def seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def floor(export: Path, folder: Path) -> float:
    """Seconds that DuckDB needs to read a file and to write it as Parquet, on two cores."""
    with duckdb.connect() as database:
        database.execute("SET threads = 2")
        read = f"SELECT * FROM {_READ[export.suffix]}"  # noqa: S608 - readers of ours
        relation = database.from_query(read, params={"file": str(export)})
        return seconds_of(lambda: relation.write_parquet(str(folder / "floor.parquet")))


def require_loaded(summary: LoadSummary) -> None:
    """Raises where a load took less than 19 in 20 of its records: nothing is fast that does nothing."""
    if not summary.records or summary.rejects * 20 > summary.records:
        raise RuntimeError(f"of {summary.records:,} records {summary.rejects:,} were rejected: {summary.reasons}")


def _works(settings: Settings, export: Path, run: Run) -> dict[str, Callable[[], object]]:
    """The way of an export to published tables, by its steps."""
    return {
        "land": lambda: land_paths(settings, [export], LANDED),
        "load": lambda: require_loaded(load_pending(settings, run)),
        "build tables": lambda: build_tables(settings),
    }


def ronda(export: Path, folder: Path) -> dict[str, float]:
    """Seconds of each step from landing to published tables, in a fresh home, with a helper as every run has one."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        settings = Settings(home=Path(home), author_key="ab" * 32)
        settings.export()
        steps: dict[str, float] = {}
        with (
            processes.helper(quality.make_ready),
            warehouse.exclusive(settings.home),
            recorded(settings.home, "bench", {}) as run,
        ):
            for name, work in _works(settings, export, run).items():
                steps[name] = seconds_of(work)
        return steps


def compare(export: Path, records: int, times: int, folder: Path, bar: float) -> float:
    """Prints a file's medians and its ratio; gives the median of ronda."""
    floors, runs = [], []
    for _ in range(times):
        floors.append(floor(export, folder))
        runs.append(ronda(export, folder))
    whole = statistics.median(sum(run.values()) for run in runs)
    base = statistics.median(floors)
    parts = "  ".join(f"{step} {statistics.median(run[step] for run in runs):.2f}" for step in runs[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{export.name}: {records:,} records, {export.stat().st_size / 1e6:,.0f} MB; DuckDB {base:.2f} s; {parts} s")
    print(
        f"  {records / whole:,.0f} records/s; ratio {whole / base:.2f} (bar {bar:.1f}); peak {peak:.2f} GB", flush=True
    )
    return whole


def count(export: Path) -> int:
    with export.open("rb") as lines:
        return sum(1 for _ in lines)


def print_steps(export: Path, records: int, folder: Path) -> None:
    """Prints the processor time of parts of the work a record, one within another, everything in this process."""
    spent: dict[str, float] = {}

    def watch(room: object, name: str) -> None:
        work = getattr(room, name)

        def watched(*arguments: object, **named: object) -> object:
            start = time.process_time()
            try:
                return work(*arguments, **named)
            finally:
                spent[name] = spent.get(name, 0.0) + time.process_time() - start

        setattr(room, name, watched)

    for room, name in _STEPS:
        watch(room, name)
    create = models._create

    def created(connection: warehouse.Connection, model: models.Model, methods: Mapping[str, models.Method]) -> None:
        start = time.process_time()
        create(connection, model, methods)
        spent[model.qualified] = time.process_time() - start

    setattr(models, "_create", created)  # noqa: B010 - every model by its name
    reading = 0.0
    read = mapped.read_frames

    def read_frames(*arguments: object) -> object:
        nonlocal reading
        frames = read(*arguments)
        while True:
            start = time.process_time()
            frame = next(frames, None)
            reading += time.process_time() - start
            if frame is None:
                return
            yield frame

    setattr(prepared, "read_frames", read_frames)  # noqa: B010 - where it is used
    batches._PARALLEL_BYTES = batches._HELPED_BYTES = 1 << 50
    start = time.process_time()
    with tempfile.TemporaryDirectory(dir=folder) as home:
        settings = Settings(home=Path(home), author_key="ab" * 32)
        settings.export()
        with warehouse.exclusive(settings.home), recorded(settings.home, "bench", {}) as run:
            for name, work in _works(settings, export, run).items():
                begun = time.process_time()
                work()
                spent[name] = time.process_time() - begun
    spent |= {"read_frames": reading, "everything": time.process_time() - start}
    told = {name: value for name, value in spent.items() if value / records >= _TOLD}
    for name, value in sorted(told.items(), key=lambda item: -item[1]):
        print(f"  {name:<24}{value / records * 1e6:8.2f} us a record")


def main() -> None:
    """Prints the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--plain", type=Path, metavar="PYTHON", help="a Python with pandas and scikit-learn")
    parser.add_argument("--steps", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        wholes: dict[int, float] = {}
        for size in given.records:
            season = folder / f"season{size}"
            simulation.write_season(season, posts=int(size / _TIKTOK_SHARE), weekly=False)
            (exports,) = (season / "exports").iterdir()
            tiktok = exports / "tiktok.ndjson"
            records = count(tiktok)
            if given.steps:
                print_steps(tiktok, records, folder)
                return
            wholes[records] = compare(tiktok, records, given.times, folder, 3.0)
            for name in OTHERS if size == given.records[-1] else ():
                compare(exports / name, count(exports / name), given.times, folder, 6.0)
            if given.plain:
                words = [
                    given.plain,
                    Path(__file__).parent / "plain_script.py",
                    tiktok,
                    OWN_FOLDER,
                    folder / "plain.db",
                ]
                plain = seconds_of(lambda words=words: subprocess.run(words, check=True, stdout=subprocess.DEVNULL))
                print(f"  plain script {plain:.2f} s: {plain / wholes[records]:.1f} x ronda (bar 10)")
        least, most = min(wholes), max(wholes)
        if most > least:
            exponent = math.log(wholes[most] / wholes[least]) / math.log(most / least)
            print(f"growth from {least:,} to {most:,} records: exponent {exponent:.2f} (bar 1.05)")


if __name__ == "__main__":
    sys.exit(main())
