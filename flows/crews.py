"""Who works on the units of a run: processes of this machine, or the workers of a Dask or a Ray cluster.

The setting `task_runner` chooses; Prefect maps the units as tasks. What one unit is, the room that maps it knows.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager
from typing import Any, TypeVar

from prefect import task, unmapped
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import CrashedRun
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner

from flows import processes
from flows.exits import RondaError, UsageError
from flows.settings import Settings

_PATIENCE = 3600.0  # seconds for one unit, also where every worker of a cluster is gone

T = TypeVar("T")


def is_accident(task_: Any, run: Any, state: Any) -> bool:  # noqa: ARG001 - the shape Prefect asks for
    """Whether a step failed by accident; what a person must change fails at once."""
    return not isinstance(state.result(raise_on_failure=False), RondaError)


@task(
    name="Work on a unit",
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=is_accident,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def unit(work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    """One unit of work, wherever it runs: safe to do twice, all its inputs are arguments."""
    return work(*arguments)


def _processes(settings: Settings) -> TaskRunner[Any]:
    return ProcessPoolTaskRunner(settings.workers, initializer=processes.begin)


def _dask(settings: Settings) -> TaskRunner[Any]:
    from prefect_dask import DaskTaskRunner

    local = {"n_workers": settings.workers, "threads_per_worker": 1, "dashboard_address": None}
    runner: TaskRunner[Any] = (
        DaskTaskRunner(settings.cluster) if settings.cluster else DaskTaskRunner(cluster_kwargs=local)
    )
    return runner


def _ray(settings: Settings) -> TaskRunner[Any]:
    from prefect_ray import RayTaskRunner

    local = {"num_cpus": settings.workers, "include_dashboard": False, "log_to_driver": False}
    runner: TaskRunner[Any] = RayTaskRunner(settings.cluster) if settings.cluster else RayTaskRunner(init_kwargs=local)
    return runner


_RUNNERS: dict[str, Callable[[Settings], TaskRunner[Any]]] = {"processes": _processes, "dask": _dask, "ray": _ray}
_LOST = (BrokenExecutor, CancelledError, CrashedRun, OSError)  # OSError: no connection, or no answer in time
_CLUSTERS = {"distributed", "ray"}  # known by name: Ray raises errors of another copy of its module than one imports


def _is_lost(error: Exception) -> bool:
    """Whether an error says that workers are gone, and not what a unit came to."""
    return isinstance(error, _LOST) or type(error).__module__.partition(".")[0] in _CLUSTERS


class Crew:
    """The workers that the settings name; they are called when there is something to do."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def is_larger(self) -> bool:
        """Whether they are more than this process and its helper, which work without them."""
        return self._settings.task_runner != "processes" or self._settings.workers > processes.ALONE

    def map(
        self, work: Callable[..., T], units: Sequence[tuple[Any, ...]], told: Callable[[int], None] | None = None
    ) -> list[T]:
        """What `work` gives for the arguments of each unit, in their order; `told` hears how many are done.

        Raises what a unit raises, UsageError where the cluster is not installed or does not answer, and RondaError
        where its workers died.
        """
        name = self._settings.task_runner
        try:
            runner = _RUNNERS[name](self._settings)
        except ImportError as error:
            raise UsageError(
                f'task_runner is "{name}", which is not installed ({error.name} is missing); install'
                " requirements-cluster.txt, or leave the setting out."
            ) from error
        try:
            with runner:
                mapped: Any = unit
                futures = runner.map(mapped, {"work": unmapped(work), "arguments": list(units)})
                results = []
                for number, future in enumerate(futures, 1):
                    results.append(future.result(timeout=_PATIENCE))
                    if told is not None:
                        told(number)
                return results
        except Exception as error:
            if isinstance(error, RondaError) or not _is_lost(error):
                raise
            where = f" at {self._settings.cluster}" if self._settings.cluster else ""
            said = str(error).partition(". ")[0].rstrip(".")
            raise RondaError(
                f"The workers of {name}{where} are gone or do not answer ({type(error).__name__}: {said}); look after"
                " them, and run the same command again: nothing is half done."
            ) from error


@contextmanager
def lent(settings: Settings) -> Iterator[None]:
    """As long as the block lasts, those who map units below it have the workers of the settings."""
    with processes.lent_crew(Crew(settings)):
        yield
