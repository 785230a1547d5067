"""Arrivals: the paths given to an import land, each recognised by its content; what nobody can read is refused."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path

from flows import sources
from flows.exits import InputRefusedError
from flows.loading import landing
from flows.loading.landing import Landed
from flows.loading.repairing import Originals
from flows.progress import Advance, unseen
from flows.settings import Settings
from flows.sources.format import Format
from flows.store.files import all_paths, hash_file

# What operating systems and offices leave beside the files of people; nobody meant to import it.
_JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
_JUNK_STARTS = (".", "~$")
_JUNK_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information"})


@dataclass(frozen=True, slots=True)
class Found:
    """The files below the paths given to an import, in order, and how many were left out as junk of other programs.

    `refusals` has a sentence for every folder that may not be read.
    """

    files: tuple[Path, ...]
    junk: int
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of the paths given to an import: landed files, which of them are new here, refusals, junk.

    `repaired` are the names of landed files that were damaged or gone, and are what they were again.
    """

    landed: tuple[Landed, ...]
    new: frozenset[str]  # ids of those that had not landed before
    refusals: tuple[str, ...]
    junk: int
    repaired: tuple[str, ...] = ()


def is_junk(path: Path, root: Path) -> bool:
    """Whether a file below the folder `root` is what a system or an office program left there."""
    name = path.name.lower()
    folders = {part.lower() for part in path.relative_to(root).parts[:-1]}
    return name in _JUNK_NAMES or name.startswith(_JUNK_STARTS) or bool(folders & _JUNK_FOLDERS)


def files_below(paths: Iterable[Path]) -> Found:
    """Every file of the given paths; a file that is named itself is never junk.

    Raises InputRefusedError for a folder without a file.
    """
    files: list[Path] = []
    junk = 0
    unreadable: list[OSError] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(item for item in all_paths(path, unreadable) if item.is_file())
        kept = [item for item in inside if not is_junk(item, path)]
        if not kept and not unreadable:
            only = f" but {len(inside)} of the system's own" if inside else ""
            raise InputRefusedError(f"The folder {path} holds no files{only}; give the folder or file of the exports.")
        files += kept
        junk += len(inside) - len(kept)
    return Found(tuple(files), junk, tuple(landing.unreadable_sentence(error) for error in unreadable))


def told(files: Sequence[Path], advance: Advance) -> Iterator[Path]:
    """The files one after the other; `advance` is told the bytes of those that are through."""
    sizes = [path.stat().st_size if path.is_file() else 0 for path in files]
    total = sum(sizes)
    for path, through in zip(files, accumulate(sizes, initial=0), strict=False):
        advance(through, total)
        yield path
    advance(total, total)


def _refuse_link(path: Path, paths: Sequence[Path]) -> None:
    if path.is_symlink() and path not in paths:
        raise InputRefusedError(f"{path} is a link to another file; import that file itself.")


def recognised(settings: Settings, path: Path, paths: Sequence[Path]) -> tuple[Format, str]:
    """The format and the platform of a file that was found. Raises InputRefusedError when nobody can read it."""
    _refuse_link(path, paths)
    return sources.recognise(path, settings)


def land_paths(settings: Settings, paths: Sequence[Path], landed_at: datetime, advance: Advance = unseen) -> Arrived:
    """Lands files and folders of files, each recognised by its content; a file nobody can read is a refusal.

    `advance` is told the bytes of the files that are through. Raises InputRefusedError for a folder without a file.
    """
    landed: list[Landed] = []
    new: set[str] = set()
    listing = files_below(paths)
    refusals = list(listing.refusals)
    originals, repaired = Originals(settings.home), list[str]()
    for path in told(listing.files, advance):
        try:
            form, platform = recognised(settings, path, paths)
            file_id = hash_file(path) if originals.may_hold(path.stat().st_size) else None
            if file_id and (item := originals.repair(path, form, platform, file_id)) is not None:
                landed.append(item)
                repaired.append(item.file)
                continue
            item, is_new = landing.land(
                settings.home, path, form, platform, landed_at=landed_at, position=len(landed), file_id=file_id
            )
        except InputRefusedError as refusal:
            refusals.append(str(refusal))
            continue
        landed.append(item)
        if is_new:
            new.add(item.file_id)
    return Arrived(tuple(landed), frozenset(new), tuple(refusals), listing.junk, tuple(repaired))
