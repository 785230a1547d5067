"""Keyed hashes for authors, and a key that only its owner reads."""

import hashlib
import stat
from pathlib import Path

import polars as pl
import pytest

from flows.exits import UsageError
from flows.loading import privacy
from flows.settings import Settings
from flows.store import warehouse

KEY = bytes(range(32))


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


def test_texts_have_the_hashes_that_the_warehouses_of_before_have() -> None:
    texts = pl.Series(["", "halo", None, "harga naik 🌾", "halo"])
    secret = hashlib.blake2b(b"text", key=KEY, digest_size=16).hexdigest()
    connection = warehouse.connect()
    with warehouse.as_tables(connection, said=texts.to_frame("text")):
        rows = connection.execute("SELECT md5_number_lower(? || text) FROM said", [secret]).fetchall()
    assert privacy.text_hashes(texts, KEY).to_list() == [number for (number,) in rows]
    assert privacy.text_hashes(texts.head(0), KEY).to_list() == []
