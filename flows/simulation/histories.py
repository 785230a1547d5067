"""What happens to posts after they are written: when they land, are seen again, edited, or vanish."""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from flows.simulation.plan import CROWDTANGLE, DAYS, GRAPH, INSTAGRAM, LAST_WEEK, TIKTOK, days_of, is_down, landing
from flows.simulation.post_columns import UNKNOWN, Numbers, Posts, concat, post_ids

FIRST, LATE, DUPLICATE, REOBSERVED, EDITED, OVERLAP, PARTIAL = range(7)
KIND_NAMES = ("post", "late", "duplicate", "reobserved", "edit", "overlap", "partial")
_LATE_SHARE, _AGAIN_SHARE, _EDIT_SHARE, _GONE_SHARE, _OVERLAP_SHARE = 0.012, 0.022, 0.004, 0.004, 0.03
_DUPLICATE_SHARE = {TIKTOK: 0.014, INSTAGRAM: 0.010, CROWDTANGLE: 0.003, GRAPH: 0.003}
_PARTIAL_SHARE = 0.006
EDIT_NOTES = (
    "\n\n(ralat: salah ketik)",
    "\n\nEDIT: tambah keterangan",
    " *edit typo",
    "\nTambahan: foto menyusul di komentar",
    " (diperbarui)",
    "\n\nEdit: nomor narahubung dihapus",
)
GONE_REASONS = ("removed", "removed", "private", "account gone", "unknown")


@dataclass
class Deliveries:
    """Observations by the batch and stream (file) they land in, and the removals of each batch."""

    parts: dict[tuple[int, int], list[Posts]] = field(default_factory=dict)
    removals: dict[int, list[tuple[int, str, int, str]]] = field(default_factory=dict)  # stream, id, gone at, reason

    def add(self, batch: Numbers, stream: int, posts: Posts) -> None:
        """Put each observation into its batch."""
        for number in np.unique(batch).tolist():
            rows = np.flatnonzero(batch == number)
            self.parts.setdefault((number, stream), []).append(posts.take(rows))

    def pop(self, batch: int, stream: int) -> Posts | None:
        """What lands in a file, by moment of collection; None when nothing does."""
        parts = self.parts.pop((batch, stream), None)
        if parts is None:
            return None
        posts = concat(parts)
        return posts.take(np.lexsort((posts.key, posts.collected)))

    def pop_removals(self, batch: int) -> list[tuple[int, str, int, str]]:
        """What the removal list of a batch names."""
        return self.removals.pop(batch, [])


@dataclass(slots=True)
class Fates:
    """Beside each post of a week: the batch it landed in first and what happened to it."""

    batch: Numbers
    is_late: NDArray[np.bool_]
    is_edited: NDArray[np.bool_]
    is_removed: NDArray[np.bool_]


def _open_batch(stream: int, batch: Numbers) -> Numbers:
    """The next batch in which the stream was collected at all."""
    closed = [week for week in range(LAST_WEEK + 1) if all(is_down(stream, DAYS[number]) for number in days_of(week))]
    for week in closed:
        batch = np.where(batch == week, week + 1, batch)
    return batch


def _moments(rng: Generator, batch: Numbers) -> Numbers:
    """Milliseconds somewhere in the days before a batch lands, after the batch before it."""
    landings = np.array([int(landing(week).timestamp() * 1000) for week in range(LAST_WEEK + 1)])
    return landings[batch] - rng.integers(3_600_000, 6 * 86_400_000, size=len(batch))


def _grow(rng: Generator, posts: Posts, stream: int) -> None:
    """Later numbers of the same posts: larger, or still unknown."""
    factor = 1 + rng.lognormal(-1.6, 0.9, size=len(posts))
    for name in ("likes", "comments", "shares", "views"):
        counts = getattr(posts, name)
        grown = (counts * factor).astype(np.int64) + (counts > 0)
        setattr(posts, name, np.where(counts > 0, grown, counts))
    if stream == GRAPH:
        posts.views = np.full(len(posts), UNKNOWN)


def _update(posts: Posts, rows: Numbers, later: Posts) -> None:
    """Make the latest observation the truth of these posts; a count it does not carry stays what it was."""
    for name in ("likes", "comments", "shares", "views"):
        counts, seen = getattr(posts, name), getattr(later, name)
        counts[rows] = np.where(seen == UNKNOWN, counts[rows], seen)


class Historian:
    """Gives every post its history and hands its observations to the batches."""

    def __init__(self, deliveries: Deliveries, is_weekly: bool) -> None:
        self.deliveries = deliveries
        self.is_weekly = is_weekly

    def tell(self, rng: Generator, posts: Posts, week: int, stream: int) -> Fates:
        """Draw the fates of a week's posts, deliver their observations; `posts` then shows the latest one of each."""
        size = len(posts)
        luck = rng.random(size)
        is_last = week == LAST_WEEK
        batch = np.full(size, week)
        ends = np.cumsum(
            (_LATE_SHARE, _AGAIN_SHARE, _EDIT_SHARE, _GONE_SHARE, _DUPLICATE_SHARE[stream], _OVERLAP_SHARE)
        )
        drawn = np.searchsorted(ends, luck, side="right")  # 0 late .. 5 overlap, 6 nothing
        delay = (rng.lognormal(9.3, 1.1, size=size) * 1000).astype(np.int64) + 60_000
        limit = int(landing(week).timestamp() * 1000) - 60_000
        posts.collected = np.minimum(posts.created * 1000 + delay, limit)
        is_late = (drawn == 0) & (not is_last) & self.is_weekly
        batch[is_late] = self._later(rng, stream, week, int(is_late.sum()), 3)
        posts.collected[is_late] = _moments(rng, batch[is_late])
        posts.kind = np.where(is_late, LATE, FIRST)
        self.deliveries.add(batch, stream, posts)
        again = np.flatnonzero((drawn == 1) & (not is_last))
        self._see_again(rng, posts, again, week, (stream, REOBSERVED))
        edited = self._edit(rng, posts, np.flatnonzero(drawn == 2), week, stream)
        gone = self._remove(rng, posts, np.flatnonzero(drawn == 3), week, stream)
        self._repeat(rng, posts, np.flatnonzero(drawn == 4), week, stream)
        if stream == CROWDTANGLE and self.is_weekly and not is_last:
            self._see_again(rng, posts, np.flatnonzero(drawn == 5), week, (GRAPH, OVERLAP))
        if stream == INSTAGRAM:
            self._partial(rng, posts, np.flatnonzero(luck > 1 - _PARTIAL_SHARE), week)
        is_edited, is_removed = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
        is_edited[edited], is_removed[gone] = True, True
        return Fates(batch, is_late, is_edited, is_removed)

    def _later(self, rng: Generator, stream: int, week: int, size: int, reach: int) -> Numbers:
        batch = np.minimum(week + rng.integers(1, reach + 1, size=size), LAST_WEEK)
        return np.minimum(_open_batch(stream, batch), LAST_WEEK)

    def _see_again(self, rng: Generator, posts: Posts, rows: Numbers, week: int, again: tuple[int, int]) -> None:
        """A later observation with changed numbers, in a later batch; `again` is its stream and kind."""
        stream, kind = again
        if stream in (CROWDTANGLE, GRAPH) and not self.is_weekly:
            return  # these files do not say when they were collected: one landing cannot hold two observations
        later = posts.take(rows)
        _grow(rng, later, stream)
        batch = self._later(rng, stream, week, len(rows), 2)
        later.collected = _moments(rng, batch)
        later.kind = np.full(len(rows), kind)
        _update(posts, rows, later)
        self.deliveries.add(batch, stream, later)

    def _edit(self, rng: Generator, posts: Posts, rows: Numbers, week: int, stream: int) -> Numbers:
        """A later observation with another text."""
        rows = rows[[posts.texts[row] is not None for row in rows.tolist()]]
        if week == LAST_WEEK or (stream in (CROWDTANGLE, GRAPH) and not self.is_weekly):
            return rows[:0]
        for row, note in zip(rows.tolist(), rng.integers(0, len(EDIT_NOTES), size=len(rows)).tolist(), strict=True):
            posts.texts[row] = f"{posts.texts[row]}{EDIT_NOTES[note]}"
        self._see_again(rng, posts, rows, week, (stream, EDITED))
        return rows

    def _remove(self, rng: Generator, posts: Posts, rows: Numbers, week: int, stream: int) -> Numbers:
        """A line in the removals of a later batch, so that the order of the files within a batch does not matter."""
        if week == LAST_WEEK or not self.is_weekly:
            return rows[:0]
        batch = np.minimum(week + rng.integers(1, 4, size=len(rows)), LAST_WEEK)
        gone = np.maximum(_moments(rng, batch), posts.collected[rows] + 60_000) // 1000
        ids = post_ids(stream, posts.key)
        reason = rng.integers(0, len(GONE_REASONS), size=len(rows)).tolist()
        for row, number, moment, why in zip(rows.tolist(), batch.tolist(), gone.tolist(), reason, strict=True):
            entry = (stream, ids[row], moment, GONE_REASONS[why])
            self.deliveries.removals.setdefault(number, []).append(entry)
        return rows

    def _repeat(self, rng: Generator, posts: Posts, rows: Numbers, week: int, stream: int) -> None:
        """The same post again in the same file: seen later with other numbers, or (Facebook) the very same row."""
        later = posts.take(rows)
        later.kind = np.full(len(rows), DUPLICATE)
        if stream in (TIKTOK, INSTAGRAM):
            limit = int(landing(week).timestamp() * 1000) - 1
            _grow(rng, later, stream)
            later.collected = np.minimum(later.collected + rng.integers(60_000, 90_000_000, size=len(rows)), limit)
            _update(posts, rows, later)
        self.deliveries.add(np.full(len(rows), week), stream, later)

    def _partial(self, rng: Generator, posts: Posts, rows: Numbers, week: int) -> None:
        """A grid item of Instagram after the full one: no time, no counts; it must not replace what is known."""
        rows = rows[[posts.texts[row] is not None for row in rows.tolist()]]
        later = posts.take(rows)
        later.kind = np.full(len(rows), PARTIAL)
        limit = int(landing(week).timestamp() * 1000) - 1
        later.collected = np.minimum(later.collected + rng.integers(60_000, 90_000_000, size=len(rows)), limit)
        self.deliveries.add(np.full(len(rows), week), INSTAGRAM, later)
