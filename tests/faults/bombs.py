"""Bombs: files of a few kilobytes or megabytes that cost far more to read, each written on the fly.

Every one begins as a file that ronda reads, so that it is recognised, and then goes on as no program writes one.
"""

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from tests import exports
from tests.extract import formats

MB = 1_000_000
POST = exports.tiktok()
LINE = json.dumps(POST).encode() + b"\n"
TABLE = '[tables.tabel]\nplatform = "facebook"\nid = "id"\ncreated_at = "waktu"\ntext = "text"\n'
HEADER, ROW = b"id,waktu,text\n", b"122118273645019281,2024-02-01T05:00:00Z,jalan rusak\n"


def _gzip(path: Path, parts: Iterable[bytes]) -> None:
    with gzip.open(path, "wb", compresslevel=9) as out:
        for part in parts:
            out.write(part)


def _repeated_gzip(path: Path, first: bytes, block: bytes, times: int) -> None:
    """Gzip of `first` and then `block` so many times, without packing each of them anew: whole members repeat."""
    packed = gzip.compress(block, compresslevel=9)
    with path.open("wb") as out:
        out.write(gzip.compress(first))
        for _ in range(times):
            out.write(packed)


def _zstd(path: Path, parts: Iterable[bytes], **how: int) -> None:
    packer = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters.from_level(3, **how))
    with path.open("wb") as out, packer.stream_writer(out) as packed:
        for part in parts:
            packed.write(part)


def _plain(path: Path, parts: Iterable[bytes]) -> None:
    with path.open("wb") as out:
        for part in parts:
            out.write(part)


def _times(part: bytes, size: int) -> Iterator[bytes]:
    """A part so often that it comes to `size` bytes, in blocks."""
    block = part * max(1, MB // len(part))
    for _ in range(size // len(block)):
        yield block


def newlines_gzip(path: Path) -> None:
    """10 MB of gzip: a post and ten billion line feeds."""
    _repeated_gzip(path, LINE, b"\n" * (10 * MB), 1000)


def newlines_csv_gzip(path: Path) -> None:
    _repeated_gzip(path, HEADER + ROW, b"\n" * (10 * MB), 300)


def newlines_plain(path: Path) -> None:
    _plain(path, (LINE, *_times(b"\n", 300 * MB)))


def spaces_zstd(path: Path) -> None:
    """A post, and 20 GB of blanks on one line."""
    _zstd(path, (LINE, *_times(b" ", 20_000 * MB)))


def wide_window_zstd(path: Path) -> None:
    """A frame that asks for a window of 2 GiB."""
    _zstd(path, (LINE, *_times(LINE, 10 * MB)), window_log=31, enable_ldm=1)


def posts_zstd(path: Path) -> None:
    """The same post for 8 GB."""
    _zstd(path, _times(LINE, 8_000 * MB))


def gzip_of_gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.compress(LINE * 1000)))


def long_line(path: Path) -> None:
    _plain(path, (LINE, b'{"teks":"', *_times(b"x", 500 * MB), b'"}\n', LINE))


def empty_objects(path: Path) -> None:
    """A post in an array, then ten million empty objects."""
    _plain(path, (b"[", LINE, *_times(b",{}", 30 * MB), b"]"))


def empty_objects_on_lines(path: Path) -> None:
    _plain(path, (LINE, *_times(b"{}\n", 30 * MB)))


def wide_object(path: Path) -> None:
    """One object of five million members below the limit of a record."""
    inner = b",".join(b"{}" for _ in range(5 * MB))
    _plain(path, (LINE, b'{"nav_index":"1","data":[', inner, b"]}\n", LINE))


def nested(path: Path) -> None:
    """Objects in objects, as deep as parsers go and deeper."""
    depths = (100, 254, 255, 500, 900, 990, 1000, 1020, 1024, 5000, 1_000_000)
    shapes: list[tuple[bytes, bytes]] = [(b'{"data":', b"}"), (b"[", b"]")]
    deep = [begin * depth + b"1" + end * depth + b"\n" for depth in depths for begin, end in shapes]
    texts = [
        json.dumps(POST).encode().replace(b'"textExtra": []', b'"textExtra": ' + b"[" * depth + b"]" * depth) + b"\n"
        for depth in depths[:-2]
    ]
    _plain(path, (LINE, *deep, *texts, LINE))


def large_cell(path: Path) -> None:
    """One quoted cell of 1 GB with a line feed after every other character."""
    _plain(path, (HEADER, ROW, b'122118273645019282,2024-02-01T05:00:00Z,"', *_times(b"x\n", 1000 * MB), b'"\n', ROW))


def large_cell_gzip(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=9) as out:
        for part in (HEADER, ROW, b'1,2,"', *_times(b"x\n", 500 * MB), b'"\n'):
            out.write(part)


def million_columns(path: Path) -> None:
    names = ",".join(f"k{number}" for number in range(MB)).encode()
    row = ROW.rstrip() + b"," * MB + b"\n"
    _plain(path, (HEADER.rstrip(), b",", names, b"\n", *(row for _ in range(50))))


def ragged(path: Path) -> None:
    """Fifty million rows of one cell below three columns."""
    _plain(path, (HEADER, ROW, *_times(b"x\n", 100 * MB)))


def long_texts_gzip(path: Path) -> None:
    """10,000 texts of 1 MB in a gzip file of 10 MB."""
    _repeated_gzip(path, HEADER, ROW.rstrip() + b"x" * MB + b"\n", 10_000)


def long_texts_plain(path: Path) -> None:
    """300 texts of 1 MB that look like addresses and numbers."""
    text = b"a.b+c@" * (MB // 12) + b" 0 8 1 2" * (MB // 16)
    _plain(path, (HEADER, *(b"12211827364501%04d,2024-02-01T05:00:00Z,%b\n" % (n, text) for n in range(300))))


def _table(path: Path, arrays: dict[str, object], **how: object) -> None:
    pq.write_table(pa.table(arrays), path, **how)


def dictionary_parquet(path: Path) -> None:
    """9 kB: one text of 1.5 MB, 8,192 times."""
    rows = 8192
    text = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * 1_500_000]))
    ids = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["122118273645019281"]))
    when = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["2024-02-01T05:00:00Z"]))
    _table(path, {"id": ids, "waktu": when, "text": text}, compression="zstd")


def short_texts_parquet(path: Path) -> None:
    """The same text of 3 kB, three million times."""
    rows = 3 * MB
    index = pa.array(memoryview(bytes(4 * rows)).cast("i"), pa.int32())
    cells = {"id": "122118273645019281", "waktu": "2024-02-01T05:00:00Z", "text": "jalan rusak " * 250}
    columns = {name: pa.DictionaryArray.from_arrays(index, pa.array([cell])) for name, cell in cells.items()}
    _table(path, columns, compression="zstd", row_group_size=rows)


def null_rows_parquet(path: Path) -> None:
    """Two hundred million rows without a value in one row group."""
    rows = 200 * MB
    _table(path, {name: pa.nulls(rows, pa.string()) for name in ("id", "waktu", "text")}, row_group_size=rows)


def list_parquet(path: Path) -> None:
    """One row with a list of a hundred million texts of 100 kB."""
    rows = 100 * MB
    items = pa.DictionaryArray.from_arrays(
        pa.array(memoryview(bytes(4 * rows)).cast("i"), pa.int32()), pa.array(["x" * 100_000])
    )
    tags = pa.ListArray.from_arrays(pa.array([0, rows], pa.int32()), items)
    columns = {"id": ["122118273645019281"], "waktu": ["2024-02-01T05:00:00Z"], "text": tags}
    _table(path, columns, compression="zstd")


def lists_parquet(path: Path) -> None:
    """A thousand rows with a list of a hundred texts of 100 kB each."""
    rows, each = 1000, 100
    items = pa.DictionaryArray.from_arrays(pa.array([0] * rows * each, pa.int32()), pa.array(["x" * 100_000]))
    tags = pa.ListArray.from_arrays(pa.array(range(0, rows * each + 1, each), pa.int32()), items)
    columns = {"id": ["122118273645019281"] * rows, "waktu": ["2024-02-01T05:00:00Z"] * rows, "text": tags}
    _table(path, columns, compression="zstd")


def page_parquet(path: Path) -> None:
    """One page of 600 MB of blanks."""
    text = pa.array([" " * 600 * MB])
    columns = {"id": ["122118273645019281"], "waktu": ["2024-02-01T05:00:00Z"], "text": text}
    _table(path, columns, compression="zstd", use_dictionary=False, write_statistics=False)


def footer_parquet(path: Path) -> None:
    """A hundred thousand columns and no row."""
    columns = {"id": pa.array([], pa.string()), "waktu": pa.array([], pa.string()), "text": pa.array([], pa.string())}
    _table(path, columns | {f"k{number}": pa.array([], pa.int8()) for number in range(100_000)})


def parquet_gzip(path: Path) -> None:
    """A Parquet file of 5 GB of zeros, in gzip."""
    whole = io.BytesIO()
    pq.write_table(pa.table({"id": ["1"], "waktu": ["2024-02-01"], "text": ["x"]}), whole)
    _repeated_gzip(path, whole.getvalue(), bytes(10 * MB), 500)


_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
_NAMED = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument'
    b'.spreadsheetml.sharedStrings+xml"/>'
)
_STYLES = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def _workbook(path: Path, changed: dict[str, Iterable[bytes]]) -> None:
    """A workbook of three posts, some parts of which are others."""
    whole = zipfile.ZipFile(io.BytesIO(formats.spreadsheet(formats.fourcat_tiktok)))
    with whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        for name in whole.namelist():
            if name == "[Content_Types].xml":
                book.writestr(name, whole.read(name).replace(b"</Types>", _NAMED + b"</Types>"))
            elif name not in changed:
                book.writestr(name, whole.read(name))
        for name, parts in ({_STRINGS_PART: (_STRINGS, b"</sst>")} | changed).items():
            with book.open(name, "w", force_zip64=True) as out:
                for part in parts:
                    out.write(part)


def _inline(cells: Iterable[str]) -> bytes:
    return ("<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>").encode()


def _head() -> tuple[bytes, bytes, bytes]:
    first = formats.fourcat_tiktok(0)
    return _SHEET, _inline(first), _inline(str(cell) for cell in first.values())


_SHEET_PART, _STRINGS_PART, _STYLES_PART = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_SHEET_END = b"</sheetData></worksheet>"


def shared_texts_workbook(path: Path) -> None:
    """Six million shared texts that are empty, in 120 MB."""
    _workbook(path, {_STRINGS_PART: (_STRINGS, *_times(b"<si><t></t></si>", 120 * MB), b"</sst>")})


def most_shared_texts_workbook(path: Path) -> None:
    """As many of them as are read."""
    _workbook(path, {_STRINGS_PART: (_STRINGS, *_times(b"<si><t></t></si>", MB), b"</sst>")})


def most_styles_workbook(path: Path) -> None:
    """Cell formats in as many bytes as are read."""
    _workbook(path, {_STYLES_PART: (_STYLES, b"<cellXfs>", *_times(b"<xf/>", 2 * MB), b"</cellXfs></styleSheet>")})


def shared_text_workbook(path: Path) -> None:
    """One shared text of 100 MB."""
    _workbook(path, {_STRINGS_PART: (_STRINGS, b"<si><t>", *_times(b"x", 100 * MB), b"</t></si></sst>")})


def styles_workbook(path: Path) -> None:
    """Millions of cell formats."""
    _workbook(path, {_STYLES_PART: (_STYLES, b"<cellXfs>", *_times(b"<xf/>", 60 * MB), b"</cellXfs></styleSheet>")})


def sheet_workbook(path: Path) -> None:
    """A sheet of 2 GB."""
    _workbook(path, {_SHEET_PART: (*_head(), *_times(b"<row><c><v>1</v></c></row>", 2000 * MB), _SHEET_END)})


def rows_workbook(path: Path) -> None:
    """A sheet of as many rows as are read."""
    _workbook(path, {_SHEET_PART: (*_head(), *_times(b"<row><c><v>1</v></c></row>", 16 * MB), _SHEET_END)})


def gaps_workbook(path: Path) -> None:
    """Rows whose only cell stands in the last column."""
    _workbook(path, {_SHEET_PART: (*_head(), *_times(b'<row><c r="XFD1"><v>1</v></c></row>', 15 * MB), _SHEET_END)})


def row_gap_workbook(path: Path) -> None:
    """A row with the number 2,000,000,000."""
    last = b'<row r="2000000000"><c><v>1</v></c></row>'
    _workbook(path, {_SHEET_PART: (*_head(), last, _SHEET_END)})


def nested_workbook(path: Path) -> None:
    """Elements in elements, a million deep."""
    depth = MB
    _workbook(path, {_SHEET_PART: (*_head(), b"<a>" * depth, b"</a>" * depth, _SHEET_END)})


def workbook_gzip(path: Path) -> None:
    """A workbook and gigabytes of zeros in gzip."""
    _repeated_gzip(path, formats.spreadsheet(formats.fourcat_tiktok), bytes(10 * MB), 500)


def liar_workbook(path: Path) -> None:
    """A workbook whose directory says that its sheet is small."""
    sheet_workbook(path)
    with zipfile.ZipFile(path) as book:
        size = book.getinfo(_SHEET_PART).file_size
    content = path.read_bytes()
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (2 * MB).to_bytes(4, "little")))


def utf16(path: Path) -> None:
    """UTF-16 in gzip: a table and gigabytes of the same."""
    _repeated_gzip(path, b"\xff\xfe" + (HEADER + ROW).decode().encode("utf-16-le"), "x\n".encode("utf-16-le") * MB, 500)


def adler(path: Path) -> None:
    """A gzip member whose content is right and whose checksum is not, then more of it."""
    packed = bytearray(gzip.compress(LINE))
    packed[-5] ^= 0xFF
    path.write_bytes(bytes(packed) + gzip.compress(LINE * 1000) + zlib.compress(LINE))


def graph_page(path: Path) -> None:
    """A page of the Graph API with millions of empty objects in its list."""
    page = json.dumps(formats.PAGE).encode()
    _plain(path, (page[: page.index(b"[") + 1], *_times(b"{},", 15 * MB), page[page.index(b"[") + 1 :]))


BOMBS: dict[str, tuple[Callable[[Path], None], str]] = {
    "newlines.ndjson.gz": (newlines_gzip, ""),
    "newlines.csv.gz": (newlines_csv_gzip, TABLE),
    "newlines.ndjson": (newlines_plain, ""),
    "spaces.ndjson.zst": (spaces_zstd, ""),
    "window.ndjson.zst": (wide_window_zstd, ""),
    "posts.ndjson.zst": (posts_zstd, ""),
    "twice.ndjson.gz": (gzip_of_gzip, ""),
    "line.ndjson": (long_line, ""),
    "empty-objects.json": (empty_objects, ""),
    "empty-objects.ndjson": (empty_objects_on_lines, ""),
    "wide-object.ndjson": (wide_object, ""),
    "nested.ndjson": (nested, ""),
    "cell.csv": (large_cell, TABLE),
    "cell.csv.gz": (large_cell_gzip, TABLE),
    "columns.csv": (million_columns, TABLE),
    "ragged.csv": (ragged, TABLE),
    "long-texts.csv.gz": (long_texts_gzip, TABLE),
    "long-texts.csv": (long_texts_plain, TABLE),
    "dictionary.parquet": (dictionary_parquet, TABLE),
    "short-texts.parquet": (short_texts_parquet, TABLE),
    "null-rows.parquet": (null_rows_parquet, TABLE),
    "list.parquet": (list_parquet, TABLE),
    "lists.parquet": (lists_parquet, TABLE),
    "page.parquet": (page_parquet, TABLE),
    "footer.parquet": (footer_parquet, TABLE),
    "zeros.parquet.gz": (parquet_gzip, TABLE),
    "shared-texts.xlsx": (shared_texts_workbook, ""),
    "most-shared-texts.xlsx": (most_shared_texts_workbook, ""),
    "most-styles.xlsx": (most_styles_workbook, ""),
    "shared-text.xlsx": (shared_text_workbook, ""),
    "styles.xlsx": (styles_workbook, ""),
    "sheet.xlsx": (sheet_workbook, ""),
    "rows.xlsx": (rows_workbook, ""),
    "gaps.xlsx": (gaps_workbook, ""),
    "row-gap.xlsx": (row_gap_workbook, ""),
    "nested.xlsx": (nested_workbook, ""),
    "workbook.xlsx.gz": (workbook_gzip, ""),
    "liar.xlsx": (liar_workbook, ""),
    "utf16.csv.gz": (utf16, TABLE),
    "checksum.ndjson.gz": (adler, ""),
    "graph.json": (graph_page, ""),
}
