"""How much of a load more workers can take over, and what then stays with the one modelling node.

    python tests/benchmarks/bench_cluster.py [POSTS] [RUNNER]

Loads, models and publishes a season once for 1 and once for 2 workers (RUNNER: processes, dask or ray on this machine),
and prints the seconds of the mapped part and of the rest. From these it computes what 8, 32 and 128 workers would give:
once with the efficiency that two workers had, once as if none were lost. Several machines pay for the network too.
"""

import itertools
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows import processes, simulation
from flows.loading import pending
from flows.loading.arrivals import land_paths
from flows.orchestrator import orchestrated
from flows.periods import Week
from flows.publishing.build import build_tables
from flows.publishing.week import publish_week
from flows.settings import Settings
from flows.store.runs import recorded
from flows.store.warehouse import exclusive

WEEK = Week.parse("2024-W06")
LANDED = datetime(2024, 2, 19, tzinfo=UTC)
FUTURE = (1, 2, 8, 32, 128)


class Timed:
    """The workers of the settings, with the seconds for which anybody waited for them."""

    is_larger = True

    def __init__(self, crew: processes.Crew) -> None:
        self._crew, self.seconds, self.units = crew, 0.0, 0

    def map(
        self, work: Callable[..., Any], units: Sequence[tuple[Any, ...]], told: Callable[[int], None] | None = None
    ) -> list[Any]:
        started = time.monotonic()
        done = self._crew.map(work, units, told)
        self.seconds += time.monotonic() - started
        self.units += len(units)
        return done


@dataclass(frozen=True)
class Measured:
    """Seconds of one run: in the workers, then of the load without them, the models, and a week's publication."""

    mapped: float
    units: int
    load: float
    models: float
    publication: float
    processor: tuple[float, float]  # of the workers, of this process

    @property
    def serial(self) -> float:
        return self.load + self.models + self.publication

    @property
    def total(self) -> float:
        return self.mapped + self.serial


def measure(folder: Path, exports: Sequence[Path], runner: str, workers: int) -> Measured:
    """One season from landed files to a published week, with so many workers."""
    from prefect import flow

    from flows.crews import Crew

    settings = Settings(home=folder / f"home-{workers}", task_runner=runner, workers=workers)  # type: ignore[arg-type]
    settings.make_home()
    land_paths(settings, exports, LANDED)
    crew, begun = Timed(Crew(settings)), _processor()
    marks: list[float] = []

    @flow(validate_parameters=False)
    def season() -> None:
        with exclusive(settings.home), recorded(settings.home, "bench", {}) as run:
            marks.append(time.monotonic())
            with processes.lent_crew(crew):
                pending.load_pending(settings, run)
            marks.append(time.monotonic())
            build_tables(settings)
            marks.append(time.monotonic())
            publish_week(settings, run, WEEK)
            marks.append(time.monotonic())

    season()
    load, models, publication = (after - before for before, after in itertools.pairwise(marks))
    spent, own = (after - before for after, before in zip(_processor(), begun, strict=True))
    return Measured(crew.seconds, crew.units, load - crew.seconds, models, publication, (spent, own))


def _processor() -> tuple[float, float]:
    """Seconds of processors that ended children and this process have used so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime, time.process_time()


def main(posts: int, runner: str) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        season = simulation.write_season(folder / "season", posts=posts)
        exports = [path for path in sorted((folder / "season" / "exports").rglob("*")) if path.is_file()]
        size = sum(path.stat().st_size for path in exports) / 1e6
        print(f"{season.records:,} records, {size:,.0f} MB in {len(exports)} files; {runner} on {os.cpu_count()} cores")
        base = Settings(home=folder / "server")
        base.make_home()
        with orchestrated(base, "CRITICAL") as server:
            assert server is not None
            server.wait()
            one, two = (measure(folder, exports, runner, workers) for workers in (1, 2))
    for workers, run in ((1, one), (2, two)):
        print(
            f"{workers} worker(s): {run.total:6.1f} s = {run.mapped:.1f} s in {run.units} units + load {run.load:.1f} s"
            f" + models {run.models:.1f} s + publication {run.publication:.1f} s;"
            f" processors: workers {run.processor[0]:.1f} s, this process {run.processor[1]:.1f} s"
        )
    efficiency = one.mapped / (2 * two.mapped)
    print(f"serial share with one worker: {one.serial / one.total:.0%}; efficiency of two workers: {efficiency:.0%}")
    print(f"memory of the modelling node: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")
    print("workers  speed-up if none is lost  with the efficiency of two")
    for workers in FUTURE:
        ideal = one.total / (one.serial + one.mapped / workers)
        lossy = one.total / (one.serial + one.mapped / (workers if workers == 1 else workers * min(1.0, efficiency)))
        print(f"{workers:7}  {ideal:24.2f}  {lossy:26.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 120_000, sys.argv[2] if len(sys.argv) > 2 else "processes")
