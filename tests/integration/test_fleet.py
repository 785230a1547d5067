"""A fleet for real: twelve simulated regencies in three time zones, one of which cannot run."""

import csv
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

import sql
from flows import simulation
from flows.loading.arrivals import land_paths
from flows.settings import Settings
from tests.integration.conftest import environment

pytestmark = pytest.mark.slow
ZONES = (("Asia/Jakarta", "WIB", 15), ("Asia/Makassar", "WITA", 16), ("Asia/Jayapura", "WIT", 17))
CODES = [f"81{number:02}" for number in range(1, 13)]
BROKEN = CODES[6]


def write_seeds(folder: Path, number: int) -> str:
    """The seeds of a regency like Buru, under a name, a code and a zone of its own; gives the zone."""
    zone, label, hour = ZONES[number % len(ZONES)]
    folder.mkdir(parents=True)
    for path in (sql.FOLDER / "seeds_buru_2024").glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    own = {"regency_id": f"Kabupaten Contoh {number + 1}", "regency_code": CODES[number], "timezone": zone}
    own |= {"timezone_label": label, "embargo_end_hour": str(hour)}
    with (folder / "election.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with (folder / "election.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, ["key", "value"], lineterminator="\n")
        writer.writeheader()
        writer.writerows({"key": row["key"], "value": own.get(row["key"], row["value"])} for row in rows)
    return zone


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a fleet whose homes have landed a small season each."""
    folder = tmp_path_factory.mktemp("fleet")
    lines = ["limit = 2"]
    for number, code in enumerate(CODES):
        zone = write_seeds(folder / "seeds" / code, number)
        settings = Settings(home=folder / "homes" / code, seeds=folder / "seeds" / code)
        season = simulation.write_season(folder / "seasons" / code, posts=400, seed=100 + number)
        for batch in (batch for batch in season.batches if batch.week <= "2024-W06"):
            files = [folder / "seasons" / code / "exports" / batch.week / name for name in batch.files]
            land_paths(settings, files, batch.landed_at - timedelta(hours=2))  # before six o'clock in the east, too
        lines += ["[[regency]]", f'home = "homes/{code}"', f'seeds = "seeds/{code}"', f'zone = "{zone}"']
    (folder / "homes" / BROKEN / "ronda.toml").write_text("office = [1]\n")
    (folder / "fleet.toml").write_text("\n".join([*lines, ""]))
    return folder / "fleet.toml"


def run(fleet: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", "fleet", str(fleet), *words],
        env=environment(fleet.parent / "national"),
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )


def test_twelve_regencies_in_three_zones_are_published_and_rolled_up_but_for_the_one_that_cannot(fleet: Path) -> None:
    answer = run(fleet, "--week", "2024-W06")
    assert answer.returncode == 2, answer.stderr
    assert f"{BROKEN}: The setting office is not usable" in answer.stderr
    assert answer.stdout.count("publication 1") == len(CODES) - 1

    published = fleet.parent / "national" / "published"
    with duckdb.connect(str(published / "national.duckdb"), read_only=True) as national:
        regencies = national.execute("SELECT regency_code, timezone, state, told FROM nation.regencies").fetchall()
        assert [row[0] for row in regencies] == CODES
        assert {row[1] for row in regencies} == {zone for zone, _, _ in ZONES}
        assert {row[0]: row[2] for row in regencies if row[2] != "published"} == {BROKEN: "nothing_published"}
        assert [row[0] for row in regencies if row[3]] == [BROKEN]

        weeks = national.execute("SELECT regency_code, released_at, posts FROM nation.weeks").fetchall()
        assert [row[0] for row in weeks] == [code for code in CODES if code != BROKEN]
        offsets = {
            (row[1].astimezone(UTC) - datetime(2024, 2, 12, 6, tzinfo=UTC)) // timedelta(hours=-1) for row in weeks
        }
        assert offsets == {7, 8, 9}  # Monday 06:00 of each zone

        of_own = "SELECT * FROM nation.weekly_platform WHERE regency_code = ? AND week = '2024-W06' ORDER BY ALL"
        total = 0
        for code in (code for code in CODES if code != BROKEN):
            rolled = national.sql(of_own, params=[code]).pl().drop("regency_code")
            home = fleet.parent / "homes" / code / "published" / "ronda.duckdb"
            with duckdb.connect(str(home), read_only=True) as own:
                said = own.sql("FROM trends.weekly_platform WHERE week = '2024-W06'").pl().select(rolled.columns)
            order = ["phase", "platform"]
            assert rolled.sort(order).equals(said.sort(order)), code
            total += len(rolled)
        assert total
        commented = national.execute("SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL AND NOT internal")
        assert commented.fetchall() == [(0,)]

    page = (published / "index.html").read_text(encoding="utf-8")
    places = [page.index(f"{code} · ") for code in CODES]
    assert places == sorted(places)  # the order of codes, whatever the numbers
    assert page.count("belum terbit") == 1
    assert page.count("Berhenti: The setting office") == 1


def test_a_second_run_changes_nothing_and_a_backfill_goes_through_the_same_way(fleet: Path) -> None:
    (fleet.parent / "homes" / BROKEN / "ronda.toml").unlink()
    answer = run(fleet, "--backfill", "2024-W06..2024-W06", "--reason", "percobaan")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("2024-W06: stays publication 1") == len(CODES) - 1
    assert answer.stdout.count("2024-W06: publication 1") == 1
    database = fleet.parent / "national" / "published" / "national.duckdb"
    with duckdb.connect(str(database), read_only=True) as national:
        assert national.execute("SELECT count(*) FROM nation.weeks").fetchall() == [(len(CODES),)]
        assert national.execute("SELECT count(*) FROM nation.regencies WHERE told IS NOT NULL").fetchall() == [(0,)]
