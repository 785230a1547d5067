"""The chain of a home: one line a change of what cannot be rebuilt, each with the hash of the line before.

`ledger/chain.jsonl` says of every landed file, loaded file and publication what its content is since when. A line that
was changed, taken out or put in between breaks the hashes after it; one that was cut off at the end is missed by the
count in `ledger_head.json`, which lies outside the ledger. Nobody signs the chain: it finds accidents and careless
hands, not one who writes all of it anew.

A line holds no personal data: `subject` is a file id or the name of a publication, `facts` are counts and paths of the
landing. Lines are written under a lock of their own, since extractions land while another run loads.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from flows.exits import LedgerDamagedError
from flows.store.files import make_folder, sync, write_whole

Kind = Literal[
    "adopted",  # was there before the chain knew of it: proves the content from now on, nothing before
    "landed",  # the content as it came in, secrets masked
    "removed",  # removed posts became tombstones
    "erased",  # a person's records are gone
    "expired",  # records older than the retention are gone
    "repaired",  # a person looked at a fault and decided; with `posts` it explains their loss
    "loaded",  # facts: records, posts, duplicates, rejects
    "published",  # facts: sequence
    "logged",  # how far the log of the desk had come; facts: events
    "watched",  # a version of what is watched
    "keyed",  # a fingerprint of the key of the author hashes, which the tables were first made with
]
CONTENT_KINDS = frozenset({"adopted", "landed", "removed", "erased", "expired"})  # say what a file's bytes are
LOSING_KINDS = frozenset({"erased", "expired", "repaired"})  # may explain that posts are gone
ERASURES, EXPIRIES = "erasures", "expiries"  # folders of the ledger: requests, and records of what was emptied
START = "0" * 64  # what the first line names as the hash before
CHAIN = "chain"  # the subject of a line about the chain itself
_TAIL_BYTES = 1 << 16
_TORN = re.compile(rb'"kind": ?"([a-z]+)", ?"subject": ?"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be chained: what happened to which subject, the sha256 of its content afterwards, and counts.

    `posts` in the facts of what makes posts go (erased, expired, repaired) says how many of each published week:
    `{"posts": {"2024-W05": {"tiktok": 3}}}`; that is what explains their loss.
    """

    kind: Kind
    subject: str
    content: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the chain: a note with its number (from 1), its moment, the hash before, and its own."""

    number: int
    kind: str
    subject: str
    content: str
    facts: Mapping[str, Any]
    moment: str
    before: str
    digest: str


def _path(home: Path) -> Path:
    return home / "ledger" / "chain.jsonl"


def _head_path(home: Path) -> Path:
    return home / "ledger_head.json"


def _damaged(home: Path, what: str) -> LedgerDamagedError:
    return LedgerDamagedError(
        f"The chain of the ledger {what} ({_path(home)}); restore the folder ledger of {home} from a backup."
    )


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    make_folder(home / "ledger")
    with (home / "ledger" / ".chain.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _entry(line: bytes, number: int, before: str) -> Entry | None:
    """A line as the entry that must stand there; None when it is not."""
    if not line.endswith(b"\n"):
        return None
    try:
        facts = json.loads(line)
        entry = Entry(**facts, digest=hashlib.sha256(line[:-1]).hexdigest())
    except (ValueError, TypeError):
        return None
    return entry if (entry.number, entry.before) == (number, before) else None


def _head(home: Path) -> tuple[int, str]:
    """(count, hash) of the last entry as it is kept outside the ledger; (0, START) where nothing is kept."""
    try:
        facts = json.loads(_head_path(home).read_bytes())
        return int(facts["count"]), str(facts["head"])
    except FileNotFoundError:
        return 0, START
    except (ValueError, KeyError, TypeError):
        raise LedgerDamagedError(
            f"{_head_path(home)} is damaged; restore it with the folder ledger from a backup of {home}."
        ) from None


def _keep_head(home: Path, number: int, digest: str) -> None:
    write_whole(_head_path(home), json.dumps({"count": number, "head": digest}).encode() + b"\n")


def is_begun(home: Path) -> bool:
    """Whether the home has a chain, or had one; the last version of ronda wrote none."""
    return _path(home).exists() or _head_path(home).exists()


def read(home: Path) -> list[Entry]:
    """Every entry, in order, each proven by the hash that the next one names; an unfinished last line is cut off.

    Raises LedgerDamagedError when an entry was changed, is missing, or is known to have been there.
    """
    with _locked(home):
        return _read(home)


def snapshot(home: Path) -> tuple[bytes, bytes, list[Entry]]:
    """The chain and its head as they lie on the disk at one moment, and the entries; empty where nothing is chained."""
    with _locked(home):
        entries = _read(home)
        if not entries:
            return b"", b"", []
        return _path(home).read_bytes(), _head_path(home).read_bytes(), entries


def _read(home: Path) -> list[Entry]:
    count, head = _head(home)
    path = _path(home)
    if not path.exists():
        if count:
            raise _damaged(home, f"is gone; it had {count:,} entries")
        return []
    entries: list[Entry] = []
    whole, before = 0, START
    lines = path.read_bytes().splitlines(keepends=True)
    for line in lines:
        entry = _entry(line, len(entries) + 1, before)
        if entry is None:
            break
        entries.append(entry)
        whole, before = whole + len(line), entry.digest
    if len(entries) < count:
        is_cut = len(lines) == len(entries)
        where = f"ends after {len(entries):,} entries" if is_cut else f"is broken at line {len(entries) + 1:,}"
        raise _damaged(home, f"{where}; it had {count:,}")
    if count and entries[count - 1].digest != head:
        raise _damaged(home, f"is not the one it was: entry {count:,} was changed")
    if len(entries) < len(lines):
        _cut(home, entries, whole, lines[len(entries) :])
    elif len(entries) > count:
        _keep_head(home, len(entries), before)
    return entries


def _cut(home: Path, entries: list[Entry], whole: int, rest: Sequence[bytes]) -> None:
    """Cuts off what a loss of power left unfinished, which nobody had believed yet, and says so in the chain.

    Raises LedgerDamagedError where whole entries follow the break: then no loss of power made it.
    """
    if any(_is_entry(line) for line in rest[1:]):
        raise _damaged(home, f"is broken at line {len(entries) + 1:,}")
    torn = _TORN.search(rest[0])
    facts = {"torn": {"kind": torn[1].decode(), "subject": torn[2].decode()}} if torn else {"torn": {}}
    os.truncate(_path(home), whole)
    entries += _write(home, entries[-1:], [Note("repaired", CHAIN, facts=facts)])


def _is_entry(line: bytes) -> bool:
    try:
        return line.endswith(b"\n") and set(json.loads(line)) >= {"number", "before"}
    except (ValueError, TypeError):
        return False


def _last(home: Path) -> list[Entry]:
    """The last entry, by the end of the file alone where that is whole and what the head says."""
    count, head = _head(home)
    try:
        with _path(home).open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _TAIL_BYTES))
            lines = stream.read().splitlines(keepends=True)
    except FileNotFoundError:
        lines = []
    last = _entry(lines[-1], count, json.loads(lines[-1])["before"]) if lines and _is_entry(lines[-1]) else None
    if last is not None and last.digest == head:
        return [last]
    return _read(home)[-1:]


def append(home: Path, notes: Sequence[Note]) -> list[Entry]:
    """Adds notes to the chain; when this returns they are on the disk.

    Raises LedgerDamagedError when the end of the chain is not what it was.
    """
    if not notes:
        return []
    with _locked(home):
        return _write(home, _last(home), notes)


def append_new(home: Path, notes: Sequence[Note]) -> list[Entry]:
    """Adds those notes to the chain that it does not hold yet with the same kind, content and facts as the last."""
    if not notes:
        return []
    with _locked(home):
        there = _read(home)
        known = {(entry.kind, entry.subject): (entry.content, dict(entry.facts)) for entry in there}
        new = [note for note in notes if known.get((note.kind, note.subject)) != (note.content, dict(note.facts))]
        return _write(home, there[-1:], new)


def _write(home: Path, last: Sequence[Entry], notes: Sequence[Note]) -> list[Entry]:
    if not notes:
        return []
    number, before = (last[-1].number, last[-1].digest) if last else (0, START)
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    lines: list[bytes] = []
    entries: list[Entry] = []
    for note in notes:
        number += 1
        facts: dict[str, Any] = {
            "number": number,
            "kind": note.kind,
            "subject": note.subject,
            "content": note.content,
            "facts": dict(note.facts),
            "moment": moment,
            "before": before,
        }
        lines.append(json.dumps(facts).encode() + b"\n")
        before = hashlib.sha256(lines[-1][:-1]).hexdigest()
        entries.append(Entry(**facts, digest=before))
    is_new = not _path(home).exists()
    with _path(home).open("ab") as out:
        out.write(b"".join(lines))
        out.flush()
        os.fsync(out.fileno())
    if is_new:
        sync(_path(home).parent)
    _keep_head(home, number, before)
    return entries


def restart(home: Path) -> Path | None:
    """Sets a damaged chain aside and begins a new one, whose first entry says so and names the last head that is known.

    For a person who has no backup to restore. Gives where the old chain is kept; what lies in the home is adopted by
    the next `loading.proof.settle`.
    """
    with _locked(home):
        try:
            count, head = _head(home)
        except LedgerDamagedError:
            count, head = 0, START
        kept = None
        if _path(home).exists():
            kept = _path(home).with_name(f"chain-until-{datetime.now(UTC):%Y%m%dT%H%M%S}.jsonl")
            os.replace(_path(home), kept)  # noqa: PTH105
        _head_path(home).unlink(missing_ok=True)
        _write(home, [], [Note("repaired", CHAIN, head, {"entries_before": count})])
        return kept


def contents(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """Every content that the chain states of each subject, oldest first."""
    stated: dict[str, list[str]] = {}
    for entry in entries:
        if entry.kind in CONTENT_KINDS or entry.kind == "published":
            stated.setdefault(entry.subject, []).append(entry.content)
    return stated


def last_of(entries: Sequence[Entry], kind: Kind) -> dict[str, Entry]:
    """The last entry of a kind about each subject."""
    return {entry.subject: entry for entry in entries if entry.kind == kind}


def torn(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """(kind, subject) of what a cut-off line was about to say of a subject that the chain does not know."""
    known = {entry.subject for entry in entries}
    said = [entry.facts["torn"] for entry in entries if entry.kind == "repaired" and entry.facts.get("torn")]
    return [(each["kind"], each["subject"]) for each in said if each["subject"] not in known]
