"""From landing to tables, as a ratio to the time DuckDB alone needs to turn the same NDJSON into Parquet.

    python -m tests.benchmarks.bench_pipeline [posts]

Prints seconds of each step, the ratio (budget: under 5) and the peak memory of this process (budget: under 6 GB at
10 million posts). The season's TikTok export is used alone, so that both sides read the same bytes.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from flows import simulation
from flows.loading.arrivals import land_paths
from flows.loading.pending import load_pending
from flows.publishing.build import build_tables
from flows.settings import Settings
from flows.store import warehouse
from flows.store.runs import recorded

LANDED = datetime(2024, 2, 19, tzinfo=UTC)
seconds: dict[str, float] = {}


@contextmanager
def timed(step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - start
    print(f"{step:<28} {seconds[step]:8.2f} s", flush=True)


def main(posts: int) -> None:
    """Runs the comparison once."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        settings = Settings(home=folder / "home", author_key="ab" * 32)
        settings.export()
        with timed("season"):
            simulation.write_season(folder / "season", posts=posts, weekly=False)
        export = next((folder / "season" / "exports").glob("*/tiktok.ndjson"))
        with export.open("rb") as lines:
            records = sum(1 for _ in lines)
        print(f"{records:,} records, {export.stat().st_size / 1e6:,.0f} MB")

        target = folder / "floor.parquet"
        database = duckdb.connect()
        database.execute("SET threads = 2")
        with timed("DuckDB NDJSON to Parquet"):
            database.from_query(
                "SELECT * FROM read_ndjson($file, ignore_errors = true)", params={"file": str(export)}
            ).write_parquet(str(target))
        with warehouse.exclusive(settings.home), recorded(settings.home, "bench", {}) as run:
            with timed("land"):
                land_paths(settings, [export], LANDED)
            with timed("load"):
                print(load_pending(settings, run).sentence())
            with timed("build tables"):
                build_tables(settings)
        whole = sum(seconds[step] for step in ("land", "load", "build tables"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        ratio = whole / seconds["DuckDB NDJSON to Parquet"]
        print(f"{records / whole:,.0f} records/s; ratio {ratio:.1f}; peak {peak:.2f} GB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
