"""The log of the desk: nothing lost, nothing twice, and a changed history is found."""

import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.exits import LedgerDamagedError, UsageError
from flows.reviewing import log
from flows.reviewing.log import Act

NOW = datetime(2024, 2, 5, 3, tzinfo=UTC)


def add(home: Path, *requests: str) -> list[bool]:
    with log.writing(home) as connection:
        return [
            log.append(connection, Act("sri", "coded", "i1", each, after={"code": "none"}), NOW) for each in requests
        ]


def tamper(home: Path, *statements: str) -> None:
    """What a hand does that knows how to get round the triggers."""
    with closing(sqlite3.connect(log.place(home))) as connection, connection:
        connection.execute("DROP TRIGGER events_are_not_changed")
        connection.execute("DROP TRIGGER events_are_not_deleted")
        for statement in statements:
            connection.execute(statement)


def test_an_event_is_read_as_it_was_written(tmp_path: Path) -> None:
    add(tmp_path, "r1")
    with log.reading(tmp_path) as connection:
        (event,) = log.events(connection)
    assert event == log.Event(1, NOW, "sri", "coded", "i1", {}, {"code": "none"}, "r1")
    assert stat.S_IMODE(log.place(tmp_path).stat().st_mode) == 0o600


def test_a_repeated_request_writes_once(tmp_path: Path) -> None:
    assert add(tmp_path, "r1", "r2", "r1") == [True, True, False]
    assert add(tmp_path, "r2") == [False]
    assert log.verify(tmp_path) == 2


@pytest.mark.parametrize("statement", ["UPDATE events SET who = 'budi'", "DELETE FROM events"])
def test_the_database_refuses_to_change_history(tmp_path: Path, statement: str) -> None:
    add(tmp_path, "r1")
    with pytest.raises(sqlite3.IntegrityError, match="never"), log.writing(tmp_path) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE events SET after = '{}' WHERE number = 2", "changed at event 2"),
        ("UPDATE events SET who = 'budi' WHERE number = 3", "changed at event 3"),
        ("DELETE FROM events WHERE number = 2", "changed at event 2"),
        ("DELETE FROM events WHERE number = 3", "cut off after event 2"),
        ("UPDATE events SET moment = '2024-01-01T00:00:00+00:00' WHERE number = 1", "changed at event 1"),
    ],
)
def test_a_changed_history_is_found(tmp_path: Path, statement: str, told: str) -> None:
    add(tmp_path, "r1", "r2", "r3")
    tamper(tmp_path, statement)
    with pytest.raises(LedgerDamagedError, match=told):
        log.verify(tmp_path)


def test_what_fails_in_between_leaves_nothing(tmp_path: Path) -> None:
    add(tmp_path, "r1")
    with pytest.raises(KeyError), log.writing(tmp_path) as connection:
        log.append(connection, Act("sri", "coded", "i1", "r2"), NOW)
        raise KeyError
    assert log.verify(tmp_path) == 1


def test_many_writers_write_one_history(tmp_path: Path) -> None:
    threads = [threading.Thread(target=add, args=(tmp_path, f"{name}a", f"{name}b")) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.verify(tmp_path) == 16


def test_a_copy_is_whole_while_others_write(tmp_path: Path) -> None:
    add(tmp_path, "r1")
    with log.reading(tmp_path), log.writing(tmp_path) as connection:
        log.append(connection, Act("sri", "coded", "i1", "r2"), NOW)
        copied = log.snapshot(tmp_path)
    target = tmp_path / "copy"
    target.mkdir()
    log.place(target).write_bytes(copied or b"")
    assert log.verify(target) == 1
    assert add(target, "r9") == [True]
    assert log.verify(target) == 2


def test_a_log_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    add(tmp_path, "r1")
    with closing(sqlite3.connect(log.place(tmp_path))) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match="newer ronda"):
        log.verify(tmp_path)


def test_a_log_of_an_earlier_version_is_upgraded_and_counts_what_happens_to_items(tmp_path: Path) -> None:
    early = log._MIGRATIONS[:2]
    with pytest.MonkeyPatch.context() as before:
        before.setattr(log, "_MIGRATIONS", early)
        add(tmp_path, "r1")
        with log.writing(tmp_path) as connection:
            connection.execute("INSERT INTO items VALUES ('i1', 'tiktok', '1')")
    heads = []
    for statement in (
        "INSERT INTO items VALUES ('i2', 'tiktok', '2')",
        "UPDATE items SET item = 'i3' WHERE post_id = '2'",
        "DELETE FROM items WHERE post_id = '1'",
        "DELETE FROM items WHERE post_id = 'x'",
    ):
        with log.writing(tmp_path) as connection:
            connection.execute(statement)
            heads.append(log.head(connection))
    assert heads == [(1, 1), (1, 2), (1, 3), (1, 3)]
    assert log.verify(tmp_path) == 1


def test_what_is_no_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    log.place(tmp_path).write_bytes(b"not a database" * 100)
    with pytest.raises(LedgerDamagedError, match="restore it from a backup"):
        log.verify(tmp_path)


def test_an_erased_post_leaves_the_history_whole(tmp_path: Path) -> None:
    add(tmp_path, "r1")
    with log.writing(tmp_path) as connection:
        connection.execute("INSERT INTO items VALUES ('i1', 'tiktok', '71234567890')")
    assert log.forget_posts(tmp_path, [("tiktok", "71234567890"), ("tiktok", "2")]) == 1
    assert log.verify(tmp_path) == 1
    assert not any(b"71234567890" in path.read_bytes() for path in tmp_path.iterdir())


@settings(max_examples=10, deadline=None)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=5))
def test_any_text_comes_back_and_proves(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("log")
    with log.writing(home) as connection:
        for number, text in enumerate(texts):
            log.append(connection, Act(text, "coded", text, str(number), after={"note": text}), NOW)
    with log.reading(home) as connection:
        assert [(each.who, each.after["note"]) for each in log.events(connection)] == [(text, text) for text in texts]
    assert log.verify(home) == len(texts)
