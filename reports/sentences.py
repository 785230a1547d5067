"""The sentences of a week, made from its facts: what was collected, compared, detected, and what was not seen.

There are no tested signals in this form, so no sentence claims a rise or a fall; each says its number, its interval
and what the interval leaves out.
"""

from datetime import date

from flows.periods import Bucket
from reports.edition import Level
from reports.facts import Facts, Row
from reports.level import Judgement
from reports.words import Words, platform_name

MINIMUM_POSTS = 30  # for a net sentiment, method §4
_GAPS_SHOWN = 3


def coverage_words(words: Words, coverage: float | None) -> str:
    """`cakupan rencana 96 %`, or that it is not known."""
    return words("zero_unknown") if coverage is None else words("zero_coverage", share=words.percent(coverage))


def zero_sentence(words: Words, labelled: int, coverage: float | None) -> str:
    """How nothing detected is said (method §2): with n, coverage and the upper bound 3.7/n, never as an absence."""
    if labelled == 0:
        return words("zero_nothing", coverage=coverage_words(words, coverage))
    bound = 3.7 / labelled * 1000
    bound_text = words("zero_unbounded") if bound > 1000 else words.decimal(bound, 1 if bound >= 1 else 2)
    return words("zero", n=words.number(labelled), coverage=coverage_words(words, coverage), bound=bound_text)


def bucket_words(words: Words, bucket: Bucket) -> dict[str, str]:
    """Phase and days of a bucket, as sentences name them."""
    return {"phase": words(f"phase_{bucket.phase}"), "days": words.days(bucket.first_day, bucket.last_day)}


def per_day(row: Row | None) -> float | None:
    """Posts a day of a bucket's row."""
    return None if row is None or row["posts"] is None else row["posts"] / row["days"]


def gap_words(facts: Facts, words: Words) -> list[str]:
    """The week's gaps, each as platforms, days, status and reason; platforms with the same gap share one text."""
    grouped: dict[tuple[date, date, str, str], list[str]] = {}
    for gap in facts.gaps:
        same = (gap.first_day, gap.last_day, gap.status, gap.reason)
        grouped.setdefault(same, []).append(platform_name(words, gap.platform))
    texts = []
    for (first_day, last_day, status, reason), platforms in grouped.items():
        values = {
            "platform": words.listed(platforms),
            "days": words.days(first_day, last_day),
            "status": words(f"status_{status}"),
        }
        why = reason_words(words, reason)
        texts.append(words("gap_reason", reason=why, **values) if why else words("gap", **values))
    return texts


def reason_words(words: Words, reason: str) -> str:
    """A stored reason (or several, parted by commas or colons) in the reader's language, unknown parts as they are."""
    for mark in (", ", ": "):
        if f"reason_{reason}" not in words and mark in reason:
            return mark.join(reason_words(words, part) for part in reason.split(mark))
    return words.known(f"reason_{reason}", reason)


def level_words(words: Words, level: Level) -> str:
    """`hijau`, `kuning`, `abu-abu: tidak dapat dinilai`."""
    return words(f"level_words_{level}")


def level_reasons(words: Words, judgement: Judgement) -> str:
    """Why the level is what it is."""
    texts = []
    for key, values in judgement.reasons:
        named = {name: value for name, value in values.items() if name != "platforms"}
        if "platforms" in values:
            named["platforms"] = words.listed([platform_name(words, name) for name in values["platforms"].split()])
        texts.append(words(key, **named))
    return "; ".join(texts)


def level_rule(facts: Facts, words: Words) -> str:
    """The rule of the level, to be printed wherever a level is."""
    return words("level_rule", floor=words.percent(facts.edition.coverage_floor))


def detected_sentence(facts: Facts, words: Words, bucket: Bucket) -> str:
    """What was detected in one bucket: count, rate and interval, or the zero sentence."""
    row = facts.measure(bucket)
    names = bucket_words(words, bucket)
    labelled = int(row["labelled"] or 0) if row else 0
    coverage = row["coverage"] if row else None
    if row is None or not labelled or not row["detected"]:
        return words("sentence_zero", zero=zero_sentence(words, labelled, coverage), **names)
    interval = words.interval(row["per_1000_low"], row["per_1000_high"])
    return words(
        "sentence_detected",
        detected=words.number(row["detected"]),
        rate=words.decimal(row["per_1000"]),
        interval=words("interval_95", interval=interval),
        error=words("label_error"),
        **names,
    )


def headline(facts: Facts, words: Words) -> list[str]:
    """Three to seven sentences of the week, the most important first."""
    week = facts.edition.week
    posts = facts.total("posts")
    days = words.days(week.first_day, week.last_day)
    coverage = coverage_words(words, facts.coverage)
    platforms = words.listed([platform_name(words, name) for name in facts.platforms if facts.posts_of(name)])
    if posts:
        sentences = [
            words("sentence_volume", posts=words.number(posts), platforms=platforms, days=days, coverage=coverage)
        ]
    else:
        sentences = [words("sentence_nothing", days=days, coverage=coverage)]
    if posts:
        sentences += [detected_sentence(facts, words, bucket) for bucket in _seen(facts)]
    else:
        sentences.append(zero_sentence(words, 0, facts.coverage))
    longest = max(_seen(facts) or facts.buckets, key=lambda bucket: (bucket.days, -bucket.first_day.toordinal()))
    sentences.append(_compared(facts, words, longest))
    net = facts.measure(longest)
    if net and net["net_sentiment"] is not None and net["net_low"] is not None and net["labelled"] >= MINIMUM_POSTS:
        sentences.append(_net(words, net, longest))
    gaps = gap_words(facts, words)
    if gaps:
        text = "; ".join(gaps[:_GAPS_SHOWN])
        if len(gaps) > _GAPS_SHOWN:
            text = words("sentence_gap_more", gaps=text, more=words.number(len(gaps) - _GAPS_SHOWN))
        sentences.append(words("sentence_gap", gaps=text))
    if facts.warnings:
        counts = {"failed": words.number(len(facts.warnings)), "all": words.number(len(facts.checks))}
        sentences.append(words("sentence_checks", **counts))
    return sentences


def _seen(facts: Facts) -> list[Bucket]:
    return [bucket for bucket in facts.buckets if (row := facts.measure(bucket)) and row["posts"]]


def _compared(facts: Facts, words: Words, bucket: Bucket) -> str:
    before = facts.previous(bucket)
    names = bucket_words(words, bucket)
    if before is None:
        return words("sentence_no_compare", **names)
    return words(
        "sentence_compare",
        now=words.decimal(per_day(facts.measure(bucket))),
        before=words.decimal(per_day(facts.measure(before))),
        before_days=words.days(before.first_day, before.last_day),
        **names,
    )


def _net(words: Words, row: Row, bucket: Bucket) -> str:
    interval = words.interval(row["net_low"] * 100, row["net_high"] * 100, signed=True)
    return words(
        "sentence_sentiment",
        net=words.decimal(row["net_sentiment"] * 100, signed=True),
        interval=words("interval_95", interval=interval),
        error=words("label_error"),
        **bucket_words(words, bucket),
    )
