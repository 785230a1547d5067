"""The posts a person can look at, masked: the review list, then ordinary posts behind each signal, kept apart."""

from dataclasses import dataclass, field

import polars as pl

from flows.method import METHOD
from reports.reading.facts import Row
from reports.reading.outcomes import Signal, Trends
from reports.wording.counts import count_text
from reports.wording.reviewing import review_words
from reports.wording.statement import subject_words
from reports.wording.statements import change_words
from reports.wording.words import DASH, Words, platform_name

DETECTED = "detected"  # the group of the review list


@dataclass(frozen=True)
class Flagged:
    """One post of the lists, in words; nothing here is markup. `groups` are the keys of what it stands behind."""

    platform: str
    post_id: str
    time: str
    sort_time: str
    text: str
    indications: str
    topics: str
    districts: str
    responses: str
    why: str
    limit: str
    sort_limit: str
    groups: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """What a reader can choose to see: a signal, the review list, or one class of it."""

    key: str
    name: str
    count: int


@dataclass(frozen=True)
class Listing:
    """Posts under a caption of their own: the review list or those of one signal, of `count` there are in all."""

    key: str
    caption: str
    count: str
    posts: list[Flagged]


def posts_to_review(trends: Trends, words: Words) -> list[Flagged]:
    """The review list, then the posts of each signal in the order of the signals, each post once; each in time order.

    A post's first group is the list it stands in: a post of the review list stays there whatever else it is behind.
    """
    reasons: dict[tuple[str, str], list[str]] = {}
    groups: dict[tuple[str, str], list[str]] = {}
    rows: dict[tuple[str, str], Row] = {}
    for row in trends.facts.tables["evidence"].sort("created_at", maintain_order=True).iter_rows(named=True):
        key = (row["platform"], row["post_id"])
        rows[key] = row
        reasons[key] = [words("why_detected", why=row["why"] or DASH)]
        groups[key] = [DETECTED, *(f"class-{code}" for code in row["indications"] or ())]
    for signal in trends.signals:
        what = subject_words(trends, words, signal.family, signal.subject)
        for row in _posts_behind(trends, signal):
            key = (row["platform"], row["post_id"])
            rows.setdefault(key, row)
            groups.setdefault(key, []).append(signal.key)
            reasons.setdefault(key, []).append(words("why_signal", key=signal.key, what=what))
    return [_flagged(trends, words, row, reasons[key], groups[key]) for key, row in rows.items()]


def _posts_behind(trends: Trends, signal: Signal) -> list[Row]:
    """The posts listed of a signal in time order: of the place it was found first, then of the others."""
    frame = trends.facts.tables["signal_posts"].filter(
        pl.col("phase") == signal.bucket.phase,
        pl.col("family") == signal.family,
        pl.col("subject") == signal.subject,
    )
    posts: dict[tuple[str, str], Row] = {}
    for place in (signal.platform, *signal.also):
        for row in frame.filter(pl.col("signal_platform") == place).iter_rows(named=True):
            posts.setdefault((row["platform"], row["post_id"]), row)
    return sorted(list(posts.values())[: METHOD.signal_posts], key=lambda row: row["created_at"])


def listings_of(trends: Trends, words: Words, posts: list[Flagged]) -> list[Listing]:
    """The posts under their captions, with how many there are in all: the review list, then one list a signal."""
    detected = trends.facts.tables["evidence"].height
    lists: dict[str, list[Flagged]] = {DETECTED: []} if detected else {}
    lists |= {signal.key: [] for signal in trends.signals}
    for post in posts:
        lists[post.groups[0]].append(post)
    captions = {DETECTED: words("evidence_list_detected", stage=review_words(trends.facts, words))}
    counts = {DETECTED: words.number(detected)}
    for signal in trends.signals:
        change = change_words(trends, words, signal)
        captions[signal.key] = words("evidence_list_signal", key=signal.key, change=change)
        counts[signal.key] = count_text(words, signal.platform, signal.row["posts"])
    return [Listing(key, captions[key], counts[key], lists[key]) for key in lists]


def groups_of(trends: Trends, words: Words, posts: list[Flagged]) -> list[Group]:
    """What the reader can choose from, with the number of posts listed: the review list, its classes, the signals."""
    counts: dict[str, int] = {}
    for post in posts:
        for group in post.groups:
            counts[group] = counts.get(group, 0) + 1
    names = {DETECTED: words("group_detected")}
    for code in trends.facts.tables["seeds.indications"]["code"]:
        names[f"class-{code}"] = trends.facts.label("indications", code)
    for signal in trends.signals:
        what = subject_words(trends, words, signal.family, signal.subject)
        names[signal.key] = words("why_signal", key=signal.key, what=what)
    return [Group(key, name, counts[key]) for key, name in names.items() if key in counts]


def _flagged(trends: Trends, words: Words, row: Row, reasons: list[str], groups: list[str]) -> Flagged:
    facts = trends.facts
    election = facts.edition.election
    moment = row["created_at"].astimezone(election.zone)
    counts = [
        words(f"evidence_{name}", count=words.number(row[name]))
        for name in ("likes", "comments", "shares", "views")
        if row[name] is not None
    ]
    limit = row.get("hand_over_limit")
    return Flagged(
        platform=platform_name(words, row["platform"]),
        post_id=row["post_id"],
        time=words.short_moment(moment, election.zone_label),
        sort_time=moment.isoformat(),
        text=row["text"] or words("evidence_no_text"),
        indications=_labels(trends, "indications", row["indications"]) or DASH,
        topics=_labels(trends, "topics", row["topics"]) or words("topics_unknown"),
        districts=_labels(trends, "places", row["districts"]) or words("places_unknown"),
        responses="; ".join(counts) or DASH,
        why=" · ".join(reasons),
        limit=words.short_day(limit) if limit else DASH,
        sort_limit=limit.isoformat() if limit else "",
        groups=groups,
    )


def _labels(trends: Trends, seed: str, codes: list[str] | None) -> str:
    return "; ".join(trends.facts.label(seed, code) for code in codes or ())
