"""The errors of TikTok's Research API: what passes is asked again, what does not ends, and one owner is one owner."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from flows.sources import tiktok_research, tiktok_videos
from flows.sources.http import Answer
from flows.sources.tiktok_errors import USER_PATH, verdict
from flows.sources.walking import Gap, Verdict, Walk

NOW = datetime(2024, 2, 12, tzinfo=UTC)
WRONG = "Something went wrong. Please try again later."
# status, code, text -> kind, gap, what follows when it was asked again in vain, whether it stops the source
CASES: list[tuple[int, str, str, tuple[str, Gap | None, str, bool]]] = [
    (401, "access_token_invalid", "", ("again", Gap.TOKEN, "end", True)),
    (401, "scope_not_authorized", "", ("end", Gap.PERMISSION, "end", True)),
    (401, "scope_permission_missed", "", ("end", Gap.PERMISSION, "end", True)),
    (429, "daily_quota_limit_exceeded", "", ("end", Gap.QUOTA, "end", True)),
    (429, "rate_limit_exceeded", "Please try again later.", ("again", Gap.QUOTA, "end", True)),
    (400, "invalid_params", "Search Id 761 is invalid or expired", ("again", Gap.OUTAGE, "restart", False)),
    (400, "invalid_params", "Invalid count or cursor", ("again", Gap.OUTAGE, "restart", False)),
    (400, "invalid_params", WRONG, ("again", Gap.OUTAGE, "split", False)),
    (400, "invalid_params", "Something is wrong. Please try again later.", ("again", Gap.OUTAGE, "split", False)),
    (500, "internal_error", "", ("again", Gap.OUTAGE, "split", False)),
    (200, "timeout", "", ("again", Gap.OUTAGE, "split", False)),
    (503, "new_code", "", ("again", Gap.OUTAGE, "split", False)),
    (400, "invalid_params", "The field x is unknown", ("end", Gap.SHAPE, "end", True)),
]


def meaning(
    status: int, code: str, text: str, tries: int = 0, path: str = tiktok_research.QUERY_PATH, **headers: str
) -> Verdict:
    """What an error means."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Answer({"url": f"https://open.test{path}"}, NOW, NOW, status, names, b"")
    error = {"code": code, "message": text, "log_id": "2024"}
    return verdict("tiktok_research", answer, error, tries, "07:00 WIB")


@pytest.mark.parametrize(("status", "code", "text", "expected"), CASES)
def test_code_status_and_text_tell_what_an_error_is(
    status: int, code: str, text: str, expected: tuple[str, Gap | None, str, bool]
) -> None:
    found = meaning(status, code, text)
    assert (found.kind, found.end.gap, found.then, found.end.stops_source) == expected
    assert found.end.sentence.startswith("tiktok_research")
    assert found.end.sentence.endswith(".")
    assert "{" not in found.end.sentence


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (400, "username x is invalid: cannot find the user", "account gone"),
        (400, "API cannot return this user's information", "private"),
        (400, "The username is malformed", "unknown"),
    ],
)
def test_what_is_said_of_one_owner_ends_nothing(status: int, text: str, reason: str) -> None:
    found = meaning(status, "invalid_params", text, path=USER_PATH)
    assert (found.kind, found.body) == ("page", reason)
    assert meaning(400, "invalid_params", WRONG, path=USER_PATH).kind == "again"


def test_waits_are_those_the_server_names_or_grow_with_the_tries() -> None:
    assert meaning(429, "rate_limit_exceeded", "").wait == 60.0
    assert meaning(429, "rate_limit_exceeded", "", retry_after="7").wait == 7.0
    lost = "Search Id 1 is invalid or expired"
    assert [meaning(400, "invalid_params", lost, tries).wait for tries in range(3)] == [5.0, 10.0, 15.0]
    assert meaning(500, "internal_error", "").wait is None, "as the back-off has it"
    assert meaning(429, "daily_quota_limit_exceeded", "").end.sentence.endswith("it goes on after 07:00 WIB.")


def test_what_may_serve_later_is_asked_for_and_kept_as_it_came() -> None:
    walk = Walk("tiktok_research", "tiktok", "accounts", "posts", NOW.date(), NOW.date(), {"query": {}})
    connector = tiktok_research.TikTokResearch("key", "secret", ZoneInfo("Asia/Jakarta"), "WIB")
    fields = connector.request(walk, connector.start(walk)).params["fields"].split(",")
    assert {"favorites_count", "video_label", "is_stem_verified"} <= set(fields)
    label = {"content": "Cari tahu tentang Pemilu 2024", "vote": True}
    video = {"id": 7612828284020270862, "create_time": 1772499723, "favorites_count": 3, "video_label": label}
    tiktok_research.SHAPE.check([video, {**video, "favourites_count": 3}], "data.videos")
    assert tiktok_videos.post(video).likes is None, "what is put aside is no like"
