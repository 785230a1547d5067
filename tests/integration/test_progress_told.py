"""What core functions tell of their progress: it never goes back, and it ends where the work ends."""

import itertools
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.files import block, chunks
from flows.labels import applying
from flows.loading import batches
from flows.loading.imports import run_import
from flows.settings import Settings
from tests.exports import tiktok, write_lines

LANDED = datetime(2024, 2, 5, tzinfo=UTC)


class Told(list[tuple[int, int | None]]):
    """Everything an Advance was told."""

    def __call__(self, done: int, total: int | None) -> None:
        self.append((done, total))

    @property
    def is_steady(self) -> bool:
        """Whether it never went back, nor beyond its total, and came to its end."""
        forth = all(before[0] <= after[0] for before, after in itertools.pairwise(self))
        return forth and all(total is not None and done <= total for done, total in self) and len(set(self[-1])) == 1


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_an_import_tells_the_bytes_that_landed_and_that_were_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    settings = Settings(home=tmp_path / "home", author_key="ab" * 32)
    settings.export()
    files = [
        write_lines(tmp_path / f"{name}.ndjson", [tiktok(serial=serial, text=f"jalan {serial}") for serial in serials])
        for name, serials in (("a", range(1, 400)), ("b", range(400, 600)))
    ]
    monkeypatch.setattr(block, "CHUNK_BYTES", 20_000)
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 16_000)
    monkeypatch.setattr(batches, "_PARALLEL_BYTES", 1 if processes == 2 else 1 << 40)
    landed, read = Told(), Told()
    run_import(settings, files, LANDED, None, lambda _: None, landed=landed, read=read)
    assert landed.is_steady
    assert landed[-1][1] == sum(path.stat().st_size for path in files)
    if processes == 1:  # beside other processes it is looked at now and then only
        assert read.is_steady
        assert len(read) > 10
    assert {total for _, total in read} == {
        sum(path.stat().st_size for path in settings.home.rglob("landing/*/*/*/*.zst"))
    }


@pytest.mark.parametrize("suffix", [".csv", ".ndjson", ".parquet"])
def test_labelling_tells_rows_and_how_many_there_will_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    frame = pl.DataFrame({"text": [f"jalan di desa {number} rusak" for number in range(1000)]})
    source = tmp_path / f"posts{suffix}"
    {".csv": frame.write_csv, ".ndjson": frame.write_ndjson, ".parquet": frame.write_parquet}[suffix](source)
    monkeypatch.setattr(applying, "BATCH", 300)
    told = Told()
    applying.apply(source, tmp_path / f"labelled{suffix}", advance=told)
    assert [done for done, _ in told] == [300, 600, 900, 1000]
    assert told.is_steady
    if suffix == ".parquet":
        assert {total for _, total in told} == {1000}
