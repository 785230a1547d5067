"""A removed post is erased from files of every format: its words and its author go, all other records stay."""

import functools
import gzip
import hashlib
import io
import itertools
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard

from flows import processes, sources
from flows.collecting import gone, inbox, refresh
from flows.exits import InputRefusedError
from flows.files import open_stream
from flows.loading import landing, mapped, reading, rewriting
from flows.loading.arrivals import land_paths
from flows.post import Post
from flows.publishing.build import build_tables
from flows.publishing.database import publish_tables
from flows.settings import Settings
from flows.sources.erasing import Erasing
from flows.sources.pacing import VirtualClock
from flows.sources.tombstone import Key
from flows.store import chain, warehouse
from tests import exports
from tests.extract.formats import (
    CASES,
    CODES,
    HANDLES,
    MCL,
    NAMES,
    NUMBERS,
    POSTS,
    SAID,
    TABLES,
    VIDEOS,
    Case,
    Row,
    apify_tiktok,
    array,
    as_csv,
    crowdtangle_facebook,
    rows,
)
from tests.extract.watching import load, written

pytestmark = pytest.mark.usefixtures("without_expectations")

LANDED = datetime(2024, 2, 5, tzinfo=UTC)
LATER = datetime(2024, 2, 20, tzinfo=UTC)
SETTINGS = Settings(author_key="ab" * 32, tables=TABLES)  # type: ignore[arg-type]


def words_of(place: int) -> list[bytes]:
    return [word.encode() for word in (SAID[place], NAMES[place], HANDLES[place], NUMBERS[place])]


def plain(content: bytes) -> bytes:
    """What can be read in a file: unpacked, Parquet as JSON beside its bytes, a workbook part by part."""
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if content.startswith(b"PAR1"):
        return content + json.dumps(pq.read_table(io.BytesIO(content)).to_pylist(), ensure_ascii=False).encode()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return b"\n".join(book.read(part) for part in book.namelist())
    return content


def erased(path: Path, gone: set[Key]) -> tuple[bytes, int]:
    """The content of a file after an erasing, and how many records were erased."""
    erasing = Erasing(sources.recognise(path, SETTINGS)[0], gone)
    with open_stream(path) as stream:
        return b"".join(erasing.content(stream)), erasing.erased


def kept(path: Path) -> list[tuple[Any, ...]]:
    """Of every post of a file what a tombstone keeps."""
    form, _ = sources.recognise(path, SETTINGS)
    with open_stream(path) as stream:
        found = [post for _, post in mapped.read_posts(form, stream, mapped.Sight())]
    assert all(isinstance(post, Post) for post in found), found
    names = ("platform", "post_id", "created_at", "created_from", "media_type", "likes", "comments", "shares", "views")
    return [tuple(getattr(post, name) for name in names) for post in found]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    """Every format in turn."""
    found: Case = request.param
    return found


@pytest.fixture
def export(case: Case, tmp_path: Path) -> Path:
    """A file of the format."""
    path = tmp_path / "export"
    path.write_bytes(case.write())
    return path


def test_words_and_names_go_and_the_post_stays(case: Case, export: Path) -> None:
    said = [word for word in words_of(0) if word in plain(export.read_bytes())]
    assert SAID[0].encode() in said
    known = kept(export)
    content, records = erased(export, {(case.platform, case.ids[0])})
    assert [word for word in said if word in plain(content)] == []
    assert records == len(known) // 3
    others = [word for place in (1, 2) for word in words_of(place)]
    assert [word for word in others if word in plain(export.read_bytes()) and word not in plain(content)] == []
    export.write_bytes(content)
    assert kept(export) == known
    assert erased(export, {(case.platform, case.ids[0])}) == (content, 0), "again it finds nothing to do"


def test_all_other_records_stay_byte_for_byte(case: Case, export: Path) -> None:
    if case.name == "table in Parquet" or "workbook" in case.name:
        pytest.skip("it has no records in place; its values are compared in the tests above and below")
    before = plain(export.read_bytes())
    after, _ = erased(export, {(case.platform, case.ids[1])})
    assert after.startswith(before[: before.index(SAID[0].encode()) + len(SAID[0])])
    assert after.endswith(before[before.rindex(SAID[2].encode()) :])
    assert SAID[1].encode() not in after
    assert erased(export, set()) == (before, 0)


def test_a_file_of_which_everything_is_gone_is_still_known(case: Case, export: Path) -> None:
    known, form = kept(export), sources.recognise(export, SETTINGS)[0].name
    content, _ = erased(export, {(case.platform, each) for each in case.ids})
    assert [word for place in range(3) for word in words_of(place) if word in plain(content)] == []
    export.write_bytes(content)
    assert sources.recognise(export, SETTINGS)[0].name == form
    assert kept(export) == known


def test_damage_between_records_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "export"
    good = as_csv(rows(crowdtangle_facebook))
    path.write_bytes(good + b'1,2\r\n"never closed,\xff\r\n')
    content, records = erased(path, {("facebook", POSTS[0])})
    assert records == 1
    assert content.endswith(b'1,2\r\n"never closed,\xff\r\n')
    path.write_bytes(array(apify_tiktok)[:-2] + b', {"id": 1, \x00 broken}, {"cut')
    content, records = erased(path, {("tiktok", VIDEOS[2])})
    assert records == 1
    assert content.endswith(b'{"cut')


# ------------------------------------------------------------------------------------------------ in a home


class Home:
    """A home into which a file of every format was imported through the inbox, and a release of its tables."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.settings = SETTINGS.model_copy(update={"home": self.home})
        (self.home / "inbox").mkdir(parents=True)
        for number, case in enumerate(CASES):
            (self.home / "inbox" / f"export{number}").write_bytes(case.write())
        done = inbox.empty(self.settings, VirtualClock(LANDED), lambda _: None)
        assert done.refusals == ()
        self.load()
        self.publish()

    def publish(self) -> None:
        """The tables as an analyst reads them; the release before last goes."""
        with warehouse.exclusive(self.home):
            build_tables(self.settings)
            publish_tables(self.settings)

    def load(self) -> None:
        load(self.settings)

    def rows(self, query: str) -> list[Row]:
        with warehouse.opened(self.home) as connection:
            return warehouse.query(connection, query).to_dicts()

    def remove(self) -> None:
        ids = [("facebook", POSTS[0]), ("facebook", MCL[0]), ("instagram", CODES[0]), ("tiktok", VIDEOS[0])]
        listed = [(platform, each, LATER.isoformat(), "removed") for platform, each in ids]
        land_paths(self.settings, [exports.removals(self.home.parent / "gone.csv", listed)], LATER)
        self.load()

    def everything(self) -> bytes:
        """All that lies in the home, packed and unpacked."""
        found = list(written(self.home).values())
        return b"".join(found) + b"".join(plain(each) for each in found if each[:4] in (b"PAR1", b"\x1f\x8b\x08\x00"))


@pytest.fixture
def full(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_nothing_in_the_home_says_what_is_gone(full: Home) -> None:
    assert [word for word in words_of(0) if word not in full.everything()] == []
    full.remove()
    done = refresh.erase(full.settings, LATER)
    assert (done.files, done.left) == (len(CASES), ())
    full.publish()
    full.publish()  # of two releases the older is kept
    everything = full.everything()
    assert [word for word in words_of(0) if word in everything] == []
    assert [word for place in (1, 2) for word in words_of(place) if word not in everything] == []
    changed = [item for item in landing.landed_files(full.home) if item.rewritten]
    assert sum(item.erased for item in changed) == done.records
    for item in changed:
        assert item.rewritten[0].split()[1] == kept_hash(full, item) != item.file_id
    assert refresh.erase(full.settings, LATER) == refresh.Erased()
    names = "platform, post_id, created_at, created_from, state, likes, comments, shares, views, media_type, text"
    posts = f"SELECT {names} FROM base.posts ORDER BY ALL"  # noqa: S608 - columns of ours
    loads = "SELECT file_id, records, posts, duplicates, rejects FROM base.loads ORDER BY ALL"
    known = full.rows(posts), full.rows(loads)
    (full.home / "warehouse.duckdb").unlink()
    full.load()
    assert (full.rows(posts), full.rows(loads)) == known


def test_a_workbook_that_landed_becomes_the_csv_of_its_sheet_and_is_read_as_before(tmp_path: Path) -> None:
    (case,) = (each for each in CASES if each.name == "4CAT in a workbook")
    settings = SETTINGS.model_copy(update={"home": tmp_path / "home"})
    content = case.write()
    (tmp_path / "export.xlsx").write_bytes(content)
    known = kept(tmp_path / "export.xlsx")
    (item,) = land_paths(settings, [tmp_path / "export.xlsx"], LANDED).landed
    stored = landing.stored_path(settings.home, item)
    assert (stored.suffix, stored.read_bytes()) == (".xlsx", content)
    assert rewriting.rewrite(settings, item, {(case.platform, case.ids[1])}, LATER).records == 1
    (erased_item,) = landing.landed_files(settings.home)
    assert (erased_item.format, erased_item.erased) == ("fourcat/sheet", 1)
    assert SAID[1].encode() not in stored.read_bytes()
    assert SAID[0].encode() in stored.read_bytes()
    form = reading.format_of(settings, erased_item)
    with reading.opened(settings.home, erased_item) as stream:
        posts = [post for _, post in mapped.read_posts(form, stream, mapped.Sight())]
    assert [post.post_id for post in posts if isinstance(post, Post)] == list(case.ids)
    assert len(posts) == len(known)


def test_files_are_rewritten_beside_one_another_and_one_that_cannot_be_holds_up_none(tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"home": tmp_path / "home"})
    paths = [
        exports.write_lines(tmp_path / f"{n}.ndjson", [exports.tiktok(serial=n), exports.tiktok(serial=10 + n)])
        for n in range(5)
    ]
    items = land_paths(settings, paths, LANDED).landed
    landing.stored_path(settings.home, items[2]).write_bytes(b"other bytes")
    works = [(item, {("tiktok", exports.tiktok_id(exports.NOON, n))}) for n, item in enumerate(items)]
    with processes.helper():
        outcomes = list(rewriting.rewrite_each(settings, works, LATER))
    assert [item for item, _ in outcomes] == list(items)
    refused = outcomes.pop(2)[1]
    assert isinstance(refused, InputRefusedError) and "2.ndjson" in str(refused)
    assert [outcome.records for _, outcome in outcomes if isinstance(outcome, rewriting.Rewritten)] == [1] * 4
    changed = {item.file: item.erased for item in landing.landed_files(settings.home)}
    assert changed == {"0.ndjson": 1, "1.ndjson": 1, "2.ndjson": 0, "3.ndjson": 1, "4.ndjson": 1}
    for item, _ in outcomes:
        said = zstandard.ZstdDecompressor().stream_reader(landing.stored_path(settings.home, item).read_bytes()).read()
        assert (
            hashlib.sha256(said).hexdigest()
            == landing.read_manifest(landing.stored_path(settings.home, item).with_suffix(".json")).content
        )
    assert not list(settings.home.rglob("*.draft"))


def kept_hash(home: Home, item: landing.Landed) -> str:
    """The sha256 as the manifest counts it: of the bytes as they would come in."""
    content = landing.stored_path(home.home, item).read_bytes()
    if item.path.endswith(".zst") and not item.file.endswith(".zst"):
        content = zstandard.ZstdDecompressor().stream_reader(content).read()
    return hashlib.sha256(content).hexdigest()


class KilledError(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


def killing(patch: pytest.MonkeyPatch, point: int) -> None:
    """Ends the process before its so-manieth change of the disk."""
    steps = itertools.count(1)

    def stepping(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def step(*arguments: Any, **named: Any) -> Any:
            if next(steps) == point:
                raise KilledError
            return function(*arguments, **named)

        return step

    changes = ((landing, "write_draft"), (landing, "write_whole"), (gone, "note_erased"), (gone, "forget_excerpts"))
    for owner, name in (*changes, (chain, "append_new"), (os, "replace"), (Path, "unlink")):
        patch.setattr(owner, name, stepping(getattr(owner, name)))


@pytest.mark.slow
def test_killed_anywhere_it_ends_like_an_uninterrupted_one(full: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    full.remove()
    whole = full.home.parent / "whole"
    shutil.copytree(full.home, whole)
    refresh.erase(SETTINGS.model_copy(update={"home": whole}), LATER)
    points = 0
    for point in itertools.count(1):
        with monkeypatch.context() as patch:
            killing(patch, point)
            try:
                refresh.erase(full.settings, LATER)
            except KilledError:
                points += 1
                continue
        break
    assert points > 10
    shown = [
        {item.path: (item.rewritten, item.erased) for item in landing.landed_files(home)} for home in (full.home, whole)
    ]
    assert shown[0] == shown[1]
    for item in landing.landed_files(whole):
        assert (full.home / "landing" / item.path).read_bytes() == (whole / "landing" / item.path).read_bytes()
    full.publish()
    full.publish()
    for draft in (full.home / "landing").rglob(".*.draft"):
        draft.unlink()  # a day later they are cleared away
    assert [word for word in words_of(0) if word in full.everything()] == []


def test_a_damaged_record_that_names_a_removed_post_goes_too(tmp_path: Path) -> None:
    lines = [json.dumps({"video": VIDEOS[0], "said": SAID[0]})[:-1], json.dumps({"other": VIDEOS[1], "said": SAID[1]})]
    path = tmp_path / "export"
    whole = array(apify_tiktok)
    path.write_bytes(b"\n".join([*(json.dumps(each).encode() for each in json.loads(whole)), *map(str.encode, lines)]))
    content, records = erased(path, {("tiktok", VIDEOS[0])})
    assert records == 2
    assert SAID[0].encode() not in content
    assert content.endswith(b"{}\n" + lines[1].encode())
    path.write_bytes(content)
    assert erased(path, {("tiktok", VIDEOS[0])}) == (content, 0)


def test_a_row_of_a_csv_that_cannot_be_read_goes_with_its_post(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(as_csv(rows(crowdtangle_facebook)) + f'{POSTS[0]},"{SAID[0]}\r\n'.encode())
    content, records = erased(path, {("facebook", POSTS[0])})
    assert records == 2
    assert SAID[0].encode() not in content
    assert erased(path, {("facebook", POSTS[1])})[0].endswith(f'{POSTS[0]},"{SAID[0]}\r\n'.encode())
