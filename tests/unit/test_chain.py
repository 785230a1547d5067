"""The chain of the ledger: what changes it is found, what a loss of power leaves unfinished is cut off and said."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.exits import Exit, LedgerDamagedError
from flows.store import chain
from flows.store.chain import Note

FILES = [Note("landed", f"file-{number}", "a" * 64, {"path": f"tiktok/x/2024-02-05/{number}.zst"}) for number in (1, 2)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    chain.append(tmp_path, FILES)
    chain.append(tmp_path, [Note("loaded", "file-1", "a" * 64, {"records": 7})])
    return tmp_path


def lines_of(home: Path) -> list[bytes]:
    return (home / "ledger" / "chain.jsonl").read_bytes().splitlines(keepends=True)


def write(home: Path, lines: list[bytes]) -> None:
    (home / "ledger" / "chain.jsonl").write_bytes(b"".join(lines))


def test_entries_are_numbered_and_name_the_hash_of_the_one_before(home: Path) -> None:
    entries = chain.read(home)
    assert [(entry.number, entry.kind, entry.subject) for entry in entries] == [
        (1, "landed", "file-1"),
        (2, "landed", "file-2"),
        (3, "loaded", "file-1"),
    ]
    assert [entry.before for entry in entries] == [chain.START, entries[0].digest, entries[1].digest]
    assert json.loads((home / "ledger_head.json").read_bytes()) == {"count": 3, "head": entries[2].digest}


def test_a_removal_an_erasure_and_an_expiry_are_entries_and_break_nothing(home: Path) -> None:
    for kind in ("removed", "erased", "expired", "repaired"):
        chain.append(home, [Note(kind, "file-1", kind[0] * 64, {"path": "tiktok/x/2024-02-05/1.zst"})])
    assert chain.contents(chain.read(home))["file-1"] == ["a" * 64, "r" * 64, "e" * 64, "e" * 64]


def change(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b"file-1", b"file-9"), *lines[1:]]


def change_last(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1].replace(b'"records": 7', b'"records": 6')]


def put_between(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[0], *lines[1:]]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (change, "broken at line 2"),
        (change_last, "entry 3 was changed"),
        (put_between, "broken at line 2"),
        (lambda lines: lines[1:], "broken at line 1"),
        (lambda lines: lines[:-1], "ends after 2 entries; it had 3"),
        (lambda lines: lines[:0], "ends after 0 entries; it had 3"),
        (lambda lines: [*lines[:2], b"\0" * 300], "broken at line 3"),
    ],
)
def test_a_change_of_history_is_found(home: Path, damage: Callable[[list[bytes]], list[bytes]], said: str) -> None:
    write(home, damage(lines_of(home)))
    with pytest.raises(LedgerDamagedError, match=said) as stop:
        chain.read(home)
    assert "restore the folder ledger" in str(stop.value)
    assert stop.value.exit_code is Exit.GATE


def test_a_cleared_ledger_is_noticed(home: Path) -> None:
    (home / "ledger" / "chain.jsonl").unlink()
    with pytest.raises(LedgerDamagedError, match="is gone; it had 3 entries"):
        chain.append(home, FILES)


def test_a_damaged_head_is_a_sentence(home: Path) -> None:
    (home / "ledger_head.json").write_bytes(b"\0\0")
    with pytest.raises(LedgerDamagedError, match=r"ledger_head\.json is damaged; restore it"):
        chain.read(home)


@pytest.mark.parametrize("rest", [b'{"number": 4, "kind": "landed", "subject": "file-3", "con', b"\0" * 5000, b"{}\n"])
def test_an_unfinished_last_line_is_cut_off_and_the_chain_says_so(home: Path, rest: bytes) -> None:
    whole = lines_of(home)
    write(home, [*whole, rest])
    entries = chain.read(home)
    assert lines_of(home)[:3] == whole
    assert (entries[3].kind, entries[3].subject) == ("repaired", chain.CHAIN)
    assert chain.torn(entries) == ([("landed", "file-3")] if b"file-3" in rest else [])
    chain.append(home, [Note("landed", "file-3", "c" * 64)])
    assert chain.torn(chain.read(home)) == []  # it is there now: the landing was done again


def test_a_head_that_fell_behind_is_brought_up(home: Path) -> None:
    head = (home / "ledger_head.json").read_bytes()
    chain.append(home, [Note("landed", "file-3", "c" * 64)])
    (home / "ledger_head.json").write_bytes(head)  # its last rename was not on the disk yet
    assert len(chain.read(home)) == 4
    assert json.loads((home / "ledger_head.json").read_bytes())["count"] == 4


def test_what_is_noted_already_is_not_noted_again(home: Path) -> None:
    assert chain.append_new(home, FILES) == []
    assert [entry.number for entry in chain.append_new(home, [Note("landed", "file-1", "b" * 64)])] == [4]


def test_a_person_without_a_backup_begins_a_new_chain_that_says_so(home: Path) -> None:
    head = chain.read(home)[-1].digest
    write(home, change(lines_of(home)))
    kept = chain.restart(home)
    assert kept is not None and kept.is_file()
    (first,) = chain.read(home)
    assert (first.kind, first.content, first.facts) == ("repaired", head, {"entries_before": 3})
