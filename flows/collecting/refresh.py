"""Stored posts looked at again: what is gone from its platform becomes a tombstone, in the warehouse and the landing.

Silence is no proof. A look that finds nothing at all is not believed (a lost permission looks the same as a purge);
then nothing is removed and a person is told. What could not be decided is looked at again when all others had their
turn, so that it keeps nobody waiting.
"""

import csv
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flows import sources
from flows.collecting import gone, watch_list
from flows.collecting.pull import Observe, Pulled, configured, pull, state_folder
from flows.loading import landing, proof, rewriting
from flows.method import METHOD
from flows.settings import Settings
from flows.sources import removals
from flows.sources.pacing import Clock
from flows.sources.source import Source, Stored
from flows.sources.walking import Walk
from flows.store import warehouse
from flows.store.files import hash_file
from flows.store.watch_history import read_state, write_state


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look: removals by reason, and sentences for a person."""

    removed: int = 0
    seen: int = 0
    failures: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The counts in one line."""
        return f"{self.seen:,} posts looked at again and found, {self.removed:,} gone"


def plan_looks(settings: Settings, source: Source, posts: Iterable[Stored], now: datetime) -> list[Walk]:
    """The walks that look at stored posts of the platform of one source."""
    today = now.astimezone(settings.election.zone).date()
    watched = watch_list.read_watched(settings)[source.platform]
    looks = source.looks([post for post in posts if post.platform == source.platform], watched)
    return [Walk(source.name, source.platform, name, "look", today, today, target) for name, target in looks]


def look_again(settings: Settings, clock: Clock, posts: list[Stored], observe: Observe | None = None) -> Looked:
    """Looks at posts, and lands the removal list of those that are gone. Loads nothing."""
    now = clock.now()
    turns = state_folder(settings) / "undecided.json"
    asked = read_state(turns)
    posts = gone.in_turn(posts, asked)
    undecided: set[tuple[str, str]] = set()
    missing: dict[tuple[str, str], str] = {}
    failures: list[str] = []
    sentences: list[str] = []
    seen = 0
    for name in configured(settings):
        source = sources.source_named(name)
        looks = plan_looks(settings, source, posts, now)
        for done in pull(settings, name, clock, looks, observe):
            seen += len(done.found)
            failures += [done.failure] if done.failure else []
            sentences += done.sentences
            undecided |= {(source.platform, source.stored_id(each)) for each in done.refused}
            looked = {(source.platform, source.stored_id(each)): reason for each, reason in done.missing.items()}
            if (doubt := _doubt(done)) is not None:
                failures += [] if done.failure else [doubt]
                undecided |= looked.keys()
                continue
            missing |= looked
    write_state(turns, gone.noted(asked, posts, undecided, now))
    _land_removals(settings, missing, clock.now())
    return Looked(len(missing), seen, tuple(failures), tuple(sentences))


def _doubt(done: Pulled) -> str | None:
    """Why what seems gone is not believed to be: nothing at all was there. None where it is believed."""
    gone_or_refused = len(done.missing) + len(done.refused)
    if gone_or_refused < METHOD.doubtful_looks or done.found or done.is_vouched:
        return None
    return (
        f"{done.source}: all {gone_or_refused:,} posts looked at seem gone, which is not believed; check the token's"
        " permissions, then run `ronda extract --refresh` again."
    )


def _land_removals(settings: Settings, missing: dict[tuple[str, str], str], now: datetime) -> None:
    if not missing:
        return
    moment = now.astimezone(UTC).isoformat(timespec="seconds")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"removals-{now:%Y%m%dT%H%M%S}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(("platform", "post_id", "gone_at", "reason"))
            for (platform, post_id), reason in sorted(missing.items()):
                writer.writerow((platform, post_id, moment, reason if reason in removals.REASONS else "unknown"))
        landing.land(settings.home, path, removals.FORMAT, "mixed", landed_at=now, position=2)


# ------------------------------------------------------------------------------------------ erasing the words


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of an erasing: records that became tombstones, and a sentence for every file that resisted."""

    records: int = 0
    files: int = 0
    left: tuple[str, ...] = ()
    words: frozenset[str] = field(default=frozenset(), repr=False)  # what the records said

    def sentence(self) -> str:
        """The counts in one line."""
        return f"{self.records:,} records erased in {self.files:,} files of the landing"


_UNASKED = ("outside", "window")  # in the notes: the records a file holds of days nobody asked for


def erase(settings: Settings, now: datetime) -> Erased:
    """Takes removed posts out of everything the home keeps verbatim: landing, inbox and the warehouse's free space.

    Landed records of removed posts become tombstones in every format, and so do records of days that were never asked
    for, which Instagram lists besides. The caller holds the warehouse. Safe to repeat and to interrupt: a file is noted
    as done after its new content stands.
    """
    notes = state_folder(settings) / "erased.txt"
    done = gone.read_erased(notes)
    seen = proof.inspect(settings.home)
    landed = {item.file_id: item for item in seen.files}
    paged = {item.file_id: item.platform for item in landed.values() if item.source in rewriting.PAGED}
    sheets = {item.file_id for item in landed.values() if item.kind == "review"}
    with warehouse.opened(settings.home) as connection:
        waiting = gone.still_written(connection, done, paged, sheets)
        unasked = gone.unasked(connection) - {file_id for file_id, *rest in done if tuple(rest) == _UNASKED}
    empty_inbox(settings, set(waiting))
    words: set[str] = set()
    records, files, left = 0, 0, [flaw.sentence for flaw in seen.flaws if flaw.stops]
    wanted = {file_id: waiting.get(file_id, set()) for file_id in sorted(waiting.keys() | (unasked & paged.keys()))}
    left += [
        f"The landed file {file_id[:32]} holds {len(keys):,} removed posts and is not there; restore it."
        for file_id, keys in wanted.items()
        if file_id not in landed
    ]
    works = [(landed[file_id], keys) for file_id, keys in wanted.items() if file_id in landed]
    for item, erased in rewriting.rewrite_each(settings, works, now):
        keys = wanted[item.file_id]
        if isinstance(erased, Exception):
            what = f"{item.file} holds {len(keys):,} removed posts"
            left.append(f"{what} and cannot be rewritten ({erased}); restore it from a backup, then run it again.")
            continue
        is_unasked = item.file_id in unasked
        gone.note_erased(notes, item.file_id, sorted(keys | {_UNASKED} if is_unasked else keys))
        records, files, words = records + erased.records, files + (erased.records > 0), words | erased.words
    if gone.forget_notes(settings.home) + (
        gone.forget_excerpts(settings.home, set().union(*waiting.values())) if waiting else 0
    ):
        warehouse.compact(settings.home)
    return Erased(records, files, tuple(left), frozenset(words))


def empty_inbox(settings: Settings, file_ids: set[str]) -> None:
    """Deletes imported files that lie in the inbox's folder of what is done, where they hold removed posts."""
    folder = settings.home / "inbox" / "done"
    for path in sorted(folder.iterdir()) if file_ids and folder.is_dir() else ():
        if path.is_file() and hash_file(path) in file_ids:
            path.unlink()
