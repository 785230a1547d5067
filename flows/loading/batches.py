"""Batches: landed files made ready for a load, posts as prepared parts, collection logs and review sheets as rows."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import polars as pl

from flows import processes
from flows.exits import InputRefusedError
from flows.files.record import Fault
from flows.loading import elsewhere, load, pieces, prepared, privacy, proof, reading
from flows.loading.counted import Prepared, is_ended_early
from flows.loading.landing import Landed
from flows.loading.pieces import Piece
from flows.loading.sheets import CollectionDays, ReviewLines
from flows.progress import Advance
from flows.settings import Settings
from flows.sources.format import Kind
from flows.store import chain

# From so many bytes on the helper of a run, or one of its own, saves more than it costs.
_HELPED_BYTES, _PARALLEL_BYTES = 8 << 20, 64 << 20
_WORKERS = 2
_UNITS = 32  # at least so many bundles for workers that are lent


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
    flaws = proof.check_before_reading(settings.home, files, chain.read(settings.home))
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
    crew = processes.crew()
    is_lent = crew is not None and crew.is_larger
    if size < _HELPED_BYTES or (size < _PARALLEL_BYTES and processes.helping() is None and not is_lent):
        whole = [pieces.whole(item) for item in files]
        return Prepared.of([prepared.prepare(settings, whole, key, folder, "all", read)])
    if crew is not None and is_lent:
        bundles = _bundles(parted, _UNITS)
        results = elsewhere.prepare(settings, crew, bundles, key, folder, lambda told: read(told - done))
    else:
        with processes.helper():
            results = _prepare_beside(settings, _bundles(parted, _WORKERS), key, folder, read)
    for each in parted:
        own = [result for result in results if len(each) > 1 and result.files[0].landed == each[0].landed]
        if is_ended_early([result.files[0] for result in own]):
            results = [result for result in results if result not in own]
            whole = [pieces.whole(each[0].landed)]
            results.append(prepared.prepare(settings, whole, key, folder, f"whole{len(results):05d}"))
    return Prepared.of(results)


def _bundles(parted: Sequence[Sequence[Piece]], least: int) -> list[list[Piece]]:
    """Files that were parted into pieces as bundles, of which about so many are as large as they may be.

    The pieces of a file share no bundle with another file, so that a file whose reading has to end early can be read
    again as a whole.
    """
    whole = [each[0] for each in parted if len(each) == 1]
    share = sum(piece.content for piece in whole) // least
    joined = pieces.bundles(whole, min(share, pieces.PIECE_BYTES))
    return [*([piece] for each in parted if len(each) > 1 for piece in each), *joined]


def _prepare_beside(
    settings: Settings, bundles: Sequence[list[Piece]], key: bytes, folder: Path, read: Callable[[int], None]
) -> list[Prepared]:
    """Bundles prepared by this process, from the first on, and by its helper, from the last on; in their order."""
    helper = processes.helping()
    assert helper is not None  # noqa: S101 - the caller has one
    results: dict[int, Prepared] = {}
    waiting = deque(range(len(bundles)))
    helped: list[int] = []  # that are done and not told yet

    def arguments(number: int) -> tuple[Settings, list[Piece], bytes, Path, str]:
        return settings, bundles[number], key, folder, f"bundle{number:05d}"

    def be_helped() -> None:
        try:
            for number in _left(waiting.pop):
                results[number] = helper.submit(prepared.prepare, *arguments(number)).result()
                helped.append(number)
        finally:
            waiting.clear()

    def tell() -> None:
        while helped:
            read(sum(pieces.packed_bytes(settings, piece) for piece in bundles[helped.pop()]))

    with ThreadPoolExecutor(1) as beside:
        helping = beside.submit(be_helped)
        try:
            for number in _left(waiting.popleft):
                results[number] = prepared.prepare(*arguments(number), read)
                tell()
        finally:
            waiting.clear()  # where one of the two fails, the other begins no more
        helping.result()
        tell()
    return [results[number] for number in sorted(results)]


def _left(take: Callable[[], int]) -> Iterator[int]:
    """What another takes from as well, until nothing is left."""
    while True:
        try:
            number = take()
        except IndexError:
            return
        yield number


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
