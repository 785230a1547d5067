"""Batches: landed files made ready for a load, posts as prepared parts, collection logs and review sheets as rows."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import polars as pl

from flows import processes
from flows.exits import InputRefusedError
from flows.files.record import Fault
from flows.loading import load, pieces, prepared, privacy, proof, reading
from flows.loading.counted import Prepared, is_ended_early
from flows.loading.landing import Landed
from flows.loading.pieces import Piece
from flows.loading.sheets import CollectionDays, ReviewLines
from flows.progress import Advance
from flows.settings import Settings
from flows.sources.format import Kind
from flows.store import chain

# From so many bytes on the helper of a run, or processes of their own, save more than they cost.
_HELPED_BYTES, _PARALLEL_BYTES = 8 << 20, 64 << 20
_WORKERS = 2
_LOOK_SECONDS = 0.2  # between two looks at how far other processes are


@dataclass(frozen=True, slots=True)
class Ready:
    """Landed files on their way into the warehouse: prepared posts, collection logs and review sheets with faults.

    `refusals` has a sentence for each file (by id) that cannot be read as what it landed as; `doubts` are sentences
    about files that can.
    """

    prepared: Prepared
    logs: tuple[tuple[CollectionDays, list[Fault]], ...]
    reviews: tuple[tuple[ReviewLines, list[Fault]], ...]
    refusals: Mapping[str, str]
    doubts: tuple[str, ...] = ()


def make_ready(settings: Settings, files: Sequence[Landed], key: bytes, folder: Path, advance: Advance) -> Ready:
    """Reads landed files by their kinds; posts as Parquet parts in `folder`, authors hashed with `key`.

    First their bytes are compared with what landed; a file that is not the same is a refusal and is not read.
    `advance` is told the bytes of posts that were read.
    """
    kinds: dict[str, list[Landed]] = {kind: [] for kind in get_args(Kind)}
    flaws = proof.check_all_bytes(settings.home, files, chain.read(settings.home))
    refusals = {flaw.subject: flaw.sentence for flaw in flaws if flaw.stops}
    for item in files:
        if item.file_id in refusals:
            continue
        try:
            kinds[reading.format_of(settings, item).kind].append(item)
        except InputRefusedError as refusal:
            refusals[item.file_id] = str(refusal)
    logs = [(item, *_read_sheet(settings, item)) for item in kinds["collection"]]
    sheets = [(item, *_read_sheet(settings, item)) for item in kinds["review"]]
    return Ready(
        _prepare_all(settings, kinds["posts"], key, folder, advance),
        tuple((CollectionDays(item, rows), faults) for item, rows, faults in logs),
        tuple((ReviewLines(item, rows), faults) for item, rows, faults in sheets),
        refusals,
        tuple(flaw.sentence for flaw in flaws if not flaw.stops),
    )


def batch(ready: Ready, files: frozenset[str]) -> load.Batch:
    """What a load of the files of these ids brings."""
    logs = [pair for pair in ready.logs if pair[0].landed.file_id in files]
    sheets = [pair for pair in ready.reviews if pair[0].landed.file_id in files]
    return load.Batch(
        files=[(item.landed, item.records) for item in ready.prepared.files if item.landed.file_id in files],
        posts=ready.prepared.posts,
        rejects=ready.prepared.rejects,
        logs=[log for log, _ in logs],
        reviews=[sheet for sheet, _ in sheets],
        sheet_faults=[
            *((log.landed, fault) for log, faults in logs for fault in faults),
            *((sheet.landed, fault) for sheet, faults in sheets for fault in faults),
        ],
    )


def _prepare_all(settings: Settings, files: Sequence[Landed], key: bytes, folder: Path, advance: Advance) -> Prepared:
    parted = [pieces.pieces_of(settings, item) for item in files]
    total = sum(pieces.packed_bytes(settings, piece) for each in parted for piece in each)
    done = 0

    def read(size: int) -> None:
        nonlocal done
        done += size
        advance(done, total)

    read(0)
    size = sum(item.bytes for item in files)
    if size >= _PARALLEL_BYTES:
        return _prepare_by_pool(settings, parted, key, folder, lambda told: advance(told, total))
    whole = [piece for each in parted for piece in each]
    if len(whole) < _WORKERS or size < _HELPED_BYTES or processes.helping() is None:
        return prepared.prepare(settings, whole, key, folder, "all", read)
    own, *others = _shares(whole)
    helped = [processes.later(prepared.prepare, settings, share, key, folder, "helped") for share in others]
    parts = [prepared.prepare(settings, own, key, folder, "own", read), *(prepare() for prepare in helped)]
    read(total - done)
    return Prepared.of(parts)


def _prepare_by_pool(
    settings: Settings, parted: Sequence[Sequence[Piece]], key: bytes, folder: Path, tell: Callable[[int], None]
) -> Prepared:
    """Files that were parted into pieces, prepared by processes; `tell` is told now and then how many bytes were read.

    The pieces of a file share no bundle with another file, so that a file whose reading has to end early can be read
    again as a whole.
    """
    joined = pieces.bundles([each[0] for each in parted if len(each) == 1])
    bundles = [*([piece] for each in parted if len(each) > 1 for piece in each), *joined]
    tally = processes.new_tally()
    with processes.pool(_WORKERS, tally) as pool:
        jobs = [
            pool.submit(prepared.prepare, settings, bundle, key, folder, f"bundle{number:05d}", processes.add)
            for number, bundle in enumerate(bundles)
        ]
        while wait(jobs, timeout=_LOOK_SECONDS).not_done:
            tell(tally.value)
    results = [job.result() for job in jobs]
    for each in parted:
        own = [result for result in results if len(each) > 1 and result.files[0].landed == each[0].landed]
        if is_ended_early([result.files[0] for result in own]):
            results = [result for result in results if result not in own]
            whole = [pieces.whole(each[0].landed)]
            results.append(prepared.prepare(settings, whole, key, folder, f"whole{len(results):05d}"))
    return Prepared.of(results)


def _shares(whole: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces in shares of about as many bytes."""
    shares: list[list[Piece]] = [[] for _ in range(_WORKERS)]
    for piece in sorted(whole, key=lambda piece: piece.content, reverse=True):
        min(shares, key=lambda share: sum(each.content for each in share)).append(piece)
    return shares


def _read_sheet(settings: Settings, landed: Landed) -> tuple[list[tuple[object, ...]], list[Fault]]:
    """(rows, faults) of a sheet; the details of faults are published, and masked."""
    rows: list[tuple[object, ...]] = []
    faults: list[Fault] = []
    form = reading.format_of(settings, landed)
    with reading.opened(settings.home, landed) as stream:
        for item in form.records(stream):
            if isinstance(item, Fault):
                faults.append(item)
            else:
                rows.append(tuple(item.raw))
    details = privacy.masked(pl.Series([fault.detail for fault in faults], dtype=pl.String))
    return rows, [fault._replace(detail=detail) for fault, detail in zip(faults, details, strict=True)]
