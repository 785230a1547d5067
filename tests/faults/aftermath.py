"""What a disturbed home is like after the same work was done again, beside one that nothing disturbed."""

from dataclasses import dataclass
from pathlib import Path

from flows.exits import Exit
from flows.keeping import checking
from flows.loading import landing
from flows.publishing import ledger
from flows.settings import Settings
from flows.store import leftovers
from flows.store.files import hash_file
from tests.faults import work


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What was lost, changed and left behind, each as sentences."""

    lost: tuple[str, ...]
    changed: tuple[str, ...]
    left: tuple[str, ...]


def facts(settings: Settings) -> dict[str, str]:
    """What cannot be rebuilt: the content of every landed file and publication, by name."""
    landed = {item.file: item.content for item in landing.landed_files(settings.home)}
    numbers = {path.stem: hash_file(path) for path in ledger.publication_files(settings.home)}
    return landed | dict.fromkeys(numbers, "stated")


def compare(disturbed: Path, whole: Path) -> Aftermath:
    """A disturbed home after its work was done again and it was repaired, beside a whole one."""
    other, own = work.settings_of(whole), work.settings_of(disturbed)
    expected, known = facts(other), facts(own)
    said: list[str] = []
    code = checking.run_check(own, said.append, reads_data=True, repairs=True)
    damages = [] if code is Exit.DONE else said
    tables = set(work.published(own)) ^ set(work.published(other))
    return Aftermath(
        tuple(sorted(expected.keys() - known.keys())),
        (
            *(name for name in expected.keys() & known.keys() if expected[name] != known[name]),
            *damages,
            *sorted(tables),
            *sorted(known.keys() - expected.keys()),
        ),
        tuple(str(path) for path in leftovers.left_behind(disturbed)),
    )
