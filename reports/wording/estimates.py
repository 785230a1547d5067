"""How many posts there are, in words: flagged, confirmed and estimated are three numbers, each under its own name.

Of a class that coders did not see in the bucket there is no such number: what reviews of other weeks let expect is told
as what may be missed.
"""

from collections.abc import Sequence

from reports.reading.estimates import estimated, is_earlier, is_seen, reasons, reviewed_bucket
from reports.reading.facts import Facts, Row
from reports.wording.words import Words

_CLASSES = 3  # that a sentence names


def estimate_text(words: Words, row: Row) -> str:
    """`34 (21–60)`; of a class that coders did not see how many may be missed; or why there is no estimate."""
    if row["reason"]:
        return words(f"estimate_reason_{row['reason']}")
    if not is_seen(row):
        return words("estimate_unseen", missed=missed_text(words, row))
    return words("estimate_value", estimate=words.number(round(row["estimate"])), interval=interval_text(words, row))


def short_text(words: Words, row: Row) -> str:
    """The same of a row with an estimate, in a few characters."""
    return estimate_text(words, row) if is_seen(row) else words("estimate_missed", missed=missed_text(words, row))


def interval_text(words: Words, row: Row) -> str:
    """The limits of an estimate as whole posts."""
    return words.interval(round(row["low"]), round(row["high"]), 0)


def missed_text(words: Words, row: Row) -> str:
    """`2 s.d. 34`, or `paling banyak 14` where none may be: nobody reads a number where nothing was seen."""
    if round(row["low"]):
        return interval_text(words, row)
    return words("estimate_at_most", high=words.number(round(row["high"])))


def estimate_sentences(facts: Facts, words: Words) -> list[str]:
    """A sentence for each of the largest classes with its three numbers; else why there is none and what to do."""
    known = estimated(facts)
    rows = [row for row in known if is_seen(row) or row["flagged"] or round(row["low"])]
    if rows:
        return [*_of_earlier(facts, words), *(_sentence(facts, words, row) for row in rows[:_CLASSES])]
    if known:
        return [*_of_earlier(facts, words), words("estimates_zero", high=most_missed(words, known))]
    return [words("estimates_none", reasons=_reasons(facts, words), week=str(facts.edition.week))]


def most_missed(words: Words, rows: Sequence[Row]) -> str:
    """The largest upper limit of some classes."""
    return words.number(round(max(row["high"] for row in rows)))


def estimate_line(facts: Facts, words: Words) -> str:
    """The same for leadership, in one line: the largest class that coders saw, that they saw none, or no review."""
    rows = estimated(facts)
    if not rows:
        return words("brief_estimates_none")
    when = words("brief_estimates_when", days=_days(facts, words)) if is_earlier(facts) else ""
    if not is_seen(rows[0]):
        return words("brief_estimates_zero", high=most_missed(words, rows), when=when)
    name = facts.label("indications", rows[0]["indication"])
    return words("brief_estimates", name=name, estimate=estimate_text(words, rows[0]), when=when)


def _days(facts: Facts, words: Words) -> str:
    bucket = reviewed_bucket(facts)
    return words.days(bucket.first_day, bucket.last_day)


def _of_earlier(facts: Facts, words: Words) -> list[str]:
    """Of which days the sentences are, where the week itself is not reviewed yet."""
    if not is_earlier(facts):
        return []
    return [words("estimates_earlier", week=str(facts.edition.week), days=_days(facts, words))]


def _sentence(facts: Facts, words: Words, row: Row) -> str:
    """What there is, what became of the flagged posts, what the sample held; of a class not seen what may be missed."""
    counts = {name: words.number(row[name]) for name in ("flagged", "reviewed", "confirmed", "sampled", "missed")}
    flags = "right" if row["confirmed"] else "wrong" if row["flagged"] else "none"
    parts = [
        words("estimates_there", estimate=estimate_text(words, row)) if is_seen(row) else words("estimates_unseen"),
        words(f"estimates_flags_{flags}", **counts),
    ]
    if row["sampled"]:
        parts.append(words("estimates_sample_missed" if row["missed"] else "estimates_sample_none", **counts))
    if not is_seen(row):
        parts.append(words("estimates_may_miss", missed=missed_text(words, row)))
    return words("estimates_sentence", name=facts.label("indications", row["indication"]), parts="; ".join(parts))


def _reasons(facts: Facts, words: Words) -> str:
    given = reasons(facts) or ["not_collected"]
    return words.listed([words(f"estimate_reason_{reason}") for reason in given])
