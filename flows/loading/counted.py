"""What preparing came to: the counts of each file, and the Parquet parts with its posts and rejects."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from flows import limits
from flows.loading.landing import Landed
from flows.post import SHAPE_REASONS, Reason

_MOST_DETAILS = 100  # of the reasons of one file


@dataclass(slots=True)
class FileCounts:
    """What one landed file, or a piece of it, came to: records, those that are posts, those of unknown shape and why.

    `notes` are sentences on what in it stays unknown, and why. `last` is the number of its last record, `posts_in` are
    those of its first and last post.
    """

    landed: Landed
    records: int = 0
    accepted: int = 0
    notes: tuple[str, ...] = ()
    why: Counter[tuple[Reason, str]] = field(default_factory=Counter)
    last: int = 0
    posts_in: tuple[int, int] | None = None

    @property
    def unreadable(self) -> int:
        """The records whose shape is unknown."""
        return self.why.total()

    def note(self, reason: Reason, detail: str, records: int = 1) -> None:
        """Counts records that are no posts, where their shape is unknown; the details that come first."""
        if reason in SHAPE_REASONS:
            known = len(self.why) < _MOST_DETAILS or (reason, detail) in self.why
            self.why[reason, detail if known else ""] += records

    def add(self, posts: pl.Series, rejects: int, last: int) -> None:
        """Counts records, in order: the numbers of posts, how many are rejects, the number of the last record."""
        self.records += len(posts) + rejects
        self.accepted += len(posts)
        self.last = max(self.last, last)
        if len(posts):
            self.posts_in = (self.posts_in[0] if self.posts_in else posts[0], posts[-1])

    @classmethod
    def of(cls, pieces: Sequence["FileCounts"]) -> "FileCounts":
        """What the pieces of one file came to, which are in order."""
        whole = cls(pieces[0].landed, notes=pieces[0].notes, last=pieces[-1].last)
        for piece in pieces:
            whole.records += piece.records
            whole.accepted += piece.accepted
            for (reason, detail), records in piece.why.items():
                whole.note(reason, detail, records)
        return whole


def is_ended_early(pieces: Sequence[FileCounts]) -> bool:
    """Whether a file holds so many records in a row that cannot be used that its reading ends there.

    Its pieces, which are in order, do not know of each other.
    """
    before = 0
    for piece in pieces:
        first, last = piece.posts_in or (piece.last, before)
        if first - before > limits.REJECTS_IN_A_ROW or piece.last - last > limits.REJECTS_IN_A_ROW:
            return True
        before = last
    return False


@dataclass(frozen=True, slots=True)
class Prepared:
    """Counts of each file or piece, and the Parquet parts with all their posts and rejects."""

    files: tuple[FileCounts, ...]
    posts: tuple[Path, ...]
    rejects: tuple[Path, ...]

    @classmethod
    def of(cls, shares: Iterable["Prepared"]) -> "Prepared":
        """What was prepared in shares, whose pieces are in order; counts by file."""
        shares = list(shares)
        pieces: dict[str, list[FileCounts]] = {}
        for share in shares:
            for counts in share.files:
                pieces.setdefault(counts.landed.file_id, []).append(counts)
        return cls(
            tuple(FileCounts.of(each) if len(each) > 1 else each[0] for each in pieces.values()),
            tuple(path for share in shares for path in share.posts),
            tuple(path for share in shares for path in share.rejects),
        )
