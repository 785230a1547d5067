"""What one input may cost: every limit ends in a sentence or a counted reject, and nothing beyond it is read."""

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from flows import limits
from flows.exits import InputRefusedError
from flows.files import csv_rows, json_elements, json_lines, open_stream
from flows.files.parquet import parquet_rows
from flows.files.record import Fault, Record
from flows.files.workbook import sheet_rows
from flows.labels import applying, posts
from flows.loading import mapped
from flows.loading.mapped import Sight
from flows.post import Post, Reason, Rejected, check
from flows.sources import zeeschuimer
from tests import exports
from tests.conftest import REPOSITORY
from tests.extract import formats

Limit = Callable[..., None]


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Sets limits for a test."""

    def set_to(**values: int) -> None:
        for name, value in values.items():
            assert hasattr(limits, name)
            monkeypatch.setattr(limits, name, value)

    return set_to


def outline(items: Iterable[Record | Fault]) -> list[object]:
    """Raw values, and what is told of faults."""
    return [item.raw if isinstance(item, Record) else (item.reason, item.detail) for item in items]


def table(columns: dict[str, Any], **how: Any) -> io.BytesIO:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **how)
    out.seek(0)
    return out


def test_the_reference_states_the_limits() -> None:
    reference = (REPOSITORY / "flows" / "REFERENCE.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", reference, flags=re.MULTILINE))
    assert rows["a record: a line, a row, an element"] == f"{limits.RECORD_BYTES >> 20} MiB"
    assert rows["all words of a post"] == f"{limits.TEXT_CHARACTERS:,} characters"
    assert rows["columns of a table"] == f"{limits.COLUMNS:,}"
    free = f"{limits.EXPANSION} times its bytes, or {limits.EXPANSION_FREE_BYTES >> 20} MiB"
    assert rows["content of a compressed file, of Parquet or of a workbook"] == free
    assert rows["blank lines in a row"] == f"{limits.BLANK_LINES:,}"
    assert rows["records in a row that cannot be used"] == f"{limits.REJECTS_IN_A_ROW:,}"
    parts = f"{limits.SHARED_TEXTS:,} different texts, {limits.SHEET_CELLS:,} cells"
    assert rows["a workbook"] == f"{limits.SHEET_BYTES >> 20} MiB unpacked, {parts}"


# ------------------------------------------------------------------------------------------------------ compressed


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_what_unpacks_to_far_more_than_its_size_ends_with_one_reject(
    tmp_path: Path, compress: Callable[[bytes], bytes], limit: Limit
) -> None:
    limit(EXPANSION_FREE_BYTES=1_000_000)
    path = tmp_path / "kecil"
    path.write_bytes(compress(b'{"a":1}\n' * 250_000))
    with open_stream(path) as stream:
        *records, last = json_lines(stream)
    assert len(records) >= 10_000
    assert isinstance(last, Fault)
    assert last.reason is Reason.DAMAGED
    assert last.detail == "it unpacks to more than 100 times its size, as no export does"
    with open_stream(path, content_bytes=2_000_000) as stream:  # as much as a file held that ronda packed itself
        assert sum(1 for _ in json_lines(stream)) == 250_000


# ------------------------------------------------------------------------------------------- blanks and rejects


def test_blank_lines_without_end_end_the_reading(limit: Limit) -> None:
    limit(BLANK_LINES=10)
    told = (Reason.DAMAGED, "more than 10 blank lines")
    few, many = b"\n" * 10, b"\n" * 11
    assert outline(json_lines(io.BytesIO(b"1\n" + few + b"2\n" + many + b"3\n"))) == [1, 2, told]
    rows = io.BytesIO(b"a,b\n1,2\n" + few + b"3,4\n" + b" , \n" * 11 + b"5,6\n")
    assert outline(csv_rows(rows)) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}, told]


@pytest.mark.parametrize("reader", [json_lines, json_elements, csv_rows])
def test_faults_without_end_end_the_reading(reader: Callable[[io.BytesIO], Any], limit: Limit) -> None:
    limit(REJECTS_IN_A_ROW=5)
    bad = b"x,x,x\n" if reader is csv_rows else b"{]\n" if reader is json_lines else b"x "
    *faults, last = reader(io.BytesIO(b"1\n" + bad * 100))
    assert sum(isinstance(item, Fault) for item in faults) == 5
    assert (last.reason, last.detail) == (Reason.DAMAGED, "5 records in a row cannot be used")


def test_records_that_are_no_posts_end_the_reading_and_add_up(limit: Limit) -> None:
    limit(REJECTS_IN_A_ROW=5)
    good, bad = formats.lines(formats.zeeschuimer), b"{}\n"
    (lines,) = (each for each in zeeschuimer.FORMATS if each.layout == "lines" and each.recognise(good))
    stream = io.BytesIO(good + bad * 4 + good + bad * 100 + good)
    items = [item for _, item in mapped.read_posts(lines, stream, Sight())]
    assert sum(isinstance(item, Post) for item in items) == 6
    assert [item[2] for item in items if not isinstance(item, Post)][-1] is Reason.DAMAGED
    assert len(items) == 6 + 4 + 5 + 1


def test_a_labelling_ends_with_the_rows_that_have_no_text(tmp_path: Path, limit: Limit) -> None:
    limit(REJECTS_IN_A_ROW=5)
    path = tmp_path / "t.ndjson"
    path.write_bytes(b'{"text":"jalan rusak"}\n' + b"{}\n" * 100)
    rows = list(posts.read(path))
    assert len(rows) == 1 + 5 + 1
    assert isinstance(rows[-1], Fault)
    assert rows[-1].reason is Reason.DAMAGED


# ---------------------------------------------------------------------------------------------- texts and columns


def test_a_text_longer_than_any_platform_has_is_rejected(tmp_path: Path) -> None:
    post = Post("tiktok", "7329720754184912996", exports.NOON, text="x" * limits.TEXT_CHARACTERS)
    check(post, None)
    with pytest.raises(Rejected, match=r"its words have 100,003 characters"):
        check(post._replace(author="abc"), None)
    path = tmp_path / "t.csv"
    path.write_bytes(b"text\npendek\n" + b"x" * (limits.TEXT_CHARACTERS + 1) + b"\n")
    short, long = posts.read(path)
    assert short == {"text": "pendek"}
    assert isinstance(long, Fault)
    assert long.reason is Reason.TOO_LONG


def test_long_texts_are_labelled_a_few_at_a_time(limit: Limit, tmp_path: Path) -> None:
    limit(BATCH_CHARACTERS=100)
    rows: list[Any] = [{"text": "x" * 60} for _ in range(5)]
    assert [len(batch) for batch in applying._batches(rows, applying._Refused(tmp_path / "x"))] == [2, 2, 1]


def test_a_table_of_more_columns_than_a_spreadsheet_is_not_read() -> None:
    header = ",".join(f"k{number}" for number in range(20_000)).encode()
    (fault,) = csv_rows(io.BytesIO(header + b"\n" + b"," * 19_999 + b"\n"))
    assert (fault.reason, fault.detail) == (Reason.DAMAGED, "a table of 20,000 columns, more than 16,384")


# ---------------------------------------------------------------------------------------------------------- JSON


def test_a_record_nested_as_deeply_as_a_parser_reads_is_rejected_with_an_excerpt() -> None:
    lines = next(each for each in zeeschuimer.FORMATS if each.layout == "lines")
    deep = b'{"data":' * 1000 + b"1" + b"}" * 1000
    ((_, item),) = mapped.read_posts(lines, io.BytesIO(deep), Sight())
    assert not isinstance(item, Post)
    assert item[4] == "(nested too deeply to be shown)"


# ------------------------------------------------------------------------------------------------------- Parquet


def test_one_text_that_stands_for_thousands_is_counted_as_often_as_it_is_meant(limit: Limit) -> None:
    limit(EXPANSION_FREE_BYTES=100_000_000)
    rows = 8192
    text = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * 1_500_000]))
    stream = table({"text": text}, compression="zstd")
    assert stream.getbuffer().nbytes < 10_000
    (fault,) = parquet_rows(None, stream)
    assert fault.detail == "its values come to 11,718 MiB, where a file of this size holds at most 95"


def test_a_footer_of_more_cells_than_a_file_can_hold_is_believed_and_refused(limit: Limit) -> None:
    limit(EXPANSION_FREE_BYTES=100_000)
    (fault,) = parquet_rows(None, table({"text": pa.nulls(1_000_000, pa.string())}))
    assert fault.reason is Reason.DAMAGED
    assert "no Parquet that is read: its values come to 7 MiB" in fault.detail


def test_lists_are_counted_by_what_is_in_them(limit: Limit) -> None:
    limit(EXPANSION_FREE_BYTES=1_000_000)
    items = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["x" * 10_000]))
    lists = pa.ListArray.from_arrays(pa.array([0, 500, 1000], pa.int32()), items)
    (fault,) = parquet_rows(None, table({"text": lists}, compression="zstd"))
    assert fault.reason is Reason.DAMAGED


def test_a_row_of_more_than_a_record_may_have_is_a_fault_and_its_neighbours_are_read(limit: Limit) -> None:
    limit(RECORD_BYTES=1_000)
    texts = ["pendek", "x" * 100_000, "juga"]
    stream = table({"text": texts})
    whole = outline(parquet_rows(None, stream))
    assert whole == [{"text": text} for text in texts]  # they are small together


def test_parquet_gives_the_same_values_from_dictionaries_lists_and_plain_columns() -> None:
    texts = ["a", None, "b", "a"]
    columns = {
        "plain": texts,
        "dictionary": pa.array(texts).dictionary_encode(),
        "list": [["x", "y"], [], None, ["x"]],
        "struct": [{"a": "x"}, None, {"a": None}, {"a": "x"}],
        "map": pa.array([[("k", "v")], None, [], [("k", None)]], pa.map_(pa.string(), pa.string())),
        "large": pa.array(texts, pa.large_string()),
        "bytes": [b"a", None, b"\xff", b""],
        "number": [1, None, 3, 4],
    }
    found = list(parquet_rows(None, table(columns), lambda value: value))
    assert [item.raw for item in found] == pa.table(columns).to_pylist()


# ----------------------------------------------------------------------------------------------------- workbooks


def workbook(tmp_path: Path, part: str, content: bytes) -> Path:
    """A workbook of three posts with another part."""
    path = tmp_path / "buku.xlsx"
    whole = zipfile.ZipFile(io.BytesIO(formats.spreadsheet(formats.fourcat_tiktok)))
    with whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name in {*whole.namelist(), part}:
            book.writestr(name, content if name == part else whole.read(name))
    return path


@pytest.mark.parametrize(
    ("part", "content", "word"),
    [
        ("xl/worksheets/sheet1.xml", b" " * 3_000_000, "a workbook that unpacks to 2 MiB where 1 are read"),
        ("xl/styles.xml", b" " * 900_000, "a workbook that unpacks to 0 MiB where 0 are read"),
        ("xl/sharedStrings.xml", b"<si/>" * 101, "a workbook of more different texts than its size explains"),
    ],
)
def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, limit: Limit, part: str, content: bytes, word: str
) -> None:
    limit(EXPANSION_FREE_BYTES=2_000_000, PART_BYTES=500_000, SHARED_TEXTS=100)
    with pytest.raises(InputRefusedError) as refusal, open_stream(workbook(tmp_path, part, content)):
        pass
    assert word in str(refusal.value)
    assert str(refusal.value).endswith("save its sheet as CSV (UTF-8) and give that.")


def test_a_sheet_of_too_many_cells_ends_with_one_fault(limit: Limit) -> None:
    content = formats.spreadsheet(formats.fourcat_tiktok)
    limit(SHEET_CELLS=60)
    items = list(sheet_rows(io.BytesIO(content)))
    assert isinstance(items[-1], Fault)
    assert items[-1].reason is Reason.DAMAGED
    assert "a sheet has more than 60 cells" in items[-1].detail


def test_a_workbook_whose_packed_bytes_are_damaged_is_refused(tmp_path: Path) -> None:
    content = bytearray(formats.spreadsheet(formats.fourcat_tiktok))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as whole:
        places = [part.header_offset + 30 + len(part.filename) for part in whole.infolist()]
    for place in places:
        content[place : place + 6] = b"\xff" * 6
    path = tmp_path / "rusak.xlsx"
    path.write_bytes(bytes(content))
    with pytest.raises(InputRefusedError, match="a damaged workbook or zip archive"), open_stream(path):
        pass
