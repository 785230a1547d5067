"""Publication: an immutable ledger, and releases that readers see whole or not at all."""

import json
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.periods import Week
from flows.publishing import evidence, publications, releases
from flows.publishing.week import places_to_render
from flows.settings import Language, Settings
from flows.store import warehouse
from tests import reports_fixture as invented

WEEK = Week.parse("2024-W05")
AS_OF = datetime.fromisoformat("2024-02-05T06:00:00+07:00")
FACTS = {"label_version": "a", "code_version": "1"}


def release_at(moment: datetime) -> publications.Release:
    return publications.Release(moment, None, FACTS)


def numbers(posts: float) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "week": ["2024-W05"],
            "phase": ["campaign"],
            "platform": ["all"],
            "table": ["trends.weekly_platform"],
            "key": [""],
            "metric": ["posts"],
            "value": [posts],
        }
    )


def test_the_same_numbers_are_the_same_publication(tmp_path: Path) -> None:
    assert publications.record_publication(tmp_path, WEEK, numbers(5), release_at(AS_OF)) == 1
    assert publications.record_publication(tmp_path, WEEK, numbers(5), release_at(AS_OF)) == 1
    assert publications.record_publication(tmp_path, WEEK, numbers(6), release_at(AS_OF)) == 2
    assert publications.record_publication(tmp_path, WEEK, numbers(5), release_at(AS_OF)) == 3
    assert publications.publications(tmp_path) == {"2024-W05": 3}
    first = pl.read_parquet(tmp_path / "ledger" / "publications" / "2024-W05-1.parquet")
    assert first["value"].to_list() == [5]
    assert first["as_of"].to_list() == [AS_OF.isoformat()]


def release(home: Path, content: dict[str, str]) -> None:
    def write(folder: Path) -> None:
        for name, text in content.items():
            (folder / name).write_text(text)
        releases.write_manifest(folder, {"week": str(WEEK)})

    with releases.new_release(home) as draft:
        releases.place_folder(draft, str(WEEK), write)
        releases.point_latest(draft)


def test_a_release_is_swapped_by_one_link_and_unchanged_files_are_shared(tmp_path: Path) -> None:
    release(tmp_path, {"same.txt": "a", "other.txt": "b"})
    held = (tmp_path / "published" / "2024-W05" / "other.txt").open()
    inode = (tmp_path / "published" / "latest" / "same.txt").stat().st_ino
    release(tmp_path, {"same.txt": "a", "other.txt": "c"})
    now = tmp_path / "published" / "2024-W05"
    assert (tmp_path / "published").is_symlink()
    assert (tmp_path / "published").readlink() == Path("releases/2")
    assert (now / "same.txt").stat().st_ino == inode
    assert (now / "other.txt").read_text() == "c"
    assert held.read() == "b"  # a reader of the old release keeps it
    release(tmp_path, {"same.txt": "a"})
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == ["2", "3"]
    assert not (now / "other.txt").exists()


def test_an_interrupted_release_is_never_seen(tmp_path: Path) -> None:
    release(tmp_path, {"a.txt": "old"})
    with pytest.raises(RuntimeError), releases.new_release(tmp_path) as draft:
        (draft / "2024-W05" / "a.txt").unlink()
        raise RuntimeError
    assert (tmp_path / "published" / "2024-W05" / "a.txt").read_text() == "old"
    release(tmp_path, {"a.txt": "new"})
    assert (tmp_path / "published" / "2024-W05" / "a.txt").read_text() == "new"
    assert not list((tmp_path / "releases").glob(".draft-*"))


def test_a_file_of_the_release_before_is_never_written_into(tmp_path: Path) -> None:
    before, now = tmp_path / "1", tmp_path / "2"
    for folder in (before, now):
        folder.mkdir()
    releases.place_file(before, "recipes.sql", b"SELECT 1")
    (now / "recipes.sql").hardlink_to(before / "recipes.sql")
    releases.place_file(now, "recipes.sql", b"SELECT 1")
    assert (now / "recipes.sql").samefile(before / "recipes.sql")
    releases.place_file(now, "recipes.sql", b"SELECT 2")
    assert (before / "recipes.sql").read_bytes() == b"SELECT 1"
    assert (now / "recipes.sql").read_bytes() == b"SELECT 2"


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    release(tmp_path, {"a.txt": "old", "b.txt": "b"})
    folder = releases.published_folder(tmp_path)
    assert folder is not None
    assert releases.damaged_files(folder) == []
    (folder / "2024-W05" / "a.txt").write_text("forged")
    (folder / "2024-W05" / "b.txt").unlink()
    assert releases.damaged_files(folder) == ["2024-W05/a.txt", "2024-W05/b.txt"]
    assert set(json.loads((folder / "2024-W05" / "manifest.json").read_text())["files"]) == {"a.txt", "b.txt"}


def test_the_public_database_is_read_only_documented_and_without_private_columns(tmp_path: Path) -> None:
    connection = warehouse.connect()
    connection.execute("CREATE TABLE core.small AS SELECT 1 AS likes")
    connection.execute("COMMENT ON TABLE core.small IS 'it''s small'")
    connection.execute("COMMENT ON COLUMN core.small.likes IS 'likes [likes]'")
    target = tmp_path / "it's ronda.duckdb"
    double = "CREATE MACRO core.double() AS (SELECT 2 * max(likes) FROM core.small);"
    releases.write_public_database(connection, target, [("core", "small")], double)
    assert connection.execute("SELECT current_database()").fetchone() == ("memory",)
    assert target.stat().st_mode & 0o777 == 0o400
    with duckdb.connect(str(target), read_only=True) as reader:
        assert reader.execute("SELECT likes, core.double() FROM core.small").fetchall() == [(1, 2)]
        assert reader.execute("SELECT comment FROM duckdb_tables()").fetchall() == [("it's small",)]
        assert reader.execute("SELECT comment FROM duckdb_columns() WHERE NOT internal").fetchall() == [
            ("likes [likes]",)
        ]
    connection.execute("CREATE TABLE core.secret AS SELECT 'x' AS name_pi")
    with pytest.raises(ValueError, match="name_pi"):
        releases.write_public_database(connection, tmp_path / "b.duckdb", [("core", "secret")])


def test_copies_are_told_by_text_hour_and_number_of_the_account_and_never_by_its_key() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA core; CREATE SCHEMA base; SET TimeZone = 'UTC'")
    connection.execute("""
        CREATE TABLE core.posts AS
        SELECT 'tiktok' AS platform, CAST(n AS VARCHAR) AS post_id, '2024-W02' AS week, 'live' AS state,
            TIMESTAMPTZ '2024-01-10 00:00:00+00' + to_hours(n) AS created_at,
            concat('key', if(n = 12, 3, n)) AS author_key
        FROM range(13) AS numbers(n)""")
    connection.execute("CREATE TABLE base.posts AS SELECT platform, post_id, 7::UBIGINT AS unit_key FROM core.posts")
    frame = evidence.copied_posts(connection, Week.parse("2024-W02"))
    assert frame.columns == ["place", "created_at", "platform", "account", "post_id"]
    assert frame["account"].to_list() == [*range(1, 13), 4]
    connection.execute("DELETE FROM core.posts WHERE post_id::INTEGER >= 9")
    assert evidence.copied_posts(connection, Week.parse("2024-W02")).is_empty()


def manifest(home: Path, *editions: tuple[str, str, int]) -> Path:
    """A release that holds editions: folder, language, publication."""
    with releases.new_release(home) as draft:
        for place, lang, number in editions:
            said = {"week": str(WEEK), "lang": lang, "publication": number}
            releases.place_folder(draft, place, partial(releases.write_manifest, summary=said))
    folder = releases.published_folder(home)
    assert folder
    return folder


def places(home: Path, lang: Language, publication: int) -> dict[Language, str]:
    edition = invented.edition(lang=lang, publication=publication)
    return places_to_render(Settings(home=home).in_language(lang), edition)


def test_another_language_has_a_folder_beside_the_week_s_own_and_is_a_part_of_the_release(tmp_path: Path) -> None:
    folder = manifest(tmp_path, ("2024-W05", "id", 1), ("en/2024-W05", "en", 1), ("daily/2024-02-11", "id", 1))
    assert releases.weeks_of(folder) == ["2024-W05"]
    assert releases.places_of(folder) == ["2024-W05", "en/2024-W05"]
    assert releases.place_of(folder, "2024-W05", "en", "en") == "en/2024-W05"  # never over what stands there
    assert releases.place_of(folder, "2024-W06", "en", "en") == "2024-W06"
    assert releases.damaged_files(folder) == []
    with releases.new_release(tmp_path) as draft:

        def write(folder: Path) -> None:
            (folder / "weekly.html").write_text("x")
            releases.write_manifest(folder, {"week": "2024-W05"})

        releases.place_folder(draft, "en/2024-W05", write)
    folder = tmp_path / "published"
    (folder / "en" / "2024-W05" / "weekly.html").unlink()
    assert releases.missing_files(folder) == ["en/2024-W05/weekly.html"]


def test_an_edition_in_another_language_is_made_again_where_it_would_fall_behind(tmp_path: Path) -> None:
    assert places(tmp_path, "en", 1) == {"id": "2024-W05", "en": "en/2024-W05"}
    manifest(tmp_path, ("2024-W05", "id", 1))
    assert places(tmp_path, "en", 1) == {"en": "en/2024-W05"}
    assert places(tmp_path, "id", 2) == {"id": "2024-W05"}
    manifest(tmp_path, ("en/2024-W05", "en", 1))
    assert places(tmp_path, "id", 1) == {"id": "2024-W05"}
    assert places(tmp_path, "id", 2) == {"id": "2024-W05", "en": "en/2024-W05"}
    assert places(tmp_path, "en", 2) == {"id": "2024-W05", "en": "en/2024-W05"}
