"""The stand-in of Facebook's Graph API keeps the contract of the real one."""

import hashlib
import hmac
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flows.simulation.services.archive import Account, Catalogue, Item
from flows.simulation.services.graph import APP_SECRET, TOKEN
from flows.simulation.services.graph_pages import moment_of
from flows.simulation.services.service import Clock
from tests.platform_walks import POST_FIELDS, Client, Json, error_of, good, post_ids
from tests.unit.conftest import LANDED

Catalogues = dict[str, Catalogue]
NOW = int(LANDED.timestamp())
REACTIONS = ("LIKE", "LOVE", "CARE", "HAHA", "WOW", "SAD", "ANGRY")


@pytest.fixture(scope="module")
def page(catalogues: Catalogues) -> Account:
    """The Page with the most posts."""
    return max(catalogues["facebook"].accounts.values(), key=lambda account: len(account.items))


def _visible(page: Account) -> set[str]:
    return {item.post_id for item in page.items if item.is_here(NOW)}


def _back(client: Client, page: Json) -> list[Json]:
    """The pages `paging.previous` leads to, the last asked first in the list."""
    pages: list[Json] = []
    while (address := page.get("paging", {}).get("previous")) and len(pages) < 200:
        page = good(client.http.get(address))
        if not page["data"]:
            break
        pages.insert(0, page)
    return pages


def _gone(catalogue: Catalogue, reason: str) -> Item:
    return next(item for item in catalogue.items if item.gone == reason)


@pytest.mark.parametrize("edge", ["feed", "posts", "published_posts"])
def test_all_pages_give_every_post_once(client: Client, page: Account, edge: str) -> None:
    found = post_ids(client.post_pages(page.number, edge, limit=7))
    assert len(found) == len(set(found)) > 50
    assert set(found) == _visible(page)


def test_posts_are_ranked_and_not_in_order_of_time(client: Client, page: Account) -> None:
    times = [post["created_time"] for found in client.post_pages(page.number, limit=100) for post in found["data"]]
    assert times != sorted(times, reverse=True)
    assert times[:5] > times[-5:]
    client.services.faults("facebook", chronological=True)
    ordered = [post["created_time"] for found in client.post_pages(page.number, limit=7) for post in found["data"]]
    assert ordered == sorted(times, reverse=True)


def test_next_is_absolute_on_its_own_host_and_holds_the_token(client: Client, page: Account) -> None:
    paging = client.post_pages(page.number, limit=3, most=1)[0]["paging"]
    following = urlsplit(paging["next"])
    query = parse_qs(following.query)
    assert f"http://{following.netloc}" == client.services["facebook"]
    assert (query["access_token"], query["limit"], query["fields"]) == ([TOKEN], ["3"], [POST_FIELDS])
    assert query["after"] == [paging["cursors"]["after"]]
    assert "previous" not in paging


@pytest.mark.parametrize(
    ("form", "keys"),
    [("cursors", {"cursors"}), ("before", {"cursors"}), ("previous", {"cursors", "previous"}), ("none", set())],
)
def test_the_last_page_has_no_next(client: Client, page: Account, form: str, keys: set[str]) -> None:
    client.services.faults("facebook", last_page=form)
    last = client.post_pages(page.number, limit=30)[-1]
    assert last.get("paging", {}).keys() == keys
    assert "after" not in last.get("paging", {}).get("cursors", {}) or form == "cursors"


def test_pages_by_time_have_no_cursors(client: Client, page: Account) -> None:
    client.services.faults("facebook", time_paging=True)
    pages = client.post_pages(page.number, "posts", limit=7)
    assert set(post_ids(pages)) == _visible(page)
    assert len(post_ids(pages)) == len(_visible(page))
    assert {"previous", "next"} == pages[0]["paging"].keys()
    assert "__paging_token=" in pages[0]["paging"]["next"]
    assert "since=&" in pages[0]["paging"]["next"]
    assert pages[-1]["paging"].keys() == {"previous"}


@pytest.mark.parametrize("switches", [{"last_page": "previous"}, {"time_paging": True}])
def test_previous_leads_to_the_page_before(client: Client, page: Account, switches: Json) -> None:
    client.services.faults("facebook", **switches)
    since, until = page.items[60].created, page.items[5].created
    pages = client.post_pages(page.number, "posts", limit=7, since=since, until=until)
    assert len(pages) > 5
    back = _back(client, pages[2])
    assert [post_ids([one]) for one in back] == [post_ids([one]) for one in pages[:2]]
    assert [post_ids([one]) for one in _back(client, pages[-1])] == [post_ids([one]) for one in pages[:-1]]
    again = good(client.http.get(back[1]["paging"]["next"]))
    assert post_ids([again]) == post_ids([pages[2]])


def test_a_limit_above_100_is_an_error(client: Client, page: Account) -> None:
    answer = client.graph("facebook", f"{page.number}/posts", limit=101)
    assert (answer.status_code, error_of(answer)["code"]) == (400, 100)


def test_since_and_until_choose_a_window(client: Client, page: Account) -> None:
    since, until = page.items[40].created, page.items[10].created
    found = set(post_ids(client.post_pages(page.number, since=since, until=until, limit=9)))
    assert found == {item.post_id for item in page.items if since <= item.created < until and item.is_here(NOW)}
    client.services.faults("facebook", ignore_window=True)
    assert set(post_ids(client.post_pages(page.number, since=since, until=until))) == _visible(page)


def test_a_time_without_a_zone_is_of_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Jakarta")
    time.tzset()
    try:
        assert moment_of("2024-01-10") == moment_of("2024-01-10T00:00:00+00:00") == 1704844800
        assert moment_of("2024-01-10T07:00:00+07:00") == 1704844800
        clock = Clock(0)
        clock.set({"now": "2024-01-10"})
        assert clock.now == 1704844800
    finally:
        monkeypatch.undo()
        time.tzset()


def test_no_more_than_its_reach_is_given(client: Client, page: Account) -> None:
    client.services.faults("facebook", reach=20)
    assert len(post_ids(client.post_pages(page.number, limit=9))) == 20


def test_fields_are_nested_renamed_and_summed_up(client: Client, page: Account) -> None:
    kinds = ",".join(f"reactions.type({one}).limit(0).summary(total_count).as({one.lower()})" for one in REACTIONS)
    fields = f"from{{id}},reactions.summary(true).limit(0),{kinds},comments.filter(stream).limit(0).summary(true)"
    for post in good(client.graph("facebook", f"{page.number}/posts", fields=fields))["data"]:
        assert post["from"] == {"id": page.number}
        total = post["reactions"]["summary"]["total_count"]
        assert sum(post[one.lower()]["summary"]["total_count"] for one in REACTIONS) == total
        assert post["comments"]["data"] == []
        assert post["comments"]["summary"].keys() == {"order", "total_count", "can_comment"}
        assert "message" not in post


def test_counts_are_those_of_the_season(client: Client, page: Account) -> None:
    client.services.faults("facebook", steady_counts=True)
    held = {item.graph_id: item for item in page.items}
    for found in client.post_pages(page.number, limit=100):
        for post in found["data"]:
            item = held[post["id"]]
            assert post.get("message") == item.text
            assert post["reactions"]["summary"]["total_count"] == item.likes
            assert post.get("shares", {"count": 0})["count"] == item.shares


def test_without_fields_only_the_basics_are_given(client: Client, page: Account) -> None:
    posts = good(client.graph("facebook", f"{page.number}/posts", limit=100))["data"]
    assert {frozenset(post) for post in posts} <= {
        frozenset({"id", "created_time", "message"}),
        frozenset({"id", "created_time", "story"}),
    }


def test_posts_without_text_shares_or_attachment_lack_the_key(client: Client, catalogues: Catalogues) -> None:
    seen: set[frozenset[str]] = set()
    for account in list(catalogues["facebook"].accounts.values())[:60]:
        if account.items and account.is_here(NOW):
            answer = client.graph("facebook", f"{account.number}/posts", fields="message,shares,attachments", limit=100)
            seen |= {frozenset(post) for post in good(answer)["data"]}
    for key in ("message", "shares", "attachments"):
        assert any(key in post for post in seen)
        assert any(key not in post for post in seen)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"fields": "id,colour"}, 100),
        ({"fields": "id,comments.limit(0"}, 2500),
        ({"fields": "id,from{id"}, 2500),
        ({"date_format": "U"}, 100),
        ({"ids": "1,2"}, 100),
        ({"access_token": ""}, 104),
        ({"access_token": "wrong"}, 190),
        ({"appsecret_proof": "0" * 64}, 100),
        ({"after": "QVFIforged"}, 100),
        ({"since": "yesterday-ish"}, 100),
    ],
)
def test_wrong_requests_are_refused(client: Client, page: Account, query: dict[str, str], code: int) -> None:
    answer = client.graph("facebook", f"{page.number}/posts", **query)
    assert answer.status_code == 400
    assert error_of(answer)["code"] == code
    assert error_of(answer).keys() >= {"message", "type", "code", "fbtrace_id"}


def test_the_token_may_come_in_a_header_with_a_proof(client: Client, page: Account) -> None:
    proof = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    address = f"{client.services['facebook']}/v26.0/{page.number}"
    for scheme in ("Bearer", "bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {TOKEN}"}
        answer = client.http.get(address, params={"appsecret_proof": proof}, headers=headers)
        assert good(answer) == {"name": page.name, "id": page.number}


@pytest.mark.parametrize(
    ("path", "answered"), [("v26.0/", "v26.0"), ("v23.0/", "v23.0"), ("v19.0/", "v21.0"), ("", "v21.0")]
)
def test_the_version_that_answered_is_told(client: Client, page: Account, path: str, answered: str) -> None:
    address = f"{client.services['facebook']}/{path}{page.number}"
    answer = client.http.get(address, params={"access_token": TOKEN})
    assert (answer.status_code, answer.headers["facebook-api-version"]) == (200, answered)


def test_a_version_that_does_not_exist_yet_is_an_error(client: Client, page: Account) -> None:
    answer = client.http.get(f"{client.services['facebook']}/v99.0/{page.number}", params={"access_token": TOKEN})
    assert error_of(answer)["code"] == 2500


def test_a_page_can_be_named_by_its_username(client: Client, catalogues: Catalogues) -> None:
    named = next(one for one in catalogues["facebook"].accounts.values() if one.handle != one.number and one.items)
    found = good(client.graph("facebook", named.handle, fields="id,name,username,followers_count"))
    assert (found["id"], found["username"]) == (named.number, named.handle)


def test_a_page_has_the_public_fields_of_the_reference(client: Client, page: Account) -> None:
    shown = "category_list,cover,display_subtext,engagement,fan_count,global_brand_page_name,is_published,link,picture"
    unfilled = "about,description,description_html,emails,global_brand_root_id,location,phone,website"
    found = good(client.graph("facebook", page.number, fields=f"{shown},{unfilled}"))
    assert found.keys() == {"id", *shown.split(",")}
    assert found["engagement"]["count"] == found["fan_count"]
    assert found["picture"]["data"]["url"].startswith("https://")
    assert error_of(client.graph("facebook", page.number, fields="colour"))["code"] == 100


def test_a_single_post_can_be_read(client: Client, page: Account) -> None:
    item = page.items[3]
    assert good(client.graph("facebook", item.graph_id, fields="message,created_time"))["id"] == item.graph_id


@pytest.mark.parametrize(
    ("reason", "error", "page_is_here"),
    [
        ("removed", (100, 33), True),
        ("unknown", (100, 33), True),
        ("private", (10, None), True),
        ("account gone", (100, 33), False),
    ],
)
def test_what_became_of_a_post_can_be_found_out(
    client: Client, catalogues: Catalogues, reason: str, error: tuple[int, Any], page_is_here: bool
) -> None:
    item = _gone(catalogues["facebook"], reason)
    client.services.clock(item.gone_at - 1)
    assert client.graph("facebook", item.graph_id).status_code == 200
    client.services.clock(advance=1)
    refused = error_of(client.graph("facebook", item.graph_id))
    assert (refused["code"], refused.get("error_subcode")) == error
    assert (client.graph("facebook", item.account.number).status_code == 200) is page_is_here


def test_a_post_nobody_made_does_not_exist(client: Client) -> None:
    error = error_of(client.graph("facebook", "102938475610293_1"))
    assert (error["code"], error["error_subcode"], error["type"]) == (100, 33, "GraphMethodException")
    assert "Object with ID '102938475610293_1' does not exist" in error["message"]


def test_a_cursor_ends_with_the_post_it_points_at(client: Client, catalogues: Catalogues) -> None:
    item = next(one for one in catalogues["facebook"].items if one.gone == "removed" and len(one.account.items) > 5)
    client.services.clock(item.gone_at - 1)
    after = next(
        found["paging"]["cursors"]["after"]
        for found in client.post_pages(item.account.number, limit=1)
        if found["data"][0]["id"] == item.graph_id
    )
    client.services.clock(advance=1)
    answer = client.graph("facebook", f"{item.account.number}/published_posts", after=after)
    assert error_of(answer)["code"] == 100


def test_posts_that_were_gone_before_leave_cursors_valid(client: Client, catalogues: Catalogues) -> None:
    item = next(one for one in catalogues["facebook"].items if one.gone == "removed" and len(one.account.items) > 5)
    client.services.clock(item.gone_at)
    client.services.faults("facebook", last_page="previous")
    pages = client.post_pages(item.account.number, limit=1)
    assert [] in [page["data"] for page in pages]
    address: str | None = pages[-1]["paging"]["previous"]
    back: list[Json] = []
    while address is not None:
        back.insert(0, good(client.http.get(address)))
        address = back[0].get("paging", {}).get("previous")
    assert post_ids(back) == post_ids(pages[:-1])


def _comment_pages(client: Client, item: Item, **query: object) -> list[Json]:
    pages = [good(client.graph("facebook", f"{item.graph_id}/comments", **query))]
    while "next" in pages[-1].get("paging", {}):
        pages.append(good(client.http.get(pages[-1]["paging"]["next"])))
    return pages


def _comments(pages: list[Json]) -> list[Json]:
    return [comment for page in pages for comment in page["data"]]


@pytest.fixture(scope="module")
def discussed(page: Account) -> Item:
    """The post of that Page with the most comments."""
    return max(page.items, key=lambda one: one.comments or 0)


def test_no_comments_but_their_number(client: Client, discussed: Item) -> None:
    page = good(client.graph("facebook", f"{discussed.graph_id}/comments", filter="stream", limit=0, summary=1))
    assert (page["data"], page["summary"]["total_count"], "paging" in page) == ([], discussed.comments, False)


def test_comments_of_a_post_are_paged(client: Client, discussed: Item) -> None:
    query = {"fields": "id,message,parent{id}", "filter": "stream", "summary": 1, "limit": 20}
    pages = _comment_pages(client, discussed, **query)
    ids = [comment["id"] for comment in _comments(pages)]
    assert len(ids) == len(set(ids)) == discussed.comments == pages[0]["summary"]["total_count"] > 40
    assert ids[0].startswith(f"{discussed.post_id}_")
    client.services.faults("facebook", last_page="previous")
    last = _comment_pages(client, discussed, **query)[-1]
    assert [_comments([one]) for one in _back(client, last)] == [_comments([one]) for one in pages[:-1]]


def test_replies_are_listed_in_the_stream_only(client: Client, discussed: Item) -> None:
    query = {"fields": "id,parent", "limit": 100, "summary": 1}
    pages = {kind: _comment_pages(client, discussed, filter=kind, **query) for kind in ("stream", "toplevel")}
    every = {comment["id"]: comment for comment in _comments(pages["stream"])}
    top = {key for key, comment in every.items() if "parent" not in comment}
    assert {comment["id"] for comment in _comments(pages["toplevel"])} == top
    assert {comment["id"] for comment in _comments(_comment_pages(client, discussed, **query))} == top
    assert [pages[kind][0]["summary"]["total_count"] for kind in pages] == [len(every), len(top)]
    assert {comment["parent"]["id"] for comment in every.values() if "parent" in comment} < top


def test_comments_come_in_the_order_asked_for(client: Client, discussed: Item) -> None:
    def listed(**query: object) -> tuple[str, list[Json]]:
        query = {"fields": "id,created_time,like_count", "limit": 30, "summary": 1, **query}
        pages = _comment_pages(client, discussed, **query)
        return pages[0]["summary"]["order"], _comments(pages)

    order, rising = listed(order="chronological")
    assert order == "chronological"
    assert [one["created_time"] for one in rising] == sorted(one["created_time"] for one in rising)
    assert listed(order="reverse_chronological") == ("reverse_chronological", rising[::-1])
    order, ranked = listed()
    assert order == "ranked"
    assert ranked == sorted(rising, key=lambda one: -one["like_count"]) != rising
    assert listed(filter="stream")[0] == "chronological"


@pytest.mark.parametrize("query", [{"filter": "all"}, {"order": "newest"}, {"fields": "id,colour"}, {"limit": 101}])
def test_wrong_requests_for_comments_are_refused(client: Client, discussed: Item, query: Json) -> None:
    answer = client.graph("facebook", f"{discussed.graph_id}/comments", **query)
    assert (answer.status_code, error_of(answer)["code"]) == (400, 100)


def test_comments_inside_a_post_have_filter_and_order_too(client: Client, discussed: Item) -> None:
    def inside(modifiers: str) -> Json:
        fields = f"comments{modifiers}.limit(9).summary(true){{id}}"
        comments: Json = good(client.graph("facebook", discussed.graph_id, fields=fields))["comments"]
        return comments

    for kind in ("stream", "toplevel"):
        query = {"fields": "id", "filter": kind, "order": "reverse_chronological", "limit": 9, "summary": 1}
        page = good(client.graph("facebook", f"{discussed.graph_id}/comments", **query))
        within = inside(f".filter({kind}).order(reverse_chronological)")
        assert (within["data"], within["summary"]) == (page["data"], page["summary"])
    assert inside("")["summary"]["order"] == "ranked"
