"""A landed file in pieces: what they hold together is what the file holds, whatever stands in it."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import limits, processes
from flows.files import block, chunks, frames
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
        packed = frames.pack((whole[at : at + size] for at in range(0, len(whole), size)), out)
    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(out.getvalue()), read_across_frames=True)
    assert reader.read() == whole
    assert (packed.content, packed.packed) == (sha256(whole).hexdigest(), sha256(out.getvalue()).hexdigest())
    for start, line in packed.cuts:
        rest = zstandard.ZstdDecompressor().stream_reader(out.getvalue()[start:], read_across_frames=True).read()
        before = whole.removesuffix(rest)
        assert rest.startswith(b"{")
        assert before.endswith(b"\n")
        assert before.count(b"\n") == line - 1


def test_what_has_no_plain_lines_is_not_cut() -> None:
    for content in ("\ufeff" + "笊{}\n" * 5000).encode("utf-16-le"), b'{"a": 1}\r' * 2000 + b"\n{" * 2000:
        assert frames.pack([content[:9000], content[9000:]], io.BytesIO()).cuts == ()


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


CROWDTANGLE = (
    "Page Name,User Name,Facebook Id,Post Created,Type,Likes,Comments,Shares,Love,Wow,Haha,Sad,Angry,Total Views,URL,"
    "Message,Overperforming Score\n"
)
ROW = (
    "Kabar,Kabar,1029,2024-02-01 20:10:33 WIB,Photo,{0},1,0,0,0,0,0,0,0,"
    'https://www.facebook.com/1029/posts/1221182736{0:06d},"baris {0}\nkedua",1.8\n'
)


def pages_of(count: int) -> str:
    thing = {"created_time": "2024-02-01T06:20:11+0000", "message": "jalan rusak", "status_type": "added_photos"}
    link = {"next": "https://graph.facebook.com/v18.0/1/published_posts?fields=id,shares&after=a"}
    pages = [{"data": [{"id": f"1029_12211827{n:08d}", **thing}] * 3, "paging": link} for n in range(count)]
    return json.dumps([*pages, {"data": [7]}])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ekspor.csv", CROWDTANGLE + "".join(ROW.format(n) if n % 9 else "tiga,sel,saja\n" for n in range(1, 150))),
        ("ekspor.csv", CROWDTANGLE + "".join(ROW.format(n) for n in range(1, 60)) + 'sel,"terbuka\n' * 99),
        ("jawaban.json", pages_of(60)),
    ],
)
def test_halves_hold_what_the_file_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str
) -> None:
    monkeypatch.setattr(pieces, "HALVED_BYTES", 1_000)
    monkeypatch.setattr(block, "CHUNK_BYTES", 2_500)
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 2_000)
    home = Settings(home=tmp_path / "home", author_key="ab" * 32)
    home.export()
    (tmp_path / name).write_text(content)
    (item,) = land_paths(home, [tmp_path / name], LANDED).landed
    parts = pieces.pieces_of(home, item)
    assert len(parts) == 2
    whole = prepared.prepare(home, [pieces.whole(item)], KEY, tmp_path, "whole")
    told: list[int] = []
    halves = [
        prepared.prepare(home, [piece], KEY, tmp_path, f"half{place}", told.append) for place, piece in enumerate(parts)
    ]
    assert all(half.files[0].accepted for half in halves)
    joined = Prepared.of(halves)
    for mine, theirs in zip(rows(home, joined), rows(home, whole), strict=True):
        assert mine.equals(theirs)
    (counts,), (expected,) = joined.files, whole.files
    assert (counts.records, counts.why, counts.last) == (expected.records, expected.why, expected.last)
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
