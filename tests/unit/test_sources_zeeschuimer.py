"""Zeeschuimer lines become posts: every shape the platforms send, and the real exports value by value."""

import io
import json
import unicodedata
from itertools import takewhile

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.files import json_lines, open_stream
from flows.files.record import Record
from flows.post import PLATFORMS, Post, Reason, Rejected
from flows.sources.zeeschuimer import FORMATS, post, recognise

CREATED = 1_772_421_342
TIKTOK_ID = str((CREATED - 11) << 32 | 77)
CODE, CODE_SECONDS = "DVXqzW5iUWX", 1_772_428_231


def envelope(platform: str, data: dict, **more) -> dict:
    return {
        "nav_index": "3:12:4",
        "item_id": "1",
        "timestamp_collected": 1_772_503_200_999,
        "source_platform": platform,
        "data": data,
        **more,
    }


def tiktok(**changes) -> dict:
    data = {
        "id": TIKTOK_ID,
        "desc": "Antrean di balai desa #KabContoh",
        "createTime": CREATED,
        "textLanguage": "id",
        "author": {"id": "71", "uniqueId": "Kabar.Contoh", "nickname": "Kabar Contoh"},
        "stats": {"diggCount": 40, "commentCount": 2, "shareCount": 0, "playCount": 902},
        "textExtra": [{"hashtagName": "KabContoh"}, {"userUniqueId": "warga"}, {"hashtagName": ""}],
        **changes,
    }
    return envelope("tiktok.com", {key: value for key, value in data.items() if value is not ...})


def instagram(**changes) -> dict:
    data = {
        "id": "3843729054218405271_50",
        "pk": "3843729054218405271",
        "code": CODE,
        "taken_at": 1_772_428_233,
        "media_type": 1,
        "product_type": "feed",
        "caption": {"text": "Rekapitulasi hari ini #pilkada_contoh"},
        "user": {"pk": "50", "username": "Kabar.Contoh", "full_name": "Kabar Contoh"},
        "like_count": 233,
        "comment_count": 18,
        "like_and_view_counts_disabled": False,
        "view_count": None,
        "_zs_partial": False,
        **changes,
    }
    return envelope("instagram.com", {key: value for key, value in data.items() if value is not ...})


def flattened(line: dict) -> dict:
    return {**line["data"], "__import_meta": {key: value for key, value in line.items() if key != "data"}}


def reason_of(raw) -> Reason:
    with pytest.raises(Rejected) as rejected:
        post(raw)
    return rejected.value.reason


def test_a_tiktok_post():
    assert post(tiktok()) == Post(
        platform="tiktok",
        post_id=TIKTOK_ID,
        created_at=CREATED,
        observed_at=1_772_503_200,
        author="kabar.contoh",
        author_name="Kabar Contoh",
        text="Antrean di balai desa #KabContoh",
        hashtags=("kabcontoh",),
        language="id",
        media_type="video",
        likes=40,
        comments=2,
        shares=0,
        views=902,
        url=f"https://www.tiktok.com/@kabar.contoh/video/{TIKTOK_ID}",
    )


def test_an_instagram_post():
    assert post(instagram()) == Post(
        platform="instagram",
        post_id=CODE,
        created_at=1_772_428_233,
        observed_at=1_772_503_200,
        author="kabar.contoh",
        author_name="Kabar Contoh",
        text="Rekapitulasi hari ini #pilkada_contoh",
        hashtags=("pilkada_contoh",),
        media_type="photo",
        likes=233,
        comments=18,
        url=f"https://www.instagram.com/p/{CODE}/",
    )


@pytest.mark.parametrize("line", [tiktok(), instagram(), tiktok(createTime=...), instagram(caption=None)])
def test_the_flattened_form_gives_the_same_post(line):
    assert post(flattened(line)) == post(line)


def test_the_last_update_is_the_moment_of_observation():
    assert post(tiktok() | {"last_updated": 1_772_600_000_000}).observed_at == 1_772_600_000
    assert post(tiktok() | {"timestamp_collected": None}).observed_at is None


# --- TikTok


def test_tiktok_strings_where_numbers_are_usual():
    seen = post(tiktok(createTime=str(CREATED), stats={"diggCount": "1,040", "playCount": "902"}))
    assert (seen.created_at, seen.likes, seen.views) == (CREATED, 1040, 902)
    assert (seen.comments, seen.shares) == (None, None)


def test_tiktok_counters_of_the_second_kind_fill_what_the_first_lacks():
    seen = post(tiktok(stats={"diggCount": 5, "playCount": -1}, statsV2={"diggCount": "6", "playCount": "3000000000"}))
    assert (seen.likes, seen.views, seen.comments) == (5, 3_000_000_000, None)


def test_tiktok_without_counters_has_none():
    seen = post(tiktok(stats=...))
    assert (seen.likes, seen.comments, seen.shares, seen.views) == (None,) * 4


def test_tiktok_author_as_string_or_number_only():
    seen = post(tiktok(author="@Kabar.Contoh", nickname="Kabar\0 Contoh"))
    assert (seen.author, seen.author_name) == ("kabar.contoh", "Kabar Contoh")
    seen = post(tiktok(author={"id": "71"}))
    assert (seen.author, seen.author_name, seen.url) == ("id:71", None, None)
    assert post(tiktok(author=...)).author is None


def test_tiktok_photo_posts_keep_their_text_and_hashtags_in_their_parts():
    contents = [{"desc": "Bagian satu", "textExtra": [{"hashtagName": "Desa"}]}, {"desc": ""}, {"desc": "dua"}]
    images = {"images": [{}, {}]}
    seen = post(tiktok(desc="", textExtra=..., contents=contents, imagePost=images))
    assert (seen.text, seen.hashtags, seen.media_type) == ("Bagian satu\ndua", ("desa",), "album")
    assert post(tiktok(imagePost={"images": [{}]})).media_type == "photo"


def test_tiktok_empty_text_is_known_and_absent_text_is_not():
    assert post(tiktok(desc="")).text == ""
    assert post(tiktok(desc=...)).text is None


def test_tiktok_hashtags_come_from_the_text_where_the_list_is_missing():
    assert post(tiktok(textExtra=...)).hashtags == ("kabcontoh",)


@pytest.mark.parametrize("absent", [..., 0, "0", "", None])
def test_tiktok_absent_time_comes_from_the_id_and_says_so(absent):
    seen = post(tiktok(createTime=absent))
    assert (seen.created_at, seen.created_from) == (CREATED - 11, "id")


DAY = 86_400


@pytest.mark.parametrize("later", [0, 4 * DAY, 25 * DAY, 60 * DAY, -DAY])
def test_a_scheduled_video_is_posted_weeks_after_its_upload(later):
    seen = post(tiktok(createTime=CREATED - 11 + later))
    assert (seen.created_at, seen.created_from) == (CREATED - 11 + later, "record")


@pytest.mark.parametrize("later", [60 * DAY + 1, -DAY - 1])
def test_a_video_is_not_posted_before_its_upload_nor_months_after(later):
    assert reason_of(tiktok(createTime=CREATED - 11 + later)) is Reason.TIME_OUT_OF_RANGE


def test_tiktok_ids():
    assert post(tiktok(id=int(TIKTOK_ID))).post_id == TIKTOK_ID
    assert reason_of(tiktok(id=7.61249e18)) is Reason.ID_AS_NUMBER
    assert reason_of(tiktok(id=...)) is Reason.NO_ID
    assert reason_of(tiktok(id="5", createTime=...)) is Reason.NO_TIME


def test_tiktok_comments_are_not_posts():
    comment = {"cid": TIKTOK_ID, "id": TIKTOK_ID, "aweme_id": "1", "text": "Semoga aman", "create_time": CREATED}
    assert reason_of(envelope("tiktok-comments", comment)) is Reason.COMMENT


# --- Instagram


def test_instagram_no_caption_is_empty_and_an_absent_one_unknown():
    assert post(instagram(caption=None)).text == ""
    assert post(instagram(caption=...)).text is None
    assert post(instagram(caption=...)).hashtags == ()


def test_instagram_hidden_likes_are_unknown_whatever_number_is_shown():
    assert post(instagram(like_and_view_counts_disabled=True, like_count=3)).likes is None


def test_instagram_comments_are_counted_where_the_count_is_missing():
    assert post(instagram(comment_count=..., comments=[{}, {}])).comments == 2
    assert post(instagram(comment_count=..., comments=[])).comments is None  # an empty preview
    assert post(instagram(comment_count=...)).comments is None
    assert post(instagram(comment_count=-1)).comments is None


def test_instagram_views_prefer_the_view_count():
    assert post(instagram(view_count=0, play_count=7)).views == 0
    assert post(instagram(view_count=None, play_count=7)).views == 7


@pytest.mark.parametrize(("kind", "name"), [(1, "photo"), (2, "video"), (8, "album"), (99, None), ([], None)])
def test_instagram_media_types(kind, name):
    assert post(instagram(media_type=kind)).media_type == name


def test_instagram_partial_items_take_their_time_from_the_shortcode():
    seen = post(instagram(taken_at=..., like_count=..., comment_count=..., _zs_partial=True))
    assert (seen.created_at, seen.created_from, seen.is_partial) == (CODE_SECONDS, "id", True)
    assert (seen.likes, seen.comments) == (None, None)


def test_instagram_grid_tiles_are_partial():
    data = {
        "__typename": "XDTPolarisMedia",
        "code": CODE,
        "caption": {"text": "Ubin"},
        "user": {"id": "50", "username": "kabar.contoh"},
        "play_count": 11,
        "comment_count": 0,
    }
    seen = post(envelope("instagram.com", data))
    assert (seen.post_id, seen.created_from, seen.is_partial, seen.views) == (CODE, "id", True, 11)
    assert (seen.likes, seen.comments, seen.text) == (None, None, "Ubin")


def test_instagram_legacy_shape():
    data = {
        "__typename": "GraphSidecar",
        "shortcode": CODE,
        "taken_at_timestamp": 1_772_428_233,
        "edge_media_to_caption": {"edges": [{"node": {"text": "Lama #desa"}}]},
        "edge_media_preview_like": {"count": 5},
        "edge_media_preview_comment": {"count": 0},
        "owner": {"id": "50", "username": "kabar.contoh"},
    }
    seen = post(envelope("instagram.com", data))
    assert (seen.post_id, seen.created_at, seen.text, seen.hashtags) == (CODE, 1_772_428_233, "Lama #desa", ("desa",))
    assert (seen.likes, seen.comments, seen.media_type, seen.author) == (5, 0, "album", "kabar.contoh")
    bare = post(envelope("instagram.com", data | {"edge_media_to_caption": {"edges": []}, "owner": {"id": "50"}}))
    assert (bare.text, bare.author) == ("", "id:50")
    video = {"__typename": "GraphVideo", "edge_media_to_caption": {}, "edge_media_preview_like": None}
    seen = post(envelope("instagram.com", data | video))
    assert (seen.media_type, seen.likes, seen.text) == ("video", None, "")


def test_instagram_item_list_typename_of_today_is_not_legacy():
    assert post(instagram(__typename="XDTMediaDict")) == post(instagram())


def test_instagram_advertisements_are_rejected():
    assert reason_of(instagram(product_type="ad")) is Reason.ADVERTISEMENT
    assert reason_of(instagram(link="https://www.facebook.com/ads/ig_redirect/?d=x")) is Reason.ADVERTISEMENT


def test_instagram_ids():
    assert post(instagram(code=...)).post_id == CODE
    assert post(instagram(code=..., pk=...)).post_id == CODE
    assert reason_of(instagram(code=..., pk=..., id=...)) is Reason.NO_ID
    assert reason_of(instagram(code=..., pk=3.8437e18)) is Reason.ID_AS_NUMBER
    assert reason_of(instagram(code="abc", taken_at=...)) is Reason.NO_TIME


# --- files


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (5, Reason.WRONG_SHAPE),
        ([], Reason.WRONG_SHAPE),
        ({}, Reason.WRONG_SHAPE),
        ({"data": {}}, Reason.WRONG_SHAPE),
        ({"__import_meta": 3}, Reason.WRONG_SHAPE),
        (envelope("twitter.com", {}), Reason.UNKNOWN_PLATFORM),
        (envelope("tiktok.com", {}) | {"data": None}, Reason.WRONG_SHAPE),
    ],
)
def test_what_is_no_line_of_zeeschuimer_is_rejected(raw, reason):
    assert reason_of(raw) is reason


def test_a_file_as_it_comes_from_the_field():
    duplicate = orjson.dumps(tiktok())
    content = b"\n".join(
        [
            duplicate,
            duplicate,
            orjson.dumps(flattened(tiktok())),
            orjson.dumps(instagram()).replace(b"Rekap", b"Re\0kap"),
            b"",
            orjson.dumps(envelope("threads.net", {})),
            b"rusak",
            orjson.dumps(tiktok())[:200],
        ]
    )
    assert recognise(content) == "mixed"
    posts, reasons = [], []
    for item in FORMATS[0].records(io.BytesIO(content)):
        if not isinstance(item, Record):
            reasons.append((item.number, item.reason))
            continue
        try:
            posts.append(post(item.raw))
        except Rejected as rejected:
            reasons.append((item.number, rejected.reason))
    assert [seen.post_id for seen in posts] == [TIKTOK_ID] * 3 + [CODE]
    assert posts[3].text == "Rekapitulasi hari ini #pilkada_contoh"
    assert reasons == [(6, Reason.UNKNOWN_PLATFORM), (7, Reason.UNREADABLE), (8, Reason.TRUNCATED)]


@pytest.mark.parametrize(
    ("lines", "platform"),
    [
        ([tiktok()], "tiktok"),
        ([flattened(instagram())], "instagram"),
        ([tiktok(), instagram()], "mixed"),
        ([envelope("twitter.com", {})], "mixed"),
        ([{"id": 1, "text": '"source_platform": "tiktok.com"'}], None),
        ([{"source_platform": "tiktok.com"}], None),
    ],
)
def test_recognised_by_its_envelope(lines, platform):
    assert recognise(b"\n".join(orjson.dumps(line) for line in lines)) == platform


def test_an_array_of_lines_is_read_too():
    content = json.dumps([tiktok(), instagram()], indent=1).encode()
    lines_format, array_format = FORMATS
    assert (lines_format.recognise(content), array_format.recognise(content)) == (None, "mixed")
    assert [post(item.raw).platform for item in array_format.records(io.BytesIO(content))] == ["tiktok", "instagram"]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
TIKTOK_KEYS = [*tiktok()["data"], "contents", "imagePost", "statsV2", "nickname"]
INSTAGRAM_KEYS = [*instagram()["data"], "owner", "comments", "play_count", "link", "__typename", "shortcode"]
LEGACY_KEYS = ["edge_media_to_caption", "edge_media_preview_like", "owner", "taken_at_timestamp", "shortcode"]


@given(
    st.dictionaries(st.sampled_from(TIKTOK_KEYS), JUNK).map(lambda changes: tiktok(**changes))
    | st.dictionaries(st.sampled_from(INSTAGRAM_KEYS), JUNK).map(lambda changes: instagram(**changes))
    | st.dictionaries(st.sampled_from(LEGACY_KEYS), JUNK).map(
        lambda changes: instagram(**{"__typename": "GraphImage", "shortcode": CODE} | changes)
    )
    | JUNK
)
def test_whatever_a_line_holds_it_is_a_post_or_rejected(raw):
    try:
        seen = post(raw)
    except Rejected as rejected:
        assert rejected.reason in Reason
        return
    assert seen.platform in PLATFORMS
    assert seen.post_id
    assert 0 < seen.created_at <= 10**11
    assert all(value is None or value >= 0 for value in (seen.likes, seen.comments, seen.shares, seen.views))
    for text in (seen.author, seen.author_name, seen.text, seen.language, seen.url):
        assert text is None or text.encode() is not None


# --- the real exports, read here without ronda's readers and compared value by value


def folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def unique(names) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def test_the_real_tiktok_export(shared_data):
    path = shared_data / "exports" / "zeeschuimer-tiktok.ndjson"
    originals = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    with open_stream(path) as stream:
        seen = [post(item.raw) for item in json_lines(stream)]
    assert len(seen) == len(originals) == 60
    for mine, original in zip(seen, originals, strict=True):
        data = original["data"]
        stats, handle = data["stats"], data["author"]["uniqueId"].lower()
        assert mine == Post(
            platform="tiktok",
            post_id=data["id"],
            created_at=data["createTime"],
            created_from="record",
            observed_at=original["timestamp_collected"] // 1000,
            author=handle,
            author_name=data["author"]["nickname"],
            text=data["desc"],
            hashtags=unique(folded(tag["hashtagName"]) for tag in data.get("textExtra", []) if tag["hashtagName"]),
            language=None,
            media_type="video",
            likes=stats["diggCount"],
            comments=stats["commentCount"],
            shares=stats["shareCount"],
            views=stats["playCount"],
            url=f"https://www.tiktok.com/@{handle}/video/{data['id']}",
        )


def test_the_real_instagram_export(shared_data):
    path = shared_data / "exports" / "zeeschuimer-instagram.ndjson"
    originals = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    outcomes = []
    with open_stream(path) as stream:
        for item in json_lines(stream):
            try:
                outcomes.append(post(item.raw))
            except Rejected as rejected:
                outcomes.append(rejected.reason)
    assert len(outcomes) == len(originals) == 23
    for mine, original in zip(outcomes, originals, strict=True):
        data = original["data"]
        if data["product_type"] == "ad":
            assert mine is Reason.ADVERTISEMENT
            continue
        assert mine == Post(
            platform="instagram",
            post_id=data["code"],
            created_at=data["taken_at"],
            created_from="record",
            observed_at=original["timestamp_collected"] // 1000,
            author=data["user"]["username"],
            author_name=data["user"]["full_name"],
            text=data["caption"]["text"],
            hashtags=mine.hashtags,
            media_type={1: "photo", 2: "video", 8: "album"}[data["media_type"]],
            likes=None if data["like_and_view_counts_disabled"] else data["like_count"],
            comments=data["comment_count"],
            views=data["view_count"],
            url=f"https://www.instagram.com/p/{data['code']}/",
        )
        words = [takewhile(is_word, part) for part in folded(data["caption"]["text"]).split("#")[1:]]
        assert mine.hashtags == tuple(tag for tag in unique("".join(word) for word in words) if tag)
