"""Rewritings of landed files that were killed: what can be finished of them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import zstandard

from flows.loading import landing, proof
from flows.loading.landing import Landed
from flows.store.files import settle


def finished_draft(home: Path, item: Landed, stated: Sequence[str]) -> Path | None:
    """The draft that a killed rewriting of a landed file was about to put in its place; None where it is not whole."""
    target = landing.stored_path(home, item)
    for path in sorted(target.parent.glob(f".{target.name}.*.draft")):
        try:
            if proof.content_of(path, item) == stated[-1]:
                return path
        except (OSError, zstandard.ZstdError):
            continue
    return None


def finish(home: Path, item: Landed, draft: Path, moment: datetime) -> None:
    """Finishes the rewriting of a landed file with its draft; the chain states the new content already.

    `moment` is when it was begun. How many records were erased only the run knew that was killed.
    """
    digest = proof.content_of(draft, item)
    if item.content != digest:
        landing.note_rewritten(home, item, digest, 0, moment)
    settle(draft, landing.stored_path(home, item))
