"""What a week costs on a long history: 4,000 new posts, from landing to published, beside so many that are there.

    python -m tests.benchmarks.bench_history [posts of history ...]

By default a season of 60,000, 1,000,000 and 10,000,000 posts (the last takes half an hour and 40 GB of disk, most of it
to make and load the season). Prints the seconds of each step, and how much more the steps but the model rebuild take
than with the first history of a million or more (bar: 1.5 times at 10 million).

Where the processor seconds of a week go, as a person types it, on the season of `ronda demo` (60,000 posts; its last
week of 2,300 records in five files), with two cores. Measured one after the other on a machine that others kept busy
(ten processes on its two cores), which adds a quarter to a third; with the same neighbours the seconds by the clock
went from 93 to 57. Before: `ronda import`, then `ronda weekly`; after: `ronda import --week`.

                                                            before   after
    the run: interpreter, command line, Prefect, flow, charts  2.9     2.0  imported once
             landing, reading and loading files                2.4     2.1
             start of the flow, load of nothing, seeds, ledger 1.5     1.0  labels are imported while the server starts
             models                                            2.3     2.1
             the gate of the week                              0.4     0.3  waits 3 s by the clock, not 10
             stating and publishing                            4.1     4.2  drawing 1.7, database 0.6, PDF 0.6
             what removals ask for                             0.2     0.4
    the helper: Great Expectations, imported                   4.2     2.0  imported once, not searched for waste
                Great Expectations, evaluating                 3.3     2.4  a rule says once what it is
                computed tables, charts, workbook, reasons     4.9     4.5
    Prefect's server: its import 2.9, the run's 15 requests    4.6     4.3
    all, with what is not told apart                          31.1    25.4

Since then a run by hand starts no Prefect server where nothing needs one, and small loads hold what they bring: on the
last full week of that season (2024-W06, 4,225 records, and 197 removals that 74 files of the landing forget)
`ronda import --week` took 37.1 processor seconds before and 28.7 after, both at the same time on two busy cores.

Since the helper and the run share what either can compute, `ronda import --week` of 4,000 new posts beside 60,000
takes 21.3 seconds by the clock and 32.7 of the processor (24.7 and 34.6 before; means of four, in turn, on a slow
machine). Of these Great Expectations takes 8 (its import 2.4), drawing 7, the methods of the trends 4, models 4,
imports 4, the public database 1.8.

One run each on that machine: beside 60,000 posts load 4.0, models 4.0, publishing 9.6 seconds; beside 1,000,000
load 6.0, models 10.7, publishing 13.4. What grows in publishing is the public database: it is written whole every
week, so that nothing that was forgotten stays in its free space; of a million posts that takes 4 seconds, 2.4 of
them their table.

On a machine that is twice as fast `ronda import --week` takes 9.0 seconds (8.9 to 9.1) and 14 of the processor, `ronda
weekly` of a week of the demo 9.8, the demo 27 (27.0 to 27.8), of which loading and stating 24 weeks one after the other
takes 10, publishing the one with its reports 7, and the last week with all tables anew 4.

One run each there: beside 1,000,000 load 2.6, models 4.7, publishing 7.2 seconds, 1.6 GB; beside 10,000,000 load 12.5,
models 35.3, publishing 45.7, 5.9 GB: 5.9 times as much but for the models, and so far from the bar. Of a million, the
checks of all rows take 0.6 of the load (its statements 0.2), the public database 2.8 by the clock and 5 of the
processor, beside the drawing: both grow with what is there.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from expectations import run as quality
from flows import processes, simulation
from flows.loading import pending
from flows.loading.arrivals import land_paths
from flows.periods import Week
from flows.publishing.build import build_tables
from flows.publishing.week import publish_week
from flows.settings import Settings
from flows.store.runs import recorded
from flows.store.warehouse import exclusive
from tests.benchmarks.bench_pipeline import require_loaded
from tests.benchmarks.bench_year import MAPPING, write_week

WEEK = Week.parse("2024-W06")
LANDED = datetime(2024, 2, 12, tzinfo=UTC)
NEW_POSTS = 4_000
_MODELS = "models"


def timed_run(settings: Settings, files: Sequence[Path], *, publishes: bool) -> dict[str, float]:
    """Seconds of each step of a run that takes in files: landing, load, models, and the week where it is published."""
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        seconds[name] = time.perf_counter() - start

    with (
        exclusive(settings.home),
        recorded(settings.home, "bench", {}) as run,
        processes.helper(quality.make_ready),
    ):
        timed("land", lambda: land_paths(settings, files, LANDED))
        timed("load", lambda: require_loaded(pending.load_pending(settings, run)))
        timed(_MODELS, lambda: build_tables(settings))
        if publishes:
            timed("publish", lambda: publish_week(settings, run, WEEK))
    return seconds


def measure(posts: int, folder: Path) -> dict[str, float]:
    """Seconds of each step of a week whose 4,000 posts come to a season of so many."""
    settings = Settings(home=folder / "home", author_key="ab" * 32, tables={"catatan": MAPPING})
    settings.make_home()
    settings.export()
    with tempfile.TemporaryDirectory(dir=folder) as season:
        simulation.write_season(Path(season), posts=posts, weekly=False)
        exports = sorted(path for path in (Path(season) / "exports").rglob("*") if path.is_file())
        timed_run(settings, exports, publishes=False)
    return timed_run(settings, write_week(folder / "new", WEEK.first_day, NEW_POSTS), publishes=True)


def main(sizes: list[int]) -> None:
    """Prints the table."""
    first = None
    for posts in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            seconds = measure(posts, Path(scratch))
        rest = sum(spent for step, spent in seconds.items() if step != _MODELS)
        steps = "  ".join(f"{step} {spent:.1f}" for step, spent in seconds.items())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{posts:,} posts before: {steps} s; but for the models {rest:.1f} s; peak {memory:.1f} GB", end="")
        if posts >= 1_000_000:
            first = first or rest
            print(f"; {rest / first:.2f} x", end="")
        print(flush=True)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [60_000, 1_000_000, 10_000_000])
