"""Stored posts looked at again: what a refusal says is told by what else is refused. Answers are folded by hand."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.collecting import gone
from flows.sources import facebook_graph, instagram_graph
from flows.sources.facebook_graph import FacebookGraph
from flows.sources.http import Answer, Request
from flows.sources.instagram_graph import InstagramGraph
from flows.sources.source import Stored, Watched
from flows.sources.walking import COMPLETE, End, Gap, Progress, Walk, advance

NOW = datetime(2024, 2, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Jakarta")
FACEBOOK = FacebookGraph("https://graph.test", "v26.0", "token", None, ZONE)
INSTAGRAM = InstagramGraph("https://graph.test", "v26.0", "token", None, "17841400000000001", ZONE)
UNSEEN = "Object does not exist, cannot be loaded due to missing permission or reviewable feature."
GONE = (400, {"error": {"code": 10, "message": f"(#10) {UNSEEN}"}})
CLOSED = (
    403,
    {"error": {"code": 10, "message": "(#10) This endpoint requires the 'pages_read_engagement' permission"}},
)
AWAY = (400, {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request. It does not exist"}})
BARE = (400, {"error": {"code": 100, "message": "(#100) Invalid parameter"}})
BROKEN = (500, {"error": {"code": 1, "message": "An unknown error occurred"}})
POST = (200, {"id": "x", "created_time": "2024-01-20T06:20:11+0000"})
LISTED = (200, {"data": [{"id": "1_9"}]})
EMPTY = (200, {"data": []})
Said = tuple[int, dict[str, Any]]


def moved(before: str, after: str) -> Said:
    words = f"(#21) Page ID {before} was migrated to page ID {after}.  Please update your API calls to the new ID"
    return 400, {"error": {"code": 21, "message": words}}


def answer(request: Request, status: int, body: Any) -> Answer:
    described = {"method": "GET", "url": f"https://graph.test{request.path}"}
    return Answer(described, NOW, NOW, status, {}, json.dumps(body).encode())


def looked(said: Callable[[str, int], Said], *ids: str, **target: Any) -> tuple[Progress, list[str]]:
    """The end of a look at posts, and what was asked in which order; `said` answers the n-th request for a name."""
    walk = Walk("facebook_graph", "facebook", "look-0", "look", NOW.date(), NOW.date(), {"ids": [*ids], **target})
    progress, asked = FACEBOOK.start(walk), []
    while progress.end is None:
        request = FACEBOOK.request(walk, progress)
        name = request.path.removeprefix("/v26.0/").removesuffix("/published_posts")
        asked.append(name)
        advance(FACEBOOK, walk, progress, answer(request, *said(name, asked.count(name))))
        assert len(asked) < 200
    return progress, asked


def saying(table: Mapping[str, Said]) -> Callable[[str, int], Said]:
    """Answers by name; what is not named is there: a post, or a Page with posts."""
    return lambda name, _: table.get(name, POST if "_" in name else LISTED)


@pytest.mark.parametrize(
    ("said", "reason"),
    [(GONE, "removed"), (AWAY, "removed"), (CLOSED, "private"), ((403, {"error": {"code": 283}}), "private")],
)
def test_one_refused_post_is_gone_and_ends_nothing_when_its_page_answers_after_it(said: Said, reason: str) -> None:
    progress, asked = looked(saying({"1_1": said}), "1_1", "2_1", "1_2", "2_2")
    assert asked == ["1_1", "2_1", "1_2", "2_2"], "the Page answered already with its other post"
    assert (progress.missing, progress.refused, progress.end) == ({"1_1": reason}, {}, COMPLETE)
    assert set(progress.seen) == {"2_1", "1_2", "2_2"}


def test_a_refusal_after_the_last_answer_of_its_page_is_believed_when_the_page_lists_posts() -> None:
    progress, asked = looked(saying({"1_2": GONE}), "1_1", "1_2", "2_1")
    assert asked == ["1_1", "1_2", "2_1", "1"]
    assert progress.missing == {"1_2": "removed"}
    assert progress.is_vouched
    assert set(progress.seen) == {"1_1", "2_1"}, "what the list of the Page shows was not looked for"


def test_a_permission_that_is_lost_in_the_middle_removes_nothing() -> None:
    ids = [f"1_{n}" for n in range(6)]
    lost = dict.fromkeys([*ids[2:], "1"], CLOSED)
    progress, asked = looked(saying(lost), *ids)
    assert asked == [*ids, "1"]
    assert progress.missing == {}
    assert set(progress.refused) == set(ids[2:])
    assert progress.end == COMPLETE
    (remark,) = progress.remarks.values()
    assert remark.startswith(
        "The Facebook Page 1 is refused (code 10) like 4 of its posts, more likely for a lost perm"
    )


@pytest.mark.parametrize("said", [GONE, CLOSED, BARE])
def test_nothing_is_removed_of_a_page_that_is_refused_itself_while_others_go_on(said: Said) -> None:
    progress, asked = looked(saying({"1_1": GONE, "1_2": CLOSED, "1": said, "2_1": GONE}), "1_1", "1_2", "2_1", "2_2")
    assert progress.missing == {"2_1": "removed"}
    assert set(progress.refused) == {"1_1", "1_2"}
    assert asked[-1] == "1"
    assert not progress.is_vouched


def test_the_posts_of_a_page_that_is_not_there_are_gone_with_it() -> None:
    progress, _ = looked(saying({"1_1": GONE, "1_2": AWAY, "1": AWAY}), "1_1", "1_2")
    assert progress.missing == {"1_1": "account gone", "1_2": "account gone"}
    assert not progress.is_vouched, "of this alone a lost permission would look the same"


def test_a_page_without_any_post_left_says_that_they_are_gone_but_vouches_for_nothing() -> None:
    progress, _ = looked(saying({"1_1": AWAY, "1": EMPTY}), "1_1")
    assert (progress.missing, progress.is_vouched) == ({"1_1": "removed"}, False)


def test_a_question_that_is_not_understood_says_nothing_of_its_post() -> None:
    progress, asked = looked(saying({"1_1": BARE}), "1_1", "1_2")
    assert asked == ["1_1", "1_2"]
    assert (progress.missing, set(progress.refused)) == ({}, {"1_1"})
    assert "The Facebook post 1_1 is refused (code 100: (#100) Invalid parameter)" in "".join(progress.remarks.values())


def test_a_fault_of_one_post_that_does_not_pass_is_passed_over() -> None:
    progress, asked = looked(saying({"1_1": BROKEN}), "1_1", "1_2", "1_3")
    assert asked == ["1_1"] * 7 + ["1_2", "1_3"]
    assert (progress.missing, set(progress.refused), progress.end) == ({}, {"1_1"}, COMPLETE)
    assert "could not be looked at" in "".join(progress.remarks.values())


def test_a_fault_of_three_posts_in_a_row_is_that_of_the_platform() -> None:
    ids = [f"1_{n}" for n in range(9)]
    progress, asked = looked(lambda *_: BROKEN, *ids)
    assert set(asked) == set(ids[:3])
    assert isinstance(progress.end, End)
    assert progress.end.gap is Gap.OUTAGE


def test_a_token_that_is_refused_ends_the_look_and_nothing_is_removed() -> None:
    expired = (400, {"error": {"code": 190, "error_subcode": 463, "message": "Session has expired"}})
    progress, asked = looked(saying({"1_1": GONE, "1_2": expired}), "1_1", "1_2", "1_3")
    assert asked == ["1_1", "1_2"]
    assert isinstance(progress.end, End)
    assert (progress.end.gap, progress.end.stops_source, progress.missing) == (Gap.TOKEN, True, {})


def test_a_page_with_a_new_id_is_followed() -> None:
    said = {"1_1": moved("1", "7"), "7_2": GONE}
    progress, asked = looked(saying(said), "1_1", "1_2", "1_3")
    assert asked == ["1_1", "7_1", "7_2", "7_3"]
    assert progress.missing == {"7_2": "removed"}
    assert "write 7 in place of it" in progress.remarks["1"]


def test_posts_are_asked_for_by_the_new_id_that_only_their_page_tells() -> None:
    progress, asked = looked(saying({"1_1": AWAY, "1_2": GONE, "1": moved("1", "7"), "7_2": GONE}), "1_1", "1_2")
    assert asked == ["1_1", "1_2", "1", "7_1", "7_2", "7"]
    assert progress.missing == {"7_2": "removed"}
    assert set(progress.seen) == {"7_1"}


def test_ids_that_lead_in_a_circle_are_not_followed_for_ever() -> None:
    said = {"1_1": moved("1", "7"), "7_1": moved("7", "1"), "7": moved("7", "7")}
    progress, _ = looked(saying(said), "1_1")
    assert (progress.missing, set(progress.refused)) == ({}, {"7_1"})


def test_a_post_is_gone_only_when_it_is_refused_under_both_ids_of_its_page() -> None:
    others = {"1_1": "7_1", "1_2": "7_2"}
    progress, asked = looked(saying({"1_1": AWAY, "1_2": AWAY, "7_2": GONE}), "1_1", "1_2", "1_3", others=others)
    assert asked == ["1_1", "7_1", "1_2", "7_2", "1_3"]
    assert set(progress.seen) == {"7_1", "1_3"}
    assert progress.missing == {"1_2": "removed"}


def stored(post_id: str, days: int, platform: str = "facebook", **facts: Any) -> Stored:
    seen = NOW - timedelta(days=days)
    return Stored(platform, post_id, facts.get("url"), facts.get("query", "account:1"), seen, seen)


def test_the_second_id_of_a_page_is_that_of_the_address() -> None:
    posts = [
        stored("11", 3, url="https://www.facebook.com/7/posts/11"),
        stored("12", 3, url="https://www.facebook.com/kabar/posts/12"),
        stored("13", 3, url="https://www.facebook.com/7/posts/13", query="keyword"),
        stored("14", 3, query=None),
    ]
    ((name, target),) = facebook_graph.looks(posts, Watched())
    assert (name, target) == ("look-0", {"ids": ["1_11", "1_12", "7_13"], "others": {"1_11": "7_11"}})


def test_what_was_asked_for_in_vain_comes_after_all_others() -> None:
    posts = [stored("1", 30), stored("2", 29), stored("3", 28)]
    noted = gone.noted({}, posts, {("facebook", "1"), ("facebook", "9")}, NOW)
    assert [post.post_id for post in gone.in_turn(posts, {})] == ["1", "2", "3"]
    assert [post.post_id for post in gone.in_turn(posts, noted)] == ["2", "3", "1"]
    assert list(gone.noted(noted, posts[1:], set(), NOW)) == [], "what is not due any more is forgotten"
    later = gone.noted(noted, posts, {("facebook", "2")}, NOW + timedelta(days=1))
    assert [post.post_id for post in gone.in_turn(posts, later)] == ["3", "1", "2"]


# ------------------------------------------------------------------------------------------------ Instagram


def discovered(codes: list[str], day: date, after: str | None) -> Said:
    media = [
        {"id": f"9{n}", "permalink": f"https://www.instagram.com/p/{code}/", "timestamp": f"{day}T05:10:33+0000"}
        for n, code in enumerate(codes)
    ]
    paging = {"paging": {"cursors": {"after": after}}} if after else {}
    return 200, {"business_discovery": {"media": {"data": media, **paging}}}


def discovery(pages: list[Said], ids: list[str], oldest: date) -> tuple[Progress, int]:
    posts = [
        Stored("instagram", each, None, "account:kabar", datetime(*oldest.timetuple()[:3], tzinfo=UTC), NOW)
        for each in ids
    ]
    ((name, target),) = instagram_graph.looks(posts, Watched(("kabar",)))
    walk = Walk("instagram_graph", "instagram", name, "look", NOW.date(), NOW.date(), target)
    progress, sent = INSTAGRAM.start(walk), 0
    while progress.end is None and sent < 100:
        request = INSTAGRAM.request(walk, progress)
        advance(INSTAGRAM, walk, progress, answer(request, *pages[min(sent, len(pages) - 1)]))
        sent += 1
    return progress, sent


def test_a_look_at_an_account_goes_back_to_the_oldest_media_looked_for() -> None:
    days = [date(2024, 2, 10) - timedelta(days=10 * n) for n in range(8)]
    codes = [f"C{n}abcdefghi" for n in range(8)]
    pages = [discovered([code], day, f"Q{n}") for n, (code, day) in enumerate(zip(codes, days, strict=True))]
    progress, sent = discovery(pages, [codes[1], codes[4], "Cgoneabcdef"], days[4])
    assert progress.missing == {"Cgoneabcdef": "removed"}
    assert sent == 7, "two pages wholly before it end the look"


def test_an_account_whose_pages_do_not_end_is_an_outage_and_removes_nothing() -> None:
    progress, sent = discovery([discovered([], NOW.date(), "Q")], ["Cgoneabcdef"], NOW.date())
    assert sent < 100
    assert isinstance(progress.end, End)
    assert (progress.end.gap, progress.missing) == (Gap.OUTAGE, {})


NOBODY = (400, {"error": {"code": 110, "error_subcode": 2207013, "message": "Invalid user id"}})
ASKER = "Unsupported get request. Object with ID '17841400000000001' does not exist, cannot be loaded"


@pytest.mark.parametrize(
    ("said", "gap", "missing", "refused"),
    [
        (NOBODY, None, {"C1abcdefghi": "account gone"}, set()),
        (CLOSED, Gap.PERMISSION, {}, {"C1abcdefghi"}),
        (GONE, Gap.PERMISSION, {}, {"C1abcdefghi"}),
        (BARE, Gap.REFUSED, {}, {"C1abcdefghi"}),
        ((400, {"error": {"code": 100, "error_subcode": 33, "message": ASKER}}), Gap.PERMISSION, {}, set()),
    ],
)
def test_only_an_account_that_is_not_there_takes_its_media_with_it(
    said: Said, gap: Gap | None, missing: dict[str, str], refused: set[str]
) -> None:
    progress, _ = discovery([said], ["C1abcdefghi"], NOW.date())
    assert isinstance(progress.end, End)
    assert (progress.end.gap, progress.missing, set(progress.refused)) == (gap, missing, refused)
    assert progress.end.stops_source == ("instagram_user_id" in progress.end.sentence) == (ASKER in json.dumps(said))
