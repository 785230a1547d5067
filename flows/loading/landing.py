"""The landing: what came in, byte for byte, with a manifest beside it. Only a removal changes it afterwards.

The access tokens that saved answers of an API hold do not come in: as many asterisks stand in their place.

Plain files are kept compressed; files that came compressed, Parquet and workbooks are kept as they are.

A file is complete when its manifest exists: the manifest is written last and by rename, so that an interrupted
landing leaves nothing that a load would read. The chain of the ledger then states what its bytes are; whether they
still are is the question of `flows.loading.proof`.
"""

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import zstandard

from flows.exits import InputRefusedError, LedgerDamagedError
from flows.store import chain
from flows.store.chain import Kind
from flows.store.files import all_paths, draft_beside, hash_file, make_folder, require_space, settle, sync, write_whole

if TYPE_CHECKING:  # `ronda status` asks for the landing and reads no file
    from flows.sources.format import Format

_BLOCK = 1 << 20
_LEVEL = 3
# First bytes of what is kept as it came, and the suffix it is kept under.
_KEPT: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", ".gz"),
    (b"\x28\xb5\x2f\xfd", ".zst"),
    (b"PAR1", ".parquet"),
    (b"PK\x03\x04", ".xlsx"),
)


class Cut(NamedTuple):
    """Where a packed file can be cut: the packed bytes before, and the number of the line that begins there, from 1."""

    start: int
    line: int


@dataclass(frozen=True, slots=True)
class Landed:
    """The manifest of one landed file.

    `file_id` is the sha256 of the bytes as they came in; `position` orders files that landed at the same moment.
    `kind`, `source` and `format` are those of the format it was recognised as, which is the one it is read with.
    """

    file_id: str
    kind: str  # see `Format.kind`
    platform: str
    source: str  # `Format.name`
    file: str
    landed_at: datetime
    position: int
    bytes: int
    path: str  # of the kept bytes, relative to the landing
    format: str = ""  # `Format.key`; the first manifests have none
    modified_at: datetime | None = None  # the file's own time when it came in: its records were seen by then
    rewritten: tuple[str, ...] = ()  # "<moment> <sha256>" of every other content: tombstones, masked secrets
    erased: int = 0  # how many records became tombstones
    masked: int = 0  # secrets that came in with it; each is as many asterisks now
    packed: str = ""  # the sha256 of the bytes as ronda packed them; empty after a rewriting, as the cuts are
    cuts: tuple[Cut, ...] = ()  # where what ronda packed can be read in pieces

    @property
    def content(self) -> str:
        """The sha256 of the bytes as they would come in now: the last of `rewritten`, else that they came with."""
        return self.rewritten[-1].split()[1] if self.rewritten else self.file_id

    @property
    def identity(self) -> str:
        """A hash of what its manifest says and no rewriting changes."""
        facts = (self.file_id, self.kind, self.platform, self.source, self.file, self.position, self.bytes, self.path)
        moments = (self.landed_at.astimezone(UTC), self.modified_at and self.modified_at.astimezone(UTC))
        return hashlib.sha256(repr((*facts, self.format, self.masked, *map(str, moments))).encode()).hexdigest()

    @property
    def is_packed(self) -> bool:
        """Whether ronda packed it, as far as its names tell."""
        return self.path.endswith(".zst") and not self.file.endswith(".zst")

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Sort key: files are loaded in the order they landed."""
        return (self.landed_at, self.position, self.file_id)


def land(  # noqa: PLR0913 - the facts of a manifest
    home: Path,
    incoming: Path,
    form: "Format",
    platform: str,
    *,
    landed_at: datetime,
    position: int,
    masked: int = 0,
    file_id: str | None = None,
) -> tuple[Landed, bool]:
    """Lands a file of a format and tells whether it is new; one whose bytes landed before keeps its first manifest.

    `masked` is how many secrets were masked in it already; `file_id` is the sha256 of its bytes, where it is known:
    otherwise it is told as they are packed, which reads them once. Raises InputRefusedError for a file that changes
    meanwhile.
    """
    suffix = _kept_suffix(incoming)
    if file_id is None and (suffix or form.holds_secrets):
        file_id = hash_file(incoming)
    if file_id is not None and (known := manifest_path(home, file_id)) is not None:
        return read_manifest(known), False
    require_space(home, incoming.stat().st_size, f"Landing {incoming.name}")
    moment = landed_at.astimezone(UTC)
    name = file_id or hashlib.sha256(bytes(incoming.absolute())).hexdigest()  # until it is told
    relative = Path(platform, form.name, moment.date().isoformat(), f"{name[:32]}{suffix or '.zst'}")
    facts = incoming.stat()
    landed = Landed(
        name,
        form.kind,
        platform,
        form.name,
        incoming.name,
        moment,
        position,
        facts.st_size,
        relative.as_posix(),
        form.key,
        datetime.fromtimestamp(int(facts.st_mtime), UTC),
        masked=masked,
    )
    draft = draft_of(home, landed)
    landed = write_incoming(home, incoming, landed, holds_secrets=form.holds_secrets)
    if file_id is None and (known := manifest_path(home, landed.file_id)) is not None:
        draft.unlink()
        return read_manifest(known), False
    if file_id not in (None, landed.file_id):
        draft.unlink()
        raise InputRefusedError(f"{incoming} changed while it came in; give it again when nothing writes it any more.")
    settle(draft, stored_path(home, landed))
    write_manifest(home, landed)
    chain.append(home, [note_of(landed, "landed")])
    return landed, True


def manifest_path(home: Path, file_id: str) -> Path | None:
    """Where the manifest of a landed file is; None where there is none.

    Raises LedgerDamagedError for a folder that may not be read.
    """
    name, unreadable = f"{file_id[:32]}.json", list[OSError]()
    for folder, _, files in os.walk(home / "landing", onerror=unreadable.append):
        if name in files:
            return Path(folder, name)
    _require_readable([each for each in unreadable if not isinstance(each, FileNotFoundError)])
    return None


def _kept_suffix(incoming: Path) -> str | None:
    """The suffix of a file that is kept as it came, whatever its name; None of one that ronda packs."""
    with incoming.open("rb") as stream:
        head = stream.read(8)
    return next((suffix for magic, suffix in _KEPT if head.startswith(magic)), None)


def write_incoming(home: Path, incoming: Path, landed: Landed, *, holds_secrets: bool) -> Landed:
    """Writes what comes in as the draft of a landed file, its secrets masked; gives its manifest.

    What is packed is hashed by the way: its manifest has the id of the bytes that were packed, and their place by it.
    """
    from flows.files.frames import pack

    make_folder(stored_path(home, landed).parent)
    if holds_secrets and (masked := _mask(home, incoming, landed)).rewritten:
        return masked
    with incoming.open("rb") as stream, draft_of(home, landed).open("wb") as out:
        if _kept_suffix(incoming) is None:
            content, packed, cuts = pack(iter(lambda: stream.read(_BLOCK), b""), out)
            path = Path(landed.path).with_name(f"{content[:32]}.zst").as_posix()
            return replace(landed, file_id=content, path=path, packed=packed, cuts=tuple(Cut(*each) for each in cuts))
        shutil.copyfileobj(stream, out, _BLOCK)
    return landed


def note_of(landed: Landed, kind: Kind) -> chain.Note:
    """What the chain says of a landed file: its bytes, where they lie, and when it came in."""
    facts = {
        "path": landed.path,
        "landed_at": landed.landed_at.isoformat(timespec="microseconds"),
        "position": landed.position,
        "bytes": landed.bytes,
        "modified_at": landed.modified_at.isoformat() if landed.modified_at else None,
        "manifest": landed.identity,
    }
    facts |= {"packed": landed.packed} if landed.packed else {}
    return chain.Note(kind, landed.file_id, landed.content, facts)


def _mask(home: Path, incoming: Path, landed: Landed) -> Landed:
    """Masks the secrets of a file in its draft; the manifest then keeps both hashes, as after a removal."""
    masked = sum(count for _, count in _masked_parts(incoming))
    if not masked:
        return landed
    digest = write_draft(home, landed, (part for part, _ in _masked_parts(incoming)))
    moment = landed.landed_at.isoformat(timespec="seconds")
    return replace(landed, rewritten=(f"{moment} {digest}",), masked=landed.masked + masked)


def _masked_parts(path: Path) -> Iterator[tuple[bytes, int]]:
    """The content of a file with its secrets masked, part by part with how many those were."""
    from flows.files.opening import CHUNK_BYTES, open_stream, read_head
    from flows.sources.redacting import Redactor

    with open_stream(path) as stream:
        yield from Redactor().stream(iter(lambda: read_head(stream, CHUNK_BYTES), b""))


def write_manifest(home: Path, landed: Landed) -> None:
    """Writes the manifest of a landed file, which makes it one."""
    manifest = asdict(landed) | {"landed_at": landed.landed_at.isoformat(timespec="microseconds")}
    manifest["modified_at"] = landed.modified_at and landed.modified_at.isoformat()
    for name in ("rewritten", "erased", "masked", "packed", "cuts"):
        if not manifest[name]:
            del manifest[name]
    write_whole(stored_path(home, landed).with_suffix(".json"), json.dumps(manifest, indent=1).encode() + b"\n")


def draft_of(home: Path, landed: Landed) -> Path:
    """Where other content for a landed file is written before it takes its place."""
    return draft_beside(stored_path(home, landed))


def write_draft(home: Path, landed: Landed, content: Iterable[bytes]) -> str:
    """Writes other content for a landed file beside it, packed as the file is; gives its hash.

    As in the manifest, that is the sha256 of the bytes as they would come in: unpacked where ronda packed them.
    """
    draft = draft_of(home, landed)
    suffix = Path(landed.path).suffix
    if landed.is_packed:
        digest = hashlib.sha256()
        with draft.open("wb") as out, zstandard.ZstdCompressor(level=_LEVEL).stream_writer(out) as packed:
            for part in content:
                digest.update(part)
                packed.write(part)
        return digest.hexdigest()
    with draft.open("wb") as out, _packer(suffix, out) as packed:
        for part in content:
            packed.write(part)
    return hash_file(draft)


@contextmanager
def _packer(suffix: str, out: BinaryIO) -> Iterator[Any]:
    if suffix == ".gz":
        with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as packed:
            yield packed
    elif suffix == ".zst":
        with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(out) as packed:
            yield packed
    else:
        yield out


def take_draft(  # noqa: PLR0913 - the facts of a rewriting
    home: Path,
    landed: Landed,
    digest: str,
    erased: int,
    moment: datetime,
    *,
    kind: Kind = "removed",
    posts: Mapping[str, Mapping[str, int]] | None = None,
) -> Landed:
    """Puts a draft in the place of a landed file; its id stays the hash it came with, so that it stays known.

    The chain states the new content first, as `kind` (removed, erased, expired), then the manifest, which keeps both
    hashes: a killed rewriting is seen and done again, and counts nothing twice because it comes to the same hash.
    `posts` says how many posts of each week and platform are gone from the tables with it (a removed post stays there,
    as a tombstone).
    """
    if landed.content != digest:
        facts = {"path": landed.path} | ({"posts": posts} if posts else {})
        chain.append_new(home, [chain.Note(kind, landed.file_id, digest, facts)])
        landed = note_rewritten(home, landed, digest, erased, moment)
    settle(draft_of(home, landed), stored_path(home, landed))
    return landed


def note_rewritten(home: Path, landed: Landed, digest: str, erased: int, moment: datetime) -> Landed:
    """Writes into the manifest of a landed file that its content is another one since a moment."""
    later = f"{moment.astimezone(UTC).isoformat(timespec='seconds')} {digest}"
    landed = replace(landed, rewritten=(*landed.rewritten, later), erased=landed.erased + erased, packed="", cuts=())
    write_manifest(home, landed)
    return landed


def drop(home: Path, landed: Landed, *, kind: Kind, posts: Mapping[str, Mapping[str, int]] | None = None) -> None:
    """Deletes a landed file whole, manifest and bytes, for a reason that the chain states first (expired, erased).

    `posts` says how many posts of each week and platform are gone with it, as in `take_draft`. Safe to repeat.
    """
    facts = {"path": landed.path} | ({"posts": posts} if posts else {})
    chain.append_new(home, [chain.Note(kind, landed.file_id, "", facts)])
    target = stored_path(home, landed)
    target.unlink(missing_ok=True)
    target.with_suffix(".json").unlink(missing_ok=True)
    sync(target.parent)


def read_manifest(path: Path) -> Landed:
    """The manifest in a file. Raises LedgerDamagedError for one that cannot be read or tells of another file."""
    try:
        facts = json.loads(path.read_bytes())
        later = {
            "landed_at": datetime.fromisoformat(facts["landed_at"]),
            "modified_at": datetime.fromisoformat(known) if (known := facts.get("modified_at")) else None,
            "rewritten": tuple(facts.get("rewritten", ())),
            "cuts": tuple(Cut(*each) for each in facts.get("cuts", ())),
        }
        landed = Landed(**facts | later)
        if path.stem != landed.file_id[:32] or Path(landed.path).stem != path.stem or not path.match(_beside(landed)):
            raise ValueError("it tells of another file")  # noqa: TRY301 - one sentence for all that it may be
        if landed.rewritten:
            _, _ = landed.rewritten[-1].split()
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise LedgerDamagedError(
            f"The landing manifest {path.name} is damaged ({why}); restore it from a backup or import the file again."
        ) from error
    return landed


def _beside(landed: Landed) -> str:
    return f"landing/{Path(landed.path).with_suffix('.json')}"


def _inside(home: Path) -> Iterator[Path]:
    """Everything in the landing. Raises LedgerDamagedError for a folder that may not be read."""
    unreadable: list[OSError] = []
    yield from all_paths(home / "landing", unreadable)
    _require_readable(unreadable)


def _require_readable(unreadable: Sequence[OSError]) -> None:
    if unreadable:
        raise LedgerDamagedError(unreadable_sentence(unreadable[0]))


def unreadable_sentence(error: OSError) -> str:
    """What to do about a folder or file of the home that may not be read."""
    return f"{error.filename} cannot be read ({error.strerror}); give the account of ronda the right to read it."


def landed_files(home: Path) -> list[Landed]:
    """Every complete file of the landing, in the order of landing.

    Raises LedgerDamagedError where a folder or a manifest cannot be read; `proof.inspect` gives the rest of them.
    """
    manifests = (read_manifest(path) for path in _inside(home) if path.suffix == ".json")
    return sorted(manifests, key=lambda item: item.order)


def stored_path(home: Path, landed: Landed) -> Path:
    """Where the bytes of a landed file are kept."""
    return home / "landing" / landed.path
