"""Mutated exports through the readers and the load: `python -m tests.faults.mutated_exports --count 20000 --seed 1`.

Of every mutant it is asked: does it end in counted records or one sentence, do posts, duplicates and rejects add up to
its records, is it read in a few seconds and in bounded memory, and does nothing personal stand in what is published.
Mutants are imported two hundred at a time into a warehouse of their own; where that fails, each of them alone.
"""

import argparse
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

import sql
from expectations import personal
from flows import labels
from flows.exits import InputRefusedError, RondaError
from flows.files import open_stream
from flows.loading import mapped, proof
from flows.loading.arrivals import land_paths
from flows.loading.mapped import Sight
from flows.loading.pending import replay
from flows.post import Reason
from flows.settings import Settings
from flows.sources import recognise
from flows.sources.format import Format
from flows.store import models, runs, tables, warehouse
from tests.extract import formats
from tests.faults.bases import WHOLE_TABLE, bases
from tests.faults.mutations import mutate

LANDED = datetime(2024, 2, 20, tzinfo=UTC)
SIGHT = Sight(None, int(LANDED.timestamp()))
TOGETHER = 200
MOST_SECONDS, MOST_MEGABYTES = 5.0, 1024
# Published columns of text that name no person: keys, codes and versions of ronda, and names that operators give.
KEYS = frozenset(
    (
        *(
            "platform",
            "post_id",
            "file_id",
            "author_key",
            "text_group",
            "source",
            "first_source",
            "file",
            "reason_code",
            "label_version",
        ),
        *("created_from", "media_type", "state", "removal_reason", "sentiment", "week", "phase", "bucket", "kind"),
        *("topics", "indications", "districts", "versions", "publication"),
    )
)
TABLES = ("core.posts", "core.rejects", "core.collection", "core.reviews", "core.review_items")


TABLES_READ = formats.TABLES | {"semua": WHOLE_TABLE}


@dataclass(slots=True)
class Mutant:
    """One mutated file: its number, what it was made of and how, and what became of it."""

    number: int
    base: str
    done: str
    path: Path
    outcome: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class Result:
    """What a run came to."""

    mutants: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    bases: Counter[str] = field(default_factory=Counter)
    mutations: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)  # by a gate, each with its sentence
    slowest: tuple[float, str] = (0.0, "")
    seconds: float = 0.0

    def fault(self, mutant: Mutant | None, what: str) -> None:
        named = f"{mutant.number} ({mutant.base}: {mutant.done}): " if mutant else ""
        self.faults.append(f"{named}{what}")


class _TooSlowError(Exception):
    """A mutant that is not read in `MOST_SECONDS`."""


@contextmanager
def _watched(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise _TooSlowError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # of the processor: other processes take their share of the clock
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _is_alike(form: Format, path: Path, alone: mapped.Mapped) -> bool:
    """Whether the records of a file come to the same as columns as they did one by one."""
    with open_stream(path) as stream:
        frames = list(mapped.read_frames(form, stream, SIGHT))
    rejects = [reject for frame in frames for reject in frame.rejects]
    posts = pl.concat([alone.posts[:0], *(frame.posts for frame in frames)])
    return rejects == alone.rejects and posts.equals(alone.posts)


def _read(settings: Settings, mutant: Mutant, result: Result) -> bool:
    """Reads a mutant as `ronda import --dry-run` does; whether it can be imported together with others."""
    began = time.process_time()
    try:
        with _watched(4 * MOST_SECONDS):
            form, _ = recognise(mutant.path, settings)
            with open_stream(mutant.path) as stream:
                form = form.fitted(stream)
            with open_stream(mutant.path) as stream:
                if form.kind == "posts":
                    alone = mapped.Mapped.of(list(mapped.read_posts(form, stream, SIGHT)))
                else:
                    for _ in form.records(stream):
                        pass
            if form.columnar and not _is_alike(form, mutant.path, alone):
                result.fault(mutant, "as columns its records come to something else than one by one")
    except InputRefusedError as refusal:
        mutant.outcome = "refused"
        if len(str(refusal)) > 2_000 or "\n" in str(refusal):
            result.fault(mutant, f"its refusal is no sentence: {str(refusal)[:200]!r}")
    except _TooSlowError:
        mutant.outcome = "too slow"
        result.fault(mutant, f"not read after {4 * MOST_SECONDS:.0f} s")
    except Exception:  # noqa: BLE001 - any other is what this looks for
        mutant.outcome = "crashed"
        result.fault(mutant, f"the reader raised {traceback.format_exc(limit=-3)}")
    mutant.seconds = time.process_time() - began
    result.slowest = max(result.slowest, (mutant.seconds, f"{mutant.number} ({mutant.base}: {mutant.done})"))
    if mutant.seconds > MOST_SECONDS and mutant.outcome != "too slow":
        result.fault(mutant, f"read in {mutant.seconds:.1f} s")
    return mutant.outcome in ("", "refused")


def _import(home: Path, mutants: Sequence[Mutant], result: Result) -> None:
    """Lands and loads mutants into a warehouse of their own, and looks at what came of it."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    settings = Settings(home=home, author_key="ab" * 32, tables=TABLES_READ)  # type: ignore[arg-type]
    try:
        with warehouse.exclusive(home):
            arrived = land_paths(settings, [mutant.path for mutant in mutants], LANDED)
            replay(
                settings,
                runs.begin(home, "import", {}),
                [list({item.file_id: item for item in arrived.landed}.values())],
                lambda *_: None,
            )
        with warehouse.opened(home) as connection:
            _look(connection, mutants, {item.file_id: item.file for item in arrived.landed}, result)
    except RondaError as error:
        if len(mutants) > 1:
            raise
        mutants[0].outcome = f"stopped by the load ({type(error).__name__})"
        result.stopped.append(f"{mutants[0].number} ({mutants[0].base}: {mutants[0].done}): {str(error)[:300]}")
        if any(proof.check_bytes(home, item, [item.content]) for item in proof.inspect(home).files):
            result.fault(mutants[0], "taken for damaged right after it landed")


def _look(connection: Any, mutants: Sequence[Mutant], landed: dict[str, str], result: Result) -> None:
    by_name = {mutant.path.name: mutant for mutant in mutants}
    loads = warehouse.query(connection, "SELECT file_id, file, records, posts, duplicates, rejects FROM base.loads")
    for row in loads.to_dicts():
        mutant = by_name[row["file"]]
        mutant.outcome = (
            "loaded"
            if row["posts"] + row["duplicates"]
            else "loaded, all rejects"
            if row["rejects"]
            else "loaded, no record"
        )
        for name in ("records", "posts", "duplicates", "rejects"):
            result.records[name] += row[name]
        if row["posts"] + row["duplicates"] + row["rejects"] != row["records"]:
            result.fault(mutant, f"does not add up: {row}")
    for file_id in landed.keys() - set(loads["file_id"]):
        result.fault(by_name[landed[file_id]], "landed, and was not loaded")
    _look_for_persons(connection, result)


def _look_for_persons(connection: Any, result: Result) -> None:
    """Everything that is published as text, by the rule that is independent of the masks."""
    models.load_seeds(connection, sql.SEEDS)
    tables.write_label_quality(connection, labels.label_quality(sql.SEEDS))
    known = models.read_models(sql.FOLDER)
    models.build(connection, models.needed(connection, known, TABLES), is_lasting=False)
    for table in TABLES:
        frame = warehouse.query(connection, f"SELECT * FROM {table}")  # noqa: S608 - a constant
        for row in frame.to_dicts():
            for name, kinds, text in _persons(row):
                where = row.get("file") or row.get("post_id")
                result.fault(None, f"{table}.{name} publishes {sorted(kinds)}: {text[:120]!r} ({where})")


def _persons(row: dict[str, Any]) -> Iterator[tuple[str, set[str], str]]:
    """(column, kinds of personal data, text) of the cells of a published row in which the rule sees any."""
    for name, cell in row.items():
        if name in KEYS or name.endswith(("_at", "_en", "_id")):
            continue
        if name == "detail" and row["reason"] == Reason.REMOVAL_UNKNOWN:
            continue  # the key of a post, as it is published of every post
        for text in cell if isinstance(cell, list) else [cell]:
            if isinstance(text, str) and (kinds := personal.kinds_in(text)):
                yield name, kinds, text


def _mutants(folder: Path, files: dict[str, bytes], numbers: range, seed: int) -> list[Mutant]:
    made = []
    names = list(files)
    for number in numbers:
        rng = Random(f"{seed}:{number}")  # noqa: S311 - the same mutants by the same seed
        base, other = rng.choice(names), rng.choice(names)
        done, content = mutate(rng, files[base], files[other])
        path = folder / f"{number}"
        path.write_bytes(content)
        made.append(Mutant(number, base, done, path))
    return made


def tell(line: str) -> None:
    """Prints a line at once."""
    print(line, flush=True)


def run(  # noqa: PLR0917 - which mutants, where, and who is told
    count: int,
    seed: int,
    folder: Path,
    say: Callable[[str], None] = tell,
    first: int = 0,
    result: Result | None = None,
) -> Result:
    """So many mutants through the readers and the load; faults are in the result, which grows batch by batch."""
    began = time.process_time()
    files = bases(folder / "season")
    settings = Settings(home=folder / "home", author_key="ab" * 32, tables=TABLES_READ)  # type: ignore[arg-type]
    result = result or Result()
    inputs = folder / "in"
    for start in range(first, first + count, TOGETHER):
        shutil.rmtree(inputs, ignore_errors=True)
        inputs.mkdir()
        mutants = _mutants(inputs, files, range(start, min(start + TOGETHER, first + count)), seed)
        together = [mutant for mutant in mutants if _read(settings, mutant, result)]
        _import_all(settings.home, together, result)
        for mutant in mutants:
            result.mutants += 1
            result.outcomes[mutant.outcome or "refused"] += 1
            result.bases[mutant.base] += 1
            result.mutations.update(mutant.done.split(" + "))
        result.seconds = time.process_time() - began
        if result.mutants % (10 * TOGETHER) == 0:
            say(f"{result.mutants:,} mutants, {len(result.faults)} faults, {result.seconds:.0f} s")
    if (peak := peak_megabytes()) > MOST_MEGABYTES:
        result.fault(None, f"{peak:,} MB of memory at the most")
    return result


def _import_all(home: Path, mutants: Sequence[Mutant], result: Result) -> None:
    """Imports mutants together; where that raises, each alone, so that the one is named that is the cause."""
    if not mutants:
        return
    try:
        with _watched(300):
            _import(home, mutants, result)
    except Exception:  # noqa: BLE001 - any is what this looks for
        if len(mutants) == 1:
            mutants[0].outcome = "crashed"
            result.fault(mutants[0], f"the load raised {traceback.format_exc(limit=-4)}")
            return
        middle = len(mutants) // 2
        for part in (mutants[:middle], mutants[middle:]):
            _import_all(home, part, result)


def peak_megabytes() -> int:
    """The most memory this process had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def table(result: Result) -> str:
    """What is printed of a run."""
    lines = [f"{result.mutants:,} mutants of {len(result.bases)} files in {result.seconds:.0f} s of a processor"]
    lines += [f"  {name:24} {number:8,}" for name, number in result.outcomes.most_common()]
    lines += ["records of the loaded files", *(f"  {name:24} {number:8,}" for name, number in result.records.items())]
    lines += ["mutations", *(f"  {name:24} {number:8,}" for name, number in result.mutations.most_common())]
    lines += [f"peak memory {peak_megabytes():,} MB; slowest {result.slowest[0]:.2f} s: {result.slowest[1]}"]
    lines += [f"{len(result.stopped)} stopped by a gate", *(f"  {each}" for each in result.stopped[:20])]
    lines += [f"{len(result.faults)} faults", *(f"  {fault}" for fault in result.faults[:200])]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant, to look at some again")
    given = parser.parse_args()
    result = Result()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopped early, it tells what it came to
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, suppress(KeyboardInterrupt):
        run(given.count, given.seed, Path(folder), first=given.first, result=result)
    print(table(result))
    return 1 if result.faults or result.mutants < given.count else 0


if __name__ == "__main__":
    sys.exit(main())
