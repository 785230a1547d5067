"""A landed file in pieces: what they hold together is what the file holds, whatever stands in it."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import limits, processes
from flows.files import frames
from flows.loading import batches, landing, pieces, prepared, proof
from flows.loading.arrivals import land_paths
from flows.loading.counted import FileCounts, Prepared, is_ended_early
from flows.loading.landing import Landed, read_manifest, stored_path
from flows.settings import Settings
from tests.exports import tiktok, write_lines

LANDED = datetime(2024, 2, 10, tzinfo=UTC)
KEY = bytes(32)
ODD = ["", '{"a": ', '{"data": 1}', "[]", '"teks"', '{"source_platform": "x.com", "data": {}}', "{]"]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "_BLOCK", 1_000)
    monkeypatch.setattr(frames, "FRAME_BYTES", 2_000)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 5_000)


def landed_lines(folder: Path, records: list) -> tuple[Settings, Landed]:
    home = Settings(home=folder / "home", author_key="ab" * 32)
    home.export()
    (item,) = land_paths(home, [write_lines(folder / "ekspor.ndjson", records)], LANDED).landed
    return home, item


def rows(home: Settings, result: Prepared) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Posts and rejects, in the order of the file."""
    posts, rejects = (
        [pl.read_parquet(path) for path in paths] or [pl.DataFrame()] for paths in (result.posts, result.rejects)
    )
    return pl.concat(posts).sort("number"), pl.concat(rejects).sort("line") if rejects[0].width else rejects[0]


@settings(deadline=None)
@given(content=st.binary(max_size=200), times=st.integers(1, 60), size=st.integers(1, 700))
def test_frames_joined_are_the_content_and_are_cut_where_lines_of_objects_begin(
    content: bytes, times: int, size: int
) -> None:
    whole = b'{"a": 1}\n' + (content + b'\n{"b": 2}\n') * times
    out = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "FRAME_BYTES", 600)
        cuts = frames.pack((whole[at : at + size] for at in range(0, len(whole), size)), out)
    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(out.getvalue()), read_across_frames=True)
    assert reader.read() == whole
    for start, line in cuts:
        rest = zstandard.ZstdDecompressor().stream_reader(out.getvalue()[start:], read_across_frames=True).read()
        before = whole.removesuffix(rest)
        assert rest.startswith(b"{")
        assert before.endswith(b"\n")
        assert before.count(b"\n") == line - 1


def test_what_has_no_plain_lines_is_not_cut() -> None:
    for content in ("\ufeff" + "笊{}\n" * 5000).encode("utf-16-le"), b'{"a": 1}\r' * 2000 + b"\n{" * 2000:
        assert frames.pack([content[:9000], content[9000:]], io.BytesIO()) == []


def test_pieces_hold_what_the_file_holds(tmp_path: Path) -> None:
    records = [record for serial in range(1, 60) for record in (tiktok(serial=serial), ODD[serial % len(ODD)])]
    home, item = landed_lines(tmp_path, records)
    parts = pieces.pieces_of(home, item)
    assert len(parts) > 3
    assert read_manifest(stored_path(home.home, item).with_suffix(".json")) == item
    assert proof.check_bytes(home.home, item, ()) is None
    whole = prepared.prepare(home, [pieces.whole(item)], KEY, tmp_path, "whole")
    told: list[int] = []
    each = [
        prepared.prepare(home, [piece], KEY, tmp_path, f"piece{place}", told.append)
        for place, piece in enumerate(parts)
    ]
    joined = Prepared.of(each)
    for mine, theirs in zip(rows(home, joined), rows(home, whole), strict=True):
        assert mine.equals(theirs)
    (counts,), (expected,) = joined.files, whole.files
    assert (counts.records, counts.accepted, counts.why) == (expected.records, expected.accepted, expected.why)
    assert counts.last == expected.last
    assert sum(told) == stored_path(home.home, item).stat().st_size


def test_a_file_that_ends_early_is_read_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [ODD[2]] * 500
    home, item = landed_lines(tmp_path, [tiktok(serial=1), *bad, *(tiktok(serial=serial) for serial in range(2, 40))])
    assert len(pieces.pieces_of(home, item)) > 3
    monkeypatch.setattr(limits, "REJECTS_IN_A_ROW", 400)
    monkeypatch.setattr(batches, "_HELPED_BYTES", 1)
    monkeypatch.setattr(batches, "_PARALLEL_BYTES", 1)
    monkeypatch.setattr(processes, "_HELPERS", [ThreadPoolExecutor(1)])  # where the limits of the test hold
    both = batches._prepare_all(home, [item], KEY, tmp_path, lambda *_: None)
    (counts,) = both.files
    assert (counts.records, counts.accepted) == (402, 1)
    assert len(both.posts) == len(both.rejects) == 1


def test_the_helper_and_this_process_do_all_pieces_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, item = landed_lines(tmp_path, [tiktok(serial=serial) for serial in range(1, 80)])
    monkeypatch.setattr(batches, "_HELPED_BYTES", 1)
    monkeypatch.setattr(processes, "_HELPERS", [ThreadPoolExecutor(1)])
    told: list[tuple[int, int | None]] = []
    both = batches._prepare_all(home, [item], KEY, tmp_path, lambda done, total: told.append((done, total)))
    posts, _ = rows(home, both)
    assert posts["number"].to_list() == list(range(1, 80))
    assert len(both.posts) > 3
    assert told[-1][0] == told[-1][1] == stored_path(home.home, item).stat().st_size
    assert told == sorted(told)


def test_a_file_that_was_rewritten_is_one_piece(tmp_path: Path) -> None:
    home, item = landed_lines(tmp_path, [tiktok(serial=serial) for serial in range(1, 80)])
    digest = landing.write_draft(home.home, item, [b"{}\n" * 5_000])
    rewritten = landing.take_draft(home.home, item, digest, 79, LANDED)
    assert read_manifest(stored_path(home.home, item).with_suffix(".json")) == rewritten
    assert pieces.pieces_of(home, rewritten) == [pieces.whole(rewritten)]


@pytest.mark.parametrize(
    ("posts_in", "last", "expected"),
    [
        (((1, 9), (12, 20)), (10, 20), False),
        (((1, 9), (20, 20)), (10, 20), True),  # ten lines without a post, across pieces
        ((None, (11, 20)), (5, 20), True),
        (((1, 4), None), (5, 20), True),
    ],
)
def test_rejects_in_a_row_are_counted_across_pieces(
    posts_in: tuple, last: tuple[int, int], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REJECTS_IN_A_ROW", 10)
    landed = Landed("a" * 64, "posts", "tiktok", "zeeschuimer", "x.ndjson", LANDED, 0, 1, "x")
    counts = [FileCounts(landed, posts_in=each, last=end) for each, end in zip(posts_in, last, strict=True)]
    assert is_ended_early(counts) is expected
