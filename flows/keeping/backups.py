"""`ronda backup`: what cannot be rebuilt, copied by content into a folder that keeps a few states of a home.

    files/<aa>/<sha256>       every content once, whichever state names it
    states/<moment>.json      one state: path -> sha256, size, permissions; what of the landing each content states

A run may go on meanwhile. The chain is read first; of the landing and the ledger what it states is taken, and a file
that is rewritten while it is copied is taken again with the chain as it is then. A file that is damaged is never taken:
what the last state had of it stays in the backup, and the backup says so.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.exits import Exit, LedgerDamagedError, UsageError
from flows.forgetting import copies
from flows.keeping.condition import Say
from flows.loading import landing, proof
from flows.loading.landing import Landed
from flows.progress import Advance
from flows.publishing import ledger
from flows.reviewing import log
from flows.settings import Settings
from flows.store import chain, warehouse
from flows.store.chain import Entry
from flows.store.files import all_paths, draft_beside, files_in, hash_file, require_space, settle, write_whole

KEPT_STATES = 4  # weekly backups of a month: what was erased is gone from the backup after as many
# What is made anew, or belongs to a moment: the rest of a home is taken, so that nothing new is forgotten.
_LEFT = (
    *("warehouse.", "desk.sqlite", "releases", "published", "prefect", "season"),
    *("file_states.json", "server.key", "backups.json"),
)
_LEFT_ENDS = (".lock", ".draft")
_FROM_CHAIN = ("landing", "ledger", "ledger_head.json")  # taken by the chain, not by what lies there
_TRIES = 3  # to take the landing while files of it are rewritten
_BLOCK = 1 << 20
_MARK = "ronda.backup"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a state: the sha256 and size of its bytes, its permissions, and what the chain states of it."""

    sha256: str
    size: int
    mode: int
    content: str = ""


class _ChangedMeanwhileError(Exception):
    """A file was rewritten while it was copied."""


def run_backup(settings: Settings, target: Path, say: Say, advance: Advance, *, drops_earlier: bool = False) -> Exit:
    """Adds a state of the home to a backup; REFUSED where something of the home is damaged and was left out.

    With `drops_earlier` all other states go, and with them what was forgotten since; not where something is damaged.
    """
    home, target = settings.home, target.expanduser().absolute()
    if not home.is_dir():
        raise UsageError(f"There is no home in {home}; set RONDA_HOME to the one that is meant.")
    if target.is_relative_to(home) or home.is_relative_to(target):
        raise UsageError(f"{target} and the home {home} lie within each other; choose a folder elsewhere.")
    with warehouse.backing_up(home):
        store = Store.opened(target)
        copy = _Copy(home, store, advance)
        files, lost = copy.take()
        name = store.keep(files)
        store.forget_old(1 if drops_earlier and not lost else KEPT_STATES)
        copies.note(home, target)
    say(f"{name}: {len(files):,} files, {copy.copied:,} of them new ({copy.bytes / 1e6:,.1f} MB), every copy proven.")
    if settings.author_key is not None:
        say("The key of the authors is a setting (RONDA_AUTHOR_KEY) and not in the backup: keep it with it.")
    for sentence in lost:
        say(f"left out: {sentence}")
    if drops_earlier:
        say("Earlier states stay, since something is damaged." if lost else "Earlier states are deleted.")
    return Exit.REFUSED if lost else Exit.DONE


class Store:
    """The folder of a backup."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def opened(cls, folder: Path) -> "Store":
        """The backup in a folder, which is made where it is absent or empty.

        Raises UsageError for one of somebody else.
        """
        store = cls(folder)
        if not (folder / _MARK).is_file():
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise UsageError(f"{folder} is not empty and no backup of ronda; give a folder of its own.")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_closed(folder / _MARK, b"A backup of ronda; `ronda restore` reads it.\n")
        folder.chmod(0o700)
        for name in ("files", "states"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        return store

    @property
    def states(self) -> list[Path]:
        """The states, oldest first."""
        return files_in(self.folder / "states", ".json")

    def place(self, digest: str) -> Path:
        """Where a content lies."""
        return self.folder / "files" / digest[:2] / digest

    def holds(self, digest: str, size: int) -> bool:
        """Whether a content is there, by its name and size."""
        path = self.place(digest)
        return path.is_file() and path.stat().st_size == size

    def keep(self, files: Mapping[str, Kept]) -> str:
        """Writes a state, which is what makes it one; gives its name."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        text = json.dumps({path: asdict(kept) for path, kept in sorted(files.items())}, indent=0)
        facts = {"files": json.loads(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}
        _write_closed(self.folder / "states" / f"{name}.json", json.dumps(facts, indent=0).encode())
        return name

    def forget_old(self, kept: int) -> None:
        """Deletes all states but the last ones, and the contents that no state names any more."""
        for path in self.states[:-kept]:
            path.unlink()
        named = {kept.sha256 for path in self.states for kept in read_state(path).values()}
        for path in list(all_paths(self.folder / "files")):
            if path.is_file() and path.name not in named:
                path.unlink()


def _write_closed(path: Path, content: bytes) -> None:
    """Writes a file of the backup, for its owner alone."""
    write_whole(path, content)
    path.chmod(0o600)


def read_state(path: Path) -> dict[str, Kept]:
    """The files of a state. Raises LedgerDamagedError for one that is not what was written."""
    try:
        facts: dict[str, Any] = json.loads(path.read_bytes())
        text = json.dumps(facts["files"], indent=0)
        files = {name: Kept(**kept) for name, kept in facts["files"].items()}
        is_whole = hashlib.sha256(text.encode()).hexdigest() == facts["sha256"]
    except (ValueError, KeyError, TypeError, AttributeError):
        is_whole, files = False, {}
    if not is_whole:
        raise LedgerDamagedError(f"The state {path} of the backup is damaged; delete it, or restore another state.")
    return files


class _Copy:
    """One backup under way."""

    def __init__(self, home: Path, store: Store, advance: Advance) -> None:
        self._home, self._store, self._advance = home, store, advance
        self._before = read_state(store.states[-1]) if store.states else {}
        self.copied = self.bytes = 0
        self._done = 0

    def take(self) -> tuple[dict[str, Kept], list[str]]:
        """The files of the home, copied; and a sentence for each that is damaged."""
        for _ in range(_TRIES):
            try:
                return self._take()
            except _ChangedMeanwhileError:
                continue
        raise LedgerDamagedError("Files of the landing change faster than they can be copied; run it again later.")

    def _take(self) -> tuple[dict[str, Kept], list[str]]:
        proof.settle(self._home, {})  # what is there and not chained is from before the chain, or from a killed run
        ledger.adopt(self._home)
        chained, head, entries = chain.snapshot(self._home)
        self._require_same_home(entries)
        files = {"ledger/chain.jsonl": self._write(chained), "ledger_head.json": self._write(head)}
        lost: list[str] = []
        inventory = proof.compare(self._home, proof.inspect(self._home), entries, {})
        total = sum(item.bytes for item in inventory.files)
        lost += self._take_landing(inventory, entries, files, total)
        lost += self._take_ledger(entries, files)
        if (desk := log.snapshot(self._home)) is not None:
            files[log.NAME] = self._write(desk)
        for path in self._others():
            files[path.relative_to(self._home).as_posix()] = self._copy(path)
        return files, lost

    def _require_same_home(self, entries: Sequence[Entry]) -> None:
        """A backup is of one home: its chain goes on from the one that was kept, or says that it was begun anew."""
        known = self._before.get("ledger/chain.jsonl")
        if known is None:
            return
        first = self._store.place(known.sha256).read_bytes().split(b"\n", 1)[0]
        is_same = bool(entries) and entries[0].digest == hashlib.sha256(first).hexdigest()
        is_restarted = bool(entries) and entries[0].kind == "repaired"
        if not (is_same or is_restarted):
            raise UsageError(f"{self._store.folder} is the backup of another home; give this one a folder of its own.")

    def _take_landing(
        self, inventory: proof.Inventory, entries: Sequence[Entry], files: dict[str, Kept], total: int
    ) -> list[str]:
        stated = chain.contents(entries)
        lost = {flaw.subject: flaw.sentence for flaw in inventory.flaws if flaw.fault != "orphan"}
        for item in inventory.files:
            if item.file_id not in stated:
                continue  # is landing at this moment: the next backup has it
            flaw = self._take_landed(item, stated[item.file_id], files)
            if flaw is not None:
                lost[item.file_id] = flaw.sentence
            self._done += item.bytes
            self._advance(self._done, max(total, self._done))
        return self._kept_before(lost, entries, files)

    def _take_landed(self, item: Landed, stated: Sequence[str], files: dict[str, Kept]) -> proof.Flaw | None:
        path = landing.stored_path(self._home, item)
        names = [path.relative_to(self._home).as_posix(), path.with_suffix(".json").relative_to(self._home).as_posix()]
        before = self._before.get(names[0])
        is_same = before is not None and before.content == stated[-1] and self._store.holds(before.sha256, before.size)
        if not is_same or before is None or not path.is_file() or path.stat().st_size != before.size:
            flaw = proof.check_bytes(self._home, item, stated)
            if flaw is not None:
                self._require_unchanged(item, stated)
                return flaw
            before = self._copy(path, content=stated[-1])
        files[names[0]] = before
        files[names[1]] = self._copy(path.with_suffix(".json"))
        return None

    def _require_unchanged(self, item: Landed, stated: Sequence[str]) -> None:
        """What looks damaged may be what another run has just rewritten."""
        now = chain.contents(chain.read(self._home)).get(item.file_id, ())
        if list(now) != list(stated):
            raise _ChangedMeanwhileError

    def _kept_before(self, lost: Mapping[str, str], entries: Sequence[Entry], files: dict[str, Kept]) -> list[str]:
        """Takes over from the last state what is damaged or gone now, where that is what the chain still states."""
        stated = chain.contents(entries)
        paths = {entry.subject: f"landing/{entry.facts['path']}" for entry in entries if "path" in entry.facts}
        sentences = []
        for subject, sentence in lost.items():
            file_id = next((each for each in paths if each[:32] == subject[:32]), subject)
            name = paths.get(file_id, "")
            before, manifest = self._before.get(name), self._before.get(str(Path(name).with_suffix(".json")))
            if before is not None and manifest is not None and before.content == stated.get(file_id, [""])[-1]:
                files[name], files[str(Path(name).with_suffix(".json"))] = before, manifest
                sentence = f"{sentence} The backup keeps it as it was before."  # noqa: PLW2901
            sentences.append(sentence)
        return sentences

    def _take_ledger(self, entries: Sequence[Entry], files: dict[str, Kept]) -> list[str]:
        damaged = ledger.damaged(self._home, entries)
        sentences = dict(zip(damaged, ledger.flaws(self._home, entries), strict=True))
        there = ledger.ledger_files(self._home)
        for subject, content in ledger.stated_contents(entries).items():
            if subject not in sentences:
                files[there[subject].relative_to(self._home).as_posix()] = self._copy(there[subject], content=content)
                continue
            kept = {name: each for name, each in self._before.items() if each.content == content}
            if kept:
                files |= kept
                sentences[subject] += " The backup keeps it as it was before."
        return list(sentences.values())

    def _others(self) -> Iterator[Path]:
        """What is taken as it lies there: files that are written whole, by rename."""
        for top in sorted(self._home.iterdir()):
            if top.name.startswith((".", *_LEFT)) or top.name in _FROM_CHAIN or top.name.endswith(_LEFT_ENDS):
                continue
            inside = all_paths(top) if top.is_dir() and not top.is_symlink() else iter((top,))
            for path in inside:
                if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                    yield path

    def _write(self, content: bytes) -> Kept:
        kept = Kept(hashlib.sha256(content).hexdigest(), len(content), 0o600)
        if not self._store.holds(kept.sha256, kept.size):
            target = self._store.place(kept.sha256)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _write_closed(target, content)
            self._count(kept)
        return kept

    def _copy(self, path: Path, content: str = "") -> Kept:
        """Copies a file, unless its content is there, and proves the copy by reading it again."""
        before = path.stat()
        digest = hash_file(path)
        kept = Kept(digest, before.st_size, before.st_mode & 0o777, content)
        if self._store.holds(digest, before.st_size):
            return kept
        target = self._store.place(digest)
        require_space(self._store.folder, before.st_size, f"The copy of {path.name}")
        target.parent.mkdir(mode=0o700, exist_ok=True)
        draft = draft_beside(target)
        with (
            path.open("rb") as stream,
            os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
        ):
            shutil.copyfileobj(stream, out, _BLOCK)
        if hash_file(draft) != digest:
            draft.unlink()
            raise _ChangedMeanwhileError
        settle(draft, target)
        self._count(kept)
        return kept

    def _count(self, kept: Kept) -> None:
        self.copied, self.bytes = self.copied + 1, self.bytes + kept.size
