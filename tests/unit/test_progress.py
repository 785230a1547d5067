"""Progress as a person sees it: bars on a terminal, plain lines elsewhere, results on standard output alone."""

import time

import pytest

from flows import progress
from flows.progress import Step
from tests.terminal import HIDE, SHOW, on_terminal

UP = "\x1b[1A"
WORK = """
from flows.progress import note, say, step, watched
with watched():
    with step("Landing files", "files") as land, step("Reading posts", "bytes") as read:
        land(1, 4)
        note("one is refused")
        say("a result")
        read(3_000_000, 12_000_000)
    say("another")
"""


def test_a_terminal_shows_bars_that_go_away_and_results_stay_apart() -> None:
    shown, results = on_terminal(["-c", WORK])
    assert results == "a result\nanother\n"
    assert "Landing files" in shown and "1 of 4 files" in shown
    assert "Reading posts" in shown and "3.0 of 12.0 MB" in shown
    assert "one is refused\r\n" in shown
    assert (HIDE in shown, shown.rindex(SHOW) > shown.rindex(HIDE), UP in shown) == (True, True, True)


def test_a_terminal_that_cannot_draw_gets_lines() -> None:
    shown, results = on_terminal(["-c", WORK], TERM="dumb")
    assert (shown, results) == ("one is refused\r\n", "a result\nanother\n")


def test_an_error_takes_the_bars_away() -> None:
    failing = WORK.replace('note("one is refused")', "raise SystemExit(0)")
    shown, results = on_terminal(["-c", failing])
    assert shown.rindex(SHOW) > shown.rindex(HIDE)
    assert results == ""


def test_without_a_terminal_short_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.watched(), progress.step("Landing files", "files") as advance:
        advance(1, 4)
        progress.say("a result")
    assert capsys.readouterr() == ("a result\n", "")


def test_without_a_terminal_long_work_says_a_plain_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: seconds)
    with progress.watched(), progress.step("Landing files", "files") as advance:
        for done in range(8):
            advance(done, 8)
            seconds += 4.0
    assert capsys.readouterr().err.splitlines() == [
        "Landing files: 3 of 8 files, 15.0/min, 20 s left",
        "Landing files: 6 of 8 files, 15.0/min, 8 s left",
    ]


def test_nothing_to_do_needs_no_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    with progress.watched(), progress.step("Reading posts", "bytes") as advance:
        advance(0, 0)
        assert capsys.readouterr().err == ""
        advance(0, 1)
    assert capsys.readouterr().err == "Reading posts: 0.0 of 0.0 MB\n"


def test_what_comes_from_outside_acts_on_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress.say('{"file": "a\x9b2Jb"}\nsecond line')
    progress.note("evil\x1b[2J\x07\u202e.csv cannot be opened")
    assert capsys.readouterr() == (
        '{"file": "a\\u009b2Jb"}\nsecond line\n',
        "evil\\u001b[2J\\u0007\\u202e.csv cannot be opened\n",
    )


def test_where_nobody_watches_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.step("Landing files", "files") as advance:
        assert advance is progress.unseen
        advance(1, None)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("unit", "amount", "seconds", "said"),
    [
        ("files", (1200, 4000), 10.0, "1,200 of 4,000 files, 120.0/s"),
        ("bytes", (142_000_000, 470_000_000), 10.0, "142.0 of 470.0 MB, 14.2/s"),
        ("weeks", (2, 26), 20.0, "2 of 26 weeks, 6.0/min"),
        ("answers", (30, None), 10.0, "30 answers, 3.0/s"),
        ("weeks", (0, 26), 20.0, "0 of 26 weeks"),
    ],
)
def test_an_amount_has_its_unit_and_its_rate(
    unit: str, amount: tuple[int, int | None], seconds: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: seconds)
    assert Step("", unit, began=0.0).amount(*amount) == said


def test_sources_that_are_pulled_side_by_side_have_a_bar_each() -> None:
    program = """
from concurrent.futures import ThreadPoolExecutor
from flows.progress import step, watched
def pull(name):
    with step(name, "answers") as advance:
        for number in range(50):
            advance(number, None)
with watched(), ThreadPoolExecutor(3) as pool:
    list(pool.map(pull, ["tiktok", "facebook", "instagram"]))
"""
    shown, _ = on_terminal(["-c", program])
    assert all(name in shown for name in ("tiktok", "facebook", "instagram"))
    assert shown.rindex(SHOW) > shown.rindex(HIDE)
