"""How many posts there are, in words: flagged, confirmed and estimated are three numbers, each under its own name."""

from reports.reading.estimates import estimated, is_earlier, reasons, reviewed_bucket
from reports.reading.facts import Facts, Row
from reports.wording.words import Words

_CLASSES = 3  # that a sentence names


def estimate_text(words: Words, row: Row) -> str:
    """`34 (21–60)`, or why there is no estimate."""
    if row["reason"]:
        return words(f"estimate_reason_{row['reason']}")
    return words("estimate_value", estimate=words.number(round(row["estimate"])), interval=interval_text(words, row))


def interval_text(words: Words, row: Row) -> str:
    """The limits of an estimate as whole posts."""
    return words.interval(round(row["low"]), round(row["high"]), 0)


def estimate_sentences(facts: Facts, words: Words) -> list[str]:
    """A sentence for each of the largest classes with its three numbers; else why there is none and what to do."""
    known = estimated(facts)
    rows = [row for row in known if row["estimate"] or row["flagged"]]
    if rows:
        return [*_of_earlier(facts, words), *(_sentence(facts, words, row) for row in rows[:_CLASSES])]
    if known:
        high = words.number(round(max(row["high"] for row in known)))
        return [*_of_earlier(facts, words), words("estimates_zero", high=high)]
    return [words("estimates_none", reasons=_reasons(facts, words), week=str(facts.edition.week))]


def estimate_line(facts: Facts, words: Words) -> str:
    """The same for leadership, in one line: the largest class, or that nothing can be said."""
    rows = estimated(facts)
    if not rows:
        return words("brief_estimates_none")
    name = facts.label("indications", rows[0]["indication"])
    when = f" ({_days(facts, words)})" if is_earlier(facts) else ""
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
    return words(
        "estimates_sentence",
        name=facts.label("indications", row["indication"]),
        estimate=estimate_text(words, row),
        flagged=words.number(row["flagged"]),
        confirmed=words.number(row["confirmed"]),
        reviewed=words.number(row["reviewed"]),
    )


def _reasons(facts: Facts, words: Words) -> str:
    given = reasons(facts) or ["not_collected"]
    return words.listed([words(f"estimate_reason_{reason}") for reason in given])
