"""Every fault on every platform: the extraction ends complete with exactly the posts, or partial with exactly the days
that are missing marked; never with a day called collected that is not. The number of cases is printed."""

from datetime import date
from typing import Any

import pytest

from flows.sources import facebook_graph, instagram_graph, tiktok_research
from flows.sources.walking import Gap
from tests.extract.watching import SINCE, TODAY, Watching, days

ALL = ("tiktok", "facebook", "instagram")
GRAPH = ("facebook", "instagram")
ONE = "the first account that is watched"
MARKED = {str(gap) for gap in Gap} | {"day not over", "fall to nothing"}

# name -> platforms, switches, how it must end: complete, or the reasons of which one must be given for what is missing
CASES: dict[str, tuple[tuple[str, ...], dict[str, Any], str | set[str]]] = {
    "no fault": (ALL, {}, "complete"),
    "429 without Retry-After": (ALL, {"rate_limit": {"every": 4, "times": 2}}, "complete"),
    "429 with Retry-After": (ALL, {"rate_limit": {"every": 4, "retry_after": 7}}, "complete"),
    "429 with a date to retry after": (
        ALL,
        {"rate_limit": {"every": 4, "retry_after": 7, "as_date": True}},
        "complete",
    ),
    "429 for good": (ALL, {"rate_limit": True}, {"quota", "outage"}),
    "500 now and then": (ALL, {"server_error": {"every": 3}}, "complete"),
    "500 by chance": (ALL, {"server_error": {"rate": 0.4}, "seed": 3}, "complete"),
    "500 for good": (ALL, {"server_error": True}, {"outage"}),
    "500 from the fourth request": (ALL, {"server_error": {"from": 4}}, {"outage"}),
    "502 as a web page": (ALL, {"html_error": {"every": 3}}, "complete"),
    "504 as a web page": (ALL, {"html_error": {"every": 3, "status": 504}}, "complete"),
    "web pages for good": (ALL, {"html_error": True}, {"outage"}),
    "200 as a web page": (ALL, {"html_error": {"every": 3, "status": 200}}, "complete"),
    "JSON cut off": (ALL, {"truncated": {"every": 3}}, "complete"),
    "JSON cut off for good": (ALL, {"truncated": True}, {"outage"}),
    "connection dropped": (ALL, {"drop_connection": {"every": 3}}, "complete"),
    "connection dropped within the answer": (ALL, {"drop_connection": {"every": 3, "within": True}}, "complete"),
    "connection dropped for good": (ALL, {"drop_connection": True}, {"outage"}),
    "slow answers": (ALL, {"latency": {"seconds": 0.9, "at": [2]}}, "complete"),
    "a slow drip": (ALL, {"slow_drip": {"at": [2], "seconds": 0.3, "bytes": 40}}, "complete"),
    "a body that never ends": (ALL, {"endless_body": {"at": [2]}}, "complete"),
    "an error at 200": (ALL, {"error_200": {"every": 3}}, "complete"),
    "the token expires": (ALL, {"expired_token": {"at": [3]}}, {"token expired"}),
    "the token expires for good": (ALL, {"expired_token": {"from": 3}}, {"token expired"}),
    "the permission is lost": (ALL, {"permission_lost": {"from": 3}}, {"permission"}),
    "a required field renamed": (
        ("tiktok",),
        {"changed_shape": {"field": "create_time", "from": 2}},
        {"shape changed"},
    ),
    "a required field renamed ": (
        ("facebook",),
        {"changed_shape": {"field": "created_time", "from": 2}},
        {"shape changed"},
    ),
    "a required field renamed  ": (
        ("instagram",),
        {"changed_shape": {"field": "timestamp", "from": 2}},
        {"shape changed"},
    ),
    "a field of another type": (
        ALL,
        {"changed_shape": {"field": "id", "change": "type", "from": 2}},
        {"shape changed"},
    ),
    "the list renamed": (GRAPH, {"changed_shape": {"field": "data", "from": 2}}, {"shape changed"}),
    "the list renamed ": (("tiktok",), {"changed_shape": {"field": "videos", "from": 2}}, {"shape changed"}),
    "the end of the paging renamed": (("tiktok",), {"changed_shape": {"field": "has_more"}}, {"shape changed"}),
    "the paging renamed": (GRAPH, {"changed_shape": {"field": "paging"}}, {"shape changed"}),
    "a cursor repeated": (ALL, {"repeated_cursor": {"at": [1]}}, "any"),
    "a cursor repeated for good": (ALL, {"repeated_cursor": True}, {"outage"}),
    "pages that never end, empty": (ALL, {"endless_pages": "empty"}, {"outage"}),
    "pages that never end, the same": (("tiktok", "facebook"), {"endless_pages": "repeat"}, {"outage"}),
    # Newest first: pages of old posts alone end the walk before the days asked for are in doubt.
    "pages that never end, the same ": (("instagram",), {"endless_pages": "repeat"}, "complete"),
    "empty pages with more to come": (ALL, {"empty_pages": {"every": 2}}, "complete"),
    "short pages with more to come": (ALL, {"short_pages": {"every": 1}}, "complete"),
    "items twice": (ALL, {"duplicates": {"every": 1}}, "complete"),
    "items in another order": (ALL, {"reordered": {"every": 1}}, "complete"),
    "likes left out": (ALL, {"omit_likes": {"every": 2}}, "complete"),
    "clock an hour ahead": (ALL, {"clock_skew": 3600}, "complete"),
    "clock an hour behind": (ALL, {"clock_skew": -3600}, "complete"),
    "two days of outage": (("tiktok",), {"outage_days": {"days": ["2024-01-24", "2024-01-25"]}}, {"outage"}),
    "the day's quota": (("tiktok",), {"quota": 4}, {"quota"}),
    "the day's quota by another name": (("tiktok",), {"quota": {"limit": 4, "code": "rate_limit_exceeded"}}, {"quota"}),
    "a cold cache": (("tiktok",), {"cold_cache": 3}, "complete"),
    "search ids refused": (("tiktok",), {"invalid_search_id": {"at": [1]}}, "complete"),
    "search ids forgotten": (("tiktok",), {"invalid_search_id": {"at": [1], "forget": True}}, "complete"),
    "cursors refused": (("tiktok",), {"invalid_cursor": {"at": [1, 2]}}, "complete"),
    "cursors refused for good": (("tiktok",), {"invalid_cursor": True}, "any"),
    "NUL in a name": (("tiktok",), {"nul_username": True}, "complete"),
    "video_id for id": (("tiktok",), {"video_id": {"every": 1}}, "complete"),
    "the end date is exclusive": (("tiktok",), {"end_date_exclusive": True}, "complete"),
    "no token, at 200": (("tiktok",), {"token_failure": {"status": 200}}, {"permission"}),
    "no token, at 400": (("tiktok",), {"token_failure": {"status": 400}}, {"permission"}),
    "no token, at 401": (("tiktok",), {"token_failure": {"status": 401}}, {"permission"}),
    "no token once": (
        ("tiktok",),
        {"token_failure": {"error": "invalid_request", "first": 1}},
        "complete",
    ),
    "errors without data": (("tiktok",), {"error_only": True, "server_error": {"every": 3}}, "complete"),
    "throttled": (GRAPH, {"throttle": {"at": [2]}}, "complete"),
    "throttled for good": (GRAPH, {"throttle": {"from": 2}}, {"quota"}),
    "business throttled": (("facebook",), {"throttle": {"code": 80001, "at": [2], "minutes": 3}}, "complete"),
    "usage near the limit": (GRAPH, {"usage": 97}, "complete"),
    "usage unreadable": (GRAPH, {"usage": {"percent": 97, "form": "garbage"}}, "complete"),
    "too much data": (GRAPH, {"reduce_data": 25}, "complete"),
    "too much data, said to the user": (GRAPH, {"reduce_data": {"above": 25, "in_user_message": True}}, "complete"),
    "a stale cursor": (GRAPH, {"invalid_cursor": {"at": [1]}}, "complete"),
    "stale cursors for good": (GRAPH, {"invalid_cursor": True}, {"outage"}),
    "blocked for a policy": (GRAPH, {"error": {"code": 368, "from": 3}}, {"permission"}),
    "a passing fault": (GRAPH, {"error": {"code": 2, "is_transient": True, "every": 3}}, "complete"),
    "a parameter refused": (GRAPH, {"error": {"code": 100, "from": 3}}, {"request refused"}),
    "a code nobody knows": (GRAPH, {"error": {"code": 9007, "from": 3}}, {"request refused"}),
    "one account refused in the words for what is gone": (
        GRAPH,
        {"refused": {"objects": {ONE: "gone"}}},
        {"permission"},
    ),
    "one account refused for a permission": (GRAPH, {"refused": {"objects": {ONE: "feature"}}}, {"permission"}),
    "one account wants a proof": (GRAPH, {"refused": {"objects": {ONE: "proof"}}}, {"permission"}),
    "one account refused as a parameter": (GRAPH, {"refused": {"objects": {ONE: "parameter"}}}, {"request refused"}),
    "one account by 200": (GRAPH, {"refused": {"objects": {ONE: 200}}}, {"permission"}),
    "one account by 283": (GRAPH, {"refused": {"objects": {ONE: 283}}}, {"permission"}),
    "one account by 3": (GRAPH, {"refused": {"objects": {ONE: 3}}}, {"permission"}),
    "one account by an unknown code": (GRAPH, {"refused": {"objects": {ONE: 2500}}}, {"request refused"}),
    "one account has no such name": (GRAPH, {"refused": {"objects": {ONE: "alias"}}}, {"account gone"}),
    "one account refused in the middle": (GRAPH, {"refused": {"objects": {ONE: "feature"}, "from": 2}}, {"permission"}),
    "one Page moved in a circle": (
        ("facebook",),
        {"refused": {"objects": {ONE: {"as": "migrated", "to": ONE}}}},
        {"account moved"},
    ),
    "secrets in the links": (GRAPH, {"link_secrets": True}, "complete"),
    "a 400 that passes": (("tiktok",), {"passing_400": {"every": 3}}, "complete"),
    "a 400 that passes, in other words": (
        ("tiktok",),
        {"passing_400": {"every": 3, "message": "Something is wrong. Please try again later"}},
        "complete",
    ),
    "a 400 that does not pass": (("tiktok",), {"passing_400": True}, {"outage"}),
    "the last page: before only": (("facebook",), {"last_page": "before"}, "complete"),
    "the last page: previous": (("facebook",), {"last_page": "previous"}, "complete"),
    "the last page: no paging": (("facebook",), {"last_page": "none"}, "complete"),
    "paging by time": (("facebook",), {"time_paging": True}, "complete"),
    "by time, not by rank": (("facebook",), {"chronological": True}, "complete"),
    "the window is ignored": (("facebook",), {"ignore_window": True}, "complete"),
}
MATRIX = [(name, platform) for name, (platforms, _, _) in CASES.items() for platform in platforms]
# One of each class of faults runs every time, on every platform that has it; all of them with `-m "slow or not slow"`.
COMMON = {
    *("no fault", "429 with Retry-After", "500 now and then", "502 as a web page"),
    *("JSON cut off", "the token expires for good", "the permission is lost", "a required field renamed"),
    *("a cursor repeated", "pages that never end, empty", "items twice", "items in another order", "a slow drip"),
    *("an error at 200", "clock an hour ahead", "the day's quota", "throttled", "a stale cursor"),
    *("one account refused for a permission", "one account refused as a parameter", "secrets in the links"),
    *("a 400 that passes", "one Page moved in a circle"),
}
MARKED_MATRIX = [
    pytest.param(name, platform, marks=() if name.strip() in COMMON else pytest.mark.slow) for name, platform in MATRIX
]


def of_one(value: Any, name: str) -> Any:
    """Switches with the name of an account in its place."""
    if isinstance(value, dict):
        return {name if key == ONE else key: of_one(each, name) for key, each in value.items()}
    return name if value == ONE else value


def judged(watching: Watching, platform: str) -> tuple[list[tuple[str, date]], set[str]]:
    """Checks every row against the truth; gives the rows that are missing (of days that are over) and their reasons."""
    found = watching.found(platform)
    rows = watching.ledger(platform)
    every = {post for ids in found.values() for post in ids}
    assert {day for _, day in rows} == set(days(SINCE, TODAY)), "every planned day has a row"
    missing = []
    for (query, day), row in rows.items():
        true = watching.posts_of(query, platform, day)
        if row["succeeded"] == "1":
            assert true <= every, f"{query} {day} is called collected and lacks {len(true - every)} posts"
            assert (row["reason"] == "empty") == (not true), f"{query} {day}: {row['reason']!r} with {len(true)} posts"
        else:
            assert row["reason"] in MARKED, row
            if day != TODAY:
                missing.append((query, day))
    true_posts = {post for ids in watching.truth(platform).values() for post in ids}
    in_window = {post for day, ids in found.items() if SINCE <= day <= TODAY for post in ids}
    assert in_window <= true_posts, "a post that does not exist"
    return missing, {rows[key]["reason"] for key in missing}


@pytest.mark.parametrize(("name", "platform"), MARKED_MATRIX)
def test_it_ends_complete_or_says_what_is_missing(
    watching: Watching, name: str, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (tiktok_research, facebook_graph, instagram_graph):
        monkeypatch.setattr(module, "PAGE_SIZE", 12)  # so that every walk has pages
    _, switches, expected = CASES[name]
    one = watching.names(platform)[0]
    watching.services.faults(platform, **of_one(switches, one))
    done = watching.pull(platform)
    missing, reasons = judged(watching, platform)
    if "refused" in switches:
        assert {query for query, _ in missing} == {f"account:{one}"}, "all others go on"
        assert done.failure is None
        (sentence,) = done.sentences
        assert f" {one} " in sentence
    if expected == "complete":
        assert missing == [], (reasons, done)
        assert done.failure is None
    elif isinstance(expected, set):
        if name == "the token expires" and platform == "tiktok":  # a new one is fetched
            assert missing == []
            return
        assert missing, "the fault had no effect"
        assert reasons <= expected, (reasons, done.failure, done.sentences)
        assert done.failure is not None or done.sentences


def test_a_page_with_a_new_id_is_read_by_it_and_the_id_is_told(watching: Watching) -> None:
    account = next(each for each in watching.accounts("facebook") if each.handle != each.number)
    names = [each.number for each in watching.accounts("facebook") if each is not account]
    watching.services.faults(
        "facebook", refused={"objects": {account.handle: {"as": "migrated", "to": account.number}}}
    )
    done = watching.pull("facebook", watch={"since": SINCE, "facebook": {"accounts": [account.handle, *names]}})
    assert judged(watching, "facebook") == ([], set())
    assert (done.failure, done.complete) == (None, done.walks)
    (sentence,) = done.sentences
    assert f"The Facebook Page {account.handle} is {account.number} now (code 21); write {account.number}" in sentence


def test_the_outage_of_two_days_costs_those_two_days_only(watching: Watching) -> None:
    watching.services.faults("tiktok", outage_days={"days": ["2024-01-24", "2024-01-25"]})
    watching.pull("tiktok")
    missing, reasons = judged(watching, "tiktok")
    touched = {day for _, day in missing}
    assert {date(2024, 1, 24), date(2024, 1, 25)} <= touched <= set(days(date(2024, 1, 23), date(2024, 1, 26)))
    assert reasons == {"outage"}


def test_the_cases_are_many(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        common = sum(name.strip() in COMMON for name, _ in MATRIX)
        print(f"\nfault matrix: {len(MATRIX)} cases of {len(CASES)} faults, {common} of them in the common run")
    assert len(MATRIX) >= 120
    assert {name.strip() for name in CASES} >= COMMON
    for platform in ALL:
        assert sum(each == platform for _, each in MATRIX) >= 35
