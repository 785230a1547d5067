"""How long the pages of the desk take: `python tests/benchmarks/bench_desk.py [open items]`, by default 10,000.

A release of ten posts an open item, no two of them copies, of which a tenth were flagged; a log in which three tenths
of them were coded by two people or one, a fifth of these with a code that may become a case. Prints the median
milliseconds of every page in process, those of the processor, which other work on the machine does not lengthen, and
these as a ratio of an empty page (the log-in form).
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

from starlette.testclient import TestClient

import sql
from flows import trends
from flows.desk import backlog, clock, people
from flows.desk.app import desk
from flows.desk.release import Release
from flows.publishing.releases import write_public_database
from flows.reviewing import log
from flows.reviewing.log import Act
from flows.settings import Settings
from flows.store import models, tables, warehouse
from tests.benchmarks.bench_models import _PLAN, _POSTS

HOST = "http://localhost:8490"
PASSWORD = "kata sandi untuk uji"
TABLES = (
    *("core.posts", "core.calendar", "core.coverage", "core.buckets", "core.review_queue"),
    *("core.label_quality", "trends.agreement", "trends.estimates"),
)
_FLAGGED = """
UPDATE base.posts SET text = text || ' ' || md5(post_id), indications =
    if(CAST(post_id[6:] AS BIGINT) % 10 = 0, ['money_politics'], [])
"""
PAGES = {
    "empty page": ("coder", "/masuk"),
    "queue": ("coder", "/telaah"),
    "disagreements": ("adjudicator", "/selisih"),
    "cases": ("adjudicator", "/berkas"),
    "giving": ("lead", "/bagi"),
    "progress": ("lead", "/kemajuan"),
    "log": ("lead", "/catatan"),
    "explorer": ("lead", "/jelajah"),
    "explorer, two weeks": ("lead", "/jelajah?pekan=2024-W02&banding=2024-W01"),
    "explorer, words": ("lead", "/jelajah?q=kataaaa"),
    "copies": ("lead", "/salinan"),
    "saring": ("coder", "/saring"),
}


def publish(home: Path, items: int) -> None:
    """Publishes a release in which so many flagged posts wait."""
    connection = warehouse.connect()
    models.load_seeds(connection, sql.SEEDS)
    tables.write_runs(connection, [])
    connection.execute(_POSTS, {"posts": 10 * items})
    connection.execute(_FLAGGED)
    connection.execute(_PLAN)
    with warehouse.transaction(connection):
        built = models.needed(connection, models.read_models(sql.FOLDER), TABLES)
        models.build(connection, built, trends.METHODS, is_lasting=False)
    (home / "published").mkdir(parents=True)
    public = [(schema, name) for schema, name in tables.public_tables(connection)]
    write_public_database(connection, home / "published" / "ronda.duckdb", public)
    connection.close()


def fill(home: Path) -> None:
    """A log of what two people coded of what waits."""
    waiting = backlog.read(Release(home))
    moment = clock.now() - timedelta(days=1)
    with log.writing(home) as connection:
        for number, one in enumerate(waiting[: 3 * len(waiting) // 10]):
            item = f"{number:016x}"
            connection.executemany("INSERT INTO items VALUES (?, ?, ?)", [(item, *key) for key in one.posts])
            for coder in ("sri", "budi")[: 1 if number % 3 == 0 else 2]:
                code = "money_politics" if number % 5 == 1 else "none"
                code = "hoax" if coder == "budi" and number % 10 == 0 else code
                act = Act(coder, "coded", item, f"{coder}:{number:08}", after={"code": code, "note": ""})
                log.append(connection, act, moment)


def milliseconds(work: Callable[[], object], times: int = 7) -> tuple[float, float]:
    """The median time of a few calls after the first one, on the clock and of the processor."""
    work()
    taken, used = [], []
    for _ in range(times):
        start, begun = time.perf_counter(), time.process_time()
        work()
        taken.append(time.perf_counter() - start)
        used.append(time.process_time() - begun)
    return 1000 * median(taken), 1000 * median(used)


def browser(settings: Settings, role: str) -> TestClient:
    """Somebody who is logged in."""
    people.add(settings.home, f"{role}-x", role, PASSWORD)
    client = TestClient(desk(settings), base_url=HOST, headers={"origin": HOST}, follow_redirects=True)
    client.post("/masuk", data={"name": f"{role}-x", "password": PASSWORD})
    return client


def measure(home: Path, items: int) -> dict[str, tuple[float, float]]:
    """The milliseconds of each page with so many open items."""
    publish(home, items)
    fill(home)
    settings = Settings(home=home)
    browsers = {role: browser(settings, role) for role in {role for role, _ in PAGES.values()}}
    taken = {}
    for name, (role, path) in PAGES.items():
        answer = browsers[role].get(path)
        assert answer.status_code == 200, (name, answer.status_code)
        taken[name] = milliseconds(lambda role=role, path=path: browsers[role].get(path))
    return taken


def main(items: int) -> None:
    """Prints what every page takes."""
    with tempfile.TemporaryDirectory() as scratch:
        taken = measure(Path(scratch), items)
    floor = taken["empty page"][1]
    print(f"{items:,} flagged posts wait")
    for name, (clock_time, used) in taken.items():
        print(f"  {name:<22}{clock_time:8.1f} ms {used:8.1f} ms of processor {used / floor:8.1f} x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
