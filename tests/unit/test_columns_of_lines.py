"""Lines read as columns are what they are when each is read alone, whatever stands in them."""

import io
import json
import unicodedata
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import limits
from flows.files import block
from flows.files.json_columns import Lines, Shape, line_columns
from flows.loading.mapped import Sight
from flows.sources import zeeschuimer
from flows.sources.blocks import Ways, posts_of
from flows.sources.columns import _TAG_SIGNS
from tests import alike
from tests.alike import SIGHT
from tests.exports import tiktok

(LINES,) = (each for each in zeeschuimer.FORMATS if each.layout == "lines")
SHAPE = Shape.of(("data.id", "data.desc", "data.textExtra[].hashtagName", "n", "data.imagePost.images[]"))


def assert_alike(content: bytes, sight: Sight = SIGHT) -> pl.DataFrame:
    return alike.assert_alike(LINES, content, sight)


def scanned(content: bytes) -> Lines:
    (lines,) = line_columns(io.BytesIO(content), lambda: SHAPE)
    assert isinstance(lines, Lines)
    return lines


VALUES: list[Any] = [
    *(None, "", 0, -1, 1, 1.5, 1e300, True, False, [], {}, [[]], "0", "007", "12", "1,2 rb", "N/A", " ", "un", "id"),
    *("@Warga.Batang", "WARGA", "é", "a b", "\0", "\u0000x", "\ud83d", "＃tagar", "#a #A #a", "\U0001f600", "x" * 9000),
    *(2**63, 2**64, 10**18, 10**19, -(10**19), 1_706_763_600, 1_706_763_600_000, "1706763600", "2024-02-01"),
    *(str(2**62), "7" * 20, "7330000000000000001.0", 7330000000000000001, "0330000000000000001", ["a"], {"a": 1}),
    *(
        [{"hashtagName": "Tag"}, {"hashtagName": ""}, {"hashtagName": None}, "x"],
        [{"hashtagName": 3}],
        [{"x": [1, {}]}],
    ),
    *(
        [{"desc": "satu", "textExtra": [{"hashtagName": "dua"}]}],
        {"images": [1, {}]},
        {"images": {}},
        {"diggCount": "3"},
    ),
]
PATHS = (
    *("data", "source_platform", "last_updated", "timestamp_collected", "__import_meta", "data.id", "data.desc"),
    *("data.createTime", "data.author", "data.author.uniqueId", "data.author.id", "data.author.nickname", "data.stats"),
    *("data.stats.diggCount", "data.statsV2", "data.textExtra", "data.contents", "data.imagePost", "data.textLanguage"),
    *("data.authorId", "data.nickname", "data.video", "data.id ", "other"),
)


MEDIA_PATHS = (
    *("data", "source_platform", "last_updated", "__import_meta", "data.id", "data.pk", "data.code", "data.taken_at"),
    *("data.caption", "data.caption.text", "data.user", "data.user.username", "data.user.pk", "data.user.full_name"),
    *("data.owner", "data.like_count", "data.comment_count", "data.comments", "data.view_count", "data.play_count"),
    *("data.media_type", "data.like_and_view_counts_disabled", "data._zs_partial", "data.__typename"),
    *("data.product_type", "data.link"),
)
MEDIA_VALUES = [
    *VALUES,
    *("CwLIsV2gB85", "12345678901", 12345678901, "CwLIsV2gB85aaaa", "ad", "XDTMediaDict", "XDTPolaris", "GraphImage"),
    *({"text": "a #b"}, {"text": None}, {"text": 7}, {"username": "Lain", "id": "9", "full_name": ""}, [1, 2]),
    "https://www.facebook.com/ads/ig_redirect/?d=1",
]


def medium() -> dict[str, Any]:
    """One captured post of Instagram."""
    user = {"id": "7", "pk": "7", "username": "warga.batang", "full_name": "Warga"}
    counts = {"like_count": 34, "comment_count": 1, "view_count": None, "play_count": 9}
    text = {"caption": {"text": "Ujian #infobatang"}, "like_and_view_counts_disabled": False, "_zs_partial": False}
    facts = {"pk": "3173668593904656185", "code": "CwLIsV2gB85", "taken_at": 1_692_550_800, "media_type": 1}
    data = {"__typename": "XDTMediaDict", "id": "3173668593904656185_7", **facts, "user": user, **counts, **text}
    seen = {"timestamp_collected": 1_692_559_176_425, "source_platform": "instagram.com"}
    return {"id": 1, "item_id": "3173668593904656185_7", **seen, "data": data}


def changed(changes: list[tuple[str, Any]], record: dict[str, Any] | None = None) -> dict[str, Any]:
    """A record with other values in some fields, also fields that it has not."""
    record = record or tiktok(textLanguage="id", textExtra=[{"hashtagName": "Batang"}])
    for path, value in changes:
        *parents, name = path.split(".")
        place: Any = record
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place[name] = deepcopy(value)
    return record


def flattened(record: Any) -> Any:
    """The same as 4CAT exports it: the data beside the envelope."""
    data = record.get("data")
    return data | {"__import_meta": record} if isinstance(data, dict) else record


def in_page(record: Any) -> Any:
    """The same with its author as data embedded in a page name it."""
    data = record.get("data")
    author = data.get("author") if isinstance(data, dict) else None
    if not isinstance(author, dict):
        return record
    named = {"author": author.get("uniqueId"), "nickname": author.get("nickname"), "authorId": author.get("id")}
    return record | {"data": data | named}


FORMS: tuple[Callable[[Any], Any], ...] = (dict, flattened, in_page, lambda record: flattened(in_page(record)))


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A line with odd values, odd spaces, fields that come twice, or bytes that broke."""
    if draw(st.booleans()):
        changes = st.tuples(st.sampled_from(MEDIA_PATHS), st.sampled_from(MEDIA_VALUES))
        record = changed(draw(st.lists(changes, max_size=3)), medium())
    else:
        record = changed(draw(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(VALUES)), max_size=3)))
    record = draw(st.sampled_from(FORMS))(record)
    parting = draw(st.sampled_from([(",", ":"), (" , ", " : ")]))
    text = json.dumps(record, ensure_ascii=draw(st.booleans()), separators=parting)
    line = text.encode("utf-8", "surrogatepass")
    way = draw(st.integers(0, 5))
    place = draw(st.integers(0, len(line)))
    if way == 0:  # a byte is another one
        line = line[:place] + bytes([draw(st.integers(0, 255))]) + line[place + 1 :]
    elif way == 1:  # cut off, or a part is gone
        line = line[:place] + line[place + draw(st.integers(1, 40)) :]
    elif way == 2:  # a field comes twice
        field = draw(st.sampled_from([b'"id": 7', b'"data": {}', b'"desc": "lain"', b'"d\\u0065sc": "x"']))
        brace = line.find(b"{", place)
        line = (
            line
            if brace < 0 or line[brace : brace + 2] == b"{}"
            else line[: brace + 1] + field + b", " + line[brace + 1 :]
        )
    return line.replace(b"\n", b"")


@settings(deadline=None, max_examples=200)
@given(st.lists(lines(), min_size=1, max_size=6), st.sampled_from([b"", b"\n", b"\r\n", b"\n\n"]))
def test_lines_as_columns_are_what_they_are_alone(content: list[bytes], end: bytes) -> None:
    assert_alike(b"\n".join(content) + end)


@pytest.mark.parametrize("value", MEDIA_VALUES, ids=repr)
def test_every_value_in_every_field(value: Any) -> None:
    records = [changed([(path, value)]) for path in PATHS]
    records += [changed([(path, value)], medium()) for path in MEDIA_PATHS]
    written = [json.dumps(form(record)).encode() for record in records for form in FORMS]
    assert_alike(b"\n".join(written) + b"\n")


@settings(deadline=None, max_examples=300)
@given(st.recursive(st.sampled_from(VALUES), lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3)))
def test_what_the_scan_takes_is_json_and_its_values_are_those_of_the_parser(value: Any) -> None:
    line = json.dumps({"n": value, "data": {"id": "x\n", "desc": value, "textExtra": [{"hashtagName": value}, value]}})
    lines = scanned(line.encode() + b"\n")
    if not lines.is_plain[0]:
        return
    data = orjson.loads(line)["data"]
    assert lines.field("data.id").strings()[0] == "x\n"
    assert lines.field("data.desc").strings()[0] == (data["desc"] if isinstance(data["desc"], str) else "")
    _, names = lines.elements("data.textExtra[].hashtagName")
    assert names.strings()[0] == (value if isinstance(value, str) else "")


@pytest.mark.parametrize(
    "broken",
    [
        *("{", "}", "[]", "7", '"a"', "{}{}", '{"a"}', '{"a":}', '{"a":1,}', '{,"a":1}', '{"a" 1}', '{"a":1 "b":2}'),
        *(
            '{"a":01}',
            '{"a":+1}',
            '{"a":1.}',
            '{"a":.5}',
            '{"a":1e5}',
            '{"a":-}',
            '{"a":tru}',
            '{"a":nul}',
            '{"a":NaN}',
        ),
        *(
            '{"a":[1,]}',
            '{"a":[,1]}',
            '{"a":[1 2]}',
            '{"a":[}',
            '{"a":]}',
            '{"a":"\t"}',
            '{"a":"\\x"}',
            '{"a":"\\u12"}',
        ),
        *(
            '{"a":"\\ud83d"}',
            '{"a":"\\udc00"}',
            '{"a":"\\u0000"}',
            '{"n":1,"n":2}',
            '{"data":{"i\\u0064":1}}',
            "{'a':1}",
        ),
        *('{"a":"b', '{"a":"b\\', '{"a":"\\ud83d\\u0041"}', "[" * 70, '{"a":' + "[" * 70 + "]" * 70 + "}"),
    ],
)
def test_what_is_no_plain_json_is_left_to_the_reader_of_records(broken: str) -> None:
    assert scanned(b'{"n": 1}\n' + broken.encode() + b'\n{"n": 2}\n').is_plain.to_list() == [True, False, True]


def test_bytes_that_are_no_utf8_are_found_also_where_nothing_is_taken() -> None:
    lines = scanned(b'{"n": 1, "x": "\xc3\xa9"}\n{"n": 2, "x": "\xff"}\n{"n": 3, "x": "\xed\xa0\x80"}\n')
    assert lines.is_plain.to_list() == [True, False, False]


def test_nothing_of_a_line_that_is_no_utf8_becomes_a_column() -> None:
    bad = b'{"data": {"desc": "\xff", "textExtra": [{"hashtagName": "\xe9abcdefghijklmnop"}, {"hashtagName": "x"}]}}\n'
    good = b'{"data": {"desc": "a", "textExtra": [{"hashtagName": "b"}]}}\n'
    lines = scanned(bad + good + bad + b'{"data": {"desc": "c", }}\n')
    assert lines.field("data.desc").strings().to_list() == ["", "a", "", ""]
    line, values = lines.elements("data.textExtra[].hashtagName")
    assert (line.tolist(), values.strings().to_list()) == ([1], ["b"])


def test_escapes_and_elements_of_lists() -> None:
    record = {
        "data": {"desc": 'é\u2028\U0001f600 "\\/\b\f\n\r\t', "textExtra": [{"hashtagName": "a"}, {"hashtagName": "ß"}]}
    }
    lines = scanned(json.dumps(record).encode() + b"\n" + json.dumps(record, ensure_ascii=False).encode() + b"\n")
    assert lines.is_plain.all()
    assert lines.field("data.desc").strings().to_list() == [record["data"]["desc"]] * 2
    line, values = lines.elements("data.textExtra[].hashtagName")
    assert (line.tolist(), values.strings().to_list()) == ([0, 0, 1, 1], ["a", "ß", "a", "ß"])


def test_texts_of_any_length_with_something_at_any_place() -> None:
    texts = [
        f"{'a' * before}{odd}{'é' * after}"
        for odd in ('"', "\\", "\t", "b")
        for before in range(70)
        for after in (0, 40)
    ]
    content = b"".join(json.dumps({"data": {"desc": text}}, ensure_ascii=False).encode() + b"\n" for text in texts)
    lines = scanned(content)
    assert lines.is_plain.all()
    assert lines.field("data.desc").strings().to_list() == texts
    bare = b"".join(b'{"data": {"desc": "%s\x01%s"}}\n' % (b"a" * before, b"a" * 40) for before in range(70))
    assert not scanned(bare).is_plain.any()


@given(st.lists(st.integers(0, 70)))
def test_lines_end_where_line_feeds_stand(sizes: list[int]) -> None:
    content = b"".join(b"x" * size + b"\n" for size in sizes) + b"{}\n"
    ends = [place for place, byte in enumerate(content) if byte == ord("\n")]
    assert scanned(content).ends.tolist() == ends


def test_nearly_all_lines_of_an_export_are_plain() -> None:
    content = b"".join(json.dumps(tiktok(serial=serial)).encode() + b"\n" for serial in range(1, 100))
    (lines,) = Ways(LINES).blocks(io.BytesIO(content))
    assert posts_of(LINES.columnar[0], lines)[1].all()


def test_records_in_every_form_are_plain_beside_each_other() -> None:
    records = [tiktok(serial=serial, textExtra=[{"hashtagName": f"t{serial}"}]) for serial in range(1, 13)]
    forms = [form(record) for record, form in zip(records, FORMS * 3, strict=True)]
    content = b"".join(json.dumps(record).encode() + b"\n" for record in forms)
    (lines,) = Ways(LINES).blocks(io.BytesIO(content))
    assert posts_of(LINES.columnar[0], lines)[1].all()
    assert assert_alike(content)["hashtags"].to_list() == [[f"t{serial}"] for serial in range(1, 13)]


def test_many_short_lines_are_parted_among_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TOGETHER", 2)
    lines = [json.dumps(tiktok(serial=serial)).encode() for serial in range(1, 4)]
    content = b"\n".join([lines[0], b"", b"", b"x", lines[1], b"", lines[2]])
    assert assert_alike(content)["number"].to_list() == [1, 5, 7]


def test_lines_of_two_platforms_are_plain_in_two_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block, "CHUNK_BYTES", 1_000)
    mixed = [
        json.dumps(record).encode() for record in (tiktok(), medium(), tiktok(serial=2), *[medium()] * 9, tiktok())
    ]
    content = b"\n".join(mixed) + b"\n"
    ways = Ways(LINES)
    plain = 0
    for lines in ways.blocks(io.BytesIO(content)):
        assert isinstance(lines, Lines)
        plain += sum(int(is_plain.sum()) for _, is_plain, _ in ways.posts(lines))
    assert plain == len(mixed)
    assert assert_alike(content)["platform"].to_list() == [
        *("tiktok", "instagram", "tiktok"),
        *["instagram"] * 9,
        "tiktok",
    ]


def test_reading_ends_where_too_many_rejects_or_blank_lines_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REJECTS_IN_A_ROW", 5)
    monkeypatch.setattr(limits, "BLANK_LINES", 4)
    monkeypatch.setattr(block, "CHUNK_BYTES", 1500)
    good = [json.dumps(tiktok(serial=serial)).encode() for serial in range(1, 9)]
    for bad, times in ((b"{]", 3), (b"{]", 5), (b"{]", 9), (b"", 3), (b"", 9), (b'{"data": 1}', 5)):
        for before in range(4):
            posts = assert_alike(b"\n".join([*good[:before], *[bad] * times, *good[before:], b"{]", good[0]]) + b"\n")
            assert len(posts) == (before if times >= 5 else len(good) + 1)


def test_every_character_that_becomes_a_hash_sign_is_seen() -> None:
    signs = [chr(point) for point in range(0x110000) if "#" in unicodedata.normalize("NFKC", chr(point))]
    assert pl.Series(signs).str.contains(_TAG_SIGNS).all()


def test_posts_of_other_times_and_of_many_words_are_checked() -> None:
    late = Sight(None, 1_706_700_000)  # it landed before its posts were made
    assert assert_alike(json.dumps(tiktok()).encode(), late).height == 1
    assert assert_alike(json.dumps(tiktok(collected=1_706_000_000)).encode(), late).is_empty()
    assert assert_alike(json.dumps(tiktok(text="a " * 60_000)).encode()).is_empty()
