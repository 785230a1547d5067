"""Keeping and forgetting together: check, rebuild, backup and restore of a home where posts were erased or expired."""

import shutil
from pathlib import Path

import pytest

from flows.exits import Exit, UsageError
from flows.forgetting import copies, erasure, expiry
from flows.keeping import backups, checking, rebuilding, restoring
from flows.keeping.backups import Store
from flows.loading import privacy
from flows.loading.pending import load_pending
from flows.progress import unseen
from flows.publishing import database
from flows.publishing.build import build_tables
from flows.publishing.state import Cause, state_numbers
from flows.settings import Settings
from flows.store import chain, warehouse
from flows.store.runs import recorded
from tests.exports import NOON, tiktok, write_lines
from tests.faults.traces import ERASED, LATER, PAST, PEOPLE, WEEK, Home, videos

pytestmark = pytest.mark.usefixtures("without_expectations")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home: three people among others, loaded, built and published as tables."""
    folder = tmp_path_factory.mktemp("people")
    settings = Settings(home=folder / "home")
    settings.export()
    settings.home.mkdir()
    (settings.home / "secret.key").write_text("ab" * 32)
    people = Home(settings, folder)
    ordinary = [tiktok(NOON + n, serial=n, text=f"jalan {n} rusak", author=f"warga{n}") for n in range(5)]
    people.bring(write_lines(folder / "a.ndjson", [*ordinary, *videos(*PEOPLE)]))
    with warehouse.exclusive(people.path):
        build_tables(settings)
        with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
            state_numbers(settings, connection, WEEK, Cause())
        build_tables(settings)
        database.publish_tables(settings)
    return folder


@pytest.fixture
def home(loaded: Path, tmp_path: Path, counted_backups: None) -> Home:
    """The same home for one test, and backups whose names count up."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True, symlinks=True)
    settings = Settings(home=tmp_path / "home")
    settings.export()
    return Home(settings, tmp_path)


@pytest.fixture(scope="module")
def expired_folder(loaded: Path, tmp_path_factory: pytest.TempPathFactory, without_expectations: None) -> Path:
    """The folder after everything in its home expired."""
    folder = tmp_path_factory.mktemp("expired")
    shutil.copytree(loaded, folder, dirs_exist_ok=True, symlinks=True)
    settings = Settings(home=folder / "home")
    settings.export()
    assert expiry.run(settings, PAST, lambda _: None, dry_run=False) == Exit.DONE
    return folder


@pytest.fixture
def expired(expired_folder: Path, tmp_path: Path) -> Home:
    """The home in which everything expired, for one test."""
    shutil.copytree(expired_folder, tmp_path, dirs_exist_ok=True, symlinks=True)
    settings = Settings(home=tmp_path / "home")
    settings.export()
    return Home(settings, tmp_path)


def erased(home: Home) -> list[str]:
    said: list[str] = []
    request = erasure.read_request([], f"@{ERASED.handle}", "tiktok", None)
    assert erasure.run(home.settings, request, LATER, said.append, dry_run=False) == Exit.DONE
    return said


def checked(settings: Settings, **asked: bool) -> tuple[Exit, str]:
    said: list[str] = []
    code = checking.run_check(settings, said.append, reads_data=True, **asked)
    return code, "\n".join(said)


def rebuilt(settings: Settings) -> rebuilding.Rebuilt:
    with warehouse.exclusive(settings.home):
        return rebuilding.rebuild(settings)


def published(settings: Settings) -> list[str]:
    with warehouse.exclusive(settings.home):
        database.publish_tables(settings)
    return database.verify(settings, unseen, unseen)


def backed_up(home: Home, **asked: bool) -> list[str]:
    said: list[str] = []
    assert backups.run_backup(home.settings, home.scratch / "backup", said.append, unseen, **asked) is Exit.DONE, said
    return said


def restored(home: Home, state: str | None = None) -> tuple[Home, list[str]]:
    said: list[str] = []
    settings = Settings(home=home.scratch / "restored")
    settings.export()
    assert restoring.run_restore(settings, home.scratch / "backup", state, said.append, unseen) is Exit.DONE, said
    return Home(settings, home.scratch), said


def test_a_home_with_erased_posts_is_whole_and_made_anew_to_equal_tables(home: Home) -> None:
    erased(home)
    code, said = checked(home.settings)
    assert code is Exit.DONE, said
    before = published(home.settings)
    done = rebuilt(home.settings)
    assert (done.compared, done.differences) == ("the tables before", ())
    assert published(home.settings) == before
    assert home.left(*ERASED.said) == {}


def test_a_home_with_expired_posts_is_whole_and_its_tables_are_not_made_anew(expired: Home) -> None:
    code, said = checked(expired.settings)
    assert code is Exit.DONE, said
    before = published(expired.settings)
    with pytest.raises(UsageError, match="1 landed files have expired, and their posts are counted by these tables"):
        rebuilt(expired.settings)
    assert published(expired.settings) == before
    path = expired.path / "warehouse.duckdb"
    path.write_bytes(b"\0" * 40_000)
    code, said = checked(expired.settings, repairs=True)
    assert code is Exit.REFUSED
    assert "it alone counted the posts of 1 landed files that have expired" in said
    assert path.read_bytes() == b"\0" * 40_000
    path.rename(expired.scratch / "warehouse.duckdb")
    assert (
        "1 landed files have expired: their posts are not in the tables any more"
        in rebuilt(expired.settings).sentences()[1]
    )
    assert checked(expired.settings)[0] is Exit.DONE


def test_an_erasure_names_the_backups_and_these_can_let_go(home: Home) -> None:
    backed_up(home)
    said = erased(home)
    folder = home.scratch / "backup"
    assert (
        said[-1]
        == f"The backup in {folder} may still hold it; run `ronda backup {folder} --drop-earlier`, which lets it go."
    )
    (facts,) = [entry.facts for entry in chain.read(home.path) if entry.subject.startswith("erasures/")]
    assert facts["backups"] == 1
    kept = Home(Settings(home=folder), home.scratch)
    assert kept.left(*ERASED.said)
    assert backed_up(home, drops_earlier=True)[-1] == "Earlier states are deleted."
    assert kept.left(*ERASED.said) == {}
    assert len(Store(folder).states) == 1
    again, _ = restored(home)
    assert rebuilt(again.settings).summary.posts == 7
    assert again.left(*ERASED.said) == {}
    assert copies.places(again.path) == [folder]


def test_an_earlier_state_comes_back_without_what_was_erased_since(home: Home) -> None:
    first, *_ = backed_up(home)[0].split(":")
    erased(home)
    backed_up(home)
    again, said = restored(home, first)
    assert "1 requests of erasure came after it and are carried out again." in said
    assert again.left(*ERASED.said) == {}
    assert again.rows("SELECT count(*) FROM base.posts") == [(7,)]
    assert checked(again.settings)[0] is Exit.DONE
    assert published(again.settings) == published(home.settings)
    assert privacy.author_secret(again.settings) == privacy.author_secret(home.settings)


def test_a_backup_from_before_an_erasure_says_what_it_cannot_know(home: Home) -> None:
    name, *_ = backed_up(home)[0].split(":")
    erased(home)
    again, said = restored(home)
    assert f"What was erased on request after {name} is back where no later state knows of it: erase it again." in said
    assert again.left(ERASED.word)


def test_what_expired_comes_to_mind_with_its_backups(home: Home) -> None:
    backed_up(home)
    said: list[str] = []
    assert expiry.run(home.settings, PAST, said.append, dry_run=False) == Exit.DONE
    assert said[-1].startswith(f"The backup in {home.scratch / 'backup'} may still hold it")
    (home.scratch / "backup").rename(home.scratch / "elsewhere")
    assert copies.places(home.path) == []


def test_the_tables_of_an_earlier_ronda_stay_where_only_they_count_what_expired(expired: Home) -> None:
    with warehouse.opened(expired.path) as connection:
        connection.execute("UPDATE base.schema SET number = number - 1")
    with warehouse.exclusive(expired.path), recorded(expired.path, "weekly", {}) as run:
        assert load_pending(expired.settings, run).posts == 0
    with warehouse.as_it_is(warehouse.former(expired.path)) as connection:
        assert connection.execute("SELECT count(*) FROM base.posts").fetchall() == [(8,)]
