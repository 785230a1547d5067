"""Mutations of a file: what transports, editors, spreadsheets, scrapers and malice do to exports, all by a seed."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

ZERO_WIDTH, CONTROL = "\u200b", "\u202e"
PERSONAL = (
    "hubungi 0812-3456-7890 ya",
    "wa 081234567890",
    "telp +62 812 3456 7890",
    "０８１２３４５６７８９０",
    "0 8 1 2 3 4 5 6 7 8 9 0",
    "08\u200b12\u200b34567890",
    "(0285) 391234",
    "kata @budi.santoso",
    "@budi_99, @siti",
    "＠warga",
    "@🙏budi",
    "surel budi@contoh.co.id",
    "budi(at)contoh.id",
    "budi.s+x@contoh.or.id",
    "NIK 3325010101900001",
    "3325 0101 0190 0001",
    "rek BCA 1234567890",
    "rekening 123 456 7890",
    "12.345.678.9-012.345",
    "a@b.c" * 20,
    "👩‍👩‍👧‍👦" * 5 + "0812 3456 7890",
)
WORDS = (
    *("", " ", "\0", "\ud83d", "\ufeff", "🙏🏽", "\u2028", "#" * 50, "#" + "x" * 200, "\r\n", '"', "'", ",", ";", "\t"),
    *("NaN", "null", "None", "-1", "1e400", "9" * 40, "1.234.567", "1,2 rb", "0x10", "٣٤٥", "½", "²", "true"),
    *("2024-02-30", "31/02/2024", "0000-00-00", "9999-12-31T23:59:59Z", "1706763600", "1706763600000", "1e12"),
    *("2024-02-01T05:00:00+99:99", "10000-01-01", "Feb 1", "=1+1", '="7329"', "x" * 5000, CONTROL, ZERO_WIDTH),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63), 10**30, 0.5, -0.0, 1e308),
    *(1706763600, 1706763600.5, 1706763600000, [], {}, [[]], {"a": {"b": []}}, [None], ["x", 1, None], [{}], "", "x"),
)
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7")
DELIMITERS = (",", ";", "\t", "|", ":", " ")

Mutation = Callable[[Random, bytes, bytes], bytes]


# ------------------------------------------------------------------------------------------------------ any bytes


def flip_bits(rng: Random, content: bytes, other: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncate(rng: Random, content: bytes, other: bytes) -> bytes:
    return content[: rng.randrange(1, len(content) + 1)]


def lose_beginning(rng: Random, content: bytes, other: bytes) -> bytes:
    return content[rng.randrange(len(content)) :]


def splice(rng: Random, content: bytes, other: bytes) -> bytes:
    return content[: rng.randrange(1, len(content) + 1)] + other[rng.randrange(len(other)) :]


def append(rng: Random, content: bytes, other: bytes) -> bytes:
    return content + other


def cut_out(rng: Random, content: bytes, other: bytes) -> bytes:
    start = rng.randrange(len(content))
    return content[:start] + content[start + rng.randrange(1, 500) :]


def repeat_part(rng: Random, content: bytes, other: bytes) -> bytes:
    start = rng.randrange(len(content))
    part = content[start : start + rng.randrange(1, 500)]
    return content[:start] + part * rng.choice((2, 3, 50)) + content[start:]


def insert_bytes(rng: Random, content: bytes, other: bytes) -> bytes:
    place = rng.randrange(len(content))
    bad = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\0", b"\x1a", b"\r", b"\xef\xbb\xbf", b'"', b"\\")
    return content[:place] + rng.choice(bad) * rng.choice((1, 1, 3, 1000)) + content[place:]


def huge_number(rng: Random, content: bytes, other: bytes) -> bytes:
    places = [place for place, byte in enumerate(content) if 48 <= byte < 58]
    if not places:
        return content
    place = rng.choice(places)
    return content[:place] + rng.choice((b"9" * 25, b"9" * 400, b"-", b"1e999", b"0.", b"00")) + content[place:]


# ---------------------------------------------------------------------------------------------------- lines, text


def blank_lines(rng: Random, content: bytes, other: bytes) -> bytes:
    lines = content.split(b"\n")
    for _ in range(rng.choice((1, 3, 100))):
        lines.insert(rng.randrange(len(lines) + 1), rng.choice((b"", b" ", b"\r", b"\t", b";;;", b",")))
    return b"\n".join(lines)


def remove_line(rng: Random, content: bytes, other: bytes) -> bytes:
    lines = content.split(b"\n")
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def repeat_line(rng: Random, content: bytes, other: bytes) -> bytes:
    lines = content.split(b"\n")
    place = rng.randrange(len(lines))
    return b"\n".join([*lines[:place], *([lines[place]] * rng.choice((2, 3, 20))), *lines[place:]])


def shuffle_lines(rng: Random, content: bytes, other: bytes) -> bytes:
    lines = content.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines)


def change_ends(rng: Random, content: bytes, other: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\r", b"\n\n", b" ")))


def change_encoding(rng: Random, content: bytes, other: bytes) -> bytes:
    return content.decode("utf-8", "replace").encode(rng.choice(ENCODINGS), "replace")


def change_delimiter(rng: Random, content: bytes, other: bytes) -> bytes:
    old, new = rng.sample(DELIMITERS, 2)
    return content.replace(old.encode(), new.encode(), rng.choice((-1, 5, 1)))


def rename_word(rng: Random, content: bytes, other: bytes) -> bytes:
    """Another word everywhere: of a key, a column or a value."""
    words = [word for word in content[:20_000].replace(b'"', b" ").replace(b",", b" ").split() if word.isalnum()]
    return (
        content.replace(rng.choice(words), rng.choice((b"x", b"id", b"text", b"")), rng.choice((-1, 1)))
        if words
        else content
    )


# ---------------------------------------------------------------------------------------------------- compression


def unpacked(content: bytes) -> bytes:
    try:
        if content.startswith(b"\x1f\x8b"):
            return gzip.decompress(content)
        if content.startswith(b"\x28\xb5\x2f\xfd"):
            return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):  # a real input that is damaged already
        return content
    return content


def packed(rng: Random, content: bytes, other: bytes) -> bytes:
    return rng.choice((gzip.compress, zstandard.compress))(content)


def packed_and_cut(rng: Random, content: bytes, other: bytes) -> bytes:
    return rng.choice((truncate, flip_bits, append, cut_out))(rng, packed(rng, content, other), other)


def packed_in_members(rng: Random, content: bytes, other: bytes) -> bytes:
    place = rng.randrange(len(content))
    return packed(rng, content[:place], other) + packed(rng, content[place:], other)


# ----------------------------------------------------------------------------------------------------------- JSON


def _places(value: Any, found: list[tuple[Any, Any]], depth: int = 40) -> None:
    """Every (container, key) of a JSON value, down to a depth."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        found.append((value, key))
        if depth:
            _places(part, found, depth - 1)


def _change_value(rng: Random, container: Any, key: Any) -> None:
    value = container[key]
    kind = rng.randrange(9)
    if kind == 0:
        container[key] = rng.choice(VALUES)
    elif kind == 1:
        container[key] = str(value) if not isinstance(value, str) else rng.choice((1, 1.5, [value], {"text": value}))
    elif kind == 2 and isinstance(container, dict):
        container[rng.choice((str(key).upper(), f"{key}_", "id", "text", "data"))] = container.pop(key)
    elif kind == 3:
        del container[key]
    elif kind == 4:
        depth = rng.choice((2, 50, 260, 900, 1000))
        for _ in range(depth):
            value = [value] if rng.random() < 0.5 else {str(key): value}
        container[key] = value
    elif kind == 5 and isinstance(value, int | float) and not isinstance(value, bool):
        container[key] = rng.choice((-value, value * 1000, value * 10**20, float(value), str(value), f"{value:,}"))
    elif isinstance(value, str):
        word = rng.choice(PERSONAL if kind >= 6 else WORDS)
        container[key] = rng.choice((word, f"{value} {word}", f"{word} {value}", value[:5_000] * 20))
    else:
        container[key] = rng.choice(WORDS)


def change_json(rng: Random, content: bytes, other: bytes) -> bytes:
    """Some values of some of its JSON values are others."""
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        values, is_lines = [json.loads(text)], False
    except (ValueError, RecursionError):
        is_lines = True
        try:
            values = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            return rename_word(rng, content, other)
    root = {"all": values}
    for _ in range(rng.choice((1, 2, 5, 20))):
        found: list[tuple[Any, Any]] = []
        _places(root["all"], found)
        if not found:
            break
        try:
            _change_value(rng, *rng.choice(found))
        except (OverflowError, ValueError, RecursionError):
            continue
    indent = rng.choice((None, None, None, 1))
    try:
        out = [
            json.dumps(each, ensure_ascii=rng.random() < 0.3, indent=None if is_lines else indent)
            for each in root["all"]
        ]
    except RecursionError:
        return content
    return "\n".join(out).encode("utf-8", rng.choice(("surrogatepass", "replace"))) + b"\n"


# --------------------------------------------------------------------------------------------------------- tables


def _rows_of_parquet(content: bytes) -> list[list[str]]:
    table = pq.read_table(io.BytesIO(content))
    return [table.column_names, *([str(cell) for cell in row.values()] for row in table.to_pylist())]


def _rows_of_workbook(content: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [row for row in cells if any(row)][-4:]


def _rows(content: bytes) -> list[list[str]] | None:
    """The rows of a table, of whatever layout; None for what is none."""
    for mark, read in ((b"PAR1", _rows_of_parquet), (b"PK", _rows_of_workbook)):
        if content.startswith(mark):
            try:
                return read(content)
            except Exception:  # noqa: BLE001 - what was mutated before breaks in many ways
                return None
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "[", ""):
        return None
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS[:4], key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) or None
    except csv.Error:
        return None


def _change_rows(rng: Random, rows: list[list[str]]) -> None:
    for _ in range(rng.choice((1, 2, 5, 20))):
        row = rng.choice(rows)
        kind = rng.randrange(9)
        if not row:
            continue
        place = rng.randrange(len(row))
        if kind == 0:
            other = rng.randrange(len(row))
            for each in rows if rng.random() < 0.5 else [rows[0]]:
                if max(place, other) < len(each):
                    each[place], each[other] = each[other], each[place]
        elif kind == 1:
            row[place] = rng.choice(WORDS)
        elif kind == 2:
            rows[0][rng.randrange(len(rows[0]) or 1) if rows[0] else 0 :] = rows[0][:1]
        elif kind == 3:
            del row[place]
        elif kind == 4:
            row.insert(place, rng.choice(WORDS))
        elif kind == 5:
            for each in rows:
                del each[place : place + 1]
        else:
            row[place] = rng.choice((rng.choice(PERSONAL), f"{row[place]} {rng.choice(PERSONAL)}"))


def change_table(rng: Random, content: bytes, other: bytes) -> bytes:
    """Some cells, rows and columns are others; written in any layout of tables."""
    rows = _rows(content)
    if not rows:
        return change_json(rng, content, other)
    _change_rows(rng, rows)
    layout = rng.choice(("csv", "csv", "csv", "sheet", "parquet"))
    try:
        if layout == "sheet":
            return _workbook(rows)
        if layout == "parquet":
            return _parquet(rng, rows)
    except (ValueError, pa.ArrowException, openpyxl.utils.exceptions.IllegalCharacterError):
        pass  # what these layouts cannot hold is written as CSV
    out = io.StringIO()
    quoting = rng.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL))
    csv.writer(out, delimiter=rng.choice(DELIMITERS[:4]), quoting=quoting, escapechar="\\").writerows(rows)
    return out.getvalue().encode("utf-8", rng.choice(("surrogatepass", "replace")))


def _workbook(rows: list[list[str]]) -> bytes:
    book, out = openpyxl.Workbook(write_only=True), io.BytesIO()
    page = book.create_sheet()
    for row in rows:
        page.append(row)
    book.save(out)
    return out.getvalue()


def _parquet(rng: Random, rows: list[list[str]]) -> bytes:
    header = list(dict.fromkeys(rows[0])) or ["x"]
    columns: dict[str, list[Any]] = {name: [] for name in header}
    for row in rows[1:]:
        for place, name in enumerate(header):
            columns[name].append(row[place] if place < len(row) else None)
    arrays = {}
    for name, cells in columns.items():
        kind = rng.randrange(12)
        if kind == 0:
            arrays[name] = pa.array([None if cell is None else cell.encode("utf-8", "replace") for cell in cells])
        elif kind == 1:
            arrays[name] = pa.array([None if cell is None else [cell] for cell in cells])
        elif kind == 2:
            arrays[name] = pa.array([rng.choice((None, 1706763600, -(2**60))) for _ in cells], pa.timestamp("s"))
        elif kind == 3:
            arrays[name] = pa.array([None if cell is None else {"a": cell} for cell in cells])
        else:
            arrays[name] = pa.array(
                [None if cell is None else cell.encode("utf-8", "replace").decode() for cell in cells]
            )
    out = io.BytesIO()
    pq.write_table(pa.table(arrays), out, compression=rng.choice(("none", "snappy", "zstd")))
    return out.getvalue()


MUTATIONS: dict[str, Mutation] = {
    each.__name__: each
    for each in (
        *(flip_bits, truncate, lose_beginning, splice, append, cut_out, repeat_part, insert_bytes, huge_number),
        *(blank_lines, remove_line, repeat_line, shuffle_lines, change_ends, change_encoding, change_delimiter),
        *(rename_word, packed, packed_and_cut, packed_in_members),
        *(change_json, change_json, change_table, change_table),
    )
}
# How often each is drawn: those that keep a file readable find more than those that break it at once.
_WEIGHTS = {"change_json": 8, "change_table": 8}


def mutate(rng: Random, content: bytes, other: bytes) -> tuple[str, bytes]:
    """(names of what was done, the mutated file): one to three mutations, of the content or of what is packed in it."""
    names = rng.choices(list(MUTATIONS), [_WEIGHTS.get(name, 1) for name in MUTATIONS], k=rng.choice((1, 1, 1, 2, 3)))
    if rng.random() < 0.7:
        content = unpacked(content)
    for name in names:
        content = MUTATIONS[name](rng, content, other) or b"\n"
    return " + ".join(names), content
