"""How functions become machine code (numba): the kernel of the labels and the scan of JSON lines.

They make no arrays, so they need none of numba's counting of references, which would cost most of their time.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from flows.processes import standing_in

with standing_in({"scipy.linalg": None}):  # numba looks for it, half of the time of its start; nothing here asks for it
    import numba.np.arraymath

Function = TypeVar("Function", bound=Callable[..., Any])

_compile = cast(Any, numba.njit)  # numba's own types know only some of its options
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}


def compiled(function: Function) -> Function:
    """The function as machine code, to be called by other compiled functions only."""
    return cast(Function, _compile(**_OPTIONS, no_cpython_wrapper=True)(function))


def inlined(function: Function) -> Function:
    """The same as a part of the function that calls it: a call hands every array on by seven numbers or more."""
    return cast(Function, _compile(**_OPTIONS, no_cpython_wrapper=True, forceinline=True)(function))


def kept(function: Function) -> Function:
    """The same for Python, without the interpreter's lock, kept for the next process where a folder can be written."""
    try:
        return cast(Function, _compile(**_OPTIONS, cache=True)(function))
    except RuntimeError:  # no folder that numba may write: every process compiles for itself
        return cast(Function, _compile(**_OPTIONS)(function))


def folder_of(function: Callable[..., Any]) -> Path | None:
    """Where the machine code of a kept function lies; None where every process compiles for itself."""
    place = cast(Any, function).stats.cache_path
    return Path(place) if place else None
