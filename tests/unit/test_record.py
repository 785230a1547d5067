"""The record of processing: filled in from settings and seeds, open where only the office knows."""

from pathlib import Path

import pytest

from flows import record
from flows.settings import Language, Settings, Watch, WatchedPlatform

BURU = Path(__file__).parents[2] / "sql" / "seeds_buru_2024"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    watch = Watch(tiktok=WatchedPlatform(accounts=["akun.rekaan", "akun.lain"], keywords=["pemilu rekaan"]))
    return Settings(home=tmp_path, watch=watch, office="Kantor Rekaan")


def test_it_says_whose_it_is_what_is_watched_who_receives_and_until_when(settings: Settings) -> None:
    text = record.render(settings, "id")
    assert "Kantor Rekaan, untuk Kabupaten Batang." in text
    assert "- TikTok: 2 akun, 7 kata kunci, 4 tagar" in text  # six keywords are of the seed
    assert "- Perkara hukum pemilu: Bawaslu Batang" in text
    assert "sampai 13 Februari 2025" in text  # a year after the vote, which is a leap year
    assert "akun.rekaan" not in text


@pytest.mark.parametrize("lang", ["id", "en"])
def test_nothing_is_left_to_fill_in_by_a_program_and_the_office_is_asked(settings: Settings, lang: Language) -> None:
    text = record.render(settings, lang)
    assert "{" not in text
    assert text.count("………") >= 10
    assert "\n\n\n" not in text


def test_another_regency_names_its_own_offices(tmp_path: Path) -> None:
    text = record.render(Settings(home=tmp_path, seeds=BURU), "id")
    assert "Kabupaten Buru" in text
    assert "Batang" not in text
