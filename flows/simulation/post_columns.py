"""The posts of one week and stream, as columns: time, author, text, truth, engagement, id."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from flows.periods import Election, read_election
from flows.simulation.accounts import Accounts
from flows.simulation.phrases import Grammar, topic_shares
from flows.simulation.plan import (
    CROWDTANGLE,
    DAYS,
    GRAPH,
    INSTAGRAM,
    TIKTOK,
    Planted,
    days_of,
    edge_seconds,
    midnight,
    phase_key,
)
from flows.simulation.texts import TagSets, Writer

Numbers = NDArray[np.int64]
UNKNOWN = -1
PHOTO, VIDEO, ALBUM, LINK, TEXT = range(5)
FACEBOOK_IDS = {CROWDTANGLE: 122_101_000_000_000_000, GRAPH: 122_601_000_000_000_000}  # first id of each source
INSTAGRAM_EPOCH_MS = 1_314_220_021_721
LANGUAGE_SHARES = {"id": 0.74, "jv": 0.13, "mixed": 0.13}
_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype="S1")
_HOURS = np.array([2, 1, 1, 1, 2, 5, 8, 9, 9, 9, 9, 10, 12, 11, 10, 11, 13, 15, 18, 22, 24, 20, 13, 6], dtype=float)
_WEEKEND_HOURS = np.array(
    [3, 2, 1, 1, 2, 3, 5, 8, 11, 13, 14, 13, 13, 12, 12, 13, 15, 17, 19, 22, 24, 22, 16, 8], dtype=float
)
_ELECTION_GROUPS = ("campaign", "calls", "debate", "election_logistics", "reports", "hoax_awareness")
_EMPTY_SHARE = {TIKTOK: 0.004, INSTAGRAM: 0.015, CROWDTANGLE: 0.02, GRAPH: 0.03}
_MEDIA_SHARES = {
    TIKTOK: (0.0, 1.0, 1.0, 1.0, 1.0),
    INSTAGRAM: (0.48, 0.80, 1.0, 1.0, 1.0),
    CROWDTANGLE: (0.58, 0.76, 0.80, 0.90, 1.0),
    GRAPH: (0.60, 0.75, 0.82, 0.90, 1.0),
}


@dataclass(slots=True)
class Posts:
    """Columns of posts, or of observations of posts; counts are -1 where unknown.

    `key` is the platform's own number, `created` Unix seconds, `collected` Unix milliseconds, `template`, `place`,
    `author` and `tags` are positions in their tables, `burst` a position in the names of bursts + 1 (0: none),
    `variant` a random byte that decides the form of the record.
    """

    key: Numbers
    created: Numbers
    collected: Numbers
    day: Numbers
    author: Numbers
    template: Numbers
    place: Numbers
    tags: Numbers
    media: Numbers
    likes: Numbers
    comments: Numbers
    shares: Numbers
    views: Numbers
    burst: Numbers
    variant: Numbers
    kind: Numbers
    texts: list[str | None]

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: NDArray[np.int64]) -> "Posts":
        """These rows, copied."""
        columns = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "texts"}
        return Posts(**columns, texts=[self.texts[row] for row in rows.tolist()])


def concat(parts: Sequence[Posts]) -> Posts:
    """All rows of the parts in order."""
    columns = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Posts) if f.name != "texts"}
    return Posts(**columns, texts=[text for part in parts for text in part.texts])


def shortcodes(keys: Numbers) -> list[str]:
    """Instagram shortcodes of media numbers: base 64, eleven characters."""
    digits = np.ascontiguousarray(_ALPHABET[(keys[:, None] >> np.arange(60, -1, -6)) & 63])
    codes: list[str] = digits.view("S11").ravel().astype(str).tolist()
    return codes


def post_ids(stream: int, keys: Numbers) -> list[str]:
    """The ids of posts as ronda stores them."""
    return shortcodes(keys) if stream == INSTAGRAM else [str(key) for key in keys.tolist()]


@cache
def template_shares(grammar: Grammar, boosts: str, phase: str) -> NDArray[np.float64]:
    """Cumulative shares of all templates in a week with these boosts ("group:factor group:factor") and a phase."""
    rows = topic_shares()
    factors = {name: float(factor) for name, factor in (pair.split(":") for pair in boosts.split(" "))}
    counts: dict[tuple[str, str, str], int] = {}
    for template in grammar.templates:
        place = (template.group, template.sentiment, template.language)
        counts[place] = counts.get(place, 0) + 1
    weights = np.zeros(len(grammar.templates))
    for number, template in enumerate(grammar.templates):
        row = rows.get(template.group)
        if row is not None:
            weights[number] = (
                row[phase]
                * factors.get(template.group, 1.0)
                * row[template.sentiment]
                * LANGUAGE_SHARES[template.language]
                / counts[template.group, template.sentiment, template.language]
            )
    shares: NDArray[np.float64] = np.cumsum(weights) / weights.sum()
    return shares


def _times(
    rng: Generator, day: Numbers, edges: dict[int, tuple[bool, bool]], election: Election
) -> tuple[Numbers, NDArray[np.bool_]]:
    """Unix seconds of posts on these days (sorted), and which of them sit on an edge."""
    start = np.array([midnight(d, election) for d in DAYS])
    seconds = np.empty(len(day), dtype=np.int64)
    weekend = np.array([d.weekday() >= 5 for d in DAYS])[day]
    for hours, chosen in ((_HOURS, ~weekend), (_WEEKEND_HOURS, weekend)):
        hour = np.searchsorted(np.cumsum(hours) / hours.sum(), rng.random(int(chosen.sum())), side="right")
        seconds[chosen] = hour * 3600 + rng.integers(0, 3600, size=len(hour))
    is_edge = np.zeros(len(day), dtype=bool)
    for number, (opens, closes) in edges.items():
        rows = np.flatnonzero(day == number)
        if len(rows) and opens:
            seconds[rows[0]], is_edge[rows[0]] = 0, True
        if len(rows) > 1 and closes:
            seconds[rows[-1]], is_edge[rows[-1]] = 86_399, True
    return start[day] + seconds, is_edge


def _keys(rng: Generator, stream: int, created: Numbers, serial: int) -> Numbers:
    """Ids of the platform's own kind: consistent with the time where the platform's are."""
    size = len(created)
    if stream == TIKTOK:
        return ((created - rng.integers(2, 50, size=size)) << 32) | rng.integers(0, 2**32, size=size)
    if stream == INSTAGRAM:
        moment = created * 1000 + rng.integers(0, 1000, size=size) - INSTAGRAM_EPOCH_MS
        return (moment << 23) | rng.integers(0, 2**23, size=size)
    return FACEBOOK_IDS[stream] + (serial + np.arange(size)) * 1_000_003 + rng.integers(0, 1_000_003, size=size)


def _engagement(rng: Generator, stream: int, reach: NDArray[np.float64], media: Numbers) -> tuple[Numbers, ...]:
    """Likes, comments, shares, views: heavy tails (lognormal with a Pareto tail), -1 where the platform hides them."""
    size = len(reach)
    seen = np.exp(rng.normal(5.6, 1.25, size=size) + reach) * (1 + 0.15 * rng.pareto(1.3, size=size))
    likes = (seen * rng.beta(2.0, 30.0, size=size)).astype(np.int64)
    comments = (likes * rng.lognormal(-2.3, 0.9, size=size)).astype(np.int64)
    shares = (likes * rng.lognormal(-2.9, 1.1, size=size)).astype(np.int64)
    views = seen.astype(np.int64) + likes
    unknown = np.full(size, UNKNOWN)
    luck = rng.random(size)
    if stream == TIKTOK:
        return np.where(luck < 0.006, UNKNOWN, likes), comments, shares, views
    if stream == INSTAGRAM:
        hidden = np.where(luck < 0.07, UNKNOWN, likes)
        return hidden, np.where(luck > 0.99, UNKNOWN, comments), unknown, np.where(media == VIDEO, views, UNKNOWN)
    if stream == CROWDTANGLE:
        return likes, comments, shares, np.where(media == VIDEO, views, UNKNOWN)
    return likes, comments, shares, unknown


@dataclass(frozen=True, slots=True)
class Part:
    """One week of one stream: posts a day, what is planted, the row of weeks.csv, and the posts made before it."""

    week: int
    stream: int
    counts: Numbers
    planted: Sequence[Planted]
    row: dict[str, str]
    serial: int


class Season:
    """Everything that does not change from week to week, and what makes the posts of a week."""

    def __init__(self, grammar: Grammar, accounts: dict[int, Accounts], tags: TagSets, bursts: tuple[str, ...]) -> None:
        self.grammar = grammar
        self.accounts = accounts
        self.tags = tags
        self.bursts = bursts
        self.election = read_election()
        self.edges = edge_seconds()
        self.is_election = np.array([t.group in _ELECTION_GROUPS for t in grammar.templates])
        self.official = np.flatnonzero([t.is_official for t in grammar.templates])
        self.empty = int(grammar.of_group("empty")[0])

    def week(self, rng: Generator, part: Part) -> Posts:
        """The posts of a week in one stream."""
        stream = part.stream
        day = np.repeat(np.array(days_of(part.week)), part.counts)
        size = len(day)
        created, is_edge = _times(rng, day, self.edges, self.election)
        accounts = self.accounts[stream]
        author = np.searchsorted(accounts.shares, rng.random(size), side="right").clip(max=len(accounts.handles) - 1)
        template = self._templates(rng, day, part.row)
        body = accounts.is_official[author]
        template[body] = rng.choice(self.official, size=int(body.sum()))
        template[(rng.random(size) < _EMPTY_SHARE[stream]) & ~body] = self.empty
        burst = np.zeros(size, dtype=np.int64)
        copies = self._plant(rng, part.planted, (day, author, template, burst), is_edge, accounts)
        place = np.searchsorted(self.grammar.place_shares, rng.random(size), side="right")
        tags = self.tags.draw(rng, self.is_election[template])
        writer = Writer(self.grammar, tuple(part.row["moments"].split("|")))
        texts: list[str | None] = list(writer.write(rng, template, place, self.tags.texts[tags]))
        for rows in copies:
            place[rows], tags[rows] = place[rows[0]], 0
            sentence = str(writer.sentences(rng, template[rows[:1]], place[rows[:1]])[0])
            for position in rows.tolist():
                texts[position] = sentence
        for position in np.flatnonzero(template == self.empty).tolist():
            texts[position], tags[position] = None, 0
        media = np.searchsorted(np.array(_MEDIA_SHARES[stream]), rng.random(size), side="right").clip(max=TEXT)
        likes, comments, shares, views = _engagement(rng, stream, accounts.reach[author], media)
        key = _keys(rng, stream, created, part.serial)
        return Posts(
            key=key,
            created=created,
            collected=created * 1000,
            day=day,
            author=author,
            template=template,
            place=place,
            tags=tags,
            media=media,
            likes=likes,
            comments=comments,
            shares=shares,
            views=views,
            burst=burst,
            variant=rng.integers(0, 256, size=size),
            kind=np.zeros(size, dtype=np.int64),
            texts=texts,
        )

    def _templates(self, rng: Generator, day: Numbers, row: dict[str, str]) -> Numbers:
        keys = np.array([phase_key(d) for d in DAYS])[day]
        template = np.empty(len(day), dtype=np.int64)
        for phase in dict.fromkeys(keys.tolist()):
            rows = np.flatnonzero(keys == phase)
            template[rows] = np.searchsorted(
                template_shares(self.grammar, row["boosts"], phase), rng.random(len(rows)), side="right"
            )
        return template

    def _plant(
        self,
        rng: Generator,
        planted: Sequence[Planted],
        columns: tuple[Numbers, Numbers, Numbers, Numbers],
        is_edge: NDArray[np.bool_],
        accounts: Accounts,
    ) -> list[Numbers]:
        """Put the planned rare posts on free rows, by accounts that are no public bodies; gives the copies."""
        day, author, template, burst = columns
        copies = []
        free = ~is_edge & ~accounts.is_official[author]
        for plan in planted:
            rows = np.flatnonzero(free & np.isin(day, plan.days))
            rows = np.sort(rng.choice(rows, size=min(plan.count, len(rows)), replace=False))
            free[rows] = False
            template[rows] = rng.choice(self.grammar.of_group(plan.group), size=len(rows))
            if plan.burst is not None:
                burst[rows] = self.bursts.index(plan.burst) + 1
                author[rows] = rng.choice(
                    np.arange(20, len(accounts.handles)), size=len(rows), replace=len(rows) > len(accounts.handles) - 20
                )
            if plan.group == "copypaste" and len(rows):
                template[rows] = self.grammar.of_group(plan.group)[0]
                copies.append(rows)
        return copies
