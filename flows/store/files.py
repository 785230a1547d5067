"""Files that are whole or not there: written beside their place, on the disk, renamed into it, told by their hash.

A rename is believed only when the file and the folder that names it are on the disk: without that, a loss of power
leaves a name with nothing behind it. Folders are walked so that one that may not be read is never passed over.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from flows.exits import NoSpaceError


def hash_file(path: Path) -> str:
    """The sha256 of a file as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def draft_beside(path: Path) -> Path:
    """Where the content of a file is written before it takes its place: beside it, hidden, of this process alone."""
    return path.with_name(f".{path.name}.{os.getpid()}.draft")


def sync(path: Path) -> None:
    """Brings a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def settle(draft: Path, target: Path) -> None:
    """Puts a draft in the place of a file or link: when this returns the new content is there after a loss of power."""
    if not draft.is_symlink():
        sync(draft)
    os.replace(draft, target)  # noqa: PTH105 - one name for what a test of power losses watches
    sync(target.parent)


def settle_folder(draft: Path, target: Path) -> None:
    """Puts a complete folder in its place; files with other names elsewhere (hard links) are on the disk already."""
    for path in (*all_paths(draft), draft):
        if path.is_dir() or (path.stat().st_nlink == 1 and not path.is_symlink()):
            sync(path)
    os.rename(draft, target)  # noqa: PTH104 - as above
    sync(target.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file of its owner alone; readers see the old content or the new, whatever happens to the machine."""
    make_folder(path.parent)
    draft = draft_beside(path)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    settle(draft, path)


def make_folder(folder: Path) -> None:
    """Makes a folder of its owner alone, and those above it, on the disk."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync(folder.parent)


def all_paths(folder: Path, unreadable: list[OSError] | None = None) -> Iterator[Path]:
    """Everything below a folder, in the order of the names, what a folder holds before it; nothing where there is none.

    `Path.glob` passes over a folder that may not be read; here it raises, or is added to `unreadable`. Links are given
    and not followed.
    """
    try:
        with os.scandir(folder) as listing:
            inside = sorted(listing, key=lambda each: each.name)
    except FileNotFoundError:
        return
    except OSError as error:
        if unreadable is None:
            raise
        unreadable.append(error)
        return
    for each in inside:
        if each.is_dir(follow_symlinks=False):
            yield from all_paths(Path(each.path), unreadable)
        yield Path(each.path)


def files_in(folder: Path, suffix: str) -> list[Path]:
    """The files of a folder with a suffix, in the order of their names, without drafts.

    None where there is no folder; raises OSError for one that may not be read.
    """
    try:
        with os.scandir(folder) as listing:
            names = sorted(each.name for each in listing)
    except FileNotFoundError:
        return []
    return [folder / name for name in names if name.endswith(suffix) and not name.startswith(".")]


def require_space(folder: Path, needed: int, what: str) -> None:
    """Raises NoSpaceError, with how much is needed, where the disk of a folder has not that many bytes left."""
    there = folder
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free
    if free < needed:
        there_is = f"{_mebibytes(needed)} in {folder}, and {_mebibytes(free)} are free"
        raise NoSpaceError(f"{what} needs {there_is}; make room and run it again.")


def _mebibytes(size: int) -> str:
    return f"{-(-size >> 20):,} MiB"
