"""The fleet's file, and what many homes published rolled up into one database and one page."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import sql
from flows import fleet
from flows.exits import UsageError
from flows.headers import schema
from flows.periods import read_election
from flows.publishing import national
from flows.publishing.national import Regency
from flows.settings import Settings
from flows.store import models

BURU = sql.FOLDER / "seeds_buru_2024"
HERE, THERE = read_election(), read_election(BURU)
ROW = {"week": "2024-W06", "phase": "campaign", "platform": "all", "posts": 12, "labelled": 10, "status": "observed"}


def publish(home: Path, week: str = "2024-W06", **summary: Any) -> Path:
    """A release with one week, as far as the national tables read it."""
    folder = home / "releases" / "1" / week
    (folder / "data").mkdir(parents=True)
    told = {"week": week, "first_day": "2024-02-05", "last_day": "2024-02-11", "publication": 1, "embargoed": False}
    told |= {"as_of": "2024-02-12T06:00:00+09:00", "content": "amber", "collection": "green", "coverage": 0.98}
    told |= {"counts": {"posts": 12, "labelled": 10, "detected": 2}} | summary
    (folder / "manifest.json").write_text(json.dumps({"summary": told, "files": {}}))
    for model in models.read_models(sql.FOLDER, models.NATIONAL):
        if model.name.startswith("weekly_"):
            names = [column.name for column in model.columns if column.name != "regency_code"]
            frame = pl.DataFrame([ROW], schema=schema(model.qualified, names))
            frame.write_parquet(folder / "data" / f"{model.name}.parquet")
    seen = [{"incident": "2024-01", "week": week, "status": "open", "situation": True}]
    seen += [{"incident": "2024-02", "week": week, "status": "explained", "situation": True}]
    seen += [{"incident": "2024-03", "week": week, "status": "open", "situation": False}]
    pl.DataFrame(seen).write_parquet(folder / "data" / "incident_weeks.parquet")
    (home / "published").symlink_to("releases/1")
    return home


def rolled(home: Path, *regencies: Regency) -> tuple[duckdb.DuckDBPyConnection, str]:
    page = national.roll_up(Settings(home=home), regencies)
    return duckdb.connect(str(page.parent / "national.duckdb"), read_only=True), page.read_text(encoding="utf-8")


def test_regencies_are_rolled_up_in_the_order_of_their_codes_with_what_stopped_them(tmp_path: Path) -> None:
    there = Regency(publish(tmp_path / "buru"), THERE)
    here = Regency(tmp_path / "batang", HERE, "Port 4200 cannot be opened.")
    connection, page = rolled(tmp_path / "nation", there, here)
    rows = connection.execute("SELECT regency_code, state, told, weeks, last_week FROM nation.regencies").fetchall()
    assert rows == [
        ("3325", "nothing_published", "Port 4200 cannot be opened.", 0, None),
        ("8104", "published", None, 1, "2024-W06"),
    ]
    (week,) = connection.sql("FROM nation.weeks").pl().to_dicts()
    assert week["released_at"].isoformat() == "2024-02-11T21:00:00+00:00"
    assert (week["first_day"], week["publication"]) == (date(2024, 2, 5), "2024-W06-1")
    assert (week["content"], week["collection"], week["coverage"]) == ("amber", "green", 0.98)
    assert (week["posts"], week["labelled"], week["detected"]) == (12, 10, 2)
    assert (week["incidents"], week["open_incidents"]) == (2, 1)  # the third is too small to be told
    posts = connection.execute("SELECT regency_code, posts FROM nation.weekly_topic").fetchall()
    assert posts == [("8104", 12)]
    assert page.index("Kabupaten Batang") < page.index("Kabupaten Buru")
    assert "Berhenti: Port 4200 cannot be opened." in page
    assert "isi: kuning" in page and "pengumpulan: hijau" in page
    assert "cakupan 98\u00a0%; peristiwa 2, terbuka 1" in page
    assert "bukan peringkat" in page


def test_a_release_that_cannot_be_read_is_named_and_stops_no_other(tmp_path: Path) -> None:
    broken = publish(tmp_path / "batang")
    (broken / "releases" / "1" / "2024-W06" / "data" / "weekly_topic.parquet").write_bytes(b"PAR1")
    connection, page = rolled(tmp_path / "nation", Regency(broken, HERE), Regency(publish(tmp_path / "buru"), THERE))
    states = dict(connection.execute("SELECT regency_code, state FROM nation.regencies").fetchall())
    assert states == {"3325": "unreadable", "8104": "published"}
    assert connection.execute("SELECT DISTINCT regency_code FROM nation.weeks").fetchall() == [("8104",)]
    assert "Tidak dapat dibaca: " in page


def test_where_nothing_is_published_there_is_no_overview(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing is published in any home of the fleet"):
        national.roll_up(Settings(home=tmp_path / "nation"), [Regency(tmp_path / "batang", HERE)])
    assert not (tmp_path / "nation" / "published").exists()


GOOD = f'[[regency]]\nhome = "a"\nseeds = "{sql.SEEDS}"\nzone = "Asia/Jakarta"\n'
OTHER = f'[[regency]]\nhome = "b"\nseeds = "{BURU}"\nzone = "Asia/Jayapura"\n'
WRONG: dict[str, tuple[str, str]] = {
    "no file": ("", "regency is not usable: Field required"),
    "an unknown key": (GOOD + 'nama = "x"\n', "regency.0.nama is not usable"),
    "no TOML": ("[[", "cannot be read"),
    "a zone of another place": (GOOD.replace("Jakarta", "Makassar"), "is in Asia/Jakarta, not in Asia/Makassar"),
    "no seeds": (GOOD.replace(str(sql.SEEDS), "nowhere"), "has no election.csv; write the seeds with `ronda init`"),
    "one home for two": (GOOD + OTHER.replace('"b"', '"./a"'), "two regencies have the home"),
    "one regency twice": (GOOD + GOOD.replace('"a"', '"b"'), "two regencies have the regency_code of its seeds 3325"),
    "none at once": ("limit = 0\n" + GOOD, "limit is not usable"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_of_a_fleet_that_is_wrong_is_a_sentence(tmp_path: Path, what: str) -> None:
    text, sentence = WRONG[what]
    (tmp_path / "fleet.toml").write_text(text)
    with pytest.raises(UsageError, match=sentence.replace(".", r"\.").replace("[", r"\[")):
        fleet.read_fleet(tmp_path / "fleet.toml")


def test_folders_of_a_fleet_are_relative_to_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fleet.toml").write_text(GOOD + OTHER)
    monkeypatch.chdir("/")
    read = fleet.read_fleet(tmp_path / "fleet.toml")
    assert [each.home for each in read.regency] == [tmp_path / "a", tmp_path / "b"]
    assert read.limit == 2


def test_a_regency_that_fails_is_an_outcome_and_leaves_no_setting_behind(tmp_path: Path) -> None:
    (tmp_path / "ronda.toml").write_text("office = [1]\n")
    before = Settings().home
    outcome = fleet.run_regency(tmp_path, BURU, fleet.Order(), "id")
    assert (outcome.regency_code, outcome.exit_code) == ("8104", 2)
    assert outcome.text.startswith("The setting office is not usable")
    assert Settings().home == before
