"""`ronda` as a process of its own: exit codes, sentences about misuse, and homes that are none."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows import cli, cli_call
from flows.exits import Exit, UsageError
from tests.conftest import REPOSITORY
from tests.integration.conftest import Ronda, environment
from tests.terminal import HIDE, SHOW, on_terminal


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows.cli", *words]
    return subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--help",), Exit.DONE, "exit codes:"),
        (("weekly", "--week", "2024-W99"), Exit.USAGE, '"2024-W99" is not an ISO week'),
        (("publish",), Exit.USAGE, "No such verb 'publish'"),
        (("verify",), Exit.USAGE, "Nothing is published yet"),
        (("status",), Exit.DONE, "Nothing is published yet"),
        (("import", "nowhere.csv"), Exit.REFUSED, "cannot be opened"),
    ],
)
def test_a_process_ends_with_the_code_of_what_it_did(
    tmp_path: Path, words: tuple[str, ...], code: Exit, said: str
) -> None:
    done = run(tmp_path / "home", *words)
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True)


MISUSES = {
    "publish": "No such verb 'publish'; see `ronda --help`.",
    "weekli": "No such verb 'weekli'; did you mean 'weekly'? See `ronda --help`.",
    "label train": "Missing option '--into'; see `ronda label train --help`.",
    "label tell": "No such verb 'tell'; see `ronda label --help`.",
    "import": "Missing argument 'PATH'; see `ronda import --help`.",
    "verify all": "Got unexpected extra argument(s) (all); see `ronda verify --help`.",
    "status --yaml": "No such option: --yaml; see `ronda status --help`.",
    "weekly --lang fr": "Invalid value for '--lang': 'fr' is not one of 'id', 'en'; see `ronda weekly --help`.",
    "weekly --week pekan": '--week: "pekan" is not an ISO week; write it like 2024-W05.',
    "weekly --as-of now": '--as-of: "now" is not a moment; write it like 2024-02-05T06:00+07:00.',
    "daily --day 2024-02-30": '--day: "2024-02-30" is not a day; write it like 2024-02-12.',
    "daily --as-of 2024-02-05": '--as-of: "2024-02-05" has no time zone; write it like 2024-02-05T06:00+07:00.',
    "import x --week pekan": '--week: "pekan" is not an ISO week; write it like 2024-W05.',
    "import x --dry-run --week 2024-W05": "--dry-run publishes nothing; leave out --week.",
    "import x --covers 2": '--covers: "2" is not a span of days; write it like 2024-01-29..2024-02-04.',
    "import x --covers 2024-02-02..2024-02-01": (
        '--covers: "2024-02-02..2024-02-01" ends before it begins; swap the days.'
    ),
    "demo --posts 0": '--posts: "0" is not a number of posts; write it like 60000.',
    "backfill 2024-W1 2024-W02 --reason x": 'FIRST: "2024-W1" is not an ISO week; write it like 2024-W05.',
    "diff 2024-W03 first": 'A: "first" is not the number of a publication; write it like 2.',
    "backfill 2024-W03 2024-W02 --reason x": "The first week 2024-W03 is after the last week 2024-W02; swap them.",
}


@pytest.mark.parametrize("typed", MISUSES)
def test_misuse_is_one_sentence_that_says_where_and_what_to_do(
    typed: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "home"))
    assert cli.main(typed.split()) == Exit.USAGE
    assert capsys.readouterr() == ("", f"ronda: {MISUSES[typed]}\n")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("typed", ["", "label"])
def test_a_missing_verb_shows_those_there_are(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(typed.split()) == Exit.USAGE
    shown = capsys.readouterr()
    assert "For engineers" in shown.out
    assert shown.err == "ronda: A verb is missing; choose one of those above.\n"


def test_the_traceback_of_an_error_is_shown_on_demand_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RONDA_LANG", "jv")
    assert cli.main(["status"]) == Exit.USAGE
    assert capsys.readouterr().err.startswith("ronda: The setting lang is not usable")
    with pytest.raises(UsageError):
        cli.main(["--debug", "status"])


def test_ctrl_c_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_call, "load_settings", interrupt)
    assert cli.main(["status"]) == Exit.INTERNAL
    assert capsys.readouterr().err == "ronda: interrupted; run the same command again, nothing is half done.\n"


@pytest.mark.parametrize(
    ("typed", "choices"), [("ronda back", {"backfill", "backup"}), ("ronda weekly --lang ", {"id", "en"})]
)
def test_the_shell_completes_verbs_and_choices(tmp_path: Path, typed: str, choices: set[str]) -> None:
    asked = {"_RONDA_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    command = [sys.executable, "-m", "flows.cli"]
    done = subprocess.run(command, env=environment(tmp_path, **asked), capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == choices


HEAVY = {"duckdb", "matplotlib", "numba", "numpy", "polars", "prefect", "rich"}


def test_status_answers_at_once_because_it_imports_nothing_heavy(tmp_path: Path) -> None:
    program = "import sys; from flows.cli import main; main(['status']); print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, env=environment(tmp_path), capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert "Nothing is published yet" in done.stdout
    loaded = set(done.stderr.split())
    assert "typer" in loaded
    assert loaded & HEAVY == {"duckdb"}  # which reads what is published


def test_long_work_has_a_bar_on_a_terminal_and_results_on_standard_output_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "posts.csv").write_text("text\njalan rusak parah\n", encoding="utf-8")
    words = ["label", "apply", str(tmp_path / "posts.csv"), str(tmp_path / "labelled.csv")]
    shown, results = on_terminal(["-m", "flows.cli", *words], RONDA_HOME=str(tmp_path / "home"))
    assert "Labelling posts" in shown and "1 of 1 rows" in shown
    assert shown.rindex(SHOW) > shown.rindex(HIDE)
    assert results.startswith("1 posts labelled")
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "home"))
    assert cli.main(words) == Exit.DONE
    assert tuple(capfd.readouterr()) == (results, "")


def test_a_verb_that_only_looks_makes_no_home(tmp_path: Path) -> None:
    run(tmp_path / "home", "status")
    assert not (tmp_path / "home").exists()


NOTHING = "ronda: There are no posts yet; bring some in with `ronda import PATH`, or try `ronda demo`.\n"


def test_the_first_command_in_a_new_home_may_be_any(tmp_path: Path, ronda: Ronda) -> None:
    done = ronda(tmp_path / "new" / "home", "weekly", "--week", "2024-W01")
    assert (done.returncode, done.stderr) == (Exit.USAGE, NOTHING)
    assert (tmp_path / "new" / "home" / "prefect").is_dir()  # Prefect makes no folders above its own


@pytest.mark.slow
def test_the_first_command_in_a_new_home_starts_prefect_s_own_server(tmp_path: Path) -> None:
    done = run(tmp_path / "new" / "home", "weekly", "--week", "2024-W01")
    assert (done.returncode, done.stderr) == (Exit.USAGE, NOTHING)


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_home_that_cannot_be_a_folder_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    done = run(tmp_path / name, "weekly")
    assert done.returncode == Exit.USAGE
    assert (
        done.stderr == f"ronda: {tmp_path / name} is not a folder that can be written; set RONDA_HOME to another one.\n"
    )
