"""Processes beside this one. Each ends when this one ends, however that came about: killed, hung up or done."""

import atexit
import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, connection, context, parent_process
from multiprocessing.popen_spawn_posix import Popen
from pathlib import Path
from types import ModuleType
from typing import Any, ParamSpec, Protocol, TypeVar

# Where this code lies: modules started as processes are taken from there, and not from the folder of whoever calls.
_CODE = Path(__file__).parent.parent
_HELPERS: list[Executor] = []  # the process that works beside this one, as long as a run lends it

_CREWS: list["Crew"] = []  # who works on the units of a run, as long as it lends them
ALONE = 2  # processes of a run that is lent no others: itself and its helper

P = ParamSpec("P")
T = TypeVar("T")


class _Fresh(context.SpawnProcess):
    """A process that begins empty: it does not run the command of this one again, which takes a third of a second.

    So the work of a pool stands in modules, and never in the one that was started.
    """

    @staticmethod
    def _Popen(process_obj: Any) -> Popen:  # noqa: N802 - as the library calls it
        own = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return Popen(process_obj)
        finally:
            sys.modules["__main__"] = own


class _FreshContext(context.SpawnContext):
    Process = _Fresh


def pool(workers: int) -> ProcessPoolExecutor:
    """Fresh processes that work until the pool is closed, or until this process is gone, however it ended."""
    return ProcessPoolExecutor(workers, mp_context=_FreshContext(), initializer=begin)


class _Turns(Executor):
    """Hands work to another process when that is free and not before, so that who asks for it sooner can do it."""

    def __init__(self, process: Executor) -> None:
        self._process = process
        self._waiting = ThreadPoolExecutor(1)

    def submit(self, work: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> Future[T]:
        return self._waiting.submit(lambda: self._process.submit(work, *arguments, **named).result())

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._waiting.shutdown(wait, cancel_futures=cancel_futures)


@contextmanager
def helper(*preparations: Callable[[], None]) -> Iterator[None]:
    """A second process for as long as the block lasts, which does what `later` gives it, one after the other.

    It begins with the preparations: imports that take seconds, which the end of the block does not wait for. Inside the
    block of another helper that one helps.
    """
    if _HELPERS:
        _begin_with(_HELPERS[-1], preparations)
        yield
        return
    others = set(active_children())
    with pool(1) as process:
        process.submit(int)  # it is there from now on, and can be ended whatever it begins with
        turns = _Turns(process)
        begun = _begin_with(turns, preparations)
        _HELPERS.append(turns)
        try:
            yield
        finally:
            _HELPERS.remove(turns)
            if not all(each.done() for each in begun):
                for child in set(active_children()) - others:
                    child.terminate()
            turns.shutdown(cancel_futures=True)


def _begin_with(process: Executor, preparations: Iterable[Callable[[], None]]) -> list[Future[None]]:
    return [process.submit(prepare) for prepare in preparations]


def helping() -> Executor | None:
    """The helper of this process; None while there is none."""
    return _HELPERS[-1] if _HELPERS else None


def later(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> Callable[[], T]:
    """What gives the result of some work: begun now by the helper, or done here when it is asked for."""
    process = helping()
    if process is None:
        return lambda: work(*arguments, **named)
    return process.submit(work, *arguments, **named).result


def shared(work: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> Callable[[], T]:
    """The same of work that this process is as ready for: done here too where the helper has not come to it by then.

    Of several begun, the last asked for first lets both work towards each other.
    """
    process = helping()
    if process is None:
        return lambda: work(*arguments, **named)
    begun = process.submit(work, *arguments, **named)
    return lambda: work(*arguments, **named) if begun.cancel() else begun.result()


class Crew(Protocol):
    """Workers that a run lends to what maps units below it: processes, or a cluster (`flows.crews`)."""

    @property
    def is_larger(self) -> bool:
        """Whether they are more than this process and its helper, which work without them."""
        ...

    def map(
        self, work: Callable[..., T], units: Sequence[tuple[Any, ...]], told: Callable[[int], None] | None = None
    ) -> list[T]:
        """What `work` gives for the arguments of each unit, in their order; `told` hears how many are done."""
        ...


@contextmanager
def lent_crew(crew: Crew) -> Iterator[None]:
    """Lends workers as long as the block lasts."""
    _CREWS.append(crew)
    try:
        yield
    finally:
        _CREWS.pop()


def crew() -> Crew | None:
    """The workers that are lent; None where none are, as without Prefect."""
    return _CREWS[-1] if _CREWS else None


def start(
    module: str, *words: str, keeps: Sequence[int] = (), stdout: int | None = None, stderr: int | None = None
) -> subprocess.Popen[bytes]:
    """Starts a module of ours as a process, with the files of these numbers kept open in it.

    The module calls `end_with_starter` first.
    """
    return subprocess.Popen(
        [sys.executable, "-m", module, *words],
        cwd=_CODE,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        pass_fds=keeps,
    )


def end_with_starter() -> None:
    """In a process that was started with a pipe as its standard input: it ends when the other end is gone.

    The other end is closed by the system when the starter ends, so that this needs neither its help nor its number.
    """

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def collect_seldom() -> None:
    """For a process that imports much, works for seconds and ends.

    The libraries bring some million objects; looking through them at every 700 new ones takes a tenth of the time.
    """
    gc.set_threshold(50_000, 20, 20)


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing that is made inside is looked through for what has become unused, then or later: for imports."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def standing_in(stands: Mapping[str, Any]) -> Iterator[None]:
    """What is imported inside gets these in the place of libraries by these names, unless they are loaded already.

    For what a library looks for as it begins and ronda uses nothing of; None stands for one that is not installed.
    """
    placed = {name: stand for name, stand in stands.items() if name not in sys.modules}
    sys.modules.update(placed)
    try:
        yield
    finally:
        for name in placed:
            del sys.modules[name]


def begin() -> None:
    """As a process of a pool begins."""
    collect_seldom()
    atexit.register(os._exit, 0)  # called last: by then all is closed, and taking libraries apart would take a second
    _end_with_parent()


def _end_with_parent() -> None:
    """A worker waits for work for ever when its parent was killed; a thread of it waits for that end instead."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("This is no process of a pool.")

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
