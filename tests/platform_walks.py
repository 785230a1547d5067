"""A plain client of the platforms' APIs, written apart from ronda's connectors: it follows pages and believes them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from flows.simulation.services.archive import USER_ID, Catalogue
from flows.simulation.services.graph import TOKEN
from flows.simulation.services.serve import Services
from flows.simulation.services.tiktok import CLIENT_KEY, CLIENT_SECRET

VIDEO_FIELDS = "id,username,create_time,video_description,hashtag_names,view_count,like_count,comment_count,share_count"
POST_FIELDS = "id,message,created_time,shares,reactions.summary(true).limit(0),comments.summary(true).limit(0)"
MEDIA_FIELDS = "id,caption,like_count,comments_count,media_type,permalink,timestamp"
ALL_IN_INDONESIA = {"and": [{"operation": "EQ", "field_name": "region_code", "field_values": ["ID"]}]}
JANUARY = {"start_date": "20240101", "end_date": "20240131"}
PLATFORMS = ("tiktok", "facebook", "instagram")
LIMIT = 12
Json = dict[str, Any]
Pages = list[list[str]]


@dataclass
class Client:
    """One client of all stand-ins."""

    services: Services
    http: httpx.Client
    token: str = ""

    def tiktok_token(self, **changes: str) -> httpx.Response:
        form = {"client_key": CLIENT_KEY, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials", **changes}
        answer = self.http.post(f"{self.services['tiktok']}/v2/oauth/token/", data=form)
        self.token = answer.json().get("access_token", "")
        return answer

    def tiktok(self, path: str, body: Json, fields: str | None = None) -> httpx.Response:
        if not self.token:
            self.tiktok_token()
        return self.http.post(
            f"{self.services['tiktok']}/v2/research/{path}/",
            params=None if fields is None else {"fields": fields},
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
        )

    def videos(self, fields: str = VIDEO_FIELDS, **changes: object) -> httpx.Response:
        """One page of the videos of January, unless something else is asked for."""
        body = {"query": ALL_IN_INDONESIA, **JANUARY, "max_count": 100, **changes}
        return self.tiktok("video/query", body, fields)

    def video_pages(self, most: int = 200, **changes: object) -> list[Json]:
        """All pages of a query, at most so many."""
        pages = [data_of(self.videos(VIDEO_FIELDS, **changes))]
        while pages[-1]["has_more"] and len(pages) < most:
            place = {"cursor": pages[-1]["cursor"], "search_id": pages[-1]["search_id"]}
            pages.append(data_of(self.videos(VIDEO_FIELDS, **{**changes, **place})))
        return pages

    def graph(self, platform: str, path: str, **query: object) -> httpx.Response:
        address = f"{self.services[platform]}/v26.0/{path}"
        return self.http.get(
            address, params={"access_token": TOKEN, **{key: str(value) for key, value in query.items()}}
        )

    def post_pages(self, page: str, edge: str = "published_posts", most: int = 200, **query: object) -> list[Json]:
        """All pages of a Page's edge, by `paging.next`."""
        pages = [good(self.graph("facebook", f"{page}/{edge}", **{"fields": POST_FIELDS, **query}))]
        while (following := pages[-1].get("paging", {}).get("next")) and len(pages) < most:
            pages.append(good(self.http.get(following)))
        return pages

    def discovery(self, handle: str, limit: int = 25, after: str = "", modifiers: str = "") -> httpx.Response:
        place = f".after({after})" if after else ""
        media = f"media{place}{modifiers}.limit({limit}){{{MEDIA_FIELDS}}}"
        fields = f"business_discovery.username({handle}){{id,username,media_count,{media}}}"
        return self.graph("instagram", USER_ID, fields=fields)

    def media_pages(self, handle: str, limit: int = 25, most: int = 200) -> list[Json]:
        """All pages of an account's media, by `cursors.after`."""
        pages = [good(self.discovery(handle, limit))["business_discovery"]["media"]]
        while (after := pages[-1].get("paging", {}).get("cursors", {}).get("after")) and len(pages) < most:
            pages.append(good(self.discovery(handle, limit, after))["business_discovery"]["media"])
        return pages

    def hashtag(self, name: str, **query: object) -> httpx.Response:
        return self.graph("instagram", "ig_hashtag_search", user_id=USER_ID, q=name, **query)

    def hashtag_pages(self, hashtag_id: str, limit: int = 50, most: int = 200) -> list[Json]:
        """All pages of a hashtag's recent media, by `paging.next`."""
        query = {"user_id": USER_ID, "fields": MEDIA_FIELDS, "limit": limit}
        pages = [good(self.graph("instagram", f"{hashtag_id}/recent_media", **query))]
        while (following := pages[-1].get("paging", {}).get("next")) and len(pages) < most:
            pages.append(good(self.http.get(following)))
        return pages


def good(answer: httpx.Response) -> Json:
    """The body of an answer without an error."""
    body: Json = answer.json()
    assert answer.status_code == 200, body
    assert "error" not in body, body
    return body


def data_of(answer: httpx.Response) -> Json:
    """The data of TikTok's envelope."""
    body = answer.json()
    assert answer.status_code == 200, body
    assert body["error"]["code"] == "ok", body
    data: Json = body["data"]
    return data


def error_of(answer: httpx.Response) -> Json:
    """The error of either envelope."""
    error: Json = answer.json()["error"]
    return error


def video_ids(pages: list[Json]) -> list[str]:
    return [str(video["id"]) for page in pages for video in page["videos"]]


def post_ids(pages: list[Json]) -> list[str]:
    return [post["id"].partition("_")[2] for page in pages for post in page["data"]]


def shortcodes(pages: list[Json]) -> list[str]:
    return [media["permalink"].split("/")[4] for page in pages for media in page["data"]]


class Walks:
    """The same questions to each platform: one page, or all pages of a listing of some dozens of posts."""

    def __init__(self, client: Client, catalogues: dict[str, Catalogue]) -> None:
        self.client, self.services = client, client.services
        self.biggest = {
            name: max(catalogues[name].accounts.values(), key=lambda account: len(account.items))
            for name in ("facebook", "instagram")
        }
        client.tiktok_token()

    def ask(self, platform: str) -> httpx.Response:
        """The first page."""
        if platform == "tiktok":
            return self.client.videos(max_count=LIMIT, end_date="20240105")
        if platform == "facebook":
            return self.client.graph(platform, f"{self.biggest[platform].number}/posts", limit=LIMIT)
        return self.client.discovery(self.biggest[platform].handle, LIMIT)

    def pages(self, platform: str, most: int = 40) -> list[Json]:
        """All pages, at most so many."""
        if platform == "tiktok":
            return self.client.video_pages(max_count=LIMIT, end_date="20240105", most=most)
        if platform == "facebook":
            return self.client.post_pages(self.biggest[platform].number, limit=LIMIT, most=most)
        return self.client.media_pages(self.biggest[platform].handle, LIMIT, most)

    def ids(self, platform: str, most: int = 40) -> Pages:
        """The ids of all pages."""
        reader: Callable[[list[Json]], list[str]] = {
            "tiktok": video_ids,
            "facebook": post_ids,
            "instagram": shortcodes,
        }[platform]
        return [reader([page]) for page in self.pages(platform, most)]


def flat(pages: Pages) -> list[str]:
    return [one for page in pages for one in page]


def items_of(answer: httpx.Response) -> list[Json]:
    body = answer.json()
    found: list[Json] = (
        body.get("data", {}).get("videos")
        if isinstance(body.get("data"), dict)
        else body["data"]
        if "data" in body
        else body["business_discovery"]["media"]["data"]
    )
    return found
