"""The posts of a season as the platforms hold them: by account, in order, with the moment each of them vanished.

Posts, texts and counts come from the season's truth, removals from its removal lists, accounts from its parameters;
what the truth does not hold (Graph ids, media kinds of some posts, durations) is derived from the post's id. The one
departure: a post that vanished with its account is given an account of its own, because an account that posts on
cannot be gone; so is a private post where the platform knows private accounts only (TikTok, Instagram). The busiest
Instagram account is the one that asks, so that the edges which show an own account have something to show.
"""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
import pyarrow.parquet as pq

from flows.simulation.accounts import Accounts, write_accounts
from flows.simulation.histories import EDIT_NOTES
from flows.simulation.phrases import read_grammar
from flows.simulation.plan import CROWDTANGLE, GRAPH, INSTAGRAM, TIKTOK
from flows.simulation.post_columns import ALBUM, FACEBOOK_IDS, LINK, PHOTO, TEXT, VIDEO

NEVER = 2**62
DAY = 86_400
KEYWORDS = ("batang", "pemilu", "kecamatan")  # what a collector of this regency would look for
PAGE_REACH = 600  # ranked posts a Page's edges give
USER_ID = "17841400000000001"  # of the professional Instagram account that asks: the season's busiest
_PAGE_SIZE = 500  # posts of one Page of the season; the rest go to further Pages, so that all can be reached
_EDITED_AFTER = 2 * DAY
_GROWTH = (0.35, 0.6, 0.75, 0.85, 0.92, 0.96, 0.99)  # share of the final counts a post shows, by days since it was made
_FACEBOOK_MEDIA = (PHOTO,) * 60 + (VIDEO,) * 15 + (ALBUM,) * 7 + (LINK,) * 8 + (TEXT,) * 10
_INSTAGRAM_STILLS = (PHOTO,) * 12 + (ALBUM,) * 5
_OWN_ACCOUNT = {
    "tiktok": frozenset({"private", "account gone"}),
    "instagram": frozenset({"private", "account gone"}),
    "facebook": frozenset({"account gone"}),
}
_HASHTAG = re.compile(r"#(\w+)")
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_COLUMNS = ["platform", "post_id", "created_at", "text", "author", "is_edited", "likes", "comments", "shares", "views"]


@dataclass(slots=True, eq=False)
class Account:
    """One account or Page: `number` is its Graph id; `gone` says what became of it at `gone_at`."""

    handle: str
    name: str
    number: str
    followers: int
    gone: str = ""
    gone_at: int = NEVER
    items: list["Item"] = field(default_factory=list)  # newest first

    def is_here(self, now: int) -> bool:
        """Whether the account can be seen at a moment."""
        return self.gone_at > now


@dataclass(slots=True, eq=False)
class Item:
    """One post: `key` is the platform's own number, `graph_id` its id in the API, `salt` fixes what is derived."""

    key: int
    post_id: str
    graph_id: str
    created: int
    account: Account
    text: str | None
    is_edited: bool
    tags: tuple[str, ...]
    media: int
    salt: int
    likes: int | None
    comments: int | None
    shares: int | None
    views: int | None
    gone: str = ""
    gone_at: int = NEVER

    def is_here(self, now: int) -> bool:
        """Whether the post can be seen at a moment."""
        return self.created <= now < self.gone_at

    def text_at(self, now: int) -> str | None:
        """Its text: an edited post shows the first one for two days."""
        if not self.is_edited or self.text is None or now >= self.created + _EDITED_AFTER:
            return self.text
        return next((self.text.removesuffix(note) for note in EDIT_NOTES if self.text.endswith(note)), self.text)

    def growth(self, now: int) -> float:
        """The share of its final counts a post shows at a moment: it grows for seven days."""
        age = (now - self.created) // DAY
        return _GROWTH[max(age, 0)] if age < len(_GROWTH) else 1.0


@dataclass(frozen=True, slots=True)
class WatchList:
    """What a collector must watch on one platform to see every post of the season."""

    accounts: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Catalogue:
    """The posts of one platform, newest first, with the ways to find them."""

    platform: str
    items: list[Item]
    accounts: dict[str, Account]  # by handle
    by_id: dict[str, Item] = field(default_factory=dict)  # by the id the platform's API uses
    by_number: dict[str, Account] = field(default_factory=dict)
    by_tag: dict[str, list[Item]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.items.sort(key=lambda item: item.key, reverse=True)
        for item in self.items:
            self.by_id[item.graph_id] = item
            item.account.items.append(item)
            for tag in item.tags:
                self.by_tag.setdefault(tag, []).append(item)
        self.by_number = {account.number: account for account in self.accounts.values()}

    def visible(self, now: int) -> set[str]:
        """The ids, as ronda stores them, of the posts that can be seen at a moment."""
        return {item.post_id for item in self.items if item.is_here(now) and item.account.is_here(now)}


def read_season(folder: Path) -> tuple[dict[str, Catalogue], int]:
    """The catalogue of each platform, and the second the season's last batch landed."""
    about = orjson.loads((folder / "season.json").read_bytes())
    size, seed = about["parameters"]["posts"], about["parameters"]["seed"]
    makers = {name: _Maker(name) for name in ("tiktok", "facebook", "instagram")}
    for stream, accounts in write_accounts(read_grammar(), size, seed).items():
        makers[("tiktok", "instagram", "facebook", "facebook")[stream]].know(stream, accounts)
    removals = _removals(folder)
    table = pq.read_table(folder / "truth" / "posts.parquet", columns=_COLUMNS)
    for row in table.to_pylist():
        makers[row["platform"]].add(row, removals.get((row["platform"], row["post_id"])))
    last = max(seconds_of(batch["landed_at"]) for batch in about["batches"])
    return {name: maker.catalogue() for name, maker in makers.items()}, last


def visible_ids(folder: Path, now: datetime) -> dict[str, set[str]]:
    """By platform: the ids of the posts the services show at a moment: what a complete extraction must find."""
    catalogues, _ = read_season(folder)
    return {name: catalogue.visible(int(now.timestamp())) for name, catalogue in catalogues.items()}


def watch_list(folder: Path) -> dict[str, WatchList]:
    """By platform: the accounts, keywords and hashtags through which every post of the season can be reached.

    TikTok needs all three (a post is found by a hashtag, else a keyword, else its account); Facebook the ids of all
    Pages, each with fewer posts than its edges give; Instagram all handles, its hashtags (at most 30) being the ones
    hashtag search could follow for 24 hours each.
    """
    catalogues, _ = read_season(folder)
    tiktok, pages, instagram = (catalogues[name] for name in ("tiktok", "facebook", "instagram"))
    rest = {
        item.account.handle
        for item in tiktok.items
        if not item.tags and not any(word in (item.text or "").lower() for word in KEYWORDS)
    }
    return {
        "tiktok": WatchList(tuple(sorted(rest)), KEYWORDS, _frequent(tiktok)),
        "facebook": WatchList(tuple(sorted(account.number for account in pages.accounts.values() if account.items))),
        "instagram": WatchList(
            tuple(sorted(account.handle for account in instagram.accounts.values() if account.items)),
            hashtags=_frequent(instagram)[:30],
        ),
    }


def _frequent(catalogue: Catalogue) -> tuple[str, ...]:
    """All hashtags, the most frequent first."""
    return tuple(sorted(catalogue.by_tag, key=lambda tag: (-len(catalogue.by_tag[tag]), tag)))


def _removals(folder: Path) -> dict[tuple[str, str], tuple[int, str]]:
    """(platform, post id) -> (second it vanished, reason), from the removal lists of all batches."""
    removals = {}
    for path in sorted(folder.glob("exports/*/removals.csv")):
        with path.open(encoding="utf-8", newline="") as sheet:
            for row in csv.DictReader(sheet):
                removals[row["platform"], row["post_id"]] = (seconds_of(row["gone_at"]), row["reason"])
    return removals


def media_number(shortcode: str) -> int:
    """The native media number of an Instagram shortcode."""
    number = 0
    for digit in shortcode:
        number = number * 64 + _DIGITS.index(digit)
    return number


class _Maker:
    """Makes the catalogue of one platform."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self.known: dict[tuple[int, str], Account] = {}
        self.accounts: dict[str, Account] = {}
        self.sizes: dict[str, int] = {}
        self.items: list[Item] = []

    def know(self, stream: int, accounts: Accounts) -> None:
        """The accounts of one stream. A handle is one account's: a second Page with it has none but its number."""
        for index, handle in enumerate(accounts.handles):
            number = accounts.numbers[index]
            if stream in (TIKTOK, INSTAGRAM):
                number = 17_841_410_000_000_000 + index * 7_919
            account = Account(handle, accounts.names[index], str(number), int(accounts.followers[index]))
            self.known[stream, handle] = account
            if handle in self.accounts:
                account.handle = str(number)
            self.accounts[account.handle] = account

    def add(self, row: Mapping[str, Any], removal: tuple[int, str] | None) -> None:
        """One post of the truth."""
        post_id: str = row["post_id"]
        salt = crc32(post_id.encode())
        account, key = self._place(row["author"], post_id)
        gone_at, gone = removal or (NEVER, "")
        if gone in _OWN_ACCOUNT[self.platform]:
            account = self._own_account(account, salt, gone, gone_at)
        text: str | None = row["text"]
        self.items.append(
            Item(
                key=key,
                post_id=post_id,
                graph_id=self._graph_id(post_id, account),
                created=int(row["created_at"].timestamp()),
                account=account,
                text=text,
                is_edited=row["is_edited"],
                tags=tuple(sorted({tag.lower() for tag in _HASHTAG.findall(text or "")})),
                media=self._media(salt, row["views"]),
                salt=salt,
                likes=row["likes"],
                comments=row["comments"],
                shares=row["shares"],
                views=row["views"],
                gone=gone,
                gone_at=gone_at,
            )
        )

    def catalogue(self) -> Catalogue:
        """Everything added."""
        if self.platform == "instagram":
            sizes = Counter(item.account.handle for item in self.items)
            max(self.accounts.values(), key=lambda account: (sizes[account.handle], account.handle)).number = USER_ID
        return Catalogue(self.platform, self.items, self.accounts)

    def _place(self, author: str, post_id: str) -> tuple[Account, int]:
        """The account of a post and its number in the platform's order."""
        if self.platform == "tiktok":
            return self.known[TIKTOK, author], int(post_id)
        if self.platform == "instagram":
            return self.known[INSTAGRAM, author], media_number(post_id)
        stream = GRAPH if int(post_id) >= FACEBOOK_IDS[GRAPH] else CROWDTANGLE
        return self._page(self.known[stream, author]), int(post_id)

    def _page(self, page: Account) -> Account:
        """The Page, or a further one of the same body once it holds as many posts as its edges can give."""
        held = self.sizes[page.number] = self.sizes.get(page.number, 0) + 1
        further = (held - 1) // _PAGE_SIZE
        if not further:
            return page
        return self._twin(page, f"{page.handle}.{further + 1}", str(int(page.number) + 50_000_000_000 * further))

    def _own_account(self, account: Account, salt: int, gone: str, gone_at: int) -> Account:
        number = str(int(account.number) + 100_000_000_000_000 + salt)
        own = self._twin(account, f"{account.handle}.{salt:x}", number)
        own.gone, own.gone_at = gone, gone_at
        return own

    def _twin(self, account: Account, handle: str, number: str) -> Account:
        twin = Account(handle, account.name, number, account.followers // 3)
        return self.accounts.setdefault(handle, twin)

    def _graph_id(self, post_id: str, account: Account) -> str:
        if self.platform == "facebook":
            return f"{account.number}_{post_id}"
        return str(17_900_000_000_000_000 + len(self.items) * 1_000_003) if self.platform == "instagram" else post_id

    def _media(self, salt: int, views: int | None) -> int:
        if self.platform == "facebook":
            return _FACEBOOK_MEDIA[salt % len(_FACEBOOK_MEDIA)]
        return VIDEO if views is not None else _INSTAGRAM_STILLS[salt % len(_INSTAGRAM_STILLS)]


def seconds_of(text: str) -> int:
    """The Unix second of an ISO date or time, in UTC where it names no zone; raises ValueError."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def graph_time(seconds: int) -> str:
    """`2024-02-14T03:04:05+0000`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
