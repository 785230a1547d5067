"""Two publications of a week side by side, and a backfill that goes on after an interruption."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from flows.exits import UsageError
from flows.publishing import comparing, publications
from flows.store import runs
from tests.unit.test_ledger import AS_OF, LATER, LOADED, NEXT, WEEK, numbers

FILE, LATE = "a" * 64, "b" * 64


def publish(home: Path, as_of: datetime, value: float, seeds: str, labels: str = "labels-3-a") -> None:
    files = {FILE: LOADED} if as_of == AS_OF else {FILE: LOADED, LATE: LATER}
    facts = {"label_version": labels, "code_version": "1"}
    release = publications.Release(as_of, LOADED, facts, seeds=seeds, files=files, run_id=f"run {value}")
    publications.record_publication(home, WEEK, numbers(W05=value), release)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    publish(tmp_path, AS_OF, 5, "places=1 topics=1")
    publish(tmp_path, LATER, 6.25, "places=2 topics=1")
    publish(tmp_path, LATER, 7, "places=2 topics=1", "labels-3-b")
    return tmp_path


def test_two_publications_differ_in_their_conditions_and_numbers(home: Path) -> None:
    assert comparing.diff(home, WEEK, 1, 2) == [
        "2024-W05-1 -> 2024-W05-2: 1 of 1 numbers differ.",
        f"  as_of: {AS_OF.isoformat()} -> {LATER.isoformat()}",
        "  run_id: run 5 -> run 6.25",
        "  seed places: 1 -> 2",
        f"  files known since: 1 ({LATE[:32]})",
        "table            key  platform  phase     metric  before  after  change",
        "weekly_platform       all       campaign  posts        5   6.25   +1.25",
    ]
    assert comparing.diff(home, WEEK, None, None)[0].startswith("2024-W05-2 -> 2024-W05-3")
    assert "  label_version: labels-3-a -> labels-3-b" in comparing.diff(home, WEEK, 1, None)
    assert comparing.diff(home, WEEK, 3, 1)[-1].endswith("7      5      -2")


@pytest.mark.parametrize(
    ("week", "chosen", "sentence"),
    [
        (WEEK, (1, 4), "2024-W05 has no publication 4; it has 1 to 3."),
        (WEEK, (2, 2), "2024-W05-2 is one publication; name two of 1 to 3."),
        (NEXT, (1, 2), "2024-W06 was never published; published are 2024-W05 to 2024-W05."),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(
    home: Path, week: object, chosen: tuple[int, int], sentence: str
) -> None:
    with pytest.raises(UsageError) as refused:
        comparing.diff(home, week, *chosen)
    assert str(refused.value) == sentence


def test_a_single_publication_has_nothing_beside_it(tmp_path: Path) -> None:
    publish(tmp_path, AS_OF, 5, "places=1")
    with pytest.raises(UsageError, match="was published once"):
        comparing.diff(tmp_path, WEEK, None, None)


def test_seeds_that_were_not_kept_are_not_other_ones() -> None:
    known = publications.seeds_of("places=1 topics=1")
    assert publications.changed_seeds({}, known) == []
    assert publications.changed_seeds(known, publications.seeds_of("places=2 events=1")) == [
        "events",
        "places",
        "topics",
    ]


def begun(home: Path, outcome: str, state: str = "s", reason: str = "late") -> runs.Run:
    """A run of a backfill that published a week and then ended in some way."""
    run = runs.begin(home, "backfill", {"reason": reason})
    run.note(outcome=outcome, state=state, published={"2024-W05": 2}, pid=os.getpid())
    return run


@pytest.mark.parametrize(
    ("outcome", "state", "reason", "is_known"),
    [
        ("failed", "s", "late", True),
        ("interrupted", "s", "late", True),
        ("done", "s", "late", False),
        ("failed", "files came since", "late", False),
        ("failed", "s", "another", False),
    ],
)
def test_a_run_goes_on_from_the_weeks_of_an_interrupted_one_of_the_same_state(
    tmp_path: Path, outcome: str, state: str, reason: str, is_known: bool
) -> None:
    begun(tmp_path, outcome, state, reason)
    run = runs.begin(tmp_path, "backfill", {"reason": "late"})
    assert runs.unfinished(tmp_path, run, "s") == ({"2024-W05": 2} if is_known else {})
    assert run.facts["published"] == ({"2024-W05": 2} if is_known else {})  # so that the next goes on from both
    assert run.facts["state"] == "s"


def test_a_run_that_was_closed_by_its_verb_stays_closed(tmp_path: Path) -> None:
    with runs.recorded(tmp_path, "backfill", {}) as run:
        run.end("stopped", "a gate")
    assert (run.facts["outcome"], run.facts["message"]) == ("stopped", "a gate")
