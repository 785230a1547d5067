"""The posts a person can look at: behind each signal and each indication, masked, with why they are here."""

from dataclasses import dataclass, field

from reports.facts import Row
from reports.statements import subject_words
from reports.trends import Trends
from reports.words import DASH, Words, platform_name

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


def evidence(trends: Trends, words: Words) -> list[Flagged]:
    """The review list first, then the posts behind signals, each post once, in time order within each."""
    facts = trends.facts
    reasons: dict[tuple[str, str], list[str]] = {}
    groups: dict[tuple[str, str], list[str]] = {}
    rows: dict[tuple[str, str], Row] = {}
    for row in facts.tables["evidence"].iter_rows(named=True):
        key = (row["platform"], row["post_id"])
        rows[key] = row
        reasons[key] = [words("why_detected", why=row["why"] or DASH)]
        groups[key] = [DETECTED, *(f"class-{code}" for code in row["indications"] or ())]
    keys = {
        (found.bucket.phase, found.family, found.subject, place): found
        for found in trends.signals
        for place in (found.platform, *found.also)
    }
    for row in facts.tables["signal_posts"].iter_rows(named=True):
        signal = keys.get((row["phase"], row["family"], row["subject"], row["signal_platform"]))
        if signal is None:
            continue
        key = (row["platform"], row["post_id"])
        rows.setdefault(key, row)
        if signal.key not in groups.setdefault(key, []):
            groups[key].append(signal.key)
            what = subject_words(trends, words, signal.family, signal.subject)
            reasons.setdefault(key, []).append(words("why_signal", key=signal.key, what=what))
    return [_flagged(trends, words, row, reasons[key], groups[key]) for key, row in rows.items()]


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
        time=words.moment(moment, election.zone_label),
        sort_time=moment.isoformat(),
        text=row["text"] or words("evidence_no_text"),
        indications=_labels(trends, "indications", row["indications"]) or DASH,
        topics=_labels(trends, "topics", row["topics"]) or words("topics_unknown"),
        districts=_labels(trends, "places", row["districts"]) or words("places_unknown"),
        responses="; ".join(counts) or DASH,
        why=" · ".join(reasons),
        limit=words.day(limit) if limit else DASH,
        sort_limit=limit.isoformat() if limit else "",
        groups=groups,
    )


def _labels(trends: Trends, seed: str, codes: list[str] | None) -> str:
    return "; ".join(trends.facts.label(seed, code) for code in codes or ())
