"""The desk belongs to what cannot be rebuilt: checked, backed up while it is used, and restored."""

from pathlib import Path

from flows.exits import Exit
from flows.keeping import backups, parts, restoring
from flows.keeping.condition import Look
from flows.progress import unseen
from flows.reviewing import log
from flows.settings import Settings
from tests.unit.test_desk_log import add, tamper


def test_check_finds_a_changed_history(tmp_path: Path) -> None:
    look = Look(Settings(home=tmp_path), reads_data=False, restarts_chain=False)
    assert parts.look_at_desk(look).there == "nobody has used it yet"
    add(tmp_path, "r1", "r2")
    assert parts.look_at_desk(look).there == "2 events"
    tamper(tmp_path, "UPDATE events SET who = 'budi' WHERE number = 1")
    (finding,) = parts.look_at_desk(look).findings
    assert finding.is_damage and "changed at event 1" in finding.sentence


def test_a_backup_brings_the_log_back(tmp_path: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "backup"
    add(home, "r1", "r2")
    with log.reading(home):  # somebody has it open: the newest events lie in the write-ahead log
        add(home, "r3")
        assert backups.run_backup(Settings(home=home), target, lambda _: None, unseen) is Exit.DONE
    restored, said = tmp_path / "restored", list[str]()
    restoring.run_restore(Settings(home=restored), target, None, said.append, unseen)
    assert "desk       whole: 3 events" in said
    assert log.verify(restored) == 3
    assert log.place(restored).stat().st_mode & 0o777 == 0o600
    assert add(restored, "r4") == [True]
