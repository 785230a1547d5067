"""Arrivals: the paths given to an import land, each recognised by its content; what nobody can read is refused."""

import csv
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from flows import sources
from flows.exits import InputRefusedError
from flows.loading import landing, prepared
from flows.loading.landing import Landed
from flows.post import Post
from flows.settings import Settings
from flows.sources import collection
from flows.sources.format import Format
from flows.sources.reading import open_stream

COVERED_QUERY = "*"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the paths given to an import: landed files, and refusals as sentences."""

    landed: tuple[Landed, ...]
    known: int
    refusals: tuple[str, ...]


def _files_below(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(item for item in path.rglob("*") if item.is_file() and not item.name.startswith(".")))
        else:
            found.append(path)
    return found


def _declaration(platform: str, source: str, covers: tuple[date, date], folder: Path) -> Path:
    """A collection log that says: every day from first to last of this source was collected."""
    first, last = covers
    path = folder / f"covers-{platform}-{source}-{first}-{last}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(collection.CollectionDay._fields)
        for offset in range((last - first).days + 1):
            writer.writerow([platform, source, COVERED_QUERY, first + timedelta(days=offset), 1, 1, 1, ""])
    return path


def _platforms_in(path: Path, form: Format, platform: str) -> list[str]:
    """The platforms a file brings posts of; only a mixed file has to be read for it."""
    if platform != "mixed":
        return [platform]
    with open_stream(path) as stream:
        found = prepared.read_posts(form, stream, prepared.Sight())
        return sorted({post.platform for _, post in found if isinstance(post, Post)})


def _refuse_link(path: Path, given: Sequence[Path]) -> None:
    if path.is_symlink() and path not in given:
        raise InputRefusedError(f"{path} is a link to another file; import that file itself.")


def land_paths(
    settings: Settings, paths: Sequence[Path], landed_at: datetime, covers: tuple[date, date] | None = None
) -> Imported:
    """Lands files and folders of files, each recognised by its content; a file nobody can read is a refusal."""
    landed: list[Landed] = []
    refusals: list[str] = []
    known = 0

    def keep(path: Path, form: Format, platform: str) -> None:
        nonlocal known
        manifest, is_new = landing.land(settings.home, path, form, platform, landed_at=landed_at, position=len(landed))
        landed.append(manifest)
        known += not is_new

    with tempfile.TemporaryDirectory() as scratch:
        for path in _files_below(paths):
            try:
                _refuse_link(path, paths)
                form, platform = sources.recognise(path, settings)
            except InputRefusedError as refusal:
                refusals.append(str(refusal))
                continue
            keep(path, form, platform)
            if covers is not None and form.kind == "posts":
                for covered in _platforms_in(path, form, platform):
                    declaration = _declaration(covered, form.name, covers, Path(scratch))
                    keep(declaration, collection.FORMAT, covered)
    return Imported(tuple(landed), known, tuple(refusals))
