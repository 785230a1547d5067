"""The CSV exports of 4CAT and Zeeschuimer: defaults are not facts, spreadsheets damage ids."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.files.record import Record
from flows.post import Post, Reason, Rejected
from flows.sources.fourcat import FORMATS, post

CREATED = 1_772_421_342
TIKTOK_ID = str((CREATED - 11) << 32 | 77)
CODE, CODE_SECONDS = "DVXqzW5iUWX", 1_772_428_231
FOURCAT, ZEESCHUIMER = (each for each in FORMATS if each.layout == "csv")

TIKTOK = {
    "collected_from_url": "https://www.tiktok.com/tag/kabcontoh",
    "id": TIKTOK_ID,
    "thread_id": TIKTOK_ID,
    "author": "Kabar.Contoh",
    "author_full": "Kabar Contoh",
    "body": "Antrean di balai desa\n#KabContoh; lancar",
    "timestamp": "2026-03-02 10:15:42",
    "unix_timestamp": str(CREATED),
    "tiktok_url": f"https://www.tiktok.com/@kabar.contoh/video/{TIKTOK_ID}",
    "likes": "40",
    "comments": "2",
    "shares": "0",
    "plays": "902",
    "hashtags": "KabContoh,desa",
    "challenges": "kabcontoh",
}
INSTAGRAM = {
    "collected_from_url": "https://www.instagram.com/kabar.contoh/",
    "partial_item": "false",
    "id": CODE,
    "timestamp": "2026-03-02 12:10:33",
    "thread_id": CODE,
    "parent_id": CODE,
    "body": "Rekapitulasi #pilkada_contoh",
    "author_id": "50",
    "author": "kabar.contoh",
    "author_fullname": "Kabar Contoh",
    "media_type": "mixed",
    "hashtags": "pilkada",
    "play_count": "0",
    "likes_hidden": "no",
    "num_likes": "233",
    "num_comments": "18",
    "unix_timestamp": "1772428233",
}
COMMENT = {
    "id": TIKTOK_ID,
    "author": "warga",
    "body": "Semoga aman",
    "unix_timestamp": str(CREATED),
    "likes": "5",
    "post_id": TIKTOK_ID,
    "post_body": "Antrean",
    "comment_url": "",
    "is_sticky": "no",
}


def file_of(*rows: dict[str, str], delimiter: str = ",", end: str = "\r\n") -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0], delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def reason_of(row: dict[str, str]) -> Reason:
    with pytest.raises(Rejected) as rejected:
        post(row)
    return rejected.value.reason


TIKTOK_POST = Post(
    platform="tiktok",
    post_id=TIKTOK_ID,
    created_at=CREATED,
    author="kabar.contoh",
    author_name="Kabar Contoh",
    text="Antrean di balai desa\n#KabContoh; lancar",
    hashtags=("kabcontoh", "desa"),
    likes=40,
    comments=2,
    shares=0,
    views=902,
    url=f"https://www.tiktok.com/@kabar.contoh/video/{TIKTOK_ID}",
)
INSTAGRAM_POST = Post(
    platform="instagram",
    post_id=CODE,
    created_at=1_772_428_233,
    author="kabar.contoh",
    author_name="Kabar Contoh",
    text="Rekapitulasi #pilkada_contoh",
    hashtags=("pilkada_contoh",),
    media_type="album",
    likes=233,
    comments=18,
    url=f"https://www.instagram.com/p/{CODE}/",
)


@pytest.mark.parametrize(("row", "seen"), [(TIKTOK, TIKTOK_POST), (INSTAGRAM, INSTAGRAM_POST)])
@pytest.mark.parametrize(("delimiter", "end"), [(",", "\r\n"), (";", "\n")])
def test_a_row_of_either_program_becomes_the_same_post(row, seen, delimiter, end):
    content = b"\xef\xbb\xbf" + file_of(row, row, delimiter=delimiter, end=end)
    mine, other = (FOURCAT, ZEESCHUIMER) if delimiter == "," else (ZEESCHUIMER, FOURCAT)
    assert (mine.recognise(content), other.recognise(content)) == (seen.platform, None)
    assert [mine.post(item.raw) for item in mine.records(io.BytesIO(content))] == [seen, seen]


def test_the_formats_carry_the_names_of_the_programs():
    assert (FOURCAT.name, ZEESCHUIMER.name) == ("fourcat", "zeeschuimer")


def test_the_time_is_the_unix_one_never_the_local_one():
    assert post(TIKTOK | {"timestamp": "1999-01-01 00:00:00"}).created_at == CREATED
    seen = post(TIKTOK | {"unix_timestamp": ""})
    assert (seen.created_at, seen.created_from) == (CREATED - 11, "id")


def test_missing_fields_are_unknown():
    seen = post(TIKTOK | {"likes": "0", "plays": "0", "body": "", "missing_fields": "likes, plays,body"})
    assert (seen.likes, seen.views, seen.text, seen.comments) == (None, None, None, 2)
    seen = post(INSTAGRAM | {"num_likes": "0", "unix_timestamp": "0", "missing_fields": "num_likes,unix_timestamp"})
    assert (seen.likes, seen.created_at, seen.created_from) == (None, CODE_SECONDS, "id")
    assert post(TIKTOK | {"likes": "0", "missing_fields": ""}).likes == 0


def test_zeros_of_partial_rows_are_unknown():
    partial = {"partial_item": "True", "unix_timestamp": "0", "num_likes": "0", "num_comments": "0"}
    seen = post(INSTAGRAM | partial)
    assert (seen.likes, seen.comments, seen.is_partial) == (None, None, True)
    assert (seen.created_at, seen.created_from) == (CODE_SECONDS, "id")
    assert post(INSTAGRAM | {"num_likes": "0"}).likes == 0


def test_hidden_and_negative_counts_are_unknown():
    seen = post(INSTAGRAM | {"likes_hidden": "yes", "num_likes": "3", "num_comments": "-1", "play_count": "7"})
    assert (seen.likes, seen.comments, seen.views) == (None, None, 7)


def test_no_plays_of_a_video_that_was_liked_are_unknown():
    assert post(TIKTOK | {"plays": "0"}).views is None
    assert post(TIKTOK | {"plays": "0", "likes": "0", "comments": "0", "shares": "0"}).views == 0


@pytest.mark.parametrize("written", ['="{}"', "={}", "'{}", " {}\u00a0", "\u200b{}", '"{}"'])
def test_an_id_kept_from_a_spreadsheet_is_read(written):
    assert post(TIKTOK | {"id": written.format(TIKTOK_ID)}).post_id == TIKTOK_ID
    assert post(INSTAGRAM | {"id": written.format(CODE)}).post_id == CODE


@pytest.mark.parametrize("damaged", ["7.61249E+18", "7,61249E+18", "7612491652768642104.0"])
@pytest.mark.parametrize("row", [TIKTOK, INSTAGRAM])
def test_ids_damaged_by_a_spreadsheet_are_rejected(row, damaged):
    assert reason_of(row | {"id": damaged}) is Reason.ID_AS_NUMBER


@pytest.mark.parametrize("row", [TIKTOK, INSTAGRAM])
def test_no_id(row):
    assert reason_of(row | {"id": ""}) is Reason.NO_ID


def test_an_instagram_media_number_becomes_the_shortcode():
    assert post(INSTAGRAM | {"id": "3843729054218405271_50"}).post_id == CODE


def test_comments_are_not_posts():
    assert reason_of(COMMENT) is Reason.COMMENT
    assert reason_of(INSTAGRAM | {"type": "comment"}) is Reason.COMMENT
    assert FOURCAT.recognise(file_of(COMMENT)) == "tiktok"


def test_old_exports_with_fewer_columns_are_read():
    columns = ("id", "author", "body", "unix_timestamp")
    old = {column: INSTAGRAM[column] for column in columns} | {"post_source_domain": "x", "usertags": ""}
    content = file_of(old)
    assert FOURCAT.recognise(content) == "instagram"
    seen = post(old)
    assert (seen.post_id, seen.likes, seen.comments, seen.views, seen.is_partial) == (CODE, None, None, None, False)
    seen = post({column: TIKTOK[column] for column in columns} | {"music_name": ""})
    assert (seen.post_id, seen.likes, seen.hashtags) == (TIKTOK_ID, None, ("kabcontoh",))


def test_other_tables_are_not_claimed():
    bare = dict.fromkeys(("id", "author", "body", "unix_timestamp"), "1")
    assert FOURCAT.recognise(file_of(bare)) is None
    assert FOURCAT.recognise(b"id,author\n") is FOURCAT.recognise(b"") is FOURCAT.recognise(b'{"id": 1}') is None
    assert reason_of(bare) is Reason.WRONG_SHAPE


def test_bad_rows_do_not_take_others_with_them():
    content = file_of(TIKTOK) + b"1,2,3\r\n" + file_of(TIKTOK).split(b"\r\n", 1)[1] + b'1,"belum selesai'
    items = list(FOURCAT.records(io.BytesIO(content)))
    assert [isinstance(item, Record) or item.reason for item in items] == [
        *(True, Reason.WRONG_SHAPE, True, Reason.TRUNCATED)
    ]
    assert [item.number for item in items] == [2, 4, 5, 7]


CELL = st.text(max_size=8) | st.sampled_from(["0", "-1", "1772421342", "yes", TIKTOK_ID, CODE, "1e18"])


@given(st.sampled_from([TIKTOK, INSTAGRAM, COMMENT]), st.data())
def test_whatever_a_row_holds_it_is_a_post_or_rejected(row, data):
    changes = data.draw(st.dictionaries(st.sampled_from([*row, "missing_fields", "type"]), CELL))
    try:
        seen = post(row | changes)
    except Rejected as rejected:
        assert rejected.reason in Reason
        return
    assert seen.post_id
    assert seen.created_at > 0
    assert all(value is None or value >= 0 for value in (seen.likes, seen.comments, seen.shares, seen.views))
