"""Posts of saved pages read as columns are what they are when each is read alone, whatever stands in them."""

import io
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.files import block
from flows.files.json_lists import json_documents
from flows.files.json_records import Elements, element_of, json_elements
from flows.files.record import Fault, Record
from flows.sources import graph
from flows.sources.blocks import Ways, posts_of
from flows.sources.listed import ListedBlock
from tests.alike import Broken, assert_alike

PAGES, ON_LINES = (next(each for each in graph.FORMATS if each.layout == kind) for kind in ("documents", "lines"))
THING: dict[str, Any] = {
    "id": "102938475610293_122118273645019283",
    "message": "Sosialisasi di kecamatan #KabContoh",
    "created_time": "2024-01-30T06:20:11+0000",
    "permalink_url": "https://www.facebook.com/102938475610293/posts/122118273645019283",
    "status_type": "added_photos",
    "from": {"name": "Kabar Contoh", "id": "102938475610293"},
    "shares": {"count": 14},
    "attachments": {"data": [{"media_type": "photo", "description": "Foto #pilkada"}, {"description": "dua"}]},
    "reactions": {"data": [], "summary": {"total_count": 212}},
    "comments": {"data": [], "summary": {"order": "ranked", "total_count": 37}},
}
VALUES: list[Any] = [
    *(
        None,
        "",
        0,
        -1,
        7,
        1.5,
        True,
        [],
        {},
        [{}],
        "0",
        "1,2 rb",
        "N/A",
        " ",
        "a b",
        "#tagar #Tagar",
        "＃é",
        "x" * 9000,
    ),
    *("\0", "\ud83d", "\u2028", "1_1", "12_34567890123", "1_2_3", "2024-02-30T06:20:11+0000", "2024-01-30", 10**20),
    *("2024-01-30T06:20:11Z", "2024-01-30T06:20:11.5+07:00", "2024-01-30 06:20:11 PM", "2024-01-30T06:20:11", "photo"),
    *({"data": [{"id": "1", "message": "x"}]}, {"count": "3"}, {"count": None}, {"id": 7}, {"name": "a"}, {"id": ""}),
    *({"data": [3, {"media_type": "video"}]}, {"data": [{"media_type": None, "description": 5}]}, {"data": {}}),
    *({"data": [{"description": "a"}, {}, {"description": "", "media_type": "link"}]}, {"username": "@Warga"}),
    *(
        {"summary": {"total_count": "12"}},
        {"summary": []},
        {"count": 4},
        {"summary": {"total_count": None}, "count": 5},
    ),
    "https://www.facebook.com/1/posts/2?comment_id=3",
]
PATHS = (
    *THING,
    *("story", "error", "parent", "like_count", "posts", "media", "feed", "timestamp", "caption", "from.id"),
    *("from.name", "from.username", "attachments.data", "reactions.summary", "comments.summary", "shares.count"),
)


def changed(changes: list[tuple[str, Any]]) -> Any:
    """A post with other values in some fields, also fields that it has not; None: a field is gone."""
    thing = deepcopy(THING)
    for path, value in changes:
        *parents, name = path.split(".")
        place: Any = thing
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if isinstance(place, dict):
            if value == "gone":
                place.pop(name, None)
            else:
                place[name] = deepcopy(value)
    return thing


def paging(edge: str, fields: str) -> dict[str, str]:
    return {"next": f"https://graph.facebook.com/v18.0/1/{edge}?fields={fields}&limit=3&after=QVFI"}


THINGS = st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from([*VALUES, "gone", "gone"])), max_size=3).map(
    changed
)
LISTED = st.one_of(
    THINGS, THINGS, THINGS, st.sampled_from([None, 3, "x", [], {}, {"id": "1"}, {"posts": {"data": []}}])
)
FOLLOWING = st.one_of(
    st.none(),
    st.builds(
        paging,
        st.sampled_from(["published_posts", "feed", "comments", "1"]),
        st.sampled_from(["id,message", "id,shares,attachments{media_type}", ""]),
    ),
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Pages with odd posts, and what is none, as an array or one after another, some of their bytes broken."""
    pages: list[Any] = []
    for _ in range(draw(st.integers(1, 4))):
        page: dict[str, Any] = {"data": draw(st.lists(LISTED, max_size=4))}
        if (following := draw(FOLLOWING)) is not None:
            page["paging"] = following
        odd = [
            page,
            page,
            page,
            page["data"],
            {"id": "9", "posts": page},
            {"error": {"code": 1}, **page},
            {"1": page},
            7,
        ]
        pages.append(draw(st.sampled_from(odd)))
    is_ascii, indent = draw(st.booleans()), draw(st.sampled_from([None, None, 1]))
    written = [json.dumps(page, ensure_ascii=is_ascii, indent=indent) for page in pages]
    begin, between, end = draw(
        st.sampled_from([("[", ",\n", "]"), ("[\n", ",", "\n]\n"), ("", "\n", ""), ("", "", "")])
    )
    content = (begin + between.join(written) + end).encode("utf-8", "surrogatepass")
    for _ in range(draw(st.integers(0, 2))):
        place, gone = draw(st.integers(0, len(content))), draw(st.sampled_from([0, 0, 1, 30]))
        put = draw(
            st.sampled_from([b"", b'"', b"}", b"]", b"{", b"[", b",", b"\\", b"\xff", b"\0", b"\x01", b"1e5", b"\n"])
        )
        content = content[:place] + put + content[place + gone :]
    return content


@settings(deadline=None, max_examples=100)
@given(documents(), st.sampled_from([block.CHUNK_BYTES, 1_500]), st.sampled_from([io.BytesIO, io.BytesIO, Broken]))
def test_posts_of_pages_as_columns_are_what_they_are_alone(
    content: bytes, size: int, stream: Callable[[bytes], BinaryIO]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block, "CHUNK_BYTES", size)
        patch.setattr("flows.files.chunks.CHUNK_BYTES", size)
        assert_alike(PAGES, content, stream=stream)
        assert_alike(ON_LINES, content, stream=stream)


@pytest.mark.parametrize("value", [*VALUES, "gone"], ids=range(len(VALUES) + 1))
def test_every_value_in_every_field(value: Any) -> None:
    page = {"data": [changed([(path, value)]) for path in PATHS], "paging": paging("published_posts", "id,shares")}
    assert_alike(PAGES, json.dumps([page]).encode())
    assert_alike(ON_LINES, json.dumps(page).encode())


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet='{}[]",:\\ad1\n', max_size=40), st.booleans(), st.integers(1, 30))
def test_the_outline_ends_values_where_the_reader_of_elements_does(text: str, is_listed: bool, size: int) -> None:
    content = f'[{text}, {{"data": [{{"a": 1}},{text}]}}]'.encode() if is_listed else text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block, "CHUNK_BYTES", size)
        patch.setattr("flows.files.chunks.CHUNK_BYTES", size)
        read: list[Record | Fault] = []
        for part in json_documents(io.BytesIO(content), "data"):
            if isinstance(part, Record | Fault):
                read.append(part)
                continue
            for document in part:
                read.append(element_of(len(read) + 1, document.content))
                if document.around is not None and isinstance(read[-1], Record):
                    listed = [element_of(0, each) for each in document.objects]
                    assert [each.raw for each in listed if isinstance(each, Record)] == read[-1].raw["data"]
    assert read == list(json_elements(io.BytesIO(content)))


def test_nearly_all_posts_of_pages_are_plain() -> None:
    things = [changed([("shares", "gone"), ("message", f"kata {number} 📢 #satu")]) for number in range(50)]
    page = {"data": things, "paging": paging("published_posts", "id,shares")}
    for content in (
        json.dumps([page] * 4),
        json.dumps([page] * 4, indent=2),
        (json.dumps(page) + "\n") * 2,
    ):
        blocks = list(Ways(PAGES if content.startswith("[") else ON_LINES).blocks(io.BytesIO(content.encode())))
        assert all(isinstance(each, ListedBlock) and posts_of(PAGES.columnar[0], each)[1].all() for each in blocks)
        assert len(assert_alike(PAGES, content.encode())) >= 100


def test_a_page_after_a_broken_one_knows_what_was_asked_for_as_far_as_it_is_told() -> None:
    shared = changed([("shares", "gone")])
    good, last = {"data": [shared], "paging": paging("feed", "id,shares")}, {"data": [shared]}
    broken = json.dumps({"data": [THING], "paging": paging("feed", "id")}).replace('"count": 14', '"count": 014')
    content = f"[{json.dumps(good)}, {broken}, {json.dumps(last)}]".encode()
    assert assert_alike(PAGES, content)["shares"].to_list() == [0, 0]


def test_a_document_over_the_size_of_a_block_is_read_value_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block, "CHUNK_BYTES", 300)
    monkeypatch.setattr("flows.files.chunks.CHUNK_BYTES", 100)
    page = {"data": [THING] * 3, "paging": paging("feed", "id")}
    assert len(assert_alike(PAGES, json.dumps([page, page]).encode())) == 6


def test_elements_go_on_where_others_took_over() -> None:
    elements = Elements(in_array=True, untouched=False)
    elements.add(b'{"a": 1}')
    assert elements.next(ended=False) == b'{"a": 1}'
