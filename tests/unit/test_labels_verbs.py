"""`ronda label evaluate` and `explain`, as an operator meets them."""

import json
from pathlib import Path

import pytest

from flows import cli
from flows.exits import Exit

POSTS = """text,sentiment,indications,platform
jalannya mulus terima kasih pak,positive,,tiktok
rapat desa mulai pukul sembilan,neutral,,facebook
jembatan ambrol dibiarkan payah,negative,,tiktok
dasar penipu otak udang kamu,negative,insult,facebook
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_evaluate_prints_and_writes_the_same_measures(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(POSTS, encoding="utf-8")
    assert cli.main(["label", "evaluate", str(path), "--json"]) == Exit.DONE
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((home / "evaluations" / "posts.json").read_text(encoding="utf-8"))
    assert printed["sentiment"]["posts"] == 4
    assert {"macro_f1", "majority_macro_f1", "lexicon_macro_f1", "calibration", "confusion"} <= set(
        printed["sentiment"]
    )
    assert printed["indications"]["insult"]["right"] == 1


def test_evaluate_without_a_file_shows_what_training_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["label", "evaluate"]) == Exit.DONE
    assert "insult" in json.loads(capsys.readouterr().out)["codes"]


def test_explain_shows_words_with_weights_and_the_rule_that_fired(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["label", "explain", "dasar goblok kamu"]) == Exit.DONE
    printed = capsys.readouterr().out
    assert "sentiment: negative" in printed
    assert "insult: flagged" in printed
    assert "rule: <slur>" in printed
    assert "<slur> +" in printed


def test_a_call_to_vote_is_explained_by_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Ayo coblos nomor 2"
    assert cli.main(["label", "explain", text, "--at", "2024-02-12T09:00+07:00"]) == Exit.DONE
    assert "indications: quiet_period" in capsys.readouterr().out
    assert cli.main(["label", "explain", text]) == Exit.DONE
    assert "indications: none" in capsys.readouterr().out


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["label", "evaluate", str(tmp_path / "none.csv")]) == Exit.USAGE
    assert "is missing" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["evaluate"], ["train", "--into", "bobot"]])
def test_coded_posts_are_read_in_any_shape_but_only_whole(
    tmp_path: Path, verb: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("sep=;\n" + POSTS.replace(",", ";") + "satu;lagi\n", encoding="utf-8")
    assert cli.main(["label", verb[0], str(path), *verb[1:]]) == Exit.REFUSED
    assert "line 7 (2 cells under 4 columns); correct it" in capsys.readouterr().err


def test_coded_posts_in_an_array_are_measured_as_those_of_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, array = tmp_path / "posts.csv", tmp_path / "posts.json"
    table.write_text(POSTS.replace(",", ";"), encoding="utf-8")
    header, *lines = (line.split(",") for line in POSTS.splitlines())
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    coded = [row | {"indications": [code for code in row["indications"].split(";") if code]} for row in rows]
    array.write_text(json.dumps(coded, indent=1), encoding="utf-8")
    for path in (table, array):
        assert cli.main(["label", "evaluate", str(path), "--json"]) == Exit.DONE
    first, second = capsys.readouterr().out.split("\n}\n")[:2]
    assert first == second
