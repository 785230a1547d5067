"""After a removal, an erasure or the end of the retention nothing is left of a post in any byte of a home."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.exits import Exit
from flows.forgetting import erasure, expiry
from flows.loading.pending import load_pending
from flows.publishing import editions, releases
from flows.publishing.build import build_tables
from flows.store import chain, warehouse
from flows.store.runs import recorded
from tests.exports import NOON, tiktok, tiktok_id, write_lines
from tests.faults import traces
from tests.faults.traces import ERASED, LATER, OTHER, REMOVED, Home

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_expectations")]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return traces.make_home(tmp_path_factory.mktemp("traces"))


@pytest.fixture
def home(first: Home, tmp_path: Path) -> Home:
    folder = tmp_path / "copy"
    shutil.copytree(first.scratch, folder, symlinks=True)
    return Home(first.settings.model_copy(update={"home": folder / "home"}), folder)


def test_the_posts_stand_in_every_place_that_is_searched(first: Home) -> None:
    there = first.left(*REMOVED.said)
    places = ("landing", "warehouse.duckdb", "review", "runs", "told.json", "inbox", "prefect", "editions")
    assert [place for place in places if not any(path.startswith(place) for path in there)] == []
    for kind in ("weekly.html", "weekly.pdf", "tables.xlsx", "evidence.parquet", "ronda.duckdb"):
        assert any(path.startswith("releases/") and path.endswith(kind) for path in there), kind


def numbers(home: Home) -> list[tuple[object, ...]]:
    path = home.path / "published" / "2024-W05" / "data" / "weekly_platform.parquet"
    return home.rows(f"SELECT * FROM read_parquet('{path}') ORDER BY ALL")  # noqa: S608 - a path of ours


def test_nothing_is_left_of_a_removed_post_and_the_numbers_stay(home: Home) -> None:
    before = numbers(home)
    assert traces.remove(home) == {}
    assert numbers(home) == before
    release = releases.published_folder(home.path)
    assert release is not None
    assert releases.damaged_files(release) == []
    assert [path.name for path in (home.path / "releases").iterdir()] == [release.name]
    assert home.left(OTHER.word), "the posts of others stay"
    reviews = home.rows("SELECT post_id, code, note_pi FROM base.reviews")
    assert [row[1:] for row in reviews if row[0] == REMOVED.post_id] == [("none", None)]


@pytest.mark.slow
def test_a_person_who_asks_is_erased_and_stays_erased(home: Home) -> None:
    before = numbers(home)
    assert traces.erase(home) == {}
    assert numbers(home) == before
    assert (ERASED.post_id,) not in home.rows("SELECT post_id FROM base.posts")
    rejects = home.rows("SELECT file, line, raw_pi, detail FROM base.rejects WHERE reason = 'erased on request'")
    assert [row[0] for row in rejects] == ["export.ndjson", "again.ndjson"]
    assert {row[2:] for row in rejects} == {(None, None)}
    (request,) = (home.path / "ledger" / "erasures").iterdir()
    assert ERASED.post_id not in request.read_text()
    (entry,) = [entry for entry in chain.read(home.path) if entry.subject.startswith("erasures/")]
    assert (entry.kind, entry.facts["posts"]) == ("erased", {"2024-W05": {"tiktok": 1}})
    with warehouse.exclusive(home.path):
        build_tables(home.settings)  # the loss is explained
    known = rebuilt(home)
    assert home.left(*ERASED.said) == {}
    assert known == rebuilt(home)


def rebuilt(home: Home) -> list[list[tuple[object, ...]]]:
    """What the warehouse holds, which is then made anew from the landing."""
    queries = (
        "SELECT platform, post_id, text, state FROM base.posts ORDER BY ALL",
        "SELECT file, line, reason, detail FROM base.rejects ORDER BY ALL",
        "SELECT file, records, posts, duplicates, rejects FROM base.loads ORDER BY ALL",
        "SELECT post_id, code, note_pi FROM base.reviews ORDER BY ALL",
    )
    known = [home.rows(query) for query in queries]
    (home.path / "warehouse.duckdb").unlink()
    with warehouse.exclusive(home.path), recorded(home.path, "weekly", {}) as run:
        load_pending(home.settings, run)
    return known


@pytest.mark.slow
def test_what_is_past_its_retention_is_gone_but_for_what_a_case_needs(home: Home) -> None:
    before, posts = numbers(home), home.rows("SELECT count(*) FROM base.posts")
    line = f"tiktok,{OTHER.post_id},perkara 7/2024,2026-12-31\n"
    (home.path / "holds.csv").write_text("platform,post_id,reason,until\n" + line)
    said: list[str] = []
    assert expiry.run(home.settings, LATER, said.append, dry_run=False) == Exit.DONE
    assert said == ["Nothing is past its retention; the first content is on 2025-02-14."]
    assert expiry.run(home.settings, traces.PAST, said.append, dry_run=False) == Exit.DONE, said
    assert home.left(*REMOVED.said, *ERASED.said, "warga7", "jalan 7 di desa") == {}
    held = {path.split("/")[0] for path in home.left(OTHER.handle)}
    assert held == {"landing", "review", "warehouse.duckdb"}
    assert home.rows("SELECT text IS NOT NULL, count(*) FROM base.posts GROUP BY ALL ORDER BY ALL") == [
        (False, posts[0][0] - 1),
        (True, 1),
    ]
    (record,) = expiry.records_of(home.settings)
    assert (record["remains"], record["searched"] > 50) == ([], True)
    assert f"tiktok/{OTHER.post_id} (perkara 7/2024)" in " ".join(said)
    assert numbers(home) == before
    with warehouse.exclusive(home.path):
        build_tables(home.settings)  # no loss is reported
    again: list[str] = []
    assert expiry.run(home.settings, traces.PAST, again.append, dry_run=False) == Exit.DONE
    assert len(expiry.records_of(home.settings)) == 1, "nothing new, nothing recorded"
    rebuilt(home)
    with warehouse.exclusive(home.path):
        build_tables(home.settings)  # made anew from a landing that expired: the chain explains it


@pytest.mark.slow
def test_a_search_that_finds_what_expired_says_where(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.forgetting.records.drop", lambda *_: (0, []))  # a place that was forgotten
    said: list[str] = []
    assert expiry.run(home.settings, traces.PAST, said.append, dry_run=False) == Exit.GATE
    assert any(line.startswith("told.json still holds what has expired") for line in said)


@pytest.mark.slow
def test_what_a_case_needs_is_not_erased_on_request(home: Home) -> None:
    line = f"tiktok,{ERASED.post_id},perkara 8/2024,2026-12-31\n"
    (home.path / "holds.csv").write_text("platform,post_id,reason,until\n" + line)
    said: list[str] = []
    request = erasure.read_request([f"tiktok/{ERASED.post_id}", f"tiktok/{OTHER.post_id}"], None, None, None)
    assert erasure.run(home.settings, request, LATER, said.append, dry_run=True) == Exit.DONE
    assert "1 posts would be erased: 1 records of the landing, 1 lines of review sheets." in said
    assert erasure.run(home.settings, request, LATER, said.append, dry_run=False) == Exit.REFUSED
    assert "perkara 8/2024" in said[0]
    assert home.left(OTHER.word) == {}
    assert home.left(ERASED.word)


def test_when_an_erased_copy_was_posted_is_told_by_no_published_file(home: Home) -> None:
    moments = [NOON + 600 * n for n in range(12)]
    text = "beras naik terus tapi petani tetap susah tolong sampaikan ke semua grup supaya didengar"
    copies = [tiktok(at, serial=500 + n, text=text, author=f"salin{n}") for n, at in enumerate(moments)]
    home.bring(write_lines(home.scratch / "copies.ndjson", copies))
    home.publish()
    place = home.path / "published" / str(traces.WEEK)
    erased = datetime.fromtimestamp(moments[5], UTC)

    def told() -> tuple[int, int, bool]:
        known = pl.read_parquet(place / "data" / "copied_posts.parquet")
        drawn = (place / "charts" / "copies.svg").read_text(encoding="utf-8")
        accounts = known.filter(place=2).height  # more accounts say the ordinary text, which is the first
        return accounts, known.filter(pl.col("created_at") == erased).height, "12 akun" in drawn

    assert told() == (12, 1, True)
    request = erasure.read_request([f"tiktok/{tiktok_id(moments[5], 505)}"], None, None, None)
    assert erasure.run(home.settings, request, LATER, lambda _: None, dry_run=False) == Exit.DONE
    assert told() == (12, 0, True), "its account was counted, and stays so"


def test_an_edition_that_an_earlier_ronda_kept_with_less_in_it_stops_no_erasure(home: Home) -> None:
    edition, frames = editions.require(home.settings, str(traces.WEEK))
    less = {name: frame for name, frame in frames.items() if name != "trends.signals"}
    editions.keep(home.path, str(traces.WEEK), edition, less)
    assert traces.erase(home) == {}
    _, again = editions.require(home.settings, str(traces.WEEK))
    assert again.keys() == frames.keys()
