"""How many posts the stand-ins of the platforms serve a second, over real sockets, to one plain client.

Run: python tests/benchmarks/bench_services.py [POSTS]
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx

from flows.simulation import write_season
from flows.simulation.plan import FIRST_DAY, LAST_DAY
from flows.simulation.services.archive import WatchList, watch_list
from flows.simulation.services.serve import serving
from tests.platform_walks import Client

WINDOW = timedelta(days=30)


def _windows() -> Iterator[tuple[date, date]]:
    first = FIRST_DAY - timedelta(days=1)
    while first <= LAST_DAY:
        yield first, min(first + WINDOW, LAST_DAY)
        first += WINDOW + timedelta(days=1)


def _tiktok(client: Client, _: WatchList) -> int:
    pages = [
        page
        for first, last in _windows()
        for page in client.video_pages(start_date=f"{first:%Y%m%d}", end_date=f"{last:%Y%m%d}")
    ]
    return sum(len(page["videos"]) for page in pages)


def _facebook(client: Client, watched: WatchList) -> int:
    here = [page for page in watched.accounts if client.graph("facebook", page).status_code == 200]
    return sum(len(found["data"]) for page in here for found in client.post_pages(page, limit=100))


def _instagram(client: Client, watched: WatchList) -> int:
    here = [handle for handle in watched.accounts if client.discovery(handle, 1).status_code == 200]
    return sum(len(found["data"]) for handle in here for found in client.media_pages(handle, limit=100))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(posts: int) -> None:
    """Print, per platform: posts, seconds, posts a second by the clock and by the stand-in's processor time."""
    with tempfile.TemporaryDirectory() as name, httpx.Client(timeout=60) as http:
        folder = Path(name)
        write_season(folder, posts=posts)
        watched = watch_list(folder)
        began = _processor_seconds()
        with serving(folder):
            pass
        idle = _processor_seconds() - began
        for platform, walk in (("tiktok", _tiktok), ("facebook", _facebook), ("instagram", _instagram)):
            began, start = _processor_seconds(), time.perf_counter()
            with serving(folder) as services:
                start = time.perf_counter()
                served = walk(Client(services, http), watched[platform])
                seconds = time.perf_counter() - start
            busy = _processor_seconds() - began - idle
            print(f"{platform:>10} {served:>9,} posts  {seconds:6.2f} s  {served / seconds:>7,.0f} posts/s", end="  ")
            print(f"{served / busy:>7,.0f} posts/s of processor time")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000)
