"""A landing and a ledger that prove themselves: what is missing or changed is told, and stops what would lack it."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import zstandard

from flows.exits import Exit, GateStoppedError, InputRefusedError, LedgerDamagedError, NoSpaceError
from flows.loading import landing, proof
from flows.loading.imports import run_import
from flows.loading.landing import Landed, land
from flows.loading.pending import load_pending
from flows.loading.summary import LoadSummary
from flows.periods import Week
from flows.publishing import ledger, publications
from flows.publishing.build import build_tables, give_up_losses
from flows.publishing.state import Cause, state_numbers
from flows.settings import Settings
from flows.sources import recognise
from flows.store import chain, warehouse
from flows.store.chain import Note
from flows.store.runs import recorded
from tests.exports import NOON, removals, tiktok, tiktok_id, write_lines

pytestmark = pytest.mark.usefixtures("without_expectations")

LANDED = datetime(2024, 2, 5, tzinfo=UTC)
WEEK = Week.parse("2024-W05")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path / "home")


def bring(settings: Settings, path: Path, hours: int = 0) -> list[str]:
    said: list[str] = []
    run_import(settings, [path], LANDED + timedelta(hours=hours), None, said.append)
    return said


def load(settings: Settings) -> LoadSummary:
    with recorded(settings.home, "weekly", {}) as run:
        return load_pending(settings, run)


def posts(settings: Settings) -> int:
    with warehouse.opened(settings.home) as connection:
        return int(connection.execute("SELECT count(*) FROM base.posts").fetchall()[0][0])


def settings_of(home: Path) -> Settings:
    made = Settings(home=home, author_key="ab" * 32)
    made.export()
    return made


@pytest.fixture(scope="module")
def landed_home(tmp_path_factory: pytest.TempPathFactory, without_expectations: None) -> Path:
    """A home with two landed and loaded files of three and two posts, and a warehouse that was deleted since."""
    folder = tmp_path_factory.mktemp("landed")
    settings = settings_of(folder / "home")
    bring(settings, write_lines(folder / "a.ndjson", [tiktok(serial=number) for number in (1, 2, 3)]))
    bring(settings, write_lines(folder / "b.ndjson", [tiktok(serial=number) for number in (4, 5)]), hours=1)
    forget_warehouse(settings)
    return settings.home


@pytest.fixture(scope="module")
def published_home(landed_home: Path, tmp_path_factory: pytest.TempPathFactory, without_expectations: None) -> Path:
    """The same home, loaded, built and its week stated."""
    settings = settings_of(tmp_path_factory.mktemp("published") / "home")
    shutil.copytree(landed_home, settings.home, symlinks=True)
    load(settings)
    build_tables(settings)
    assert publish(settings) == 1
    return settings.home


@pytest.fixture
def home(landed_home: Path, settings: Settings) -> Settings:
    """A copy of the home whose warehouse was deleted."""
    shutil.copytree(landed_home, settings.home, symlinks=True)
    return settings


def forget_warehouse(settings: Settings) -> None:
    for path in settings.home.glob("warehouse.duckdb*"):
        path.unlink()


def named(settings: Settings, name: str) -> Landed:
    return next(item for item in landing.landed_files(settings.home) if item.file == name)


def stored(settings: Settings, name: str) -> Path:
    return landing.stored_path(settings.home, named(settings, name))


def test_changed_bytes_stop_their_file_and_no_other(home: Settings) -> None:
    path = stored(home, "a.ndjson")
    path.write_bytes(path.read_bytes()[:-9] + b"\0" * 9)
    summary = load(home)
    assert summary.posts == 2
    (sentence,) = summary.held
    assert "a.ndjson, landed 2024-02-05" in sentence
    assert "are not those that landed; restore it from a backup, or import the file again." in sentence


def test_other_content_that_can_be_read_is_found_too(home: Settings) -> None:
    shutil.copy(stored(home, "b.ndjson"), stored(home, "a.ndjson"))
    summary = load(home)
    assert (summary.posts, len(summary.held)) == (2, 1)


def test_a_manifest_that_was_changed_by_hand_is_found_by_the_chain(home: Settings) -> None:
    path = stored(home, "a.ndjson")
    shutil.copy(stored(home, "b.ndjson"), path)
    manifest = path.with_suffix(".json")
    other = f'"rewritten": ["2024-02-06T00:00:00+00:00 {named(home, "b.ndjson").file_id}"], "bytes"'
    manifest.write_text(manifest.read_text().replace('"bytes"', other))
    summary = load(home)
    assert summary.posts == 2
    assert "was changed by hand; restore it from a backup" in summary.held[0]


def test_packed_bytes_that_are_what_landing_wrote_are_proven_without_unpacking(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked: list[str] = []
    read = proof.content_of
    monkeypatch.setattr(proof, "content_of", lambda path, item: [unpacked.append(item.file), read(path, item)][1])
    files, entries = proof.inspect(home.home).files, chain.read(home.home)
    assert proof.check_before_reading(home.home, files, entries) == []
    assert unpacked == []

    again = stored(home, "a.ndjson")  # the same content, packed by another version of the packer
    again.write_bytes(zstandard.compress(zstandard.decompress(again.read_bytes()), level=19))
    assert proof.check_before_reading(home.home, files, entries) == []
    assert unpacked == ["a.ndjson"]

    landing.take_draft(home.home, files[1], landing.write_draft(home.home, files[1], [b"{}\n"]), 2, LANDED)
    files, entries = proof.inspect(home.home).files, chain.read(home.home)
    assert proof.check_before_reading(home.home, files[1:], entries) == []
    assert unpacked == ["a.ndjson", "b.ndjson"]  # what was rewritten is known by its content alone
    assert (files[1].packed, files[1].cuts) == ("", ())


def test_a_manifest_cannot_vouch_for_other_packed_bytes(home: Settings) -> None:
    path = stored(home, "a.ndjson")
    path.write_bytes(zstandard.compress(b"{}\n"))
    manifest = path.with_suffix(".json")
    told = sha256(path.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text().replace(named(home, "a.ndjson").packed, told))
    assert "are not those that landed" in load(home).held[0]


def test_a_file_that_changes_while_it_comes_in_is_refused(settings: Settings, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.ndjson", [tiktok(serial=1)])
    with pytest.raises(InputRefusedError, match=r"a\.ndjson changed while it came in; give it again when nothing"):
        land(settings.home, path, *recognise(path, settings), landed_at=LANDED, position=0, file_id="0" * 64)
    assert [each for each in (settings.home / "landing").rglob("*") if each.is_file()] == []


def lose_bytes(path: Path) -> None:
    path.unlink()


def lose_manifest(path: Path) -> None:
    path.with_suffix(".json").unlink()


def lose_both(path: Path) -> None:
    path.unlink()
    path.with_suffix(".json").unlink()


def damage_manifest(path: Path) -> None:
    path.with_suffix(".json").write_bytes(b"{")


def swap_manifest(path: Path) -> None:
    """The manifest of another file under the name of this one."""
    others = [each for each in path.parent.glob("*.json") if each.stem != path.stem]
    shutil.copy(others[0], path.with_suffix(".json"))


def change_kind(path: Path) -> None:
    manifest = path.with_suffix(".json")
    manifest.write_text(manifest.read_text().replace('"kind": "posts"', '"kind": "holograms"'))


@pytest.mark.parametrize(
    ("lose", "told"),
    [
        (lose_bytes, "a.ndjson, landed 2024-02-05, has a manifest and no bytes"),
        (lose_manifest, "has no manifest: its landing was interrupted or its manifest is lost"),
        (lose_both, "from which 3 records were loaded, is gone from the landing; restore it from a backup"),
        (damage_manifest, "is damaged"),
        (swap_manifest, "it tells of another file"),
        (change_kind, "is not what it was; restore it from a backup, or import the file again."),
    ],
)
def test_what_is_not_whole_is_told_and_the_rest_is_loaded(
    home: Settings, lose: Callable[[Path], None], told: str
) -> None:
    lose(stored(home, "a.ndjson"))
    summary = load(home)
    assert summary.posts == 2
    assert told in " ".join(summary.untaken)


def test_a_kind_of_a_later_version_is_told(home: Settings) -> None:
    shutil.rmtree(home.home / "ledger")  # no chain states another kind
    (home.home / "ledger_head.json").unlink()
    change_kind(stored(home, "a.ndjson"))
    summary = load(home)
    assert summary.posts == 2
    assert 'a.ndjson landed as "holograms", which this version of ronda does not know' in " ".join(summary.untaken)


def test_nothing_is_published_without_a_file_that_cannot_be_seen(home: Settings) -> None:
    lose_both(stored(home, "a.ndjson"))
    load(home)
    with pytest.raises(LedgerDamagedError, match=r"Nothing is published without it: landing/tiktok/.* is gone"):
        build_tables(home)


def test_a_file_that_is_loaded_may_be_missing_but_is_told(home: Settings) -> None:
    load(home)
    lose_both(stored(home, "a.ndjson"))
    summary = load(home)
    assert "a.ndjson" in summary.flaws[0]
    assert build_tables(home) > 10


def lock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes a folder one that may not be read, whoever runs the tests."""
    listed = os.scandir

    def scandir(path: Any = ".") -> Iterator[os.DirEntry[str]]:
        if not isinstance(path, int) and Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return folder


@pytest.fixture
def locked_folder(home: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a landed day that may not be read."""
    return lock(stored(home, "a.ndjson").parent, monkeypatch)


def test_a_folder_of_an_import_that_may_not_be_read_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(tmp_path / "exports" / "a.ndjson", [tiktok(serial=1)])
    write_lines(tmp_path / "exports" / "more" / "b.ndjson", [tiktok(serial=2)])
    lock(tmp_path / "exports" / "more", monkeypatch)
    said: list[str] = []
    assert run_import(settings, [tmp_path / "exports"], LANDED, None, said.append) is Exit.REFUSED
    assert said[0].startswith(f"refused: {tmp_path / 'exports' / 'more'} cannot be read (Permission denied)")
    assert "1 posts" in said[1]


def test_a_folder_that_may_not_be_read_is_told_and_stops_the_publication(home: Settings, locked_folder: Path) -> None:
    summary = load(home)
    assert summary.posts == 0
    assert summary.flaws == (
        f"{locked_folder} cannot be read (Permission denied); give the account of ronda the right to read it."
        " 2 landed files lie in it.",
    )
    with pytest.raises(LedgerDamagedError, match="cannot be read"):
        build_tables(home)
    with pytest.raises(LedgerDamagedError, match="cannot be read"):
        landing.landed_files(home.home)


def test_a_home_of_the_last_version_gets_a_chain_that_says_what_it_cannot_prove(home: Settings) -> None:
    load(home)
    shutil.rmtree(home.home / "ledger")
    (home.home / "ledger_head.json").unlink()
    load(home)
    entries = chain.read(home.home)
    assert [entry.kind for entry in entries] == ["adopted", "adopted", "loaded", "loaded", "keyed"]
    assert not any("packed" in entry.facts for entry in entries), "a manifest alone does not vouch for packed bytes"
    assert {entry.content for entry in entries[:-1]} == {item.file_id for item in landing.landed_files(home.home)}


def test_a_rewriting_that_was_interrupted_is_told_and_loaded(home: Settings) -> None:
    item = named(home, "a.ndjson")
    chain.append(home.home, [Note("removed", item.file_id, "c" * 64, {"path": item.path})])
    summary = load(home)
    assert summary.posts == 5
    assert "a.ndjson" in summary.flaws[0] and "records that were to be erased" in summary.flaws[0]


def test_a_file_that_was_dropped_for_a_reason_is_not_missed(home: Settings) -> None:
    item, path = named(home, "a.ndjson"), stored(home, "a.ndjson")
    content = path.read_bytes(), path.with_suffix(".json").read_bytes()
    landing.drop(home.home, item, kind="expired")
    assert load(home).untaken == []
    path.write_bytes(content[0])  # as if the deletion had been killed
    path.with_suffix(".json").write_bytes(content[1])
    assert "a.ndjson, landed 2024-02-05" in load(home).held[0]
    assert posts(home) == 2


def publish(settings: Settings) -> int:
    with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
        return state_numbers(settings, connection, WEEK, Cause())


@pytest.fixture
def published(published_home: Path, settings: Settings) -> Settings:
    """A copy of the published home."""
    shutil.copytree(published_home, settings.home, symlinks=True)
    return settings


def test_a_published_week_that_lost_posts_stops_by_name(published: Settings, tmp_path: Path) -> None:
    path = stored(published, "a.ndjson")
    path.write_bytes(b"damaged")
    forget_warehouse(published)
    late = write_lines(tmp_path / "late.ndjson", [tiktok(serial=number) for number in range(6, 12)])
    bring(published, late, hours=2)  # more posts than were lost, which replace none of them
    load(published)
    with pytest.raises(GateStoppedError) as stop:
        build_tables(published)
    assert "2024-W05 was published with 5 posts of tiktok and 2 of them are known now" in str(stop.value)
    assert "Loaded then and not now: The bytes of a.ndjson" in str(stop.value)
    assert stop.value.exit_code is Exit.GATE
    (given_up,) = give_up_losses(published, "2024-W05")
    assert (given_up.week, given_up.platform, given_up.posts) == ("2024-W05", "tiktok", 3)
    assert build_tables(published) > 10


def test_removals_and_erasures_explain_what_is_gone(published: Settings, tmp_path: Path) -> None:
    removed = removals(tmp_path / "removals.csv", [("tiktok", tiktok_id(NOON, 1), "2024-02-05T01:00:00Z", "deleted")])
    bring(published, removed, hours=2)
    assert build_tables(published) > 10
    with warehouse.opened(published.home) as connection:  # an erasure takes records out of every table
        connection.execute("DELETE FROM base.posts WHERE post_id = ?", [tiktok_id(NOON, 2)])
    with pytest.raises(GateStoppedError, match="All files that were loaded still are"):
        build_tables(published)
    item = named(published, "a.ndjson")
    digest = landing.write_draft(published.home, item, [b"{}\n"])
    gone = {"2024-W05": {"tiktok": 1}}
    landing.take_draft(published.home, item, digest, 1, LANDED, kind="erased", posts=gone)
    assert build_tables(published) > 10
    assert proof.check_all_bytes(published.home, landing.landed_files(published.home), chain.read(published.home)) == []


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:-4])])
def test_a_publication_that_is_gone_or_damaged_stops_with_its_name(
    published: Settings, damage: Callable[[Path], None]
) -> None:
    damage(published.home / "ledger" / "publications" / "2024-W05-1.parquet")
    with pytest.raises(LedgerDamagedError, match=r"2024-W05-1 .*restore"):
        build_tables(published)
    with pytest.raises(LedgerDamagedError, match=r"2024-W05-1 .*restore"):
        publish(published)


def test_numbers_of_publications_never_begin_anew(published: Settings) -> None:
    shutil.rmtree(published.home / "ledger")
    with pytest.raises(LedgerDamagedError, match="is gone; it had 6 entries"):
        publish(published)
    week = published.home / "releases" / "3" / "2024-W05"
    week.mkdir(parents=True)
    (week / "manifest.json").write_text('{"summary": {"publication": 4}, "files": {}}')
    chain.restart(published.home)
    assert publish(published) == 5
    assert publications.publications(published.home) == {"2024-W05": 5}
    assert ledger.flaws(published.home, chain.read(published.home)) == []


def test_a_disk_without_room_is_told_before_the_load(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home.home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100))
    with pytest.raises(NoSpaceError, match=r"Loading 2 files needs 1 MiB in .*, and 1 MiB are free; make room"):
        load(home)


@pytest.mark.parametrize("cut", [0, 5])
def test_what_came_packed_in_parts_is_what_landed(settings: Settings, tmp_path: Path, cut: int) -> None:
    lines = write_lines(tmp_path / "plain.ndjson", [tiktok(serial=number) for number in (1, 2, 3)]).read_bytes()
    middle = lines.index(b"\n") + 1
    parts = [zstandard.compress(part) for part in (lines[:middle], lines[middle:])]
    packed = tmp_path / "unduhan.ndjson"  # its name does not tell that it is packed
    packed.write_bytes(b"".join(parts)[: -cut or None])
    bring(settings, packed)

    assert posts(settings) == (1 if cut else 3)  # what is cut off is said, what stands before it loaded
    files, entries = proof.inspect(settings.home).files, chain.read(settings.home)
    assert len(files) == 1
    assert proof.check_all_bytes(settings.home, files, entries) == []
