"""A backup is whole, proven and incremental, while runs go on; a home that was deleted comes back with equal tables."""

import json
import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.exits import Exit, LedgerDamagedError, UsageError
from flows.keeping import backups, rebuilding, restoring
from flows.keeping.backups import KEPT_STATES, Store, read_state
from flows.loading import landing, proof
from flows.loading.imports import run_import
from flows.progress import unseen
from flows.publishing import database, ledger
from flows.settings import Settings
from flows.store import chain, warehouse
from tests.exports import tiktok, write_lines

pytestmark = pytest.mark.usefixtures("without_expectations")

LANDED = datetime(2024, 2, 6, tzinfo=UTC)


@pytest.fixture
def home(kept_home: Path, tmp_path: Path, counted_backups: None) -> Settings:
    """The same home with its key in it, and backups whose names count up."""
    shutil.copytree(kept_home, tmp_path, dirs_exist_ok=True, symlinks=True)
    (tmp_path / "home" / "secret.key").write_text("ab" * 32)
    settings = Settings(home=tmp_path / "home")
    settings.export()
    return settings


def backed_up(settings: Settings, target: Path) -> tuple[Exit, list[str]]:
    said: list[str] = []
    return backups.run_backup(settings, target, said.append, unseen), said


def restored(settings: Settings, source: Path, state: str | None = None) -> tuple[Exit, list[str]]:
    said: list[str] = []
    return restoring.run_restore(settings, source, state, said.append, unseen), said


def test_a_deleted_home_comes_back_with_equal_tables(home: Settings, tmp_path: Path) -> None:
    database.publish_tables(home)
    before = database.verify(home, unseen, unseen)
    facts = {name: (home.home / name).read_bytes() for name in ("ledger/chain.jsonl", "ledger_head.json", "secret.key")}
    (home.home / "ronda.toml").write_text('lang = "en"\n')
    code, said = backed_up(home, tmp_path / "backup")
    assert code is Exit.DONE, said
    assert "every copy proven" in said[0]
    shutil.rmtree(home.home)
    code, said = restored(home, tmp_path / "backup")
    assert code is Exit.DONE, said
    assert "Everything is whole." in said
    assert "`ronda weekly --week 2024-W05` publishes the last week" in said[-1]
    assert {name: (home.home / name).read_bytes() for name in facts} == facts
    assert (home.home / "ronda.toml").read_text() == 'lang = "en"\n'
    with warehouse.exclusive(home.home):
        assert rebuilding.rebuild(home).summary.posts == 5
        database.publish_tables(home)
    assert database.verify(home, unseen, unseen) == before
    assert not (home.home / "backup.lock").exists()


def test_only_what_changed_is_copied_again(home: Settings, tmp_path: Path) -> None:
    backed_up(home, tmp_path / "backup")
    before = {path: path.stat().st_ino for path in (tmp_path / "backup" / "files").rglob("*") if path.is_file()}
    _, said = backed_up(home, tmp_path / "backup")
    assert ", 0 of them new" in said[0]
    run_import(home, [write_lines(tmp_path / "c.ndjson", [tiktok(serial=6)])], LANDED, None, lambda _: None)
    code, said = backed_up(home, tmp_path / "backup")
    assert code is Exit.DONE
    # the file, its manifest, the chain and its head, the run's record, the states of files
    assert ", 5 of them new" in said[0]
    assert {path: path.stat().st_ino for path in before} == before


def test_an_earlier_state_can_be_restored_and_the_oldest_go(home: Settings, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    for number in range(KEPT_STATES + 2):
        (home.home / "ronda.toml").write_text(f"site_port = {9000 + number}\n")
        backed_up(home, target)
    names = [path.stem for path in Store(target).states]
    assert len(names) == KEPT_STATES
    contents = [path.read_bytes() for path in (target / "files").rglob("*") if path.is_file()]
    assert b"site_port = 9000\n" not in contents and b"site_port = 9002\n" in contents
    shutil.rmtree(home.home)
    with pytest.raises(UsageError, match=r"has no state 2020; it has 20240206T"):
        restored(home, target, "2020")
    restored(home, target, names[0])
    assert (home.home / "ronda.toml").read_text() == "site_port = 9002\n"


def test_a_backup_is_private_and_holds_no_table_and_no_report(home: Settings, tmp_path: Path) -> None:
    database.publish_tables(home)
    (home.home / "prefect").mkdir()
    (home.home / "prefect" / "prefect.db").write_bytes(b"x")
    target = tmp_path / "backup"
    backed_up(home, target)
    for path in (target, *target.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    names = read_state(Store(target).states[-1])
    assert {name.split("/")[0] for name in names} == {"landing", "ledger", "ledger_head.json", "runs", "secret.key"}


def test_a_file_that_is_damaged_is_left_out_and_kept_as_it_was(home: Settings, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    backed_up(home, target)
    item = next(each for each in landing.landed_files(home.home) if each.file == "a.ndjson")
    path = landing.stored_path(home.home, item)
    whole = path.read_bytes()
    path.write_bytes(b"damaged")
    (home.home / "ledger" / "publications" / "2024-W05-1.parquet").unlink()
    code, said = backed_up(home, target)
    assert code is Exit.REFUSED
    assert [line for line in said if line.startswith("left out: The bytes of a.ndjson")]
    assert [line for line in said if line.startswith("left out: 2024-W05-1 is gone")]
    assert all(line.endswith("The backup keeps it as it was before.") for line in said[1:])
    shutil.rmtree(home.home)
    code, said = restored(home, target)
    assert code is Exit.DONE, said
    assert path.read_bytes() == whole


def test_damage_without_a_backup_before_is_told_and_restored_without_it(home: Settings, tmp_path: Path) -> None:
    item = landing.landed_files(home.home)[0]
    landing.stored_path(home.home, item).write_bytes(b"damaged")
    code, said = backed_up(home, tmp_path / "backup")
    assert code is Exit.REFUSED and len(said) == 2
    shutil.rmtree(home.home)
    code, said = restored(home, tmp_path / "backup")
    assert code is Exit.REFUSED
    assert "is gone from the landing" in "\n".join(said)


def test_what_lands_or_is_rewritten_meanwhile_is_whole_or_not_there(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the backup copies, a file lands and another one is rewritten: the state is one of a moment."""
    snapshot = chain.snapshot
    done: list[str] = []

    def disturbed(folder: Path) -> tuple[bytes, bytes, list[chain.Entry]]:
        answer = snapshot(folder)
        if not done:
            done.append("disturbed")
            path = write_lines(tmp_path / "late.ndjson", [tiktok(serial=9)])
            from flows.loading.arrivals import land_paths

            land_paths(home, [path], LANDED)
            first = landing.landed_files(folder)[0]
            digest = landing.write_draft(folder, first, [b"{}\n"])
            landing.take_draft(folder, first, digest, 1, LANDED, kind="erased")
        return answer

    monkeypatch.setattr(chain, "snapshot", disturbed)
    code, said = backed_up(home, tmp_path / "backup")
    assert code is Exit.DONE, said
    shutil.rmtree(home.home)
    code, said = restored(home, tmp_path / "backup")
    assert code is Exit.DONE, said
    assert {item.file for item in landing.landed_files(home.home)} == {"a.ndjson", "b.ndjson", "late.ndjson"}
    assert proof.check_all_bytes(home.home, landing.landed_files(home.home), chain.read(home.home)) == []
    assert ledger.flaws(home.home, chain.read(home.home)) == []


def test_a_backup_of_a_home_of_the_first_edition_is_one(home: Settings, tmp_path: Path) -> None:
    (home.home / "ledger" / "chain.jsonl").unlink()
    (home.home / "ledger_head.json").unlink()
    code, said = backed_up(home, tmp_path / "backup")
    assert code is Exit.DONE, said
    shutil.rmtree(home.home)
    assert restored(home, tmp_path / "backup")[0] is Exit.DONE
    assert len(landing.landed_files(home.home)) == 2


def test_folders_that_cannot_be_meant_are_refused(home: Settings, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("a")
    for target, why in (
        (home.home / "backup", "lie within each other"),
        (tmp_path, "lie within each other"),
        (tmp_path / "other", "is not empty and no backup of ronda"),
        (tmp_path / "other" / "letter.txt", "is not empty and no backup of ronda"),
    ):
        with pytest.raises(UsageError, match=why):
            backed_up(home, target)
    with pytest.raises(UsageError, match="is no backup of ronda"):
        restored(Settings(home=tmp_path / "new"), tmp_path / "other")
    with pytest.raises(UsageError, match="is not empty; a backup is restored into an empty home"):
        restored(home, tmp_path / "backup")
    with pytest.raises(UsageError, match="There is no home"):
        backed_up(Settings(home=tmp_path / "none"), tmp_path / "backup")


def test_a_backup_of_another_home_is_not_continued(home: Settings, tmp_path: Path) -> None:
    backed_up(home, tmp_path / "backup")
    other = Settings(home=tmp_path / "other", author_key="cd" * 32)
    run_import(other, [tmp_path / "a.ndjson"], LANDED, None, lambda _: None)
    with pytest.raises(UsageError, match="is the backup of another home"):
        backed_up(other, tmp_path / "backup")


def test_a_damaged_backup_restores_nothing(home: Settings, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    backed_up(home, target)
    whole = tmp_path / "whole"
    shutil.copytree(target, whole)
    new = Settings(home=tmp_path / "new")

    def fresh() -> Path:
        shutil.rmtree(target)
        shutil.copytree(whole, target)
        return max(
            (path for path in (target / "files").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
        )

    path = fresh()
    content = bytearray(path.read_bytes())
    content[3] ^= 1
    path.write_bytes(content)
    with pytest.raises(LedgerDamagedError, match="is damaged; restore another state"):
        restored(new, target)
    fresh().unlink()
    with pytest.raises(LedgerDamagedError, match="is not in the backup"):
        restored(new, target)
    fresh()
    (state,) = Store(target).states
    state.write_text(state.read_text().replace("secret.key", "public.key"))
    with pytest.raises(LedgerDamagedError, match=r"The state .* is damaged"):
        restored(new, target)
    assert not new.home.exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".new")] == []


def test_a_backup_that_names_files_outside_writes_none(home: Settings, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    backed_up(home, target)
    store = Store(target)
    named = read_state(store.states[-1])
    store.keep({"../outside": named["secret.key"]})
    with pytest.raises(LedgerDamagedError, match="names a file outside of the home"):
        restored(Settings(home=tmp_path / "new"), target)
    assert not (tmp_path / "outside").exists()


def test_a_copy_that_came_out_wrong_is_no_backup(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = shutil.copyfileobj

    def broken(source: object, target: object, length: int = 0) -> None:
        copied(source, target, length)  # type: ignore[call-overload]
        target.write(b"\0")  # type: ignore[attr-defined]

    monkeypatch.setattr("shutil.copyfileobj", broken)
    with pytest.raises(LedgerDamagedError, match="change faster than they can be copied"):
        backed_up(home, tmp_path / "backup")
    assert Store(tmp_path / "backup").states == []


def test_the_key_as_a_setting_is_said_to_be_missing(home: Settings, tmp_path: Path) -> None:
    keyed = home.model_copy(update={"author_key": Settings(author_key="ab" * 32).author_key})
    _, said = backed_up(keyed, tmp_path / "backup")
    assert "RONDA_AUTHOR_KEY" in said[1]
    assert json.loads(Store(tmp_path / "backup").states[-1].read_bytes())["files"]
