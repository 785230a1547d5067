"""ronda's own removal list: CSV `platform,post_id,gone_at,reason`, one row a post that is gone from its platform.

A removal becomes a Post with `gone` set. It tells nothing but that: the loader uses its key, `gone` and `observed_at`
(the moment of `gone_at`); `created_at` is the same moment only because a Post must have one.
"""

from typing import Any

from flows.files import csv_header
from flows.post import PLATFORMS, Post, Reason, Rejected
from flows.sources.evidence import Places, PlacesStudy
from flows.sources.fields import clean, stored_id
from flows.sources.layout import TABLE, formats
from flows.sources.likeness import all_of
from flows.sources.moments import iso_seconds, seconds
from flows.sources.spreadsheet import bare

COLUMNS = frozenset(("platform", "post_id", "gone_at", "reason"))
REASONS = ("removed", "private", "account gone", "unknown")


def _gone_at(value: str) -> int:
    return seconds(value) if value.isdecimal() else iso_seconds(value)


def post(raw: Any) -> Post:
    """The removal of one row. A reason that is not one of `REASONS` becomes "unknown". Raises Rejected."""
    if not COLUMNS.issubset(raw):
        raise Rejected(Reason.WRONG_SHAPE, ", ".join(sorted(COLUMNS.difference(raw))))
    platform = raw["platform"].strip().lower()
    if platform not in PLATFORMS:
        raise Rejected(Reason.UNKNOWN_PLATFORM, platform[:80])
    post_id = stored_id(platform, clean(raw["post_id"]) or "")
    gone_at = _gone_at(bare(raw["gone_at"]))
    reason = raw["reason"].strip().lower()
    return Post(
        platform=platform,
        post_id=post_id,
        created_at=gone_at,
        observed_at=gone_at,
        gone=reason if reason in REASONS else "unknown",
    )


def _recognise(sample: bytes) -> str | None:
    return "mixed" if set(csv_header(sample)[0]) == COLUMNS else None


LIKENESSES = (all_of("a removal list of ronda", sorted(COLUMNS)),)

FORMATS = formats("removals", _recognise, post, TABLE, study=PlacesStudy(Places(ids=("post_id",))))
FORMAT = FORMATS[0]  # what ronda writes itself
