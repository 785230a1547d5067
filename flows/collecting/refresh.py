"""Stored posts looked at again: what is gone from its platform becomes a tombstone, in the warehouse and the landing.

Silence is no proof. A look that finds nothing at all is not believed (a lost permission looks the same as a purge);
then nothing is removed and a person is told.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from flows import sources
from flows.collecting import gone, watch_list
from flows.collecting.gone import Stored
from flows.collecting.pull import configured, pull, state_folder
from flows.exits import InputRefusedError
from flows.loading import landing
from flows.loading.landing import Landed
from flows.settings import Settings
from flows.sources import facebook_graph, instagram_graph, removals, tiktok_research
from flows.sources.erasing import Erasing
from flows.sources.fields import facebook_post_id
from flows.sources.pacing import Clock
from flows.sources.reading import open_stream, sample
from flows.sources.walking import Walk
from flows.store import warehouse
from flows.store.files import hash_file

FACEBOOK_LOOKS = 200  # posts of one walk; one request each
MOST_FACEBOOK_LOOKS = 2_000  # a run; the longest unseen first
DOUBTFUL = 5  # posts gone and none found: too many to be believed
_TIKTOK_URL = "tiktok.com/@"


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


def plan_looks(settings: Settings, source: str, posts: Iterable[Stored], now: datetime) -> list[Walk]:
    """The walks that look at stored posts of one source."""
    today = now.astimezone(settings.election.zone).date()

    def walk(platform: str, name: str, target: Mapping[str, object]) -> Walk:
        return Walk(source, platform, name, "look", today, today, target)

    mine = [post for post in posts if post.platform == _PLATFORMS[source]]
    made: list[Walk] = []
    if source == tiktok_research.SOURCE:
        for number, share in enumerate(_shares(mine, tiktok_research.LOOKED_AT_ONCE)):
            owners = {post.post_id: _owner(post.url) for post in share}
            target = {"ids": [post.post_id for post in share], "owners": owners}
            made.append(walk("tiktok", f"look-{number}", target))
    elif source == facebook_graph.SOURCE:
        ids = [full for post in mine if (full := _graph_id(post)) is not None]
        for number, some in enumerate(_shares(ids[:MOST_FACEBOOK_LOOKS], FACEBOOK_LOOKS)):
            made.append(walk("facebook", f"look-{number}", {"ids": some}))
    else:
        watched = set(watch_list.read_watched(settings)["instagram"].accounts)
        by_account: dict[str, list[str]] = {}
        for post in mine:
            account = (post.query or "").removeprefix("account:")
            if account in watched:
                by_account.setdefault(account, []).append(post.post_id)
        for account, some in sorted(by_account.items()):
            made.append(walk("instagram", f"look-{account}", {"account": account, "ids": some}))
    return made


_PLATFORMS = {
    tiktok_research.SOURCE: "tiktok",
    facebook_graph.SOURCE: "facebook",
    instagram_graph.SOURCE: "instagram",
}


_T = TypeVar("_T")


def _shares(items: list[_T], size: int) -> Iterator[list[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _owner(url: str | None) -> str | None:
    if url is None or _TIKTOK_URL not in url:
        return None
    return url.partition(_TIKTOK_URL)[2].partition("/")[0] or None


def _graph_id(post: Stored) -> str | None:
    """`page_post`: the Page is named by the query that found the post, or by its address."""
    page = (post.query or "").removeprefix("account:")
    if not page.isdecimal() and post.url is not None and facebook_post_id(post.url) == post.post_id:
        page = post.url.partition("facebook.com/")[2].partition("/")[0]
    return f"{page}_{post.post_id}" if page.isdecimal() and post.post_id.isdecimal() else None


def look_again(settings: Settings, clock: Clock, posts: list[Stored]) -> Looked:
    """Looks at posts, and lands the removal list of those that are gone. Loads nothing."""
    now = clock.now()
    missing: dict[tuple[str, str], str] = {}
    failures: list[str] = []
    sentences: list[str] = []
    seen = 0
    for source in configured(settings):
        looks = plan_looks(settings, source, posts, now)
        for done in pull(settings, source, clock, looks):
            seen += len(done.found)
            failures += [done.failure] if done.failure else []
            sentences += done.sentences
            if len(done.missing) >= DOUBTFUL and not done.found:
                failures.append(
                    f"{source}: all {len(done.missing):,} posts looked at seem gone, which is not believed; "
                    "check the token's permissions, then run `ronda extract --refresh` again."
                )
                continue
            missing |= {_key(source, post_id): reason for post_id, reason in done.missing.items()}
    _land_removals(settings, missing, clock.now())
    return Looked(len(missing), seen, tuple(failures), tuple(sentences))


def _key(source: str, post_id: str) -> tuple[str, str]:
    platform = _PLATFORMS[source]
    return platform, post_id.rpartition("_")[2] if platform == "facebook" else post_id


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
        landing.land(settings.home, path, kind="posts", platform="mixed", source="removals", landed_at=now, position=2)


# ------------------------------------------------------------------------------------------ erasing the words


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of an erasing: records that became tombstones, and a sentence for every file that resisted."""

    records: int = 0
    files: int = 0
    left: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The counts in one line."""
        return f"{self.records:,} records erased in {self.files:,} files of the landing"


_UNASKED = ("outside", "window")  # in the notes: the records a file holds of days nobody asked for
_STALE = timedelta(days=1)


def erase(settings: Settings, now: datetime) -> Erased:
    """Takes removed posts out of everything the home keeps verbatim: landing, inbox and the warehouse's free space.

    Landed records of removed posts become tombstones in every format, and so do records of days that were never asked
    for, which Instagram lists besides. The caller holds the warehouse. Safe to repeat and to interrupt: a file is noted
    as done after its new content stands.
    """
    notes = state_folder(settings) / "erased.txt"
    done = gone.read_erased(notes)
    landed = {item.file_id: item for item in landing.landed_files(settings.home)}
    paged = {item.file_id: item.platform for item in landed.values() if item.source in _PLATFORMS}
    with warehouse.opened(settings.home) as connection:
        waiting = gone.still_written(connection, done, paged)
        unasked = gone.unasked(connection) - {file_id for file_id, *rest in done if tuple(rest) == _UNASKED}
    landing.clear_drafts(settings.home, datetime.now(UTC) - _STALE)
    _empty_inbox(settings, set(waiting))
    records, files, left = 0, 0, []
    for file_id in sorted(waiting.keys() | (unasked & paged.keys())):
        keys = waiting.get(file_id, set())
        try:
            erased = _erase_in(settings, landed[file_id], keys, now)
        except (InputRefusedError, ValueError, OSError) as error:
            what = f"{landed[file_id].file} holds {len(keys):,} removed posts"
            left.append(f"{what} and cannot be rewritten ({error}); delete it by hand.")
            continue
        gone.note_erased(notes, file_id, sorted(keys | {_UNASKED} if file_id in unasked else keys))
        records, files = records + erased, files + (erased > 0)
    if waiting:
        gone.forget_excerpts(settings.home, set().union(*waiting.values()))
        warehouse.compact(settings.home)
    return Erased(records, files, tuple(left))


def _erase_in(settings: Settings, item: Landed, keys: set[tuple[str, str]], now: datetime) -> int:
    """Rewrites one file; gives the number of records erased. Raises InputRefusedError for one nobody can read."""
    path = landing.stored_path(settings.home, item)
    form, _ = sources.recognise(path, settings)
    erasing = Erasing(form, keys)
    with open_stream(path) as stream:
        content = erasing.pages(stream) if item.source in _PLATFORMS else erasing.content(stream, sample(path))
        digest = landing.write_draft(settings.home, item, content)
    draft = landing.draft_of(settings.home, item)
    if not erasing.erased:
        draft.unlink()
        return 0
    if sources.recognise(draft, settings)[0].name != form.name:
        draft.unlink()
        raise InputRefusedError("what is left of it would not be recognised")
    landing.take_draft(settings.home, item, digest, erasing.erased, now)
    return erasing.erased


def _empty_inbox(settings: Settings, file_ids: set[str]) -> None:
    """Deletes imported files that lie in the inbox's folder of what is done, where they hold removed posts."""
    folder = settings.home / "inbox" / "done"
    for path in sorted(folder.iterdir()) if file_ids and folder.is_dir() else ():
        if path.is_file() and hash_file(path) in file_ids:
            path.unlink()
