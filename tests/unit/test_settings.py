"""Which file settings come from: what lies in the folder of somebody else decides nothing."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import cli, orchestrator
from flows.exits import Exit, UsageError
from flows.settings import Settings, is_storage_here, load_settings
from tests.conftest import REPOSITORY


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of one's own with a ronda.toml, and no home named."""
    folder = tmp_path / "work"
    folder.mkdir(mode=0o755)
    (folder / "ronda.toml").write_text('office = "Kantor folder"\nnotify = "json://secret@localhost"\n')
    monkeypatch.chdir(folder)
    for name in ("RONDA_HOME", "RONDA_TOML"):
        monkeypatch.setenv(name, "")  # restored afterwards, whatever a call exports
        monkeypatch.delenv(name)
    return folder


def test_the_file_of_an_own_folder_is_used_and_what_it_sets_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().office == "Kantor folder"
    assert cli.main(["status"]) == Exit.DONE
    assert capsys.readouterr().err == f"Settings from {folder / 'ronda.toml'}: office, notify.\n"
    monkeypatch.chdir("/")  # what the call told the processes below
    assert load_settings().office == "Kantor folder"
    assert load_settings().home == folder / "data"


def test_a_home_that_is_named_takes_nothing_from_the_working_folder(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder.parent / "home"
    home.mkdir()
    monkeypatch.setenv("RONDA_HOME", str(home))
    assert load_settings().office is None
    (home / "ronda.toml").write_text('office = "Kantor rumah"\n')
    assert load_settings().office == "Kantor rumah"
    assert cli.main(["status"]) == Exit.DONE
    assert capsys.readouterr().err == ""


def test_the_file_of_the_home_comes_first(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "ronda.toml").write_text('office = "Kantor rumah"\n')
    assert load_settings().office == "Kantor rumah"


@pytest.mark.parametrize("which", ["folder", "file", "owner"])
def test_a_folder_that_is_not_ones_own_decides_nothing(
    folder: Path, which: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if which == "owner":
        monkeypatch.setattr("os.geteuid", lambda: folder.stat().st_uid + 1)
    else:
        (folder if which == "folder" else folder / "ronda.toml").chmod(0o777)
    assert load_settings().office is None
    assert cli.main(["status"]) == Exit.DONE
    said = capsys.readouterr().err
    assert (
        said == f"{folder / 'ronda.toml'} is not used: it or its folder is not yours alone. Put it into RONDA_HOME.\n"
    )
    assert load_settings().office is None


def test_prefect_takes_no_description_of_logs_from_the_working_folder(folder: Path) -> None:
    (folder / ".env").write_text("PREFECT_LOGGING_SETTINGS_PATH=evil.yml\nPREFECT_PROFILES_PATH=evil.toml\n")
    (folder / "prefect.toml").write_text('[logging]\nconfig_path = "evil.yml"\n')
    program = (
        "from flows.settings import Settings; Settings().export(); from prefect.settings import get_current_settings;"
        "print(get_current_settings().logging.config_path, get_current_settings().profiles_path)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    home = folder / "data" / "prefect"
    assert done.stdout.split() == [str(home / "logging.yml"), str(home / "profiles.toml")]


def test_the_database_of_the_server_forgets_flow_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings.models.server.services import ServerServicesDBVacuumSettings

    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert "flow_runs" not in ServerServicesDBVacuumSettings().enabled_vacuum_types
    Settings(home=tmp_path).export_server(4321, "ronda:secret")
    vacuum = ServerServicesDBVacuumSettings()
    assert vacuum.enabled_vacuum_types >= {"events", "flow_runs"}
    assert vacuum.retention_period == timedelta(days=84)


def test_a_request_to_the_own_server_is_tried_twice_unless_the_user_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.settings.models.client import ClientSettings

    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if "MAX_RETRIES" not in name})
    Settings(home=tmp_path).export_server(4321, "ronda:secret")
    assert ClientSettings().max_retries == 1
    os.environ["PREFECT_CLIENT_MAX_RETRIES"] = "4"
    Settings(home=tmp_path).export_server(4321, "ronda:secret")
    assert ClientSettings().max_retries == 4


def test_a_run_that_prefect_started_makes_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "gone"))
    assert load_settings().home == tmp_path / "gone"  # a verb makes it
    monkeypatch.setenv("PREFECT__FLOW_RUN_ID", "1")
    with pytest.raises(UsageError, match=r"gone is not on this machine; start the worker of Prefect where it is\."):
        load_settings()
    (tmp_path / "gone").mkdir()
    assert load_settings().home == tmp_path / "gone"


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("http://127.0.0.1:9000", True),
        ("http://localhost:9000", True),
        ("http://minio.example:9000", False),
        ("https://127.0.0.1:9000", False),
        ("", False),
    ],
)
def test_storage_may_do_without_tls_on_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, address: str, is_here: bool
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    assert is_storage_here() == is_here


@pytest.mark.parametrize(
    ("named", "is_needed"),
    [
        ({}, False),
        ({"workers": 2}, False),
        ({"workers": 3}, True),
        ({"task_runner": "dask"}, True),
        ({"notify": ("json://127.0.0.1:1/",)}, True),
    ],
)
def test_a_run_by_hand_needs_a_prefect_server_for_workers_and_for_people_who_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: dict[str, Any], is_needed: bool
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    settings = Settings(home=tmp_path, **named)
    assert orchestrator.is_needed(settings) is is_needed
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert orchestrator.is_needed(settings)


def test_without_a_prefect_that_is_there_nothing_is_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with pytest.raises(UsageError, match="No Prefect server is named; set PREFECT_API_URL"):
        orchestrator.require_elsewhere()
