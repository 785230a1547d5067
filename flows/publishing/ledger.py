"""Whether the ledger still is what was stated: its files against the chain, and numbers that never begin anew.

The ledger is a part of every publication, so that a fault in it stops them all: LedgerDamagedError, with the file.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.exits import LedgerDamagedError
from flows.publishing import releases
from flows.store import chain
from flows.store.chain import Entry, Note
from flows.store.files import files_in, hash_file
from flows.store.runs import read_runs
from flows.store.watch_history import watch_files, watch_subject

SEQUENCE = "sequence"  # in the facts of a publication: how many were stated until then, of all weeks


def publication_files(home: Path) -> list[Path]:
    """The publications, by their names. Raises LedgerDamagedError where they cannot be read."""
    folder = home / "ledger" / "publications"
    try:
        return files_in(folder, ".parquet")
    except OSError as error:
        raise LedgerDamagedError(
            f"{folder} cannot be read ({error.strerror}); give the account of ronda the right to read it."
        ) from error


def flaws(home: Path, entries: Sequence[Entry]) -> list[str]:
    """A sentence for every file of the ledger that is gone or is not what was stated."""
    there = ledger_files(home)
    stated = stated_contents(entries)
    sentences = []
    for subject, content in stated.items():
        if subject not in there:
            sentences.append(f"{subject} is gone from the ledger; restore the folder ledger from a backup.")
        elif (digest := _hash(there[subject])) != content:
            what = "cannot be read" if digest is None else "is not what was stated"
            sentences.append(f"{subject} in the ledger {what} ({there[subject]}); restore it from a backup.")
    return sentences


def stated_contents(entries: Sequence[Entry]) -> dict[str, str]:
    """What the content of each file of the ledger is, but of those that a person gave up."""
    stated: dict[str, str] = {}
    for entry in entries:
        if _is_of_ledger(entry):
            stated[entry.subject] = entry.content
        elif entry.kind == "repaired" and not entry.content:
            stated.pop(entry.subject, None)
    return stated


def damaged(home: Path, entries: Sequence[Entry]) -> list[str]:
    """The subjects of the ledger that are gone or are not what was stated."""
    there = ledger_files(home)
    return [
        subject
        for subject, content in stated_contents(entries).items()
        if subject not in there or _hash(there[subject]) != content
    ]


def ledger_files(home: Path) -> dict[str, Path]:
    """The files of the ledger by the names that the chain has for them."""
    files = {path.stem: path for path in publication_files(home)}
    for kind in (chain.ERASURES, chain.EXPIRIES):
        files |= {f"{kind}/{path.stem}": path for path in files_in(home / "ledger" / kind, ".json")}
    return files | {watch_subject(path): path for path in watch_files(home)}


def _hash(path: Path) -> str | None:
    try:
        return hash_file(path)
    except OSError:
        return None


def _is_of_ledger(entry: Entry) -> bool:
    is_adopted = entry.kind == "adopted" and "path" not in entry.facts
    is_of_forgetting = entry.subject.startswith((f"{chain.ERASURES}/", f"{chain.EXPIRIES}/"))
    return is_adopted or is_of_forgetting or entry.kind in ("published", "watched")


def settle(home: Path) -> list[Entry]:
    """The chain, once the ledger agrees with it; what was there before the chain is adopted.

    Raises LedgerDamagedError for the first fault.
    """
    entries = adopt(home)
    for sentence in flaws(home, entries):
        raise LedgerDamagedError(sentence)
    return entries


def adopt(home: Path) -> list[Entry]:
    """The chain, which learns of what was there before it, or was written by a run that was killed before it said so.

    Requests of erasure are not adopted: they are stated once they were carried out.
    """
    entries = chain.read(home)
    known = {entry.subject for entry in entries if _is_of_ledger(entry)}
    watched = set(watch_files(home))
    adopted = [
        Note("adopted", path.stem, hash_file(path), {SEQUENCE: sequence_of(path)})
        for path in publication_files(home)
        if path.stem not in known
    ]
    adopted += [
        Note("adopted", subject, hash_file(path))
        for subject, path in ledger_files(home).items()
        if subject not in known and (path in watched or subject.startswith(f"{chain.EXPIRIES}/"))
    ]
    return entries + chain.append_new(home, adopted)


def sequence_of(path: Path) -> int:
    """The sequence of a publication in its file. Raises LedgerDamagedError for one that cannot be read."""
    import polars as pl

    try:
        return int(pl.read_parquet(path, columns=[SEQUENCE])[SEQUENCE].max() or 0)  # type: ignore[arg-type]
    except (pl.exceptions.PolarsError, OSError) as error:
        why = str(error).splitlines()[0]
        raise LedgerDamagedError(f"{path} cannot be read ({why}); restore it from a backup.") from error


def next_sequence(entries: Sequence[Entry]) -> int:
    """The sequence of the next publication."""
    return 1 + max((int(entry.facts[SEQUENCE]) for entry in entries if SEQUENCE in entry.facts), default=0)


def last_number(home: Path, week: str, entries: Sequence[Entry]) -> int:
    """The highest number a publication of a week ever had, as far as anything in the home remembers; 0 for none.

    Asked are the ledger, its chain, the releases and the records of the runs: a number never stands for two statements.
    """
    names = [path.stem for path in publication_files(home)]
    names += [entry.subject for entry in entries if SEQUENCE in entry.facts]
    numbers = [int(name.rsplit("-", 1)[1]) for name in names if name.rsplit("-", 1)[0] == week]
    numbers += [number for known, number in remembered(home) if known == week]
    return max(numbers, default=0)


def remembered(home: Path) -> Iterator[tuple[str, int]]:
    """(week, number) of every publication that the releases and the records of runs tell of."""
    for release in sorted((home / "releases").glob("[0-9]*")):
        for week, manifest in zip(releases.weeks_of(release), releases.read_manifests(release), strict=True):
            yield week, int(manifest["summary"].get("publication", 0))
    for run in read_runs(home):
        yield from ((week, int(number)) for week, number in run.get("published", {}).items())


class Forgotten(NamedTuple):
    """How many posts of a week went on purpose (erased, expired, given up by a person), after which publication."""

    sequence: int
    week: str
    platform: str
    posts: int


def forgotten(entries: Sequence[Entry]) -> list[Forgotten]:
    """What explains that posts of published weeks are gone."""
    rows = []
    sequence = 0
    for entry in entries:
        sequence = max(sequence, int(entry.facts.get(SEQUENCE, 0)))
        for week, platforms in entry.facts.get("posts", {}).items() if entry.kind in chain.LOSING_KINDS else ():
            rows += [Forgotten(sequence, week, platform, int(posts)) for platform, posts in platforms.items()]
    return rows
