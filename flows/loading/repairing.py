"""A landed file that is damaged or gone is repaired in place by its original: importing the same bytes again.

It keeps its moment and its position, so that a warehouse made anew comes to the same tables. A file from which records
were removed or erased since is not: its original would bring them back, so only a backup helps.
"""

from dataclasses import replace
from datetime import UTC, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flows.exits import LedgerDamagedError
from flows.loading import landing, proof
from flows.loading.landing import Landed
from flows.store import chain
from flows.store.chain import Entry
from flows.store.files import settle

if TYPE_CHECKING:
    from flows.sources.format import Format


_DAMAGES: frozenset[proof.Fault] = frozenset({"missing", "changed"})


class Originals:
    """What comes in, as the originals of what landed before; the chain is read once, for all of them."""

    def __init__(self, home: Path) -> None:
        self._home = home

    @cached_property
    def _stated(self) -> dict[str, Entry]:
        """The last entry about the content of each landed file, with when it came in."""
        stated: dict[str, Entry] = {}
        for entry in chain.read(self._home):
            if entry.kind in chain.CONTENT_KINDS | {"repaired"} and "path" in entry.facts:
                before = stated.get(entry.subject)
                stated[entry.subject] = replace(entry, facts={**(before.facts if before else {}), **entry.facts})
        return stated

    def may_hold(self, size: int) -> bool:
        """Whether a file of so many bytes may have landed before."""
        return any(entry.facts.get("bytes", size) == size for entry in self._stated.values())

    def repair(self, incoming: Path, form: "Format", platform: str, file_id: str) -> Landed | None:
        """The landed file that was damaged or gone and is whole again; None where these bytes repair nothing.

        `file_id` is the sha256 of the bytes.
        """
        entry = self._stated.get(file_id)
        if entry is None or not entry.content:
            return None
        landed = self._manifest(file_id)
        is_stated = landed is not None and entry.facts.get("manifest", landed.identity) == landed.identity
        if landed is None or landed.content != entry.content or not is_stated:
            landed = _as_landed(incoming, form, platform, entry)
        elif (flaw := proof.check_bytes(self._home, landed, [entry.content])) is None or flaw.fault not in _DAMAGES:
            return None
        written = landing.write_incoming(self._home, incoming, _bare(landed), holds_secrets=form.holds_secrets)
        draft = landing.draft_of(self._home, landed)
        if written.content != entry.content:
            draft.unlink()
            return None
        landed = replace(
            landed,
            rewritten=landed.rewritten or written.rewritten,
            masked=landed.masked or written.masked,
            packed=written.packed,
            cuts=written.cuts,
        )
        settle(draft, landing.stored_path(self._home, landed))
        landing.write_manifest(self._home, landed)
        chain.append(self._home, [landing.note_of(landed, "repaired")])
        return landed

    def _manifest(self, file_id: str) -> Landed | None:
        try:
            path = landing.manifest_path(self._home, file_id)
            return landing.read_manifest(path) if path is not None else None
        except LedgerDamagedError:
            return None


def _bare(landed: Landed) -> Landed:
    """A manifest as it was before anything was masked."""
    return replace(landed, rewritten=(), masked=0)


def _as_landed(incoming: Path, form: "Format", platform: str, entry: Entry) -> Landed:
    """The manifest that a file landed with, from the chain and the file itself."""
    path = Path(str(entry.facts["path"]))
    known_at, modified_at = entry.facts.get("landed_at"), entry.facts.get("modified_at")
    day = datetime.combine(datetime.fromisoformat(path.parent.name), time(), UTC)  # all that an older chain knows
    return Landed(
        entry.subject,
        form.kind,
        platform,
        form.name,
        incoming.name,
        datetime.fromisoformat(known_at) if known_at else day,
        int(entry.facts.get("position", 0)),
        incoming.stat().st_size,
        path.as_posix(),
        form.key,
        datetime.fromisoformat(modified_at) if modified_at else None,
    )
