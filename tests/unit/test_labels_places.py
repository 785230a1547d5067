"""Kecamatan in a text: a bare name is never a place, and ordinary words stay ordinary words."""

import shutil
from pathlib import Path

import polars as pl
import pytest

import sql
from flows.exits import UsageError
from flows.labels.places import find_districts, read_places
from flows.labels.text import normalise
from flows.seeds import read_seed

BANDAR, BLADO, REBAN, BAWANG, TERSONO = "3325020", "3325030", "3325040", "3325050", "3325060"
GRINGSING, LIMPUNG, BANYUPUTIH, SUBAH = "3325070", "3325080", "3325081", "3325090"
TULIS, KANDEMAN, BATANG, WARUNGASEM = "3325100", "3325101", "3325110", "3325120"


def districts_of(text: str) -> list[str]:
    found: list[str] = find_districts(normalise(pl.Series([text]))).to_list()[0]
    return found


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Banjir lagi di Kec. Bandar", [BANDAR]),
        ("kecamatan tulis rapat koordinasi", [TULIS]),
        ("Polsek Subah amankan pasar malam", [SUBAH]),
        ("Desa Reban panen durian", [REBAN]),
        ("Warga Subah, Kab. Batang kerja bakti", [SUBAH]),
        ("Kabut tebal di Bawang pagi ini #infobatang", [BAWANG]),
        ("Di Limpung pasar ramai", [LIMPUNG]),
        ("Limpung dan Tersono aman", [TERSONO, LIMPUNG]),
        ("Longsor di Blado, Bandar dan Reban, Kabupaten Batang", [BANDAR, BLADO, REBAN]),
        ("Warung Asem macet #infobatang", [WARUNGASEM]),
        ("Warungasem, Kab. Batang", [WARUNGASEM]),
        ("Kapolsek Gringsing sambang warga", [GRINGSING]),
        ("#kecbandar guyub", [BANDAR]),
        ("Kec. Batang hari ini gerimis", [BATANG]),
        ("Alun-alun Batang ramai sekali", [BATANG]),
        ("Nelayan Klidang Lor, Batang Jateng melaut", [BATANG]),
        ("Karnaval di desa Kandeman", [KANDEMAN]),
        ("Kec. Bawang Kab. Batang, bukan Banjarnegara", [BAWANG]),
        ("KEC.BANYUPUTIH", [BANYUPUTIH]),
    ],
)
def test_a_name_with_a_second_cue_is_a_place(text: str, codes: list[str]) -> None:
    assert districts_of(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "batang pohon tumbang menutup jalan",
        "sebatang rokok dan kopi",
        "nulis buku sampai malam",
        "Lomba baca tulis Kabupaten Batang",
        "tulis di komentar ya, warga Batang",
        "Harga bawang merah di Kab. Batang naik",
        "petani bawang Kab. Batang merugi",
        "Polres Batang tangkap bandar narkoba",
        "bandar judi di Kab. Batang ditangkap",
        "kandang reban ayam di Kab. Batang",
        "Kabupaten Batang makin maju",
        "Limpung",
        "Bandar",
        "makan di warung asem",
        "kain gringsing Bali",
        "Kec. Bawang Banjarnegara longsor",
        "Kec. Banyuputih Situbondo panen",
        "Bandar Lampung macet",
        "",
    ],
)
def test_an_ordinary_word_or_another_region_is_not(text: str) -> None:
    assert districts_of(text) == []


def test_every_kecamatan_is_found_by_its_office_word() -> None:
    rows = read_seed("places")
    assert len(rows) == 15
    for row in rows:
        assert districts_of(f"Kec. {row['name']}") == [row["code"]]
        assert districts_of(row["name"]) == []


def test_order_and_length_are_kept() -> None:
    texts = pl.Series(["Kec. Tulis", None, "", "kecamatan Bandar"])
    assert find_districts(normalise(texts)).to_list() == [[TULIS], [], [], [BANDAR]]


def test_an_unknown_grade_is_refused(tmp_path: Path) -> None:
    for name in ("places", "place_names"):
        shutil.copy(sql.SEEDS / f"{name}.csv", tmp_path)
    seed = tmp_path / "places.csv"
    seed.write_text(seed.read_text(encoding="utf-8").replace("regency_name", "famous"), encoding="utf-8")
    with pytest.raises(UsageError, match="famous"):
        read_places(tmp_path)


def test_names_of_several_words_are_found_joined_in_a_hashtag() -> None:
    assert districts_of("nelayan pulang #desaklidanglor") == [BATANG]
    assert districts_of("nelayan pulang #klidanglorbatang") == [BATANG]
    assert districts_of("nelayan pulang #klidanglor") == []
