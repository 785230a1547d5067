"""Whether the landing still is what came in: its files against their manifests, the chain and what was loaded.

Nothing here stops a whole run: what is wrong is a `Flaw` with a sentence, and a flawed file is not loaded. What may not
go on without a file is the publication (`require_seen`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import zstandard

from flows.exits import LedgerDamagedError
from flows.loading import landing
from flows.loading.landing import Landed
from flows.store import chain
from flows.store.chain import Entry, Note
from flows.store.files import all_paths, hash_file
from flows.store.warehouse import Connection

Fault = Literal[
    "missing",  # a manifest without bytes
    "vanished",  # neither manifest nor bytes of a file that the chain or the warehouse knows
    "changed",  # bytes, or a manifest, that are not what they were
    "unreadable",  # a folder or file that may not be read
    "manifest",  # a manifest that cannot be read
    "unknown",  # a kind that this version does not know
    "orphan",  # bytes without a manifest
    "leftover",  # a file that the chain says is deleted
    "behind",  # bytes from before a rewriting: what should be gone from them still stands there
    "fewer",  # fewer records than the same bytes held when they were loaded before
    "torn",  # a line of the chain that broke off, about a file that is not there
]
_STOPS: frozenset[Fault] = frozenset(
    {"missing", "vanished", "changed", "unreadable", "manifest", "unknown", "leftover"}
)
_BLOCK = 4 << 20
_READERS = 2  # files whose bytes are compared at the same time; hashing and unpacking leave Python's lock alone
_DEPTH = 4  # platform, source, day, file
_FIX = "restore it from a backup, or import the file again."
_COUNTS = ("records", "posts", "duplicates", "rejects")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with the landing: what, with which file (its id, else its path), and a sentence with the fix."""

    fault: Fault
    subject: str
    sentence: str

    @property
    def stops(self) -> bool:
        """Whether the file is not loaded as it is."""
        return self.fault in _STOPS


@dataclass(frozen=True, slots=True)
class Inventory:
    """The files of the landing that are whole by their names, in the order of landing; what is wrong; the chain."""

    files: tuple[Landed, ...]
    flaws: tuple[Flaw, ...]
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file as the warehouse knows it: its name and its counts (records, posts, duplicates, rejects)."""

    file: str
    counts: Mapping[str, int]


def loaded_files(connection: Connection) -> dict[str, Loaded]:
    """The files that the warehouse holds, by id."""
    rows = connection.execute(
        "SELECT file_id, file, records, posts, duplicates, rejects FROM base.loads ORDER BY ALL"
    ).fetchall()
    return {file_id: Loaded(file, dict(zip(_COUNTS, counts, strict=True))) for file_id, file, *counts in rows}


# ----------------------------------------------------------------------------------------------------- by names


def inspect(home: Path) -> Inventory:
    """What lies in the landing, by names and manifests: quick, no bytes are read and the chain is not asked."""
    root = home / "landing"
    unreadable: list[OSError] = []
    paths = [path for path in all_paths(root, unreadable) if not path.name.startswith(".")]
    flaws = [Flaw("unreadable", str(error.filename), landing.unreadable_sentence(error)) for error in unreadable]
    there = {path.relative_to(root).as_posix() for path in paths}
    files: list[Landed] = []
    manifests: set[str] = set()
    for path in paths:
        if path.suffix == ".json":
            manifests.add(path.with_suffix("").as_posix())
            try:
                item = landing.read_manifest(path)
            except LedgerDamagedError as damage:
                flaws.append(Flaw("manifest", path.stem, str(damage)))
                continue
            flaw = _by_name(item, there)
            if flaw is None:
                files.append(item)
            else:
                flaws.append(flaw)
    flaws += [
        _orphan(path, root)
        for path in paths
        if path.suffix != ".json" and path.with_suffix("").as_posix() not in manifests and _is_alone(path)
    ]
    return Inventory(tuple(sorted(files, key=lambda item: item.order)), tuple(flaws))


def _by_name(item: Landed, there: set[str]) -> Flaw | None:
    if item.path not in there:
        return Flaw(
            "missing",
            item.file_id,
            f"{item.file}, landed {item.landed_at:%Y-%m-%d}, has a manifest and no bytes (landing/{item.path}); restore"
            " it from a backup, or import the file again.",
        )
    return None


def _is_alone(path: Path) -> bool:
    """Whether a path is a file without a manifest, also now: one may be landing at this moment."""
    return not path.is_dir() and not path.with_suffix(".json").exists()


def _orphan(path: Path, root: Path) -> Flaw:
    inside = path.relative_to(root)
    if len(inside.parts) == _DEPTH:
        what = "has no manifest: its landing was interrupted or its manifest is lost"
        return Flaw("orphan", inside.as_posix(), f"landing/{inside} {what}; import the file again, then delete it.")
    return Flaw("orphan", inside.as_posix(), f"landing/{inside} is no file of the landing; move it elsewhere.")


# ----------------------------------------------------------------------------------------------------- by bytes


def content_hash(home: Path, item: Landed) -> str:
    """The sha256 of the bytes of a landed file as they would come in: unpacked where ronda packed them.

    Raises OSError, and ZstdError for packed bytes that are damaged.
    """
    return content_of(landing.stored_path(home, item), item)


def content_of(path: Path, item: Landed) -> str:
    """The same of bytes elsewhere that are packed as those of a landed file."""
    if not item.is_packed:
        return hash_file(path)
    digest = hashlib.sha256()
    unpacker = zstandard.ZstdDecompressor()
    with (
        path.open("rb") as stream,
        unpacker.stream_reader(stream, read_across_frames=True) as reader,
        ThreadPoolExecutor(1) as hashing,
    ):
        hashed: Future[None] | None = None
        while block := reader.read(_BLOCK):  # while the block before it is hashed
            if hashed is not None:
                hashed.result()
            hashed = hashing.submit(digest.update, block)
    return digest.hexdigest()


def check_bytes(home: Path, item: Landed, stated: Sequence[str], packed: str = "") -> Flaw | None:
    """What is wrong with one landed file, its kind and its bytes.

    `stated` are its contents by the chain (`chain.contents`), the last one last. `packed` is the hash of its bytes as
    ronda packed that content: those that still have it are not unpacked.
    """
    flaw = _by_statement(item, stated)
    if flaw is not None:
        return flaw
    try:
        contents = _contents(home, item, packed if item.content in stated[-1:] else "")
    except FileNotFoundError:
        return _by_name(item, set())
    except OSError as error:
        return Flaw("unreadable", item.file_id, landing.unreadable_sentence(error))
    if item.content in contents and (not stated or stated[-1] == item.content):
        return None
    if {item.file_id, item.content, *(each.split()[1] for each in item.rewritten)} & set(contents):
        told = f"{_where(item)} still holds records that were to be erased"
        why = "its rewriting was interrupted, or it comes from an older backup"
        again = "erase them again with `ronda extract --refresh`"
        return Flaw("behind", item.file_id, f"{told}: {why}; {again}.")
    told = f"The bytes of {_where(item)} are not those that landed"
    return Flaw("changed", item.file_id, f"{told}; {_FIX}")


def _contents(home: Path, item: Landed, packed: str) -> list[str]:
    """What the bytes of a landed file can be taken for: unpacked, and as they are where they came packed.

    What came packed may be of several parts, cut off or damaged: it is kept as it came, and only its own hash tells.
    Of what has the hash `packed`, the content is known.
    """
    if packed and hash_file(landing.stored_path(home, item)) == packed:
        return [item.content]
    try:
        contents = [content_hash(home, item)]
    except zstandard.ZstdError:
        contents = []
    if item.path.endswith(".zst") and item.content not in contents:
        contents.append(hash_file(landing.stored_path(home, item)))
    return contents


def _by_statement(item: Landed, stated: Sequence[str]) -> Flaw | None:
    """What is wrong with the manifest of a file, by the kinds that are known and what the chain states."""
    from flows.sources.format import Kind  # the formats of all sources, which `ronda status` does not need

    if item.kind not in get_args(Kind):
        told = f'{item.file} landed as "{item.kind}", which this version of ronda does not know'
        return Flaw("unknown", item.file_id, f"{told}; use the version that landed it, or a later one.")
    if stated and not stated[-1]:
        told = f"{_where(item)} was to be deleted, which was interrupted"
        return Flaw("leftover", item.file_id, f"{told}; run again what deleted it, or delete it with its manifest.")
    if stated and item.content not in stated:
        told = f"The manifest of {_where(item)} was changed by hand"
        return Flaw("changed", item.file_id, f"{told}; {_FIX}")
    return None


def _where(item: Landed) -> str:
    return f"{item.file}, landed {item.landed_at:%Y-%m-%d} (landing/{item.path})"


def check_all_bytes(home: Path, files: Sequence[Landed], entries: Sequence[Entry]) -> list[Flaw]:
    """What is wrong with the bytes of some landed files, each of them unpacked."""
    return _check_each(home, files, chain.contents(entries), {})


def check_before_reading(home: Path, files: Sequence[Landed], entries: Sequence[Entry]) -> list[Flaw]:
    """The same of files that are about to be read, and so unpacked: where the chain states them, by packed bytes.

    Those are what landing made of the content that it hashed, and have checksums of it, by which reading proves it.
    """
    packed = {entry.subject: entry.facts.get("packed", "") for entry in entries if "path" in entry.facts}
    return _check_each(home, files, chain.contents(entries), packed)


def _check_each(
    home: Path, files: Sequence[Landed], stated: Mapping[str, Sequence[str]], packed: Mapping[str, str]
) -> list[Flaw]:
    def check(item: Landed) -> Flaw | None:
        return check_bytes(home, item, stated.get(item.file_id, ()), packed.get(item.file_id, ""))

    with ThreadPoolExecutor(_READERS) as readers:
        return [flaw for flaw in readers.map(check, files) if flaw is not None]


# ----------------------------------------------------------------------------------------- by chain and warehouse


def settle(home: Path, loaded: Mapping[str, Loaded]) -> Inventory:
    """The landing compared with the chain and with what the warehouse holds; the chain learns what it missed.

    What was there before the chain (a home of an earlier version, a run killed at the wrong moment) is adopted: its
    content is proven from now on, by being unpacked, and nothing of what was before. Raises LedgerDamagedError for a
    damaged chain.
    """
    entries = chain.read(home)
    seen = inspect(home)  # afterwards: what lands meanwhile is seen and not missed
    known = chain.contents(entries)
    adopted = [landing.note_of(replace(item, packed=""), "adopted") for item in seen.files if item.file_id not in known]
    contents = {item.file_id: item.content for item in seen.files}
    entries += chain.append_new(home, adopted)
    entries += note_loaded(home, loaded, contents, only_new=True)
    return compare(home, seen, entries, loaded)


def compare(home: Path, seen: Inventory, entries: Sequence[Entry], loaded: Mapping[str, Loaded]) -> Inventory:
    """What lies in the landing, with what the chain and the warehouse know and nobody can see; writes nothing."""
    seen = _as_stated(seen, entries)
    flaws = _vanished(home, seen, entries, loaded)
    for kind, subject in chain.torn(entries):
        told = f"A line of the chain broke off ({kind} {subject}) and nothing of it lies in {home}"
        flaws.append(Flaw("torn", subject, f"{told}; do again what ran when the machine stopped."))
    return Inventory(seen.files, tuple(flaws), tuple(entries))


def _as_stated(seen: Inventory, entries: Sequence[Entry]) -> Inventory:
    """The landing without the files whose manifests say something else than the chain does."""
    stated = {entry.subject: entry.facts["manifest"] for entry in entries if "manifest" in entry.facts}
    other = [item for item in seen.files if stated.get(item.file_id, item.identity) != item.identity]
    flaws = [
        Flaw("manifest", item.file_id[:32], f"The manifest of {_where(item)} is not what it was; {_FIX}")
        for item in other
    ]
    files = tuple(item for item in seen.files if item not in other)
    return Inventory(files, (*seen.flaws, *flaws), seen.entries)


def note_loaded(
    home: Path, loaded: Mapping[str, Loaded], contents: Mapping[str, str], *, only_new: bool = False
) -> list[Entry]:
    """Notes in the chain which files are loaded, with their counts; gives the new entries.

    With `only_new`, files that are noted already are left out, whatever their counts.
    """
    known = chain.last_of(chain.read(home), "loaded") if only_new else {}
    notes = [
        Note("loaded", file_id, contents.get(file_id, ""), dict(item.counts))
        for file_id, item in loaded.items()
        if file_id not in known
    ]
    return chain.append_new(home, notes)


def expired_files(entries: Sequence[Entry]) -> set[str]:
    """The landed files that expired whole: their posts are counted by the tables of today and by no landing."""
    last = {entry.subject: entry for entry in entries if entry.kind in chain.CONTENT_KINDS and "path" in entry.facts}
    return {file_id for file_id, entry in last.items() if entry.kind == "expired" and not entry.content}


def fewer_records(loaded: Mapping[str, Loaded], entries: Sequence[Entry], contents: Mapping[str, str]) -> list[Flaw]:
    """Files that were loaded again with fewer records than the same bytes held before."""
    before = chain.last_of(entries, "loaded")
    flaws = []
    for file_id, item in loaded.items():
        known = before.get(file_id)
        if known is None or known.content not in ("", contents.get(file_id)):
            continue
        held, holds = known.facts["records"], item.counts["records"]
        if holds < held:
            told = f"{item.file} held {held:,} records when it was loaded before and {holds:,} now"
            flaws.append(Flaw("fewer", file_id, f"{told}; its bytes are the same, so report it with this sentence."))
    return flaws


def _vanished(home: Path, seen: Inventory, entries: Sequence[Entry], loaded: Mapping[str, Loaded]) -> list[Flaw]:
    """The flaws of the landing, with the files that the chain or the warehouse knows and nobody can see."""
    last: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind in chain.CONTENT_KINDS | {"repaired"} and "path" in entry.facts:
            last[entry.subject] = entry
    visible = {item.file_id for item in seen.files} | {flaw.subject for flaw in seen.flaws}
    paths = {
        file_id: f"landing/{entry.facts['path']}"
        for file_id, entry in last.items()
        if entry.content and file_id not in visible and file_id[:32] not in visible
    }
    paths |= {file_id: item.file for file_id, item in loaded.items() if file_id not in visible | last.keys()}
    flaws = []
    for flaw in seen.flaws:
        inside = _within(home, flaw.subject, paths) if flaw.fault == "unreadable" else []
        paths = {file_id: path for file_id, path in paths.items() if file_id not in inside}
        more = f" {len(inside):,} landed files lie in it." if inside else ""
        flaws.append(Flaw(flaw.fault, flaw.subject, flaw.sentence + more))
    records = {file_id: entry.facts["records"] for file_id, entry in chain.last_of(entries, "loaded").items()}
    for file_id, path in paths.items():
        held = f", from which {records[file_id]:,} records were loaded" if file_id in records else ""
        name = f"{loaded[file_id].file} ({path})" if file_id in loaded and path != loaded[file_id].file else path
        flaws.append(Flaw("vanished", file_id, f"{name}{held}, is gone from the landing; {_FIX}"))
    return flaws


def _within(home: Path, folder: str, paths: Mapping[str, str]) -> list[str]:
    return [file_id for file_id, path in paths.items() if (home / path).is_relative_to(folder)]


def require_seen(home: Path, connection: Connection) -> None:
    """Raises LedgerDamagedError where a part of the landing that is not in the warehouse cannot be seen.

    What is published would lack it, without a word.
    """
    loaded = loaded_files(connection)
    for flaw in settle(home, loaded).flaws:
        is_unseen = flaw.fault in ("missing", "vanished", "manifest") and not _is_loaded(flaw.subject, loaded)
        if flaw.fault == "unreadable" or is_unseen:
            raise LedgerDamagedError(f"Nothing is published without it: {flaw.sentence}")


def _is_loaded(subject: str, loaded: Mapping[str, Any]) -> bool:
    return subject in loaded or any(file_id[:32] == subject for file_id in loaded)
