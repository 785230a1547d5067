"""A disk that forgets: what was written and not brought to the disk is gone when the power goes.

While `Disk` watches, every `os.fsync` and `os.fdatasync` is kept: of a file its content, of a folder the names in it.
`Disk.after(moment, target)` then writes the tree that a machine would find which lost power after that many of them:

- `names="synced"`: a folder has the names of its last fsync, a file the content of its last;
- `names="all"`: renames reached the disk before the contents they were for, which file systems may do; a file that was
  never brought to the disk is there and empty.

What a library writes on its own (the warehouse) is left out: it is made anew from what is there.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISDIR
from typing import Any, Literal

Names = Literal["synced", "all"]
Listing = dict[str, tuple[int, bool, str | None]]  # name -> inode, whether it is a folder, where a link leads
_LEFT_OUT = ("warehouse.duckdb", ".warehouse", "prefect", ".load-")


@dataclass
class Moment:
    """One fsync: the inode, its content or names, and all names in the tree at that time."""

    inode: int
    content: bytes | None
    names: Listing | None
    tree: dict[int, Listing]


@dataclass
class Disk:
    """The fsyncs below a folder, in their order."""

    root: Path
    moments: list[Moment] = field(default_factory=list)
    _held: list[int] = field(default_factory=list)  # open, so that no inode comes to stand for two files

    @contextmanager
    def watching(self) -> Iterator["Disk"]:
        """Keeps what is brought to the disk, as long as the block lasts."""
        before = {name: getattr(os, name) for name in ("fsync", "fdatasync")}
        self._start()
        for name, function in before.items():
            setattr(os, name, self._keeping(function))
        try:
            yield self
        finally:
            for name, function in before.items():
                setattr(os, name, function)
            for handle in self._held:
                os.close(handle)

    def _start(self) -> None:
        """What is there before is on the disk."""
        for folder, _, names in os.walk(self.root):
            for path in (Path(folder), *(Path(folder, name) for name in names)):
                if path.is_symlink() or path.name.startswith(_LEFT_OUT):
                    continue
                handle = os.open(path, os.O_RDONLY)
                self._note(handle)
                os.close(handle)

    def _keeping(self, function: Callable[[int], None]) -> Callable[[int], None]:
        def keep(handle: Any) -> None:
            function(handle)
            number = handle if isinstance(handle, int) else handle.fileno()
            if Path(f"/proc/self/fd/{number}").readlink().is_relative_to(self.root):
                self._note(number)

        return keep

    def _note(self, handle: int) -> None:
        facts = os.fstat(handle)
        self._held.append(os.dup(handle))
        if S_ISDIR(facts.st_mode):
            names, content = _listing(Path(f"/proc/self/fd/{handle}")), None
        else:
            names, content = None, Path(f"/proc/self/fd/{handle}").read_bytes()
        self.moments.append(Moment(facts.st_ino, content, names, self._tree()))

    def _tree(self) -> dict[int, Listing]:
        folders = [Path(folder) for folder, *_ in os.walk(self.root)]
        return {folder.stat().st_ino: _listing(folder) for folder in folders}

    def after(self, moments: int, target: Path, names: Names) -> None:
        """Writes what is found after so many fsyncs."""
        seen = self.moments[:moments]
        contents = {each.inode: each.content for each in seen if each.content is not None}
        listings = {each.inode: each.names for each in seen if each.names is not None}
        if names == "all" and seen:
            listings |= seen[-1].tree
        _write(self.root.stat().st_ino, target, listings, contents)


def _listing(folder: Path) -> Listing:
    with os.scandir(folder) as inside:
        return {
            each.name: (
                each.inode(),
                each.is_dir(follow_symlinks=False),
                str((folder / each.name).readlink()) if each.is_symlink() else None,
            )
            for each in inside
            if not each.name.startswith(_LEFT_OUT)
        }


def _write(inode: int, folder: Path, listings: dict[int, Listing], contents: dict[int, bytes]) -> None:
    folder.mkdir()
    for name, (inside, is_folder, link) in listings.get(inode, {}).items():
        if link is not None:
            (folder / name).symlink_to(link)
        elif is_folder:
            _write(inside, folder / name, listings, contents)
        else:
            (folder / name).write_bytes(contents.get(inside, b""))
