"""What cannot be rebuilt is kept: `ronda check`, what it repairs, and a warehouse that is made anew."""

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run

import pytest

from flows.exits import Exit, GateStoppedError, LedgerDamagedError, UsageError
from flows.keeping import accepting, checking, rebuilding
from flows.keeping.condition import Look
from flows.keeping.parts import PARTS
from flows.loading import landing, privacy, proof
from flows.loading.arrivals import land_paths
from flows.loading.imports import run_import
from flows.loading.landing import Landed
from flows.loading.pending import load_pending
from flows.periods import Week
from flows.publishing import ledger, publications, releases
from flows.publishing.build import build_tables
from flows.publishing.state import Cause, state_numbers
from flows.settings import Settings
from flows.store import chain, warehouse
from flows.store.chain import Note
from flows.store.runs import recorded

pytestmark = pytest.mark.usefixtures("without_expectations")

LANDED = datetime(2024, 2, 5, 3, 4, 5, 678_000, tzinfo=UTC)
WEEK = Week.parse("2024-W05")


@pytest.fixture
def home(kept_home: Path, tmp_path: Path) -> Settings:
    """A home of its own with two landed files, loaded, built, and their week stated; the files lie beside it."""
    shutil.copytree(kept_home, tmp_path, dirs_exist_ok=True, symlinks=True)
    settings = Settings(home=tmp_path / "home", author_key="ab" * 32)
    settings.export()
    return settings


def checked(settings: Settings, **asked: bool) -> tuple[Exit, str]:
    said: list[str] = []
    code = checking.run_check(settings, said.append, **asked)
    return code, "\n".join(said)


def item(settings: Settings, name: str = "a.ndjson") -> Landed:
    return next(each for each in landing.landed_files(settings.home) if each.file == name)


def stored(settings: Settings, name: str = "a.ndjson") -> Path:
    return landing.stored_path(settings.home, item(settings, name))


def bring(settings: Settings, path: Path) -> list[str]:
    said: list[str] = []
    run_import(settings, [path], LANDED + timedelta(days=3), None, said.append)
    return said


def test_a_whole_home_is_whole(home: Settings) -> None:
    code, said = checked(home, reads_data=True)
    assert code is Exit.DONE, said
    assert "Everything is whole." in said
    for part in PARTS:
        assert f"\n{part} " in f"\n{said}"
    assert "2 files" in said and "bytes read" in said


def test_a_home_that_is_not_there_is_no_whole_home(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no home in"):
        checked(Settings(home=tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def drop(path: Path) -> None:
    path.unlink()


DAMAGES: list[Callable[[Path], None]] = [flip, empty, drop]


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_original_repairs_a_damaged_landed_file_in_its_place(
    home: Settings, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    before, path = item(home), stored(home)
    damage(path)
    code, said = checked(home, reads_data=True)
    assert code is Exit.REFUSED
    assert "a.ndjson" in said and "import the file again" in said
    assert "a.ndjson: what landed of it was damaged or gone, and is what it was again" in "\n".join(
        bring(home, tmp_path / "a.ndjson")
    )
    assert item(home) == before
    last = [entry for entry in chain.read(home.home) if entry.subject == before.file_id][-1]
    assert (last.kind, last.content) == ("repaired", before.file_id)
    assert checked(home, reads_data=True)[0] is Exit.DONE
    assert len(landing.landed_files(home.home)) == 2


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_original_brings_back_a_manifest_with_its_moment(
    home: Settings, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    before, path = item(home, "b.ndjson"), stored(home, "b.ndjson")
    damage(path.with_suffix(".json"))
    path.unlink()
    assert checked(home)[0] is Exit.REFUSED
    bring(home, tmp_path / "b.ndjson")
    assert item(home, "b.ndjson") == before
    assert (before.landed_at, before.position) == (LANDED, 1)
    assert checked(home, reads_data=True)[0] is Exit.DONE


def test_a_manifest_that_says_something_else_is_noticed_and_repaired(home: Settings, tmp_path: Path) -> None:
    before, manifest = item(home, "b.ndjson"), stored(home, "b.ndjson").with_suffix(".json")
    manifest.write_text(manifest.read_text().replace('"position": 1', '"position": 7'))
    code, said = checked(home)
    assert code is Exit.REFUSED and "The manifest of b.ndjson, landed 2024-02-05" in said
    with recorded(home.home, "weekly", {}) as record:
        assert "is not what it was" in load_pending(home, record).flaws[0]
    bring(home, tmp_path / "b.ndjson")
    assert item(home, "b.ndjson") == before
    assert checked(home, reads_data=True)[0] is Exit.DONE


def test_the_original_brings_no_erased_record_back(home: Settings, tmp_path: Path) -> None:
    digest = landing.write_draft(home.home, item(home), [b"{}\n"])
    landing.take_draft(home.home, item(home), digest, 3, LANDED, kind="erased")
    stored(home).write_bytes(b"damaged")
    bring(home, tmp_path / "a.ndjson")
    assert stored(home).read_bytes() == b"damaged"
    assert checked(home, reads_data=True)[0] is Exit.REFUSED


def test_secrets_are_masked_again_in_a_repaired_file(home: Settings, tmp_path: Path) -> None:
    """An original with a token repairs the landed file only with the token masked, as it landed."""
    token = "EAA" + "a1B2" * 30
    pages = tmp_path / "answer.json"
    pages.write_text(
        '{"data": [{"id": "1_2", "message": "jalan", "created_time": "2024-02-01T05:00:00+0000"}], "paging": {"next":'
        f' "https://graph.facebook.com/v19.0/1/posts?access_token={token}&limit=25"}}}}'
    )
    land_paths(home, [pages], LANDED)
    before = item(home, "answer.json")
    assert before.masked == 1
    stored(home, "answer.json").unlink()
    assert land_paths(home, [pages], LANDED).repaired == ("answer.json",)
    assert item(home, "answer.json") == before
    assert proof.content_hash(home.home, before) == before.content != before.file_id
    assert checked(home, reads_data=True)[0] is Exit.DONE


def test_a_rewriting_that_was_killed_is_finished(home: Settings) -> None:
    before = item(home)
    digest = landing.write_draft(home.home, before, [b"{}\n"])
    chain.append(home.home, [Note("erased", before.file_id, digest, {"path": before.path})])
    draft = landing.draft_of(home.home, before)
    killed = run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
    draft.rename(draft.with_name(draft.name.replace(str(os.getpid()), killed.stdout.strip())))
    code, said = checked(home, reads_data=True)
    assert code is Exit.REFUSED and "With --repair it is finished" in said
    code, said = checked(home, reads_data=True, repairs=True)
    assert code is Exit.DONE, said
    assert item(home).content == digest == proof.content_hash(home.home, item(home))
    assert [path.name for path in stored(home).parent.iterdir() if path.name.startswith(".")] == []


def test_a_deletion_that_was_killed_is_finished(home: Settings) -> None:
    path, manifest = stored(home).read_bytes(), stored(home).with_suffix(".json").read_bytes()
    target = stored(home)
    landing.drop(home.home, item(home), kind="expired")
    target.write_bytes(path)
    target.with_suffix(".json").write_bytes(manifest)
    assert checked(home, reads_data=True)[0] is Exit.REFUSED
    assert checked(home, reads_data=True, repairs=True)[0] is Exit.DONE
    assert not target.exists()


def test_what_a_killed_run_left_is_removed_and_what_a_live_one_writes_stays(home: Settings) -> None:
    ended = run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
    day, releases_ = stored(home).parent, home.home / "releases"
    left = [
        day / f".x.zst.{ended.stdout.strip()}.draft",
        home.home / ".load-abc",
        home.home / ".warehouse.draft.duckdb",
    ]
    left += [releases_ / f".draft-{ended.stdout.strip()}"]
    live = day / f".y.zst.{os.getpid()}.draft"
    (home.home / ".load-abc").mkdir()
    left[-1].mkdir(parents=True)
    for path in (left[0], left[2], live):
        path.write_bytes(b"half")
    code, said = checked(home)
    assert code is Exit.DONE  # nothing of it is damage
    assert said.count("A killed run left") == 4
    checked(home, repairs=True)
    assert [path for path in left if path.exists()] == []
    assert live.exists()


def zero(path: Path) -> None:
    path.write_bytes(b"\0" * 4096 * 8)


@pytest.mark.parametrize("damage", [zero, empty])
def test_a_damaged_warehouse_is_made_anew_with_equal_tables(home: Settings, damage: Callable[[Path], None]) -> None:
    before = hashes(home)
    damage(home.home / "warehouse.duckdb")
    code, said = checked(home)
    assert (code, "made anew from the landing" in said) == (Exit.REFUSED, True) or damage is empty
    checked(home, repairs=True)
    if damage is empty:  # an empty file is an empty warehouse, which the next run fills
        rebuilding.rebuild(home)
    assert hashes(home) == before
    assert checked(home, reads_data=True)[0] is Exit.DONE


def hashes(settings: Settings) -> list[str]:
    from flows.progress import unseen
    from flows.store import tables

    return tables.table_hashes(settings.home / "warehouse.duckdb", unseen)


def test_rebuild_says_that_tables_are_equal_or_in_what_not(home: Settings) -> None:
    said = rebuilding.rebuild(home).sentences()
    assert said[0].startswith("Made anew from the landing and the ledger: 2 files: 5 records = 5 posts")
    assert said[-1].endswith("tables, equal to the tables before.")
    with warehouse.opened(home.home) as connection:
        connection.execute("DELETE FROM trends.weekly_platform")
    (difference,) = rebuilding.rebuild(home).differences
    assert difference.startswith("trends.weekly_platform: 0 rows before, ")


def test_the_old_warehouse_stays_where_the_landing_is_not_whole(home: Settings) -> None:
    before = hashes(home)
    stored(home).write_bytes(b"damaged")
    with pytest.raises(GateStoppedError, match="published with 5 posts"):
        rebuilding.rebuild(home)
    assert hashes(home) == before
    assert list(home.home.glob(".warehouse*")) == []


def test_what_cannot_be_made_anew_is_said_and_stays(home: Settings) -> None:
    stored(home).write_bytes(b"damaged")
    (home.home / "warehouse.duckdb").write_bytes(b"\0" * 40_000)
    code, said = checked(home, repairs=True)
    assert code is Exit.REFUSED
    assert "not repaired: " in said and "2024-W05 was published with 5 posts" in said
    assert (home.home / "warehouse.duckdb").read_bytes() == b"\0" * 40_000


def test_a_damaged_chain_is_begun_anew_only_by_a_persons_word(home: Settings) -> None:
    path = home.home / "ledger" / "chain.jsonl"
    flip(path)
    code, said = checked(home, repairs=True)
    assert code is Exit.REFUSED and "--restart-chain" in said
    assert list(path.parent.glob("chain-until-*")) == []
    code, said = checked(home, repairs=True, restarts_chain=True)
    assert code is Exit.DONE, said
    assert chain.read(home.home)[0].kind == "repaired"
    assert {entry.kind for entry in chain.read(home.home)[1:]} == {"adopted", "loaded"}
    with warehouse.opened(home.home) as connection, warehouse.transaction(connection):
        assert state_numbers(home, connection, WEEK, Cause()) == 1


def test_a_ledger_that_was_cleared_is_noticed_and_its_numbers_go_on(home: Settings, tmp_path: Path) -> None:
    with releases.new_release(home.home) as release:
        (release / "2024-W05").mkdir()
        releases.write_manifest(release / "2024-W05", {"publication": 1})
        shutil.copy(home.home / "warehouse.duckdb", release / "ronda.duckdb")
    shutil.rmtree(home.home / "ledger")
    (home.home / "ledger_head.json").unlink()
    code, said = checked(home)
    assert code is Exit.REFUSED
    assert "2024-W05-1 was published and the ledger knows nothing of it; restore the folder ledger." in said
    with warehouse.opened(home.home) as connection, warehouse.transaction(connection):
        assert state_numbers(home, connection, WEEK, Cause()) == 2


def test_a_damaged_publication_can_be_given_up_and_its_number_stays_taken(home: Settings) -> None:
    flip(home.home / "ledger" / "publications" / "2024-W05-1.parquet")
    code, said = checked(home)
    assert code is Exit.REFUSED and "give it up with --accept-loss 2024-W05-1" in said
    with pytest.raises(LedgerDamagedError):
        build_tables(home)
    told: list[str] = []
    accepting.accept_loss(home, "2024-W05-1", told.append)
    assert told == [
        "2024-W05-1 is given up: what it stated first can no longer be shown; its number is not given again."
    ]
    assert checked(home)[0] is Exit.DONE
    build_tables(home)
    with warehouse.opened(home.home) as connection, warehouse.transaction(connection):
        assert state_numbers(home, connection, WEEK, Cause()) == 2


def test_a_landed_file_and_its_posts_can_be_given_up(home: Settings) -> None:
    lost = item(home)
    stored(home).write_bytes(b"damaged")
    (home.home / "warehouse.duckdb").unlink()
    code, said = checked(home, reads_data=True)
    assert code is Exit.REFUSED and f"--accept-loss {lost.file_id[:32]}" in said
    accepting.accept_loss(home, lost.file_id[:32], lambda _: None)
    assert checked(home, reads_data=True)[0] is Exit.DONE
    with recorded(home.home, "weekly", {}) as record:
        assert load_pending(home, record).posts == 2
    with pytest.raises(GateStoppedError, match=r"--accept-loss 2024-W05"):
        build_tables(home)
    told: list[str] = []
    accepting.accept_loss(home, "2024-W05", told.append)
    assert told == ["2024-W05: 3 posts of tiktok are given up; the next publication says what is known now."]
    assert build_tables(home) > 10
    with warehouse.opened(home.home) as connection:
        assert ledger.settle(home.home)
        assert connection.execute("SELECT count(*) FROM core.posts").fetchall() == [(2,)]


@pytest.mark.parametrize("name", ["2024-W05", "2024-W05-1", "2024-W05-7", "0" * 32])
def test_nothing_is_given_up_that_is_not_lost(home: Settings, name: str) -> None:
    with pytest.raises(UsageError, match=f"Nothing of the name {name} is lost"):
        accepting.accept_loss(home, name, lambda _: None)
    assert publications.publications(home.home) == {"2024-W05": 1}
    assert posts_of(home) == 5


def posts_of(settings: Settings) -> int:
    with warehouse.opened(settings.home) as connection:
        return int(connection.execute("SELECT count(*) FROM base.posts").fetchall()[0][0])


def test_a_damaged_record_of_a_run_is_put_aside(home: Settings) -> None:
    path = next((home.home / "runs").iterdir())
    path.write_text(path.read_text().replace('"done"', '"gone"'))
    (home.home / "file_states.json").write_bytes(b"")
    assert checked(home)[0] is Exit.REFUSED
    assert checked(home, repairs=True)[0] is Exit.DONE
    assert path.with_name(f"{path.name}.damaged").exists()


def test_states_of_files_that_are_not_those_of_the_warehouse_are_made_anew(home: Settings) -> None:
    path = home.home / "file_states.json"
    whole = path.read_text()
    path.write_text(whole.replace("loaded", "loadee"))
    assert checked(home)[0] is Exit.REFUSED
    assert checked(home, repairs=True)[0] is Exit.DONE
    assert path.read_text() == whole


def test_published_files_are_compared_with_their_manifest(home: Settings) -> None:
    with releases.new_release(home.home) as release:
        (release / "2024-W05").mkdir()
        (release / "2024-W05" / "weekly.html").write_text("a")
        releases.write_manifest(release / "2024-W05", {"publication": 1})
        shutil.copy(home.home / "warehouse.duckdb", release / "ronda.duckdb")
    assert checked(home, reads_data=True)[0] is Exit.DONE
    page = home.home / "published" / "2024-W05" / "weekly.html"
    page.write_text("b")
    assert checked(home)[0] is Exit.DONE
    code, said = checked(home, reads_data=True)
    assert code is Exit.REFUSED and "`ronda weekly --week 2024-W05`" in said
    page.unlink()
    assert checked(home)[0] is Exit.REFUSED


def test_a_damaged_public_database_is_published_again(home: Settings) -> None:
    from flows.publishing import database

    database.publish_tables(home)
    path = home.home / "published" / "ronda.duckdb"
    path.chmod(0o644)
    path.write_bytes(b"\0" * 40_000)
    assert checked(home)[0] is Exit.REFUSED
    code, said = checked(home, repairs=True)
    assert code is Exit.DONE, said


def test_a_damaged_review_sheet_is_told(home: Settings) -> None:
    (home.home / "review").mkdir()
    (home.home / "review" / "2024-W05-1.xlsx").write_bytes(b"PK\3\4")
    code, said = checked(home)
    assert code is Exit.REFUSED and "2024-W05-1.xlsx cannot be read" in said


def test_a_lost_key_is_damage(home: Settings) -> None:
    keyless = home.model_copy(update={"author_key": None})
    code, said = checked(keyless)
    assert code is Exit.REFUSED and "secret.key is gone" in said
    (home.home / "secret.key").write_text("cd" * 32)
    code, said = checked(keyless)
    assert code is Exit.REFUSED and "is not the one that this home was loaded with" in said
    with recorded(home.home, "weekly", {}) as record:
        assert load_pending(keyless, record).flaws == (privacy.OTHER_KEY,)
    look = Look(keyless)
    (home.home / "secret.key").write_text("zz")
    assert PARTS["key"](look).findings[0].sentence.startswith("The author key in secret.key must be")
