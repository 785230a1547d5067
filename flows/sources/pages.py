"""Landed pages: one line a page with its walk, request, status, times and body, and how posts are read from them.

A line is written before its body is read, and it is what a killed run goes on from. Answers that are no page (errors,
failed connections) are kept too and hold no records. The parts of a tombstone that are left are read as any record.
"""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, BinaryIO

import orjson

from flows.post import Post, Reason, Rejected
from flows.sources import facebook_graph, graph, instagram_graph, tiktok_research
from flows.sources.cells import as_dict, as_list, hashtag_list
from flows.sources.fields import clean, count, handle, seconds, tiktok_seconds, whole_id
from flows.sources.format import Fault, Format, Record
from flows.sources.http import Answer
from flows.sources.reading import json_lines
from flows.sources.walking import Walk

_MARK = b'{"ronda_page":1,"source":"%b",'
_MARGIN = timedelta(hours=36)  # around the UTC dates of a walk: any zone, and the day of overlap


def to_line(walk: Walk, answer: Answer) -> bytes:
    """One line of JSON with its line feed; the body as text, as base64 where it is not UTF-8."""
    try:
        encoding, body = "text", answer.body.decode()
    except UnicodeDecodeError:
        encoding, body = "base64", base64.b64encode(answer.body).decode()
    facts = {
        "ronda_page": 1,
        "source": walk.source,
        "platform": walk.platform,
        "kind": walk.kind,
        "query": walk.query,
        "first_day": walk.first_day,
        "last_day": walk.last_day,
        "request": answer.request,
        "status": answer.status,
        "headers": dict(answer.headers),
        "asked_at": answer.asked_at.astimezone(UTC).isoformat(),
        "fetched_at": answer.fetched_at.astimezone(UTC).isoformat(),
        "failure": answer.failure,
        "encoding": encoding,
        "body": body,
    }
    return orjson.dumps(facts) + b"\n"


def from_line(line: bytes) -> tuple[str, Answer]:
    """(key of the walk, answer) of a line."""
    facts = orjson.loads(line)
    key = f"{facts['kind']}|{facts['query']}|{facts['first_day']}|{facts['last_day']}"
    return key, Answer(
        facts["request"],
        datetime.fromisoformat(facts["asked_at"]),
        datetime.fromisoformat(facts["fetched_at"]),
        facts["status"],
        facts["headers"],
        body_of(facts),
        facts["failure"],
    )


def body_of(facts: dict[str, Any]) -> bytes:
    """The bytes of a body as they came."""
    return base64.b64decode(facts["body"]) if facts["encoding"] == "base64" else str(facts["body"]).encode()


# ------------------------------------------------------------------------------------------ how posts are read

Reader = Callable[[dict[str, Any], Any], Iterator[Any]]


def _recognise(source: str, platform: str, sample: bytes) -> str | None:
    return platform if sample.startswith(_MARK % source.encode()) else None


def _records(reader: Reader, stream: BinaryIO) -> Iterator[Record | Fault]:
    """Every object of every page, numbered from 1 through the whole file."""
    number = 0
    for line in json_lines(stream):
        if isinstance(line, Fault):
            number += 1
            yield line._replace(number=number)
            continue
        page = line.raw
        for raw in objects_of(page, reader):
            number += 1
            yield Record(number, {"page": page, "raw": raw})


def objects_of(page: dict[str, Any], reader: Reader) -> Iterator[Any]:
    """The objects on a page; none on an answer that is no page."""
    if page["status"] != 200:
        return
    body = body_of(page)
    if page["kind"] == "look" and page["source"] == tiktok_research.SOURCE:
        if is_list_of_ids(page):
            yield from tiktok_research.valid_ids(body.decode("utf-8", "replace"))
        return
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    if isinstance(answer, dict) and (answer.get("error") is None or "data" in answer):
        yield from reader(page, answer)


def tiktok_objects(page: dict[str, Any], answer: Any) -> Iterator[Any]:  # noqa: ARG001 - the shape of a reader
    """The videos of an answer."""
    yield from as_list(as_dict(answer.get("data")).get("videos"))


def graph_objects(page: dict[str, Any], answer: Any) -> Iterator[Any]:
    """The objects of an answer; the edge and the fields are those of our own request."""
    if page["request"]["url"].endswith("/ig_hashtag_search"):
        return
    asked = list(facebook_graph.ASKED) if page["source"] == facebook_graph.SOURCE else None
    for element in graph.elements(answer):
        if element["edge"] is None and "media" not in element["object"] and page["source"] == instagram_graph.SOURCE:
            continue  # an account without media
        yield element | {"edge": element["edge"] or "published_posts", "asked": asked}


def _post(read: Callable[[Any], Post], raw: Any) -> Post:
    """The post of one object, seen when its page was fetched, found by the page's query. Raises Rejected."""
    page = raw["page"]
    post = read(raw["raw"])
    if _is_outside(page, post.created_at):
        raise Rejected(Reason.OUTSIDE_WINDOW, f"{datetime.fromtimestamp(post.created_at, UTC):%Y-%m-%d}")
    query = None if page["kind"] == "look" else page["query"]
    return post._replace(observed_at=int(datetime.fromisoformat(page["fetched_at"]).timestamp()), query=query)


def _is_outside(page: dict[str, Any], second: int) -> bool:
    """Whether a post lies wholly outside the days that were asked for."""
    if page["kind"] != "posts":
        return False
    first, last = (date.fromisoformat(page[name]) for name in ("first_day", "last_day"))
    moment = datetime.fromtimestamp(second, UTC).replace(tzinfo=None)
    begin = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - compared in UTC with a wide margin
    end = datetime(last.year, last.month, last.day) + timedelta(days=1)  # noqa: DTZ001
    return not begin - _MARGIN <= moment < end + _MARGIN


def outside(page: dict[str, Any], answer: Any) -> Iterator[Any]:
    """The objects of a page's parsed answer that lie outside the days asked for; they are nobody's to keep."""
    if page["kind"] != "posts" or not isinstance(answer, dict):
        return
    reader, read = _READERS[page["source"]]
    for raw in reader(page, answer):
        try:
            is_outside = _is_outside(page, read(raw).created_at)
        except Rejected:
            continue
        if is_outside:
            yield raw["object"] if reader is graph_objects else raw


def is_list_of_ids(page: dict[str, Any]) -> bool:
    """Whether the body is TikTok's list of the ids that are still there, which is no JSON and names nobody."""
    is_look = page["kind"] == "look" and page["source"] == tiktok_research.SOURCE
    return is_look and str(page["request"]["url"]).endswith(tiktok_research.DOWNLOAD_PATH)


def tiktok_post(raw: Any) -> Post:
    """A video of the Research API; an id alone says that the video was still there. Raises Rejected."""
    if isinstance(raw, str):
        second = tiktok_seconds(raw)
        if second is None:
            raise Rejected(Reason.NO_TIME, "an id without a time")
        return Post("tiktok", whole_id(raw), second, created_from="id", is_partial=True)
    if not isinstance(raw, dict):
        raise Rejected(Reason.NOT_A_POST, "not an object")
    post_id = whole_id(raw.get("id", raw.get("video_id")))
    author = handle(raw.get("username"))
    is_timed = raw.get("create_time") is not None
    created = seconds(raw["create_time"]) if is_timed else tiktok_seconds(post_id)
    if created is None:
        raise Rejected(Reason.NO_TIME)
    return Post(
        platform="tiktok",
        post_id=post_id,
        created_at=created,
        created_from="record" if is_timed else "id",
        author=author,
        text=clean(raw.get("video_description")),
        hashtags=hashtag_list(raw.get("hashtag_names")),
        media_type="video",
        likes=count(raw.get("like_count")),
        comments=count(raw.get("comment_count")),
        shares=count(raw.get("share_count")),
        views=count(raw.get("view_count")),
        url=f"https://www.tiktok.com/@{author}/video/{post_id}" if author else None,
    )


def _format(source: str, platform: str, reader: Reader, read: Callable[[Any], Post]) -> Format:
    return Format(source, partial(_recognise, source, platform), partial(_records, reader), partial(_post, read))


_READERS: dict[str, tuple[Reader, Callable[[Any], Post]]] = {
    tiktok_research.SOURCE: (tiktok_objects, tiktok_post),
    facebook_graph.SOURCE: (graph_objects, graph.post),
    instagram_graph.SOURCE: (graph_objects, graph.post),
}
_PLATFORMS = {each.SOURCE: each.PLATFORM for each in (tiktok_research, facebook_graph, instagram_graph)}
FORMATS = tuple(_format(source, _PLATFORMS[source], *readers) for source, readers in _READERS.items())


def hashtag_id(answer: Answer) -> str | None:
    """The id a hashtag search found; None when there is none."""
    try:
        found = as_dict(orjson.loads(answer.body))
    except orjson.JSONDecodeError:
        return None
    first = found.get("id") or next((as_dict(item).get("id") for item in as_list(found.get("data"))), None)
    return first if isinstance(first, str) else None
