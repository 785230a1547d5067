"""What each published week was rendered from: its frames and conditions, kept to render its pages again.

Pages that print a post which is gone since are made anew from the same numbers without it. The folder is private and
holds those editions that stand in the release, each under the name of its folder there.
"""

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import reports
from flows.exits import LedgerDamagedError
from flows.periods import Week
from flows.publishing.state import code_version
from flows.settings import Settings
from flows.store.files import draft_beside, hash_file, make_folder, settle_folder, write_whole
from flows.store.runs import digest_of

if TYPE_CHECKING:
    import polars as pl

_FACTS = "edition.json"
_FRAMES = "frames"  # in the conditions: the hash of each file of a frame
_OF_SETTINGS = frozenset({"election", "code_version"})


def folder(home: Path, place: str) -> Path:
    """Where the edition of a place is kept."""
    return home / "editions" / place


def keep(home: Path, place: str, edition: reports.Edition, frames: Mapping[str, "pl.DataFrame"]) -> None:
    """Keeps an edition instead of the former one of its place."""
    import polars as pl

    target = folder(home, place)
    draft = draft_beside(target)
    make_folder(draft)
    for name, frame in frames.items():
        # Not as views, which bring along what was filtered out; packed, since each edition holds the history again.
        frame.write_ipc(draft / f"{name}.arrow", compression="zstd", compat_level=pl.CompatLevel.oldest())
    facts = {
        each.name: str(getattr(edition, each.name)) if each.name in ("week", "as_of") else getattr(edition, each.name)
        for each in fields(edition)
        if each.name not in _OF_SETTINGS
    }
    facts[_FRAMES] = {name: hash_file(draft / f"{name}.arrow") for name in sorted(frames)}
    facts["digest"] = digest_of(facts)
    write_whole(draft / _FACTS, json.dumps(facts, ensure_ascii=False).encode())
    shutil.rmtree(target, ignore_errors=True)
    settle_folder(draft, target)


def is_kept(home: Path, place: str) -> bool:
    """Whether the edition of a week is there; an earlier version of ronda kept none."""
    return (folder(home, place) / _FACTS).is_file()


def read(
    settings: Settings, place: str, names: Collection[str] | None = None
) -> "tuple[reports.Edition, dict[str, pl.DataFrame]] | None":
    """The edition of a week and its frames, or some of them; None of one that an earlier version published.

    Raises LedgerDamagedError for one that is not what was kept.
    """
    import polars as pl

    own = folder(settings.home, place)
    if not is_kept(settings.home, place):
        return None
    facts, damage = _facts(own, names)
    if damage:
        raise LedgerDamagedError(f"{damage}; put it aside with `ronda check --repair`, and run the same command again.")
    facts |= {"week": Week.parse(facts["week"]), "as_of": datetime.fromisoformat(facts["as_of"])}
    edition = reports.Edition(**facts, election=settings.election, code_version=code_version())
    paths = [path for path in sorted(own.glob("*.arrow")) if names is None or path.stem in names]
    return edition, {path.stem: pl.read_ipc(path.read_bytes()) for path in paths}


def _facts(folder: Path, names: Collection[str] | None) -> tuple[dict[str, Any], str]:
    """The conditions of an edition, and what is wrong with them or with some of its frames; its bytes are read."""
    try:
        facts: dict[str, Any] = json.loads((folder / _FACTS).read_bytes())
        kept: Mapping[str, str] = facts.get(_FRAMES, {})  # editions of the last version prove nothing
        if facts.pop("digest", digest_of(facts)) != digest_of(facts):
            return facts, f"{folder / _FACTS} is not what was written"
        del facts[_FRAMES]
    except (ValueError, AttributeError, OSError):
        return {}, f"{folder / _FACTS} cannot be read"
    except KeyError:
        return facts, ""
    for name, digest in kept.items():
        path = folder / f"{name}.arrow"
        if (names is None or name in names) and (not path.is_file() or hash_file(path) != digest):
            return facts, f"{path} is not what was written"
    return facts, ""


def damages(home: Path, *, reads_data: bool) -> dict[Path, str]:
    """The editions that are not what was kept, each with what is wrong; without their bytes only the conditions."""
    # editions in another language stand in a folder of theirs; drafts begin with a dot
    folders = sorted(path for pattern in ("[0-9]*", "[a-z]*/[0-9]*") for path in (home / "editions").glob(pattern))
    told = {folder: _facts(folder, None if reads_data else ())[1] for folder in folders}
    return {folder: damage for folder, damage in told.items() if damage}


def require(settings: Settings, place: str) -> "tuple[reports.Edition, dict[str, pl.DataFrame]]":
    """The edition of a week that is kept. Raises LedgerDamagedError where it is gone since."""
    edition = read(settings, place)
    if edition is None:
        raise LedgerDamagedError(f"The edition of {place} is gone from {settings.home}; publish the week again.")
    return edition
