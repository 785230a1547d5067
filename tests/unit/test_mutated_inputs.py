"""What mutated exports showed: each input once crashed a reader, or told the public what is nobody's to know."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from expectations.personal import kinds_in
from flows.exits import InputRefusedError
from flows.files import Fault, Record, open_stream
from flows.loading import gates, privacy
from flows.loading.arrivals import land_paths
from flows.loading.counted import FileCounts
from flows.loading.landing import Landed
from flows.loading.pending import replay
from flows.post import CUT_REASONS, Reason
from flows.settings import Settings, TableMapping
from flows.sources import SOURCES, http, pages, walking
from flows.sources.fields import after_upload
from flows.sources.pages import format_of, is_page
from flows.sources.tombstone import erase_in_page
from flows.store import runs, warehouse

MOMENT = datetime(2024, 2, 5, tzinfo=UTC)


def page_of(name: str, platform: str, body: bytes = b"{}") -> bytes:
    walk = walking.Walk(name, platform, "jalan", "posts", date(2024, 1, 29), date(2024, 2, 4))
    return pages.to_line(walk, http.Answer({"url": "/x"}, MOMENT, MOMENT, 200, {}, body))


BROKEN: tuple[Any, ...] = (
    *(None, [], {}, {"status": 200}, "x"),
    *({"kind": None}, {"request": {}}, {"request": None}, {"first_day": "2024-02-30"}, {"fetched_at": 1}),
    *({"encoding": "base64", "body": "é"}, {"status": "200"}),
)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@pytest.mark.parametrize("change", BROKEN, ids=repr)
def test_a_line_among_landed_pages_that_is_no_page_is_a_reject(source: Any, change: Any) -> None:
    whole = page_of(source.name, source.platform)
    is_change = isinstance(change, dict) and change not in ({}, {"status": 200})
    line = json.dumps(json.loads(whole) | change if is_change else change).encode() + b"\n"
    assert is_page(json.loads(whole))
    items = list(format_of(source).records(io.BytesIO(whole + line + whole)))
    assert [item.reason for item in items if isinstance(item, Fault)] == [Reason.WRONG_SHAPE]
    assert erase_in_page(source, whole, set()) == (whole, 0)
    assert erase_in_page(source, line, set()) == ((b"null\n", 1) if line.strip() != b"null" else (line, 0))


def test_a_broken_line_among_landed_pages_is_dropped_when_posts_are_erased() -> None:
    assert erase_in_page(SOURCES[0], b'{"ronda_page":1,', set()) == (b"null\n", 1)
    assert erase_in_page(SOURCES[0], b"\n", set()) == (b"\n", 0)


@pytest.mark.parametrize("mark", ["PK\x03\x04isi", "PAR1isi"])
def test_an_archive_that_was_taken_for_text_once_is_refused(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "buku.xlsx"
    path.write_bytes(mark.encode("utf-16"))
    with pytest.raises(InputRefusedError, match="is not text"), open_stream(path):
        pass


def test_what_a_damaged_file_held_after_the_damage_is_not_declared_as_collected() -> None:
    assert set(CUT_REASONS) == {Reason.TRUNCATED, Reason.DAMAGED}


def test_times_in_a_reject_are_written_as_times() -> None:
    with pytest.raises(Exception, match="posted 1970-01-01T00:00:05Z, but the id says it was uploaded 2024-02-01"):
        after_upload(1_706_763_595, 5)
    with pytest.raises(Exception, match=rf"posted {10**30}, but the id says it was uploaded 2024-02-01"):
        after_upload(1_706_763_595, 10**30)


def test_what_a_search_was_for_is_masked_but_not_what_the_office_watches() -> None:
    queries = pl.Series(["wa 0812-3456-7890", "account:100063000010240", None, "jalan rusak"])
    sources = pl.Series(["zeeschuimer", "facebook_graph", "zeeschuimer", "zeeschuimer"])
    masked = privacy.masked_queries(queries, sources).to_list()
    assert masked == ["wa [telepon]", "account:100063000010240", None, "jalan rusak"]


def test_the_reason_of_a_file_that_is_set_aside_names_nobody() -> None:
    landed = Landed("a" * 64, "posts", "tiktok", "zeeschuimer", "x.ndjson", MOMENT, 0, 1, "x")
    counts = FileCounts(landed, records=1)
    counts.note(Reason.NO_ID, "hubungi 0812-3456-7890")
    told = gates.explained(counts)
    assert told is not None
    assert "no id (hubungi [telepon])" in told
    assert not kinds_in(told)


def test_nothing_personal_is_published_of_rejects_logs_and_tables(tmp_path: Path) -> None:
    mapping = TableMapping(platform="facebook", id="id", created_at="at", text="isi", language="bahasa", query="kueri")
    settings = Settings(home=tmp_path / "home", author_key="ab" * 32, tables={"t": mapping})  # type: ignore[arg-type]
    settings.home.mkdir()
    telephone = "0812-3456-7890"
    (tmp_path / "a.csv").write_text(
        "id,at,isi,bahasa,kueri\n"
        f"700000000000101,2024-02-01T05:00:00Z,jalan,wa {telephone},cari {telephone}\n"
        f"700000000000102,2024-02-01T05:00:00Z,desa,zh-Hans,pasar\n"
        f"wa {telephone},2024-02-01T05:00:00Z,isi,id,pasar\n"
    )
    (tmp_path / "log.csv").write_text(
        "platform,source,query,day,planned,attempted,succeeded,reason\n"
        f"facebook,t,cari {telephone},2024-02-01,1,1,0,telepon {telephone}\n"
        f"facebook,t,x,hari {telephone},1,1,0,x\n"
    )
    with warehouse.exclusive(settings.home):
        arrived = land_paths(settings, [tmp_path / "a.csv", tmp_path / "log.csv"], MOMENT)
        replay(settings, runs.begin(settings.home, "import", {}), [arrived.landed], lambda *_: None)
    with warehouse.opened(settings.home) as connection:
        posts = connection.execute("SELECT language, query FROM base.posts ORDER BY post_id").fetchall()
        details = connection.execute("SELECT detail FROM base.rejects ORDER BY file").fetchall()
        days = connection.execute("SELECT query, reason FROM base.collection").fetchall()
    assert posts == [("id", "cari [telepon]"), ("zh-Hans", "pasar")]
    assert days == [("cari [telepon]", "telepon [telepon]")]
    assert [kinds_in(detail) for (detail,) in details] == [set(), set()]
    assert [detail for (detail,) in details] == ["wa [telepon]", "day is 'hari [telepon]', not YYYY-MM-DD"]


def test_a_record_and_its_number_stay_whole_after_a_line_that_is_no_page() -> None:
    source = next(each for each in SOURCES if each.platform == "facebook")
    body = json.dumps({"data": [{"id": "100077001122334_700000000000101", "created_time": "2024-02-01T05:00:00+0000"}]})
    whole = page_of(source.name, source.platform, body.encode())
    items = list(format_of(source).records(io.BytesIO(whole + b"{}\n" + whole)))
    assert [(type(item), item.number) for item in items] == [(Record, 1), (Fault, 2), (Record, 3)]


def test_half_a_character_in_a_reject_is_a_question_mark() -> None:
    from flows.loading.mapped import _excerpt

    assert _excerpt("\ud83d ya") == "? ya"
