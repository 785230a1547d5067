"""Talk about an act is counted by what it does with the act, and only where people say that it performs none."""

from pathlib import Path

import pytest

from flows.labels import talk
from flows.labels.talk import EVERY, UNLEARNED

ROWS = """text,indications,mentions,role,may_ship
"wani piro? 50 ewu tak coblos",money_politics,money_politics,-,yes
"wani piro? 50 ewu tak coblos",,money_politics,jokes,yes
"Ada yang ditawari 50 ribu supaya coblos nomor 2, miris",,money_politics,alleges,no
"Perangkat desa tidak boleh mendukung nomor 3",,neutrality;money_politics,condemns,yes
"pagi semua",,,,no
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "annotated").mkdir()
    (tmp_path / talk.CODED).write_text(ROWS, encoding="utf-8")
    return tmp_path


def test_flags_are_counted_by_class_and_role_without_the_acts_themselves(folder: Path) -> None:
    assert talk.measure(folder) == {
        "money_politics": {
            EVERY: {"texts": 3, "flagged": 1},
            "alleges": {"texts": 1, "flagged": 0},
            UNLEARNED: {"texts": 1, "flagged": 0},
            "condemns": {"texts": 1, "flagged": 0},
            "jokes": {"texts": 1, "flagged": 1},
        },
        "neutrality": {EVERY: {"texts": 1, "flagged": 0}, "condemns": {"texts": 1, "flagged": 0}},
    }


def test_lines_and_the_card_say_how_many_of_how_many(folder: Path) -> None:
    measured = talk.measure(folder)
    assert "every role 1 of 3, alleges 0 of 1, not learned from 0 of 1, condemns 0 of 1, jokes 1 of 1" in talk.as_text(
        measured
    )
    section = talk.section(measured)
    assert section[4] == "| class | every role | not learned from | alleges | condemns | jokes |"
    assert section[5] == "|---|---|---|---|---|---|"
    assert "| `neutrality` | 0 of 1 |  |  | 0 of 1 |  |" in section


def test_a_folder_without_such_texts_is_said(tmp_path: Path) -> None:
    assert talk.measure(tmp_path) is None and talk.section(None) == []
    assert talk.as_text(None) == "talk about acts: not measured, the folder has no annotated/licensed-coded.csv"
