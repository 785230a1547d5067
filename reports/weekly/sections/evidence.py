"""The posts to review: all of them on the page, to sort and filter; in print as many as a printed list can carry."""

from dataclasses import dataclass, replace

from flows.method import METHOD
from reports.tables.table import Cell, Column, Table, make_table
from reports.weekly.blocks import Block
from reports.weekly.posts import DETECTED, Flagged, Group, Listing, listings_of
from reports.weekly.section import Report, Section
from reports.wording.words import Words, clipped

PRINTED_ROWS, SIGNAL_ROWS, TEXT_LIMIT = 60, 20, 280  # of the rows, those kept for signals where there are any


@dataclass(frozen=True)
class Evidence(Block):
    """All posts with what a reader can choose from them, on the page.

    `zeros` stand there instead of posts where there is none.
    """

    intro: str
    posts: list[Flagged]
    listings: list[Listing]
    groups: list[Group]
    zeros: list[str]


@dataclass(frozen=True)
class Listings(Block):
    """The lists of posts, in print. `zeros` stand there where nothing was detected; `above` is for an empty list."""

    intro: str
    tables: list[Table]
    zeros: list[str]
    above: str


def blocks(report: Report) -> list[Block]:
    """The posts for each medium."""
    words, posts = report.words, report.posts
    listings = listings_of(report.trends, words, posts)
    shown = cut(listings)
    intro = _intro(report)
    is_cut = len(posts) > sum(len(listing.posts) for listing in shown)
    is_detected = any(listing.key == DETECTED for listing in listings)
    return [
        Evidence(intro, posts, listings, report.groups, report.zeros, on="page"),
        Listings(
            intro=f"{intro} {words('evidence_shown')}" if is_cut else intro,
            tables=[printed_list(listing, words) for listing in shown],
            zeros=[] if is_detected else report.zeros,
            above=words("evidence_list_above"),
            on="print",
        ),
    ]


def _intro(report: Report) -> str:
    words, posts = report.words, report.posts
    detected = report.facts.tables["evidence"].height
    edition = report.facts.edition
    texts = [words("evidence_intro", count=words.number(detected)), words("post_links", sheet=edition.review_sheet)]
    if len(posts) > detected:
        counts = {"signals": len(posts) - detected, "most": METHOD.signal_posts}
        texts.append(words("evidence_signals", **{key: words.number(count) for key, count in counts.items()}))
    return " ".join(texts)


def cut(listings: list[Listing]) -> list[Listing]:
    """What print can carry: the review list first, the rest shared evenly by the signals, spread over their days."""
    review = [listing for listing in listings if listing.key == DETECTED]
    signals = [listing for listing in listings if listing.key != DETECTED]
    kept = min(SIGNAL_ROWS, sum(len(listing.posts) for listing in signals))
    result = [replace(listing, posts=listing.posts[: PRINTED_ROWS - kept]) for listing in review]
    left = PRINTED_ROWS - sum(len(listing.posts) for listing in result)
    shown: dict[str, list[Flagged]] = {}
    for place, listing in enumerate(sorted(signals, key=lambda each: len(each.posts))):
        count = min(len(listing.posts), left // (len(signals) - place))
        left -= count
        shown[listing.key] = [listing.posts[number * len(listing.posts) // count] for number in range(count)]
    return result + [replace(listing, posts=shown[listing.key]) for listing in signals]


def printed_list(listing: Listing, words: Words) -> Table:
    """A list of posts as a table: of posts behind a signal the caption says why they are here."""
    keys = ("post", "text", "why", "about") if listing.key == DETECTED else ("post", "text", "about")
    counts = words("evidence_list_counts", shown=words.number(len(listing.posts)), count=listing.count)
    rows = [_printed_row(post, words) for post in listing.posts]
    caption = f"{listing.caption} {counts}" if rows else listing.caption
    return make_table(words, "posts", [Column(key) for key in keys], rows, caption=caption)


def _printed_row(post: Flagged, words: Words) -> dict[str, Cell]:
    limit = f"\n{words('why_limit', limit=post.limit)}" if post.sort_limit else ""
    return {
        "post": f"{post.time}\n{post.platform}\n{post.post_id}",
        "text": clipped(post.text, TEXT_LIMIT),
        "why": post.why + limit,
        "about": f"{post.topics}\n{post.districts}\n{post.responses}",
    }


SECTION = Section("evidence", blocks, is_annex=True)
