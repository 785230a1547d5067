"""Apify exports: three actors, JSON and flattened CSV."""

import csv
import io
import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.files.record import Record
from flows.post import Post, Reason, Rejected
from flows.sources import apify

TIKTOK_ITEM = {
    "id": "7612491652768642104",
    "text": "Logistik tiba di gudang #PilkadaContoh",
    "textLanguage": "id",
    "createTime": 1772421342,
    "createTimeISO": "2026-03-02T03:15:42.000Z",
    "authorMeta": {"id": "7100000000000000001", "name": "Kabar.Contoh", "nickName": "Kabar Contoh", "fans": 15230},
    "hashtags": [{"name": "PilkadaContoh"}, {"name": "kabcontoh"}],
    "diggCount": 40,
    "shareCount": 0,
    "playCount": 902,
    "collectCount": 5,
    "commentCount": 2,
    "webVideoUrl": "https://www.tiktok.com/@kabar.contoh/video/7612491652768642104",
    "isAd": False,
    "searchHashtag": {"name": "pilkadacontoh", "views": 100},
}
TIKTOK_POST = Post(
    platform="tiktok",
    post_id="7612491652768642104",
    created_at=1772421342,
    author="kabar.contoh",
    author_name="Kabar Contoh",
    text="Logistik tiba di gudang #PilkadaContoh",
    hashtags=("pilkadacontoh", "kabcontoh"),
    language="id",
    media_type="video",
    likes=40,
    comments=2,
    shares=0,
    views=902,
    url="https://www.tiktok.com/@kabar.contoh/video/7612491652768642104",
    query="#pilkadacontoh",
)
INSTAGRAM_ITEM = {
    "id": "3843729054218405271",
    "shortCode": "DVXqzW5iUWX",
    "type": "Sidecar",
    "caption": "Rekapitulasi hari ini",
    "hashtags": ["KabContoh"],
    "url": "https://www.instagram.com/p/DVXqzW5iUWX/",
    "ownerUsername": "warga.contoh",
    "ownerFullName": "Warga Contoh",
    "ownerId": "50000000001",
    "timestamp": "2026-03-02T05:10:33.000Z",
    "likesCount": 233,
    "commentsCount": 18,
    "latestComments": [{"id": "1", "text": "mantap"}],
    "inputUrl": "https://www.instagram.com/explore/tags/kabcontoh/",
}
INSTAGRAM_POST = Post(
    platform="instagram",
    post_id="DVXqzW5iUWX",
    created_at=1772428233,
    author="warga.contoh",
    author_name="Warga Contoh",
    text="Rekapitulasi hari ini",
    hashtags=("kabcontoh",),
    media_type="album",
    likes=233,
    comments=18,
    url="https://www.instagram.com/p/DVXqzW5iUWX/",
    query="#kabcontoh",
)
FACEBOOK_ITEM = {
    "postId": "122118273645019283",
    "feedbackId": b64encode(b"feedback:122118273645019283").decode(),
    "facebookUrl": "https://www.facebook.com/kabarcontoh",
    "url": "https://www.facebook.com/kabarcontoh/posts/pfbid0Contoh",
    "topLevelUrl": "https://www.facebook.com/102938475610293/posts/122118273645019283",
    "pageName": "kabarcontoh",
    "user": {"id": "102938475610293", "name": "Kabar Contoh"},
    "time": "2026-03-02T06:20:11.000Z",
    "timestamp": 1772432411,
    "text": "Sosialisasi di kecamatan #KabContoh",
    "likes": 35,
    "comments": 7,
    "shares": 1,
    "topReactionsCount": 3,
    "reactionLikeCount": 30,
    "media": [{"__typename": "Photo"}],
}
FACEBOOK_POST = Post(
    platform="facebook",
    post_id="122118273645019283",
    created_at=1772432411,
    author="kabarcontoh",
    author_name="Kabar Contoh",
    text="Sosialisasi di kecamatan #KabContoh",
    hashtags=("kabcontoh",),
    media_type="photo",
    likes=35,
    comments=7,
    shares=1,
    url="https://www.facebook.com/102938475610293/posts/122118273645019283",
)
EXPECTED = [(TIKTOK_ITEM, TIKTOK_POST), (INSTAGRAM_ITEM, INSTAGRAM_POST), (FACEBOOK_ITEM, FACEBOOK_POST)]
ERROR_ITEM = {"url": "https://www.tiktok.com/@hilang", "error": "not_found", "errorDescription": "Post was not found."}


def flat(value: object, separator: str, name: str = "") -> dict[str, object]:
    """The item with the columns of Apify's CSV: `authorMeta/name`, `hashtags/0/name`."""
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        return {
            column: cell
            for key, part in parts
            for column, cell in flat(part, separator, f"{name}{separator}{key}" if name else str(key)).items()
        }
    return {name: value}


def as_csv(items: list[dict], separator: str, delimiter: str = ",") -> bytes:
    rows = [flat(item, separator) for item in items]
    text = io.StringIO()
    writer = csv.DictWriter(text, sorted({name for row in rows for name in row}), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


WRITERS = [
    lambda items: json.dumps(items).encode(),
    lambda items: json.dumps(items, indent=2).encode(),
    lambda items: "\n".join(json.dumps(item) for item in items).encode(),
    lambda items: as_csv(items, "/"),
    lambda items: as_csv(items, ".", ";"),
]


def results(data: bytes) -> list[Post | str]:
    """What the one format that recognises the file makes of each record."""
    (found,) = [each for each in apify.FORMATS if each.recognise(data)]
    made: list[Post | str] = []
    for record in found.records(io.BytesIO(data)):
        assert isinstance(record, Record)
        try:
            made.append(found.post(record.raw))
        except Rejected as rejected:
            made.append(str(rejected))
    return made


@pytest.mark.parametrize("write", WRITERS, ids=["array", "indented", "lines", "csv with /", "csv with ."])
@pytest.mark.parametrize(("item", "expected"), EXPECTED, ids=["tiktok", "instagram", "facebook"])
def test_every_form_gives_the_same_post_and_errors_are_no_posts(write, item: dict, expected: Post) -> None:
    assert results(write([ERROR_ITEM, item])) == ["not a post: Apify error: not_found", expected]


def test_a_file_of_errors_only_is_still_recognised() -> None:
    assert results(json.dumps([ERROR_ITEM]).encode()) == ["not a post: Apify error: not_found"]


@pytest.mark.parametrize("hidden", [-1, "-1", None, ""])
def test_hidden_likes_are_unknown(hidden: object) -> None:
    assert apify.instagram_post(INSTAGRAM_ITEM | {"likesCount": hidden}).likes is None


def test_views_are_plays_first() -> None:
    assert apify.instagram_post(INSTAGRAM_ITEM | {"videoPlayCount": 9, "videoViewCount": 4}).views == 9
    assert apify.instagram_post(INSTAGRAM_ITEM | {"videoViewCount": 4}).views == 4


@pytest.mark.parametrize("separator", ["/", "."])
def test_flattened_keys_are_nested_again_in_order(separator: str) -> None:
    row = {f"tags{separator}{index}{separator}name": f"t{index}" for index in (10, 2, 0)} | {"tags": "", "id": "1"}
    assert apify.nested(row) == {"tags": [{"name": "t0"}, {"name": "t2"}, {"name": "t10"}], "id": "1"}


def test_the_id_of_a_facebook_post_is_found_where_it_stands() -> None:
    without = {name: value for name, value in FACEBOOK_ITEM.items() if name != "postId"}
    assert apify.facebook_post(without).post_id == "122118273645019283"
    only_url = without | {"feedbackId": "@@"}
    assert apify.facebook_post(only_url).post_id == "122118273645019283"
    with pytest.raises(Rejected) as caught:
        apify.facebook_post({"time": "2026-03-02T06:20:11.000Z", "url": "https://www.facebook.com/kabarcontoh"})
    assert caught.value.reason is Reason.NO_ID


def test_reactions_are_the_total_and_never_the_number_of_kinds() -> None:
    assert apify.facebook_post(FACEBOOK_ITEM).likes == 35
    without = {name: value for name, value in FACEBOOK_ITEM.items() if name != "likes"}
    assert apify.facebook_post(without).likes is None


GROUP_ITEM = {
    "facebookUrl": "https://www.facebook.com/groups/77",
    "url": "https://www.facebook.com/groups/77/permalink/122118273645019283/",
    "time": "2026-03-02T06:20:11.000Z",
    "user": {"id": "100067", "name": "Warga Contoh"},
    "text": "Jalan rusak",
    "likesCount": 5,
    "sharesCount": 2,
    "commentsCount": 3,
    "topReactionsCount": 1,
    "legacyId": "122118273645019283",
    "groupTitle": "Warga Contoh",
}


def test_posts_of_groups_have_their_counts_under_other_names() -> None:
    (found,) = results(json.dumps([GROUP_ITEM]).encode())
    assert isinstance(found, Post)
    assert (found.post_id, found.author) == ("122118273645019283", "id:100067")
    assert (found.likes, found.comments, found.shares, found.views) == (5, 3, 2, None)


@pytest.mark.parametrize(
    ("item", "counts"),
    [
        ({"likes": 0, "likesCount": 9}, (0, 7, 1, None)),  # a count that is there counts, a zero too
        ({"likes": None, "reactionsCount": 12}, (12, 7, 1, None)),
        ({"comments": [{"text": "ya"}], "commentsCount": "1.2K"}, (35, 1200, 1, None)),
        ({"shares": "", "playCount": 40}, (35, 7, None, 40)),
    ],
)
def test_the_first_key_with_a_number_counts(item: dict, counts: tuple[int | None, ...]) -> None:
    found = apify.facebook_post(FACEBOOK_ITEM | item)
    assert (found.likes, found.comments, found.shares, found.views) == counts


def test_shares_of_reels_are_counted() -> None:
    assert apify.instagram_post(INSTAGRAM_ITEM).shares is None
    assert apify.instagram_post(INSTAGRAM_ITEM | {"sharesCount": 4}).shares == 4


def test_a_scheduled_video_is_posted_after_its_upload_and_none_before() -> None:
    uploaded = 7612491652768642104 >> 32
    later = apify.tiktok_post(TIKTOK_ITEM | {"createTime": uploaded + 20 * 86_400})
    assert later.created_at == uploaded + 20 * 86_400
    with pytest.raises(Rejected) as caught:
        apify.tiktok_post(TIKTOK_ITEM | {"createTime": uploaded - 2 * 86_400})
    assert caught.value.reason is Reason.TIME_OUT_OF_RANGE


def test_a_missing_time_comes_from_the_id_and_is_marked() -> None:
    untimed = {name: value for name, value in TIKTOK_ITEM.items() if not name.startswith("createTime")}
    found = apify.tiktok_post(untimed)
    assert (found.created_at, found.created_from) == (7612491652768642104 >> 32, "id")
    found = apify.instagram_post(INSTAGRAM_ITEM | {"timestamp": None})
    assert (found.created_at, found.created_from) == (1772428231, "id")
    with pytest.raises(Rejected) as caught:
        apify.facebook_post(FACEBOOK_ITEM | {"time": "", "timestamp": None})
    assert caught.value.reason is Reason.NO_TIME


@pytest.mark.parametrize("damaged", ["7.61249E+18", 7.61249e18, "7,61249E+18"])
def test_an_id_from_a_spreadsheet_is_refused(damaged: object) -> None:
    for post, item, name in (
        (apify.tiktok_post, TIKTOK_ITEM, "id"),
        (apify.facebook_post, FACEBOOK_ITEM, "postId"),
        (apify.instagram_post, INSTAGRAM_ITEM | {"shortCode": "", "url": ""}, "id"),
    ):
        with pytest.raises(Rejected) as caught:
            post(item | {name: damaged})
        assert caught.value.reason is Reason.ID_AS_NUMBER
        assert str(caught.value).startswith("id damaged by a spreadsheet")


def test_absent_fields_stay_unknown() -> None:
    found = apify.tiktok_post({"id": "7612491652768642104", "createTimeISO": "2026-03-02T03:15:42.000Z"})
    assert found == Post("tiktok", "7612491652768642104", 1772421342, media_type="video")


def test_undetermined_language_slideshows_and_ads_of_real_accounts() -> None:
    found = apify.tiktok_post(TIKTOK_ITEM | {"textLanguage": "un", "isSlideshow": "true", "isAd": True})
    assert (found.language, found.media_type) == (None, "album")


def test_other_files_are_not_claimed() -> None:
    zeeschuimer = json.dumps({"source_platform": "tiktok.com", "data": {"webVideoUrl": 1, "createTime": 2}}).encode()
    for other in (b"", b"id,createTime\n", b'[{"id": "1_2", "created_time": "x"}]', zeeschuimer):
        assert [each.recognise(other) for each in apify.FORMATS] == [None] * len(apify.FORMATS)


def test_a_sample_that_breaks_off_is_recognised() -> None:
    data = json.dumps([INSTAGRAM_ITEM | {"latestComments": [{"text": "x" * 500}]}]).encode()
    assert [each.recognise(data[:-200]) for each in apify.FORMATS].count("instagram") == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from([*{*TIKTOK_ITEM, *INSTAGRAM_ITEM, *FACEBOOK_ITEM}, "authorMeta/name", "user/id", "error"])


@given(st.sampled_from([{}, TIKTOK_ITEM, INSTAGRAM_ITEM, FACEBOOK_ITEM]), st.dictionaries(NAMES, JSON), JSON)
def test_any_item_is_a_post_or_rejected(base: dict, changes: dict, anything: object) -> None:
    for raw in (base | changes, anything):
        for post in (apify.tiktok_post, apify.instagram_post, apify.facebook_post):
            try:
                found = post(raw)
            except Rejected as rejected:
                assert rejected.reason in Reason
            else:
                assert found.post_id


@given(st.dictionaries(st.text(alphabet="ab01/.", max_size=6), st.text(max_size=2)))
def test_any_flattened_row_is_nested(row: dict[str, str]) -> None:
    assert isinstance(apify.nested(row), dict)
