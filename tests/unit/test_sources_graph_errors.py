"""The errors of the Graph API by code, subcode and text: whose they are, what they leave, what is said."""

import re
from typing import Any

import pytest

from flows.simulation.services import graph_errors as standins
from flows.sources.graph_errors import TABLE, refusal, refusal_in
from flows.sources.walking import Gap

UNSEEN = (
    "Object does not exist, cannot be loaded due to missing permission or reviewable feature, or does not support this"
    " operation. This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access'"
    " feature."
)
READING = "This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature."
AWAY = "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions"
# code, subcode, text -> concern, gap, what a post refused so is when its Page answers, what an account refused so is
CASES: list[tuple[int, int | None, str, tuple[str, Gap, str, str]]] = [
    (4, None, "(#4) Application request limit reached", ("pace", Gap.QUOTA, "", "")),
    (613, 1996, "(#613) Calls to this api have exceeded the rate limit.", ("pace", Gap.QUOTA, "", "")),
    (80001, None, "(#80001) There have been too many calls to this Page account.", ("pace", Gap.QUOTA, "", "")),
    (80002, None, "(#80002) There have been too many calls", ("pace", Gap.QUOTA, "", "")),
    (190, 492, "The user must be an administrator of the page", ("object", Gap.PERMISSION, "private", "")),
    (190, 459, "The user is enrolled in a blocking, logged-in checkpoint", ("source", Gap.TOKEN, "", "")),
    (190, 463, "Error validating access token: Session has expired", ("source", Gap.TOKEN, "", "")),
    (190, None, "Malformed access token", ("source", Gap.TOKEN, "", "")),
    (102, None, "(#102) Session key invalid", ("source", Gap.TOKEN, "", "")),
    (104, None, "An access token is required to request this resource.", ("source", Gap.TOKEN, "", "")),
    (2500, None, "An active access token must be used to query information", ("source", Gap.TOKEN, "", "")),
    (1, None, "Please reduce the amount of data you're asking for, then retry", ("size", Gap.OUTAGE, "", "")),
    (100, None, "Please reduce the amount of data you're asking for", ("size", Gap.OUTAGE, "", "")),
    (1, None, "An unknown error occurred", ("moment", Gap.OUTAGE, "", "")),
    (2, None, "Service temporarily unavailable", ("moment", Gap.OUTAGE, "", "")),
    (368, None, "(#368) The action attempted has been deemed abusive", ("source", Gap.PERMISSION, "", "")),
    (3, None, "(#3) Application does not have the capability", ("object", Gap.PERMISSION, "", "")),
    (100, None, "Invalid appsecret_proof provided in the API argument", ("source", Gap.PERMISSION, "", "")),
    (100, None, "API calls from the server require an appsecret_proof argument", ("source", Gap.PERMISSION, "", "")),
    (
        100,
        None,
        "(#100) Pages Public Content Access requires either app secret proof or an app token",
        ("object", Gap.PERMISSION, "", ""),
    ),
    (21, None, "(#21) Page ID 1 was migrated to page ID 22.  Please update", ("moved", Gap.MOVED, "", "")),
    (100, 21, "Page ID 1 was migrated to page ID 22.", ("moved", Gap.MOVED, "", "")),
    (
        803,
        None,
        "(#803) Some of the aliases you requested do not exist: kabar",
        ("object", Gap.GONE, "removed", "gone"),
    ),
    (100, 33, AWAY, ("object", Gap.PERMISSION, "removed", "gone")),
    (110, 2207013, "Invalid user id", ("object", Gap.PERMISSION, "removed", "gone")),
    (10, None, f"(#10) {UNSEEN}", ("object", Gap.PERMISSION, "removed", "")),  # of a deleted post, since v22
    (100, None, f"(#100) {UNSEEN}", ("object", Gap.PERMISSION, "removed", "")),
    (10, None, f"(#10) {READING}", ("object", Gap.PERMISSION, "private", "")),
    (200, None, "(#200) Permissions error", ("object", Gap.PERMISSION, "private", "")),
    (283, None, "(#283) Requires pages_read_engagement permission", ("object", Gap.PERMISSION, "private", "")),
    (299, None, "(#299) ", ("object", Gap.PERMISSION, "private", "")),
    (100, None, f"(#100) {READING}", ("object", Gap.PERMISSION, "private", "")),
    (18, 2207034, "(#18) The maximum number of hashtags was queried", ("object", Gap.QUOTA, "", "")),
    (100, None, "(#100) The After Cursor specified exceeds the max limit", ("place", Gap.OUTAGE, "", "")),
    (100, None, "(#100) Invalid parameter", ("object", Gap.REFUSED, "", "")),
    (100, None, "(#100) Tried accessing nonexisting field (x) on node type (Page)", ("object", Gap.REFUSED, "", "")),
    (2500, None, "Unknown path components: /x", ("object", Gap.REFUSED, "", "")),
    (9007, None, "", ("object", Gap.REFUSED, "", "")),
]


def error(code: int, subcode: int | None, text: str, **more: Any) -> dict[str, Any]:
    return {"message": text, "code": code, **({} if subcode is None else {"error_subcode": subcode}), **more}


@pytest.mark.parametrize(("code", "subcode", "text", "expected"), CASES)
def test_code_subcode_and_text_tell_whose_an_error_is(
    code: int, subcode: int | None, text: str, expected: tuple[str, Gap, str, str]
) -> None:
    row = refusal(error(code, subcode, text)).row
    assert (row.concern, row.gap, row.post, row.account.removeprefix("account ")) == expected


def test_every_row_is_the_first_that_fits_some_error() -> None:
    fitting = {id(refusal(error(code, subcode, text)).row) for code, subcode, text, _ in CASES}
    fitting.add(id(refusal(error(10, None, "", is_transient=True)).row))
    assert [row for row in TABLE if id(row) not in fitting] == []


def test_an_error_says_so_itself_when_it_passes_and_a_limit_or_a_token_still_comes_first() -> None:
    assert refusal(error(10, None, "", is_transient=True)).row.concern == "moment"
    assert refusal(error(4, None, "", is_transient=True)).row.concern == "pace"
    assert refusal(error(190, None, "", is_transient=True)).row.gap is Gap.TOKEN
    assert refusal(error(10, None, "", is_transient=False)).row.concern == "object"


def test_what_is_said_to_the_user_counts_too() -> None:
    body = {"error": error(1, 99, "An unknown error", error_user_msg="Please reduce the amount of data")}
    found = refusal_in(body)
    assert found is not None
    assert found.row.concern == "size"
    assert refusal_in({"data": []}) is None


@pytest.mark.parametrize(
    "body", [{"error": "oops"}, {"error": {}}, {"error": {"code": "100"}}, {"error": {"code": [1]}}]
)
def test_an_error_of_no_known_form_is_one_refusal(body: dict[str, Any]) -> None:
    found = refusal_in(body)
    assert found is not None
    assert found.row.gap is Gap.REFUSED
    assert not found.is_known


def test_the_new_id_of_a_page_is_read_and_told() -> None:
    found = refusal(error(21, None, "(#21) Page ID 1 was migrated to page ID 22.  Please update your API calls"))
    assert found.to == "22"
    assert found.sentence("s", "The Facebook Page 1") == (
        "The Facebook Page 1 is 22 now (code 21); write 22 in place of it under [watch]."
    )
    assert refusal(error(21, None, "(#21) gone")).to is None


@pytest.mark.parametrize(("code", "subcode", "text", "expected"), CASES)
def test_a_sentence_says_what_where_and_what_to_do(
    code: int, subcode: int | None, text: str, expected: tuple[str, Gap, str, str]
) -> None:
    said = refusal(error(code, subcode, text)).sentence("facebook_graph", "The Facebook Page 1")
    assert said.endswith(".")
    assert not re.search(r"[{}]|None", said)
    assert ("The Facebook Page 1" in said) == (expected[0] in ("object", "moved"))
    assert ("facebook_graph" in said) == (expected[0] not in ("object", "moved"))
    assert f"code {code}" in said


@pytest.mark.parametrize("name", standins.SAYINGS)
def test_no_saying_of_the_simulated_platform_is_unknown_but_the_bare_one(name: str) -> None:
    row = standins.SAYINGS[name]
    found = refusal(error(row.code, None, row.message.format(object="1", to="22")))
    assert found.is_known == (name != "parameter")
    assert found.row.concern in ("object", "moved")
