"""The stand-in of Facebook's Graph API keeps the contract of the real one."""

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flows.simulation.services.archive import Account, Catalogue, Item
from flows.simulation.services.graph import APP_SECRET, TOKEN
from tests.platform_walks import POST_FIELDS, Client, error_of, good, post_ids
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


def test_a_limit_above_100_is_an_error(client: Client, page: Account) -> None:
    answer = client.graph("facebook", f"{page.number}/posts", limit=101)
    assert (answer.status_code, error_of(answer)["code"]) == (400, 100)


def test_since_and_until_choose_a_window(client: Client, page: Account) -> None:
    since, until = page.items[40].created, page.items[10].created
    found = set(post_ids(client.post_pages(page.number, since=since, until=until, limit=9)))
    assert found == {item.post_id for item in page.items if since <= item.created < until and item.is_here(NOW)}
    client.services.faults("facebook", ignore_window=True)
    assert set(post_ids(client.post_pages(page.number, since=since, until=until))) == _visible(page)


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
    answer = client.http.get(address, params={"appsecret_proof": proof}, headers={"Authorization": f"Bearer {TOKEN}"})
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


def test_comments_of_a_post_are_paged(client: Client, page: Account) -> None:
    item = max(page.items, key=lambda one: one.comments or 0)
    query = {"fields": "id,message,parent{id}", "filter": "stream", "summary": 1, "limit": 20}
    pages = [good(client.graph("facebook", f"{item.graph_id}/comments", **query))]
    while "next" in pages[-1].get("paging", {}):
        pages.append(good(client.http.get(pages[-1]["paging"]["next"])))
    ids = [comment["id"] for found in pages for comment in found["data"]]
    assert len(ids) == len(set(ids)) == item.comments == pages[0]["summary"]["total_count"]
    assert ids[0].startswith(f"{item.post_id}_")
