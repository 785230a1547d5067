"""What the Graph API says of one object while all others answer, and the secrets in its paging links."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from flows.simulation.services.archive import USER_ID, Account, Catalogue, Item
from flows.simulation.services.graph import PROOF, TOKEN
from flows.simulation.services.graph_errors import SAYINGS
from tests.platform_walks import Client, Walks, error_of, good
from tests.unit.conftest import LANDED

Catalogues = dict[str, Catalogue]
NOW = int(LANDED.timestamp())
GRAPH = ("facebook", "instagram")
on_graph = pytest.mark.parametrize("platform", GRAPH)


@pytest.fixture
def pages(catalogues: Catalogues) -> list[Account]:
    """Three Pages with a username and posts."""
    named = [one for one in catalogues["facebook"].accounts.values() if one.handle != one.number and one.items]
    return [one for one in named if one.is_here(NOW)][:3]


def _said(answer: httpx.Response) -> tuple[int, int, str]:
    """Status, code and message of an error without a subcode."""
    error = error_of(answer)
    assert error.keys() == {"message", "type", "code", "fbtrace_id"}
    assert error["type"] == "OAuthException"
    return answer.status_code, error["code"], error["message"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "gone",
            (400, 10, "(#10) Object does not exist, cannot be loaded due to missing permission or reviewable fea"),
        ),
        (
            "feature",
            (400, 100, "(#100) Object does not exist, cannot be loaded due to missing permission or reviewabl"),
        ),
        ("proof", (400, 100, "(#100) Pages Public Content Access requires either app secret proof or an app token")),
        ("parameter", (400, 100, "(#100) Invalid parameter")),
        ("alias", (404, 803, "(#803) Some of the aliases you requested do not exist: {object}")),
        (
            {"as": "migrated", "to": "100000000000777"},
            (400, 21, "(#21) Page ID {object} was migrated to page ID 100000000000777. Please update your API calls"),
        ),
        (200, (403, 200, "(#200) ")),
        (283, (403, 283, "(#283) Requires pages_read_engagement permission to manage the object")),
        (299, (403, 299, "(#299) ")),
    ],
)
def test_one_page_is_refused_with_its_edges(
    client: Client, pages: list[Account], said: object, expected: tuple[int, int, str]
) -> None:
    refused, other, _ = pages
    client.services.faults("facebook", refused={"objects": {refused.number: said}})
    for address in (refused.number, f"{refused.number}/posts"):
        status, code, message = _said(client.graph("facebook", address))
        assert (status, code) == expected[:2]
        assert message.startswith(expected[2].format(object=refused.number))
    good(client.graph("facebook", f"{other.number}/posts"))
    good(client.graph("facebook", refused.handle))  # it is refused by the name it is asked by


def test_every_saying_has_a_text_of_its_own() -> None:
    assert len({row.message for row in SAYINGS.values()}) == len(SAYINGS)
    assert all(row.message.startswith(f"(#{row.code}) ") for row in SAYINGS.values())


def test_several_objects_are_refused_in_several_ways(client: Client, pages: list[Account]) -> None:
    first, second, third = pages
    objects = {first.handle: "alias", second.number: "proof", third.items[0].graph_id: 230, third.items[1].graph_id: 10}
    client.services.faults("facebook", refused={"objects": objects})
    codes = [error_of(client.graph("facebook", name))["code"] for name in objects]
    assert codes == [803, 100, 230, 10]
    good(client.graph("facebook", f"{third.number}/posts"))
    assert [one["faults"] for one in client.services.requests("facebook")] == [["refused"]] * 4 + [[]]


def test_a_refusal_begins_in_mid_run_and_counts_its_own_objects_only(client: Client, pages: list[Account]) -> None:
    first, second, _ = pages
    client.services.faults("facebook", refused={"objects": {first.number: "feature"}, "from": 2})
    asked = [first, second, second, first, second]
    answers = [client.graph("facebook", page.number).status_code for page in asked]
    assert answers == [200, 200, 200, 400, 200]


def test_one_account_is_refused_by_business_discovery(client: Client, catalogues: Catalogues) -> None:
    refused, other = [one for one in catalogues["instagram"].accounts.values() if one.items and not one.gone][:2]
    client.services.faults("instagram", refused={"objects": {refused.handle: "parameter"}})
    assert _said(client.discovery(refused.handle)) == (400, 100, "(#100) Invalid parameter")
    good(client.discovery(other.handle))
    client.services.faults("instagram", refused={"objects": {USER_ID: "feature"}})
    assert _said(client.discovery(other.handle))[:2] == (400, 100)


def _gone(catalogue: Catalogue, reason: str) -> Item:
    return next(item for item in catalogue.items if item.gone == reason)


@on_graph
@pytest.mark.parametrize(("said", "expected"), [(True, (400, 10)), ("feature", (400, 100)), (200, (403, 200))])
def test_deleted_and_private_posts_are_answered_alike(
    client: Client, catalogues: Catalogues, platform: str, said: Any, expected: tuple[int, int]
) -> None:
    client.services.faults(platform, gone_as=said)
    for reason in ("removed", "private"):
        item = _gone(catalogues[platform], reason)
        client.services.clock(item.gone_at - 1)
        good(client.graph(platform, item.graph_id))
        client.services.clock(advance=1)
        assert _said(client.graph(platform, item.graph_id))[:2] == expected
    assert error_of(client.graph(platform, "102938475610293_1"))["error_subcode"] == 33


@on_graph
def test_a_post_that_was_not_made_yet_is_missing_and_not_gone(
    client: Client, catalogues: Catalogues, platform: str
) -> None:
    item = _gone(catalogues[platform], "removed")
    client.services.faults(platform, gone_as=True)
    client.services.clock(item.created - 1)
    assert error_of(client.graph(platform, item.graph_id))["error_subcode"] == 33


# ------------------------------------------------------------------------------------- secrets in paging links


def _links(walks: Walks, platform: str, query: dict[str, str], headers: dict[str, str]) -> list[str]:
    """`next` of the first page, and `previous` of the second."""
    edge = f"{walks.biggest['facebook'].number}/posts" if platform == "facebook" else f"{USER_ID}/media"
    address = f"{walks.services[platform]}/v26.0/{edge}"
    first = good(walks.client.http.get(address, params={"limit": "3", **query}, headers=headers))
    second = good(walks.client.http.get(first["paging"]["next"]))
    assert second["data"]
    return [first["paging"]["next"], second["paging"]["previous"]]


@on_graph
@pytest.mark.parametrize(
    ("switches", "proof", "expected"),
    [({}, {}, None), ({}, {"appsecret_proof": PROOF}, [PROOF]), ({"link_secrets": True}, {}, [PROOF])],
)
def test_links_hold_token_and_proof(walks: Walks, platform: str, switches: Any, proof: Any, expected: Any) -> None:
    walks.services.faults(platform, **switches)
    ways: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"access_token": TOKEN, **proof}, {}),
        (proof, {"Authorization": f"Bearer {TOKEN}"}),
    ]
    for query, headers in ways:
        for address in _links(walks, platform, query, headers):
            asked = parse_qs(urlsplit(address).query)
            assert (asked["access_token"], asked.get("appsecret_proof")) == ([TOKEN], expected)
    record = json.dumps(walks.services.requests(platform))
    assert TOKEN not in record
    assert PROOF not in record
