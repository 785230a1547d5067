"""The faults only one platform has, the record of requests, and the process the stand-ins live in."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.simulation.services.archive import Account, Catalogue
from flows.simulation.services.graph_errors import ERRORS
from flows.simulation.services.serve import Services, serving
from tests.conftest import REPOSITORY
from tests.platform_walks import Client, data_of, error_of, good, video_ids
from tests.unit.conftest import LANDED

GRAPH = ("facebook", "instagram")
on_graph = pytest.mark.parametrize("platform", GRAPH)


@pytest.fixture(scope="module")
def biggest(catalogues: dict[str, Catalogue]) -> dict[str, Account]:
    return {
        name: max(catalogue.accounts.values(), key=lambda one: len(one.items)) for name, catalogue in catalogues.items()
    }


def _ask(client: Client, biggest: dict[str, Account], platform: str, limit: int = 10) -> httpx.Response:
    if platform == "facebook":
        return client.graph(platform, f"{biggest[platform].number}/posts", limit=limit)
    return client.discovery(biggest[platform].handle, limit)


# ------------------------------------------------------------------------------------------------- TikTok


def test_a_new_query_fails_until_the_cache_is_warm(client: Client) -> None:
    client.services.faults("tiktok", cold_cache=2)
    assert [client.videos().status_code for _ in range(3)] == [500, 500, 200]
    assert client.videos(max_count=5).status_code == 200
    assert client.videos(end_date="20240102").status_code == 500


@pytest.mark.parametrize("is_for_good", [False, True])
def test_a_search_id_is_refused_once_or_for_good(client: Client, is_for_good: bool) -> None:
    first = data_of(client.videos(max_count=10))
    client.services.faults("tiktok", invalid_search_id={"first": 1, "forget": is_for_good})
    place = {"max_count": 10, "cursor": first["cursor"], "search_id": first["search_id"]}
    answers = [client.videos(**place) for _ in range(2)]
    assert error_of(answers[0])["message"] == f"Search Id {first['search_id']} is invalid or expired"
    assert answers[1].status_code == (400 if is_for_good else 200)
    assert data_of(client.videos(max_count=10))["search_id"] != first["search_id"]


def test_a_cursor_is_refused_in_mid_crawl(client: Client) -> None:
    client.services.faults("tiktok", invalid_cursor={"at": [1]})
    first = data_of(client.videos(max_count=10))
    place = {"max_count": 10, "cursor": first["cursor"], "search_id": first["search_id"]}
    assert "Invalid count or cursor" in error_of(client.videos(**place))["message"]
    assert client.videos(**place).status_code == 200


def test_a_username_ends_with_nul(client: Client) -> None:
    client.services.faults("tiktok", nul_username=True)
    names = [video["username"] for video in data_of(client.videos())["videos"]]
    assert [name.endswith("\0") for name in names[:3]] == [True, False, False]


def test_ids_are_called_video_id(client: Client) -> None:
    client.services.faults("tiktok", video_id=True)
    videos = data_of(client.videos())["videos"]
    assert all("video_id" in video and "id" not in video for video in videos)


def test_the_end_date_is_inclusive_or_not(client: Client) -> None:
    both = set(video_ids(client.video_pages(start_date="20240110", end_date="20240111")))
    client.services.faults("tiktok", end_date_exclusive=True)
    first = set(video_ids(client.video_pages(start_date="20240110", end_date="20240111")))
    assert set() < first < both
    assert video_ids(client.video_pages(start_date="20240110", end_date="20240110")) == []


@pytest.mark.parametrize("status", [200, 400, 401])
def test_a_token_is_not_given_whatever_the_status(client: Client, status: int) -> None:
    client.services.faults("tiktok", token_failure={"status": status, "error": "invalid_request", "at": [1]})
    answer = client.tiktok_token()
    assert (answer.status_code, answer.json()["error"]) == (status, "invalid_request")
    assert "access_token" in client.tiktok_token().json()


def test_the_token_service_fails_too(client: Client) -> None:
    client.services.faults("tiktok", server_error={"on": "token", "at": [1]}, rate_limit={"on": "token", "at": [1]})
    assert [client.tiktok_token().status_code for _ in range(3)] == [429, 500, 200]
    assert client.videos().status_code == 200


@pytest.mark.parametrize("code", ["daily_quota_limit_exceeded", "rate_limit_exceeded"])
def test_the_quota_ends_in_mid_run_with_either_code(client: Client, code: str) -> None:
    client.services.faults("tiktok", quota={"limit": 2, "code": code}, error_only=True)
    answers = [client.videos() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json().keys() == {"error"}
    assert error_of(answers[2])["code"] == code


def test_a_400_of_tiktok_passes(client: Client) -> None:
    client.services.faults("tiktok", passing_400={"first": 2})
    answers = [client.videos() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 200]
    error = error_of(answers[0])
    assert (error["code"], error["message"]) == ("invalid_params", "Something went wrong. Please try again later.")


def test_any_error_of_tiktok(client: Client) -> None:
    client.services.faults("tiktok", error={"code": "timeout", "status": 503, "message": "later"})
    answer = client.videos()
    assert (answer.status_code, error_of(answer)["code"], error_of(answer)["message"]) == (503, "timeout", "later")


# ---------------------------------------------------------------------------------------------- Graph API


@on_graph
@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_error_of_the_graph_api(client: Client, biggest: dict[str, Account], platform: str, code: int) -> None:
    client.services.faults(platform, error={"code": code, "at": [1]})
    answer = _ask(client, biggest, platform)
    assert answer.status_code == ERRORS[code].status
    assert error_of(answer).keys() >= {"message", "type", "code", "fbtrace_id"}
    client.services.faults(platform, error={"code": code, "subcode": 7, "status": 200, "is_transient": True})
    wrapped = _ask(client, biggest, platform)
    assert wrapped.status_code == 200
    assert (error_of(wrapped)["error_subcode"], error_of(wrapped)["is_transient"]) == (7, True)


@on_graph
@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001, 80002])
def test_a_throttled_call_tells_when_access_returns(
    client: Client, biggest: dict[str, Account], platform: str, code: int
) -> None:
    client.services.faults(platform, throttle={"code": code, "minutes": 11, "at": [1]})
    answer = _ask(client, biggest, platform)
    usage = json.loads(answer.headers["x-business-use-case-usage"])
    assert error_of(answer)["code"] == code
    assert [entry["estimated_time_to_regain_access"] for entries in usage.values() for entry in entries] == [11]
    assert "retry-after" not in answer.headers
    assert _ask(client, biggest, platform).status_code == 200


@on_graph
@pytest.mark.parametrize(
    ("kind", "header"),
    [("app", "x-app-usage"), ("page", "x-page-usage"), ("business", "x-business-use-case-usage")],
)
def test_usage_rises_with_the_calls_up_to_the_limit(
    client: Client, biggest: dict[str, Account], platform: str, kind: str, header: str
) -> None:
    client.services.faults(platform, usage={"budget": 10, "hidden": 2, "kind": kind, "minutes": 4})
    answers = [_ask(client, biggest, platform) for _ in range(10)]
    assert [header in answer.headers for answer in answers] == [False, False, *[True] * 8]
    assert [answer.status_code == 200 for answer in answers] == [*[True] * 9, False]
    usage = json.loads(answers[8].headers[header])
    percent = usage["call_count"] if kind != "business" else next(iter(usage.values()))[0]["call_count"]
    assert percent == 90
    limit = {"app": 4, "page": {"facebook": 80001, "instagram": 80002}[platform]}.get(kind)
    assert error_of(answers[9])["code"] == (limit or {"facebook": 80001, "instagram": 80002}[platform])
    client.services.clock(advance=3600)
    assert _ask(client, biggest, platform).status_code == 200


@on_graph
def test_usage_headers_may_lack_keys_or_be_garbage(client: Client, biggest: dict[str, Account], platform: str) -> None:
    client.services.faults(platform, usage={"percent": 96, "form": "missing"})
    assert json.loads(_ask(client, biggest, platform).headers["x-app-usage"]) == {"call_count": 96}
    client.services.faults(platform, usage={"percent": 96, "form": "garbage"})
    answer = _ask(client, biggest, platform)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.headers["x-app-usage"])


@on_graph
@pytest.mark.parametrize("in_user_message", [False, True])
def test_too_much_data_is_refused_until_less_is_asked_for(
    client: Client, biggest: dict[str, Account], platform: str, in_user_message: bool
) -> None:
    client.services.faults(platform, reduce_data={"above": 12, "in_user_message": in_user_message})
    answers = [_ask(client, biggest, platform, limit) for limit in (50, 25, 12)]
    assert [answer.status_code for answer in answers] == [500, 500, 200]
    error = error_of(answers[0])
    assert error["code"] == 1
    assert "reduce the amount of data" in error["error_user_msg" if in_user_message else "message"]
    assert error.get("error_subcode") == (99 if in_user_message else None)


def test_the_error_over_the_hashtag_limit_can_be_another(client: Client) -> None:
    client.services.faults("instagram", hashtag_limit={"limit": 1, "code": 4, "subcode": 1})
    good(client.hashtag("batang"))
    error = error_of(client.hashtag("pemilu2024"))
    assert (error["code"], error["error_subcode"]) == (4, 1)


def test_hashtag_pages_have_the_faults_of_pages(client: Client, catalogues: dict[str, Catalogue]) -> None:
    item = catalogues["instagram"].by_tag["batang"][0]
    client.services.clock(item.created)
    hashtag_id = good(client.hashtag("batang"))["data"][0]["id"]
    client.services.faults("instagram", endless_pages="repeat")
    pages = client.hashtag_pages(hashtag_id, most=5)
    assert len(pages) == 5
    assert pages[0]["data"] == pages[4]["data"] != []
    client.services.faults("instagram", empty_pages={"first": 1})
    assert [bool(page["data"]) for page in client.hashtag_pages(hashtag_id)] == [False, True]


# ------------------------------------------------------------------------------- record, clock and process


def test_requests_are_recorded_without_secrets(client: Client, biggest: dict[str, Account]) -> None:
    client.services.faults("tiktok", server_error={"at": [2]}, truncated={"at": [1]})
    client.tiktok_token()
    for _ in range(2):
        client.videos()
    _ask(client, biggest, "facebook")
    client.http.get(f"{client.services['facebook']}/v26.0/1", headers={"Authorization": "Bearer season-token"})
    tiktok, facebook = client.services.requests("tiktok"), client.services.requests("facebook")
    assert [(one["kind"], one["status"], one["faults"]) for one in tiktok] == [
        ("token", 200, []),
        ("data", 200, ["truncated"]),
        ("data", 500, ["server_error"]),
    ]
    assert json.loads(tiktok[1]["body"])["start_date"] == "20240101"
    assert facebook[0]["query"]["limit"] == "10"
    text = json.dumps(tiktok + facebook)
    assert not [secret for secret in ("season-token", "season-secret", "season-key", client.token) if secret in text]
    assert [one["number"] for one in client.services.requests("tiktok", after=2)] == [3]


def test_the_clock_is_shared_and_stands_still(services: Services) -> None:
    assert services.clock() == LANDED
    assert services.clock(datetime(2024, 1, 1, tzinfo=UTC)) == datetime(2024, 1, 1, tzinfo=UTC)
    assert services.clock(advance=90) == datetime(2024, 1, 1, 0, 1, 30, tzinfo=UTC)
    for address in services.values():
        assert httpx.get(f"{address}/__clock").json()["now"] == "2024-01-01T00:01:30+00:00"
    assert httpx.post(f"{services['tiktok']}/__clock", json={"then": 5}).status_code == 400


def test_one_platform_can_be_served_alone_with_faults_from_the_start(season_folder: Path) -> None:
    moment = datetime(2023, 12, 1, tzinfo=UTC)
    faults: dict[str, dict[str, Any]] = {"instagram": {"server_error": True}}
    with serving(season_folder, platforms=("instagram",), faults=faults, now=moment) as services:
        assert list(services) == ["instagram"]
        assert services.clock() == moment
        assert Client(services, httpx.Client()).discovery("kpu.kab.batang").status_code == 500
    with pytest.raises(httpx.ConnectError):
        httpx.get(services["instagram"])


def test_a_folder_without_a_season_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="did not start"), serving(tmp_path):
        pass


def test_the_process_ends_when_its_parent_is_killed(season_folder: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom flows.simulation.services.serve import serving\n"
        "with serving(Path(sys.argv[1]), platforms=('tiktok',)) as services:\n"
        "    print(services['tiktok'], flush=True)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", script, str(season_folder)]
    parent = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60)
    address = parent.stdout.strip()
    assert address.startswith("http://127.0.0.1:")
    ended = time.monotonic() + 10
    while time.monotonic() < ended:
        try:
            httpx.get(f"{address}/__clock", timeout=1)
        except httpx.TransportError:
            return
        time.sleep(0.1)
    raise AssertionError("the stand-in outlived its parent")
