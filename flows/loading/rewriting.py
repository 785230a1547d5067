"""Landed files rewritten without what must go: its records become tombstones, all others stay byte for byte."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from flows import sources
from flows.exits import InputRefusedError
from flows.loading import landing, proof, reading
from flows.loading.landing import Landed
from flows.settings import Settings
from flows.sources.erasing import Erasing
from flows.sources.tombstone import Key
from flows.store import chain
from flows.store.chain import Kind

PAGED = {source.name: source for source in sources.SOURCES}  # landed files of these are pages


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a rewriting came to: records that became tombstones, and what these said (texts and addresses)."""

    records: int = 0
    words: frozenset[str] = frozenset()


def rewrite(
    settings: Settings, item: Landed, gone: Collection[Key], now: datetime, kind: Kind = "removed"
) -> Rewritten:
    """Rewrites one file without some posts; of erased and expired ones the rows of review sheets go whole.

    Safe to repeat and to interrupt. Raises InputRefusedError for a file that nobody can read or that is not what
    landed.
    """
    stated = chain.contents(chain.read(settings.home)).get(item.file_id, ())
    flaw = proof.check_bytes(settings.home, item, stated)
    if flaw is not None and flaw.stops:
        raise InputRefusedError(flaw.sentence)
    form = reading.fitted(settings, item)
    erasing = Erasing(form, gone, goes_whole=kind != "removed")
    with reading.opened(settings.home, item) as stream:
        source = PAGED.get(item.source)
        content = erasing.content(stream) if source is None else erasing.pages(stream, source)
        digest = landing.write_draft(settings.home, item, content)
    if not erasing.erased:
        landing.draft_of(settings.home, item).unlink()
        return Rewritten()
    landing.take_draft(settings.home, replace(item, format=form.key), digest, erasing.erased, now, kind=kind)
    return Rewritten(erasing.erased, frozenset(erasing.words))
