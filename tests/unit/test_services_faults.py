"""Every fault of the way, on every platform that has it, over real sockets."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from flows.simulation.services.faults import SWITCHES
from tests.platform_walks import PLATFORMS, Walks, error_of, items_of
from tests.unit.conftest import LANDED

Json = dict[str, Any]
on_every_platform = pytest.mark.parametrize("platform", PLATFORMS)


@on_every_platform
@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"every": 3}, [3, 6, 9]),
        ({"first": 2}, [1, 2]),
        ({"at": [2, 5]}, [2, 5]),
        ({"from": 8}, [8, 9, 10]),
        ({"every": 2, "times": 2}, [2, 4]),
        ({"match": "nothing like this"}, []),
        ({"on": "token"}, []),
    ],
)
def test_when_says_on_which_requests_it_fires(walks: Walks, platform: str, when: Json, expected: list[int]) -> None:
    walks.services.faults(platform, server_error=when)
    assert [n for n in range(1, 11) if walks.ask(platform).status_code == 500] == expected


def test_chance_is_the_same_for_the_same_seed(walks: Walks) -> None:
    seen = []
    for seed in (1, 1, 2):
        walks.services.faults("facebook", server_error={"rate": 0.4}, seed=seed)
        seen.append([walks.ask("facebook").status_code for _ in range(20)])
    assert seen[0] == seen[1] != seen[2]
    assert {200, 500} == set(seen[0])


def test_match_chooses_requests_by_what_they_ask_for(walks: Walks) -> None:
    page = walks.biggest["facebook"]
    walks.services.faults("facebook", permission_lost={"match": f"{page.number}/posts"})
    assert error_of(walks.ask("facebook"))["code"] == 10
    assert walks.client.graph("facebook", page.number).status_code == 200


@on_every_platform
def test_faults_are_replaced_and_reset(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, server_error=True)
    walks.services.faults(platform, html_error={"status": 503})
    assert walks.ask(platform).status_code == 503
    walks.services.faults(platform)
    assert walks.ask(platform).status_code == 200


@pytest.mark.parametrize(
    ("platform", "switches", "words"),
    [
        ("tiktok", {"usage": 90}, "has no fault"),
        ("facebook", {"quota": 5}, "has no fault"),
        ("facebook", {"truncated": {"evry": 5}}, "no option evry"),
        ("tiktok", {"gone_as": True}, "has no fault"),
        ("facebook", {"refused": True}, "needs"),
        ("facebook", {"refused": {"objects": {"1": "vanished"}}}, "'vanished'; it is a code, one of gone, feature"),
        ("facebook", {"refused": {"objects": {"1": "migrated"}}}, "nothing is said as 'migrated'"),
        ("facebook", {"refused": {"objects": {"1": {"as": "gone", "to": "2"}}}}, "nothing is said as"),
        ("facebook", {"refused": {"objects": {"1": True}}}, "nothing is said as True"),
        ("instagram", {"gone_as": "moved"}, "nothing is said as 'moved'"),
    ],
)
def test_wrong_switches_are_refused(walks: Walks, platform: str, switches: Json, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        walks.services.faults(platform, **switches)


def test_every_fault_says_what_it_does() -> None:
    assert len(SWITCHES) > 35
    for name, switch in SWITCHES.items():
        assert len(switch.meaning) > 15, name
        assert switch.main in {*switch.options, "every", "from"}, name


# ---------------------------------------------------------------------------------------- faults of the way


@on_every_platform
@pytest.mark.parametrize("within", [False, True])
def test_the_connection_drops(walks: Walks, platform: str, within: bool) -> None:
    walks.services.faults(platform, drop_connection={"at": [1], "within": within})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        walks.ask(platform)
    assert walks.ask(platform).status_code == 200


@on_every_platform
@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_answers_in_html(walks: Walks, platform: str, status: int) -> None:
    walks.services.faults(platform, html_error={"status": status})
    answer = walks.ask(platform)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    assert answer.text.startswith("<html>")


@on_every_platform
def test_the_server_fails_in_its_own_words(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, server_error=True)
    answer = walks.ask(platform)
    assert answer.status_code == 500
    assert error_of(answer)["code"] == ("internal_error" if platform == "tiktok" else 2)


@on_every_platform
def test_too_many_requests_with_and_without_retry_after(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, rate_limit=True)
    answer = walks.ask(platform)
    assert (answer.status_code, "retry-after" in answer.headers) == (429, False)
    walks.services.faults(platform, rate_limit={"retry_after": 7})
    assert walks.ask(platform).headers["retry-after"] == "7"
    walks.services.faults(platform, rate_limit={"retry_after": 7, "as_date": True})
    headers = walks.ask(platform).headers
    waits = parsedate_to_datetime(headers["retry-after"]) - parsedate_to_datetime(headers["date"])
    assert waits.total_seconds() == 7


@on_every_platform
def test_json_is_cut_in_the_middle(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, truncated={"at": [1]})
    answer = walks.ask(platform)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert walks.ask(platform).json()


@on_every_platform
def test_an_error_comes_with_status_200(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, error_200=True)
    answer = walks.ask(platform)
    assert answer.status_code == 200
    assert error_of(answer)["code"] == ("internal_error" if platform == "tiktok" else 1)


@on_every_platform
def test_a_body_never_ends(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, endless_body=True)
    address = {"tiktok": "x", "facebook": walks.biggest["facebook"].number, "instagram": "17841400000000001"}[platform]
    if platform == "tiktok":
        stream = walks.client.http.stream(
            "POST",
            f"{walks.services[platform]}/v2/research/user/info/?fields=display_name",
            json={"username": "kpu.kab.batang"},
            headers={"Authorization": f"Bearer {walks.client.token}"},
        )
    else:
        stream = walks.client.http.stream("GET", f"{walks.services[platform]}/{address}?access_token=season-token")
    read = 0
    with stream as answer:
        for chunk in answer.iter_raw():
            read += len(chunk)
            if read > 3_000_000:
                break
    assert read > 3_000_000


@on_every_platform
def test_a_body_drips(walks: Walks, platform: str) -> None:
    whole = walks.ask(platform)
    walks.services.faults(platform, slow_drip={"seconds": 0.02, "bytes": -(-len(whole.content) // 5)})
    began = time.monotonic()
    dripped = walks.ask(platform)
    assert time.monotonic() - began > 0.08
    assert items_of(dripped) == items_of(whole)


@on_every_platform
def test_an_answer_comes_late(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, latency={"seconds": 0.2, "at": [1]})
    began = time.monotonic()
    assert walks.ask(platform).status_code == 200
    assert time.monotonic() - began > 0.2


@on_every_platform
def test_the_platforms_clock_is_wrong(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, clock_skew=-5400)
    shown = parsedate_to_datetime(walks.ask(platform).headers["date"])
    assert (LANDED - shown).total_seconds() == 5400


# ------------------------------------------------------------------------------------ tokens and permissions


def test_an_expired_token_of_tiktok_stays_expired(walks: Walks) -> None:
    walks.services.faults("tiktok", expired_token={"at": [2]})
    assert [walks.ask("tiktok").status_code for _ in range(4)] == [200, 401, 401, 401]
    walks.client.tiktok_token()
    assert walks.ask("tiktok").status_code == 200


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_a_graph_token_expires_in_mid_run(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, expired_token={"from": 3})
    answers = [walks.ask(platform) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 400]
    assert (error_of(answers[2])["code"], error_of(answers[2])["error_subcode"]) == (190, 463)
    assert "Session has expired on" in error_of(answers[2])["message"]


@on_every_platform
def test_a_permission_is_lost_in_mid_run(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, permission_lost=2)
    answers = [walks.ask(platform) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, *[401 if platform == "tiktok" else 403] * 2]
    assert error_of(answers[1])["code"] == ("scope_not_authorized" if platform == "tiktok" else 10)


@on_every_platform
def test_an_outage_of_certain_days(walks: Walks, platform: str) -> None:
    walks.services.faults(platform, outage_days=["2024-01-03"])
    if platform == "tiktok":
        answers = [
            walks.client.videos(start_date=first, end_date=last)
            for first, last in (("20240101", "20240131"), ("20240103", "20240103"), ("20240104", "20240105"))
        ]
    else:
        days = [int(datetime(2024, 1, day, tzinfo=UTC).timestamp()) for day in (1, 3, 4, 5)]
        windows = [(days[0], days[3]), (days[1], days[2]), (days[2], days[3])]
        if platform == "facebook":
            path = f"{walks.biggest[platform].number}/posts"
            answers = [walks.client.graph(platform, path, since=since, until=until) for since, until in windows]
        else:
            handle = walks.biggest[platform].handle
            answers = [
                walks.client.discovery(handle, modifiers=f".since({since}).until({until})") for since, until in windows
            ]
    assert [answer.status_code for answer in answers] == [500, 500, 200]
