"""Pieces of sentences: coverage, zeros, gaps and notices, in the reader's language."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date

from flows.method import METHOD
from flows.periods import Bucket, is_before_vote
from reports.edition import Edition, Language, WeekSummary, embargo_end
from reports.reading.facts import Facts, Gap
from reports.wording.words import Words, platform_name


def coverage_words(words: Words, coverage: float | None) -> str:
    """`cakupan rencana 96 %`, or that it is not known."""
    return words("zero_unknown") if coverage is None else words("zero_coverage", share=words.percent(coverage))


def zero_sentence(words: Words, labelled: int, coverage: float | None) -> str:
    """How nothing detected is said (method §2): with n, coverage and the upper bound, never as an absence."""
    if labelled == 0:
        return words("zero_nothing", coverage=coverage_words(words, coverage))
    bound = METHOD.zero_bound / labelled * 1000
    bound_text = words("zero_unbounded") if bound > 1000 else words.decimal(bound, 1 if bound >= 1 else 2)
    return words("zero", n=words.number(labelled), coverage=coverage_words(words, coverage), bound=bound_text)


def drafter_words(edition: Edition, words: Words, restated: str = "") -> str:
    """Who drew the document up, with which program and as which publication; `restated` is said after it."""
    return words(
        "briefing_drafter_value",
        office=edition.office,
        code=edition.code_version,
        publication=edition.publication,
        restated=restated,
    )


def embargo_mark(edition: Edition, words: Words) -> str:
    """`EMBARGO sampai …` with the moment it ends; empty when the edition is not released under the embargo."""
    if not edition.embargoed:
        return ""
    return words("embargo_mark", moment=words.moment(embargo_end(edition.election), edition.election.zone_label))


def embargo_text(edition: Edition, words: Words) -> str:
    """What the embargo asks of readers; empty when the edition is not released under it."""
    if not edition.embargoed:
        return ""
    return words("embargo_text", hour=words.hour(embargo_end(edition.election), edition.election.zone_label))


def source_line(facts: Facts, words: Words) -> str:
    """What stands under every chart and page: office, moment, versions and, while it holds, the embargo."""
    edition = facts.edition
    line = words(
        "source",
        office=edition.office,
        moment=words.moment(edition.local, edition.election.zone_label),
        publication=edition.publication,
        label=edition.label_version,
        data=edition.data_version,
    )
    mark = embargo_mark(edition, words)
    return f"{mark}. {line}" if mark else line


def bucket_words(words: Words, bucket: Bucket) -> dict[str, str]:
    """Phase and days of a bucket, as sentences name them."""
    return {"phase": words(f"phase_{bucket.phase}"), "days": words.days(bucket.first_day, bucket.last_day)}


def bucket_name(words: Words, bucket: Bucket) -> str:
    """`Kampanye, 5–10 Feb 2024 (6 hari)`, as tables name a bucket."""
    key = "bucket_column_one" if bucket.days == 1 else "bucket_column"
    days = words.short_days(bucket.first_day, bucket.last_day)
    return words(key, count=bucket.days, phase=words(f"phase_{bucket.phase}"), days=days)


def is_whole(bucket: Bucket) -> bool:
    """Whether a bucket is all days of its week."""
    return (bucket.first_day, bucket.last_day) == (bucket.week.first_day, bucket.week.last_day)


def bucket_head(words: Words, bucket: Bucket, whole: str) -> str:
    """The head of a column of figures of a bucket: `whole` of a whole week, else its days, as `5–10 Feb (6 hari)`."""
    if is_whole(bucket):
        return whole
    days = words.bare_days(bucket.first_day, bucket.last_day)
    return words("head_days_one" if bucket.days == 1 else "head_days", days=days, count=bucket.days)


def this_week(words: Words, bucket: Bucket) -> str:
    """`pekan ini` inside a sentence, or the days of a bucket that is a part of it."""
    return words("this_week") if is_whole(bucket) else words.bare_days(bucket.first_day, bucket.last_day)


def class_counts(
    facts: Facts,
    words: Words,
    counts: Iterable[tuple[str, int]],
    shown: int = sys.maxsize,
    total: int | None = None,
) -> str:
    """`Politik uang (30); Hoaks (2); jenis lain (1)`: classes in the order given, those beyond `shown` as one number.

    Beside their `total` a class that is all of it has no number, and classes that are more than it say why.
    """
    pairs = list(counts)
    if total is not None and [count for _, count in pairs] == [total]:
        return facts.label("indications", pairs[0][0])
    texts = [
        words("attention_type", name=facts.label("indications", code), count=words.number(count))
        for code, count in pairs[:shown]
    ]
    if rest := sum(count for _, count in pairs[shown:]):
        texts.append(words("attention_rest", count=words.number(rest)))
    classes = "; ".join(texts)
    is_more = total is not None and sum(count for _, count in pairs) > total
    return words("attention_several", classes=classes) if is_more else classes


def q_text(words: Words, q: float) -> str:
    """`0,012`, or `< 0,001` of anything smaller."""
    least = METHOD.printed_q
    return f"< {words.decimal(least, 3)}" if q < least else words.decimal(q, 3)


def q_words(words: Words, q: float) -> str:
    """The same after the letter q: `= 0,012` or `< 0,001`."""
    text = q_text(words, q)
    return text if text.startswith("<") else f"= {text}"


def gap_words(facts: Facts, words: Words) -> list[str]:
    """The week's gaps, each as platforms, days, status and reason; platforms with the same gap share one text."""
    return gap_texts(words, facts.gaps)


def gap_texts(words: Words, gaps: Iterable[Gap]) -> list[str]:
    """The same of any gaps."""
    grouped: dict[tuple[date, date, str, str], list[str]] = {}
    for gap in gaps:
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


def why_flagged(lang: Language, reasons: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    """`Politik uang (menurut aturan dan model; kata “gelem”, “inbox”)`, a class after another.

    A reason is the class as readers know it, who spoke for it (rule, model, both) and the words that told most.
    """
    words = Words(lang)
    texts = []
    for name, spoke, told in reasons:
        marks = words("why_words", words=", ".join(f"“{word}”" for word in told)) if told else ""
        texts.append(words("why_class", name=name, who=words(f"why_{spoke}"), words=marks))
    return "; ".join(texts)


def published_texts(summary: WeekSummary, edition: Edition) -> tuple[str, str]:
    """The first lines of the notice of a published week: which and its first sentence, then its lights and why."""
    words = Words(summary.lang)
    values = {"week": summary.week, "publication": summary.publication, "headline": summary.sentences[0]}
    first = words("notice_published", **values)
    if mark := embargo_mark(edition, words):
        first = f"{mark}. {first}"
    lights = words(
        "notice_lights",
        content=words(f"level_words_{summary.content}"),
        content_reason=summary.content_reason,
        collection=words(f"level_words_{summary.collection}"),
        collection_reason=summary.collection_reason,
    )
    return first, lights


def backlog_told(lang: Language, path: str, limits: Sequence[tuple[date, date]], drawn: int, today: date) -> str:
    """What to do first: how many flagged posts of all weeks wait, what comes first, and in which workbook.

    `limits` are the internal limit and the day to act by of each; `drawn` of the others wait too.
    """
    words = Words(lang)
    if not limits and not drawn:
        return words("backlog_none")
    ahead = [limit for limit, _ in limits if limit >= today]
    votes = [act_by for limit, act_by in limits if is_before_vote(limit, act_by, today)]
    passed = len(limits) - len(ahead)
    vote = words("backlog_vote", count=words.number(len(votes)), day=words.day(min(votes))) if votes else ""
    return words(
        "backlog_told",
        path=path,
        count=words.number(len(limits)),
        vote=vote,
        next=words("backlog_next", count=words.number(len(ahead)), day=words.day(min(ahead))) if ahead else "",
        passed=words("backlog_passed", count=words.number(passed)) if passed else "",
        drawn=words("backlog_drawn", count=words.number(drawn)) if drawn else "",
    )


def stopped_texts(week: str, reason: str, lang: Language) -> tuple[str, str, str]:
    """The three lines of the notice of a week that a gate stopped: which, why, and what stands meanwhile."""
    words = Words(lang)
    first = words("notice_stopped", week=week) if week else words("notice_stopped_loading")
    return first, reason, words("notice_stands")
