"""Small states of the extraction that outlive a run, and the history of what was watched.

The history is a fact that nothing else holds, so it lies in the ledger of the home: one file a version.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.store import chain
from flows.store.files import files_in, hash_file, write_whole


def read_state(path: Path) -> dict[str, Any]:
    """A state that was kept; empty when there is none or it is damaged."""
    try:
        facts = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def write_state(path: Path, facts: Mapping[str, Any]) -> None:
    """Keeps a state; readers see the old or the new."""
    write_whole(path, json.dumps(facts, ensure_ascii=False, indent=1).encode())


def _folder(home: Path) -> Path:
    return home / "ledger" / "watch"


Lists = Mapping[str, Mapping[str, list[str]]]


def note_watch(
    home: Path, version: str, lists: Lists, since: datetime, registered: Mapping[str, int] | None = None
) -> bool:
    """Notes what is watched from now on; False when it is what was watched before.

    `registered` says how many accounts of the register are watched beside these lists, which do not name them.
    """
    history = read_watch(home)
    if history and history[-1]["version"] == version:
        return False
    facts = {"version": version, "since": since.isoformat(timespec="seconds"), "lists": lists}
    facts |= {"registered": dict(registered)} if registered and any(registered.values()) else {}
    name = f"{since:%Y%m%dT%H%M%S}-{version}.json"
    path = _folder(home) / name
    write_whole(path, _as_bytes(facts))
    chain.append(home, [chain.Note("watched", watch_subject(path), hash_file(path))])
    return True


def _as_bytes(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1).encode()


def forget_accounts(home: Path, goes: Callable[[str, str], bool]) -> int:
    """Takes accounts (platform, name) out of every version of the history; gives how many names there were.

    They are counted on. The chain states the new content first, so that a run killed in between can be repeated.
    """
    forgotten = 0
    for path in watch_files(home):
        facts = json.loads(path.read_bytes())
        counts = dict(facts.get("registered", {}))
        gone = 0
        for platform, lists in facts["lists"].items():
            kept = [name for name in lists.get("accounts", []) if not goes(platform, name)]
            if count := len(lists.get("accounts", [])) - len(kept):
                lists["accounts"] = kept
                counts[platform] = counts.get(platform, 0) + count
                gone += count
        if gone:
            content = _as_bytes({**facts, "registered": counts})
            digest = hashlib.sha256(content).hexdigest()
            chain.append(home, [chain.Note("watched", watch_subject(path), digest, {"forgotten": gone})])
            write_whole(path, content)
            forgotten += gone
    return forgotten


def watch_files(home: Path) -> list[Path]:
    """The files of the history, oldest first."""
    return files_in(_folder(home), ".json")


def watch_subject(path: Path) -> str:
    """What the chain calls a version of what is watched."""
    return f"watch/{path.stem}"


def read_watch(home: Path) -> list[dict[str, Any]]:
    """Every version of what was watched, oldest first."""
    return [json.loads(path.read_bytes()) for path in watch_files(home)]
