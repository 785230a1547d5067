"""How many posts of a season are written a second, on one core, files included.

Run: python tests/benchmarks/bench_season.py [POSTS ...]
"""

import sys
import tempfile
import time
from pathlib import Path

from flows.simulation import write_season


def main(sizes: list[int]) -> None:
    """Print size, seconds, posts a second (by the clock, and by the processor time used) and megabytes."""
    for posts in sizes:
        with tempfile.TemporaryDirectory() as folder:
            start, busy = time.perf_counter(), time.process_time()
            write_season(Path(folder), posts=posts)
            seconds, busy = time.perf_counter() - start, time.process_time() - busy
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        print(f"{posts:>10,} posts  {seconds:7.2f} s  {posts / seconds:>9,.0f} posts/s", end="  ")
        print(f"{posts / busy:>9,.0f} posts/s of processor time  {size / 1e6:8.1f} MB")


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [60_000, 1_000_000])
