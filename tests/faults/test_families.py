"""The families of faults, a little of each; the whole table is `python -m tests.faults`."""

from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.faults import __main__ as table
from tests.faults import damage, disk_full, kills, tested
from tests.faults.outcome import Outcome, Scale


@pytest.mark.slow
def test_every_kind_of_file_may_be_damaged(tmp_path: Path) -> None:
    outcomes = damage.run(tmp_path, Scale())
    assert [outcome for outcome in outcomes if not outcome.is_survived] == []


@pytest.mark.slow
def test_kills_at_random_moments_change_nothing(tmp_path: Path) -> None:
    (outcome,) = kills.run(tmp_path, Scale(kills=3))
    assert outcome.is_survived, outcome


@pytest.mark.slow
def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    (outcome,) = disk_full.run(tmp_path, Scale(moments=3))
    assert outcome.is_survived, outcome


def test_the_table_says_what_is_not_survived(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = {"a": [Outcome("flood", 2, 0, 0, 0, "dry")], "b": [Outcome("fire", 2, 1, 0, 0, "ashes")]}
    families = {name: lambda *_, rows=row: rows for name, row in rows.items()}
    monkeypatch.setattr(table, "FAMILIES", families)
    assert table.main(["--only", "a"]) == 0
    assert table.main([]) == 1
    last = capsys.readouterr().out.splitlines()[-3:]
    assert [line.split()[:5] for line in last[1:]] == [["flood", "2", "0", "0", "0"], ["fire", "2", "1", "0", "0"]]
    assert not Outcome("nothing", 0, 0, 0, 0, "").is_survived


def test_the_families_that_are_tests_are_there() -> None:
    assert [name for names in tested.FAMILIES.values() for name in names if not (REPOSITORY / name).is_file()] == []
