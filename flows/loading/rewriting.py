"""Landed files rewritten without what must go: its records become tombstones, all others stay byte for byte."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flows import sources
from flows.exits import InputRefusedError
from flows.loading import landing, proof, reading
from flows.loading.landing import Landed
from flows.processes import later
from flows.settings import Settings
from flows.sources.erasing import Erasing
from flows.sources.tombstone import Key
from flows.store import chain
from flows.store.chain import Kind

PAGED = {source.name: source for source in sources.SOURCES}  # landed files of these are pages
_TOGETHER = 16  # files whose drafts lie on the disk at once


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a rewriting came to: records that became tombstones, and what these said (texts and addresses)."""

    records: int = 0
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Draft:
    """Other content of a landed file: where it lies, its hash, and the format that the file was read as."""

    path: Path
    digest: str
    format: str
    rewritten: Rewritten


def rewrite(
    settings: Settings, item: Landed, gone: Collection[Key], now: datetime, kind: Kind = "removed"
) -> Rewritten:
    """Rewrites one file without some posts; of erased and expired ones the rows of review sheets go whole.

    Safe to repeat and to interrupt. Raises InputRefusedError for a file that nobody can read or that is not what
    landed.
    """
    stated = chain.contents(chain.read(settings.home)).get(item.file_id, ())
    return _take(settings, item, _draft(settings, item, gone, stated, kind), now, kind)


def rewrite_each(
    settings: Settings, works: Sequence[tuple[Landed, Collection[Key]]], now: datetime
) -> Iterator[tuple[Landed, Rewritten | Exception]]:
    """Rewrites files without posts that are removed; gives what each came to, or the error that it met, in their order.

    The helper of a run writes every second draft. Each file is as `rewrite` leaves it before it is given.
    """
    for first in range(0, len(works), _TOGETHER):
        part = works[first : first + _TOGETHER]
        stated = chain.contents(chain.read(settings.home))
        drafted = [
            later(_draft, settings, item, gone, stated.get(item.file_id, ()), "removed") if number % 2 else None
            for number, (item, gone) in enumerate(part)
        ]
        for (item, gone), draft in zip(part, drafted, strict=True):
            try:
                own = draft() if draft else _draft(settings, item, gone, stated.get(item.file_id, ()), "removed")
                yield item, _take(settings, item, own, now, "removed")
            except (InputRefusedError, ValueError, OSError) as error:
                yield item, error


def _draft(settings: Settings, item: Landed, gone: Collection[Key], stated: Sequence[str], kind: Kind) -> _Draft:
    """Writes the content of a file without some posts beside it; `stated` are the contents that the chain knows."""
    flaw = proof.check_bytes(settings.home, item, stated)
    if flaw is not None and flaw.stops:
        raise InputRefusedError(flaw.sentence)
    form = reading.fitted(settings, item)
    erasing = Erasing(form, gone, goes_whole=kind != "removed")
    with reading.opened(settings.home, item) as stream:
        source = PAGED.get(item.source)
        content = erasing.content(stream) if source is None else erasing.pages(stream, source)
        digest = landing.write_draft(settings.home, item, content)
    rewritten = Rewritten(erasing.erased, frozenset(erasing.words))
    return _Draft(landing.draft_of(settings.home, item), digest, form.key, rewritten)


def _take(settings: Settings, item: Landed, draft: _Draft, now: datetime, kind: Kind) -> Rewritten:
    """Puts a draft in the place of its file, where it is another one."""
    records = draft.rewritten.records
    if not records:
        draft.path.unlink()
        return Rewritten()
    draft.path.replace(landing.draft_of(settings.home, item))  # from now on it is this process's, whoever wrote it
    landing.take_draft(settings.home, replace(item, format=draft.format), draft.digest, records, now, kind=kind)
    return draft.rewritten
