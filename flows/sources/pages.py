"""Landed pages: one line a page with its walk, request, status, times and body, and how posts are read from them.

A line is written before its body is read, and it is what a killed run goes on from. Its secrets are masked, and
`masked` counts them. Answers that are no page (errors, failed connections) are kept too and hold no records. The parts
of a tombstone that are left are read as any record.
"""

import base64
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, BinaryIO

import orjson

from flows.files import json_lines
from flows.files.record import Fault, Record
from flows.post import Post, Reason, Rejected
from flows.sources.format import Format
from flows.sources.http import Answer
from flows.sources.source import Page, Source
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
        "masked": answer.masked,
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
        facts.get("masked", 0),  # lines of earlier versions do not count
    )


def body_of(page: Page) -> bytes:
    """The bytes of a body as they came."""
    return base64.b64decode(page["body"]) if page["encoding"] == "base64" else str(page["body"]).encode()


# ------------------------------------------------------------------------------------------ how posts are read


def format_of(source: Source) -> Format:
    """The format of the landed pages of a source."""
    recognise, records = partial(_recognise, source), partial(_records, source)
    return Format(source.name, "lines", recognise, records, partial(_post, source))


def _recognise(source: Source, sample: bytes) -> str | None:
    return source.platform if sample.startswith(_MARK % source.name.encode()) else None


def _records(source: Source, stream: BinaryIO) -> Iterator[Record | Fault]:
    """Every object of every page, numbered from 1 through the whole file."""
    number = 0
    for line in json_lines(stream):
        if isinstance(line, Fault):
            number += 1
            yield line._replace(number=number)
            continue
        page = line.raw
        if not is_page(page):
            number += 1
            yield Fault(number, Reason.WRONG_SHAPE, "no landed page", b"")
            continue
        for raw in _objects(source, page):
            number += 1
            yield Record(number, {"page": page, "raw": raw})


def is_page(page: Any) -> bool:
    """Whether a JSON value is a page as `to_line` writes it: people edit files, and join others to them."""
    try:
        texts = (page["kind"], page["query"], page["encoding"], page["body"], page["request"]["url"])
        for name in ("first_day", "last_day"):
            date.fromisoformat(page[name])
        datetime.fromisoformat(page["fetched_at"])
        body_of(page)
    except (TypeError, KeyError, ValueError):
        return False
    return all(isinstance(text, str) for text in texts) and isinstance(page.get("status", ""), int | None)


def _objects(source: Source, page: Page) -> Iterator[Any]:
    """The objects on a page; none on an answer that is no page."""
    if page["status"] != 200:
        return
    body = body_of(page)
    if (ids := source.listed(page, body)) is not None:
        yield from ids
        return
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    if isinstance(answer, dict) and (answer.get("error") is None or "data" in answer):
        yield from source.objects(page, answer)


def _post(source: Source, raw: Any) -> Post:
    """The post of one object, seen when its page was fetched, found by the page's query. Raises Rejected."""
    page = raw["page"]
    post = source.post(raw["raw"])
    if _is_outside(page, post.created_at):
        raise Rejected(Reason.OUTSIDE_WINDOW, f"{datetime.fromtimestamp(post.created_at, UTC):%Y-%m-%d}")
    query = None if page["kind"] == "look" else page["query"]
    return post._replace(observed_at=int(datetime.fromisoformat(page["fetched_at"]).timestamp()), query=query)


def _is_outside(page: Page, second: int) -> bool:
    """Whether a post lies wholly outside the days that were asked for."""
    if page["kind"] != "posts":
        return False
    first, last = (date.fromisoformat(page[name]) for name in ("first_day", "last_day"))
    moment = datetime.fromtimestamp(second, UTC).replace(tzinfo=None)
    begin = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - compared in UTC with a wide margin
    end = datetime(last.year, last.month, last.day) + timedelta(days=1)  # noqa: DTZ001
    return not begin - _MARGIN <= moment < end + _MARGIN


def outside(source: Source, page: Page, answer: Any) -> Iterator[Any]:
    """The objects of a page's parsed answer that lie outside the days asked for; they are nobody's to keep."""
    if page["kind"] != "posts" or not isinstance(answer, dict):
        return
    for raw in source.objects(page, answer):
        try:
            is_outside = _is_outside(page, source.post(raw).created_at)
        except Rejected:
            continue
        if is_outside:
            yield source.thing(raw)
