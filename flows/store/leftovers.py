"""What killed processes left half written in a home: removed by the next that writes, since it may hold anything.

A draft names the process that writes it and is left alone while that one lives: extractions land while others load.
"""

import re
import shutil
import time
from pathlib import Path

from flows.store.files import all_paths
from flows.store.runs import is_alive

_DRAFT = re.compile(r"\..+\.([0-9]+)\.draft")
_STALE_SECONDS = 86_400  # by then a process of that number is another one
# What only the process that holds the warehouse writes, in the home and in its releases.
_OF_THE_WRITER = (
    ".load-*",
    ".drawn-*",
    ".plan-*",
    ".warehouse.draft.duckdb*",
    ".published.*",
    "warehouse.duckdb.tmp",
    "releases/.draft-*",
)
_NOT_OURS = ("prefect", "releases", "season")  # other programs write there, or whole folders that are drafts themselves


def left_behind(home: Path) -> list[Path]:
    """Files and folders that nobody will finish; the caller holds the warehouse."""
    left = [path for pattern in _OF_THE_WRITER for path in home.glob(pattern)]
    for inside in home.iterdir():
        if inside.name not in _NOT_OURS and inside not in left:
            left += [path for path in (*_below(inside), inside) if _is_left(path)]
    return left


def remove(path: Path) -> None:
    """Deletes a file, link or folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def clear(home: Path) -> int:
    """Removes what nobody will finish; the caller holds the warehouse. Gives the number of files and folders."""
    left = left_behind(home)
    for path in left:
        remove(path)
    return len(left)


def _below(path: Path) -> list[Path]:
    return list(all_paths(path, [])) if path.is_dir() and not path.is_symlink() else []


def _is_left(path: Path) -> bool:
    named = _DRAFT.fullmatch(path.name)
    if named is None:
        return False
    try:
        written = path.lstat().st_mtime
    except FileNotFoundError:  # finished meanwhile
        return False
    return not is_alive(int(named[1])) or time.time() - written > _STALE_SECONDS
