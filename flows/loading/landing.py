"""The landing: what came in, byte for byte, with a manifest beside it. Only a removal changes it afterwards.

The access tokens that saved answers of an API hold do not come in: as many asterisks stand in their place.

Plain files are kept compressed; files that came compressed, Parquet and workbooks are kept as they are.

A file is complete when its manifest exists: the manifest is written last and by rename, so that an interrupted
landing leaves nothing that a load would read.
"""

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import zstandard

from flows.exits import RondaError
from flows.store.files import hash_file, write_whole

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

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Sort key: files are loaded in the order they landed."""
        return (self.landed_at, self.position, self.file_id)


def land(  # noqa: PLR0913 - the facts of a manifest
    home: Path, incoming: Path, form: "Format", platform: str, *, landed_at: datetime, position: int, masked: int = 0
) -> tuple[Landed, bool]:
    """Lands a file of a format and tells whether it is new; one whose bytes landed before keeps its first manifest.

    `masked` is how many secrets were masked in it already.
    """
    file_id = hash_file(incoming)
    root = home / "landing"
    known = next(root.glob(f"*/*/*/{file_id[:32]}.json"), None)
    if known is not None:
        return _read_manifest(known), False
    moment = landed_at.astimezone(UTC)
    with incoming.open("rb") as stream:
        head = stream.read(8)
        stream.seek(0)
        suffix = next((suffix for magic, suffix in _KEPT if head.startswith(magic)), None)
        relative = Path(platform, form.name, moment.date().isoformat(), f"{file_id[:32]}{suffix or '.zst'}")
        target = root / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
        with draft.open("wb") as out:
            if suffix is None:
                zstandard.ZstdCompressor(level=_LEVEL).copy_stream(stream, out, read_size=_BLOCK)
            else:
                shutil.copyfileobj(stream, out, _BLOCK)
    facts = incoming.stat()
    landed = Landed(
        file_id,
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
    if form.holds_secrets:
        landed = _mask(home, incoming, landed)
    draft.replace(target)
    _write_manifest(target, landed)
    return landed, True


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


def _write_manifest(target: Path, landed: Landed) -> None:
    manifest = asdict(landed) | {"landed_at": landed.landed_at.isoformat(timespec="microseconds")}
    manifest["modified_at"] = landed.modified_at and landed.modified_at.isoformat()
    for name in ("rewritten", "erased", "masked"):
        if not manifest[name]:
            del manifest[name]
    write_whole(target.with_suffix(".json"), json.dumps(manifest, indent=1).encode() + b"\n")


def draft_of(home: Path, landed: Landed) -> Path:
    """Where other content for a landed file is written before it takes its place."""
    target = home / "landing" / landed.path
    return target.with_name(f".{target.name}.{os.getpid()}.draft")


def write_draft(home: Path, landed: Landed, content: Iterable[bytes]) -> str:
    """Writes other content for a landed file beside it, packed as the file is; gives its hash.

    As in the manifest, that is the sha256 of the bytes as they would come in: unpacked where ronda packed them.
    """
    draft = draft_of(home, landed)
    suffix = Path(landed.path).suffix
    if suffix == ".zst" and not landed.file.endswith(".zst"):
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


def take_draft(home: Path, landed: Landed, digest: str, erased: int, moment: datetime) -> Landed:
    """Puts a draft in the place of a landed file; its id stays the hash it came with, so that it stays known.

    The manifest keeps both hashes and is written first: a killed rewriting is seen and done again, and then counts
    nothing twice because it comes to the same hash.
    """
    target = home / "landing" / landed.path
    if not landed.rewritten or landed.rewritten[-1].split()[1] != digest:
        later = f"{moment.astimezone(UTC).isoformat(timespec='seconds')} {digest}"
        landed = replace(landed, rewritten=(*landed.rewritten, later), erased=landed.erased + erased)
        _write_manifest(target, landed)
    draft_of(home, landed).replace(target)
    return landed


def clear_drafts(home: Path, before: datetime) -> None:
    """Removes what killed processes left half written in the landing before a moment."""
    for draft in (home / "landing").glob("*/*/*/.*.draft"):
        if draft.stat().st_mtime < before.timestamp():
            draft.unlink(missing_ok=True)


def _read_manifest(path: Path) -> Landed:
    try:
        facts = json.loads(path.read_bytes())
        later = {
            "landed_at": datetime.fromisoformat(facts["landed_at"]),
            "modified_at": datetime.fromisoformat(known) if (known := facts.get("modified_at")) else None,
            "rewritten": tuple(facts.get("rewritten", ())),
        }
        return Landed(**facts | later)
    except (ValueError, TypeError, KeyError) as error:
        raise RondaError(
            f"The landing manifest {path.name} is damaged ({error}); restore it from a backup or import the file again."
        ) from error


def landed_files(home: Path) -> list[Landed]:
    """Every complete file of the landing, in the order of landing."""
    return sorted((_read_manifest(path) for path in (home / "landing").glob("*/*/*/*.json")), key=lambda it: it.order)


def stored_path(home: Path, landed: Landed) -> Path:
    """Where the bytes of a landed file are kept."""
    return home / "landing" / landed.path
