"""Keyed hashes for authors, masks in texts, and a key that only its owner reads."""

import stat
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.exits import UsageError
from flows.loading import privacy
from flows.settings import Settings

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("makasih @warga.batang infonya", "makasih @akun infonya"),
        ("@a1", "@akun"),
        ("cc:@satu,@dua", "cc:@akun,@akun"),
        ("lihat https://www.tiktok.com/@nama/video/1", "lihat https://www.tiktok.com/@akun/video/1"),
        ("tulis ke panitia.tps@contoh.co.id ya", "tulis ke [surel] ya"),
        ("wa 0812-3456-7890", "wa [telepon]"),
        ("wa +62 812 3456 7890 segera", "wa [telepon] segera"),
        ("wa.me/6281234567890", "wa.me/[telepon]"),
        ("kantor (0285) 391234", "kantor [telepon]"),
        ("NIK 3325011708900001", "NIK [nomor identitas]"),
        ("NIK 3325 0117 0890 0001", "NIK [nomor identitas]"),
        ("rekening 1234567890123", "rekening [nomor]"),
        ("TPS 004, 14 Februari 2024, pukul 07.00", "TPS 004, 14 Februari 2024, pukul 07.00"),
        ("harga 1.250.000 rupiah, 40000 penonton", "harga 1.250.000 rupiah, 40000 penonton"),
        (None, None),
    ],
)
def test_masks(text: str | None, expected: str | None) -> None:
    assert privacy.masked(pl.Series("text", [text], dtype=pl.String)).to_list() == [expected]


@given(st.lists(st.one_of(st.none(), st.text()), max_size=20))
def test_masking_keeps_order_and_length_and_is_done_once(texts: list[str | None]) -> None:
    once = privacy.masked(pl.Series("text", texts, dtype=pl.String))
    assert [text is None for text in once] == [text is None for text in texts]
    assert privacy.masked(once).to_list() == once.to_list()


def test_the_same_author_has_the_same_key_and_platforms_are_kept_apart() -> None:
    platforms = pl.Series(["tiktok", "tiktok", "facebook", "tiktok"])
    keys = privacy.author_keys(platforms, pl.Series(["budi", "budi", "budi", None]), KEY).to_list()
    assert keys[0] == keys[1]
    assert keys[0] != keys[2]
    assert keys[3] is None
    assert all(len(key) == 32 for key in keys[:3])
    assert privacy.author_keys(platforms, pl.Series(["budi"] * 4), bytes(32)).to_list()[0] != keys[0]


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    first = privacy.author_secret(settings)
    path = tmp_path / "home" / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert privacy.author_secret(settings) == first
    assert len(first) == 32


def test_a_given_key_wins_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    assert privacy.author_secret(Settings(home=tmp_path, author_key=KEY.hex())) == KEY
    assert not (tmp_path / "secret.key").exists()
    (tmp_path / "secret.key").write_text("not a key")
    with pytest.raises(UsageError, match=r"64 hexadecimal digits"):
        privacy.author_secret(Settings(home=tmp_path))
