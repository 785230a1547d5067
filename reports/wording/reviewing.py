"""How far the review of a week's list has come, as sentences and captions name it."""

import polars as pl

from flows.periods import Bucket
from reports.reading.facts import Facts
from reports.wording.words import Words


def review_words(facts: Facts, words: Words, bucket: Bucket | None = None) -> str:
    """`terdeteksi otomatis, belum ditinjau`, or how much of the list of the week (of one bucket) was reviewed."""
    items = facts.tables["core.review_items"].filter(
        pl.col("is_detected"), pl.col("week") == str(facts.edition.week), pl.col("is_open") | (pl.col("coders") > 0)
    )
    if bucket is not None:
        items = items.filter(pl.col("phase") == bucket.phase)
    return stage_words(words, items.filter(pl.col("coders") > 0).height, items.height)


def stage_words(words: Words, reviewed: int, count: int) -> str:
    """How many of so many posts somebody looked at: none, all, or the number of both."""
    if not reviewed:
        return words("stage_detected")
    if reviewed == count:
        return words("stage_all_reviewed")
    return words("stage_part_reviewed", reviewed=words.number(reviewed), count=words.number(count))
