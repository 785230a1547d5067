"""TikTok and Instagram posts as Zeeschuimer saves them: one JSON object a line around the web site's own object.

Shapes follow the public format with the fields that matter and a realistic few; a small part of the lines has one of
the other known forms (4CAT's flattened line, an author as a word, numbers as words, older shapes of Instagram).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import orjson

from flows.simulation.accounts import Accounts
from flows.simulation.histories import PARTIAL
from flows.simulation.phrases import Grammar
from flows.simulation.plan import INSTAGRAM, TIKTOK
from flows.simulation.post_columns import UNKNOWN, Numbers, Posts, shortcodes
from flows.simulation.texts import TagSets

_AGENTS = (b"Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",)
NUL_VARIANT = 21

_ENVELOPE = (
    b'{"id":%d,"nav_index":"1:%d:%d","item_id":"%b","timestamp_collected":%d,"last_updated":%d,'
    b'"source_platform":"%b","source_platform_url":"%b","source_url":"%b","user_agent":"' + _AGENTS[0] + b'","data":'
)
_TIKTOK = (
    _ENVELOPE + b'{"id":"%b","desc":%b,"createTime":%d,"locationCreated":"ID","textLanguage":"%b","isAd":false,%b,'
    b'"stats":{%b"commentCount":%d,"shareCount":%d,"playCount":%d,"collectCount":"%d"},'
    b'%b,"video":{"id":"%b","duration":%d},"duetInfo":{"duetFromId":"0"}}}\n'
)
_INSTAGRAM = (
    _ENVELOPE + b'{"__typename":"XDTMediaDict","id":"%b","pk":"%d","code":"%b","taken_at":%d,"media_type":%d,'
    b'"product_type":"%b","caption":%b,%b,%b,%b"view_count":null,"play_count":%b,"usertags":null,'
    b'"coauthor_producers":[],"_zs_partial":false,"_zs_instagram_view":"%b"}}\n'
)


def _counter(form: bytes, counts: Numbers) -> list[bytes]:
    """The key with its count, or nothing where it is unknown."""
    return [form % value if value != UNKNOWN else b"" for value in counts.tolist()]


def _reworked(line: bytes, change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    return orjson.dumps(change(orjson.loads(line))) + b"\n"


def _flattened(record: dict[str, Any]) -> dict[str, Any]:
    """The form 4CAT exports: the platform's keys at the top, the envelope in `__import_meta`."""
    data = record.pop("data")
    return {**data, "__import_meta": record}


def _without_update(record: dict[str, Any]) -> dict[str, Any]:
    del record["last_updated"]
    return record


def _author_as_word(record: dict[str, Any]) -> dict[str, Any]:
    data = record["data"]
    data["nickname"], data["author"] = data["author"]["nickname"], data["author"]["uniqueId"]
    return record


def _numbers_as_words(record: dict[str, Any]) -> dict[str, Any]:
    data = record["data"]
    data["createTime"] = str(data["createTime"])
    data["stats"] = {name: str(value) for name, value in data["stats"].items()}
    return record


def _with_nul(record: dict[str, Any]) -> dict[str, Any]:
    data = record["data"]
    data["desc"] = data["desc"][:3] + "\0" + data["desc"][3:]
    return record


def _graph_legacy(record: dict[str, Any]) -> dict[str, Any]:
    """The shape of Instagram's former web pages, of a photo whose numbers are all known."""
    data = record["data"]
    if data["media_type"] != 1 or "like_count" not in data or "comment_count" not in data or not data["caption"]:
        return record
    if data["like_and_view_counts_disabled"]:
        return record
    record["data"] = {
        "__typename": "GraphImage",
        "id": data["pk"],
        "shortcode": data["code"],
        "taken_at_timestamp": data["taken_at"],
        "edge_media_to_caption": {"edges": [{"node": {"text": data["caption"]["text"]}}]},
        "edge_media_preview_like": {"count": data["like_count"]},
        "edge_media_preview_comment": {"count": data["comment_count"]},
        "owner": {"id": data["user"]["id"], "username": data["user"]["username"]},
        "edge_media_to_tagged_user": {"edges": []},
    }
    return record


def _polaris(record: dict[str, Any]) -> dict[str, Any]:
    """A tile of a grid: no time, no likes, no comments."""
    data = record["data"]
    kept = {key: data[key] for key in ("id", "pk", "code", "caption", "_zs_instagram_view")}
    user = {"id": data["user"]["id"], "username": data["user"]["username"]}
    record["data"] = {"__typename": "PolarisMedia", **kept, "user": user, "_zs_partial": True}
    return record


_TIKTOK_VARIANTS = {
    **dict.fromkeys(range(5), _flattened),
    **dict.fromkeys(range(5, 9), _author_as_word),
    **dict.fromkeys(range(9, 12), _numbers_as_words),
    **dict.fromkeys(range(12, 15), _without_update),
    NUL_VARIANT: _with_nul,
}
_INSTAGRAM_VARIANTS = {
    **dict.fromkeys(range(5), _flattened),
    **dict.fromkeys(range(5, 17), _graph_legacy),
    **dict.fromkeys(range(17, 20), _without_update),
}


def author_json(accounts: Accounts, form: Callable[[str, bytes, int, int], bytes]) -> list[bytes]:
    columns = zip(accounts.handles, accounts.names, accounts.numbers, accounts.followers.tolist(), strict=True)
    return [form(handle, orjson.dumps(name), number, followers) for handle, name, number, followers in columns]


def _tiktok_author(handle: str, name: bytes, number: int, followers: int) -> bytes:
    return (
        b'"author":{"id":"%d","uniqueId":"%b","nickname":%b,"verified":false,"privateAccount":false},'
        b'"authorStats":{"followerCount":%d,"followingCount":%d,"videoCount":%d}'
        % (number, handle.encode(), name, followers, followers % 911, followers % 307)
    )


def _instagram_user(handle: str, name: bytes, number: int, _: int) -> bytes:
    return b'"user":{"id":"%d","pk":"%d","username":"%b","full_name":%b,"is_verified":false}' % (
        number,
        number,
        handle.encode(),
        name,
    )


class Zeeschuimer:
    """Turns observations into lines; made once a season."""

    def __init__(self, accounts: dict[int, Accounts], tags: TagSets, grammar: Grammar) -> None:
        self.numbers = accounts[INSTAGRAM].numbers
        self.tiktok_authors = author_json(accounts[TIKTOK], _tiktok_author)
        self.instagram_users = author_json(accounts[INSTAGRAM], _instagram_user)
        self.tag_json = [
            b'"textExtra":%b,"challenges":%b'
            % (
                orjson.dumps([{"hashtagName": name, "type": 1} for name in names]),
                orjson.dumps([{"title": name, "desc": ""} for name in names]),
            )
            for names in tags.names
        ]
        self.languages = [b"jv" if template.language == "jv" else b"id" for template in grammar.templates]

    def tiktok(self, posts: Posts, batch: int, written: int) -> list[bytes]:
        size = len(posts)
        ids = [b"%d" % key for key in posts.key.tolist()]
        moments = posts.collected.tolist()
        author = posts.author.tolist()
        texts = [b'""' if text is None else orjson.dumps(text) for text in posts.texts]
        lines = [
            _TIKTOK % values
            for values in zip(
                range(written + 1, written + size + 1),
                [batch] * size,
                (posts.variant >> 2).tolist(),
                ids,
                moments,
                moments,
                [b"tiktok.com"] * size,
                [b"https://www.tiktok.com/tag/batang"] * size,
                [b"https://www.tiktok.com/api/challenge/item_list/?aid=1988"] * size,
                ids,
                texts,
                posts.created.tolist(),
                [self.languages[number] for number in posts.template.tolist()],
                [self.tiktok_authors[number] for number in author],
                _counter(b'"diggCount":%d,', posts.likes),
                posts.comments.tolist(),
                posts.shares.tolist(),
                posts.views.tolist(),
                (posts.shares >> 1).tolist(),
                [self.tag_json[number] for number in posts.tags.tolist()],
                ids,
                (7 + (posts.variant * 7) % 170).tolist(),
                strict=True,
            )
        ]
        return self._vary(lines, posts, _TIKTOK_VARIANTS)

    def instagram(self, posts: Posts, batch: int, written: int) -> list[bytes]:
        size = len(posts)
        numbers = self.numbers
        author = posts.author.tolist()
        items = [b"%d_%d" % (key, numbers[who]) for key, who in zip(posts.key.tolist(), author, strict=True)]
        moments = posts.collected.tolist()
        kinds = np.array([1, 2, 8, 1, 1])[posts.media]
        hidden = (posts.likes == UNKNOWN) & (posts.variant % 3 != 0)  # the others lack the key
        teaser = [
            b'"like_and_view_counts_disabled":true,"like_count":3'
            if is_hidden
            else b'"like_and_view_counts_disabled":false' + (b"" if likes == UNKNOWN else b',"like_count":%d' % likes)
            for likes, is_hidden in zip(posts.likes.tolist(), hidden.tolist(), strict=True)
        ]
        lines = [
            _INSTAGRAM % values
            for values in zip(
                range(written + 1, written + size + 1),
                [batch] * size,
                (posts.variant >> 2).tolist(),
                items,
                moments,
                moments,
                [b"instagram.com"] * size,
                [b"https://www.instagram.com/explore/tags/batang/"] * size,
                [b"https://www.instagram.com/graphql/query"] * size,
                items,
                posts.key.tolist(),
                [code.encode() for code in shortcodes(posts.key)],
                posts.created.tolist(),
                kinds.tolist(),
                [b"clips" if kind == 2 else b"feed" for kind in kinds.tolist()],
                [b"null" if text is None else b'{"text":%b}' % orjson.dumps(text) for text in posts.texts],
                [self.instagram_users[number] for number in author],
                teaser,
                _counter(b'"comment_count":%d,', posts.comments),
                [b"null" if views == UNKNOWN else b"%d" % views for views in posts.views.tolist()],
                [b"user_posts" if variant & 1 else b"search" for variant in posts.variant.tolist()],
                strict=True,
            )
        ]
        lines = self._vary(lines, posts, _INSTAGRAM_VARIANTS)
        for row in np.flatnonzero(posts.kind == PARTIAL).tolist():
            if b'"XDTMediaDict"' in lines[row] and b"__import_meta" not in lines[row]:
                lines[row] = _reworked(lines[row], _polaris)
        return lines

    @staticmethod
    def _vary(
        lines: list[bytes], posts: Posts, variants: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]
    ) -> list[bytes]:
        for row in np.flatnonzero((posts.variant <= max(variants)) & (posts.kind != PARTIAL)).tolist():
            change = variants.get(int(posts.variant[row]))
            if change is not None:
                lines[row] = _reworked(lines[row], change)
        return lines
