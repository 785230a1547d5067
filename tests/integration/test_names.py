"""Names that stand in texts are not published: an author's own, and every handle that the data know."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import sql
from flows.exits import GateStoppedError
from flows.labels.corpora import read_own
from flows.loading import names
from flows.loading.imports import run_import
from flows.loading.ordinary import read_ordinary
from flows.settings import Settings
from flows.store import warehouse
from tests.exports import NOON, removals, tiktok, tiktok_id, write_lines
from tests.sql.warehouse_of_cases import build

pytestmark = pytest.mark.usefixtures("without_expectations")

LANDED = datetime(2024, 2, 5, tzinfo=UTC)


def post(serial: int, text: str, author: str, name: str = "Warga", **changes: Any) -> dict[str, Any]:
    record = tiktok(serial=serial, text=text, author=author, **changes)
    record["data"]["author"]["nickname"] = name
    return record


def home(folder: Path, seeds: Path = sql.SEEDS) -> Settings:
    settings = Settings(home=folder, author_key="ab" * 32, seeds=seeds)
    settings.export()
    return settings


def bring(settings: Settings, *loads: list[dict[str, Any]] | Path) -> None:
    for number, load in enumerate(loads):
        path = load if isinstance(load, Path) else write_lines(settings.home.parent / f"{number}.ndjson", load)
        run_import(settings, [path], LANDED + timedelta(hours=number), None, print)


def published(settings: Settings) -> dict[str, Any]:
    with warehouse.opened(settings.home) as connection:
        build(connection, "core.posts")
        rows = connection.execute("SELECT post_id, text, hashtags FROM core.posts ORDER BY post_id").fetchall()
    return {post_id: (text, tags) for post_id, text, tags in rows}


TALK = [
    post(1, "jalan rusak, kata rekaan_satu dan REKAAN_SATU. #rekaan_satu", "warga.lain"),
    post(2, "salam dari Siti Contohwati, bukan contohwati lain", "sitic_88", "Siti Contohwati 🌾"),
    post(3, "pasar murah di batang, tanya @rekaan_dua", "pemilu2024", "Batang"),
    post(4, "rekaan_dua dan rekaan_duabelas bicara pemilu2024", "kabar_batang"),
]
AUTHOR = [post(5, "kerja bakti hari ini", "Rekaan_Satu")]
SHOWN = {
    1: ("jalan rusak, kata @akun dan @akun. #@akun", ["@akun"]),
    2: ("salam dari @akun, bukan @akun lain", []),
    3: ("pasar murah di batang, tanya @akun", []),
    4: ("@akun dan rekaan_duabelas bicara pemilu2024", []),
    5: ("kerja bakti hari ini", []),
}


@pytest.mark.parametrize("loads", [[TALK, AUTHOR], [AUTHOR, TALK], [TALK + AUTHOR], [TALK[3:], TALK[:3], AUTHOR]])
def test_names_are_hidden_whichever_load_brings_the_text_or_the_handle(tmp_path: Path, loads: list[Any]) -> None:
    settings = home(tmp_path / "home")
    bring(settings, *loads)
    assert published(settings) == {tiktok_id(NOON, serial): shown for serial, shown in SHOWN.items()}


def test_labels_are_computed_on_the_text_with_its_names(tmp_path: Path) -> None:
    settings = home(tmp_path / "home")
    bring(settings, TALK, AUTHOR)
    with warehouse.opened(settings.home) as connection:
        rows = connection.execute("SELECT text, shown FROM base.posts ORDER BY post_id").fetchall()
        handles = connection.execute("FROM base.handles").fetchall()
    assert rows[0] == (TALK[0]["data"]["desc"], SHOWN[1][0])
    assert rows[4] == ("kerja bakti hari ini", None)
    assert handles
    assert all(len(key) == 32 and "rekaan" not in key for (key,) in handles)


def test_a_handle_stays_hidden_when_its_account_is_gone_and_a_tombstone_shows_nothing(tmp_path: Path) -> None:
    settings = home(tmp_path / "home")
    removed = [("tiktok", tiktok_id(NOON, serial), "2024-02-04T00:00:00Z", "removed") for serial in (1, 5)]
    gone = removals(tmp_path / "gone.csv", removed)
    bring(settings, TALK, AUTHOR, gone, [post(6, "ke mana rekaan_satu?", "warga.lain")])
    shown = published(settings)
    assert shown[tiktok_id(NOON, 1)] == shown[tiktok_id(NOON, 5)] == (None, [])
    assert shown[tiktok_id(NOON, 6)][0] == "ke mana @akun?"


def test_an_edit_is_shown_anew(tmp_path: Path) -> None:
    settings = home(tmp_path / "home")
    bring(settings, TALK + AUTHOR, [post(1, "sudah diperbaiki", "warga.lain", collected=NOON + 7200)])
    assert published(settings)[tiktok_id(NOON, 1)][0] == "sudah diperbaiki"


def test_registered_accounts_may_be_named(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "accounts.csv").write_text("platform,account,name\ntiktok,@Rekaan_Satu,Siti Contohwati\n")
    settings = home(tmp_path / "home", seeds)
    bring(settings, [*TALK, post(5, "salam, Siti Contohwati", "rekaan_satu", "Siti Contohwati")])
    shown = published(settings)
    assert shown[tiktok_id(NOON, 1)][0] == TALK[0]["data"]["desc"]
    assert shown[tiktok_id(NOON, 5)][0] == "salam, Siti Contohwati"


def test_a_name_that_was_not_hidden_stops_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = home(tmp_path / "home")
    monkeypatch.setattr(names, "hide_names", lambda *_: 0)
    with pytest.raises(GateStoppedError, match="whole name of its author"):
        bring(settings, [post(1, "salam, Siti Contohwati", "sitic_88", "Siti Contohwati")])


@pytest.mark.parametrize(
    ("handle", "is_ordinary"),
    [
        ("pemilu2024", True),
        ("kabar.batang", True),
        ("kabarbatang", True),
        ("prabowo", True),
        ("siti", True),
        ("kabar_batang", False),
        ("sitiaminah", False),
        ("rekaan.satu", False),
        ("xq7", False),
    ],
)
def test_words_are_no_handles(handle: str, is_ordinary: bool) -> None:
    assert read_ordinary(sql.SEEDS).is_ordinary(handle) is is_ordinary


def test_words_that_are_kept_are_those_of_the_corpus() -> None:
    told = set(re.findall(r"[^\W\d_]+", " ".join(read_own()["text"]).lower()))
    for _ in range(2):  # made, then read
        read_ordinary.cache_clear()
        assert told <= read_ordinary(sql.SEEDS).words


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Siti CONTOHWATI menulis", "Siti Contohwati", "@akun menulis"),
        ("contohwati, sitiku", "Siti Contohwati", "@akun, sitiku"),
        ("pantai indah", "Indah", "pantai indah"),
        ("Pak Batang di desa", "Pak Batang", "Pak Batang di desa"),
        ("Info Kabar Batang", "Kabar Batang", "Info Kabar Batang"),
        ("Budi Slamet di sini, budi baik", "Budi Slamet", "@akun di sini, budi baik"),
        ("x (1+1)*", "(1+1)*", "x (1+1)*"),
    ],
)
def test_own_names(text: str, name: str, expected: str) -> None:
    assert names.without_names(text, name, frozenset(), read_ordinary(sql.SEEDS)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lihat www.rekaandagang.com ya", "lihat www. @akun .com ya"),
        ("rekaandagang99 buka", "@akun 99 buka"),
        ("toko rekaandagang buka", "toko @akun buka"),
    ],
)
def test_a_name_inside_an_address_is_parted_from_it_so_that_it_makes_no_address(text: str, expected: str) -> None:
    assert names.without_names(text, "Rekaandagang", frozenset(), read_ordinary(sql.SEEDS)) == expected
