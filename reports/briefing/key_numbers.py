"""The four key numbers of a week: each with its direction, last week's and what is usual, as leadership compares them.

They are those of the bucket that stands for the week, and the same that the report's indicators print; what else the
week holds is one line. A direction is a test's, or there is none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flows.periods import Bucket
from reports.judging.lights import judge_buckets
from reports.judging.usual import Span, Usual, net_span, net_without_copies, scaled, usual_of
from reports.reading.estimates import net_of
from reports.reading.facts import Row
from reports.reading.outcomes import Trends
from reports.reading.weeks import main_bucket, measure_of
from reports.wording.net_bias import net_text
from reports.wording.quantities import usual
from reports.wording.words import DASH, Words

ARROWS = {"up": "▲", "down": "▼"}


@dataclass(frozen=True)
class KeyNumber:
    """A number and what stands beside it; `arrow` is empty where no test gave a direction."""

    name: str
    value: str
    arrow: str
    verdict: str
    before: str
    usual: str


_WRITE: dict[str, Callable[[Words, float], str]] = {
    "per_day": lambda words, value: words.number(round(value)),
    "net_sentiment": lambda words, value: words.decimal(value, signed=True),
    "detected": lambda words, value: words.number(round(value)),
    "coverage": lambda words, value: words.percent(value / 100),
}
METRICS = tuple(_WRITE)
_HUNDREDTHS = frozenset({"net_sentiment", "coverage"})  # shares, told as per cent and points
_TESTS = {
    "per_day": (("volumes", "posts"),),
    "net_sentiment": (("sentiment", "negative"), ("sentiment", "positive")),
}


def seen_buckets(trends: Trends) -> list[Bucket]:
    """The buckets of the week that were planned or brought posts; all of them where none was."""
    levels = judge_buckets(trends)
    return [each.bucket for each in levels if each.lights] or [each.bucket for each in levels]


def key_numbers(trends: Trends, words: Words) -> list[KeyNumber]:
    """Posts a day, net sentiment, review list and coverage."""
    return [_number(trends, words, main_bucket(trends.facts, trends.facts.edition.week), name) for name in METRICS]


def _number(trends: Trends, words: Words, bucket: Bucket, metric: str) -> KeyNumber:
    value = measure_of(trends.facts, metric, 100.0 if metric in _HUNDREDTHS else 1.0)
    earlier = trends.facts.previous(bucket)
    rows = _rows(trends, bucket, metric)
    judged = usual_of(trends, rows, _span(trends, bucket, metric, value(bucket)))
    return KeyNumber(
        name=words(f"key_{metric}"),
        value=_written(words, metric, value(bucket)),
        arrow=ARROWS.get(judged.verdict, ""),
        verdict=_verdict(trends, words, bucket, metric, judged),
        before=words("key_before", value=_written(words, metric, value(earlier) if earlier else None)),
        usual=_usual(trends, words, bucket, metric, judged.span),
    )


def _written(words: Words, metric: str, value: float | None) -> str:
    return DASH if value is None else _WRITE[metric](words, value)


def _rows(trends: Trends, bucket: Bucket, metric: str) -> list[Row]:
    """The tested cells that speak of a number: of the review list those of every class."""
    if metric == "detected":
        codes = [code for code, _ in trends.facts.detected_by_indication]
        tested = [row for code in codes if (row := trends.row(bucket, "indications", code))]
        return [*tested, *(row for code in codes for row in trends.flags(bucket, code))]
    return [row for family, subject in _TESTS.get(metric, ()) if (row := trends.row(bucket, family, subject))]


def _span(trends: Trends, bucket: Bucket, metric: str, shown: float | None) -> Span | None:
    """The usual range of a number: of posts a day and net sentiment that of their tests; the classes of the review list
    are tested one by one."""
    if metric == "net_sentiment":
        return net_span(trends, bucket)
    test = trends.row(bucket, "volumes", "posts") if metric == "per_day" else None
    return scaled(test, shown, test["observed"]) if test else None


def _usual(trends: Trends, words: Words, bucket: Bucket, metric: str, span: Span | None) -> str:
    """What is usual: a range, the limit of a light, or of the review list the sum of what its classes usually have."""
    if metric == "coverage":
        return words("indicator_coverage_usual")
    if metric == "detected" and (expected := _expected(trends, bucket)):
        return usual(words, sum(expected))
    ends = [_written(words, metric, end) for end in span or ()]
    return words("key_usual", value=words("span", low=ends[0], high=ends[1]) if ends else DASH)


def _expected(trends: Trends, bucket: Bucket) -> list[float]:
    """What each class of the review list that has a baseline was expected to have."""
    known: dict[str, float] = {}
    for row in _rows(trends, bucket, "detected"):
        if row["expected"] is not None:
            known.setdefault(row.get("subject") or row["indication"], row["expected"])
    return list(known.values())


def _verdict(trends: Trends, words: Words, bucket: Bucket, metric: str, usual: Usual) -> str:
    row = trends.facts.measure(bucket)
    if metric == "coverage":
        is_known = row is not None and row["coverage"] is not None
        return words(f"status_{row['status']}") if row and is_known else words("status_unknown")
    reason = words.known(f"signal_reason_{usual.reason}", usual.reason)
    told = words(f"judged_{usual.verdict}", reason=reason)
    if metric == "detected":
        return _listed(trends, words, bucket, told)
    once = net_without_copies(trends, bucket) if metric == "net_sentiment" else None
    return told if once is None else words("judged_copies", value=_written(words, metric, once), verdict=told)


def _listed(trends: Trends, words: Words, bucket: Bucket, told: str) -> str:
    """Of the review list: which classes rose, else what the tests say, and how much of it nobody has looked at."""
    facts = trends.facts
    row = facts.measure(bucket)
    if row is None or not row["detected"]:
        return words("key_none_listed", labelled=words.number(row["labelled"] if row else None))
    waiting = trends.waiting_in(bucket)
    is_begun = any(item["outcome"] != "unreviewed" for item in waiting)
    state = words("key_all_reviewed")
    if waiting:
        state = words("key_waiting_still" if is_begun else "key_waiting", count=words.number(len(waiting)))
    rising = [
        facts.label("indications", each.subject)
        for each in trends.incidents
        if each.bucket == bucket and each.row["stage"] and each.row["direction"] == "up"
    ]
    if rising:
        told = words("key_rising", names=words.listed(list(dict.fromkeys(rising))))
    return f"{told}; {state}"


def other_buckets(trends: Trends, words: Words) -> str:
    """What the other buckets of the week held, each in one sentence; empty where the week is one bucket."""
    texts = []
    for bucket in seen_buckets(trends):
        row = trends.facts.measure(bucket)
        if bucket == main_bucket(trends.facts, bucket.week) or row is None or row["posts"] is None:
            continue
        texts.append(
            words(
                "key_other_bucket",
                phase=words(f"phase_{bucket.phase}"),
                days=words.days(bucket.first_day, bucket.last_day),
                posts=words.number(row["posts"]),
                detected=words.number(row["detected"]),
            )
        )
    return " ".join(texts)


def interval_note(trends: Trends, words: Words) -> str:
    """The intervals of net sentiment, of the week and of the one before, or why the two are not compared."""
    bucket = main_bucket(trends.facts, trends.facts.edition.week)
    earlier = trends.facts.previous(bucket)
    now, before = (trends.facts.measure(each) if each else None for each in (bucket, earlier))
    texts = [_interval(words, row) for row in (now, before)]
    note = words("key_note_plain") if texts[0] == DASH else words("key_note", now=texts[0], before=texts[1])
    if reason := trends.facts.not_compared(bucket):
        why = words("key_not_compared", reason=words.known(f"signal_reason_{reason}", reason))
        note = f"{why} {note}"
    reviewed = net_of(trends.facts, bucket)
    return f"{note} {words('key_note_reviewed', net=net_text(words, reviewed))}" if reviewed else note


def _interval(words: Words, row: Row | None) -> str:
    if row is None or row["net_low"] is None:
        return DASH
    return words.interval(row["net_low"] * 100, row["net_high"] * 100, signed=True)
