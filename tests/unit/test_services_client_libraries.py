"""The stand-ins answer three client libraries that were written for the real platforms, over real sockets.

The libraries are no part of ronda: `requirements-clients.txt` installs them by hand, and without them these tests skip.
Each insists on the platform's own address, which is the only thing replaced here.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from flows.simulation.services.archive import USER_ID, Account, Catalogue, Item
from flows.simulation.services.graph import APP_SECRET, TOKEN
from flows.simulation.services.serve import Services
from flows.simulation.services.tiktok import CLIENT_KEY, CLIENT_SECRET
from tests.platform_walks import Client, error_of, good
from tests.unit.conftest import LANDED

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*does not allow field:UserWarning")]
Catalogues = dict[str, Catalogue]
NOW = int(LANDED.timestamp())
ABSENT = "the client library {} is not installed: pip install --no-deps -r requirements-clients.txt"
REFUSALS = {"proof": 100, "feature": 100, "alias": 803, 10: 10, 283: 283}


def _library(name: str) -> Any:
    return pytest.importorskip(name, reason=ABSENT.format(name))


def _visible(items: list[Item]) -> list[Item]:
    return [item for item in items if item.is_here(NOW)]


@pytest.fixture(scope="module")
def page(catalogues: Catalogues) -> Account:
    """The Page with the most posts."""
    return max(catalogues["facebook"].accounts.values(), key=lambda account: len(account.items))


@pytest.fixture(scope="module")
def discussed(page: Account) -> Item:
    """The post of that Page with the most comments."""
    return max(_visible(page.items), key=lambda item: item.comments or 0)


@pytest.fixture(scope="module")
def own(catalogues: Catalogues) -> Account:
    """The Instagram account that asks."""
    return catalogues["instagram"].by_number[USER_ID]


# ------------------------------------------------------------------------------------- TikTok: researchtikpy


@pytest.fixture
def pauses() -> list[float]:
    """The seconds a library would have slept."""
    return []


@pytest.fixture
def tiktok(services: Services, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> Any:
    """The library; its addresses stand in its functions, so that the session under them sends elsewhere."""
    library = _library("researchtikpy")
    requests = _library("requests")
    send: Callable[..., Any] = requests.Session.request

    def request(session: Any, method: str, url: str, **more: Any) -> Any:
        return send(session, method, url.replace("https://open.tiktokapis.com", services["tiktok"]), **more)

    monkeypatch.setattr(requests.Session, "request", request)
    monkeypatch.setattr("time.sleep", pauses.append)
    return library


def _january(catalogue: Catalogue) -> list[int]:
    first, last = (int(datetime(2024, month, 1, tzinfo=UTC).timestamp()) for month in (1, 2))
    return [item.key for item in _visible(catalogue.items) if first <= item.created < last]


def _videos(tiktok: Any) -> Any:
    token = tiktok.get_access_token(CLIENT_KEY, CLIENT_SECRET)["access_token"]
    region = tiktok.Condition(tiktok.Fields.region_code, tiktok.Operators.equals, ["ID"])
    return tiktok.get_videos_query(tiktok.Query(and_=[region]), token, "20240101", "20240131", 10**6)


def test_researchtikpy_reads_every_video_of_a_month(tiktok: Any, catalogues: Catalogues) -> None:
    videos = _videos(tiktok)
    assert videos["id"].tolist() == _january(catalogues["tiktok"])
    assert {"username", "create_time", "view_count", "hashtag_names", "music_id"} <= set(videos.columns)
    held = catalogues["tiktok"].by_id
    for row in videos.to_dict("records")[::50]:
        item = held[str(row["id"])]
        assert (row["username"], row["create_time"]) == (item.account.handle, item.created)
        assert row["hashtag_names"] == list(item.tags)


@pytest.mark.parametrize(
    "fault", ["passing_400", "server_error", "rate_limit", "invalid_search_id", "invalid_cursor", "cold_cache"]
)
def test_researchtikpy_takes_what_passes_as_passing(
    tiktok: Any, services: Services, catalogues: Catalogues, pauses: list[float], fault: str
) -> None:
    services.faults("tiktok", **{fault: 2 if fault == "cold_cache" else {"at": [2, 3]}})
    assert _videos(tiktok)["id"].tolist() == _january(catalogues["tiktok"])
    assert pauses == [10, 10]


def test_researchtikpy_is_told_of_wrong_secrets_and_spent_quotas(tiktok: Any, services: Services) -> None:
    with pytest.raises(Exception, match="invalid_client"):
        tiktok.get_access_token(CLIENT_KEY, "wrong")
    services.faults("tiktok", quota=1)
    with pytest.raises(ValueError, match="daily_quota_limit_exceeded"):
        _videos(tiktok)


def test_researchtikpy_reads_every_comment_of_a_video(tiktok: Any, catalogues: Catalogues) -> None:
    item = max(_visible(catalogues["tiktok"].items), key=lambda one: (one.comments or 0) * (one.salt % 97 != 0))
    token = tiktok.get_access_token(CLIENT_KEY, CLIENT_SECRET)["access_token"]
    frame = _library("pandas").DataFrame([{"id": item.key}], dtype=object)
    comments = tiktok.get_video_comments(frame, token, max_count=50, verbose=False)
    assert comments["id"].nunique() == len(comments) == min(item.comments or 0, 1000) > 50
    assert set(comments["parent_comment_id"]) - set(comments["id"]) == {item.key}


def test_researchtikpy_describes_users(tiktok: Any, catalogues: Catalogues) -> None:
    gone = next(one for one in catalogues["tiktok"].accounts.values() if one.gone)
    token = tiktok.get_access_token(CLIENT_KEY, CLIENT_SECRET)["access_token"]
    known, refused = tiktok.get_users_info(["kpu.kab.batang", gone.handle], token, verbose=False).to_dict("records")
    assert known["follower_count"] == catalogues["tiktok"].accounts["kpu.kab.batang"].followers
    assert refused["error"] == "Failed to retrieve data"


# --------------------------------------------------------------------- Facebook, Instagram: python-facebook-api


@pytest.fixture
def pages_api(services: Services) -> Any:
    """The library's client of Facebook, with the proof of the app's secret."""
    library = _library("pyfacebook")
    return library.FacebookApi(access_token=TOKEN, app_secret=APP_SECRET, base_url=f"{services['facebook']}/")


@pytest.fixture
def accounts_api(services: Services) -> Any:
    """The library's client of Instagram."""
    library = _library("pyfacebook")
    base = f"{services['instagram']}/"
    return library.IGBusinessApi(access_token=TOKEN, instagram_business_id=USER_ID, base_url=base)


def test_python_facebook_reads_pages_with_its_own_fields(pages_api: Any, page: Account) -> None:
    found = pages_api.page.get_info(page_id=page.number)
    assert (found.id, found.name, found.fan_count) == (page.number, page.name, found.engagement.count)
    assert found.picture.data.url.startswith("https://")


@pytest.mark.parametrize("edge", ["get_posts", "get_published_posts"])
def test_python_facebook_reads_every_post_with_its_own_fields(pages_api: Any, page: Account, edge: str) -> None:
    posts = getattr(pages_api.page, edge)(page.number, count=None, limit=20).data
    assert sorted(post.id for post in posts) == sorted(item.graph_id for item in _visible(page.items))
    texts = {item.graph_id: item.text for item in page.items}
    assert all(post.message == texts[post.id] for post in posts if post.message is not None)
    single = pages_api.post.get_info(post_id=posts[0].id)
    assert (single.permalink_url, single.comments) == (posts[0].permalink_url, posts[0].comments)


def test_python_facebook_reads_a_window_of_time(pages_api: Any, services: Services, page: Account) -> None:
    since, until = page.items[40].created, page.items[10].created
    window = {"since": str(since), "until": str(until), "count": None, "limit": 7}
    wanted = sorted(item.graph_id for item in _visible(page.items) if since <= item.created < until)
    for switches in ({}, {"time_paging": True}):
        services.faults("facebook", **switches)
        assert sorted(post.id for post in pages_api.page.get_posts(page.number, **window).data) == wanted


def test_python_facebook_reads_every_comment(pages_api: Any, discussed: Item) -> None:
    comments = {
        kind: pages_api.post.get_comments(
            discussed.graph_id, filter_type=kind, summary=True, count=None, limit=20, order="reverse_chronological"
        )
        for kind in ("stream", "toplevel")
    }
    stream, top = ([one.id for one in comments[kind].data] for kind in comments)
    assert len(stream) == len(set(stream)) == discussed.comments == comments["stream"].summary.total_count
    assert top == [key for key in stream if key in set(top)]
    assert len(top) == comments["toplevel"].summary.total_count < len(stream)


@pytest.mark.parametrize(("said", "code"), REFUSALS.items())
def test_python_facebook_is_told_of_one_refused_page(
    pages_api: Any, services: Services, page: Account, said: object, code: int
) -> None:
    services.faults("facebook", refused={"objects": {page.number: said}})
    with pytest.raises(_library("pyfacebook").FacebookError) as caught:
        pages_api.page.get_posts(page.number)
    assert (caught.value.code, caught.value.type) == (code, "OAuthException")
    assert not hasattr(caught.value, "error_subcode")


def test_python_facebook_reads_the_media_of_others(accounts_api: Any, catalogues: Catalogues, own: Account) -> None:
    others = [one for one in catalogues["instagram"].accounts.values() if one is not own and not one.gone]
    other = max(others, key=lambda one: len(one.items))
    media = accounts_api.discovery_user_media(other.handle, fields="id", count=None, limit=6)["data"]
    assert [one["id"] for one in media] == [item.graph_id for item in _visible(other.items)]
    pages: list[Any] = []
    for _ in range(3):
        after = pages[-1].paging.cursors.after if pages else None
        pages.append(
            accounts_api.user.discovery_user_medias(other.handle, limit=3, after=after).business_discovery.media
        )
    back = accounts_api.user.discovery_user_medias(other.handle, limit=3, before=pages[2].paging.cursors.before)
    assert back.business_discovery.media.data == pages[1].data
    found = accounts_api.user.discovery_user(other.handle)
    assert (found.business_discovery.id, found.business_discovery.media_count) == (other.number, len(media))
    with pytest.raises(_library("pyfacebook").FacebookError) as caught:
        accounts_api.user.discovery_user("nobody.at.all")
    assert (caught.value.code, caught.value.error_subcode) == (110, 2207013)


def test_python_facebook_reads_the_own_account(accounts_api: Any, own: Account) -> None:
    found = accounts_api.user.get_info()
    media = accounts_api.user.get_media(count=None, limit=6).data
    assert (found.id, found.username, found.media_count) == (USER_ID, own.handle, len(media))
    assert [one.id for one in media] == [item.graph_id for item in _visible(own.items)]
    item = max(_visible(own.items), key=lambda one: one.comments or 0)
    comments = accounts_api.media.get_comments(item.graph_id, count=None, limit=5).data
    assert len({one.id for one in comments}) == len(comments) == (item.comments or 0) - (item.comments or 0) // 4
    assert all(one.username and one.timestamp for one in comments)
    assert accounts_api.user.get_tagged_media().data == []


def test_python_facebook_searches_hashtags(accounts_api: Any, services: Services, catalogues: Catalogues) -> None:
    item = catalogues["instagram"].by_tag["batang"][0]
    services.clock(item.created)
    tag = accounts_api.user.get_hashtag_search("batang").data[0]
    assert tag.name == "batang"
    recent = accounts_api.hashtag.get_recent_media(tag.id, count=None, limit=1).data
    assert item.graph_id in {one.id for one in recent}
    for number in range(28):
        accounts_api.user.get_hashtag_search(f"tag{number}")
    assert len(accounts_api.user.get_recently_searched_hashtags(count=None, limit=None).data) == 29


# ----------------------------------------------------------------------- Facebook, Instagram: facebook-business


@pytest.fixture
def business(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Makes the library's session with one of the two stand-ins; its host is an attribute of a class."""
    _library("facebook_business")
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    def start(platform: str) -> Any:
        monkeypatch.setattr(FacebookSession, "GRAPH", services[platform])
        return FacebookAdsApi.init(app_id="1", app_secret=APP_SECRET, access_token=TOKEN, crash_log=False)

    yield start
    FacebookAdsApi.set_default_api(None)


def _listed(cursor: Any) -> list[dict[str, Any]]:
    return [one.export_all_data() for one in cursor]


def test_facebook_business_reads_what_a_plain_client_reads(
    business: Callable[[str], Any], client: Client, page: Account, discussed: Item
) -> None:
    from facebook_business.adobjects.page import Page
    from facebook_business.adobjects.pagepost import PagePost

    business("facebook")
    fields = ["id", "name", "fan_count", "category_list", "cover", "engagement", "picture", "link"]
    found = Page(page.number).api_get(fields=fields).export_all_data()
    assert found == good(client.graph("facebook", page.number, fields=",".join(fields)))
    fields = ["id", "created_time", "message", "shares", "comments.filter(stream).summary(true).limit(0)"]
    posts = _listed(Page(page.number).get_posts(fields=fields, params={"limit": 20}))
    assert posts == client_posts(client, page, fields)
    query = {"filter": "stream", "order": "chronological", "limit": 20, "summary": True}
    cursor = PagePost(discussed.graph_id).get_comments(fields=["id", "created_time", "parent"], params=query)
    comments = _listed(cursor)
    assert len({one["id"] for one in comments}) == len(comments) == discussed.comments == cursor.total()
    assert [one["created_time"] for one in comments] == sorted(one["created_time"] for one in comments)


def client_posts(client: Client, page: Account, fields: list[str]) -> list[dict[str, Any]]:
    pages = client.post_pages(page.number, "posts", fields=",".join(fields), limit=20)
    return [post for found in pages for post in found["data"]]


@pytest.mark.parametrize(("said", "code"), REFUSALS.items())
def test_facebook_business_is_told_of_one_refused_page(
    business: Callable[[str], Any], services: Services, page: Account, said: object, code: int
) -> None:
    from facebook_business.adobjects.page import Page
    from facebook_business.exceptions import FacebookRequestError

    business("facebook")
    services.faults("facebook", refused={"objects": {page.number: said}})
    with pytest.raises(FacebookRequestError) as caught:
        Page(page.number).get_posts()
    assert (caught.value.api_error_code(), caught.value.api_error_subcode()) == (code, None)


def test_facebook_business_is_told_of_a_passing_fault(business: Callable[[str], Any], services: Services) -> None:
    from facebook_business.exceptions import FacebookRequestError

    api = business("facebook")
    services.faults("facebook", server_error=True)
    with pytest.raises(FacebookRequestError) as caught:
        api.call("GET", ("1",))
    assert (caught.value.http_status(), caught.value.api_error_code(), caught.value.api_transient_error()) == (
        500,
        2,
        True,
    )


def test_facebook_business_reads_instagram(
    business: Callable[[str], Any], client: Client, catalogues: Catalogues, own: Account
) -> None:
    from facebook_business.adobjects.iguser import IGUser

    business("instagram")
    user = IGUser(USER_ID)
    media = _listed(user.get_media(fields=["id", "permalink", "shortcode", "owner"], params={"limit": 6}))
    assert [one["id"] for one in media] == [item.graph_id for item in _visible(own.items)]
    assert all(one["owner"] == {"id": USER_ID} for one in media)
    other = next(one for one in catalogues["instagram"].accounts.values() if len(one.items) > 3 and one is not own)
    fields = f"business_discovery.username({other.handle}){{username,media.limit(2){{id}}}}"
    found = user.api_get(fields=[fields]).export_all_data()
    assert found == good(client.graph("instagram", USER_ID, fields=fields))
    assert error_of(client.graph("instagram", USER_ID, fields="business_discovery.username(x){id}"))["code"] == 110
