"""Tables that take most of a second to make, kept for the next process beside the compiled kernel.

They are a function of what their name covers, so that a file with the right name is the right one; one that cannot be
read is made anew.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import get_ident
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import polars as pl

Arrays = dict[str, npt.NDArray[Any]]

_MOST = 8  # files of a table: seeds that are tried out leave one each


@cache
def _sources() -> bytes:
    """A digest of the code and the tables of this package, and of the Unicode data, which come with Polars."""
    digest = hashlib.sha256(pl.__version__.encode())
    folder = Path(__file__).parent
    for path in sorted([*folder.glob("*.py"), *folder.glob("*.csv"), *folder.glob("compiled/*.py")]):
        digest.update(path.read_bytes())
    return digest.digest()


def kept_arrays(folder: Path | None, table: str, version: str, make: Callable[[], Arrays]) -> Arrays:
    """The arrays of a table as `make` gives them: read from a folder where they were kept, else made and kept.

    `version` says what they depend on beside the code of this package, such as seeds. Without a folder nothing is kept.
    """
    if folder is None:
        return make()
    path = folder / f"{table}-{hashlib.sha256(_sources() + version.encode()).hexdigest()[:24]}.npz"
    with suppress(OSError, ValueError, EOFError, KeyError, BadZipFile), np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
    arrays = make()
    with suppress(OSError):  # a folder that may not be written: the next process makes them anew
        draft = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}.draft")  # threads may be as early as this one
        with draft.open("wb") as out:
            np.savez_compressed(out, **cast(Any, arrays))
        draft.replace(path)
        for old in sorted(folder.glob(f"{table}-*.npz"), key=lambda each: each.stat().st_mtime)[:-_MOST]:
            old.unlink(missing_ok=True)
    return arrays
