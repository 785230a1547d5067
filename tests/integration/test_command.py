"""`ronda` as a process of its own: exit codes, and homes that are none."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows.exits import Exit
from tests.integration.conftest import Ronda, environment


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows.cli", *words]
    return subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--help",), Exit.DONE, "exit codes:"),
        (("weekly", "--week", "2024-W99"), Exit.USAGE, '"2024-W99" is not an ISO week'),
        (("publish",), Exit.USAGE, "invalid choice"),
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
