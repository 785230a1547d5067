"""Takes what is gone out of the files of every format: a record becomes a tombstone, all others stay byte for byte.

An eraser reads a stream as the reader of its format does and gives the bytes that take its place. Parquet has no
records to replace in place: its row groups are written anew, with the same schema and the same values.
"""

import csv
import io
import itertools
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

import orjson

from flows.files.archive import ARCHIVE
from flows.files.chunks import BOM, LINE_BYTES
from flows.files.csv_records import SEEN_LINES, columns, fitted, header_place, is_blank
from flows.files.json_records import Elements, json_lines
from flows.files.layout import Layout
from flows.files.opening import CHUNK_BYTES, DamagedError
from flows.files.parquet import as_json
from flows.files.record import Fault, Record
from flows.files.workbook import is_workbook, sheet_rows
from flows.post import Post, Rejected
from flows.sources import graph, reviews, tombstone
from flows.sources.format import Format
from flows.sources.source import Source
from flows.sources.tombstone import Key

if TYPE_CHECKING:
    import pyarrow as pa

_TOKEN = re.compile(r"[0-9A-Za-z_\-]{5,}")  # what may be an id


@dataclass(slots=True)
class Erasing:
    """One erasing of one file: what is gone, how many records became tombstones so far, and what those said.

    Of review sheets a row keeps what its coder decided, or goes whole.
    """

    form: Format
    gone: Collection[Key]
    goes_whole: bool = False
    erased: int = 0
    words: set[str] = field(default_factory=set)
    _ids: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        self._ids = frozenset(post_id.rsplit(":", 1)[-1] for _, post_id in self.gone)

    def content(self, stream: BinaryIO) -> Iterator[bytes]:
        """The new content of a file of posts."""
        erasers: dict[Layout, Callable[[BinaryIO], Iterator[bytes]]] = {
            "csv": self._csv,
            "sheet": self._sheet,
            "lines": self._lines,
            "documents": self._documents,
            "parquet": self._parquet,
        }
        return erasers[self.form.layout](stream)

    def pages(self, stream: BinaryIO, source: Source) -> Iterator[bytes]:
        """The new content of a file of landed pages of a source."""
        for line in _raw_lines(stream):
            changed, erased = tombstone.erase_in_page(source, line, self.gone, self.words)
            self.erased += erased
            yield changed

    def _tombstone(self, raw: Any, blank: Any = None, read: tombstone.Read | None = None) -> Any:
        """The tombstone of a record; None when its post is not gone, it is none, or it is a tombstone already."""
        read = read or self.form.post
        if self.form.kind == "review":
            left = reviews.bare(raw, self.gone, blank, goes_whole=self.goes_whole)
            return None if left is None else self._counted(raw, left)
        try:
            post = read(raw)
            if (post.platform, post.post_id) not in self.gone or post.gone is not None:
                return None
            left = tombstone.bare(raw, read, blank)
        except Rejected:
            return self._counted(raw, self._hollow(raw, blank)) if self._names_gone(str(raw)) else None
        self.words |= {word for word in (post.text, post.url) if word}
        return self._counted(raw, left)

    def _counted(self, raw: Any, left: Any) -> Any:
        """What is left of a record, where that is less than there was."""
        if left == raw:
            return None
        self.erased += 1
        return left

    def _names_gone(self, text: str) -> bool:
        """Whether what is no post names one that is gone: a record that was cut off or damaged."""
        return bool(self._ids) and not self._ids.isdisjoint(_TOKEN.findall(text))

    @staticmethod
    def _hollow(raw: Any, blank: Any) -> Any:
        """A record of which nothing is left but that it was there; a row is told from an empty one by a dash."""
        if not isinstance(raw, dict) or blank is None:
            return dict.fromkeys(raw, blank) if isinstance(raw, dict) and blank is None else {}
        return {name: blank if place else "-" for place, name in enumerate(raw)}

    # ------------------------------------------------------------------------------------------------- JSON

    def _lines(self, stream: BinaryIO) -> Iterator[bytes]:
        for line in _raw_lines(stream):
            text = line.rstrip(b"\r\n")
            yield self._element(text) + line[len(text) :]

    def _element(self, data: bytes) -> bytes:
        """One JSON value of a file, with tombstones in it."""
        if self.form.inside is not None:
            return self._answer(data)
        record = next(json_lines(io.BytesIO(data.replace(b"\n", b" "))), None)
        if not isinstance(record, Record):
            if record is None or not self._names_gone(data.decode(errors="replace")):
                return data
            self.erased += 1
            return b"{}"
        left = self._tombstone(record.raw)
        return data if left is None else orjson.dumps(left)

    def _answer(self, data: bytes) -> bytes:
        """A saved answer of an API, which holds many records."""
        assert self.form.inside is not None  # noqa: S101 - else it is one record
        try:
            text = data.decode()
            answer = tombstone.placed(text)
        except (ValueError, RecursionError):
            return data
        parts = {}
        for element in self.form.inside(answer):
            is_of_graph = self.form.name == graph.NAME  # its records tell too where their object stood
            thing = element["object"] if is_of_graph else element
            left = self._tombstone(thing, read=partial(_within, self.form, element) if is_of_graph else None)
            if left is not None and isinstance(thing, tombstone.Placed):
                parts[thing.begin, thing.end] = left
        return tombstone.spliced(text, parts).encode() if parts else data

    def _documents(self, stream: BinaryIO) -> Iterator[bytes]:
        elements = Elements()
        offset = 0  # bytes of the buffer that were passed on
        is_first, ended = True, False
        while not ended:
            chunk = _chunk(stream)
            if is_first and chunk.startswith(BOM):
                yield BOM
            is_first, ended = False, not chunk
            keep = elements.settled
            yield elements.buffer[offset:keep]
            elements.add(chunk)
            offset = 0
            while (element := elements.next(ended)) is not None:
                begin = elements.position - len(element)
                if elements.skipping:
                    elements.skipping = False
                    continue
                yield elements.buffer[offset:begin]
                yield self._element(element)
                offset = elements.position
            elements.skipping = elements.skipping or elements.is_too_long()
        yield elements.buffer[offset:]

    # -------------------------------------------------------------------------------------------------- CSV

    def _csv(self, stream: BinaryIO) -> Iterator[bytes]:
        feed = _Feed(_raw_lines(stream))
        above, delimiter = header_place(feed.ahead(), self._is_header)
        yield feed.skipped(above)
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        header: tuple[str, ...] | None = None
        while True:
            feed.taken.clear()
            try:
                row = next(reader, None)
            except csv.Error:  # the reader of the format rejects it
                yield self._damaged(b"".join(feed.taken))
                continue
            written = b"".join(feed.taken)
            if row is None:
                yield written
                return
            if header is None and not is_blank(row):
                header = columns(row)
            elif header is not None and len(cells := fitted(row, len(header))) == len(header):
                left = self._tombstone(dict(zip(header, cells, strict=True)), "")
                if left is not None:
                    rest = row[len(header) :]
                    written = _csv_row([*(left[name] for name in header), *rest], delimiter, feed.taken[-1])
            yield written

    def _damaged(self, written: bytes) -> bytes:
        """Lines that are no row; where they name what is gone, a dash."""
        if not self._names_gone(written.decode(errors="replace")):
            return written
        self.erased += 1
        return b"-\n"

    def _is_header(self, sample: bytes) -> bool:
        return self.form.recognise(ARCHIVE + sample if self.form.layout == "sheet" else sample) is not None

    def _sheet(self, stream: BinaryIO) -> Iterator[bytes]:
        """A workbook comes to the CSV of its sheet, since the parts of a workbook repeat what stands in a cell."""
        if not is_workbook(stream):
            yield from self._csv(stream)
            return
        with tempfile.TemporaryFile() as table, tempfile.TemporaryFile() as out:
            _write_csv(sheet_rows(stream, self._is_header), table)
            table.seek(0)
            before = self.erased
            out.writelines(self._csv(cast(BinaryIO, table)))
            kept = out if self.erased > before else stream
            kept.seek(0)
            while part := kept.read(CHUNK_BYTES):
                yield part

    # ---------------------------------------------------------------------------------------------- Parquet

    def _parquet(self, stream: BinaryIO) -> Iterator[bytes]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pq.ParquetFile(pa.PythonFile(stream, mode="r"))
        schema = pa.schema([each.with_nullable(True) for each in table.schema_arrow], table.schema_arrow.metadata)
        group = table.metadata.row_group(0) if table.num_row_groups else None
        packing = group.column(0).compression.lower() if group else "snappy"
        with tempfile.TemporaryFile() as out:
            writer = pq.ParquetWriter(out, schema, compression="none" if packing == "uncompressed" else packing)
            with writer:
                for number in range(table.num_row_groups):
                    rows = table.read_row_group(number)
                    writer.write_table(self._bared(rows).cast(schema), row_group_size=max(1, rows.num_rows))
            out.seek(0)
            while part := out.read(CHUNK_BYTES):
                yield part

    def _bared(self, rows: "pa.Table") -> "pa.Table":
        """A table in which the rows of what is gone hold only what the reader of the format needs."""
        import pyarrow as pa

        blanks: dict[int, dict[int, Any]] = {}  # column -> row -> what stands there now
        for place in range(rows.num_rows):
            (values,) = rows.slice(place, 1).to_pylist()
            plain = {name: as_json(value) for name, value in values.items()}
            left = self._tombstone(plain)
            for column, name in enumerate(rows.column_names if left is not None else ()):
                if left[name] != plain[name]:
                    blanks.setdefault(column, {})[place] = left[name]
        for column, kind in enumerate(rows.schema):
            changed = blanks.get(column, {})
            if not changed and not pa.types.is_dictionary(kind.type):  # a dictionary may hold words of other rows
                continue
            values = rows.column(column).to_pylist()
            for place, value in changed.items():
                values[place] = value
            rows = rows.set_column(column, kind.with_nullable(True), pa.chunked_array([pa.array(values, kind.type)]))
        return rows


def _within(form: Format, element: dict[str, Any], thing: Any) -> Post:
    """The post of an object in the place of another one."""
    return form.post({**element, "object": thing})


def _write_csv(rows: Iterable[Record | Fault], out: IO[bytes]) -> None:
    """The rows of a sheet as CSV."""
    is_first = True
    for row in rows:
        if isinstance(row, Record):
            if is_first:
                out.write(_csv_row(list(row.raw), ",", b"\n"))
            out.write(_csv_row(list(row.raw.values()), ",", b"\n"))
            is_first = False


def _csv_row(cells: list[str], delimiter: str, last_line: bytes) -> bytes:
    """A row as text, with the line end it had."""
    end = "\r\n" if last_line.endswith(b"\r\n") else "\n" if last_line.endswith(b"\n") else ""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerow(cells)
    return out.getvalue().encode()


class _Feed:
    """Lines as `csv_records` reads them, with the bytes they were."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._is_begun = False
        self.taken: list[bytes] = []

    def ahead(self) -> list[bytes]:
        """The first lines without their ends, which stay to be read."""
        seen = list(itertools.islice(self._lines, SEEN_LINES))
        self._lines = itertools.chain(seen, self._lines)
        return [line.removesuffix(b"\n") for line in seen]

    def skipped(self, lines: int) -> bytes:
        """Lines that are no part of the table, which are not to be read."""
        self._is_begun = self._is_begun or lines > 0
        return b"".join(itertools.islice(self._lines, lines))

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken.append(line)
        text = line if self._is_begun else line.removeprefix(BOM)
        self._is_begun = True
        plain = text.replace(b"\0", b"").removesuffix(b"\n").removesuffix(b"\r").replace(b"\r", b" ")
        return plain.decode(errors="replace") + "\n"


def _chunk(stream: BinaryIO) -> bytes:
    """The next bytes; none where a compressed stream breaks off, as for the reader."""
    try:
        return stream.read(CHUNK_BYTES)
    except (EOFError, DamagedError):
        return b""


def _raw_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Every line with its end; one that is too long for a record in parts."""
    pending = b""
    while chunk := _chunk(stream):
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
        if len(pending) > LINE_BYTES:
            yield pending
            pending = b""
    if pending:
        yield pending
