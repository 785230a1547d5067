"""CrowdTangle CSV: what its rows become, and the traps of the format."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.exits import UsageError
from flows.files.record import Fault, Record
from flows.post import Post, Reason, Rejected
from flows.sources import crowdtangle
from flows.sources.zones import read_zones

FACEBOOK, INSTAGRAM = (each for each in crowdtangle.formats({}) if each.layout == "csv")

FACEBOOK_ROW = {
    "Page Name": "Kabar Contoh",
    "User Name": "KabarContoh",
    "Facebook Id": "102938475610293",
    "Page Category": "NEWS_SITE",
    "Followers at Posting": "15230",
    "Post Created": "2024-05-02 20:10:33 WIB",
    "Type": "Photo",
    "Total Interactions": "1,204",
    "Likes": "1,990",
    "Comments": "1,972,048",
    "Shares": "61",
    "Love": "20",
    "Wow": "2",
    "Haha": "8",
    "Sad": "1",
    "Angry": "0",
    "Care": "2",
    "Total Views": "0",
    "Video Length": "N/A",
    "URL": "https://www.facebook.com/102938475610293/posts/122118273645019283/",
    "Message": "Pendaftaran dibuka #KabContoh",
    "Description": "tautan",
    "Overperforming Score": "1.8",
}
INSTAGRAM_ROW = {
    "Account": "Warga Contoh",
    "User Name": "warga.contoh",
    "Followers at Posting": "900",
    "Post Created": "2026-03-02 12:10:33 WIB",
    "Type": "Album",
    "Likes": "1,233",
    "Comments": "18",
    "Views": "",
    "URL": "https://www.instagram.com/p/DVXqzW5iUWX/",
    "Description": "Rekapitulasi hari ini #pilkada_contoh",
}


def written(rows: list[dict[str, str]], delimiter: str = ",", line_end: str = "\n", bom: bool = False) -> bytes:
    """The rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode()


def posts(data: bytes) -> list[Post]:
    """Every row through the format that recognises the file."""
    found = next(each for each in crowdtangle.formats({}) if each.recognise(data))
    return [found.post(record.raw) for record in found.records(io.BytesIO(data)) if isinstance(record, Record)]


def refusal(row: dict[str, str], post=crowdtangle.facebook_post) -> Rejected:
    with pytest.raises(Rejected) as caught:
        post(row)
    return caught.value


def test_a_facebook_row_becomes_a_post() -> None:
    assert posts(written([FACEBOOK_ROW])) == [
        Post(
            platform="facebook",
            post_id="122118273645019283",
            created_at=int(datetime(2024, 5, 2, 13, 10, 33, tzinfo=UTC).timestamp()),
            author="kabarcontoh",
            author_name="Kabar Contoh",
            text="Pendaftaran dibuka #KabContoh",
            hashtags=("kabcontoh",),
            media_type="photo",
            likes=1990 + 20 + 2 + 8 + 1 + 0 + 2,
            comments=1_972_048,
            shares=61,
            views=None,  # a photo
            url="https://www.facebook.com/102938475610293/posts/122118273645019283/",
        )
    ]


@pytest.mark.parametrize(
    ("kind", "total", "views"),
    [
        ("Photo", "0", None),
        ("Link", "0", None),
        ("Native Video", "0", 0),
        ("Native Video", "1,204", 1204),
        ("", "7", 7),
    ],
)
def test_no_views_are_unknown_where_there_is_no_video(kind: str, total: str, views: int | None) -> None:
    row = FACEBOOK_ROW | {"Type": kind, "Total Views": total, "Is Video Owner?": "Yes"}
    assert crowdtangle.facebook_post(row).views == views
    assert crowdtangle.instagram_post(INSTAGRAM_ROW | {"Type": kind, "Views": total}).views == (
        None if kind == "Native Video" and total == "0" else views  # Instagram calls it Video
    )


@pytest.mark.parametrize(("kind", "owner"), [("YouTube", ""), ("Vine", "-"), ("Native Video", "No")])
def test_no_views_of_a_video_that_is_not_the_pages_own_are_unknown(kind: str, owner: str) -> None:
    row = FACEBOOK_ROW | {"Type": kind, "Is Video Owner?": owner}
    assert crowdtangle.facebook_post(row | {"Total Views": "0"}).views is None
    assert crowdtangle.facebook_post(row | {"Total Views": "31"}).views == 31


def test_the_settings_say_what_a_name_of_several_zones_stands_for() -> None:
    row = FACEBOOK_ROW | {"Post Created": "2024-01-10 12:00:00 IST"}
    for value, hour, minute in (("+05:30", 6, 30), ("Asia/Jerusalem", 10, 0)):
        found = crowdtangle.facebook_post(row, read_zones({"ist": value}))
        assert found.created_at == int(datetime(2024, 1, 10, hour, minute, tzinfo=UTC).timestamp())
    with pytest.raises(UsageError, match=r"\[zones\] IST has the unknown timezone 'India'"):
        read_zones({"IST": "India"})


def test_an_instagram_row_has_its_caption_in_description_and_its_id_in_the_url() -> None:
    (found,) = posts(written([INSTAGRAM_ROW]))
    assert (found.platform, found.post_id, found.author, found.author_name) == (
        "instagram",
        "DVXqzW5iUWX",
        "warga.contoh",
        "Warga Contoh",
    )
    assert (found.text, found.hashtags) == ("Rekapitulasi hari ini #pilkada_contoh", ("pilkada_contoh",))
    assert (found.likes, found.comments, found.shares, found.views, found.media_type) == (1233, 18, None, None, "album")
    assert found.created_at == int(datetime(2026, 3, 2, 5, 10, 33, tzinfo=UTC).timestamp())


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [False, True])
def test_byte_order_mark_delimiter_and_line_end_change_nothing(delimiter: str, line_end: str, bom: bool) -> None:
    row = FACEBOOK_ROW | {"Message": 'Baris satu\nbaris "dua"; koma, selesai'}
    data = written([row, FACEBOOK_ROW], delimiter, line_end, bom)
    assert [each.text for each in posts(data)] == [row["Message"], FACEBOOK_ROW["Message"]]
    assert posts(data)[0].author_name == "Kabar Contoh"  # the column next to the byte order mark


@pytest.mark.parametrize(
    ("zone", "hour_utc"),
    [
        *(("EDT", 16), ("EST", 17), ("PDT", 19), ("PST", 20), ("UTC", 12), ("WIB", 5), ("WITA", 4), ("WIT", 3)),
        *(("GMT", 12), ("CET", 11), ("CEST", 10), ("SGT", 4), ("AEST", 2), ("+07:00", 5), ("GMT+7", 5), ("-0500", 17)),
    ],
)
def test_the_zone_of_the_dashboard_is_respected(zone: str, hour_utc: int) -> None:
    row = FACEBOOK_ROW | {"Post Created": f"2024-01-10 12:00:00 {zone}"}
    expected = int(datetime(2024, 1, 10, hour_utc, tzinfo=UTC).timestamp())
    assert crowdtangle.facebook_post(row).created_at == expected


@pytest.mark.parametrize(
    ("value", "reason", "detail"),
    [
        (
            "2024-01-10 12:00:00 IST",
            Reason.TIME_ZONE,
            'IST stands for several zones; say which in ronda.toml: [zones] IST = "+07:00"',
        ),
        (
            "2024-01-10 12:00:00 XYZ",
            Reason.TIME_ZONE,
            'XYZ is no zone ronda knows; say which in ronda.toml: [zones] XYZ = "+07:00"',
        ),
        ("2024-01-10 12:00:00", Reason.TIME_ZONE, "2024-01-10 12:00:00: no zone given"),
        ("10/01/2024 12:00", Reason.TIME_FORM, "10/01/2024 12:00 can be 10 January 2024 or 01 October 2024"),
        ("2024-02-30 12:00:00 WIB", Reason.TIME_FORM, "2024-02-30 12:00:00 WIB"),
        ("", Reason.NO_TIME, "the column Post Created is empty or missing"),
    ],
)
def test_a_time_that_is_not_sure_is_refused(value: str, reason: Reason, detail: str) -> None:
    found = refusal(FACEBOOK_ROW | {"Post Created": value})
    assert (found.reason, found.detail) == (reason, detail)


def test_older_files_have_created_and_no_care() -> None:
    row = {name: value for name, value in FACEBOOK_ROW.items() if name not in ("Care", "Post Created", "Total Views")}
    (found,) = posts(written([row | {"Created": "2019-04-16 09:48:29 EDT"}]))
    assert found.created_at == int(datetime(2019, 4, 16, 13, 48, 29, tzinfo=UTC).timestamp())
    assert (found.likes, found.views) == (1990 + 20 + 2 + 8 + 1 + 0, None)


def test_reactions_are_unknown_when_columns_or_values_are_missing() -> None:
    reactions = ("Likes", "Love", "Wow", "Haha", "Sad", "Angry", "Care")
    without = {name: value for name, value in FACEBOOK_ROW.items() if name not in reactions}
    assert crowdtangle.facebook_post(without).likes is None
    assert crowdtangle.facebook_post(FACEBOOK_ROW | {"Love": ""}).likes is None


@pytest.mark.parametrize(
    "score",
    [
        "Overperforming Score (weighted  —  Likes 1x Shares 1x Comments 1x Love 1x Care 1x )",
        "Total Interactions (weighted  —  Likes 1x Shares 1x )",
    ],
)
def test_the_weights_in_the_name_of_the_score_do_not_matter(score: str) -> None:
    row = {name: value for name, value in FACEBOOK_ROW.items() if name != "Overperforming Score"} | {score: "-2.1"}
    assert posts(written([row])) == posts(written([FACEBOOK_ROW]))


def test_groups_pages_without_user_name_and_group_urls() -> None:
    row = {name: value for name, value in FACEBOOK_ROW.items() if name not in ("Page Name", "User Name")}
    row |= {"Group Name": "Warga Contoh", "URL": "https://www.facebook.com/groups/77/permalink/122118273645019283/"}
    (found,) = posts(written([row]))
    assert (found.author, found.author_name, found.post_id) == (
        "id:102938475610293",
        "Warga Contoh",
        "122118273645019283",
    )


@pytest.mark.parametrize(
    ("url", "reason", "detail"),
    [
        ("https://www.facebook.com/1029/posts/1.22118E+17", Reason.ID_AS_NUMBER, "1.22118E+17"),
        ("", Reason.NO_ID, "the column URL is empty or missing"),
        ("https://www.facebook.com/kabarcontoh", Reason.NO_ID, "no post id in the URL"),
    ],
)
def test_a_url_without_a_post_id_is_refused(url: str, reason: Reason, detail: str) -> None:
    found = refusal(FACEBOOK_ROW | {"URL": url})
    assert (found.reason, found.detail) == (reason, detail)


def test_the_last_segment_of_any_url_is_the_id() -> None:
    row = FACEBOOK_ROW | {"URL": "https://www.facebook.com/kabarcontoh/122118273645019283//"}
    assert crowdtangle.facebook_post(row).post_id == "122118273645019283"


def test_an_instagram_post_without_a_time_has_the_time_of_its_id() -> None:
    found = crowdtangle.instagram_post(INSTAGRAM_ROW | {"Post Created": ""})
    assert (found.created_at, found.created_from) == (1772428231, "id")
    assert refusal(INSTAGRAM_ROW | {"URL": "https://www.instagram.com/warga/"}, crowdtangle.instagram_post).reason is (
        Reason.NO_ID
    )


def test_a_missing_column_is_named_for_every_row() -> None:
    data = written([{name: value for name, value in FACEBOOK_ROW.items() if name != "URL"}])
    (record,) = FACEBOOK.records(io.BytesIO(data))
    assert FACEBOOK.recognise(data) == "facebook"
    assert isinstance(record, Record)
    assert str(refusal(record.raw)) == "no id: the column URL is empty or missing"


def test_a_short_row_is_a_fault_and_the_others_are_read() -> None:
    data = written([FACEBOOK_ROW]) + b"hanya,tiga,sel\n" + written([FACEBOOK_ROW]).partition(b"\n")[2]
    found = list(FACEBOOK.records(io.BytesIO(data)))
    assert [type(each) for each in found] == [Record, Fault, Record]
    assert [each.number for each in found] == [2, 3, 4]


def test_each_platform_claims_its_own_header_only() -> None:
    facebook, instagram = written([FACEBOOK_ROW]), written([INSTAGRAM_ROW])
    assert (FACEBOOK.recognise(facebook), INSTAGRAM.recognise(facebook)) == ("facebook", None)
    assert (FACEBOOK.recognise(instagram), INSTAGRAM.recognise(instagram)) == (None, "instagram")
    for other in (b"", b"id,author,body,unix_timestamp\n", b'{"URL": "x", "Account": "y"}\n', b"PAR1\x00\x01"):
        assert (FACEBOOK.recognise(other), INSTAGRAM.recognise(other)) == (None, None)


CELLS = st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.lists(st.text(max_size=3), max_size=2))


@given(st.dictionaries(st.sampled_from([*FACEBOOK_ROW, *INSTAGRAM_ROW, "Created"]), CELLS))
def test_any_row_is_a_post_or_rejected(row: dict[str, object]) -> None:
    for post in (crowdtangle.facebook_post, crowdtangle.instagram_post):
        try:
            found = post(FACEBOOK_ROW | INSTAGRAM_ROW | row)
        except Rejected as rejected:
            assert rejected.reason in Reason
        else:
            assert found.post_id and found.created_at is not None
