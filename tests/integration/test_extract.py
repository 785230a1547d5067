"""The way of an extraction as its users go it: command line, exit codes, coverage, alerts, and the live demo."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from flows.exits import Exit
from flows.simulation.services.serve import Services
from tests.extract.watching import SECRETS
from tests.integration.conftest import AT, NOW, Ronda, copy_home, run_demo, write_watch


@pytest.fixture(scope="module")
def configured_home(running_services: Services, season_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose ronda.toml watches some accounts."""
    home = tmp_path_factory.mktemp("configured") / "home"
    write_watch(home, running_services, season_folder, 6)
    return home


@pytest.fixture(scope="module", autouse=True)
def credentials() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(f"RONDA_{name.upper()}", value)
        yield


@pytest.fixture
def configured(services: Services, configured_home: Path, tmp_path: Path) -> Path:
    """A home of its own with these settings, and platforms without faults."""
    return copy_home(configured_home, tmp_path / "home")


@pytest.fixture(scope="module")
def extracted(running_services: Services, configured_home: Path, ronda: Ronda) -> tuple[Path, str]:
    """A home after one extraction, and what it said."""
    running_services.reset()
    running_services.clock(NOW)
    home = copy_home(configured_home, configured_home.parent / "extracted")
    done = ronda(home, "extract", before=AT)
    assert done.returncode == 0, done.stderr + done.stdout
    return home, done.stdout


def test_extract_loads_what_it_pulled_and_says_what_was_missed(
    extracted: tuple[Path, str], ronda: Ronda, tmp_path: Path
) -> None:
    home, said = copy_home(extracted[0], tmp_path / "home"), extracted[1]
    assert "facebook_graph:" in said
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as database:
        rows = database.execute("SELECT platform, sum(planned), sum(succeeded) FROM base.collection GROUP BY ALL")
        found = {platform: (planned, succeeded) for platform, planned, succeeded in rows.fetchall()}
        assert set(found) == {"tiktok", "facebook", "instagram"}
        assert all(0 < succeeded < planned for planned, succeeded in found.values()), "today is not over"
    watches = list((home / "ledger" / "watch").iterdir())
    assert len(watches) == 1
    again = ronda(home, "extract", before=AT)
    assert again.returncode == 0, again.stderr
    assert "0 posts +" in again.stdout
    assert "What is watched has changed" not in again.stdout


@pytest.mark.slow
def test_a_failed_source_ends_with_six_and_the_others_are_loaded(
    configured: Path, services: Services, ronda: Ronda
) -> None:
    services.faults("facebook", changed_shape={"field": "created_time"})
    services.faults("instagram", expired_token=True)
    done = ronda(configured, "extract", before=AT)
    assert done.returncode == 6, done.stderr + done.stdout
    assert "created_time" in done.stderr
    assert "The access token of instagram_graph is no longer valid" in done.stderr
    assert "Traceback" not in done.stderr
    assert "tiktok_research: " in done.stdout
    status = json.loads(ronda(configured, "status", "--json").stdout)
    assert any("created_time" in sentence for sentence in status["failed"])
    pages = list((configured / "landing" / "facebook" / "facebook_graph").rglob("*.zst"))
    assert len(pages) == 1, "the raw page is kept"
    for path in configured.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in ("season-secret", "season-token")), path


@pytest.mark.slow
def test_a_refresh_forgets_what_is_gone_and_status_shows_a_sudden_silence(
    extracted: tuple[Path, str], services: Services, ronda: Ronda, tmp_path: Path
) -> None:
    home = copy_home(extracted[0], tmp_path / "home")
    services.clock(NOW + timedelta(days=16))
    later = AT.replace(NOW.isoformat(), (NOW + timedelta(days=16)).isoformat())
    done = ronda(home, "extract", "--refresh", before=later)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "looked at again" in done.stdout
    assert re.search(r"\d+ records erased in \d+ files of the landing", done.stdout)
    status = ronda(home, "status")
    assert status.returncode == 0, status.stderr
    assert ("sudden silence" in status.stdout) == bool(json.loads(ronda(home, "status", "--json").stdout)["to_look_at"])


@pytest.mark.slow
def test_without_credentials_only_the_inbox_is_emptied(
    tmp_path: Path, ronda: Ronda, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SECRETS:
        monkeypatch.delenv(f"RONDA_{name.upper()}")
    done = ronda(tmp_path / "home", "extract")
    assert done.returncode == 0, done.stderr
    assert "0 files" in done.stdout
    page = tmp_path / "home" / "inbox" / "page.html"
    page.write_text("<html>login</html>")
    os.utime(page, (1_700_000_000, 1_700_000_000))
    done = ronda(tmp_path / "home", "extract")
    assert done.returncode == Exit.REFUSED, done.stderr
    assert "inbox: refused: " in done.stdout


def test_every_verb_is_scheduled_once_and_never_overlaps() -> None:
    program = (
        "from flows.schedule import DEPLOYMENTS\n"
        "print([(item.name, item.cron, dict(item.parameters)) for item in DEPLOYMENTS])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == str(
        [
            ("extract", "0 */6 * * *", {}),
            ("refresh", "30 2 * * *", {"refresh": True}),
            ("weekly", "0 6 * * 1", {}),
            ("daily", "0 6 * * *", {}),
            ("expire", "30 3 * * *", {}),
            ("backfill", None, {}),
        ]
    )


@pytest.mark.slow
def test_the_live_demo_extracts_and_publishes(tmp_path: Path) -> None:
    run_demo(tmp_path / "home", "--live", "--posts", "3000")
    assert (tmp_path / "home" / "published" / "2024-W06" / "weekly.html").is_file()
