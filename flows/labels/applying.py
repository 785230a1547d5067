"""Labels for the posts of a file: any table or JSON in, CSV, NDJSON or Parquet out with the labels of `core.posts`.

A batch of posts at a time goes through, so memory does not grow with the file. Every column is kept as it came; in a
CSV the lists of codes are joined with ";". A row that cannot be read is listed with its line, and the others are
labelled. What the labels are worth is written beside the output
(`OUT.labels.json`): version, thresholds, and which classes were never measured on real text.
"""

import csv
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet

import sql
from flows import limits
from flows.exits import InputRefusedError, UsageError
from flows.files import Fault, layout, open_stream, sample
from flows.files.layout import JSON
from flows.files.opening import read_head
from flows.files.record import named, whole_characters
from flows.labels import weights as files
from flows.labels.calibration import NEVER
from flows.labels.indications import list_indications, phases_of
from flows.labels.labelling import judge, text_columns
from flows.labels.model import read_model
from flows.labels.posts import TEXT, Row, read
from flows.labels.version import label_version
from flows.periods import read_election
from flows.progress import Advance, unseen
from flows.seeds import read_seed

BATCH = 20_000
SHOWN = 5  # refused rows in a sentence
_BLOCK = 1 << 20  # bytes read at once to count lines
LABELS = (
    *("sentiment", "sentiment_score", "sentiment_uncertain", "topics", "indications", "indications_uncertain"),
    *("districts", "language_found", "label_version"),
)
LISTS = ("topics", "indications", "indications_uncertain", "districts")
SUFFIXES = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}


def metadata(seeds: Path = sql.SEEDS, weights: Path | None = None) -> dict[str, Any]:
    """What a reader of labels must know: version, and of each code its thresholds and whether it was ever measured.

    A code whose precision was never measured on real text is a review list: count it, and draw no rate from it.
    """
    model = read_model(weights or files.folder_of(seeds))
    codes = {}
    for row in read_seed("indications", seeds):
        how = model.codes.get(row["code"])
        codes[row["code"]] = {
            "measured_on_real_text": row["is_measured"] == "true",
            "threshold": how.threshold if how and how.threshold < NEVER else None,  # none: only a rule flags it
            "threshold_with_rule": how.voted_threshold if how else None,
            "uncertain_from": how.uncertain_from if how else None,
        }
    return {
        "label_version": label_version(seeds, weights),
        "status": "terdeteksi otomatis, belum ditinjau",
        "sentiment_uncertain_below": model.uncertain_below,
        "indications": codes,
    }


def label_columns(
    texts: pl.Series, created_at: pl.Series, seeds: Path = sql.SEEDS, weights: Path | None = None
) -> pl.DataFrame:
    """The columns `LABELS` of texts and their times (null: unknown, and no label that depends on the time)."""
    batches = list(judge(texts, seeds, weights))
    model = read_model(weights or files.folder_of(seeds))
    frame = pl.concat([text_columns(one) for one in batches])
    phases = phases_of(created_at, read_election(seeds))
    best = np.concatenate([one.sentiment.max(axis=1) for one in batches])
    flags, unsure = (
        {code: np.concatenate([getattr(one.codes[code], field) for one in batches]) for code in batches[0].codes}
        for field in ("flag", "is_uncertain")
    )
    return frame.with_columns(
        indications=list_indications(flags, phases, seeds),
        indications_uncertain=list_indications(unsure, phases, seeds),
        sentiment_uncertain=pl.when(pl.col("sentiment").is_not_null()).then(pl.Series(best < model.uncertain_below)),
        language_found=pl.col("language"),
        label_version=pl.lit(label_version(seeds, weights)),
    ).select(LABELS)


def _moment(value: Any) -> datetime | None:
    """A time as it stands in a file: ISO 8601, without a zone UTC; None for anything else."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.fromisoformat(value.strip())
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _clean(value: Any) -> str | None:
    """A value as a text of whole characters; None stays None."""
    return None if value is None else whole_characters(str(value))


def _kind(path: Path) -> str:
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path} cannot be written: its kind is not known; name it .csv, .ndjson, .jsonl or .parquet.")
    return SUFFIXES[path.suffix.lower()]


def _posts(path: Path) -> Iterator[Row | Fault]:
    """The posts of a file. Raises InputRefusedError as `posts.read`, and when a column has the name of a label."""
    for item in read(path):
        if isinstance(item, dict) and (taken := next((name for name in LABELS if name in item), None)):
            raise InputRefusedError(f"{path} already has the column {taken}; rename it, ronda writes one.")
        yield item


def _columns(path: Path) -> list[str]:
    """Every column of a file, in the order in which they come; the objects of JSON may each have others."""
    has_header = layout(sample(path)) not in JSON
    columns: dict[str, None] = {}
    for row in _posts(path):
        if isinstance(row, dict):
            columns |= dict.fromkeys(row)
            if has_header:
                break
    return [*columns, *LABELS]


def _labelled(posts: list[Row], seeds: Path, weights: Path | None) -> Iterator[Row]:
    texts = pl.Series([_clean(row.get(TEXT)) for row in posts], dtype=pl.String)
    times = pl.Series([_moment(row.get("created_at")) for row in posts], dtype=pl.Datetime("us", "UTC"))
    for row, labels in zip(posts, label_columns(texts, times, seeds, weights).iter_rows(named=True), strict=True):
        yield row | labels


def _batches(items: Iterable[Row | Fault], refused: "_Refused") -> Iterator[list[Row]]:
    """The posts, so many at a time; what is none is noted."""
    posts: list[Row] = []
    characters = 0
    for item in items:
        if isinstance(item, Fault):
            refused.note(item)
            continue
        posts.append(item)
        characters += sum(len(value) for value in item.values() if isinstance(value, str))
        if len(posts) == BATCH or characters > limits.BATCH_CHARACTERS:
            yield posts
            posts, characters = [], 0
    if posts:
        yield posts


class _Refused:
    """The rows of a file that are no posts, each with its line and reason, for a CSV beside the output."""

    def __init__(self, target: Path) -> None:
        self.path = target.with_name(f"{target.name}.refused.csv")
        self.first: list[Fault] = []
        self.count = 0
        self._draft = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - closed by `keep`
        self._writer = csv.writer(self._draft, lineterminator="\n")
        self._writer.writerow(("line", "reason", "detail"))

    def note(self, fault: Fault) -> None:
        self.count += 1
        self.first = [*self.first, fault][:SHOWN]
        self._writer.writerow((fault.number, fault.reason, fault.detail))

    def keep(self) -> None:
        """Writes the CSV, or removes that of an earlier labelling when there is nothing to list."""
        with self._draft:
            self.path.unlink(missing_ok=True)
            if self.count:
                self._draft.seek(0)
                with self.path.open("w", encoding="utf-8", newline="") as out:
                    shutil.copyfileobj(self._draft, out)


class _Writer:
    """Rows with these columns to a file of one kind."""

    def __init__(self, kind: str, target: IO[bytes], columns: list[str]) -> None:
        self.kind, self.target, self.columns = kind, target, columns
        self.parquet: pa.parquet.ParquetWriter | None = None

    def write(self, rows: Iterable[Row]) -> None:
        getattr(self, f"_write_{self.kind}")(list(rows))

    def _write_csv(self, rows: list[Row]) -> None:
        lines: list[list[Any]] = [] if self.target.tell() else [list(self.columns)]
        for row in rows:
            cells = [row.get(name) for name in self.columns]
            lines.append([";".join(cell) if isinstance(cell, list) else cell for cell in cells])
        text = _Lines()
        csv.writer(text, lineterminator="\n").writerows(lines)
        self.target.write("".join(text.parts).encode("utf-8", "replace"))

    def _write_ndjson(self, rows: list[Row]) -> None:
        for row in rows:
            clean = {name: _clean(value) if isinstance(value, str) else value for name, value in row.items()}
            self.target.write(orjson.dumps(clean, option=orjson.OPT_APPEND_NEWLINE, default=str))

    def _write_parquet(self, rows: list[Row]) -> None:
        lists = {name: pa.list_(pa.string()) for name in LISTS}
        fixed = lists | {"sentiment": pa.string(), "sentiment_score": pa.float64(), "sentiment_uncertain": pa.bool_()}
        columns = {name: [row.get(name) for row in rows] for name in self.columns}
        table = pa.table({name: pa.array(values, fixed.get(name)) for name, values in columns.items()})
        if self.parquet is None:
            self.parquet = pa.parquet.ParquetWriter(self.target, table.schema)
        self.parquet.write_table(table.cast(self.parquet.schema))

    def close(self) -> None:
        if self.parquet is not None:
            self.parquet.close()


class _Lines:
    """Collects what a csv.writer writes."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        self.parts.append(text)


def _expected(path: Path) -> int | None:
    """How many rows a file has, about, as its lines or its footer say; None where only reading it would tell."""
    kind = layout(sample(path))
    if kind == "parquet":
        with suppress(pa.ArrowInvalid):  # the reader says what is wrong with it
            return int(pa.parquet.read_metadata(path).num_rows)
        return None
    if kind not in ("csv", "lines"):
        return None
    with open_stream(path) as stream:  # one that breaks off counts as far as it can be read
        lines = sum(block.count(b"\n") for block in iter(lambda: read_head(stream, _BLOCK), b""))
    return lines - (kind == "csv")


class Applied(NamedTuple):
    """How many posts were labelled and how many each code flagged; the rows that were refused, and where they stand."""

    posts: int
    flagged: dict[str, int]
    refused: int
    first_refused: list[Fault]
    refused_path: Path


def apply(
    source: Path,
    target: Path,
    seeds: Path = sql.SEEDS,
    weights: Path | None = None,
    advance: Advance = unseen,
) -> Applied:
    """Labels the posts of a file into another; `advance` is told the posts.

    Rows that are none are listed with their lines in a CSV beside the target, which appears whole or not at all. Raises
    InputRefusedError when the file cannot be read, there is no column `text` or no post; UsageError when a file is
    missing or the target's kind is not known.
    """
    if not source.is_file():
        raise UsageError(f"{source} is missing; give a CSV, NDJSON, JSON, Parquet or .xlsx file.")
    kind = _kind(target)
    columns = [] if kind == "ndjson" else _columns(source)
    count, flagged = 0, dict.fromkeys((row["code"] for row in read_seed("indications", seeds)), 0)
    part = target.with_name(target.name + ".part")
    refused = _Refused(target)
    expected = None if advance is unseen else _expected(source)  # nobody looks: it is not read twice
    try:
        with part.open("wb") as stream:
            writer = _Writer(kind, stream, columns)
            for posts in _batches(_posts(source), refused):
                labelled = list(_labelled(posts, seeds, weights))
                writer.write(labelled)
                count += len(labelled)
                advance(count, None if expected is None else max(count, expected))
                for row in labelled:
                    for code in row["indications"]:
                        flagged[code] += 1
            writer.close()
        if not count:
            why = f": {named(refused.first, refused.count)}" if refused.count else ""
            raise InputRefusedError(f"{source} holds no post{why}; nothing was written.")
        part.replace(target)
        refused.keep()
    except pa.ArrowException as error:
        raise InputRefusedError(
            f"{target} cannot be written as Parquet ({error}): a column holds values of several kinds; write .ndjson."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    beside = target.with_name(target.name + ".labels.json")
    beside.write_text(json.dumps(metadata(seeds, weights), indent=2) + "\n", encoding="utf-8")
    shown = {code: number for code, number in flagged.items() if number}
    return Applied(count, shown, refused.count, refused.first, refused.path)
