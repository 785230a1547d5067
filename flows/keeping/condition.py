"""What a look at one part of a home comes to."""

from collections.abc import Callable
from dataclasses import dataclass

from flows.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Look:
    """How a home is looked at: with the bytes of its files read or their names and sizes only.

    `restarts_chain` is a person's word that a damaged chain may be set aside, which `--repair` alone never does.
    """

    settings: Settings
    reads_data: bool = False
    restarts_chain: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: what, where and what to do, in a sentence.

    `repair` does it without any loss, where that can be done; `is_damage` is False for what killed runs left behind
    and for what the next run does by itself.
    """

    sentence: str
    repair: Callable[[], object] | None = None
    repaired_by: str = ""  # what `repair` does, as in "delete it"
    is_damage: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a home: what there is of it, and what is not as it should be."""

    there: str
    findings: tuple[Finding, ...] = ()
