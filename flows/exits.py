"""How ronda ends: exit codes, and the errors that carry them.

Every error of ronda is one sentence that says what happened, where, and what to do.
"""

import errno
from collections.abc import Iterator
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    REFUSED = 3
    GATE = 4
    BUSY = 5
    SOURCE = 6


class RondaError(Exception):
    """An error with a sentence for the person at the terminal."""

    exit_code: Exit = Exit.INTERNAL


class UsageError(RondaError):
    """The command or the configuration asks for something that does not exist."""

    exit_code = Exit.USAGE


class InputRefusedError(RondaError):
    """Nothing in the given input could be used."""

    exit_code = Exit.REFUSED


class GateStoppedError(RondaError):
    """A quality gate stopped the run; the last good release stays in place."""

    exit_code = Exit.GATE


class WarehouseBusyError(RondaError):
    """Another run holds the warehouse."""

    exit_code = Exit.BUSY


class WarehouseDamagedError(RondaError):
    """The warehouse is no database any more; it can be made anew from what cannot."""


class LedgerDamagedError(RondaError):
    """What cannot be rebuilt is not what it was: a part of the landing or the ledger is missing or was changed."""

    exit_code = Exit.GATE


class NoSpaceError(RondaError):
    """The disk is full, or would be."""


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# What libraries say, which wrap the error of the system or write without one -> what to do.
_SAID = (
    ("no space left on device", "The disk is full; make room and run the same command again, nothing is half done."),
    ("database or disk is full", "The disk is full; make room and run the same command again, nothing is half done."),
    (
        "corrupt database file",
        "The warehouse is damaged; move warehouse.duckdb out of the home and run the same command again: it is made"
        " anew from the landing and the ledger.",
    ),
)


def as_told(error: Exception) -> RondaError:
    """An error as the sentence for the person at the terminal: what the machine lacks, what ronda says, or a report.

    The machine comes first, since an error of ronda may be raised from one of the machine.
    """
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return NoSpaceError(_SAID[0][1])
        if isinstance(error, RondaError):
            continue
        if isinstance(cause, OSError) and cause.errno in _NO_RIGHT:
            where = cause.filename2 or cause.filename or "A file of the home"
            return UsageError(f"{where}: {cause.strerror}; give the account of ronda the right to it and run it again.")
        if isinstance(cause, OSError) and cause.errno == errno.EIO:
            return RondaError(f"{cause.filename or 'The disk'} cannot be read or written ({cause.strerror}); check it.")
    text = " ".join(str(cause) for cause in _causes(error)).lower()
    said = next((sentence for mark, sentence in _SAID if mark in text), None)
    if said is not None:
        return RondaError(said)
    if isinstance(error, RondaError):
        return error
    return RondaError(f"internal error ({type(error).__name__}: {error}); run it again with --debug and report it.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
