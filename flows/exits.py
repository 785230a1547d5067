"""How ronda ends: exit codes, and the errors that carry them.

Every error of ronda is one sentence that says what happened, where, and what to do.
"""

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


class LedgerDamagedError(RondaError):
    """What cannot be rebuilt is not what it was: a part of the landing or the ledger is missing or was changed."""

    exit_code = Exit.GATE


class NoSpaceError(RondaError):
    """The disk is full, or would be."""
