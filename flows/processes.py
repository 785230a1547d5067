"""Processes beside this one: for work that Python does on one core at a time."""

import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection, get_context, parent_process


def pool(workers: int) -> ProcessPoolExecutor:
    """Fresh processes that work until the pool is closed, or until this process is gone, however it ended."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """A worker waits for work for ever when its parent was killed; a thread of it waits for that end instead."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("This is no process of a pool.")

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
