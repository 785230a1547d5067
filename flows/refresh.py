"""Stored posts looked at again: what is gone from its platform becomes a tombstone, in the warehouse and the landing.

Silence is no proof. A look that finds nothing at all is not believed (a lost permission looks the same as a purge);
then nothing is removed and a person is told.
"""

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

from flows import sources
from flows.pull import configured, pull, state_folder
from flows.settings import Settings
from flows.sources import facebook_graph, instagram_graph, removals, tiktok_research, tombstone, watch
from flows.sources.fields import facebook_post_id
from flows.sources.layout import layout
from flows.sources.pacing import Clock
from flows.sources.reading import open_stream, sample
from flows.sources.walking import Walk
from flows.store import gone, landing, warehouse
from flows.store.gone import Stored
from flows.store.landing import Landed

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
        watched = set(watch.read_watched(settings)["instagram"].accounts)
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


def erase(settings: Settings, now: datetime) -> tuple[int, int]:
    """Rewrites the landing files that hold records of removed posts; gives (records erased, records that could not be).

    The caller holds the warehouse. Safe to repeat and to interrupt.
    """
    notes = state_folder(settings) / "erased.txt"
    with warehouse.opened(settings.home) as connection:
        waiting = gone.still_written(connection, gone.read_erased(notes))
    landed = {item.file_id: item for item in landing.landed_files(settings.home)}
    erased = left = 0
    for file_id, keys in sorted(waiting.items()):
        change = _eraser(settings, landed[file_id], keys)
        if change is None:
            left += len(keys)
            continue
        _rewrite(settings, landed[file_id], change, now)
        gone.note_erased(notes, file_id, iter(sorted(keys)))
        erased += len(keys)
    return erased, left


Eraser = Callable[[bytes], bytes | None]


def _eraser(settings: Settings, item: Landed, keys: set[tuple[str, str]]) -> Eraser | None:
    """How records of a file are erased; None where they cannot be, one by one."""
    if item.source in _PLATFORMS:
        return lambda line: tombstone.erase_in_page(line, keys)
    start = sample(landing.stored_path(settings.home, item))
    if layout(start) != "lines":
        return None
    form, _ = sources.recognise(landing.stored_path(settings.home, item), settings)
    return lambda line: tombstone.erase_in_line(line, keys, form.post)


def _rewrite(settings: Settings, item: Landed, change: Eraser, now: datetime) -> None:
    def lines(stream: BinaryIO) -> Iterator[bytes]:
        for line in stream:
            yield change(line) or line

    with open_stream(landing.stored_path(settings.home, item)) as stream:
        landing.rewrite(settings.home, item, lines(stream), now)
