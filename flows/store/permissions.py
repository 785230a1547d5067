"""Who may read a home: the account of ronda alone, and of the releases a group where the office wants it.

New files are closed by the umask that `flows.settings.load_settings` sets; what an earlier version wrote, or a hand
copied, is corrected here.
"""

import stat
from collections.abc import Iterator
from pathlib import Path

from flows.store.files import all_paths

_FOLDER, _FILE = 0o700, 0o600
_FOLDER_OF_GROUP, _FILE_OF_GROUP = 0o750, 0o640
_WAY_OF_GROUP = 0o710  # a folder that a group passes through and cannot list
_WRITE = 0o222


def open_release(release: Path, *, to_group: bool) -> None:
    """Gives a release and everything in it the permissions of what is published; files that are read-only stay so."""
    for path in (release, *all_paths(release)):
        _correct(path, _of_release(path, to_group=to_group))


def permission_flaws(home: Path, *, to_group: bool = False) -> list[str]:
    """A sentence where files or folders of a home are open to other accounts, or a release is closed to the group.

    `to_group` is the setting `published_to_group`.
    """
    wrong = [path for path, wanted in _wanted(home, to_group=to_group) if _mode(path) != wanted]
    if not wrong:
        return []
    first = wrong[0].relative_to(home) if wrong[0] != home else home
    return [
        f"{len(wrong):,} files or folders of {home} have other permissions than they should, the first of them "
        f"{first}; correct them with `ronda check --repair`."
    ]


def correct_permissions(home: Path, *, to_group: bool = False) -> int:
    """Closes everything in a home to other accounts, but for the releases to the group; gives how many were changed.

    Raises PermissionError for what belongs to another account.
    """
    return sum(_correct(path, wanted) for path, wanted in list(_wanted(home, to_group=to_group)))


def correct_home(home: Path, *, to_group: bool) -> None:
    """The same for the folder itself and that of the releases, which costs nothing."""
    for path in (home, home / "releases"):
        if path.is_dir():
            _correct(path, _WAY_OF_GROUP if to_group else _FOLDER)


def _wanted(home: Path, *, to_group: bool) -> Iterator[tuple[Path, int]]:
    """Every file and folder of a home, with the permissions it should have; links have none of their own."""
    releases = home / "releases"
    for path in (home, *all_paths(home)):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            continue
        if path in (home, releases):
            yield path, _WAY_OF_GROUP if to_group else _FOLDER
        elif path.is_relative_to(releases) and not path.relative_to(releases).parts[0].startswith("."):
            yield path, _of_release(path, to_group=to_group)
        else:
            yield path, _as_written(path, _FOLDER if path.is_dir() else _FILE)


def _of_release(path: Path, *, to_group: bool) -> int:
    folder, file = (_FOLDER_OF_GROUP, _FILE_OF_GROUP) if to_group else (_FOLDER, _FILE)
    return _as_written(path, folder if path.is_dir() else file)


def _as_written(path: Path, wanted: int) -> int:
    """A file that its owner may not write to stays so."""
    return wanted if _mode(path) & stat.S_IWUSR else wanted & ~_WRITE


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _correct(path: Path, wanted: int) -> bool:
    if path.is_symlink() or _mode(path) == wanted:
        return False
    path.chmod(wanted)
    return True
