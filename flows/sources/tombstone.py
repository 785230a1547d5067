"""What is left of a record when its post is gone: that it was there, when, and its counts; not what it said, nor who.

There is no list of what to drop, which would miss the next column: whatever the reader of the format does not need to
find the same post, time, kind and counts again is blanked. So a tombstone is read like any record, and every key and
column stays where it was.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from json.decoder import WHITESPACE, JSONObject  # type: ignore[attr-defined] # the parts the standard decoder is made of
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any

import orjson

from flows.post import Post, Rejected
from flows.sources import pages
from flows.sources.source import Source

Key = tuple[str, str]  # platform, post id
Read = Callable[[Any], Post]

_ADDRESSES = {
    "tiktok": "https://www.tiktok.com/video/{}",
    "facebook": "https://www.facebook.com/posts/{}",
    "instagram": "https://www.instagram.com/p/{}/",
}
# What a reader says of a value it did not expect; such a value is needed as it is.
_UNREADABLE = (Rejected, AttributeError, KeyError, TypeError, ValueError)


def _kept(post: Post) -> tuple[Any, ...]:
    """What a tombstone keeps of a post."""
    blank = post._replace(author=None, author_name=None, text=None, hashtags=(), url=None, query=None)
    return tuple(blank)


def bare(raw: Any, read: Read, blank: Any = None) -> Any:
    """A record without everything its reader can do without; what is blanked becomes `blank`. Raises Rejected."""
    post = read(raw)
    wanted = _kept(post)
    stands = (_ADDRESSES[post.platform].format(post.post_id), post.post_id)

    def fits(candidate: Any) -> bool:
        try:
            return _kept(read(candidate)) == wanted
        except _UNREADABLE:
            return False

    return _reduced(raw, fits, blank, stands)


def _reduced(value: Any, fits: Callable[[Any], bool], blank: Any, stands: tuple[str, ...]) -> Any:
    """The least of a value that fits: blank, its parts reduced, the bare id or address, or itself."""
    if value in (None, "", blank) or fits(blank):
        return blank if value not in (None, "") else value
    if isinstance(value, dict):
        kept = dict(value)
        for key, part in value.items():
            kept[key] = _reduced(part, lambda it, key=key: fits({**kept, key: it}), blank, stands)  # type: ignore[misc]
        return kept
    if isinstance(value, list):
        parts = list(value)
        for place, part in enumerate(value):
            parts[place] = _reduced(
                part,
                lambda it, place=place: fits([*parts[:place], it, *parts[place + 1 :]]),  # type: ignore[misc]
                blank,
                stands,
            )
        return parts
    if not isinstance(value, str) or value in stands:
        return value
    return next((stand for stand in stands if fits(stand)), value)


# ------------------------------------------------------------------------------------------- objects and their places


class Placed(dict[str, Any]):
    """An object of a JSON text that knows where it stands: characters `begin` to `end`."""

    begin = 0
    end = 0


class _Decoder(json.JSONDecoder):
    def __init__(self) -> None:
        super().__init__()
        self.parse_object: Callable[..., Any] = self._placed
        self.scan_once: Callable[..., Any] = py_make_scanner(self)

    @staticmethod
    def _placed(text_and_end: tuple[str, int], *arguments: Any) -> tuple[Placed, int]:
        pairs, end = JSONObject(text_and_end, *arguments)
        placed = Placed(pairs)
        placed.begin, placed.end = text_and_end[1] - 1, end
        return placed, end


_DECODER = _Decoder()


def placed(text: str) -> Any:
    """The value of a JSON text, its objects as `Placed`. Raises ValueError, RecursionError."""
    begin = WHITESPACE.match(text, 0).end()
    value, _ = _DECODER.raw_decode(text, begin)
    return value


def spliced(text: str, parts: Mapping[tuple[int, int], Any]) -> str:
    """The text with other values in the places (begin, end); everything else stays as it is."""
    out: list[str] = []
    reached = 0
    for (begin, end), value in sorted(parts.items()):
        out += [text[reached:begin], json.dumps(value, ensure_ascii=False)]
        reached = end
    return "".join([*out, text[reached:]])


# --------------------------------------------------------------------------------------------------- landed pages


_NO_PAGE = b"null"


def erase_in_page(
    source: Source, line: bytes, gone: Collection[Key], words: set[str] | None = None
) -> tuple[bytes, int]:
    """A landed page with tombstones in the place of what is gone or was never asked for, and their number.

    What the objects said is added to `words`.

    Objects are found by their ids wherever they stand, so that a page of a changed shape is erased too. A body that is
    no JSON (cut off, a web page) cannot be searched and is dropped, and so is a line that is no page.
    """
    try:
        page = orjson.loads(line)
    except orjson.JSONDecodeError:
        page = None
    if not pages.is_page(page):
        return (line, 0) if line.strip() in (b"", _NO_PAGE) else (_NO_PAGE + b"\n", 1)
    if page["status"] != 200 or not page["body"]:
        return line, 0
    try:
        answer = placed(page["body"]) if page["encoding"] == "text" else None
    except (ValueError, RecursionError):
        answer = None
    if answer is None:
        if source.listed(page, pages.body_of(page)) is not None:  # bare ids name nobody
            return line, 0
        page |= {"body": "", "encoding": "text"}
        return orjson.dumps(page) + b"\n", 1
    ids = {post_id for platform, post_id in gone if platform == source.platform}
    is_renamed = source.forget(page, ids)
    erased = {id(thing): thing for thing in _objects(answer, source, ids)}
    erased |= {id(thing): thing for thing in pages.outside(source, page, answer) if isinstance(thing, Placed)}
    parts = {
        (thing.begin, thing.end): {name: thing[name] for name in source.kept if name in thing}
        for thing in erased.values()
        if thing.keys() - set(source.kept)
    }
    if not parts and not is_renamed:
        return line, 0
    if words is not None:
        words |= {said for thing in erased.values() for said in _said(thing)}
    page["body"] = spliced(page["body"], parts)
    return orjson.dumps(page) + b"\n", len(parts)


def _objects(value: Any, source: Source, ids: Collection[str]) -> Iterator[Placed]:
    """The outermost objects that carry one of the ids themselves."""
    if isinstance(value, Placed) and any(_id_in(source, part) in ids for part in value.values()):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _objects(part, source, ids)


def _said(value: Any) -> Iterator[str]:
    """The strings in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _said(part)


def _id_in(source: Source, value: Any) -> str | None:
    """The post id a single value stands for."""
    return source.id_in(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None
