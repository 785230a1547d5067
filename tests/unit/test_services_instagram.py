"""The stand-in of Instagram's Graph API keeps the contract of the real one."""

import pytest

from flows.simulation.post_columns import ALBUM, VIDEO
from flows.simulation.services.archive import DAY, USER_ID, Account, Catalogue, Item
from tests.platform_walks import Client, Json, error_of, good, shortcodes
from tests.unit.conftest import LANDED

Catalogues = dict[str, Catalogue]
NOW = int(LANDED.timestamp())


@pytest.fixture(scope="module")
def account(catalogues: Catalogues) -> Account:
    """The account with the most media."""
    return max(catalogues["instagram"].accounts.values(), key=lambda one: len(one.items))


def _linked(client: Client, edge: str, **query: object) -> list[Json]:
    """All pages of an edge of the asking account, by `paging.next`."""
    pages = [good(client.graph("instagram", f"{USER_ID}/{edge}", **query))]
    while "next" in pages[-1].get("paging", {}):
        pages.append(good(client.http.get(pages[-1]["paging"]["next"])))
    return pages


@pytest.fixture(scope="module")
def own(catalogues: Catalogues) -> Account:
    """The account that asks."""
    return catalogues["instagram"].by_number[USER_ID]


@pytest.fixture(scope="module")
def busy(catalogues: Catalogues) -> tuple[str, int, list[Item]]:
    """A hashtag, a moment at which its last 24 hours hold at least four media, and those media."""
    for tag, items in catalogues["instagram"].by_tag.items():
        for item in items:
            recent = [one for one in items if item.created - DAY < one.created <= item.created]
            recent = [one for one in recent if one.is_here(item.created)]
            if len(recent) >= 4:
                return tag, item.created, recent
    raise AssertionError("no hashtag is busy enough")


def test_discovery_pages_by_after_and_never_by_next(client: Client, account: Account) -> None:
    pages = client.media_pages(account.handle, limit=5)
    found = shortcodes(pages)
    assert found == [item.post_id for item in account.items if item.is_here(NOW)]
    assert pages[0]["paging"]["cursors"].keys() == {"after"}
    assert pages[1]["paging"]["cursors"].keys() == {"before", "after"}
    assert pages[-1].get("paging", {"cursors": {"before"}})["cursors"].keys() == {"before"}
    assert not any({"next", "previous"} & page["paging"].keys() for page in pages)


def test_discovery_names_both_accounts(client: Client, account: Account) -> None:
    body = good(client.discovery(account.handle))
    assert body["id"] == USER_ID
    assert (body["business_discovery"]["id"], body["business_discovery"]["username"]) == (
        account.number,
        account.handle,
    )
    assert body["business_discovery"]["media_count"] == sum(item.is_here(NOW) for item in account.items)


def test_discovery_takes_its_modifiers_in_any_order(client: Client, account: Account) -> None:
    since, until = account.items[9].created, account.items[2].created
    found = good(client.discovery(account.handle, modifiers=f".since({since}).until({until})"))
    media = found["business_discovery"]["media"]
    assert shortcodes([media]) == [item.post_id for item in account.items[3:10] if item.is_here(NOW)]
    fields = f"business_discovery.username({account.handle}){{media{{id}}.limit(2)}}"
    assert len(good(client.graph("instagram", USER_ID, fields=fields))["business_discovery"]["media"]["data"]) == 2


def test_discovery_pages_back_by_before(client: Client, account: Account) -> None:
    pages = client.media_pages(account.handle, limit=5)
    before = pages[2]["paging"]["cursors"]["before"]
    back = good(client.discovery(account.handle, 5, modifiers=f".before({before})"))["business_discovery"]["media"]
    assert shortcodes([back]) == shortcodes([pages[1]])
    assert back["paging"]["cursors"]["after"] == pages[1]["paging"]["cursors"]["after"]


def test_hidden_likes_are_left_out(client: Client, catalogues: Catalogues) -> None:
    hidden = next(item for item in catalogues["instagram"].items if item.likes is None and item.is_here(NOW))
    pages = client.media_pages(hidden.account.handle, limit=50)
    media = next(one for page in pages for one in page["data"] if one["id"] == hidden.graph_id)
    assert "like_count" not in media
    assert "comments_count" in media or hidden.comments is None


def test_kinds_of_media_are_told(client: Client, account: Account) -> None:
    fields = (
        f"business_discovery.username({account.handle})"
        "{media.limit(100){media_type,media_product_type,permalink,view_count,children{id,media_type}}}"
    )
    body = good(client.graph("instagram", USER_ID, fields=fields))
    held = {item.post_id: item for item in account.items}
    kinds = set()
    for media in body["business_discovery"]["media"]["data"]:
        kind, item = media["media_type"], held[media["permalink"].split("/")[4]]
        kinds.add(kind)
        assert (kind == "VIDEO") == (item.media == VIDEO) == ("/reel/" in media["permalink"]) == ("view_count" in media)
        assert (kind == "CAROUSEL_ALBUM") == (item.media == ALBUM) == ("children" in media)
        assert media["media_product_type"] == ("REELS" if kind == "VIDEO" else "FEED")
        assert all(child.keys() == {"id", "media_type"} for child in media.get("children", {}).get("data", ()))
    assert kinds == {"IMAGE", "VIDEO", "CAROUSEL_ALBUM"}


@pytest.mark.parametrize("handle", ["nobody.at.all", ""])
def test_unknown_accounts_cannot_be_found(client: Client, handle: str) -> None:
    answer = client.discovery(handle)
    error = error_of(answer)
    assert answer.status_code == 400
    assert (error["code"], error["error_subcode"], error["is_transient"]) == (110, 2207013, False)


@pytest.mark.parametrize(
    ("reason", "node", "account_is_here"),
    [("removed", 100, True), ("unknown", 100, True), ("private", 10, False), ("account gone", 100, False)],
)
def test_what_became_of_a_media_can_be_found_out(
    client: Client, catalogues: Catalogues, reason: str, node: int, account_is_here: bool
) -> None:
    item = next(one for one in catalogues["instagram"].items if one.gone == reason)
    client.services.clock(item.gone_at - 1)
    assert good(client.graph("instagram", item.graph_id, fields="permalink"))["id"] == item.graph_id
    client.services.clock(advance=1)
    assert error_of(client.graph("instagram", item.graph_id))["code"] == node
    assert (client.discovery(item.account.handle).status_code == 200) is account_is_here


def test_a_hashtag_shows_the_last_24_hours(client: Client, busy: tuple[str, int, list[Item]]) -> None:
    tag, moment, recent = busy
    client.services.clock(moment)
    hashtag_id = good(client.hashtag(tag))["data"][0]["id"]
    pages = client.hashtag_pages(hashtag_id, limit=2)
    assert sorted(shortcodes(pages)) == sorted(item.post_id for item in recent)
    client.services.clock(advance=9 * DAY)
    later = client.hashtag_pages(hashtag_id)
    assert not set(shortcodes(later)) & {item.post_id for item in recent}


def test_a_hashtags_cursor_stays_the_same_and_its_last_page_has_no_paging(
    client: Client, busy: tuple[str, int, list[Item]]
) -> None:
    tag, moment, _ = busy
    client.services.clock(moment)
    pages = client.hashtag_pages(good(client.hashtag(tag))["data"][0]["id"], limit=1)
    assert len(pages) >= 4
    assert len({page["paging"]["cursors"]["after"] for page in pages[:-1]}) == 1
    assert all("before" not in page["paging"]["cursors"] for page in pages[:-1])
    assert "paging" not in pages[-1]


def test_a_page_that_did_not_arrive_is_given_again(client: Client, busy: tuple[str, int, list[Item]]) -> None:
    tag, moment, recent = busy
    client.services.clock(moment)
    hashtag_id = good(client.hashtag(tag))["data"][0]["id"]
    first = client.hashtag_pages(hashtag_id, limit=2, most=1)[0]
    client.services.faults("instagram", truncated={"at": [1]})
    torn = client.http.get(first["paging"]["next"])
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|Invalid"):
        torn.json()
    again = good(client.http.get(first["paging"]["next"]))
    assert set(shortcodes([first])) | set(shortcodes([again])) <= {item.post_id for item in recent}
    assert not set(shortcodes([first])) & set(shortcodes([again]))


def test_hashtag_media_have_no_author_and_albums_no_address(client: Client, busy: tuple[str, int, list[Item]]) -> None:
    tag, moment, _ = busy
    client.services.clock(moment)
    hashtag_id = good(client.hashtag(tag))["data"][0]["id"]
    refused = client.graph("instagram", f"{hashtag_id}/recent_media", user_id=USER_ID, fields="id,username")
    assert error_of(refused)["code"] == 100
    fields = "media_type,media_url,permalink"
    found = good(client.graph("instagram", f"{hashtag_id}/top_media", user_id=USER_ID, fields=fields, limit=50))
    assert found["data"]
    assert not any("media_url" in one for one in found["data"] if one["media_type"] == "CAROUSEL_ALBUM")
    assert any("media_url" in one for one in found["data"])


def test_a_limit_above_50_is_an_error(client: Client) -> None:
    hashtag_id = good(client.hashtag("batang"))["data"][0]["id"]
    answer = client.graph("instagram", f"{hashtag_id}/recent_media", user_id=USER_ID, limit=51)
    assert error_of(answer)["code"] == 100


def test_thirty_hashtags_in_seven_days(client: Client) -> None:
    for number in range(30):
        good(client.hashtag(f"tag{number}"))
    good(client.hashtag("tag7"))
    refused = client.hashtag("tag30")
    assert (error_of(refused)["code"], error_of(refused)["error_subcode"]) == (18, 2207034)
    listed = good(client.graph("instagram", f"{USER_ID}/recently_searched_hashtags", limit=30))["data"]
    assert len(listed) == 30
    client.services.clock(advance=7 * DAY)
    good(client.hashtag("tag30"))


def test_a_cached_id_costs_as_much_as_a_search(client: Client) -> None:
    hashtag_id = good(client.hashtag("batang"))["data"][0]["id"]
    client.services.reset("instagram")
    client.services.faults("instagram", hashtag_limit=0)
    answer = client.graph("instagram", f"{hashtag_id}/recent_media", user_id=USER_ID)
    assert error_of(answer)["code"] == 18


def test_a_hashtag_id_comes_in_two_forms_and_with_its_name_on_request(client: Client) -> None:
    listed = good(client.hashtag("Batang", fields="id,name"))["data"][0]
    assert listed["name"] == "batang"
    client.services.faults("instagram", hashtag_bare=True)
    assert good(client.hashtag("batang")) == {"id": listed["id"]}


def test_searched_hashtags_are_paged_by_25(client: Client) -> None:
    ids = [good(client.hashtag(f"tag{number}"))["data"][0]["id"] for number in range(30)]
    pages = _linked(client, "recently_searched_hashtags", fields="id,name")
    assert [len(page["data"]) for page in pages] == [25, 5]
    listed = [tag for page in pages for tag in page["data"]]
    assert listed == [{"id": tag, "name": f"tag{number}"} for number, tag in enumerate(ids)]
    assert error_of(client.graph("instagram", f"{USER_ID}/recently_searched_hashtags", limit=31))["code"] == 100


# ------------------------------------------------------------------------------------------- the own account


def test_the_own_account_has_values_and_no_nulls(client: Client, own: Account) -> None:
    fields = "username,name,followers_count,media_count,biography,website"
    assert good(client.graph("instagram", USER_ID, fields=fields)) == {
        "id": USER_ID,
        "username": own.handle,
        "name": own.name,
        "followers_count": own.followers,
        "media_count": sum(item.is_here(NOW) for item in own.items),
    }
    assert good(client.graph("instagram", USER_ID)) == {"id": USER_ID}
    assert error_of(client.graph("instagram", USER_ID, fields="colour"))["code"] == 100
    assert error_of(client.graph("instagram", f"{USER_ID}/colours"))["code"] == 2500
    assert good(client.discovery(own.handle))["business_discovery"]["id"] == USER_ID


def test_own_media_are_paged_with_links(client: Client, own: Account) -> None:
    pages = _linked(client, "media", fields="permalink,shortcode,owner", limit=6)
    assert shortcodes(pages) == [item.post_id for item in own.items if item.is_here(NOW)]
    assert len(pages) > 5
    for media in pages[0]["data"]:
        assert (media["shortcode"], media["owner"]) == (shortcodes([{"data": [media]}])[0], {"id": USER_ID})
    assert pages[0]["paging"].keys() == {"cursors", "next"}
    assert pages[1]["paging"].keys() == {"cursors", "next", "previous"}
    assert pages[-1]["paging"].keys() == {"cursors", "previous"}
    assert good(client.http.get(pages[2]["paging"]["previous"]))["data"] == pages[1]["data"]


def test_own_media_are_chosen_by_time(client: Client, own: Account) -> None:
    since, until = own.items[9].created, own.items[2].created
    pages = _linked(client, "media", fields="permalink", since=since, until=until)
    assert shortcodes(pages) == [item.post_id for item in own.items[3:10] if item.is_here(NOW)]


def test_nobody_tagged_the_own_account(client: Client) -> None:
    assert good(client.graph("instagram", f"{USER_ID}/tags", fields="permalink")) == {"data": []}


def test_comments_of_own_media_are_the_newest_first_with_replies_inside(client: Client, own: Account) -> None:
    item = max((one for one in own.items if one.is_here(NOW)), key=lambda one: one.comments or 0)
    address, query = f"{item.graph_id}/comments", {"fields": "id,timestamp,parent_id,replies{id,parent_id}", "limit": 5}
    pages = [good(client.graph("instagram", address, **query))]
    while "next" in pages[-1].get("paging", {}):
        assert pages[-1]["paging"]["cursors"].keys() == {"after"}
        pages.append(good(client.http.get(pages[-1]["paging"]["next"])))
    comments = [comment for page in pages for comment in page["data"]]
    replies = [reply for comment in comments for reply in comment.get("replies", {"data": []})["data"]]
    assert len(pages) > 2
    assert len({one["id"] for one in comments + replies}) == len(comments) + len(replies) == item.comments
    assert [one["timestamp"] for one in comments] == sorted((one["timestamp"] for one in comments), reverse=True)
    assert not any("parent_id" in one for one in comments)
    assert {one["parent_id"] for one in replies} <= {one["id"] for one in comments}
    assert good(client.graph("instagram", address))["data"][0].keys() == {"id", "text", "timestamp"}
    assert error_of(client.graph("instagram", address, limit=51))["code"] == 100


def test_comments_of_others_are_not_shown(client: Client, catalogues: Catalogues, own: Account) -> None:
    other = next(one for one in catalogues["instagram"].items if one.account is not own and one.is_here(NOW))
    error = error_of(client.graph("instagram", f"{other.graph_id}/comments"))
    assert (error["code"], error["error_subcode"]) == (100, 33)


@pytest.mark.parametrize("name", ["", "🌾", "dua kata"])
def test_what_is_no_hashtag_is_refused(client: Client, name: str) -> None:
    assert error_of(client.hashtag(name))["code"] == 100
