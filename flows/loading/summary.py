"""What a load came to, in counts and in one line."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flows.loading import load
from flows.post import REMEDIES, Reason
from flows.store.warehouse import Connection

_ADDED = ("files", "records", "posts", "duplicates", "rejects", "days", "reviews")


def with_remedy(reason: str) -> str:
    """The reason of rejects, and what people can do about the file."""
    remedy = REMEDIES.get(Reason(reason))
    return f"{reason}; {remedy}" if remedy else reason


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """Counts of a load; `held` are the sentences of files that wait, `reasons` the rejects by reason.

    `first_day` and `last_day` span the posts of the load, None when it brought none. `notes` say what in its files
    stays unknown, and why. `flaws` are sentences about the landing: what in it is not what it was.
    """

    files: int = 0
    records: int = 0
    posts: int = 0
    duplicates: int = 0
    rejects: int = 0
    days: int = 0
    reviews: int = 0
    held: tuple[str, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    notes: tuple[str, ...] = ()
    flaws: tuple[str, ...] = ()

    @classmethod
    def of(cls, connection: Connection, batch: load.Batch) -> "LoadSummary":
        """The summary of the batch that was just loaded, inside its transaction."""
        days, lines = sum(len(log.rows) for log in batch.logs), sum(len(sheet.rows) for sheet in batch.reviews)
        return cls(**load.summarise(connection), days=days, reviews=lines)

    def __add__(self, other: "LoadSummary") -> "LoadSummary":
        """Both loads as one."""
        counts: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in _ADDED}
        reasons = dict(self.reasons)
        for reason, records in other.reasons:
            reasons[reason] = reasons.get(reason, 0) + records
        days = [day for each in (self, other) for day in (each.first_day, each.last_day) if day is not None]
        return LoadSummary(
            **counts,
            held=(*self.held, *other.held),
            notes=(*self.notes, *other.notes),
            flaws=(*self.flaws, *other.flaws),
            reasons=tuple(sorted(reasons.items())),
            first_day=min(days, default=None),
            last_day=max(days, default=None),
        )

    def telling(self, held: tuple[str, ...], notes: tuple[str, ...], flaws: tuple[str, ...]) -> "LoadSummary":
        """The same with the sentences of the files that wait, the notes on those that were loaded, and the flaws."""
        return replace(self, held=held, notes=notes, flaws=flaws)

    @property
    def untaken(self) -> list[str]:
        """A line for each file that was not loaded, and for what else is wrong with the landing."""
        return [*(f"set aside: {reason}" for reason in self.held), *(f"landing: {flaw}" for flaw in self.flaws)]

    @property
    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in _ADDED}

    def sentence(self) -> str:
        """The counts in one line."""
        counted = f"{self.posts:,} posts + {self.duplicates:,} duplicates + {self.rejects:,} rejects"
        coverage = f", {self.days:,} source-days of coverage" if self.days else ""
        reviewed = f", {self.reviews:,} reviewed" if self.reviews else ""
        return f"{self.files:,} file{'s' * (self.files != 1)}: {self.records:,} records = {counted}{coverage}{reviewed}"
