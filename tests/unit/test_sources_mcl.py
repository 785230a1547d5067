"""Meta Content Library: dotted CSV and nested JSON give the same posts."""

import csv
import io
import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.files.record import Record
from flows.post import Post, Reason, Rejected
from flows.sources import mcl

FACEBOOK_RECORD = {
    "content_type": "photos",
    "creation_time": "2026-03-02T05:10:33+00:00",
    "id": "900000000000000111",
    "lang": "id",
    "mcl_url": "https://www.facebook.com/transparency-tools/content-library/?id=900000000000000111",
    "multimedia": [{"type": "photo", "id": "1"}],
    "post_owner": {"type": "page", "id": "777", "name": "Kabar Contoh", "username": "KabarContoh"},
    "shared_post_id": "",
    "statistics": {
        "angry_count": 1,
        "comment_count": 18,
        "like_count": 200,
        "reaction_count": 233,
        "share_count": 5,
        "views": 5120,
    },
    "surface": {"type": "group", "id": "888", "name": "Grup Contoh", "username": ""},
    "text": "Rekapitulasi hari ini #KabContoh",
}
INSTAGRAM_RECORD = {
    "content_type": "reels",
    "creation_time": "2026-03-02T05:10:33Z",
    "hashtags": ["PilkadaContoh", "kabcontoh"],
    "id": 900000000000000222,
    "lang": "id",
    "mcl_url": "https://www.facebook.com/transparency-tools/content-library/?id=900000000000000222",
    "post_owner": {"type": "ig", "id": "999", "name": "Warga", "username": "warga.contoh"},
    "statistics": {"comment_count": 4, "like_count": 31, "views": None},
    "text": "Suasana TPS",
}
FACEBOOK_POST = Post(
    platform="facebook",
    post_id="mcl:900000000000000111",
    created_at=1772428233,
    author="kabarcontoh",
    author_name="Kabar Contoh",
    text="Rekapitulasi hari ini #KabContoh",
    hashtags=("kabcontoh",),
    language="id",
    media_type="photo",
    likes=233,
    comments=18,
    shares=5,
    views=5120,
)
INSTAGRAM_POST = Post(
    platform="instagram",
    post_id="mcl:900000000000000222",
    created_at=1772428233,
    author="warga.contoh",
    author_name="Warga",
    text="Suasana TPS",
    hashtags=("pilkadacontoh", "kabcontoh"),
    language="id",
    media_type="video",
    likes=31,
    comments=4,
)
EXPECTED = [(FACEBOOK_RECORD, FACEBOOK_POST), (INSTAGRAM_RECORD, INSTAGRAM_POST)]

facebook_post = partial(mcl.post, "facebook")
instagram_post = partial(mcl.post, "instagram")


def flat(record: dict) -> dict[str, str]:
    """The record as the CSV writes it: dotted columns, lists as JSON, nothing as an empty cell."""
    cells: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            cells |= {f"{name}.{inner}": "" if part is None else str(part) for inner, part in value.items()}
        else:
            cells[name] = json.dumps(value) if isinstance(value, list) else str(value)
    return cells


def as_csv(record: dict) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, sorted(flat(record)))
    writer.writeheader()
    writer.writerow(flat(record))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_array(record: dict) -> bytes:
    return json.dumps([record], indent=1).encode()


def as_lines(record: dict) -> bytes:
    return json.dumps(record).encode() + b"\n"


def posts(data: bytes) -> list[Post]:
    (found,) = [each for each in mcl.FORMATS if each.recognise(data)]
    return [found.post(record.raw) for record in found.records(io.BytesIO(data)) if isinstance(record, Record)]


@pytest.mark.parametrize("write", [as_csv, as_array, as_lines])
@pytest.mark.parametrize(("record", "expected"), EXPECTED)
def test_csv_and_json_give_the_same_post(write, record: dict, expected: Post) -> None:
    assert posts(write(record)) == [expected]


@pytest.mark.parametrize("suffix", ["Z", "+00:00", "+0000", ""])
def test_every_suffix_of_the_time_is_utc(suffix: str) -> None:
    assert facebook_post(FACEBOOK_RECORD | {"creation_time": f"2026-03-02T05:10:33{suffix}"}).created_at == 1772428233


def test_likes_are_reactions_on_facebook_and_likes_on_instagram() -> None:
    assert facebook_post(FACEBOOK_RECORD).likes == 233
    assert instagram_post(INSTAGRAM_RECORD).likes == 31


def test_absent_and_empty_counts_are_unknown() -> None:
    assert instagram_post(INSTAGRAM_RECORD).views is None
    found = facebook_post(flat(FACEBOOK_RECORD) | {"statistics.views": "", "statistics.reaction_count": ""})
    assert (found.views, found.likes, found.comments) == (None, None, 18)


def test_a_reshare_in_a_group_belongs_to_its_writer() -> None:
    found = facebook_post(FACEBOOK_RECORD | {"shared_post_id": "1"})
    assert (found.author, found.author_name, found.url) == ("kabarcontoh", "Kabar Contoh", None)
    assert facebook_post(FACEBOOK_RECORD | {"post_owner": {"id": "777"}}).author == "id:777"


@pytest.mark.parametrize(
    "cell", ['["PilkadaContoh", "kabcontoh"]', "['PilkadaContoh', 'kabcontoh']", "#PilkadaContoh, #kabcontoh"]
)
def test_hashtags_come_as_a_list_in_one_cell(cell: str) -> None:
    assert instagram_post(INSTAGRAM_RECORD | {"hashtags": cell}).hashtags == ("pilkadacontoh", "kabcontoh")


@pytest.mark.parametrize(
    ("content_type", "multimedia", "expected"),
    [
        ("albums", None, "album"),
        ("status", None, "text"),
        ("posts", '[{"type": "photo"}, {"type": "video"}]', "album"),
        ("posts", '[{"type": "video"}]', "video"),
        ("posts", "{broken", None),
        ("", None, None),
    ],
)
def test_media_type(content_type: str, multimedia: str | None, expected: str | None) -> None:
    record = FACEBOOK_RECORD | {"content_type": content_type, "multimedia": multimedia}
    assert facebook_post(record).media_type == expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "9.00000E+17"}, Reason.ID_AS_NUMBER),
        ({"id": 9.0e17}, Reason.ID_AS_NUMBER),
        ({"id": ""}, Reason.NO_ID),
        ({"creation_time": ""}, Reason.NO_TIME),
        ({"creation_time": "kemarin"}, Reason.TIME_FORM),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(change: dict, reason: Reason) -> None:
    with pytest.raises(Rejected) as caught:
        facebook_post(FACEBOOK_RECORD | change)
    assert caught.value.reason is reason


def test_other_files_are_not_claimed() -> None:
    for other in (b"", b"id,text,creation_time\n", b'{"source_platform": "x", "mcl_url": 1, "creation_time": 2}'):
        assert [each.recognise(other) for each in mcl.FORMATS] == [None] * len(mcl.FORMATS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from([*FACEBOOK_RECORD, *flat(FACEBOOK_RECORD), "hashtags"])


@given(st.sampled_from([{}, FACEBOOK_RECORD, flat(FACEBOOK_RECORD)]), st.dictionaries(NAMES, JSON), JSON)
def test_any_record_is_a_post_or_rejected(base: dict, changes: dict, anything: object) -> None:
    for raw in (base | changes, anything):
        for post in (facebook_post, instagram_post):
            try:
                found = post(raw)
            except Rejected as rejected:
                assert rejected.reason in Reason
            else:
                assert found.post_id.startswith("mcl:")
