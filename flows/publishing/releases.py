"""Publication: whole releases swapped by one rename.

A release is a folder that is complete before anybody sees it. Files that did not change are hard links to the
release before, which is kept; an analyst's open `published/ronda.duckdb` therefore never breaks.
"""

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.exits import UsageError
from flows.progress import Advance, unseen
from flows.store import permissions
from flows.store.files import hash_file, make_folder, require_space, settle, settle_folder
from flows.store.warehouse import Connection, literal, transaction

KEPT_RELEASES = 2
MANIFEST = "manifest.json"
DAILY = "daily"  # the folder of the daily notes, one folder a day
# The format of the public database: not that of our DuckDB, so that the tools that analysts have open it too. A test
# reads it with the oldest release that can (DuckDB 1.2); the README names it.
STORAGE_VERSION = "v1.2.0"


def published_folder(home: Path) -> Path | None:
    """The current release, or None before the first publication.

    Raises UsageError where the name is not the link that ronda keeps.
    """
    link = home / "published"
    if link.is_symlink() and not link.exists():
        raise UsageError(
            f"{link} leads to {link.readlink()}, which is gone; restore the folder releases from a backup, or delete"
            " the link and publish a week again."
        )
    if link.exists() and not link.is_symlink():
        raise UsageError(f"{link} is a folder of somebody and not the link that ronda keeps there; move it elsewhere.")
    return link.resolve() if link.exists() else None


@contextmanager
def new_release(home: Path, *, to_group: bool = False) -> Iterator[Path]:
    """A draft of the next release, holding what is published now; on success it becomes the published one.

    An interrupted draft is left aside and cleared by the next; readers never see it. `to_group` is the setting
    `published_to_group`.
    """
    releases = home / "releases"
    current = published_folder(home)
    warehouse = home / "warehouse.duckdb"
    require_space(home, warehouse.stat().st_size if warehouse.exists() else 0, "A publication")
    make_folder(releases)
    for left in releases.glob(".draft-*"):  # of a try before this one
        shutil.rmtree(left)
    draft = releases / f".draft-{os.getpid()}"
    if current is None:
        draft.mkdir()
    else:
        shutil.copytree(current, draft, copy_function=os.link, symlinks=True)
    yield draft
    number = max((int(path.name) for path in releases.iterdir() if path.name.isdigit()), default=0) + 1
    target = releases / str(number)
    permissions.open_release(draft, to_group=to_group)
    permissions.correct_home(home, to_group=to_group)
    settle_folder(draft, target)
    link = home / f".published.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(target.relative_to(home))
    settle(link, home / "published")
    for old in sorted((path for path in releases.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))[
        :-KEPT_RELEASES
    ]:
        shutil.rmtree(old)


def drop_older(home: Path) -> None:
    """Deletes every release but the current one, where readers must not find any more what it printed."""
    current = published_folder(home)
    for path in sorted((home / "releases").iterdir()) if current is not None else ():
        if path.name.isdigit() and path != current:
            shutil.rmtree(path)


def place_folder(release: Path, name: str, write: Callable[[Path], None]) -> None:
    """Writes a folder of a release anew; files that come out byte-equal stay the hard links they were."""
    target = release / name
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.draft")
    fresh.mkdir()
    write(fresh)
    for path in sorted(fresh.rglob("*")):
        before = target / path.relative_to(fresh)
        if path.is_file() and before.is_file() and hash_file(before) == hash_file(path):
            path.unlink()
            os.link(before, path)
    if target.exists():
        shutil.rmtree(target)
    fresh.rename(target)


def file_hashes(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder, by relative path."""
    return {
        path.relative_to(folder).as_posix(): hash_file(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }


def write_manifest(folder: Path, summary: Mapping[str, Any]) -> None:
    """`manifest.json` of a week or day: what the report says in short, and the sha256 of every file beside it."""
    manifest = {"summary": summary, "files": file_hashes(folder)}
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def places_of(release: Path) -> list[str]:
    """The folder of every edition in a release: the weeks, then those in other languages (`en/2024-W05`)."""
    other = [path.parent for path in sorted(release.glob(f"*/*/{MANIFEST}"))]
    beside = [path for path in other if path.parent.name != DAILY and not path.parent.is_symlink()]
    return [*weeks_of(release), *(path.relative_to(release).as_posix() for path in beside)]


def read_summary(release: Path, place: str) -> dict[str, Any]:
    """What the manifest of an edition says of it in short."""
    summary: dict[str, Any] = json.loads((release / place / MANIFEST).read_bytes())["summary"]
    return summary


def place_of(release: Path | None, week: str, lang: str, own_lang: str) -> str:
    """The folder of a week's edition in a language: that of the week, or beside it where another language has that."""
    if release is not None and week in weeks_of(release):
        own_lang = read_summary(release, week).get("lang", own_lang)
    return week if lang == own_lang else f"{lang}/{week}"


def read_manifests(release: Path) -> list[dict[str, Any]]:
    """The manifests of all weeks of a release, in time order."""
    return [json.loads((release / week / MANIFEST).read_bytes()) for week in weeks_of(release)]


def published_files(home: Path, place: str) -> list[str]:
    """The files of a published edition as its manifest names them, relative to its folder; none where there is none."""
    release = published_folder(home)
    if release is None or place not in places_of(release):
        return []
    return sorted(json.loads((release / place / MANIFEST).read_bytes())["files"])


def read_notes(release: Path) -> dict[str, str]:
    """The daily notes of a release in every language: the day of each by its address, relative to the release."""
    paths = [*sorted(release.glob(f"{DAILY}/*/*.pdf")), *sorted(release.glob(f"*/{DAILY}/*/*.pdf"))]
    return {path.relative_to(release).as_posix(): path.parent.name for path in paths}


def reported_weeks(home: Path) -> list[str]:
    """The weeks that have a report in the current release, in time order."""
    release = published_folder(home)
    return [] if release is None else weeks_of(release)


def weeks_of(release: Path) -> list[str]:
    """The weeks that have a report in a release, in time order; `latest` is another name of one of them."""
    return sorted(path.parent.name for path in release.glob(f"*/{MANIFEST}") if not path.parent.is_symlink())


def point_latest(release: Path) -> None:
    """Makes `latest` lead to the last week of a release."""
    link = release / "latest"
    link.unlink(missing_ok=True)
    link.symlink_to(weeks_of(release)[-1])


def _stated(release: Path) -> list[tuple[Path, str]]:
    """Every file that a manifest of a release names, with its hash."""
    folders = [release / place for place in places_of(release)]
    for noted in (f"{DAILY}/*/{MANIFEST}", f"*/{DAILY}/*/{MANIFEST}"):
        folders += [path.parent for path in sorted(release.glob(noted))]
    return [
        (folder / name, digest)
        for folder in folders
        for name, digest in json.loads((folder / MANIFEST).read_bytes())["files"].items()
    ]


def missing_files(release: Path) -> list[str]:
    """Published files that are not there, or empty, by path relative to the release; no file is read."""
    files = [path for path, _ in _stated(release)]
    return [path.relative_to(release).as_posix() for path in files if not (path.is_file() and path.stat().st_size)]


def damaged_files(release: Path, advance: Advance = unseen) -> list[str]:
    """Published files that are missing or are not what their manifest says, by path relative to the release.

    `advance` is told the files that were read.
    """
    stated = _stated(release)
    damaged = []
    for number, (path, digest) in enumerate(stated):
        advance(number, len(stated))
        if not path.is_file() or hash_file(path) != digest:
            damaged.append(path.relative_to(release).as_posix())
    advance(len(stated), len(stated))
    return damaged


def place_file(release: Path, name: str, content: bytes) -> None:
    """Writes a file of a release anew, never into the file of the release before, to which it may be a hard link."""
    target = release / name
    if not target.exists() or target.read_bytes() != content:
        target.unlink(missing_ok=True)
        target.write_bytes(content)


def write_public_database(
    connection: Connection, target: Path, tables: Sequence[tuple[str, str]], functions: str = ""
) -> None:
    """Copies the public tables (schema, name) with their comments into one read-only DuckDB file.

    `functions` are statements that make functions over them.

    Columns that hold personal data must not be in a public table; one that ends in `_pi` stops the publication.
    """
    target.unlink(missing_ok=True)
    (own,) = connection.execute("SELECT current_database()").fetchone() or ("",)
    connection.execute(f"ATTACH {literal(str(target))} AS public_copy (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        with transaction(connection):  # each statement alone would be written to the disk on its own
            for schema in sorted({schema for schema, _ in tables}):
                connection.execute(f"CREATE SCHEMA public_copy.{schema}")
            columns = _columns(connection)
            for schema, name in tables:
                _copy_table(connection, schema, name, columns[schema, name])
            for schema, name, comment in connection.execute(
                "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE comment IS NOT NULL UNION ALL "
                "SELECT schema_name, view_name, comment FROM duckdb_views() WHERE comment IS NOT NULL AND NOT internal"
            ).fetchall():
                if (schema, name) in tables:
                    connection.execute(f"COMMENT ON TABLE public_copy.{schema}.{name} IS {literal(comment)}")
            connection.execute("USE public_copy")
            connection.execute(functions)
    finally:
        connection.execute(f'USE "{own}"')
        connection.execute("DETACH public_copy")
    target.chmod(0o400)


def _columns(connection: Connection) -> dict[tuple[str, str], list[tuple[str, str | None]]]:
    """The columns of every table and view with their comments, in one question: one a table takes as long each time."""
    columns: dict[tuple[str, str], list[tuple[str, str | None]]] = defaultdict(list)
    for schema, name, column, comment in connection.execute(
        "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() "
        "WHERE database_name = current_database() ORDER BY schema_name, table_name, column_index"
    ).fetchall():
        columns[schema, name].append((column, comment))
    return columns


def _copy_table(connection: Connection, schema: str, name: str, columns: list[tuple[str, str | None]]) -> None:
    private = [column for column, _ in columns if column.endswith("_pi")]
    if private:
        raise ValueError(f"{schema}.{name} holds personal data in {', '.join(private)} and cannot be published")
    connection.execute(f"CREATE TABLE public_copy.{schema}.{name} AS SELECT * FROM {schema}.{name}")  # noqa: S608
    for column, comment in columns:
        if comment:
            connection.execute(f'COMMENT ON COLUMN public_copy.{schema}.{name}."{column}" IS {literal(comment)}')
