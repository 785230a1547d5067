"""Processes beside this one: for work that Python does on one core at a time."""

import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection, get_context, parent_process
from typing import Any

_FRESH = get_context("spawn")
_TALLY: list[Any] = []  # in a worker: the number that all of its pool add to


def pool(workers: int, tally: Any = None) -> ProcessPoolExecutor:
    """Fresh processes that work until the pool is closed, or until this process is gone, however it ended.

    They can `add` to a `tally`, which this process reads meanwhile.
    """
    return ProcessPoolExecutor(workers, mp_context=_FRESH, initializer=_begin, initargs=(tally,))


def new_tally() -> Any:
    """A number that the processes of a pool share; its `value` is the sum of what was added."""
    return _FRESH.Value("q", 0)


def add(amount: int) -> None:
    """In a process of a pool with a tally: adds to it."""
    with _TALLY[-1].get_lock():
        _TALLY[-1].value += amount


def _begin(tally: Any) -> None:
    _TALLY.append(tally)
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
