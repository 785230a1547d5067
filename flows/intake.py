"""Files in: they land byte for byte, are prepared, pass two gates and become facts of the warehouse, all or nothing."""

import csv
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sql
from flows import labels, prepare, processes, sources
from flows.exits import Exit, GateStoppedError, InputRefusedError
from flows.periods import Week
from flows.post import Post
from flows.prepare import FileCounts, Prepared
from flows.settings import Settings
from flows.sources import collection, reviews
from flows.sources.format import Fault, Format
from flows.sources.reading import open_stream, sample
from flows.store import landing, models, privacy, warehouse
from flows.store import load as loading
from flows.store.landing import Landed
from flows.store.runs import Run, recorded
from flows.store.sheets import CollectionDays, ReviewLines

# Below this many bytes a second process costs more than it saves.
_PARALLEL_BYTES = 64 << 20
_WORKERS = 2
_CHECKED_ROWS = 200_000
COVERED_QUERY = "*"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the paths given to an import: landed files, and refusals as sentences."""

    landed: tuple[Landed, ...]
    known: int
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """Counts of a load; `held` are the sentences of sources whose shape stopped them, `reasons` the rejects by reason.

    `first_day` and `last_day` span the posts of the load, None when it brought none.
    """

    files: int = 0
    records: int = 0
    posts: int = 0
    duplicates: int = 0
    rejects: int = 0
    days: int = 0
    reviews: int = 0
    held: tuple[str, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    def sentence(self) -> str:
        """The counts in one line."""
        counted = f"{self.posts:,} posts + {self.duplicates:,} duplicates + {self.rejects:,} rejects"
        coverage = f", {self.days:,} source-days of coverage" if self.days else ""
        reviewed = f", {self.reviews:,} reviewed" if self.reviews else ""
        return f"{self.files:,} file{'s' * (self.files != 1)}: {self.records:,} records = {counted}{coverage}{reviewed}"


# -- landing -----------------------------------------------------------------------------------------------------------


def _files_below(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(item for item in path.rglob("*") if item.is_file() and not item.name.startswith(".")))
        else:
            found.append(path)
    return found


def _declaration(platform: str, source: str, covers: tuple[date, date], folder: Path) -> Path:
    """A collection log that says: every day from first to last of this source was collected."""
    first, last = covers
    path = folder / f"covers-{platform}-{source}-{first}-{last}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(collection.CollectionDay._fields)
        for offset in range((last - first).days + 1):
            writer.writerow([platform, source, COVERED_QUERY, first + timedelta(days=offset), 1, 1, 1, ""])
    return path


def _platforms_in(path: Path, form: Format, platform: str) -> list[str]:
    """The platforms a file brings posts of; only a mixed file has to be read for it."""
    if platform != "mixed":
        return [platform]
    with open_stream(path) as stream:
        found = prepare.read_posts(form, stream, None)
        return sorted({post.platform for _, post in found if isinstance(post, Post)})


def _refuse_link(path: Path, given: Sequence[Path]) -> None:
    if path.is_symlink() and path not in given:
        raise InputRefusedError(f"{path} is a link to another file; import that file itself.")


def _sheet_kind(path: Path) -> str | None:
    """Whether a file is one of ronda's own sheets: a collection log, or a review sheet that came back."""
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise InputRefusedError(
            f"{path} cannot be opened ({error.strerror}); check the path and its rights."
        ) from error
    if reviews.recognise(path, head):
        return "review"
    first = sample(path)
    return "collection" if collection.recognise(first) else "review" if reviews.recognise(path, first) else None


def land_paths(
    settings: Settings, paths: Sequence[Path], landed_at: datetime, covers: tuple[date, date] | None = None
) -> Imported:
    """Lands files and folders of files, each recognised by its content; a file nobody can read is a refusal."""
    landed: list[Landed] = []
    refusals: list[str] = []
    known = 0

    def keep(path: Path, kind: str, platform: str, source: str) -> None:
        nonlocal known
        facts = {"kind": kind, "platform": platform, "source": source}
        manifest, is_new = landing.land(settings.home, path, **facts, landed_at=landed_at, position=len(landed))
        landed.append(manifest)
        known += not is_new

    with tempfile.TemporaryDirectory() as scratch:
        for path in _files_below(paths):
            try:
                _refuse_link(path, paths)
                kind = _sheet_kind(path)
                if kind is not None:
                    keep(path, kind, "mixed", kind)
                    continue
                form, platform = sources.recognise(path, settings)
            except InputRefusedError as refusal:
                refusals.append(str(refusal))
                continue
            keep(path, "posts", platform, form.name)
            if covers is not None:
                for covered in _platforms_in(path, form, platform):
                    declaration = _declaration(covered, form.name, covers, Path(scratch))
                    keep(declaration, "collection", covered, "collection")
    return Imported(tuple(landed), known, tuple(refusals))


# -- loading -----------------------------------------------------------------------------------------------------------


def _prepare_all(settings: Settings, files: Sequence[Landed], key: bytes, folder: Path) -> Prepared:
    if len(files) < _WORKERS or sum(item.bytes for item in files) < _PARALLEL_BYTES:
        return prepare.prepare(settings, files, key, folder, "all")
    shares: list[list[Landed]] = [[] for _ in range(_WORKERS)]
    for item in sorted(files, key=lambda item: item.bytes, reverse=True):
        min(shares, key=lambda share: sum(each.bytes for each in share)).append(item)
    with processes.pool(_WORKERS) as pool:
        jobs = [
            pool.submit(prepare.prepare, settings, share, key, folder, f"share{number}")
            for number, share in enumerate(shares)
        ]
        done = [job.result() for job in jobs]
    return Prepared(
        tuple(counts for each in done for counts in each.files),
        tuple(path for each in done for path in each.posts),
        tuple(path for each in done for path in each.rejects),
    )


def _read_log(settings: Settings, landed: Landed) -> tuple[CollectionDays, list[Fault]]:
    rows: list[tuple[object, ...]] = []
    faults: list[Fault] = []
    with open_stream(landing.stored_path(settings.home, landed)) as stream:
        for item in collection.read(stream):
            if isinstance(item, Fault):
                faults.append(item)
            else:
                rows.append(tuple(item))
    return CollectionDays(landed, rows), faults


def _read_review(settings: Settings, landed: Landed) -> tuple[ReviewLines, list[Fault]]:
    found = list(reviews.read(landing.kept_bytes(settings.home, landed), settings.seeds))
    rows = [tuple(item) for item in found if not isinstance(item, Fault)]
    return ReviewLines(landed, rows), [item for item in found if isinstance(item, Fault)]


def _landing_gate(run: Run, files: Sequence[FileCounts]) -> dict[str, str]:
    """The sources whose shape has changed, with the sentence that says so; the others go on."""
    import pandas as pd

    from expectations.run import gate, validate_sources

    frame = pd.DataFrame(
        [
            {
                "source": item.landed.source,
                "file": item.landed.file,
                "records": item.records,
                "posts": item.accepted,
                "duplicates": 0,  # told apart from posts by the load
                "rejects": item.records - item.accepted,
                "unreadable": item.unreadable,
            }
            for item in files
        ]
    )
    verdicts = validate_sources(frame)
    run.add_verdicts([verdict.to_dict() for found in verdicts.values() for verdict in found])
    return {source: stop.sentence() for source, found in verdicts.items() if (stop := gate(found))}


def _row_gate(connection: warehouse.Connection, run: Run) -> None:
    """The SQL checks before a load is committed; raises GateStoppedError, which rolls the load back."""
    results = models.run_checks(connection, sql.FOLDER / "checks", "posts")
    run.add_verdicts([result.to_dict() for result in results])
    models.stop_on(results)


def _posts_gate(connection: warehouse.Connection, run: Run) -> None:
    """The expectations of the loaded window; raises GateStoppedError, which rolls the load back."""
    from expectations import posts as suites
    from expectations.run import gate, validate

    suite = suites.suite()
    frame = loading.window(connection, tuple(suite.columns), _CHECKED_ROWS)
    verdicts = validate(frame, suite, empty_is_valid=not loading.has_posts(connection))
    run.add_verdicts([verdict.to_dict() for verdict in verdicts])
    if stop := gate(verdicts):
        raise GateStoppedError(stop.sentence())


def load_pending(
    settings: Settings, run: Run, platform: str | None = None, only: frozenset[str] | None = None
) -> LoadSummary:
    """Loads what landed and was not loaded yet, in the order of landing; `only` limits it to some files.

    Raises GateStoppedError when the post gate stops; then nothing was loaded.
    """
    key = privacy.author_secret(settings)
    with warehouse.opened(settings.home) as connection:
        done = loading.loaded_ids(connection)
        pending = [
            item
            for item in landing.landed_files(settings.home)
            if item.file_id not in done
            and (only is None or item.file_id in only)
            and (platform is None or item.platform in (platform, "mixed"))
        ]
        with tempfile.TemporaryDirectory(dir=settings.home, prefix=".load-") as scratch:
            ready = _make_ready(settings, pending, key, Path(scratch))
            held = _landing_gate(run, ready.prepared.files) if ready.prepared.files else {}
            batch = _batch(ready, held)
            with warehouse.transaction(connection):
                models.load_seeds(connection, settings.seeds)
                _load(settings, connection, run, batch)
                if batch.files:
                    _posts_gate(connection, run)
                facts = _facts(connection, batch)
    summary = LoadSummary(**facts, held=tuple(held.values()))
    run.counts |= {name: value for name, value in facts.items() if isinstance(value, int)}
    run.held = list(summary.held)
    run.save()
    return summary


def replay(
    settings: Settings,
    run: Run,
    groups: Sequence[Sequence[Landed]],
    state: Callable[[warehouse.Connection, int, str], None],
) -> None:
    """Loads groups of landed files one after the other, as if each had just come in.

    After each, inside its transaction, `state` is called with its number and its counts in one line. Files are prepared
    once for all groups, which changes nothing: prepared rows depend on the bytes alone. Every load passes the SQL
    checks; the expectations are evaluated with the report of a week.
    """
    key = privacy.author_secret(settings)
    with (
        warehouse.opened(settings.home) as connection,
        tempfile.TemporaryDirectory(dir=settings.home, prefix=".load-") as scratch,
    ):
        ready = _make_ready(settings, [item for group in groups for item in group], key, Path(scratch))
        with warehouse.transaction(connection):
            models.load_seeds(connection, settings.seeds)
        for number, group in enumerate(groups):
            batch = _batch(ready, {}, frozenset(item.file_id for item in group))
            with warehouse.transaction(connection):
                _load(settings, connection, run, batch)
                facts = _facts(connection, batch)
                state(connection, number, LoadSummary(**facts).sentence())


@dataclass(frozen=True, slots=True)
class _Ready:
    """Landed files on their way into the warehouse: prepared posts, collection logs and review sheets with faults."""

    prepared: Prepared
    logs: tuple[tuple[CollectionDays, list[Fault]], ...]
    reviews: tuple[tuple[ReviewLines, list[Fault]], ...]


def _make_ready(settings: Settings, files: Sequence[Landed], key: bytes, folder: Path) -> _Ready:
    prepared = _prepare_all(settings, [item for item in files if item.kind == "posts"], key, folder)
    return _Ready(
        prepared,
        tuple(_read_log(settings, item) for item in files if item.kind == "collection"),
        tuple(_read_review(settings, item) for item in files if item.kind == "review"),
    )


def _batch(ready: _Ready, held: Mapping[str, str], only: frozenset[str] | None = None) -> loading.Batch:
    """What a load brings: everything, or the files of some ids, but no source that is held back."""
    logs = [pair for pair in ready.logs if only is None or pair[0].landed.file_id in only]
    sheets = [pair for pair in ready.reviews if only is None or pair[0].landed.file_id in only]
    return loading.Batch(
        files=[
            (item.landed, item.records)
            for item in ready.prepared.files
            if item.landed.source not in held and (only is None or item.landed.file_id in only)
        ],
        posts=ready.prepared.posts,
        rejects=ready.prepared.rejects,
        logs=[log for log, _ in logs],
        reviews=[sheet for sheet, _ in sheets],
        sheet_faults=[
            *((log.landed, fault) for log, faults in logs for fault in faults),
            *((sheet.landed, fault) for sheet, faults in sheets for fault in faults),
        ],
    )


def _facts(connection: warehouse.Connection, batch: loading.Batch) -> dict[str, Any]:
    """Everything a LoadSummary counts but the sources held back."""
    days, lines = sum(len(log.rows) for log in batch.logs), sum(len(sheet.rows) for sheet in batch.reviews)
    return loading.summarise(connection) | {"days": days, "reviews": lines}


def _load(settings: Settings, connection: warehouse.Connection, run: Run, batch: loading.Batch) -> None:
    """Loads a batch and labels anew what other labels have, inside the caller's transaction, with the seeds there."""
    loading.load(connection, batch, settings.election.zone.key)
    loading.relabel(connection, partial(labels.label, seeds=settings.seeds), labels.label_version(settings.seeds))
    if batch.files:
        _row_gate(connection, run)


# -- the verb ----------------------------------------------------------------------------------------------------------


def run_import(
    settings: Settings,
    paths: Sequence[Path],
    landed_at: datetime,
    covers: tuple[date, date] | None,
    say: Callable[[str], None],
) -> Exit:
    """`ronda import`: lands and loads; raises InputRefusedError when nothing given could be used."""
    parameters = {"paths": str(len(paths)), "covers": "..".join(map(str, covers)) if covers else "not declared"}
    with warehouse.exclusive(settings.home), recorded(settings.home, "import", parameters) as run:
        imported = land_paths(settings, paths, landed_at, covers)
        for refusal in imported.refusals:
            say(f"refused: {refusal}")
        if not imported.landed:
            raise InputRefusedError("Nothing was imported; no file given could be read (see above).")
        summary = load_pending(settings, run, only=frozenset(item.file_id for item in imported.landed))
        run.message = summary.sentence()
        say(run.message)
        if imported.known:
            say(f"  {imported.known} known already: loaded before by the same bytes, counted zero")
        for reason, records in summary.reasons:
            say(f"  {records:,} rejected: {reason}")
        for sentence in summary.held:
            say(f"held back: {sentence}")
        if summary.held and not summary.records:
            raise InputRefusedError("Nothing was loaded: the files do not have the shape of their format (see above).")
        if summary.records and not summary.posts + summary.duplicates + summary.days + summary.reviews:
            raise InputRefusedError(
                "No record could be used (reasons above and in core.rejects); import exports of posts."
            )
        if summary.last_day:
            week = Week.of(summary.last_day)
            say(f"  posts from {summary.first_day} to {summary.last_day}; next: ronda weekly --week {week}")
        return Exit.SOURCE if summary.held else Exit.DONE
