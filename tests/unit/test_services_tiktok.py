"""The stand-in of TikTok's Research API keeps the contract of the real one."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from flows.simulation.services.archive import Catalogue
from flows.simulation.services.serve import Services
from tests.platform_walks import ALL_IN_INDONESIA, JANUARY, Client, data_of, error_of, video_ids
from tests.unit.conftest import LANDED

Catalogues = dict[str, Catalogue]


def _condition(name: str, *values: str, operation: str = "EQ") -> dict[str, Any]:
    return {"operation": operation, "field_name": name, "field_values": list(values)}


def _january(catalogue: Catalogue) -> list[str]:
    first, last = (int(datetime(2024, month, 1, tzinfo=UTC).timestamp()) for month in (1, 2))
    now = int(LANDED.timestamp())
    return [item.post_id for item in catalogue.items if first <= item.created < last and item.is_here(now)]


def test_the_token_answer_is_flat(client: Client) -> None:
    body = client.tiktok_token().json()
    assert body.keys() == {"access_token", "expires_in", "token_type"}
    assert body["access_token"].startswith("clt.")
    assert (body["expires_in"], body["token_type"]) == (7200, "Bearer")


def test_a_wrong_secret_is_told_flat(client: Client) -> None:
    answer = client.tiktok_token(client_secret="wrong")
    assert answer.json().keys() == {"error", "error_description", "log_id"}
    assert answer.json()["error"] == "invalid_client"


def test_the_token_call_takes_forms_only(client: Client) -> None:
    answer = client.http.post(f"{client.services['tiktok']}/v2/oauth/token/", json={"client_key": "season-key"})
    assert answer.json()["error"] == "invalid_request"


def test_a_token_expires_after_two_hours(client: Client) -> None:
    client.tiktok_token()
    client.services.clock(advance=7199)
    assert client.videos().status_code == 200
    client.services.clock(advance=1)
    refused = client.videos()
    assert (refused.status_code, error_of(refused)["code"]) == (401, "access_token_invalid")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_name_of_the_scheme_may_be_in_lower_case(client: Client, scheme: str) -> None:
    client.tiktok_token()
    address = f"{client.services['tiktok']}/v2/research/user/info/?fields=display_name"
    headers = {"Authorization": f"{scheme} {client.token}"}
    answer = client.http.post(address, json={"username": "kpu.kab.batang"}, headers=headers)
    assert data_of(answer).keys() == {"display_name"}


def test_all_pages_give_every_video_once_with_decreasing_id(client: Client, catalogues: Catalogues) -> None:
    pages = client.video_pages()
    found = video_ids(pages)
    assert found == _january(catalogues["tiktok"])
    assert [int(one) for one in found] == sorted(map(int, found), reverse=True)
    assert [page["cursor"] for page in pages] == [100 * (n + 1) for n in range(len(pages))]
    assert len({page["search_id"] for page in pages}) == 1


def test_removed_videos_leave_short_pages(client: Client, catalogues: Catalogues) -> None:
    gone = [item for item in catalogues["tiktok"].items if item.gone and item.account.gone == ""]
    moment = datetime.fromtimestamp(gone[0].created, UTC)
    day = moment.strftime("%Y%m%d")
    client.services.clock(gone[0].gone_at - 1)
    before = client.video_pages(start_date=day, end_date=day, max_count=10)
    client.services.clock(advance=1)
    client.token = ""
    after = client.video_pages(start_date=day, end_date=day, max_count=10)
    assert set(video_ids(before)) - set(video_ids(after)) == {gone[0].post_id}
    assert len(before) == len(after)


def test_videos_appear_as_time_goes_by(client: Client, catalogues: Catalogues) -> None:
    client.services.clock(datetime(2024, 1, 10, 12, tzinfo=UTC))
    newest = max(int(video["create_time"]) for page in client.video_pages() for video in page["videos"])
    assert newest <= int(datetime(2024, 1, 10, 12, tzinfo=UTC).timestamp())
    assert newest > int(datetime(2024, 1, 10, tzinfo=UTC).timestamp())


def test_only_the_fields_asked_for_are_returned(client: Client) -> None:
    videos = data_of(client.videos("id, create_time"))["videos"]
    assert all(video.keys() == {"id", "create_time"} for video in videos)
    assert all(isinstance(video["id"], int) for video in videos)


def test_what_a_video_does_not_have_is_absent(client: Client) -> None:
    videos = data_of(client.videos("id,like_count,effect_ids,voice_to_text,playlist_id"))["videos"]
    assert {"effect_ids", "voice_to_text"} & {key for video in videos for key in video}
    assert not all("voice_to_text" in video for video in videos)
    assert None not in [value for video in videos for value in video.values()]


def test_saves_labels_and_science_marks_are_served_when_asked_for(client: Client) -> None:
    further = "favorites_count,video_label,is_stem_verified"
    videos = [
        video
        for day in ("20240110", "20240120", "20240130")
        for video in data_of(client.videos(f"id,video_description,{further}", start_date=day, end_date=day))["videos"]
    ]
    assert all(isinstance(video["favorites_count"], int) for video in videos)
    assert {video["is_stem_verified"] for video in videos} == {True, False}
    labelled = [video for video in videos if "video_label" in video]
    assert 0 < len(labelled) < len(videos)
    assert all("Pemilu" in video["video_label"]["content"] for video in labelled)
    assert not any(set(further.split(",")) & video.keys() for video in data_of(client.videos())["videos"])


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (_condition("hashtag_name", "batang"), lambda video: "batang" in video["hashtag_names"]),
        (_condition("keyword", "Batang"), lambda video: "batang" in video["video_description"].lower()),
        (_condition("username", "kpu.kab.batang"), lambda video: video["username"] == "kpu.kab.batang"),
        (_condition("view_count", "1000", operation="GTE"), lambda video: video["view_count"] >= 1000),
        (_condition("create_date", "20240115", operation="LT"), lambda video: video["create_time"] < 1705276800),
    ],
)
def test_conditions_choose_videos(client: Client, condition: dict[str, Any], holds: Any) -> None:
    everything = [video for page in client.video_pages() for video in page["videos"]]
    wanted = {video["id"] for video in everything if holds(video)}
    assert 0 < len(wanted) < len(everything)
    assert set(map(int, video_ids(client.video_pages(query={"and": [condition]})))) == wanted
    rest = {"and": ALL_IN_INDONESIA["and"], "not": [condition]}
    assert set(map(int, video_ids(client.video_pages(query=rest)))) == {v["id"] for v in everything} - wanted


def test_or_means_at_least_one(client: Client) -> None:
    tag, word = _condition("hashtag_name", "batang"), _condition("keyword", "pemilu")
    both = set(video_ids(client.video_pages(query={"or": [tag, word]})))
    one = set(video_ids(client.video_pages(query={"and": [tag]})))
    other = set(video_ids(client.video_pages(query={"and": [word]})))
    assert both == one | other
    assert one - other
    assert other - one


def test_known_videos_can_be_asked_for_by_id(client: Client) -> None:
    some = video_ids(client.video_pages())[5:8]
    found = client.video_pages(query={"and": [_condition("video_id", *some, operation="IN")]})
    assert video_ids(found) == some


@pytest.mark.parametrize(
    "changes",
    [
        {"query": {}},
        {"query": {"and": []}},
        {"query": {"and": [_condition("colour", "red")]}},
        {"query": {"and": [_condition("keyword", "a", "b")]}},
        {"query": {"and": [_condition("keyword", "a", operation="GT")]}},
        {"query": {"and": [{"operation": "EQ", "field_name": "video_id", "field_values": [7]}]}},
        {"start_date": "2024-01-01"},
        {"start_date": "20240230"},
        {"start_date": "20240201", "end_date": "20240101"},
        {"start_date": "20240101", "end_date": "20240201"},
        {"max_count": 0},
        {"max_count": 101},
        {"cursor": 100},
        {"cursor": 100, "search_id": "7"},
    ],
)
def test_invalid_requests_are_refused(client: Client, changes: dict[str, Any]) -> None:
    answer = client.videos(**changes)
    assert (answer.status_code, error_of(answer)["code"]) == (400, "invalid_params")


@pytest.mark.parametrize("fields", ["", "id,colour"])
def test_fields_must_be_given_and_known(client: Client, fields: str) -> None:
    assert error_of(client.videos(fields))["code"] == "invalid_params"


def test_a_search_id_belongs_to_its_query(client: Client) -> None:
    first = data_of(client.videos(max_count=10))
    answer = client.videos(max_count=10, end_date="20240130", cursor=10, search_id=first["search_id"])
    assert error_of(answer)["message"] == f"Search Id {first['search_id']} is invalid or expired"


def test_nothing_found_is_an_empty_last_page(client: Client) -> None:
    data = data_of(client.videos(query={"and": [_condition("username", "nobody")]}))
    assert (data["videos"], data["has_more"]) == ([], False)


def test_a_random_sample_has_no_further_pages(client: Client) -> None:
    data = data_of(client.videos(is_random=True, max_count=20))
    assert len(data["videos"]) == 20
    assert not data["has_more"]


def test_the_quota_counts_every_call_and_ends_with_the_utc_day(client: Client) -> None:
    client.services.faults("tiktok", quota=3, server_error={"at": [1]})
    statuses = [client.videos().status_code for _ in range(4)]
    assert statuses == [500, 200, 200, 429]
    assert error_of(client.videos())["code"] == "daily_quota_limit_exceeded"
    client.services.clock(datetime(2024, 2, 19, tzinfo=UTC))
    client.token = ""
    assert client.videos().status_code == 200


def test_users_are_described_without_their_name(client: Client) -> None:
    data = data_of(client.tiktok("user/info", {"username": "kpu.kab.batang"}, "display_name,video_count"))
    assert data.keys() == {"display_name", "video_count"}
    assert data["video_count"] > 0


def test_gone_and_private_users_are_told_apart(client: Client, catalogues: Catalogues) -> None:
    messages = {"account gone": "cannot find the user", "private": "API cannot return this user's information"}
    accounts = [account for account in catalogues["tiktok"].accounts.values() if account.gone]
    assert {account.gone for account in accounts} == set(messages)
    for account in accounts:
        answer = client.tiktok("user/info", {"username": account.handle}, "display_name")
        assert answer.status_code == 400
        assert messages[account.gone] in error_of(answer)["message"]


def test_comments_are_paged_without_search_id(client: Client, catalogues: Catalogues) -> None:
    item = max(catalogues["tiktok"].items, key=lambda one: (one.comments or 0) * (one.salt % 97 != 0))
    found: list[dict[str, Any]] = []
    cursor, more = 0, True
    while more:
        body = {"video_id": item.key, "max_count": 100, "cursor": cursor}
        data = data_of(client.tiktok("video/comment/list", body, "id,video_id,parent_comment_id,text,create_time"))
        found, cursor, more = found + data["comments"], data["cursor"], data["has_more"]
    assert len({one["id"] for one in found}) == len(found) == min(item.comments or 0, 1000)
    assert {one["video_id"] for one in found} == {item.key}
    assert any(one["parent_comment_id"] == item.key for one in found)
    assert any(one["parent_comment_id"] != item.key for one in found)


def test_replies_are_found_by_the_comment_they_answer(client: Client, catalogues: Catalogues) -> None:
    item = max(catalogues["tiktok"].items, key=lambda one: (one.comments or 0) * (one.salt % 97 != 0))
    fields = "id,parent_comment_id,reply_count"

    def listed(**body: object) -> list[dict[str, Any]]:
        comments: list[dict[str, Any]] = data_of(client.tiktok("video/comment/list", body, fields))["comments"]
        return comments

    comments = listed(video_id=item.key, max_count=100)
    answered = [one for one in comments if one["reply_count"]]
    assert 0 < len(answered) < len(comments)
    for one in comments[:12]:
        replies = listed(comment_id=one["id"])
        assert [reply["parent_comment_id"] for reply in replies] == [one["id"]] * one["reply_count"]
    assert client.tiktok("video/comment/list", {"comment_id": 7}, fields).status_code == 400


def test_some_comments_may_not_be_disclosed(client: Client, catalogues: Catalogues) -> None:
    closed = next(item for item in catalogues["tiktok"].items if item.salt % 97 == 0)
    answer = client.tiktok("video/comment/list", {"video_id": closed.key}, "id")
    assert "not allowed to be disclosed" in error_of(answer)["message"]


def test_batch_compliance_gives_the_ids_that_still_exist(client: Client, catalogues: Catalogues) -> None:
    items = catalogues["tiktok"].items
    here = [item.post_id for item in items if not item.gone][:50]
    gone = [item.post_id for item in items if item.gone][:3]
    client.tiktok_token()
    headers = {"Authorization": f"Bearer {client.token}"}
    base = f"{client.services['tiktok']}/v2/research/validation_task"
    upload = client.http.post(
        f"{base}/create/",
        data={"category": "video"},
        files={"file_data": ("ids.txt", "\n".join(here + gone))},
        headers=headers,
    )
    task = data_of(upload)["task_id"]
    assert task > 2**64
    assert upload.json()["error"]["http_status_code"] == 200
    statuses = [data_of(client.tiktok("validation_task_status/get", {"task_id": task}))["task_status"] for _ in "123"]
    assert statuses == ["Processing", "Processing", "Completed"]
    answer = client.http.post(f"{base}/download/", json={"task_id": str(task)}, headers=headers)
    assert answer.headers["content-type"] == "text/plain"
    assert answer.text.split() == here


def test_dates_are_of_the_utc_day(client: Client, catalogues: Catalogues) -> None:
    pages = client.video_pages(start_date="20240110", end_date="20240110")
    times = [video["create_time"] for page in pages for video in page["videos"]]
    assert times
    assert {time.strftime("%Y%m%d", time.gmtime(second)) for second in times} == {"20240110"}


def test_an_unknown_path_is_not_found(client: Client) -> None:
    assert client.tiktok("user/followers", JANUARY).status_code == 404


def test_switching_what_does_not_exist_says_what_does(services: Services) -> None:
    with pytest.raises(ValueError, match="quota"):
        services.faults("tiktok", gremlins=True)
