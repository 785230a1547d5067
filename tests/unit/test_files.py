"""Files are opened by content and split into records; bad bytes become faults and never take good ones with them."""

import csv
import gzip
import io
import json
import tarfile
import tracemalloc
import zipfile
from functools import partial
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.exits import InputRefusedError
from flows.files import (
    LINE_BYTES,
    SAMPLE_BYTES,
    csv_header,
    csv_rows,
    json_elements,
    json_lines,
    lines,
    open_stream,
    sample,
)
from flows.files.csv_records import is_blank
from flows.files.record import Fault, Record
from flows.post import Reason

COMPRESSIONS = [gzip.compress, zstandard.compress]
TRUNCATED, UNREADABLE = Reason.TRUNCATED, Reason.UNREADABLE


class Trickle(io.RawIOBase):
    """A stream that gives few bytes at a time, so that every boundary is met."""

    def __init__(self, content: bytes, step: int) -> None:
        self._content = io.BytesIO(content)
        self._step = step

    def read(self, size: int = -1, /) -> bytes:  # noqa: ARG002 - it gives what it likes
        return self._content.read(self._step)


def outline(items) -> list[object]:
    """Raw values and fault reasons, in order."""
    return [item.raw if isinstance(item, Record) else item.reason for item in items]


def json_of(content: bytes) -> list[object]:
    return outline(json_lines(io.BytesIO(content)))


def elements_of(content: bytes, step: int = 1000) -> list[object]:
    return outline(json_elements(Trickle(content, step)))


def rows_of(content: bytes) -> list[object]:
    return outline(csv_rows(io.BytesIO(content)))


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


# --- opening


@pytest.mark.parametrize("compress", [bytes, *COMPRESSIONS])
def test_a_file_is_unpacked_whatever_its_name(tmp_path, compress):
    path = write(tmp_path / "ekspor.csv", compress(b'{"a":1}\n' * 50_000))
    with open_stream(path) as stream:
        assert sum(1 for _ in json_lines(stream)) == 50_000
    assert sample(path) == (b'{"a":1}\n' * 50_000)[:SAMPLE_BYTES]


@pytest.mark.parametrize("compress", COMPRESSIONS)
def test_compressed_files_one_after_another_are_one_file(tmp_path, compress):
    path = write(tmp_path / "berkas", compress(b"satu\n") + compress(b"dua\n"))
    with open_stream(path) as stream:
        assert list(lines(stream)) == [(1, b"satu"), (2, b"dua")]


@pytest.mark.parametrize("compress", COMPRESSIONS)
def test_a_truncated_compressed_file_gives_its_complete_lines_and_one_fault(tmp_path, compress):
    content = b"".join(b'{"nomor":%d}\n' % number for number in range(30_000))
    packed = compress(content)
    for kept in (len(packed) // 3, len(packed) // 2, len(packed) - 1):
        with open_stream(write(tmp_path / "putus", packed[:kept])) as stream:
            *records, fault = json_lines(stream)
        assert [record.raw["nomor"] for record in records] == list(range(len(records)))
        assert (fault.reason, fault.number) == (TRUNCATED, len(records) + 1)
        assert content.split(b"\n")[len(records)].startswith(fault.excerpt)


def test_a_damaged_gzip_file_gives_what_comes_before_the_damage(tmp_path):
    packed = bytearray(gzip.compress(b"".join(b'{"nomor":%d}\n' % number for number in range(30_000))))
    packed[len(packed) // 2] ^= 0xFF
    with open_stream(write(tmp_path / "rusak", bytes(packed))) as stream:
        items = list(json_lines(stream))
    assert len(items) > 1000
    assert isinstance(items[-1], Fault)
    assert items[-1].reason is Reason.DAMAGED
    assert "damaged" in items[-1].detail


def zip_of(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "isi")
    return buffer.getvalue()


def tar_of(name: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "is empty"),
        (zip_of("ekspor.ndjson"), "a zip archive"),
        (zip_of("content.xml"), "an OpenDocument file"),
        (zip_of("xl/workbook.bin"), "an Excel binary workbook"),
        (zip_of("word/document.xml"), "a Word document"),
        (tar_of("ekspor.ndjson"), "a tar archive"),
        (gzip.compress(tar_of("ekspor.ndjson")), "inside is a tar archive"),
        (zstandard.compress(tar_of("ekspor.ndjson")), "inside is a tar archive"),
        (gzip.compress(gzip.compress(b"{}")), "compressed twice"),
        (gzip.compress(b""), "nothing can be unpacked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "XLS"),
        (b"%PDF-1.7\n", "a PDF"),
        ("id,teks\n".encode("utf-32"), "UTF-32"),
        (bytes(range(256)) * 10, "not text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused_with_a_sentence_that_names_the_file(tmp_path, content, word):
    path = write(tmp_path / "kiriman", content)
    with pytest.raises(InputRefusedError) as refused, open_stream(path):
        pass
    assert str(path) in str(refused.value)
    assert word in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputRefusedError, match="cannot be opened"), open_stream(tmp_path / "tiada"):
        pass


def test_parquet_passes_plain_and_seekable(tmp_path):
    with open_stream(write(tmp_path / "tabel", b"PAR1" + bytes(5000) + b"PAR1")) as stream:
        assert stream.seekable()
        assert stream.read(4) == b"PAR1"


# --- lines


def test_lines_lose_their_ends_and_the_last_needs_none():
    assert list(lines(io.BytesIO(b"satu\r\ndua\n\ntiga"))) == [(1, b"satu"), (2, b"dua"), (3, b""), (4, b"tiga")]


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"").rstrip(b"\r"))), st.integers(1, 9))
def test_lines_are_the_same_however_the_stream_is_cut(contents, step):
    content = b"".join(line + b"\n" for line in contents)
    assert list(lines(Trickle(content, step))) == list(enumerate(contents, 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reader", "compress"),
    [
        (json_lines, bytes),
        (json_lines, zstandard.compress),
        (lines, partial(gzip.compress, compresslevel=1)),
        (json_elements, bytes),
    ],
)
def test_a_line_of_200_mb_is_one_fault_in_flat_memory(tmp_path, reader, compress):
    path = write(tmp_path / "panjang", compress(b'{"teks":"' + b"x" * 200_000_000 + b'"}\n{"a":1}\n'))
    tracemalloc.start()
    with open_stream(path, content_bytes=300_000_000) as stream:
        first, second = reader(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert first.reason is Reason.TOO_LONG
    assert first.excerpt.startswith(b'{"teks":"xxx')
    assert second in ((2, {"a": 1}), (2, b'{"a":1}'))
    assert peak < 5 * LINE_BYTES


# --- JSON lines


def test_json_lines_keep_ids_exact_and_skip_blanks():
    content = b'\xef\xbb\xbf{"id":7612491652768642104}\n\n  \r\n{"id":2}\r\n'
    assert list(json_lines(io.BytesIO(content))) == [Record(1, {"id": 7612491652768642104}), Record(4, {"id": 2})]


def test_json_lines_drop_nul_and_read_what_browsers_and_notebooks_write():
    assert json_of(b'{"a":"x\0y"}\n{"a":"\\ud83d"}\n{"a":NaN}\n') == [{"a": "xy"}, {"a": "\ud83d"}, {"a": None}]


def test_json_lines_reject_only_the_bad_line():
    content = b'{"a":\xff}\n{"a":}\n{"a":1}\n' + b"[" * 100_000 + b'\n{"a":2'
    assert json_of(content) == [Reason.NOT_UTF8, UNREADABLE, {"a": 1}, UNREADABLE, TRUNCATED]


def test_a_file_cut_inside_a_character_is_truncated_not_wrongly_encoded():
    assert json_of('{"a":"🙏'.encode()[:-1]) == [TRUNCATED]


@given(st.lists(st.one_of(st.binary(), st.just(b'{"a":1}'), st.just(b" "))), st.booleans())
def test_every_line_is_a_record_or_a_fault(contents, is_closed):
    parts = b"\n".join(contents).split(b"\n")
    filled = [part for part in parts if part.replace(b"\0", b"").strip()]
    content = b"\n".join(parts) + (b"\n" if is_closed else b"")
    if content.startswith(b"\xef\xbb\xbf"):
        return
    assert len(json_of(content)) == len(filled)


# --- CSV


def test_csv_rows_are_real_csv():
    content = b'\xef\xbb\xbf"id",teks\r\n1,"baris satu\r\nbaris ""dua"""\r\n\r\n2,x\0y\r\n'
    assert list(csv_rows(io.BytesIO(content))) == [
        Record(2, {"id": "1", "teks": 'baris satu\nbaris "dua"'}),
        Record(5, {"id": "2", "teks": "xy"}),
    ]


def test_csv_rejects_only_the_bad_row():
    content = b'a,b\n1\n1,2,3\nx,\xff\n"p"q,1\n"dua\n\xff",1\nok,1\n'
    assert rows_of(content) == [
        *(Reason.WRONG_SHAPE, Reason.WRONG_SHAPE, Reason.NOT_UTF8, UNREADABLE, Reason.NOT_UTF8),
        {"a": "ok", "b": "1"},
    ]


def test_csv_truncated_inside_a_quote_or_a_row():
    assert rows_of(b'a,b\n1,"belum\nselesai\n') == [TRUNCATED]
    assert rows_of(b"a,b\n1,2\n3") == [{"a": "1", "b": "2"}, TRUNCATED]


def test_csv_truncated_gzip_gives_one_fault(tmp_path):
    content = b"a,b\n" + b"".join(b'%d,"x\ny"\n' % number for number in range(50_000))
    packed = gzip.compress(content)
    with open_stream(write(tmp_path / "putus", packed[: len(packed) // 2])) as stream:
        items = outline(csv_rows(stream))
    assert [item for item in items if not isinstance(item, dict)] == [TRUNCATED]
    assert len(items) > 1000


def test_csv_a_quote_never_closed_does_not_swallow_the_file():
    csv.field_size_limit(1000)  # as another reader of the same process may have left it
    content = b'a,b\n1,"terbuka\n' + (b"2," + b"x" * 1000 + b"\n") * (LINE_BYTES // 1000 + 10)
    first, *rest = csv_rows(io.BytesIO(content))
    assert first.reason is Reason.TOO_LONG
    assert {item.raw["b"] for item in rest} == {"x" * 1000}


def test_csv_header_in_another_encoding_does_not_cost_the_rows():
    assert rows_of(b"id,caf\xe9\n1,2\n") == [{"id": "1", "caf\ufffd": "2"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_guessed_from_the_header(delimiter):
    content = b"\xef\xbb\xbf" + delimiter.join(["id", '"teks, dan; lain"', "waktu"]).encode() + b"\r\n1"
    assert csv_header(content) == (("id", "teks, dan; lain", "waktu"), delimiter)
    assert rows_of(content + (delimiter * 2).encode() + b"\n") == [{"id": "1", "teks, dan; lain": "", "waktu": ""}]


@given(st.binary())
def test_csv_header_reads_anything(content):
    names, delimiter = csv_header(content)
    assert all(isinstance(name, str) for name in names)
    assert delimiter in ",;\t|"


CELL = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(CELL, CELL)), st.sampled_from([",", ";"]), st.sampled_from(["\n", "\r\n"]))
def test_csv_gives_back_what_was_written(pairs, delimiter, end):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *pairs])
    rows = rows_of(buffer.getvalue().encode())
    assert rows == [{"a": first, "b": second} for first, second in pairs if not is_blank((first, second))]


@given(st.binary())
def test_csv_never_raises(content):
    assert all(isinstance(item, dict | Reason) for item in rows_of(b"a,b\n" + content))


# --- JSON elements

VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab[]{}\\"', max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(VALUE), st.integers(1, 40), st.sampled_from([None, 2]))
def test_the_elements_of_an_array_are_found_however_the_stream_is_cut(values, step, indent):
    content = json.dumps(values, indent=indent, ensure_ascii=False).replace("\0", "").encode()
    assert elements_of(content, step) == json.loads(content)


@settings(max_examples=50)
@given(st.lists(st.dictionaries(st.text('ab"\\'), VALUE)), st.sampled_from(["", " ", "\n"]), st.integers(1, 40))
def test_documents_one_after_another_are_elements(values, between, step):
    content = between.join(json.dumps(value) for value in values).encode()
    assert elements_of(content, step) == values


@settings(max_examples=50)
@given(st.lists(st.dictionaries(st.text('ab]}"\\'), VALUE), min_size=1), st.data())
def test_a_truncated_array_gives_its_complete_elements_and_one_fault(values, data):
    content = json.dumps(values).encode()
    kept = data.draw(st.integers(1, len(content) - 1))
    *complete, fault = elements_of(content[:kept])
    assert fault is TRUNCATED
    assert complete == values[: len(complete)]
    assert len(json.dumps(values[: len(complete)])) <= kept + 1


def test_a_bad_element_does_not_take_its_neighbours_with_it():
    content = b'\xef\xbb\xbf[{"a":1}, salah, {"b":}, {"c":"\xff"}, {"d":"x\0y"}]'
    assert elements_of(content) == [{"a": 1}, UNREADABLE, UNREADABLE, Reason.NOT_UTF8, {"d": "xy"}]


def test_elements_are_numbered_and_arrays_may_follow_each_other():
    assert list(json_elements(io.BytesIO(b'[{"a":1}]\n[[2], 3]'))) == [
        Record(1, {"a": 1}),
        Record(2, [2]),
        Record(3, 3),
    ]


@given(st.binary(), st.integers(1, 20))
def test_elements_never_raise(content, step):
    assert all(not isinstance(item, Exception) for item in elements_of(content, step))
