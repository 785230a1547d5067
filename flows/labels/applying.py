"""Labels for the posts of a file: CSV, NDJSON or Parquet in, the same out with the label columns of `core.posts`.

A batch of posts at a time goes through, so memory does not grow with the file. Every column is kept as it came; in a
CSV the lists of codes are joined with ";". What the labels are worth is written beside the output
(`OUT.labels.json`): version, thresholds, and which classes were never measured on real text.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet

import sql
from flows.exits import InputRefusedError, UsageError
from flows.labels import weights as files
from flows.labels.indications import list_indications, phases_of
from flows.labels.labelling import judge, label_version, text_columns
from flows.labels.model import read_model
from flows.periods import read_election
from flows.progress import Advance, unseen
from flows.seeds import read_seed

BATCH = 20_000
FIELD_LIMIT = 16_000_000  # bytes of one cell
LABELS = (
    *("sentiment", "sentiment_score", "sentiment_uncertain", "topics", "indications", "indications_uncertain"),
    *("districts", "language_found", "label_version"),
)
LISTS = ("topics", "indications", "indications_uncertain", "districts")
SUFFIXES = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}

Row = dict[str, Any]


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
            "threshold": how.threshold if how else None,
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
    """A text as valid Unicode, lone surrogates as question marks; None stays None."""
    return None if value is None else str(value).encode("utf-8", "replace").decode()


def _kind(path: Path) -> str:
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path} is of no known kind; name it .csv, .ndjson, .jsonl or .parquet.")
    return SUFFIXES[path.suffix.lower()]


def _read_csv(path: Path, stream: BinaryIO) -> Iterator[Row]:  # noqa: ARG001 - one shape for all kinds
    csv.field_size_limit(FIELD_LIMIT)
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    try:
        for row in csv.DictReader(lines, restkey="_more"):
            row.pop("_more", None)
            yield row
    finally:
        lines.detach()  # the stream is its opener's to close


def _read_ndjson(path: Path, stream: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8", "replace"))
        except ValueError as error:
            raise InputRefusedError(f"Line {number} of {path} is not JSON ({error}); fix or drop it.") from error
        if not isinstance(row, dict):
            raise InputRefusedError(f"Line {number} of {path} is not a JSON object; give one object a line.")
        yield row


def _read_parquet(path: Path, stream: BinaryIO) -> Iterator[Row]:
    try:
        file = pa.parquet.ParquetFile(stream)
    except pa.ArrowInvalid as error:
        raise InputRefusedError(f"{path} is not a Parquet file ({error}).") from error
    with file:
        for batch in file.iter_batches(BATCH):
            yield from batch.to_pylist()


_READERS: dict[str, Callable[[Path, BinaryIO], Iterator[Row]]] = {
    "csv": _read_csv,
    "ndjson": _read_ndjson,
    "parquet": _read_parquet,
}


def _labelled(rows: list[Row], seeds: Path, weights: Path | None) -> Iterator[Row]:
    texts = pl.Series([_clean(row.get("text")) for row in rows], dtype=pl.String)
    times = pl.Series([_moment(row.get("created_at")) for row in rows], dtype=pl.Datetime("us", "UTC"))
    for row, found in zip(rows, label_columns(texts, times, seeds, weights).iter_rows(named=True), strict=True):
        yield row | found


def _batches(path: Path, stream: BinaryIO) -> Iterator[list[Row]]:
    rows: list[Row] = []
    for row in _READERS[_kind(path)](path, stream):
        if "text" not in row:
            raise InputRefusedError(f"{path} has no column text; name the column of the posts' texts so.")
        if taken := [name for name in LABELS if name in row]:
            raise InputRefusedError(f"{path} already has the column {taken[0]}; rename it, ronda writes one.")
        rows.append(row)
        if len(rows) == BATCH:
            yield rows
            rows = []
    if rows:
        yield rows


class _Writer:
    """Rows to a file of one kind; the columns are those of the first row."""

    def __init__(self, kind: str, target: IO[bytes]) -> None:
        self.kind, self.target = kind, target
        self.columns: list[str] = []
        self.parquet: pa.parquet.ParquetWriter | None = None

    def write(self, rows: Iterable[Row]) -> None:
        listed = list(rows)
        self.columns = self.columns or list(listed[0])
        getattr(self, f"_write_{self.kind}")(listed)

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


def _expected(path: Path, stream: BinaryIO, count: int) -> int:
    """How many rows a file has: as Parquet says, else as many a byte as up to here."""
    if _kind(path) == "parquet":
        return int(pa.parquet.read_metadata(path).num_rows)
    return max(count, round(count * path.stat().st_size / max(1, stream.tell())))


def apply(
    source: Path,
    target: Path,
    seeds: Path = sql.SEEDS,
    weights: Path | None = None,
    advance: Advance = unseen,
) -> dict[str, Any]:
    """Labels the posts of a file into another; gives how many there were and how many each code flagged.

    The target appears whole or not at all. `advance` is told the rows. Raises InputRefusedError when there is no column
    `text` or no row, UsageError when a file is missing or of no known kind.
    """
    if not source.is_file():
        raise UsageError(f"{source} is missing; give a CSV, NDJSON or Parquet file.")
    kind = _kind(target)
    _kind(source)
    count, flagged = 0, dict.fromkeys((row["code"] for row in read_seed("indications", seeds)), 0)
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as out, source.open("rb") as stream:
            writer = _Writer(kind, out)
            for rows in _batches(source, stream):
                labelled = list(_labelled(rows, seeds, weights))
                writer.write(labelled)
                count += len(labelled)
                advance(count, _expected(source, stream, count))
                for row in labelled:
                    for code in row["indications"]:
                        flagged[code] += 1
            writer.close()
        if not count:
            raise InputRefusedError(f"{source} holds no post; nothing was written.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    beside = target.with_name(target.name + ".labels.json")
    beside.write_text(json.dumps(metadata(seeds, weights), indent=2) + "\n", encoding="utf-8")
    return {"posts": count, "flagged": {code: number for code, number in flagged.items() if number}}
