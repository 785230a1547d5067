"""What an API source is: one `Source`, everything ronda knows of it, defined in its own module.

`flows.sources.SOURCES` lists them, and nothing else names one: what has to be asked, how, what a record of an answer
says, and what of it stays when its post is gone, all come from the object.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from flows.post import Post
from flows.settings import Settings
from flows.sources.http import Answer
from flows.sources.pacing import Limit
from flows.sources.walking import Connector, Walk

Page = dict[str, Any]  # one landed answer, see `pages.to_line`
Target = Mapping[str, Any]  # what a connector needs to ask one query
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched on one platform; each list in its own order, nothing twice."""

    accounts: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """A live post as far as a second look needs it."""

    platform: str
    post_id: str
    url: str | None
    query: str | None
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """How a source is reached: its checked address, how fast it may be asked, the connector with its credentials.

    `secrets` are made of the credentials and are as secret as they are.
    """

    base: str
    limit: Limit
    connector: Connector
    secrets: tuple[str, ...] = field(default=(), repr=False)


def no_polls(watched: Watched, memory: dict[str, Any], now: datetime, today: date) -> list[Walk]:  # noqa: ARG001
    """Nothing is asked beside the queries."""
    return []


def nothing_to_learn(memory: dict[str, Any], answer: Answer) -> None:
    """No answer tells what a later run needs."""


def no_list(page: Page, body: bytes) -> list[str] | None:  # noqa: ARG001
    """Every page of the source is JSON."""
    return None


def whole(raw: Any) -> Any:
    """A record is the object of the answer itself."""
    return raw


def names_nobody(page: Page, ids: Collection[str]) -> bool:  # noqa: ARG001
    """Our own requests name no owner of a post."""
    return False


@dataclass(frozen=True, slots=True)
class Source:
    """One API source.

    To ask: `credentials` are the settings without which it is not asked, `connect` opens it (raises UsageError for an
    unsafe address), `queries` gives what is asked day by day, by the names of the coverage ledger, `window_days` how
    many days one request may span. `polls` gives the walks beside them, whose days cannot be chosen; it and `learn`
    (called with every kept answer) share what has to outlive a run, kept in the state file `memory`. `looks` gives
    names and targets of the walks that ask whether stored posts are still there, `stored_id` the id of a stored post
    from the id such a walk speaks of.

    To read: `objects` gives the records of a page's parsed JSON, `listed` the bare ids of a page whose body is a
    list of them and no JSON (None for every other page); `post` maps one of either to a Post and raises Rejected.

    To erase: `kept` are the keys of an object that stay in a tombstone, `thing` the object a record stands in, `id_in`
    the post id that a text or a number in an answer stands for, `forget` takes the owner of a post that is gone out of
    the page's own request and tells whether there was one.
    """

    name: str
    platform: str
    credentials: tuple[str, ...]
    connect: Callable[[Settings], Access]
    queries: Callable[[Watched], dict[str, Target]]
    window_days: int
    looks: Callable[[Sequence[Stored], Watched], Iterable[tuple[str, Target]]]
    objects: Callable[[Page, Any], Iterator[Any]]
    post: Callable[[Any], Post]
    kept: tuple[str, ...]
    id_in: Callable[[str], str | None]
    stored_id: Callable[[str], str] = str
    memory: str | None = None
    polls: Callable[[Watched, dict[str, Any], datetime, date], list[Walk]] = no_polls
    learn: Callable[[dict[str, Any], Answer], None] = nothing_to_learn
    listed: Callable[[Page, bytes], list[str] | None] = no_list
    thing: Callable[[Any], Any] = whole
    forget: Callable[[Page, Collection[str]], bool] = names_nobody

    def is_configured(self, settings: Settings) -> bool:
        """Whether every credential is set."""
        return all(getattr(settings, name) for name in self.credentials)


def accounts(watched: Watched) -> dict[str, Target]:
    """One query an account, as the Graph API asks."""
    return {f"account:{account}": {"account": account} for account in watched.accounts}


def secret(settings: Settings, name: str) -> str:
    """The text of a secret that is set."""
    return str(getattr(settings, name).get_secret_value())


def shares(items: Sequence[_T], size: int) -> list[list[_T]]:
    """The items in order, at most `size` together."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
