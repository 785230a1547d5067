"""What changed, in three to seven sentences made from incidents and signals; each with its query.

A signal's sentence says what, how much, against what, and how sure. Where nothing was found the sentence says how many
tests were made and what was seen, where nothing could be tested it says why. Declines of rare counts are never claimed:
such cells are not tested (method §4).
"""

from flows.method import METHOD
from flows.periods import Bucket
from reports.judging.disclosure import is_small
from reports.reading.facts import Row
from reports.reading.outcomes import Signal, Trends, baseline_words
from reports.reading.weeks import main_bucket
from reports.wording import recomputing
from reports.wording.counts import count_text
from reports.wording.incidents import incident_statement
from reports.wording.label_quality import quality_text
from reports.wording.net_bias import direction_text, known_of
from reports.wording.reviewing import review_words
from reports.wording.sentences import (
    bucket_words,
    class_counts,
    coverage_words,
    gap_words,
    q_words,
    zero_sentence,
)
from reports.wording.statement import Statement, subject_words
from reports.wording.words import DASH, Words, platform_name

MOST, GAPS_SHOWN, REASONS_SHOWN = 7, 2, 2
INCIDENTS_SHOWN = 2
CHANGES_SHOWN = MOST - 3  # incidents and signals
OF_THE_CLASS = frozenset({"not_measured", "phase_only"})  # say nothing of the week


def change_words(trends: Trends, words: Words, signal: Signal) -> str:
    """`Topik Keagamaan naik`; where only single platforms show it, which one: `Daftar telaah Penghinaan naik pada
    Facebook`."""
    what = subject_words(trends, words, signal.family, signal.subject)
    direction = words(f"direction_{signal.row['direction']}")
    if signal.platform == "all":
        return f"{what} {direction}"
    places = [platform_name(words, name) for name in (signal.platform, *signal.also)]
    return words("change_at", change=f"{what} {direction}", place=words.listed(places))


def ratio_text(words: Words, row: Row) -> str:
    """The ratio of a tested cell; a dash where it would tell a count that is too small to be shown (method §6)."""
    is_hidden = is_small(row["platform"], row["observed"]) or not has_ratio(row)
    return DASH if is_hidden else words.decimal(row["ratio"])


def ratio_interval(words: Words, row: Row) -> str:
    """Its interval; a dash where so few are expected that a ratio says nothing."""
    return words.interval(row["ratio_low"], row["ratio_high"]) if has_ratio(row) else DASH


def has_ratio(row: Row) -> bool:
    """Whether enough is expected for a ratio to say something."""
    return row["expected"] is not None and bool(row["expected"] >= METHOD.ratio_expected)


def _ratio(words: Words, row: Row) -> str:
    if row["ratio"] is None:
        return words("signal_new")
    if not has_ratio(row):
        return words("signal_rare")
    interval = words.interval(row["ratio_low"], row["ratio_high"])
    if is_small(row["platform"], row["observed"]):
        return words("signal_ratio_hidden", interval=interval)
    return words("signal_ratio", ratio=words.decimal(row["ratio"]), interval=interval)


def baseline_text(words: Words, row: Row) -> str:
    """`pembanding 8 periode 2023-W49 s.d. 2024-W04, perkiraan 41,2`."""
    first, last = baseline_words(row["baseline_weeks"])
    return words(
        "signal_baseline",
        count=words.number(row["baseline_buckets"]),
        first=first,
        last=last,
        expected=words.decimal(row["expected"]),
    )


def _place(words: Words, signal: Signal) -> str:
    place = words("all_inline") if signal.platform == "all" else platform_name(words, signal.platform)
    if not signal.also:
        return place
    return words("signal_also", place=place, also=words.listed([platform_name(words, name) for name in signal.also]))


def _counted(words: Words, row: Row) -> str:
    """What was tested of a cell: its distinct texts, and its posts where these are more."""
    observed, posts = (count_text(words, row["platform"], row[name]) for name in ("observed", "posts"))
    return words("counted_posts" if observed == posts else "counted_texts", observed=observed, posts=posts)


def signal_text(trends: Trends, words: Words, signal: Signal) -> str:
    """The sentence of a signal."""
    row = signal.row
    values = {
        "what": subject_words(trends, words, signal.family, signal.subject),
        "direction": words(f"direction_{row['direction']}"),
        "place": _place(words, signal),
        "counted": _counted(words, row),
        "ratio": _ratio(words, row),
        "baseline": baseline_text(words, row),
        "q": q_words(words, row["q"]),
        **bucket_words(words, signal.bucket),
    }
    text = words("sentence_signal", **values)
    if signal.family != "indications":
        return text
    return f"{text} {quality_text(trends.facts, words, signal.subject)}"


def statements(trends: Trends, words: Words) -> list[Statement]:
    """Three to seven sentences of the week: its incidents, that nothing else is open, its signals, then the rest."""
    facts = trends.facts
    incidents = [incident_statement(trends, words, each) for each in trends.incidents[:INCIDENTS_SHOWN]]
    is_open = any(each.is_open for each in trends.incidents)
    first = incidents if is_open else [*incidents[:1], _nothing(trends, words)]
    shown = CHANGES_SHOWN - len(first)
    signals = [
        Statement(signal.key, signal_text(trends, words, signal), recomputing.signal(signal), signal.key)
        for signal in trends.signals[:shown]
    ]
    changes = [*first, *signals]
    rest = [_volume(trends, words, shown)]
    buckets = _seen(trends) or facts.buckets
    rest += [_detected(trends, words, bucket, number) for number, bucket in enumerate(buckets, start=1)]
    net = _net(trends, words, main_bucket(facts, facts.edition.week))
    if net:
        rest.append(net)
    unseen = _unseen(trends, words)
    if unseen:
        rest.insert(1, unseen)
    return [*changes, *rest][: max(MOST, len(changes))]


def headline(trends: Trends, words: Words) -> list[str]:
    """The texts of the statements."""
    return [statement.text for statement in statements(trends, words)]


def _seen(trends: Trends) -> list[Bucket]:
    facts = trends.facts
    return [bucket for bucket in facts.buckets if (row := facts.measure(bucket)) and row["posts"]]


def _nothing(trends: Trends, words: Words) -> Statement:
    """What is said where no incident is open: how many tests found nothing else, or why there were none."""
    facts = trends.facts
    week = facts.edition.week
    values = {
        "days": words.days(week.first_day, week.last_day),
        "coverage": coverage_words(words, facts.coverage),
    }
    if trends.tested:
        small = "sentence_small_changes" if trends.signals else "sentence_no_signal"
        lead = words("sentence_else_none" if trends.incidents else small, tests=words.number(trends.tested), **values)
        return Statement("T1", f"{lead} {words('sentence_power')}", recomputing.tests(week), lead=lead)
    if trends.counted:
        lead = words("sentence_no_flag", tests=words.number(trends.counted), **values)
        return Statement("T1", f"{lead} {words('sentence_others_untested')}", recomputing.counts(week), lead=lead)
    reasons = words.listed(reason_counts(trends, words), "or") or words("signal_reason_none")
    counts = {name: words.number(facts.total(name)) for name in ("posts", "detected")}
    text = words("sentence_untested", reasons=reasons, **counts, **values)
    return Statement("T1", text, recomputing.untested(week, OF_THE_CLASS, REASONS_SHOWN), lead=text)


def reason_counts(trends: Trends, words: Words, shown: int = REASONS_SHOWN) -> list[str]:
    """Why cells of the week could not be tested, the most frequent reasons first, as words."""
    counts: dict[str, int] = {}
    for bucket in trends.facts.buckets:
        for family in trends.families(bucket).values():
            for reason, count in family.reasons:
                if reason in OF_THE_CLASS:
                    continue
                counts[reason] = counts.get(reason, 0) + count
    ordered = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return [words.known(f"signal_reason_{reason}", reason) for reason in ordered[:shown]]


def _volume(trends: Trends, words: Words, shown: int) -> Statement:
    """How much was collected, and how many signals there are beyond those shown."""
    facts = trends.facts
    more = len(trends.signals) - shown
    week = facts.edition.week
    days, coverage = words.days(week.first_day, week.last_day), coverage_words(words, facts.coverage)
    names = words.listed([platform_name(words, name) for name in facts.platforms if facts.posts_of(name)])
    posts = facts.total("posts")
    if posts:
        text = words("sentence_volume", posts=words.number(posts), platforms=names, days=days, coverage=coverage)
    else:
        text = words("sentence_nothing", days=days, coverage=coverage)
    if trends.copies:
        text += " " + words("sentence_copies", count=words.number(trends.copies))
        most = trends.copied[0] if trends.copied else None
        if most:
            counts = {name: words.number(most[name]) for name in ("posts", "authors")}
            text += " " + words("sentence_copied", **counts)
    if more > 0:
        text += " " + words("sentence_more_signals", count=words.number(more))
    return Statement("V1", text, recomputing.volume(week, shown))


def _detected(trends: Trends, words: Words, bucket: Bucket, number: int) -> Statement:
    facts = trends.facts
    row = facts.measure(bucket)
    names = bucket_words(words, bucket)
    labelled = int(row["labelled"] or 0) if row else 0
    if row is None or not labelled or not row["detected"]:
        zero = zero_sentence(words, labelled, row["coverage"] if row else None)
        return Statement(f"D{number}", words("sentence_zero", zero=zero, **names), recomputing.nothing_detected(bucket))
    counts = {code: count for code, count in facts.detected_in(bucket).items() if count}
    text = words(
        "sentence_review",
        detected=words.number(row["detected"]),
        labelled=words.number(labelled),
        classes=class_counts(facts, words, counts.items(), total=int(row["detected"])),
        stage=review_words(facts, words, bucket),
        **names,
    )
    earlier = facts.previous(bucket) if bucket.days >= METHOD.bucket_days else None
    if earlier:
        known = facts.detected_in(earlier)
        before = class_counts(facts, words, ((code, known[code]) for code in counts))
        text += " " + words("detected_before", days=words.days(earlier.first_day, earlier.last_day), classes=before)
    return Statement(f"D{number}", text, recomputing.detected(bucket, earlier), "detected")


def _net(trends: Trends, words: Words, bucket: Bucket) -> Statement | None:
    row = trends.facts.measure(bucket)
    if row is None or row["net_low"] is None or (row["labelled"] or 0) < METHOD.net_posts:
        return None
    interval = words.interval(row["net_low"] * 100, row["net_high"] * 100, signed=True)
    reason = trends.facts.not_compared(bucket)
    before = words("net_not_compared", reason=words(f"signal_reason_{reason}")) if reason else words("net_no_before")
    earlier = trends.facts.previous(bucket)
    old = trends.facts.measure(earlier) if earlier else None
    if earlier and old and old["net_low"] is not None:
        before = words(
            "net_before",
            days=words.days(earlier.first_day, earlier.last_day),
            net=words.decimal(old["net_sentiment"] * 100, signed=True),
            interval=words.interval(old["net_low"] * 100, old["net_high"] * 100, signed=True),
        )
    text = words(
        "sentence_sentiment",
        net=words.decimal(row["net_sentiment"] * 100, signed=True),
        interval=words("interval_95", interval=interval),
        error=words("label_error"),
        before=before,
        **bucket_words(words, bucket),
    )
    if known := known_of(trends.facts, bucket):
        text = f"{text} {words('net_with_error_said', direction=direction_text(words, known))}"
    return Statement("N1", text, recomputing.net(bucket, earlier if old else None))


def _unseen(trends: Trends, words: Words) -> Statement | None:
    gaps = gap_words(trends.facts, words)
    if not gaps:
        return None
    text = "; ".join(gaps[:GAPS_SHOWN])
    if len(gaps) > GAPS_SHOWN:
        text = words("sentence_gap_more", gaps=text, more=words.number(len(gaps) - GAPS_SHOWN))
    return Statement("C1", words("sentence_gap", gaps=text), recomputing.gaps(trends.facts.edition.week))
