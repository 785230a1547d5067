"""The queue of the desk: two blind codings an item, a third person where they differ, nothing twice."""

import re
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.desk import casework, queue, review, screening, search
from flows.desk import clock as desk_clock
from flows.desk.app import PAGES
from flows.desk.queue import Desk, RefusedError
from flows.desk.room import Room
from flows.reviewing import cases, log, register
from flows.settings import Settings
from tests.desk_fixture import Post, publish

START = datetime(2024, 2, 5, 3, tzinfo=UTC)


class Clock:
    """A moment that only a test moves."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("flows.desk.clock.now", clock)
    return clock


def today() -> date:
    return desk_clock.now().date()


def desk_of(home: Path, *posts: Post) -> Desk:
    publish(home, posts or [Post("1")])
    return Desk(home)


def next_of(desk: Desk, coder: str) -> str:
    waiting, _ = desk.open(coder, today())
    assert waiting is not None
    return waiting.item


def test_two_codings_are_taken_and_a_third_is_refused(tmp_path: Path, clock: Clock) -> None:
    desk = desk_of(tmp_path)
    item = next_of(desk, "sri")
    assert next_of(desk, "budi") == item
    assert desk.open("tono", today()) == (None, True)  # work remains, and is with others
    with pytest.raises(RefusedError, match="refused_third"):
        desk.code("tono", item, "none", "", "t:1")
    desk.code("sri", item, "none", "", "s:1")
    desk.code("budi", item, "hoax", "", "b:1")
    with pytest.raises(RefusedError, match="refused_third"):
        desk.code("tono", item, "none", "", "t:2")
    assert desk.open("tono", today()) == (None, False)


def test_three_browsers_at_once_give_two_codings(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    item = next_of(desk, "sri")
    refused: list[str] = []

    def code(coder: str) -> None:
        try:
            Desk(tmp_path).code(coder, item, "none", "", f"{coder}:1")
        except RefusedError as refusal:
            refused.append(str(refusal))

    with log.writing(tmp_path) as connection:
        connection.execute("DELETE FROM leases")
    threads = [threading.Thread(target=code, args=(name,)) for name in ("sri", "budi", "tono", "joko")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["refused_third", "refused_third"]
    assert len(desk.state().of(item).codings) == 2


def test_a_lease_runs_out(tmp_path: Path, clock: Clock) -> None:
    desk = desk_of(tmp_path)
    next_of(desk, "sri"), next_of(desk, "budi")
    clock.moment += timedelta(seconds=queue.LEASE_SECONDS + 1)
    item = next_of(desk, "tono")
    desk.code("tono", item, "none", "", "t:1")
    desk.code("sri", item, "none", "", "s:1")  # was away, and a place is free
    with pytest.raises(RefusedError, match="refused_third"):
        desk.code("budi", item, "none", "", "b:1")


def test_a_repeated_request_counts_once(tmp_path: Path, clock: Clock) -> None:
    desk = desk_of(tmp_path)
    item = next_of(desk, "sri")
    desk.code("sri", item, "none", "", "s:1")
    desk.code("sri", item, "none", "", "s:1")
    with pytest.raises(RefusedError, match="refused_own"):
        desk.code("sri", item, "hoax", "", "s:2")
    assert desk.state().of(item).codings["sri"].code == "none"


def test_the_soonest_limit_comes_first_and_a_day_in_each_coders_own_order(tmp_path: Path, clock: Clock) -> None:
    assert clock.moment < datetime(2024, 2, 6, tzinfo=UTC)
    posts = [Post(str(number), limit=date(2024, 2, 12)) for number in range(12)]
    desk = desk_of(tmp_path, *posts, Post("soon", limit=date(2024, 2, 6)))
    order: dict[str, list[str]] = {"sri": [], "budi": []}
    for coder, seen in order.items():
        while (waiting := desk.open(coder, today())[0]) is not None:
            seen.append(waiting.name)
            desk.code(coder, waiting.item, "none", "", f"{coder}:{len(seen)}")
    assert {seen[0] for seen in order.values()} == {"tiktok/soon"}
    assert sorted(order["sri"]) == sorted(order["budi"])
    assert order["sri"] != order["budi"]


def test_which_limits_have_passed_is_told_by_the_day_in_the_regency(tmp_path: Path, clock: Clock) -> None:
    clock.moment = datetime(2024, 2, 11, 20, tzinfo=UTC)  # 03.00 of the 12th in Batang
    desk_of(tmp_path, Post("11", limit=date(2024, 2, 11)), Post("12", limit=date(2024, 2, 12)))
    room = Room(Settings(home=tmp_path))
    post, _ = room.desk.open("sri", room.today())
    assert post is not None and post.posts == (("tiktok", "12"),)


def test_what_can_still_be_done_in_time_comes_before_what_has_passed_its_limit(tmp_path: Path, clock: Clock) -> None:
    clock.moment = datetime(2024, 2, 12, tzinfo=UTC)
    desk = desk_of(
        tmp_path,
        *(Post(name, limit=date(2024, month, day)) for name, month, day in (("old", 1, 3), ("passed", 2, 11))),
        *(Post(name, limit=date(2024, 2, day)) for name, day in (("ahead", 15), ("today", 12))),
        Post("old copy", limit=date(2024, 1, 2), group="g"),
        Post("new copy", limit=date(2024, 2, 14), group="g"),
    )
    seen = []
    while (waiting := desk.open("sri", today())[0]) is not None:
        seen.append(waiting.name)
        desk.code("sri", waiting.item, "none", "", f"sri:{len(seen)}")
    assert seen == ["tiktok/today", "tiktok/old copy", "tiktok/ahead", "tiktok/passed", "tiktok/old"]


def test_near_duplicates_are_one_item_and_late_copies_another(tmp_path: Path) -> None:
    copies = [Post(str(number), group="g") for number in range(4)]
    desk = desk_of(tmp_path, *copies, Post("q", group="g", phase="quiet"))
    names = {len(waiting.posts) for waiting in desk.waiting()}
    assert names == {4, 1}  # in the quiet period the same text may have another code
    done = desk.open("sri", today())[0]
    assert done is not None
    for coder in ("sri", "budi"):
        desk.code(coder, done.item, "none", "", f"{coder}:1")
    publish(tmp_path, [*copies, Post("late", group="g")])
    parts = {waiting.item: len(waiting.posts) for waiting in desk.waiting()}
    assert parts[done.item] in {4, 1}
    assert parts[""] == 1


def test_undo_until_the_coder_goes_on_or_two_minutes_have_passed(tmp_path: Path, clock: Clock) -> None:
    desk = desk_of(tmp_path, Post("1"), Post("2"), Post("3"))
    first = next_of(desk, "sri")
    desk.code("sri", first, "hoax", "", "s:1")
    desk.undo("sri", "s:2")
    desk.undo("sri", "s:2")  # sent twice
    assert next_of(desk, "sri") == first
    desk.code("sri", first, "none", "", "s:3")
    desk.code("sri", next_of(desk, "sri"), "none", "", "s:4")
    assert desk.state().undoable("sri", clock.moment) != first
    clock.moment += timedelta(seconds=121)
    with pytest.raises(RefusedError, match="refused_undo"):
        desk.undo("sri", "s:5")


def test_a_skipped_item_goes_to_others_and_comes_back_last(tmp_path: Path, clock: Clock) -> None:
    desk = desk_of(tmp_path, Post("1", limit=date(2024, 2, 6)), Post("2"))
    first = next_of(desk, "sri")
    desk.skip("sri", first, "heavy", "s:1")
    assert next_of(desk, "sri") != first
    assert next_of(desk, "budi") == first


def test_a_dispute_is_decided_by_a_third_person_who_may_say_that_both_are_wrong(tmp_path: Path, clock: Clock) -> None:
    desk = desk_of(tmp_path)
    item = next_of(desk, "sri")
    desk.code("sri", item, "hoax", "", "s:1")
    desk.code("budi", item, "insult", "", "b:1")
    assert desk.disputed("wati") == []  # both may still take it back
    assert desk.state().codes(item, clock.moment) == {}
    clock.moment += timedelta(seconds=121)
    assert desk.disputed("wati") == [item]
    assert desk.disputed("sri") == []
    with pytest.raises(RefusedError, match="refused_own_dispute"):
        desk.decide("sri", item, "none", "karena", "s:9")
    with pytest.raises(RefusedError, match="refused_reason"):
        desk.decide("wati", item, "none", "", "w:0")
    desk.decide("wati", item, "none", "satire", "w:1")
    with pytest.raises(RefusedError, match="refused_decided"):
        desk.decide("lina", item, "hoax", "lain", "l:1")
    decision = desk.state().of(item).decision
    assert decision is not None
    assert (decision.coder, decision.code, desk.state().of(item).reason) == ("wati", "none", "satire")


def test_what_is_agreed_is_derived_once_and_again_when_a_coding_settles(tmp_path: Path, clock: Clock) -> None:
    desk = desk_of(tmp_path)
    item = next_of(desk, "sri")
    for coder in ("sri", "budi"):
        desk.code(coder, item, "hoax", "", f"{coder}:1")
        clock.moment += timedelta(seconds=60)
    assert desk.agreed() == {}
    assert desk.agreed() is desk.agreed()
    clock.moment += timedelta(seconds=59)
    assert desk.agreed() == {}  # sri's is settled by now, budi's is not
    clock.moment += timedelta(seconds=1)
    assert desk.agreed() == {item: "hoax"}
    log.forget_posts(tmp_path, [("tiktok", "1")])
    assert desk.state() and desk.posts([item]) == [] and desk.agreed() == {item: "hoax"}


def test_a_desk_that_starts_anew_knows_what_was_done(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    desk.code("sri", next_of(desk, "sri"), "none", "", "s:1")
    assert Desk(tmp_path).state() == desk.state()


def test_every_word_that_a_page_asks_for_exists_and_is_asked_for() -> None:
    from flows.desk.words import words_of

    folder = Path(queue.__file__).parent
    code = [*folder.glob("pages/*.html"), *folder.glob("*.py"), *folder.parent.glob("reviewing/*.py")]
    texts = "".join(path.read_text() for path in code)
    asked = set(re.findall(r'words\.(\w+)|words\["(\w+)"\]|"(\w+)"', texts))
    known = {name for names in asked for name in names if name}
    acts = {
        "user_added",
        "user_closed",
        "user_renewed",
        "logged_in",
        "looked",
        "coded",
        "undone",
        "skipped",
        "assigned",
        "unassigned",
        "split",
        "decided",
        "audited",
    }
    acts |= {"registered", "account_closed", "account_deleted", "talked", "expired", "case_opened", *casework.STAGES}
    places = (each.path for module in PAGES for each in module.ROUTES if each.method == "POST")
    drafts = {f"draft_{path.strip('/').replace('/', '_').replace('-', '_')}" for path in places}
    made = {
        *(f"did_{act}" for act in acts),
        *(f"stage_{stage}" for stage in ("opened", "referred", "answered", "decided", "closed")),
        *(f"outcome_{outcome}" for outcome in cases.OUTCOMES),
        *(f"ending_{ending}" for ending in (*cases.ENDS_BEFORE, *cases.ENDS_AFTER)),
        *(f"online_{state}" for state in casework.ONLINE),
        *(f"split_{reason}" for reason in review.SPLIT_REASONS),
        *(f"kind_{kind}" for kind in register.KINDS.values()),
        *(f"follow_up_{each}" for each in register.FOLLOW_UPS),
        *(f"facet_{each.name}" for each in search.FACETS),
        *(f"status_{each}" for each in ("observed", "partial", "not_collected", "unknown")),
        *(f"saring_{each}" for each in screening.QUESTIONS),
        *("facet_q", "facet_salinan"),
    }
    words = set(words_of("id"))
    assert made <= words
    assert words - known - made - drafts == set()
    assert (
        set(re.findall(r"words\.(?!format|get)(\w+)", "".join(p.read_text() for p in folder.glob("pages/*.html"))))
        <= words
    )
    assert all(words_of("id").values()) and all(words_of("en").values())


def test_one_agreement_in_ten_is_looked_at_again_by_a_third_person(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.reviewing.coding.AUDITED", 2)
    publish(tmp_path, [Post(str(number)) for number in range(1, 41)])
    desk = Desk(tmp_path)
    for coder in ("sri", "budi"):
        while (post := desk.open(coder, today())[0]) is not None:
            desk.code(coder, post.item, "none", "", f"{coder}:{post.item}")
    clock.moment += timedelta(seconds=121)
    items = desk.to_audit("lina")
    assert 4 < len(items) < 36  # by its random number each, here with a chance of a half
    assert desk.to_audit("sri") == []  # nobody audits itself
    assert Desk(tmp_path).to_audit("lina") == items
    desk.audit("lina", items[0], "hoax", "", "lina:request-1")
    desk.audit("lina", items[0], "hoax", "", "lina:request-1")
    assert desk.to_audit("lina") == items[1:]
    monkeypatch.setattr("flows.reviewing.coding.AUDITED", 10**9)
    for item, who, told in ((items[0], "lina", "decided"), (items[-1], "lina", "decided"), (items[-1], "sri", "own")):
        with pytest.raises(RefusedError, match=f"refused_{told}"):
            desk.audit(who, item, "none", "", f"{who}:request-{item}")
