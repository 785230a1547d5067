"""`ronda restore`: a state of a backup brought back into an empty home, and proven before it is said to be there."""

import json
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.exits import Exit, LedgerDamagedError, UsageError
from flows.forgetting import copies, erasure
from flows.keeping import checking
from flows.keeping.backups import Kept, Store, read_state
from flows.keeping.condition import Say
from flows.loading import erasures
from flows.loading.pending import load_pending
from flows.progress import Advance
from flows.publishing import publications
from flows.publishing.build import build_tables
from flows.settings import Settings
from flows.store import chain, warehouse
from flows.store.files import hash_file, make_folder, settle_folder
from flows.store.runs import recorded

_REQUESTS = f"ledger/{chain.ERASURES}/"


def run_restore(settings: Settings, source: Path, state: str | None, say: Say, advance: Advance) -> Exit:
    """Restores the last state of a backup, or a named one; the home is there when every file of it is, and not before.

    Raises UsageError for a home that is not empty and LedgerDamagedError for a backup that is damaged; REFUSED where
    the backup was taken of a home in which something was damaged.
    """
    home, store = settings.home, Store(source.expanduser().absolute())
    _require_empty(home)
    path = _state(store, state)
    files = read_state(path)
    requests = _forgotten_since(store, path, files)
    damaged = [name for name, kept in files.items() if not store.holds(kept.sha256, kept.size)]
    if damaged:
        raise LedgerDamagedError(f"{damaged[0]} is not in the backup {store.folder} any more; restore another state.")
    make_folder(home.parent)
    draft = home.with_name(f".{home.name}.{os.getpid()}.restored")
    try:
        _write(store, files, draft, advance)
        if home.exists():
            home.rmdir()  # empty, as it must be
        settle_folder(draft, home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    copies.note(home, store.folder)
    say(f"{path.stem}: {len(files):,} files are back in {home}.")
    left = _erase_again(settings, requests, say) if requests else []
    say(f"What was erased on request after {path.stem} is back where no later state knows of it: erase it again.")
    code = checking.run_check(settings, say, reads_data=True)
    say("Tables and reports are made anew: run `ronda rebuild`, then publish.")
    if weeks := sorted(publications.publications(home)):
        say(f"`ronda weekly --week {weeks[-1]}` publishes the last week that was published before.")
    return Exit.REFUSED if left else code


def _require_empty(home: Path) -> None:
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(f"{home} is not empty; a backup is restored into an empty home: set RONDA_HOME to one.")


def _forgotten_since(store: Store, path: Path, files: dict[str, Kept]) -> dict[str, dict[str, Any]]:
    """Adds to an earlier state the requests of erasure that the last one knows, and the records it overwrote.

    Gives what the chain of the last one says of each request; that of the earlier state knows nothing of them.
    """
    last = read_state(store.states[-1]) if path != store.states[-1] else {}
    requests = {name: kept for name, kept in last.items() if name.startswith(_REQUESTS) and name not in files}
    if not requests:
        return {}
    files |= {name: kept for name, kept in last.items() if name.startswith("runs/") and name in files}
    files |= requests
    lines = store.place(last["ledger/chain.jsonl"].sha256).read_bytes().splitlines()
    stated = {entry["subject"]: entry["facts"] for entry in map(json.loads, lines)}
    return {name: stated.get(f"{chain.ERASURES}/{Path(name).stem}", {}) for name in requests}


def _erase_again(settings: Settings, requests: Mapping[str, Mapping[str, Any]], say: Say) -> list[str]:
    """Loads what was restored, but for what was erased, and empties the places where that stands.

    The chain says of each request what it said before, which explains what published weeks lose. Gives a sentence for
    each place that resisted, which are said.
    """
    say(f"{len(requests):,} requests of erasure came after it and are carried out again.")
    with (
        warehouse.exclusive(settings.home),
        recorded(settings.home, "restore", {"requests": str(len(requests))}) as run,
    ):
        load_pending(settings, run)
        for name, facts in requests.items():
            erasures.close(settings.home, settings.home / name, facts)
        left = erasure.carry_out(settings, datetime.now(UTC), frozenset(), lambda _: None)
        build_tables(settings)
        run.note(held=left)
    for sentence in left:
        say(sentence)
    return left


def _state(store: Store, name: str | None) -> Path:
    names = [path.stem for path in store.states]
    if not names:
        raise UsageError(f"{store.folder} is no backup of ronda, or was not finished once; give the folder of one.")
    if name is not None and name not in names:
        raise UsageError(f"The backup {store.folder} has no state {name}; it has {', '.join(names)}.")
    return store.folder / "states" / f"{name or names[-1]}.json"


def _write(store: Store, files: dict[str, Kept], draft: Path, advance: Advance) -> None:
    draft.mkdir(mode=0o700)
    total, done = sum(kept.size for kept in files.values()), 0
    for name, kept in files.items():
        target = draft / name
        if not target.resolve().is_relative_to(draft.resolve()):
            raise LedgerDamagedError(
                f"The backup {store.folder} names a file outside of the home ({name}); it was changed."
            )
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(store.place(kept.sha256), target)
        target.chmod(kept.mode)
        if hash_file(target) != kept.sha256:
            raise LedgerDamagedError(f"{name} in the backup {store.folder} is damaged; restore another state.")
        done += kept.size
        advance(done, total)
