"""The constants of the method and its families of tests: each stands once, as a row of a seed.

SQL reads `seeds.method` and `seeds.families`, Python `METHOD` and `FAMILIES`; a word for readers names a constant as
`{method.<name>}`; the weekly report prints every row. They are the same in every election and regency, since numbers
are compared between them: a folder of seeds that has its own is refused. What one election or office sets for itself
stands in `election.csv` and `clocks.csv`.
"""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import sql
from flows.exits import UsageError

SEEDS = frozenset({"method", "families"})  # of no folder but sql/seeds


@dataclass(frozen=True, slots=True)
class Method:
    """The constants by name; units, sections and sources are in the seed, the readers' names in words.csv."""

    # §1 Units
    copied_words: int  # a text of so many words is a copy of the same text whoever posts it
    copied_posts: int  # a text in so many posts is named as copied
    copied_share: float  # copies are named where they are this share of a cell's posts
    # §2 Coverage
    coverage_floor: float  # succeeded of planned collections, below which nothing is compared
    earliest_year: int  # no post is older than its first day, in UTC
    days_ahead: int  # a post's time is at most so many days after it was seen
    silence_days: int  # an empty day is held against so many days before it
    silence_known_days: int  # of which at least so many were collected
    silence_odds: int  # silence is not believed where its chance is below one in so many
    doubtful_looks: int  # so many stored posts gone and none found is not believed
    # §3 Buckets and baselines
    bucket_days: int  # the shortest bucket that is compared
    baseline_least: int  # buckets of the shortest baseline
    baseline_most: int  # and of the longest: the latest ones
    past_burst_p: float  # upper p among its neighbours up to which a bucket is left out of a baseline
    platforms_together: int  # comparable platforms without which there is no comparison of all together
    # §4 Tests and intervals
    limit_tail: float  # probability beyond each of the two limits of an interval
    normal_quantile: float  # of the normal distribution, beyond which lies `limit_tail`
    net_posts: int  # labelled posts below which there is no interval of net sentiment
    exact_share_below: int  # posts below which the limits of a share are exact
    exact_ratio_below: int  # texts below which the limits of the ratio of two shares are exact
    ratio_expected: int  # texts below which the ratio of observed to expected has no interval
    zero_bound: float  # upper limit of the expected count where none was seen
    prior_count: float  # what a count weighs before anything is seen (Jeffreys)
    declines_above: int  # expected texts up to which only a rise is tested
    signal_q: float  # rate of false discoveries up to which a change is a signal or a direction
    sure_q: float  # up to which the briefing calls a signal sure, and sentiment a signal
    printed_q: float  # the smallest q that is printed
    burst_50: float  # probabilities for which the size of a burst is published, as the columns are named
    burst_80: float
    burst_95: float
    slope_buckets: int  # of the shortest series that has a direction
    term_authors: int  # of a term that is listed, at least
    term_texts: int  # distinct, of a term that is listed, at least
    term_score: float  # log-odds over their standard error, at least
    term_weeks: int  # before the week, with which it is compared
    term_weeks_least: int  # of them, at least
    term_prior_mentions: int  # what the prior weighs, at most
    term_prior_part: int  # at most one in so many of the mentions there are
    term_posts: int  # of a week that are read, about
    term_examples: int  # posts shown of a term, at most
    terms_listed: int  # of a week, at most
    name_letters: int  # of a part of a contestant's name that is looked for inside hashtags, at least
    # §6 Release and disclosure
    release_hour: int  # local time
    smallest_cell: int  # a smaller count of a single platform or kecamatan is hidden
    # §7 Clocks
    hand_over_days: int  # calendar days from first seen to the internal limit
    # §8 Coders
    coders_agree: int  # who give the same code make a post indicated
    alpha_least: float  # below it no conclusion rests on the codes; for the reader
    alpha_reliable: float  # from it on the codes are reliable; for the reader
    alpha_draws: int  # of the bootstrap limits of alpha
    # §9 Situation
    situation_texts: int  # an incident of fewer distinct texts is not in the situation
    signal_posts: int  # posts listed behind a signal, at most
    copy_accounts: int  # accounts that post one text, at least, for a copy cluster
    copy_hours: int  # within which they do
    incident_weeks: int  # after which the same matter is another incident
    event_days: int  # before or after a bucket that a known event still explains a rise
    driving_words: int  # words named of an incident, at most
    driving_share: float  # of the texts: a word in so many of them alone drives the flags
    driving_posts: int  # read for the words of an incident, and as many of the same days to compare with, about
    collection_green: float  # succeeded of planned collections, from which the collection is green
    half_of_limit: float  # of the hand-over limit, after which a confirmed act makes red
    own_precision: float  # of a class in the office's own reviews, from which its signal makes red
    # §10 Reviews
    review_flagged: int  # flagged posts of a class that a week's review sheet asks about, at most
    review_high: int  # undetected posts of each band of probability that it asks about, at most
    review_middle: int
    review_low: int
    band_high: float  # the largest probability of any class, from which an undetected post is of the band
    band_middle: float
    redrawn_from: int  # times the posts to draw, beyond which late posts let the sample be drawn again
    estimate_weeks: int  # buckets of one label version over which misses are pooled, the latest
    estimate_flags: int  # confirmed flags of the pooled buckets, from which the ratio form holds
    estimate_draws: int  # of which an estimate is the median
    own_reviews: int  # flagged posts of a class with an agreed code, from which its precision is the office's own
    measured_cases: int  # of a class in a test set, by coders and by flags, below which its measures say nothing
    # Gates
    unreadable_stop: float  # records of unknown shape in a file
    unreadable_warn: float
    rejected_warn: float  # records of a file that are rejected
    repeated_info: float  # records of a file that were known
    authors_known: float  # of live posts, at least
    times_from_ids: float  # of posts, at most
    texts_known: float  # of live posts, at least
    likes_known: float  # of posts, at least
    sentiment_known: float  # of live posts, at least
    likes_most: int  # of one post that are plausible
    comments_most: int
    shares_most: int
    views_most: int
    volume_factor: int  # posts a day over the median of earlier buckets, or below it
    volume_buckets: int  # earlier buckets without which that is not asked
    detected_most: int  # per 1,000 posts that are plausible


class Constant(NamedTuple):
    """A row of the seed, as it is printed; `section` is that of the method, `cited` the source or rule behind it."""

    name: str
    value: str
    unit: str
    section: str
    cited: str


@dataclass(frozen=True, slots=True)
class Family:
    """Cells that are tested together, so that their false discoveries are controlled together."""

    name: str
    position: int  # in which readers see them, from 1
    subjects: str  # the seed whose codes are its subjects; empty: they are named here
    named_subjects: tuple[str, ...]
    posts_column: str  # the column of core.posts that holds them; empty: every post counts
    is_share: bool  # a share of the exposure, else a count
    unit: str  # of its slopes
    level: float  # rate of false discoveries up to which a change of it is a signal; the seed names the constant


def _rows(name: str, folder: Path) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_constants(folder: Path = sql.SEEDS) -> tuple[Constant, ...]:
    """The rows of the seed, in its order."""
    return tuple(Constant(**row) for row in _rows("method", folder))


def read_method(folder: Path = sql.SEEDS) -> Method:
    """The constants; raises UsageError for a row that is missing, unknown, there twice or no number of its kind."""
    kinds = get_type_hints(Method)
    rows = Counter(constant.name for constant in read_constants(folder))
    if wrong := sorted(name for name in rows.keys() | kinds.keys() if (rows[name], name in kinds) != (1, True)):
        raise UsageError(f"sql/seeds/method.csv needs one row for every constant and no other; see {', '.join(wrong)}.")
    numbers: dict[str, Any] = {each.name: _number(each, kinds[each.name]) for each in read_constants(folder)}
    return Method(**numbers)


def _number(constant: Constant, kind: type[int] | type[float]) -> int | float:
    try:
        return kind(constant.value)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number like 0.7"
        raise UsageError(f'{constant.name} in sql/seeds/method.csv is "{constant.value}"; write {wanted}.') from None


def _level(row: Mapping[str, str]) -> float:
    if row["level"] not in ("signal_q", "sure_q"):
        raise UsageError(
            f'{row["family"]} in sql/seeds/families.csv has the level "{row["level"]}"; write signal_q or sure_q.'
        )
    return float(getattr(METHOD, row["level"]))


def read_families(folder: Path = sql.SEEDS) -> dict[str, Family]:
    """The families by name, in the order in which readers see them."""
    return {
        row["family"]: Family(
            row["family"],
            int(row["position"]),
            row["subjects"],
            tuple(row["named_subjects"].split()),
            row["posts_column"],
            row["is_share"] == "true",
            row["unit"],
            _level(row),
        )
        for row in sorted(_rows("families", folder), key=lambda row: int(row["position"]))
    }


METHOD = read_method()
FAMILIES = read_families()
