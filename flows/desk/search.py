"""What an analyst asks of the published posts: the facets of an address, and the counts and posts they lead to.

The state of a search is its address alone, so that a link shows the same to a colleague. Every value is bound; the text
of a query is put together from the fragments below and nothing else. Texts are the published ones, which are masked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from flows.desk.release import Release

PAGE_POSTS = 20
CSV_POSTS = 20_000
_WORDS = 8  # of a search that are looked for
_CHARACTERS = 200  # of a value of an address
LISTED = 12  # values of a facet that has many

# The same text by at least two accounts; by its group, since a text too short for one is said by chance.
_COPIED = """posts.text_group IN (
    SELECT text_group FROM core.posts WHERE text_group IS NOT NULL
    GROUP BY text_group HAVING count(DISTINCT author_key) > 1)"""


class Facet(NamedTuple):
    """One way to narrow: its name in the address, the condition on a post, and the values it is counted by, if any."""

    name: str
    condition: str
    values: str = ""
    is_long: bool = False  # only the most frequent values are listed


FACETS = (
    Facet("pekan", "posts.week = ?", "week"),
    Facet("hari", "CAST(posts.day AS VARCHAR) = ?", "CAST(day AS VARCHAR)"),
    Facet("fase", "posts.phase = ?", "phase"),
    Facet("platform", "posts.platform = ?", "platform"),
    Facet("topik", "list_contains(posts.topics, ?)", "unnest(topics)"),
    Facet("jenis", "list_contains(posts.indications, ?)", "unnest(indications)"),
    Facet("kecamatan", "list_contains(posts.districts, ?)", "unnest(districts)"),
    Facet("tagar", "list_contains(posts.hashtags, ltrim(lower(?), '#'))", "unnest(hashtags)", is_long=True),
    Facet("akun", "starts_with(posts.author_key, lower(?))", "author_key", is_long=True),
    Facet("teks", "posts.text_group = ?"),
)
LONG = frozenset(facet.name for facet in FACETS if facet.is_long)
_STEPS = {"pekan", "hari"}  # of a time axis
_BY_NAME = {facet.name: facet for facet in FACETS}
_OF_COVERAGE = ("pekan", "hari", "fase", "platform")  # what coverage is known of
_IN_COVERAGE = {
    "pekan": "calendar.week = ?",
    "hari": "CAST(coverage.day AS VARCHAR) = ?",
    "fase": "calendar.phase = ?",
    "platform": "coverage.platform = ?",
}
SEARCH, COPIED, BESIDE, PAGE = "q", "salinan", "banding", "hal"


@dataclass(frozen=True, slots=True)
class Search:
    """The state of the explorer: what an address says."""

    words: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)  # facet -> value, in the order of FACETS
    copied: bool = False
    beside: str = ""  # a second week
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Search":
        """The state in the query part of an address; what is no facet of ours is left out."""

        def value(name: str) -> str:
            return query.get(name, "").replace("\0", "").strip()[:_CHARACTERS]

        chosen = {facet.name: value(facet.name) for facet in FACETS if value(facet.name)}
        number = value(PAGE)
        return cls(
            words=value(SEARCH),
            chosen=chosen,
            copied=value(COPIED) == "ya",
            beside=value(BESIDE) if "pekan" in chosen and value(BESIDE) != chosen["pekan"] else "",
            page=min(int(number), 10_000) if number.isdecimal() and len(number) < 6 and int(number) else 1,
        )

    def address(self, path: str = "/jelajah") -> str:
        """The address that says the same."""
        parts = {SEARCH: self.words, **self.chosen, COPIED: "ya" if self.copied else "", BESIDE: self.beside}
        parts[PAGE] = str(self.page) if self.page > 1 else ""
        query = urlencode({name: value for name, value in parts.items() if value})
        return f"{path}?{query}" if query else path

    def narrowed(self, name: str, value: str) -> "Search":
        """The same with one facet more, or with another value of it; from its first page."""
        chosen = {facet.name: self.chosen.get(facet.name, "") for facet in FACETS} | {name: value}
        if name in {"pekan", "fase"}:
            chosen["hari"] = ""
        kept = {key: each for key, each in chosen.items() if each}
        return replace(self, chosen=kept, page=1, beside=self.beside if kept.get("pekan") != self.beside else "")

    def without(self, name: str) -> "Search":
        """The same with one part taken back."""
        return replace(
            self,
            words="" if name == SEARCH else self.words,
            chosen={key: each for key, each in self.chosen.items() if key != name},
            copied=self.copied and name != COPIED,
            beside="" if name in {BESIDE, "pekan"} else self.beside,
            page=1,
        )

    def sides(self) -> list["Search"]:
        """The search, and where it compares two weeks the same of the other."""
        if not self.beside:
            return [self]
        return [self, replace(self.narrowed("pekan", self.beside), beside=self.chosen["pekan"])]

    @property
    def is_compared(self) -> bool:
        """Whether it stands beside another week."""
        return bool(self.beside)

    @property
    def step(self) -> str:
        """The facet that its time axis goes by: days where they lie in one week."""
        return "hari" if "pekan" in self.chosen or "hari" in self.chosen else "pekan"

    def condition(self) -> tuple[str, list[str]]:
        """What a post fulfils, with the values to bind."""
        parts = [_BY_NAME[name].condition for name in self.chosen]
        values = list(self.chosen.values())
        for word in self.words.lower().split()[:_WORDS]:
            parts.append("contains(lower(posts.text), ?)")
            values.append(word)
        if self.copied:
            parts.append(_COPIED)
        return " AND ".join(parts) or "true", values


class Count(NamedTuple):
    """How many posts have one value of a facet."""

    value: str
    posts: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search leads to: n, and the counts by facet."""

    posts: int
    gone: int
    accounts: int
    texts: int
    counts: Mapping[str, tuple[Count, ...]]


class Coverage(NamedTuple):
    """How much of what was planned was collected; `share` is None where no plan says it."""

    share: float | None
    days: int
    days_missing: int  # on which nothing was collected on one of the platforms asked for
    is_partly_unknown: bool


class Step(NamedTuple):
    """One bar of the time axis: a day or a week."""

    value: str
    posts: int
    coverage: float | None
    status: str


class Post(NamedTuple):
    """One post as it is shown."""

    platform: str
    post_id: str
    created_at: datetime
    week: str
    phase: str
    account: str | None
    text: str | None
    topics: list[str]
    indications: list[str]
    districts: list[str]
    hashtags: list[str]
    text_group: str | None
    state: str


def _count(facet: Facet, *, is_whole: bool) -> str:
    counted = (
        f"SELECT '{facet.name}' AS facet, value, count(*) AS posts, NULL"  # noqa: S608 - ours
        f" FROM (SELECT {facet.values} AS value FROM hits) WHERE value IS NOT NULL GROUP BY value"
    )
    limit = f" ORDER BY posts DESC, value LIMIT {LISTED}" if facet.is_long and not is_whole else ""
    return f"(FROM ({counted}){limit})"


_COUNTED = {
    (is_whole, step): "\nUNION ALL\n".join(
        _count(facet, is_whole=is_whole) for facet in FACETS if facet.values and facet.name not in _STEPS - {step}
    )
    for is_whole in (False, True)
    for step in _STEPS
}


def find(release: Release, search: Search) -> Found:
    """The counts of a search, the most frequent value of each facet first: of long ones the first `LISTED`.

    Where two weeks are compared every value is counted, since what is rare in one may be frequent in the other.
    """
    condition, values = search.condition()
    query = f"""
    WITH hits AS MATERIALIZED (
        SELECT week, day, phase, platform, topics, indications, districts, hashtags, author_key, text_group, state
        FROM core.posts AS posts WHERE {condition}
    )
    SELECT '' AS facet, NULL AS value, count(*) AS posts, count(DISTINCT author_key) AS accounts FROM hits
    UNION ALL
    SELECT 'gone', NULL, count(*) FILTER (WHERE state <> 'live'),
        count(DISTINCT text_group) FILTER (WHERE state = 'live')
            + count(*) FILTER (WHERE state = 'live' AND text_group IS NULL)
    FROM hits
    UNION ALL {_COUNTED[search.is_compared, search.step]}
    """  # noqa: S608 - fragments of this module; values are bound
    counts: dict[str, list[Count]] = {facet.name: [] for facet in FACETS if facet.values}
    posts = gone = accounts = texts = 0
    for facet, value, number, people in release.rows(query, values):
        if facet == "":
            posts, accounts = number, people
        elif facet == "gone":
            gone, texts = number, people
        else:
            counts[facet].append(Count(value, number))
    ordered = {name: tuple(sorted(each, key=lambda one: (-one.posts, one.value))) for name, each in counts.items()}
    return Found(posts, gone, accounts, texts, ordered)


def _covered(search: Search) -> tuple[str, list[str]]:
    parts = [_IN_COVERAGE[name] for name in _OF_COVERAGE if name in search.chosen]
    return " AND ".join(parts) or "true", [search.chosen[name] for name in _OF_COVERAGE if name in search.chosen]


def coverage(release: Release, search: Search) -> Coverage:
    """What was collected of the days and platforms of a search, whatever else it asks for."""
    condition, values = _covered(search)
    query = f"""
    WITH days AS (
        SELECT coverage.platform, coverage.day, bool_and(status = 'not_collected') AS is_missing,
            sum(succeeded) AS succeeded, CASE WHEN count(*) = count(planned) THEN sum(planned) END AS planned
        FROM core.coverage AS coverage JOIN core.calendar AS calendar ON coverage.day = calendar.day
        WHERE {condition} GROUP BY coverage.platform, coverage.day
    )
    SELECT
        CASE WHEN count(*) = count(planned) THEN sum(succeeded) / nullif(sum(planned), 0) END,
        count(DISTINCT day),
        count(DISTINCT day) FILTER (WHERE is_missing),
        count(*) > count(planned)
    FROM days
    """  # noqa: S608 - as above
    return Coverage(*release.rows(query, values)[0])


def steps(release: Release, search: Search, found: Found) -> list[Step]:
    """The bars of the time axis, every day or week that coverage knows, gaps too."""
    condition, values = _covered(search)
    unit = "CAST(coverage.day AS VARCHAR)" if search.step == "hari" else "calendar.week"
    query = f"""
    SELECT {unit} AS unit,
        CASE WHEN count(*) = count(planned) THEN sum(succeeded) / nullif(sum(planned), 0) END,
        CASE
            WHEN bool_and(status = 'not_collected') THEN 'not_collected'
            WHEN bool_or(status = 'unknown') THEN 'unknown'
            WHEN bool_and(status = 'observed') THEN 'observed'
            ELSE 'partial'
        END
    FROM core.coverage AS coverage JOIN core.calendar AS calendar ON coverage.day = calendar.day
    WHERE {condition} GROUP BY unit ORDER BY unit
    """  # noqa: S608 - as above
    counts = {count.value: count.posts for count in found.counts[search.step]}
    known = [Step(unit, counts.pop(unit, 0), share, status) for unit, share, status in release.rows(query, values)]
    return sorted([*known, *(Step(unit, posts, None, "unknown") for unit, posts in counts.items())])


_POSTS = """
SELECT posts.platform, posts.post_id, posts.created_at, posts.week, posts.phase, posts.author_key, posts.text,
    posts.topics, posts.indications, posts.districts, posts.hashtags, posts.text_group, posts.state
FROM core.posts AS posts WHERE {condition}
ORDER BY posts.created_at DESC, posts.platform, posts.post_id LIMIT ? OFFSET ?
"""


def posts(release: Release, search: Search, most: int = PAGE_POSTS) -> list[Post]:
    """The posts of a page of a search, the latest first; or the first so many of them."""
    condition, values = search.condition()
    offset = (search.page - 1) * most if most == PAGE_POSTS else 0
    return [Post(*row) for row in release.rows(_POSTS.format(condition=condition), [*values, most, offset])]


def accounts_per_text(release: Release, groups: list[str]) -> dict[str, int]:
    """Of copied texts the number of accounts that posted each."""
    if not groups:
        return {}
    query = """
    SELECT text_group, count(DISTINCT author_key) FROM core.posts
    WHERE list_contains(CAST(? AS VARCHAR[]), text_group) GROUP BY text_group"""
    return dict(release.rows(query, [sorted(set(groups))]))


def weeks(release: Release) -> list[tuple[str, date, date]]:
    """Every week that the tables know, with its days; the latest first."""
    query = "SELECT week, min(first_day), max(last_day) FROM core.buckets GROUP BY week ORDER BY week DESC"
    return [(week, first, last) for week, first, last in release.rows(query)]


def comparability(release: Release, search: Search) -> Iterator[str]:
    """Why the buckets of a search must not be compared, as the method says it; nothing where they may."""
    query = """
    SELECT DISTINCT reason FROM core.buckets
    WHERE NOT is_comparable AND reason IS NOT NULL AND week = ? AND platform = ? ORDER BY reason"""
    week, platform = search.chosen.get("pekan", ""), search.chosen.get("platform", "all")
    return (reason for (reason,) in release.rows(query, [week, platform]))
