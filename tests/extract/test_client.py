"""The client and its pace: bounds on everything, a bucket that outlives the process, a breaker."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.exits import UsageError
from flows.simulation.services.serve import Services
from flows.sources import graph_answers
from flows.sources.http import Answer, Client, Request, checked_base, user_agent
from flows.sources.pacing import (
    BREAKS_AFTER,
    LONGEST_REST,
    DayQuotaSpent,
    Limit,
    Pace,
    VirtualClock,
    backoff,
)
from flows.sources.redacting import Redactor
from flows.sources.shape import ShapeChangedError

START = datetime(2024, 2, 12, 22, 0, tzinfo=UTC)
QUICK = Limit(1000.0, burst=1000)


def client(services: Services, tmp_path: Path, **bounds: float) -> Client:
    clock = VirtualClock(START)
    pace = Pace(tmp_path / "pace.json", QUICK, clock)
    return Client(services["facebook"], pace, clock, Redactor([]), user_agent("Kantor"), **bounds)  # type: ignore[arg-type]


def ask(services: Services, tmp_path: Path, **bounds: float) -> Answer:
    return client(services, tmp_path, **bounds).send(Request("GET", "/v26.0/me", headers={"Authorization": "Bearer x"}))


def test_it_says_who_asks(services: Services, tmp_path: Path) -> None:
    ask(services, tmp_path)
    agent = services.requests("facebook")[-1]["headers"]["user-agent"]
    assert agent.startswith("ronda/")
    assert "Kantor" in agent


@pytest.mark.parametrize(
    ("fault", "bounds", "failure"),
    [
        ({"latency": 1.0}, {"timeout": 0.2}, "no answer in time"),
        ({"slow_drip": {"seconds": 0.1, "bytes": 5}}, {"timeout": 5.0, "deadline": 0.3}, "was not complete after"),
        ({"drop_connection": True}, {}, "the connection failed"),
        ({"html_error": {"status": 502}}, {"max_bytes": 20}, "larger than 20 bytes"),
    ],
)
def test_every_exchange_is_bounded(
    services: Services, tmp_path: Path, fault: dict[str, object], bounds: dict[str, float], failure: str
) -> None:
    services.faults("facebook", **fault)
    answer = ask(services, tmp_path, **bounds)
    assert answer.status is None
    assert answer.body == b""
    assert failure in str(answer.failure)


def test_only_encrypted_addresses_and_this_machine_are_asked() -> None:
    assert checked_base("https://graph.facebook.com/", "graph_url") == "https://graph.facebook.com"
    assert checked_base("http://127.0.0.1:8", "graph_url") == "http://127.0.0.1:8"
    for wrong in ("http://graph.facebook.com", "ftp://x", "graph.facebook.com"):
        with pytest.raises(UsageError, match="graph_url must be an https address"):
            checked_base(wrong, "graph_url")


def test_certificates_are_always_verified() -> None:
    import ssl

    from flows.sources.http import _trust

    assert _trust().verify_mode == ssl.CERT_REQUIRED
    assert _trust().check_hostname


def test_a_bucket_is_not_refilled_by_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    limit = Limit(0.5, burst=3)
    for _ in range(3):
        Pace(tmp_path / "pace.json", limit, clock).take()
    assert clock.now() == START
    Pace(tmp_path / "pace.json", limit, clock).take()
    assert clock.now() == START + timedelta(seconds=2)


def test_the_day_is_counted_over_restarts_and_begins_at_midnight_utc(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    limit = Limit(100.0, burst=10, per_day=4)
    for _ in range(4):
        Pace(tmp_path / "pace.json", limit, clock).take()
    again = Pace(tmp_path / "pace.json", limit, clock)
    assert again.is_day_spent
    with pytest.raises(DayQuotaSpent):
        again.take()
    clock.sleep(2 * 3600)
    again.take()


def test_a_damaged_account_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    path.write_text('{"tokens": "many"')
    Pace(path, QUICK, VirtualClock(START)).take()
    assert '"spent": 1' in path.read_text()


@given(st.integers(min_value=1, max_value=60), st.floats(min_value=0, max_value=1))
def test_waits_grow_to_two_minutes_and_are_never_in_step(tries: int, chance: float) -> None:
    wait = backoff(tries, lambda: chance)
    whole = min(120.0, 2.0**tries)
    assert whole / 2 <= wait <= whole


def test_a_breaker_opens_after_failures_in_a_row_only(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "pace.json", QUICK, VirtualClock(START))
    for answered in (*[False] * (BREAKS_AFTER - 1), True, *[False] * (BREAKS_AFTER - 1)):
        pace.record(answered)
    assert pace.opened_until is None
    pace.record(False)
    assert pace.opened_until == START + timedelta(hours=1)


def test_an_open_breaker_survives_a_restart_and_lets_one_request_through_when_its_rest_is_over(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    path = tmp_path / "facebook.json"
    for _ in range(BREAKS_AFTER):
        Pace(path, QUICK, clock).record(False)  # each in a run of its own
    assert Pace(path, QUICK, clock).opened_until == START + timedelta(hours=1)
    clock.sleep(3600)
    again = Pace(path, QUICK, clock)
    assert again.opened_until is None
    again.record(False)
    assert again.opened_until == START + timedelta(hours=3), "twice as long"
    for _ in range(20):
        again.record(False)
    assert again.opened_until == clock.now() + LONGEST_REST
    clock.sleep(LONGEST_REST.total_seconds())
    again.record(True)
    assert Pace(path, QUICK, clock).opened_until is None


def answered(status: int | None = 200, body: bytes = b"{}", **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer({"url": "https://x/y"}, START, START, status, names, body)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "Mon, 12 Feb 2024 22:00:09 GMT"}, 9.0),
        ({"retry_after": "Mon, 12 Feb 2024 23:00:09 GMT", "date": "Mon, 12 Feb 2024 23:00:00 GMT"}, 9.0),
        ({"retry_after": "Mon, 12 Feb 2024 20:00:00 GMT"}, 0.0),
        ({"retry_after": "soon"}, None),
    ],
)
def test_the_server_says_when_to_come_back(headers: dict[str, str], seconds: float | None) -> None:
    assert graph_answers.retry_after(answered(**headers)) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0.0),
        ({"x_app_usage": '{"call_count":74,"total_time":10,"total_cputime":1}'}, 0.0),
        ({"x_app_usage": '{"call_count":80}'}, 6.0),
        ({"x_app_usage": '{"call_count":95}'}, 300.0),
        ({"x_business_use_case_usage": '{"1":[{"type":"pages","total_time":97}]}'}, 300.0),
        ({"x_app_usage": "broken", "x_business_use_case_usage": "[1]"}, 0.0),
    ],
)
def test_usage_headers_slow_the_pace_before_the_limit(headers: dict[str, str], seconds: float) -> None:
    assert graph_answers.rest(answered(**headers)) == seconds


def test_a_next_page_on_another_host_is_refused() -> None:
    def following(address: str) -> dict[str, str] | None:
        page = {"paging": {"next": address}}
        return graph_answers.next_params(page, "http://127.0.0.1:9", "/v26.0/1/published_posts")

    ours = "http://127.0.0.1:9/v26.0/1/published_posts?access_token=geheim&limit=2&until&after=QVF"
    assert following(ours) == {"limit": "2", "until": "", "after": "QVF"}
    assert following(ours.replace("http://127.0.0.1:9", "https://graph.facebook.com")) is not None
    for wrong in (ours.replace("127.0.0.1", "evil.test"), ours.replace("published_posts", "ratings")):
        with pytest.raises(ShapeChangedError, match="not followed"):
            following(wrong)
    assert graph_answers.next_params({"paging": {}}, "http://127.0.0.1:9", "/x") is None
