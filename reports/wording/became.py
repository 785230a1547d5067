"""What became of an incident of last week: its rise ended or goes on; the matter itself is never said to be gone.

Beside the end stands how much of the matter there is now, and of a class what people said of last week's posts.
"""

import polars as pl

from flows.periods import Bucket
from reports.judging.certainty import CONFIRMED
from reports.reading.facts import Row
from reports.reading.incidents import COPIES
from reports.reading.outcomes import Trends
from reports.reading.weeks import main_bucket, subjects
from reports.wording.incidents import place_words
from reports.wording.quantities import amount, part_of
from reports.wording.words import Words, capitalised

_UNSEEN = ("unreviewed", "gone")  # outcomes of what nobody looked at
_TABLES = {"topics": "topic", "districts": "district"}  # families whose subjects have a table of their own


def became(trends: Trends, words: Words, row: Row) -> str:
    """What became of an incident of last week, as what follows its name and a colon."""
    now = next((each.row for each in trends.incidents if each.row["incident"] == row["incident"]), None)
    reviewed = _reviewed(trends, words, row) if row["stage"] else []
    if now is not None:
        amounts = f"{amount(words, now)}{place_words(words, now)}"
        texts = [words("before_continues", amount=amounts), *reviewed]
    elif row["event_day"] is not None:
        texts = [words("before_explained", event=row[f"event_{words.lang}"]), *reviewed]
    elif row["stage"]:
        texts = [*reviewed, _new_posts(trends, words, str(row["subject"]))]
    else:
        texts = _ended(trends, words, row)
    first, *others = texts
    return ". ".join([first, *map(capitalised, others)])


def _new_posts(trends: Trends, words: Words, code: str) -> str:
    """What this week brought of a class, and how much of it waits for a coder."""
    facts = trends.facts
    if not facts.total("labelled"):
        return words("before_unseen")
    count = sum(facts.detected_in(bucket)[code] for bucket in facts.buckets)
    if not count:
        return words("before_none_new")
    mine = trends.items.filter(pl.col("week") == str(facts.edition.week), pl.col("indications").list.contains(code))
    waiting = trends.waiting_among(mine)
    state = "partly" if waiting else "reviewed" if _looked_at(mine) else "gone"
    state = "waiting" if waiting == count else state
    return words(f"before_new_{state}", count=words.number(count), waiting=words.number(waiting))


def _looked_at(items: pl.DataFrame) -> int:
    return items.filter(~pl.col("outcome").is_in(_UNSEEN)).height


def _reviewed(trends: Trends, words: Words, row: Row) -> list[str]:
    """What people said of last week's posts of a class, and how many of them still wait."""
    items = trends.items_of(row).filter("is_detected")
    waiting = trends.waiting_among(items)
    reviewed = _looked_at(items)
    confirmed = items.filter(pl.col("stage").is_in(CONFIRMED), pl.col("code") == row["subject"]).height
    texts = []
    if reviewed:
        counts = {"confirmed": words.number(confirmed), "reviewed": words.number(reviewed)}
        texts.append(words(f"before_confirmed_{part_of(confirmed, reviewed)}", **counts))
    if waiting:
        texts.append(words("before_waiting", count=words.number(waiting)))
    return texts


def _ended(trends: Trends, words: Words, row: Row) -> list[str]:
    """That a rise or fall ended, on which platform, and how much of its matter there is now."""
    if row["kind"] == COPIES:
        return [words("before_copies")]
    bucket = main_bucket(trends.facts, trends.facts.edition.week)
    tested = trends.row(bucket, row["family"], row["subject"], row["platform"])
    reason = tested["reason"] if tested else "none"
    if reason is not None:
        untested = words("before_untested", reason=words.known(f"signal_reason_{reason}", reason))
        return [untested, *_now(trends, words, bucket, row)]
    ended = words(f"before_ended_{row['direction']}", place=place_words(words, row, "before_place"))
    return [ended, *_now(trends, words, bucket, row)]


def _now(trends: Trends, words: Words, bucket: Bucket, row: Row) -> list[str]:
    """How much of a topic or kecamatan the week has, on all platforms together; nothing of what has no such count."""
    name = _TABLES.get(row["family"])
    known = subjects(trends.facts, name)(bucket) if name else {}
    mine = known.get(row["subject"])
    if mine is None or mine["posts"] is None:
        return []
    values = {"posts": words.number(mine["posts"]), "period": _period(trends, words, bucket)}
    if row["family"] == "districts":
        return [words("before_now", **values)]
    is_largest = mine["posts"] == max(each["posts"] or 0 for each in known.values())
    key = "before_now_largest" if is_largest else "before_now_share"
    return [words(key, share=words.percent(mine["share"], 1), **values)]


def _period(trends: Trends, words: Words, bucket: Bucket) -> str:
    """`pekan ini`, or `pada 5–10 Februari 2024`, the days of the part of the week that stands for it."""
    if len(trends.facts.buckets) == 1:
        return words("before_this_week")
    return words("before_days", days=words.days(bucket.first_day, bucket.last_day))
