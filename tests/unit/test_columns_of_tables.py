"""Rows of tables read as columns are what they are when each is read alone, whatever stands in them."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from typing import BinaryIO
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import limits
from flows.files import block, csv_columns, csv_rows
from flows.files.csv_columns import CsvBlock
from flows.files.record import Fault, Record
from flows.sources import crowdtangle, fourcat, mcl
from flows.sources.blocks import Cells, Ways, cells_of
from flows.sources.crowdtangle import code_of, facebook_id
from flows.sources.evidence import Places, gather
from flows.sources.fields import FACEBOOK_URL, INSTAGRAM_URL
from flows.sources.format import Format
from tests.alike import Broken, assert_alike

(FOURCAT, _) = (each for each in fourcat.FORMATS if each.layout == "csv")
(MCL, _) = (each for each in mcl.FORMATS if each.layout == "csv")
FACEBOOK, INSTAGRAM = (each for each in crowdtangle.formats({}) if each.layout == "csv")
ROW = {
    "Page Name": "Kabar Contoh",
    "User Name": "KabarContoh",
    "Facebook Id": "102938475610293",
    "Post Created": "2024-01-30 20:10:33 WIB",
    "Type": "Photo",
    "Likes": "1,990",
    "Comments": "1,972,048",
    "Shares": "61",
    "Love": "20",
    "Wow": "2",
    "Haha": "8",
    "Sad": "1",
    "Angry": "0",
    "Care": "2",
    "Is Video Owner?": "No",
    "Total Views": "0",
    "URL": "https://www.facebook.com/102938475610293/posts/122118273645019283/",
    "Message": "Pendaftaran dibuka #KabContoh #kabcontoh",
    "Total Interactions": "1,204",
    "Overperforming Score": "1.8",
}
MEDIUM = {
    "Account": "Warga Contoh",
    "User Name": "warga.contoh",
    "Followers at Posting": "900",
    "Post Created": "2024-01-30 12:10:33 WIB",
    "Type": "IGTV",
    "Likes": "1,233",
    "Comments": "18",
    "Views": "",
    "URL": "https://www.instagram.com/p/DVXqzW5iUWX/",
    "Description": "Rekapitulasi hari ini #pilkada_contoh",
    "Overperforming Score": "1.8",
}
LIBRARY = {
    "content_type": "photos",
    "creation_time": "2024-01-30T05:10:33+00:00",
    "hashtags": '["PilkadaContoh", "kabcontoh"]',
    "id": "900000000000000111",
    "lang": "id",
    "mcl_url": "https://www.facebook.com/transparency-tools/content-library/?id=900000000000000111",
    "multimedia": '[{"type": "photo", "id": "1"}]',
    "post_owner.id": "777",
    "post_owner.name": "Kabar Contoh",
    "post_owner.username": "KabarContoh",
    "statistics.comment_count": "18",
    "statistics.like_count": "200",
    "statistics.reaction_count": "233",
    "statistics.share_count": "5",
    "statistics.views": "5120",
    "surface.type": "group",
    "text": "Rekapitulasi hari ini #KabContoh",
}
VIDEO = {
    "id": "7330000000000000001",
    "thread_id": "7330000000000000001",
    "author": "warga.batang",
    "author_full": "Warga",
    "body": "jalan rusak #batang",
    "hashtags": "Batang,lainnya",
    "unix_timestamp": "1706680000",
    "timestamp": "2024-01-31 05:46:40",
    "likes": "12",
    "comments": "3",
    "shares": "0",
    "plays": "900",
    "tiktok_url": "https://www.tiktok.com/@warga.batang/video/7330000000000000001",
    "missing_fields": "",
}
PICTURE = {
    "id": "CwLIsV2gB85",
    "thread_id": "CwLIsV2gB85",
    "author": "warga.batang",
    "author_fullname": "Warga",
    "author_id": "71",
    "body": "suasana #batang",
    "hashtags": "batang",
    "unix_timestamp": "1692550800",
    "media_type": "photo",
    "num_likes": "33",
    "num_comments": "2",
    "play_count": "0",
    "likes_hidden": "no",
    "partial_item": "no",
    "type": "picture",
    "missing_fields": "",
}
VALUES = [
    *("", " ", "0", "007", "12", "1,204", "1.204", "12,34", "1,2 rb", "0,123", ",123", "1,000,000", "1,000,00", "N/A"),
    *("-1", "9" * 18, "9" * 19, "9" * 25, "123456789012345678,000", "1e+05", "Video", "native video", "YouTube"),
    *("Yes", "no", "@Warga", "WARGA ", "\u00a0", "\x1c", "\u200b", '"', '""', 'a "b" c', "a\nb", "a\r\nb", "a\rb", ","),
    *("2024-01-30 20:10:33", "2024-01-30 20:10:33 PM", "2024-01-30 20:10:33 am", "2024-01-30T20:10:33Z", "Created"),
    *("2024-01-30 08:10:33+07:00", "2024-01-30 08:10:33 +0700", "2024-01-30 8:10:33 WITA", "2024-02-30 08:10:33 WIB"),
    *("2024-01-30 08:10:60 WIB", "2024-01-30 08:10:33 IST", "2024-01-30 08:10:33.999 UTC", "2024-01-30 24:00:00 WIB"),
    *("30/01/2024 08:10 WIB", "2009-01-30 08:10:33 WIB", "2031-01-30 08:10:33 WIB", '="2024-01-30 08:10:33 WIB"'),
    *(
        "https://www.facebook.com/x/videos/122118273645019283",
        "https://fb.watch/abc/",
        "https://m.facebook.com/reel/12",
    ),
    *("https://www.facebook.com/groups/1/permalink/122118273645019283/", "https://www.facebook.com/posts/posts/1" * 2),
    *("https://www.instagram.com/reel/DVXqzW5iUWX/?utm=1", "https://www.instagram.com/p/12345678901/", "x" * 9000),
    *(
        "＃tagar #é",
        "#a #A #a_b",
        "﹟x",
        "#",
        "a#b!#c",
        "#İ",
        "#a\u0301b",
        "#ﬁ #ß",
        "\u212a#k",
        "#k\u212a",
        "\U0001f600#a",
    ),
    *(
        "a " * 60_000,
        "\ufeff",
        "é",
        "\ud83d",
        "sep=;",
        "reels",
        "links",
        "a, b",
        "['a', 'B']",
        '[{"type": "video"}, 3]',
    ),
]


def table(
    rows: list[dict[str, str]], delimiter: str = ",", line_end: str = "\n", quoting: int = csv.QUOTE_MINIMAL
) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


PUT = [b"", b'"', b"\n", b"\r", b",", b"\xff", b" ", b'\n,,,,\n"', b"\n\n", b"\0", b'"a"b']


@st.composite
def tables(draw: st.DrawFn, usual: dict[str, str]) -> bytes:
    """A table with odd cells, its rows broken, cut off, joined, without the right number of cells."""
    changes = st.dictionaries(st.sampled_from([*usual]), st.sampled_from(VALUES), max_size=3)
    rows = [usual | changed for changed in draw(st.lists(changes, min_size=1, max_size=6))]
    if draw(st.booleans()):
        rows = [{name: cell for name, cell in row.items() if name != "Care"} for row in rows]
    content = table(
        rows,
        draw(st.sampled_from(",;\t|")),
        draw(st.sampled_from(["\n", "\r\n", "\n\n", "\r\r\n"])),
        draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(content.find(b"\n"), len(content)))
        gone = draw(st.sampled_from([0, 0, 0, 1, 7]))
        put = draw(
            st.sampled_from([b"", b'"', b"\n", b"\r", b",", b"\xff", b" ", b'\n,,,,\n"', b"\n\n", b"\0", b'"a"b'])
        )
        content = content[:place] + put + content[place + gone :]
    return content


@settings(deadline=None, max_examples=60)
@given(tables(ROW), st.sampled_from([block.CHUNK_BYTES, 700]), st.sampled_from([io.BytesIO, io.BytesIO, Broken]))
def test_rows_as_columns_are_what_they_are_alone(
    content: bytes, size: int, stream: Callable[[bytes], BinaryIO]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block, "CHUNK_BYTES", size)
        assert_alike(FACEBOOK, content, stream=stream)


@settings(deadline=None, max_examples=30)
@given(tables(MEDIUM), tables(LIBRARY), tables(VIDEO), tables(PICTURE))
def test_rows_of_others_as_columns_are_what_they_are_alone(
    content: bytes, library: bytes, videos: bytes, pictures: bytes
) -> None:
    assert_alike(INSTAGRAM, content)
    assert_alike(MCL, library)
    assert_alike(FOURCAT, videos)
    assert_alike(FOURCAT, pictures)


USUAL = ((FACEBOOK, ROW), (INSTAGRAM, MEDIUM), (MCL, LIBRARY), (FOURCAT, VIDEO), (FOURCAT, PICTURE))


@pytest.mark.parametrize("value", [*VALUES, "a " * 60_000], ids=range(len(VALUES) + 1))
def test_every_value_in_every_column(value: str) -> None:
    for form, usual in USUAL:
        assert_alike(form, table([usual | {name: value} for name in usual]))


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet='ab"\n\r, ;é\x1c', max_size=60), st.integers(1, 40))
def test_the_scan_ends_rows_where_the_reader_of_rows_does(text: str, size: int) -> None:
    content = f"a,b\n{text}\n".encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block, "CHUNK_BYTES", size)
        read: list[Record | Fault] = []
        for item in csv_columns.csv_columns(io.BytesIO(content), None, lambda _: ("b",)):
            if isinstance(item, Record | Fault):
                read.append(item)
                continue
            cells = item.field("b").strings()
            rows = [item.record(place) for place in range(len(item.is_plain))]
            read += [row for row in rows if row is not None]
            for row, cell, is_plain in zip(rows, cells, item.is_plain, strict=True):
                assert not is_plain or (isinstance(row, Record) and row.raw["b"] == cell)
    assert read == list(csv_rows(io.BytesIO(content)))


def test_nearly_all_rows_of_an_export_are_plain() -> None:
    rows = [ROW | {"Message": f'kata "{number}"\nbaris #dua' * (number % 3)} for number in range(1, 200)]
    library = [LIBRARY | {"text": text} for text in ("kata", "#satu", "")]
    assert_plain(MCL, table(library * 30), 90)
    assert_plain(FOURCAT, table([VIDEO, VIDEO | {"hashtags": ""}] * 9), 18)
    assert_plain(FOURCAT, table([PICTURE] * 9), 9)
    for content in (table(rows), table(rows, ";", "\r\n"), table(rows, quoting=csv.QUOTE_ALL)):
        assert_plain(FACEBOOK, content, len(rows))


def assert_plain(form: Format, content: bytes, count: int) -> None:
    ways = Ways(form)
    (rows_read,) = ways.blocks(io.BytesIO(content))
    assert isinstance(rows_read, CsvBlock)
    ((_, is_plain, _),) = ways.posts(rows_read)
    assert is_plain.all()
    assert len(assert_alike(form, content)) == count


def test_a_row_longer_than_the_limit_is_a_fault_and_what_follows_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_columns, "LINE_BYTES", 500)
    monkeypatch.setattr("flows.files.csv_records.LINE_BYTES", 500)
    monkeypatch.setattr("flows.files.chunks.LINE_BYTES", 500)
    content = table([ROW, ROW | {"Message": "satu\n" * 100}, ROW, ROW | {"Message": "x" * 600}, ROW])
    assert len(assert_alike(FACEBOOK, content)) == 3


def test_reading_ends_where_too_many_rejects_or_blank_rows_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REJECTS_IN_A_ROW", 5)
    monkeypatch.setattr(limits, "BLANK_LINES", 4)
    monkeypatch.setattr(block, "CHUNK_BYTES", 900)
    head, *good = table([ROW] * 9).splitlines()
    for bad, times in ((b"a,b", 3), (b"a,b", 5), (b"a,b", 9), (b"", 3), (b"", 9), (b"," * 19, 9), (b'"a"b', 5)):
        for before in range(1, 4):
            rows = [head, *good[:before], *[bad] * times, *good[before:], b"a,b", good[0]]
            posts = assert_alike(FACEBOOK, b"\n".join(rows) + b"\n")
            assert len(posts) == (before if times >= 5 else len(good) + 1)


def test_what_a_whole_table_says_ends_where_too_many_blank_rows_follow_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "BLANK_LINES", 10)
    content = b"id,note\n1,first\n" + b"\n" * 140_000 + b"2,second\n"  # more lines than one block has
    parts = list(cells_of(io.BytesIO(content), None, ("note",)))
    assert [text for part in parts if isinstance(part, Cells) for text in part.texts("note")] == ["first"]
    assert [part.is_blank for part in parts if isinstance(part, Cells)] == [False, True]


def test_what_a_whole_table_says_ends_where_too_many_rows_that_cannot_be_used_follow_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "REJECTS_IN_A_ROW", 10)
    content = b"id,note\n1,first\n" + b"x\n" * 140_000 + b"2,second\n"
    parts = [part for part in cells_of(io.BytesIO(content), None, ("note",)) if isinstance(part, Cells)]
    assert [text for part in parts for text in part.texts("note")] == ["first"]
    assert [part.is_usable for part in parts] == [True, False]


def test_a_row_of_more_lines_than_a_block_comes_alone_and_what_follows_in_blocks_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "TOGETHER", 4)
    long = b'2,"' + b"x\n" * 9 + b'"\n'
    content = b"id,note\n1,first\n" + long + b"3,third\n4,fourth\n" + long + b"5,fifth\n"
    parts = list(csv_columns.csv_columns(io.BytesIO(content), None, lambda columns: columns))
    assert [type(part) for part in parts] == [CsvBlock, Record, CsvBlock, Record, CsvBlock]
    assert [part.number for part in parts if isinstance(part, Record)] == [3, 15]
    numbers = [part.numbers.tolist() for part in parts if isinstance(part, CsvBlock)]
    assert numbers == [[2], [13, 14], [25]]


def test_a_post_is_dated_by_its_file() -> None:
    early, late = (ROW | {"Post Created": f"2024-{day} 20:10:33 WIB"} for day in ("01-30", "02-02"))
    assert assert_alike(FACEBOOK, table([early, late]))["observed_at"].to_list() == [1_706_800_000, 1_706_900_000]


def test_addresses_of_the_patterns_have_the_ids_that_the_rules_tell() -> None:
    for host, path in (("www", "a.b/posts"), ("web", "1/videos"), ("m", "groups/x/permalink"), ("www", "reel")):
        url = f"https://{host}.facebook.com/{path}/1234567890"
        for each in (url, url + "/"):
            assert pl.Series([each]).str.extract(FACEBOOK_URL).to_list() == [facebook_id(each)]
    for kind in ("p", "reel", "tv"):
        url = f"https://www.instagram.com/{kind}/DVXqzW5iUW-/"
        assert pl.Series([url]).str.extract(INSTAGRAM_URL).to_list() == [code_of(url)]


@settings(max_examples=60)
@given(st.from_regex(re.compile(FACEBOOK_URL.replace("$", r"\Z"), re.ASCII), fullmatch=True))
def test_the_pattern_of_addresses_of_facebook_is_that_of_the_rule(url: str) -> None:
    assert pl.Series([url]).str.extract(FACEBOOK_URL).to_list() == [facebook_id(url)]


@settings(max_examples=60)
@given(st.from_regex(re.compile(INSTAGRAM_URL.replace("$", r"\Z"), re.ASCII), fullmatch=True))
def test_the_pattern_of_addresses_of_instagram_is_that_of_the_rule(url: str) -> None:
    assert pl.Series([url]).str.extract(INSTAGRAM_URL).to_list() == [code_of(url)]


def test_zones_with_seasons_are_read_row_by_row() -> None:
    assert all(not form.columnar for form in crowdtangle.formats({"CST": ZoneInfo("America/Chicago")}))
    assert any(form.columnar for form in crowdtangle.formats({"CST": UTC}))


NUMBERS = st.from_regex(re.compile(r"[0-9]{1,4}([.,][0-9]{1,3}){0,2}( ?(rb|jt|k|M))?"), fullmatch=True)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(NUMBERS, st.sampled_from(VALUES[:24])), min_size=1, max_size=9), st.integers(1, 40))
def test_a_table_tells_as_columns_what_its_rows_tell(cells: list[str], size: int) -> None:
    content = table([{"id": f"73300000000000{cell}", "n": cell, "other": "x"} for cell in cells])
    places = Places(ids=("id",), counts=("n", "no column"), times=("n",))
    by_rows = replace(FACEBOOK, layout="sheet", records=csv_rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block, "CHUNK_BYTES", size * 10)
        assert gather(replace(FACEBOOK, is_header=None), places, io.BytesIO(content)) == (
            gather(by_rows, places, io.BytesIO(content))
        )
