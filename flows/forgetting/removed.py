"""Removed posts are gone from the whole home: from the landing, and from everything that printed or quoted them."""

from dataclasses import dataclass, replace
from datetime import datetime

from flows.collecting import refresh
from flows.collecting.refresh import Erased
from flows.forgetting import records, sheets
from flows.publishing import living
from flows.settings import Settings
from flows.store import warehouse

_REMOVED = "SELECT platform, post_id FROM base.posts WHERE state = 'removed'"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What came of it: the landing's part, the weeks whose pages were rendered again."""

    landed: Erased
    weeks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The counts in one line."""
        pages = f"; pages rendered again: {', '.join(self.weeks)}" if self.weeks else ""
        return f"{self.landed.sentence()}{pages}"


def forget(settings: Settings, now: datetime, *, everywhere: bool = False, is_built: bool = False) -> Forgotten:
    """Takes removed posts out of landing, inbox, warehouse, review sheets, records of work, and releases.

    Review sheets and records of work are searched when a landed file held something of the posts, or `everywhere`.
    `is_built` as `living.settle` has it.
    Safe to repeat and to interrupt. The caller holds the warehouse.
    """
    landed = refresh.erase(settings, now)
    with warehouse.opened(settings.home) as connection:
        keys = frozenset(connection.execute(_REMOVED).fetchall())
    if not keys:
        return Forgotten(landed)
    left: list[str] = []
    if landed.files or everywhere:
        sheets.blank(settings, keys.__contains__)
        left = records.overwrite(settings.home, records.Gone(keys, landed.words))
    settled = living.settle(settings, is_built=is_built)
    return Forgotten(replace(landed, left=(*landed.left, *left, *settled.left)), settled.weeks)
