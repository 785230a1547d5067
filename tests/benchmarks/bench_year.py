"""What a year of weekly runs leaves behind: memory, disk, Prefect's database and releases, week by week.

Every week a file of new posts is imported and the week published, once with a new process for each week (as a
scheduler of the machine would) and once in one process with one Prefect server (as `ronda serve` does).

Run: python -m tests.benchmarks.bench_year [--weeks 52] [--posts 600] [--only processes|one]
"""

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from flows.loading.imports import run_import
from flows.orchestrator import Orchestrator
from flows.periods import Week
from flows.settings import Settings, TableMapping

LAST = date(2024, 2, 12)  # the Monday of the last week
MAPPING = TableMapping(
    platform="tiktok", id="nomor", created_at="waktu", author="akun", text="isi", timezone="Asia/Jakarta"
)
TEXTS = (
    "Jalan desa Subah bagus sekali",
    "Harga beras naik terus di Pasar Batang",
    "Debat calon tadi malam ramai",
    "Banjir lagi di Gringsing, kapan diperbaiki",
    "Rob masuk kampung, warga mengungsi",
    "Panen melati tahun ini lumayan",
)
LOGGED = ("platform", "source", "query", "day", "planned", "attempted", "succeeded", "reason")
_MEBIBYTE = 2**20


def write_week(folder: Path, monday: date, posts: int) -> list[Path]:
    """A week's export of invented posts and its collection log."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = Random(monday.toordinal())  # noqa: S311 - no secret
    exported, log = folder / f"unggahan-{monday}.csv", folder / f"collection-{monday}.csv"
    with exported.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["nomor", "waktu", "akun", "isi"])
        for number in range(posts):
            day = monday + timedelta(days=dice.randrange(7))
            clock = f"{dice.randrange(24):02d}:{dice.randrange(60):02d}:00"
            text = f"{dice.choice(TEXTS)} {monday.toordinal() * 10_000 + number}"
            posted = datetime.fromisoformat(f"{day}T{clock}+07:00")
            id_ = (int(posted.timestamp()) << 32) + number  # as TikTok numbers what was uploaded then
            rows.writerow([id_, f"{day} {clock}", f"akun{dice.randrange(200)}", text])
    with log.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(LOGGED)
        rows.writerows(
            ["tiktok", "catatan", "*", (monday + timedelta(days=day)).isoformat(), 1, 1, 1, ""] for day in range(7)
        )
    return [exported, log]


def settings_of(home: Path) -> Settings:
    """The settings of the year's home, told to the libraries."""
    home.mkdir(exist_ok=True)
    (home / "secret.key").write_text("ef" * 32)
    settings = Settings(home=home, tables={"catatan": MAPPING})
    settings.export()
    return settings


def mondays(weeks: int) -> Iterator[date]:
    """The first days of the weeks, in order."""
    for number in range(weeks):
        yield LAST - timedelta(days=7 * (weeks - 1 - number))


def do_week(settings: Settings, exports: Path, monday: date, posts: int) -> None:
    """Imports and publishes a week. The flow is imported here, when the Prefect server's address is known."""
    from flows.weekly import weekly

    landed = datetime.combine(monday + timedelta(days=6), datetime.min.time(), UTC) + timedelta(hours=22)
    said: list[str] = []
    run_import(settings, write_week(exports, monday, posts), landed, None, said.append)
    if not any(f"{posts:,} posts" in line for line in said):
        raise RuntimeError(f"the posts of {monday} were not loaded: {said}")
    weekly(week=str(Week.of(monday)))


def size(part: Path) -> float:
    """The megabytes of a file, or of the files below a folder; releases share files that did not change."""
    files = part.rglob("*") if part.is_dir() else [part]
    sizes = {state.st_ino: state.st_size for state in (path.stat() for path in files if path.is_file())}
    return sum(sizes.values()) / _MEBIBYTE


def resident() -> float:
    """The megabytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MEBIBYTE


def measured(home: Path, monday: date, seconds: float, memory: float) -> None:
    """One line: the week, its seconds, the memory, and the megabytes of each part of the home."""
    parts = sorted(path for path in home.iterdir() if path.name != "exports" and not path.is_symlink())
    sizes = "  ".join(f"{path.name} {size(path):.1f}" for path in parts if size(path) >= 0.05)
    releases = sum(1 for path in home.glob("releases/*") if path.is_dir())
    print(f"{Week.of(monday)}  {seconds:5.1f} s  {memory:6.0f} MB  {releases} releases  {sizes}", flush=True)


def in_one_process(home: Path, weeks: int, posts: int) -> None:
    """All weeks here, with one Prefect server."""
    settings = settings_of(home)
    with closing(Orchestrator(settings)) as server:
        server.start()
        server.wait()
        for monday in mondays(weeks):
            start = time.monotonic()
            do_week(settings, home / "exports", monday, posts)
            measured(home, monday, time.monotonic() - start, resident())


def alone(home: Path, monday: date, posts: int) -> None:
    """One week in this process, with a Prefect server of its own; prints the megabytes of its peak."""
    settings = settings_of(home)
    with closing(Orchestrator(settings)) as server:
        server.start()
        server.wait()
        do_week(settings, home / "exports", monday, posts)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def in_processes(home: Path, weeks: int, posts: int) -> None:
    """A process for each week."""
    for monday in mondays(weeks):
        start = time.monotonic()
        words = [sys.executable, "-m", "tests.benchmarks.bench_year", "--alone", str(home), monday.isoformat()]
        done = subprocess.run([*words, "--posts", str(posts)], check=True, capture_output=True, text=True)
        measured(home, monday, time.monotonic() - start, float(done.stdout.split()[-1]))


def main() -> None:
    """Prints a line a week for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--posts", type=int, default=600, help="new posts a week")
    parser.add_argument("--only", choices=["processes", "one"])
    parser.add_argument("--alone", nargs=2, metavar=("HOME", "MONDAY"), help="one week, for the way of processes")
    given = parser.parse_args()
    if given.alone:
        alone(Path(given.alone[0]), date.fromisoformat(given.alone[1]), given.posts)
        return
    for name, way in (("processes", in_processes), ("one", in_one_process)):
        if given.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                print(f"{name}: week, seconds, memory (peak of the week's process, or held after the week), MB on disk")
                way(Path(folder) / "home", given.weeks, given.posts)


if __name__ == "__main__":
    main()
