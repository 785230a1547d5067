"""Processes beside this one end with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import processes

PARENT = """
import os, time
from flows import processes
with processes.pool(1) as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


# Under `nohup` hang-ups are ignored, and so by every process started there: this one heeds them all the same.
SERVER = """
import signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from pathlib import Path
from flows.orchestrator import Orchestrator
from flows.settings import Settings
server = Orchestrator(Settings(home=Path(sys.argv[1])))
server.start()
print(server.number, flush=True)
time.sleep(60)
"""
RUN = """
import os, sys, time
os.environ["PREFECT__FLOW_RUN_ID"] = "run"
from flows import tasks
tasks.end_with_server(None, None, None)
print(os.getpid(), flush=True)
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def require_end(pid: int) -> None:
    end = time.monotonic() + 20
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_alive(pid)


def test_a_run_by_hand_imports_no_prefect() -> None:
    imported = "import sys, flows.demo; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", imported], check=False).returncode == 0


def test_work_is_done_elsewhere_and_its_errors_come_back() -> None:
    with processes.pool(1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
        with pytest.raises(ZeroDivisionError):
            pool.submit(divmod, 1, 0).result()


def slow() -> None:
    time.sleep(60)


def test_a_helper_works_beside_this_process_and_nobody_waits_for_its_preparations() -> None:
    assert processes.later(os.getpid)() == os.getpid()
    with processes.helper(slow):
        assert processes.helping() is not None
    with processes.helper():
        helper = processes.later(os.getpid)()
        with processes.helper():
            assert processes.later(os.getpid)() == helper != os.getpid()
        assert processes.later(os.getpid)() == helper
        failing = processes.later(divmod, 1, 0)
        with pytest.raises(ZeroDivisionError):
            failing()
    assert processes.helping() is None
    require_end(helper)


def test_shared_work_is_done_by_whoever_comes_to_it_first() -> None:
    assert processes.shared(os.getpid)() == os.getpid()
    with processes.helper():
        busy = processes.later(time.sleep, 1)
        here = processes.shared(os.getpid)
        failing = processes.shared(divmod, 1, 0)
        assert here() == os.getpid()
        with pytest.raises(ZeroDivisionError):
            failing()
        there = processes.shared(os.getpid)
        assert processes.later(os.getpid)() == there() != os.getpid()
        busy()


def test_a_worker_does_not_outlive_a_parent_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_alive(worker)
        parent.send_signal(signal.SIGKILL)
    require_end(worker)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_server_does_not_outlive_who_started_it(tmp_path: Path, end: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVER, str(tmp_path / "home")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        assert is_alive(server)
        parent.send_signal(end)
    require_end(server)


def test_a_run_that_the_server_started_ends_with_it() -> None:
    with subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdin is not None
        assert is_alive(int(run.stdout.readline()))
        run.stdin.close()  # as the system does when the other side is killed
        assert run.wait(timeout=20) == 1


def test_modules_come_from_where_this_code_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "__init__.py").write_text("raise SystemExit(77)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with processes.start("flows.exits", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.wait(timeout=20) == 0


def test_a_stand_is_there_while_something_is_imported_and_never_for_what_is_loaded() -> None:
    with processes.standing_in({"no_such_library": None, "pathlib": None}):
        assert "no_such_library" in sys.modules and sys.modules["pathlib"] is not None
    assert "no_such_library" not in sys.modules


def test_labels_begin_without_linear_algebra() -> None:
    begun = "import sys; from flows.labels.compiled import batch; batch.compiled_loop()"
    loaded = f"{begun}; sys.exit('scipy.linalg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
