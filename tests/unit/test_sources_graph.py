"""Saved Graph API answers: each object of each answer is accounted for."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.files.record import Fault, Record
from flows.post import Post, Reason, Rejected
from flows.sources import graph

FACEBOOK_THING = {
    "id": "102938475610293_122118273645019283",
    "message": "Sosialisasi di kecamatan #KabContoh",
    "created_time": "2026-03-02T06:20:11+0000",
    "permalink_url": "https://www.facebook.com/102938475610293/posts/122118273645019283",
    "status_type": "added_photos",
    "from": {"name": "Kabar Contoh", "id": "102938475610293"},
    "shares": {"count": 14},
    "attachments": {"data": [{"media_type": "photo", "description": "Foto #pilkada", "title": "judul"}]},
    "reactions": {"data": [], "summary": {"total_count": 212, "viewer_reaction": "NONE"}},
    "like": {"data": [], "summary": {"total_count": 180}},
    "comments": {"data": [], "summary": {"order": "ranked", "total_count": 37}},
}
FACEBOOK_POST = Post(
    platform="facebook",
    post_id="122118273645019283",
    created_at=1772432411,
    author="id:102938475610293",
    author_name="Kabar Contoh",
    text="Sosialisasi di kecamatan #KabContoh",
    hashtags=("kabcontoh", "pilkada"),
    media_type="photo",
    likes=212,
    comments=37,
    shares=14,
    url="https://www.facebook.com/102938475610293/posts/122118273645019283",
)
MEDIUM = {
    "id": "17912345678901234",
    "caption": "Rekapitulasi dimulai #pilkadacontoh",
    "comments_count": 18,
    "like_count": 233,
    "media_type": "CAROUSEL_ALBUM",
    "permalink": "https://www.instagram.com/p/DVXqzW5iUWX/",
    "timestamp": "2026-03-02T05:10:33+0000",
}
INSTAGRAM_POST = Post(
    platform="instagram",
    post_id="DVXqzW5iUWX",
    created_at=1772428233,
    text="Rekapitulasi dimulai #pilkadacontoh",
    hashtags=("pilkadacontoh",),
    media_type="album",
    likes=233,
    comments=18,
    url="https://www.instagram.com/p/DVXqzW5iUWX/",
)
DISCOVERY = {
    "business_discovery": {
        "id": "17841400000000777",
        "username": "Kabar.Contoh",
        "name": "Kabar Contoh",
        "followers_count": 8123,
        "media": {"data": [MEDIUM], "paging": {"cursors": {"after": "QVFI"}}},
    },
    "id": "17841400000000001",
}
TOKEN = "EAAcontohRahasia"


def paging(edge: str, fields: str = "") -> dict[str, str]:
    asked = f"&fields={fields}" if fields else ""
    return {"next": f"https://graph.facebook.com/v26.0/102938475610293/{edge}?access_token={TOKEN}{asked}&after=Q"}


def written(answer: object, indent: int | None = None) -> bytes:
    return json.dumps(answer, indent=indent).encode()


def results(data: bytes) -> list[Post | str]:
    """What the one format that recognises the file makes of each record."""
    (found,) = [each for each in graph.FORMATS if each.recognise(data)]
    made: list[Post | str] = []
    for record in found.records(BytesIO(data)):
        if isinstance(record, Fault):
            made.append(str(record.reason))
            continue
        try:
            made.append(found.post(record.raw))
        except Rejected as rejected:
            made.append(str(rejected))
    return made


def posts(data: bytes) -> list[Post]:
    made = results(data)
    assert all(isinstance(each, Post) for each in made), made
    return [each for each in made if isinstance(each, Post)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "answer",
    [
        FACEBOOK_THING,
        {"data": [FACEBOOK_THING], "paging": paging("published_posts")},
        [{"data": [FACEBOOK_THING], "paging": paging("published_posts")}],
        {FACEBOOK_THING["id"]: FACEBOOK_THING},
        [FACEBOOK_THING],
    ],
    ids=["object", "page", "array of pages", "keyed by ids", "array of objects"],
)
def test_a_facebook_post_in_every_kind_of_answer(answer: object, indent: int | None) -> None:
    assert posts(written(answer, indent)) == [FACEBOOK_POST]


def test_a_page_on_every_line() -> None:
    page = written({"data": [FACEBOOK_THING, FACEBOOK_THING], "paging": paging("posts")})
    broken = page[:90]
    assert results(page + b"\n" + broken + b"\n" + page + b"\n") == [
        FACEBOOK_POST,
        FACEBOOK_POST,
        "unreadable record",
        FACEBOOK_POST,
        FACEBOOK_POST,
    ]


def test_objects_are_numbered_through_the_file() -> None:
    data = written([{"data": [FACEBOOK_THING, FACEBOOK_THING]}, {"data": []}, {"data": [FACEBOOK_THING]}])
    found = next(each for each in graph.FORMATS if each.recognise(data))
    assert [record.number for record in found.records(BytesIO(data))] == [1, 2, 3]


def test_the_story_is_the_text_of_a_post_without_a_message() -> None:
    thing = {
        "id": "1029_1221",
        "story": "Kabar Contoh updated their cover photo.",
        "created_time": "2026-03-02T01:00:00+0000",
        "reactions": {"data": [], "summary": {"total_count": 3}},
        "comments": {"data": [], "summary": {"order": "ranked", "total_count": 0}},
    }
    (found,) = posts(written(thing))
    assert (found.text, found.likes, found.comments) == ("Kabar Contoh updated their cover photo.", 3, 0)


BARE = {"id": "1029_1221", "message": "Halo", "created_time": "2026-03-02T01:00:00+0000"}
REACTIONS = {"reactions": {"data": [], "summary": {"total_count": 3}}}


@pytest.mark.parametrize(
    ("thing", "fields", "shares", "is_partial"),
    [
        (BARE, "", None, True),  # nothing tells what was asked for
        (BARE, "id%2Cmessage%2Ccreated_time", None, True),  # not asked for
        (BARE, "id%2Cmessage%2Cshares", 0, True),  # asked for and left out: none
        (BARE | REACTIONS, "", None, False),  # that reactions were asked for says nothing about shares
        (BARE | REACTIONS, "id%2Ccomments.limit%280%29%7Bshares%7D", None, False),  # those of something else
        (BARE | REACTIONS, "id%2Creactions.summary%28true%29", None, False),
        (BARE | {"shares": {"count": 4}}, "", 4, False),
        (BARE | {"shares": {}}, "", None, False),
    ],
)
def test_absent_shares_are_zero_only_where_they_were_asked_for(
    thing: dict, fields: str, shares: int | None, is_partial: bool
) -> None:
    (found,) = posts(written({"data": [thing], "paging": paging("posts", fields)}))
    assert (found.shares, found.is_partial) == (shares, is_partial)


def test_shares_are_known_to_be_asked_for_where_another_post_of_the_page_has_them() -> None:
    data = written({"data": [BARE, BARE | {"shares": {"count": 4}}]})
    assert [found.shares for found in posts(data)] == [0, 4]
    assert [found.shares for found in posts(written([BARE, BARE | {"shares": {"count": 4}}]))] == [None, 4]


def test_the_last_page_was_asked_for_as_the_page_before_it_says() -> None:
    first = {"data": [BARE], "paging": paging("posts", "id%2Cmessage%2Cshares")}
    last = {"data": [BARE]}
    assert [found.shares for found in posts(written([first, last]))] == [0, 0]
    assert [found.shares for found in posts(written([last, first, last, last]))] == [None, 0, 0, None]


def test_comments_of_old_answers_carry_their_count() -> None:
    (found,) = posts(written(BARE | {"comments": {"count": 12, "data": [{"id": "1029_1221_5", "message": "ya"}]}}))
    assert found.comments == 12


@pytest.mark.parametrize(
    ("thing", "edge", "author"),
    [
        (BARE, "posts", "id:1029"),
        (BARE, "feed", None),  # a visitor may have written it
        (BARE | {"from": {"id": "55", "name": "Warga"}}, "feed", "id:55"),
        (BARE | {"from": {"id": "55", "username": "Warga55"}}, "feed", "warga55"),
    ],
)
def test_the_author_of_a_facebook_post(thing: dict, edge: str, author: str | None) -> None:
    (found,) = posts(written({"data": [thing], "paging": paging(edge)}))
    assert found.author == author


def test_posts_inside_their_page_have_its_name() -> None:
    page = {"id": "1029", "name": "Kabar Contoh", "username": "KabarContoh", "posts": {"data": [BARE]}}
    for answer in (page, {"data": [page]}):
        (found,) = posts(written(answer))
        assert (found.author, found.author_name) == ("kabarcontoh", "Kabar Contoh")


@pytest.mark.parametrize(
    ("change", "media_type"),
    [
        ({"status_type": "added_video"}, "video"),
        ({"status_type": "mobile_status_update"}, "text"),
        ({"attachments": {"data": [{"media_type": "album"}]}, "status_type": "added_photos"}, "album"),
        ({"attachments": {"data": [{"media_type": "event"}]}}, None),
        ({}, None),
    ],
)
def test_media_type_of_a_facebook_post(change: dict, media_type: str | None) -> None:
    assert posts(written(BARE | change))[0].media_type == media_type


@pytest.mark.parametrize(
    "answer",
    [MEDIUM, {"data": [MEDIUM]}, {MEDIUM["id"]: MEDIUM}, {"data": [MEDIUM], "paging": paging("recent_media")}],
    ids=["object", "page", "keyed by ids", "hashtag page"],
)
def test_an_instagram_medium_in_every_kind_of_answer(answer: object) -> None:
    assert posts(written(answer)) == [INSTAGRAM_POST]


def test_business_discovery_knows_the_author() -> None:
    assert posts(written(DISCOVERY)) == [INSTAGRAM_POST._replace(author="kabar.contoh", author_name="Kabar Contoh")]


def test_hidden_likes_are_unknown_and_reels_have_views() -> None:
    reel = {name: value for name, value in MEDIUM.items() if name != "like_count"} | {
        "media_type": "VIDEO",
        "permalink": "https://www.instagram.com/reel/DVXqzW5iUWX/",
        "view_count": 5120,
    }
    (found,) = posts(written({"data": [reel]}))
    assert (found.likes, found.views, found.media_type, found.post_id) == (None, 5120, "video", "DVXqzW5iUWX")


def test_a_medium_without_time_has_the_time_of_its_shortcode_else_is_refused() -> None:
    untimed = {name: value for name, value in MEDIUM.items() if name != "timestamp"}
    (found,) = posts(written({"data": [untimed]}))
    assert (found.created_at, found.created_from) == (1772428231, "id")
    without_link = {name: value for name, value in untimed.items() if name != "permalink"}
    assert results(written({"data": [without_link]})) == ["no time"]
    (found,) = posts(written({"data": [without_link | {"timestamp": "2026-03-02T05:10:33+0000"}]}))
    assert found.post_id == "graph:17912345678901234"


COMMENT = {"created_time": "2026-03-02T01:00:00+0000", "message": "ya", "id": "1221_5"}


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [COMMENT], "paging": paging("comments")},
        {"data": [COMMENT], "summary": {"order": "ranked", "total_count": 1}},
        {"data": [COMMENT | {"like_count": 0}]},
        {"data": [COMMENT | {"parent": {"id": "1"}}]},
        {"data": [COMMENT | {"id": "1029_1221_5"}]},
        {"data": [COMMENT | {"permalink_url": "https://www.facebook.com/1029/posts/1221/?comment_id=5"}]},
        {"data": [{"id": "17858154961981086", "text": "indah", "timestamp": "2026-03-02T01:00:00+0000"}]},
    ],
)
def test_comments_are_refused_as_comments(answer: dict) -> None:
    assert results(written(answer)) == ["a comment, not a post: a comment of the Graph API"]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ({"id": "17843800000000123", "name": "pilkadacontoh"}, "a page, an account or a hashtag"),
        ({"data": [{"id": "17843800000000123"}]}, "an id without a post"),
        ({"business_discovery": {"id": "17841400000000777", "username": "kabar"}, "id": "1784"}, "an account"),
        (
            {"data": [{"name": "reach", "period": "day", "values": [], "id": "17846368219941692/i"}]},
            "an insight",
        ),
        ({"data": [{"product_id": 3, "merchant_id": 9}]}, "a product tag"),
        (
            {"data": [{"id": "17924318443748703", "media_type": "IMAGE", "permalink": MEDIUM["permalink"]}]},
            "a part of an album",
        ),
        ([7, FACEBOOK_THING], "a value, not an object"),
    ],
)
def test_what_is_no_post_is_named(answer: object, what: str) -> None:
    assert results(written(answer))[0] == f"not a post: {what}"


def test_an_error_is_told_by_its_code_and_never_by_its_message() -> None:
    error = {"message": f"Malformed access token {TOKEN}", "type": "OAuthException", "code": 190, "fbtrace_id": "A"}
    assert results(written({"error": error})) == [
        "not a post: an error of the Graph API: code 190, OAuthException",
    ]


def test_no_token_leaves_the_paging() -> None:
    answer = {"paging": paging("posts", "id%2Cmessage"), "data": [FACEBOOK_THING, {"id": "9", "name": "x"}]}
    data = written(answer)
    found = next(each for each in graph.FORMATS if each.recognise(data))
    assert TOKEN not in repr(list(found.records(BytesIO(data))))
    (fault,) = found.records(BytesIO(data[:-20]))
    assert isinstance(fault, Fault)
    assert fault.reason is Reason.TRUNCATED
    assert TOKEN.encode() not in fault.excerpt
    assert b"access_token=" + b"*" * len(TOKEN) in fault.excerpt


def test_other_files_are_not_claimed() -> None:
    others = [
        b"",
        b"id,created_time\n1_2,x\n",
        b'{"source_platform": "instagram.com", "data": {"media_type": 1, "id": "384372905421840527"}}',
        b'[{"shortCode": "x", "id": "3843729054218405271", "timestamp": "x", "caption": "y"}]',
        b'{"id": "12345678901", "dibuat": "2026-01-01", "media_type": "photo"}\n',
        b'{"mcl_url": "x", "creation_time": "y", "id": "12345678901", "media_type": 1}',
    ]
    assert [each.recognise(other) for other in others for each in graph.FORMATS] == [None] * 2 * len(others)


def test_an_empty_page_is_recognised_and_has_no_records() -> None:
    assert results(b'{"data": [], "paging": {"cursors": {"before": "x"}}}') == []


# ------------------------------------------------------------------------------------------------ real answers


def things_in(answer: dict) -> Iterator[dict]:
    """The objects of a real answer, found without the code under test."""
    if "business_discovery" in answer:
        inner = answer["business_discovery"]
        yield from inner["media"]["data"] if "media" in inner else [inner]
    elif "data" in answer:
        yield from answer["data"]
    elif "id" in answer:
        yield answer
    else:
        yield from answer.values()


def verdict(path: Path, thing: dict) -> str:
    """What an object of a real file is, by the file it stands in."""
    if path.parent.name == "comments" or path.stem.startswith("comments_"):
        return "comment"
    if path.stem in ("user_fields", "hashtag_info", "hashtags_info", "children", "insights", "insights_new"):
        return "not a post"
    if path.stem == "product_tags":
        return "not a post"
    return "post" if {"created_time", "timestamp", "permalink"} & thing.keys() else "no time"


def test_every_object_of_the_real_answers_is_accounted_for(shared_data: Path) -> None:
    expected: Counter[str] = Counter()
    found: Counter[str] = Counter()
    names = {Reason.COMMENT: "comment", Reason.NOT_A_POST: "not a post", Reason.NO_TIME: "no time"}
    files = sorted((shared_data / "exports" / "graph").rglob("*.json"))
    for path in files:
        data = path.read_bytes()
        expected.update(verdict(path, thing) for thing in things_in(json.loads(data)))
        (recognised,) = [each for each in graph.FORMATS if each.recognise(data)]
        for record in recognised.records(BytesIO(data)):
            assert isinstance(record, Record)
            try:
                recognised.post(record.raw)
            except Rejected as rejected:
                found[names[rejected.reason]] += 1
            else:
                found["post"] += 1
    assert len(files) == 32
    assert found == expected == {"post": 102, "comment": 19, "not a post": 11, "no time": 10}


def test_the_values_of_real_posts_equal_the_raw_answers(shared_data: Path) -> None:
    checked = 0
    for path in sorted((shared_data / "exports" / "graph").rglob("*.json")):
        things = [thing for thing in things_in(json.loads(path.read_bytes())) if verdict(path, thing) == "post"]
        if not things:
            continue
        for thing, post in zip(things, posts(path.read_bytes()), strict=True):
            if post.platform == "facebook":
                comments = thing.get("comments", {})
                assert post.post_id == thing["id"].split("_")[1]
                assert post.text == thing.get("message", thing.get("story"))
                assert post.likes == thing.get("reactions", {}).get("summary", {}).get("total_count")
                assert post.comments == comments.get("summary", comments).get("total_count", comments.get("count"))
                assert (post.shares or None) == thing.get("shares", {}).get("count")
                assert post.url == thing.get("permalink_url")
                written_at = thing["created_time"]
            else:
                assert post.post_id == thing["permalink"].rstrip("/").split("/")[-1]
                assert post.text == thing.get("caption")
                assert (post.likes, post.comments) == (thing.get("like_count"), thing.get("comments_count"))
                assert post.url == thing["permalink"]
                written_at = thing.get("timestamp")
            if written_at is None:
                assert post.created_from == "id"
            else:
                assert post.created_at == int(datetime.strptime(written_at, "%Y-%m-%dT%H:%M:%S%z").timestamp())
            checked += 1
    assert checked == 102


# ----------------------------------------------------------------------------------------------- anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from(
    ["data", "paging", "next", "posts", "media", "business_discovery", "error", "summary", *FACEBOOK_THING, *MEDIUM]
)
NESTED = st.recursive(JSON, lambda inner: st.dictionaries(NAMES, inner, max_size=4) | st.lists(inner, max_size=2))


@given(st.sampled_from([{}, FACEBOOK_THING, MEDIUM, DISCOVERY]), st.dictionaries(NAMES, NESTED, max_size=4), NESTED)
def test_any_answer_gives_posts_or_rejects(base: dict, changes: dict, anything: object) -> None:
    for answer in (base | changes, anything):
        for element in graph.elements(answer):
            try:
                found = graph.post(element)
            except Rejected as rejected:
                assert rejected.reason in Reason
            else:
                assert found.post_id
