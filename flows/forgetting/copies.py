"""Where the backups of a home lie: they hold what was forgotten since, until it leaves them too."""

import json
from pathlib import Path

from flows.store.files import write_whole


def places(home: Path) -> list[Path]:
    """The folders that the home was backed up into, or restored from, and that are there as far as can be seen."""
    try:
        known = [Path(each) for each in json.loads(_list(home).read_bytes())]
    except (FileNotFoundError, ValueError, TypeError):  # a convenience: the next backup writes it anew
        return []
    return [path for path in known if path.exists() or not path.parent.exists()]  # a disk may be put away


def note(home: Path, folder: Path) -> None:
    """Remembers the folder of a backup."""
    known = places(home)
    if folder not in known:
        write_whole(_list(home), json.dumps([str(each) for each in (*known, folder)], indent=1).encode() + b"\n")


def sentences(home: Path) -> list[str]:
    """What to do about every backup after something was forgotten."""
    return [
        f"The backup in {folder} may still hold it; run `ronda backup {folder} --drop-earlier`, which lets it go."
        for folder in places(home)
    ]


def _list(home: Path) -> Path:
    return home / "backups.json"
