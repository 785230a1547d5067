"""The right to write a home: one process at a time, who has it is said, and it ends with the process."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.exits import Exit, WarehouseBusyError
from flows.store.warehouse import exclusive, extracting

HOLDER = """
import sys
from pathlib import Path
from flows.store.runs import recorded
from flows.store.warehouse import exclusive
home = Path(sys.argv[1])
with exclusive(home), recorded(home, "weekly", {}):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held_elsewhere(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_who_holds_a_home_is_said_to_everybody_who_asks(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as holder:
        for _ in range(2):  # the first refusal takes nothing away from the second
            with pytest.raises(WarehouseBusyError) as refusal, exclusive(tmp_path):
                pass
            who = rf"\(ronda weekly, process {holder.pid}, since 20\S+ \S+ UTC\)"
            assert re.match(rf"Another run holds the warehouse in {tmp_path} {who};", str(refusal.value))
    assert refusal.value.exit_code == Exit.BUSY


def test_a_home_is_free_again_when_its_holder_was_killed(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with exclusive(tmp_path):
            pass


def test_who_waits_gets_it_when_the_holder_ends(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as holder:
        assert holder.stdin is not None
        threading.Timer(0.3, holder.stdin.close).start()
        began = time.monotonic()
        with exclusive(tmp_path, wait=30):
            assert time.monotonic() - began > 0.2


def test_a_process_holds_a_home_once_whichever_thread_asks(tmp_path: Path) -> None:
    with exclusive(tmp_path), pytest.raises(WarehouseBusyError), exclusive(tmp_path):
        pass
    with exclusive(tmp_path):  # released on leaving
        pass


def test_extracting_and_writing_do_not_wait_for_each_other(tmp_path: Path) -> None:
    said = r"Another extraction into .* is running \(process \d+\);"
    with extracting(tmp_path), exclusive(tmp_path), pytest.raises(WarehouseBusyError, match=said), extracting(tmp_path):
        pass
