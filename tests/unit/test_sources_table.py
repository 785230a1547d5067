"""Tables with a column mapping: CSV, NDJSON and Parquet."""

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.exits import UsageError
from flows.files import SAMPLE_BYTES, sample
from flows.files.parquet import parquet_rows
from flows.files.record import Fault, Record
from flows.post import Post, Reason, Rejected
from flows.settings import Settings, TableMapping
from flows.sources import table
from flows.sources.format import Format

MAPPING = TableMapping(
    platform_column="kanal",
    id="nomor",
    created_at="waktu",
    author="akun",
    author_name="nama",
    text="isi",
    hashtags="tagar",
    language="bahasa",
    media_type="jenis",
    likes="suka",
    comments="komentar",
    shares="bagikan",
    views="tonton",
    url="tautan",
    query="kueri",
    observed_at="diambil",
    timezone="Asia/Jakarta",
)
SMALL = TableMapping(platform="tiktok", id="nomor", created_at="waktu", timezone="Asia/Jakarta")
ROW: dict[str, Any] = {
    "kanal": "TikTok",
    "nomor": "7612491652768642104",
    "waktu": "2026-03-02 10:15:42",
    "akun": "@Kabar.Contoh",
    "nama": "Kabar Contoh",
    "isi": "Logistik tiba",
    "tagar": "PilkadaContoh, kabcontoh",
    "bahasa": "id",
    "jenis": "Video",
    "suka": "1,040",
    "komentar": "2",
    "bagikan": "",
    "tonton": "902",
    "tautan": "https://www.tiktok.com/@kabar.contoh/video/7612491652768642104",
    "kueri": "#pilkadacontoh",
    "diambil": "2026-03-03T00:00:00Z",
}
POST = Post(
    platform="tiktok",
    post_id="7612491652768642104",
    created_at=1772421342,
    observed_at=1772496000,
    author="kabar.contoh",
    author_name="Kabar Contoh",
    text="Logistik tiba",
    hashtags=("pilkadacontoh", "kabcontoh"),
    language="id",
    media_type="video",
    likes=1040,
    comments=2,
    shares=None,
    views=902,
    url="https://www.tiktok.com/@kabar.contoh/video/7612491652768642104",
    query="#pilkadacontoh",
)


def formats(**tables: TableMapping) -> tuple[Format, ...]:
    return table.formats(Settings(tables=tables))


def knowing(sample: bytes, mapping: TableMapping) -> dict[str, str]:
    """The layouts of a mapping that recognise a file, with the platform they tell."""
    told = {each.layout: each.recognise(sample) for each in formats(a=mapping)}
    return {layout: platform for layout, platform in told.items() if platform is not None}


def made(data: bytes, mapping: TableMapping = MAPPING) -> list[Post | str]:
    """What the one format that recognises the table makes of each record."""
    (found,) = [each for each in formats(pantauan=mapping) if each.recognise(data[:SAMPLE_BYTES])]
    assert found.name == "pantauan"
    results: list[Post | str] = []
    for record in found.records(io.BytesIO(data)):
        if isinstance(record, Fault):
            results.append(str(record.reason))
            continue
        try:
            results.append(found.post(record.raw))
        except Rejected as rejected:
            results.append(str(rejected))
    return results


def one(mapping: TableMapping = MAPPING, **change: Any) -> Post:
    return table.post(table.Table(mapping, ZoneInfo(mapping.timezone)), ROW | change)


def refusal(mapping: TableMapping = MAPPING, **change: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        one(mapping, **change)
    return caught.value


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, **options)
    return sink.getvalue()


def as_csv(delimiter: str) -> bytes:
    quoted = [f'"{cell}"' for cell in ROW.values()]
    return f"\ufeff{delimiter.join(ROW)}\r\n{delimiter.join(quoted)}\r\n".encode()


@pytest.mark.parametrize(
    "data",
    [as_csv(","), as_csv(";"), json.dumps(ROW).encode() + b"\n", parquet({name: [cell] for name, cell in ROW.items()})],
    ids=["csv", "csv with ;", "ndjson", "parquet"],
)
def test_every_form_gives_the_same_post(data: bytes) -> None:
    assert made(data) == [POST]


def test_a_table_is_recognised_by_all_its_columns() -> None:
    assert knowing(b"nomor,waktu,lain\n1,2,3\n", SMALL) == {"csv": "tiktok"}
    assert knowing(b"nomor,lain\n1,2\n", SMALL) == {}
    assert knowing(parquet({"nomor": ["1"]}), SMALL) == {}
    assert knowing(b"PAR1 broken PAR1", SMALL) == {}
    assert knowing(as_csv(","), MAPPING) == {"csv": "mixed"}


def test_lines_together_name_the_columns_and_a_broken_line_does_not_matter() -> None:
    data = b'{"nomor": "7612491652768642104"}\n{"broken\n{"waktu": 1772421342, "nomor": "7612491652768642105"}\n'
    assert made(data, SMALL) == [
        Post("tiktok", "7612491652768642104", 7612491652768642104 >> 32, created_from="id"),
        "unreadable record",
        Post("tiktok", "7612491652768642105", 1772421342),
    ]


@pytest.mark.parametrize(
    "value",
    [
        1772421342,
        "1772421342",
        1772421342000,
        "1772421342000",
        1772421342.0,
        "2026-03-02T03:15:42Z",
        "2026-03-02T03:15:42.000+00:00",
        "2026-03-02 10:15:42",  # in the zone of the mapping
        "2026-03-02T12:15:42+0900",
    ],
)
def test_times_as_numbers_and_text(value: Any) -> None:
    assert one(waktu=value).created_at == 1772421342


NAIVE = datetime.fromisoformat("2026-03-02T10:15:42")


@pytest.mark.parametrize(
    ("cell", "second"),
    [
        (pa.array([NAIVE], pa.timestamp("us")), 1772421342),
        (pa.array([datetime(2026, 3, 2, 3, 15, 42, tzinfo=UTC)], pa.timestamp("ms", "UTC")), 1772421342),
        (pa.array([NAIVE], pa.timestamp("ns")), 1772421342),
        (pa.array([date(2026, 3, 2)]), 1772384400),
        (pa.array([1772421342]), 1772421342),
        (pa.array([Decimal("1772421342.0")]), 1772421342),
    ],
)
def test_times_as_parquet_columns(cell: pa.Array, second: int) -> None:
    assert made(parquet({"nomor": ["7612491652768642104"], "waktu": cell}), SMALL) == [
        Post("tiktok", "7612491652768642104", second)
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("02/03/2026 10:15", Reason.TIME_FORM),
        ("2026-13-02", Reason.TIME_FORM),
        ("kemarin", Reason.TIME_FORM),
        ("2026-03-02 10:15 IST", Reason.TIME_ZONE),
        ("2525-01-01", Reason.TIME_OUT_OF_RANGE),
        (10**17, Reason.TIME_OUT_OF_RANGE),
    ],
)
def test_a_time_that_cannot_be_read_is_refused(value: Any, reason: Reason) -> None:
    assert refusal(waktu=value).reason is reason


def test_an_empty_time_comes_from_the_id_where_it_holds_one() -> None:
    assert (one(waktu="").created_at, one(waktu="").created_from) == (7612491652768642104 >> 32, "id")
    assert one(waktu=None, kanal="ig", nomor="DVXqzW5iUWX").created_at == 1772428231
    found = refusal(waktu=float("nan"), kanal="facebook", nomor="122118273645019283")
    assert str(found) == "no time: the time is empty or its column is missing"


def test_when_it_was_collected_is_unknown_rather_than_wrong() -> None:
    assert [one(diambil=value).observed_at for value in ("", None, "kemarin", 1772496000000)] == [
        None,
        None,
        None,
        1772496000,
    ]


@pytest.mark.parametrize(
    ("platform", "value", "post_id"),
    [
        ("tiktok", 7612491652768642104, "7612491652768642104"),
        ("tiktok", "https://www.tiktok.com/@kabar/video/7612491652768642104?x=1", "7612491652768642104"),
        ("FB", "102938475610293_122118273645019283", "122118273645019283"),
        ("facebook.com", "https://www.facebook.com/1029/posts/122118273645019283", "122118273645019283"),
        ("instagram", "DVXqzW5iUWX", "DVXqzW5iUWX"),
        ("instagram", "https://www.instagram.com/reel/DVXqzW5iUWX/", "DVXqzW5iUWX"),
        ("instagram", 3843729054218405271, "DVXqzW5iUWX"),
        ("instagram", "17912345678901234", "graph:17912345678901234"),
    ],
)
def test_ids_are_written_as_ronda_writes_them(platform: str, value: Any, post_id: str) -> None:
    assert one(kanal=platform, nomor=value).post_id == post_id


@pytest.mark.parametrize("platform", ["tiktok", "facebook", "instagram"])
@pytest.mark.parametrize("damaged", ["7.61249E+18", 7.61249e18, "7612491652768642104.0"])
def test_an_id_from_a_spreadsheet_is_refused(platform: str, damaged: Any) -> None:
    assert refusal(kanal=platform, nomor=damaged).reason is Reason.ID_AS_NUMBER


def test_other_platforms_are_refused() -> None:
    assert str(refusal(kanal="youtube")) == "platform is not watched: youtube"
    assert refusal(kanal=None).reason is Reason.UNKNOWN_PLATFORM


@pytest.mark.parametrize(
    "value", [["PilkadaContoh", "kabcontoh"], '["PilkadaContoh","kabcontoh"]', "#PilkadaContoh #kabcontoh"]
)
def test_hashtags_as_list_or_text(value: Any) -> None:
    assert one(tagar=value).hashtags == ("pilkadacontoh", "kabcontoh")
    assert one(tagar=None, isi="soal #Batang").hashtags == ("batang",)


def test_an_author_that_is_a_number_is_an_id() -> None:
    assert [one(akun=value).author for value in (50000000001, "50000000001", "@Warga", "")] == [
        "id:50000000001",
        "id:50000000001",
        "warga",
        None,
    ]


class Pipe(io.RawIOBase):
    """A stream that cannot go back, as an unpacked file is; it may end early."""

    def __init__(self, data: bytes, ends_early: bool = False) -> None:
        self.data, self.ends_early = io.BytesIO(data), ends_early

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self.data.read(size)
        if not chunk and self.ends_early:
            raise EOFError("the compressed stream ends early")
        return chunk


def test_parquet_is_read_from_a_stream_row_group_by_row_group() -> None:
    data = parquet({"nomor": [str(number) for number in range(1, 8)], "lain": [0] * 7}, row_group_size=2)
    pipe: Any = Pipe(data)
    found = list(parquet_rows(("nomor",), pipe))
    assert found == [Record(number, {"nomor": str(number)}) for number in range(1, 8)]


def test_damaged_parquet_gives_faults_and_the_groups_that_are_whole() -> None:
    def faults(stream: BinaryIO) -> list[Reason]:
        return [each.reason for each in parquet_rows(("nomor",), stream) if isinstance(each, Fault)]

    data = parquet({"nomor": ["satu", "dua"]}, row_group_size=1, compression="none", use_dictionary=False)
    assert faults(io.BytesIO(data[:-9])) == [Reason.UNREADABLE]
    assert faults(io.BytesIO(b"PAR1")) == [Reason.UNREADABLE]
    cut: Any = Pipe(data, ends_early=True)
    assert faults(cut) == [Reason.TRUNCATED]
    wrong = data.replace(b"satu", b"sat\xff")
    found = list(parquet_rows(("nomor",), io.BytesIO(wrong)))
    assert [each.reason if isinstance(each, Fault) else each.raw for each in found] == [
        Reason.NOT_UTF8,
        {"nomor": "dua"},
    ]
    assert [each.number for each in found] == [1, 2]
    header = slice(4, 14)  # of the first page, right behind the mark
    broken = data[: header.start] + b"\xff" * 10 + data[header.stop :]
    found = list(parquet_rows(("nomor",), io.BytesIO(broken)))
    assert [(type(each), each.number) for each in found] == [(Fault, 1), (Record, 2)]


def test_a_large_parquet_file_is_recognised_by_its_end(tmp_path: Path) -> None:
    path = tmp_path / "besar"
    path.write_bytes(parquet({"nomor": [str(number) for number in range(80_000)], "waktu": list(range(80_000))}))
    assert path.stat().st_size > SAMPLE_BYTES
    assert knowing(sample(path), SMALL) == {"parquet": "tiktok"}


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (TableMapping(id="a", created_at="b"), "[tables.x] needs either platform or platform_column"),
        (
            TableMapping(id="a", created_at="b", platform="tiktok", platform_column="c"),
            "[tables.x] needs either platform or platform_column",
        ),
        (
            TableMapping(id="a", created_at="b", platform="tiktok", timezone="Asia/Batang"),
            "[tables.x] has the unknown timezone 'Asia/Batang'",
        ),
        (
            TableMapping(id="a", created_at="b", platform="tiktok", timezone="../../etc/passwd"),
            "[tables.x] has the unknown timezone",
        ),
    ],
)
def test_a_mapping_that_cannot_work_is_told(mapping: TableMapping, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        formats(x=mapping)
    assert words in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
TIMES = st.datetimes().map(str) | st.datetimes(timezones=st.timezones()).map(datetime.isoformat)


@given(st.dictionaries(st.sampled_from([*ROW]), JSON | TIMES), JSON, st.sampled_from(["tiktok", "ig", "fb"]))
def test_any_row_is_a_post_or_rejected(changes: dict[str, Any], anything: Any, platform: str) -> None:
    for raw in (ROW | {"kanal": platform} | changes, anything):
        try:
            found = table.post(table.Table(MAPPING, ZoneInfo("Asia/Jakarta")), raw)
        except Rejected as rejected:
            assert rejected.reason in Reason
        else:
            assert found.post_id
