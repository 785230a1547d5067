"""After a removal, an erasure or the end of the retention nothing is left of a post in any byte of a home."""

import shutil
from pathlib import Path

import pytest

from flows.loading.pending import load_pending
from flows.publishing import releases
from flows.publishing.build import build_tables
from flows.store import chain, warehouse
from flows.store.runs import recorded
from tests.faults import traces
from tests.faults.traces import ERASED, OTHER, REMOVED, Home


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
    assert home.rows(f"SELECT code, note_pi FROM base.reviews WHERE post_id = '{REMOVED.post_id}'") == [("none", None)]


def test_a_person_who_asks_is_erased_and_stays_erased(home: Home) -> None:
    before = numbers(home)
    assert traces.erase(home) == {}
    assert numbers(home) == before
    assert home.rows(f"SELECT 1 FROM base.posts WHERE post_id = '{ERASED.post_id}'") == []
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
