"""Every bomb through the command line: little memory, little time, and an end that a person understands."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.exits import Exit
from tests.faults.bombs import BOMBS

MOST_MEGABYTES, MOST_SECONDS = 1536, 60
ADDRESSES = 12 << 30  # libraries reserve far more than they use
pytestmark = pytest.mark.slow


class Ended(NamedTuple):
    """How a `ronda` process ended: its exit code, seconds of a processor, memory at the most, and what it said."""

    code: int
    seconds: float
    megabytes: int
    said: str


def ronda(home: Path, words: Sequence[str]) -> Ended:
    said = home / "said.txt"
    began = time.monotonic()
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.cli", *words],
            env=os.environ | {"RONDA_HOME": str(home), "RONDA_AUTHOR_KEY": "ab" * 32},
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES)),  # noqa: PLW1509
        )
        status = 0
        while time.monotonic() - began < 10 * MOST_SECONDS:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.1)
        else:
            process.kill()
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    spent = usage.ru_utime + usage.ru_stime  # what other processes take of the machine is no fault of a file
    return Ended(process.returncode, spent, usage.ru_maxrss // 1024, said.read_text(errors="replace"))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_in_a_sentence_or_in_counted_rejects(name: str, tmp_path: Path) -> None:
    write, tables = BOMBS[name]
    path = tmp_path / name
    if (child := os.fork()) == 0:  # what writing one takes is not the memory of this process
        write(path)
        os._exit(0)
    os.waitpid(child, 0)
    for words in (["import", str(path)], ["label", "apply", str(path), str(tmp_path / "home" / "out.csv")]):
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        (home / "ronda.toml").write_text(tables)
        ended = ronda(home, words)
        print(f"{name:24} {words[0]:6} code {ended.code} {ended.seconds:5.1f} s {ended.megabytes:5} MB")
        assert "Traceback" not in ended.said
        assert ended.code in (Exit.DONE, Exit.REFUSED), ended.said[-500:]
        assert ended.seconds <= MOST_SECONDS
        assert ended.megabytes <= MOST_MEGABYTES
        assert ended.said.strip().endswith(".") or "next: ronda weekly" in ended.said or "labelled into" in ended.said
