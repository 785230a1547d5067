"""The errors of the Graph API as a table: code, subcode and text -> whose they are, which gap they leave, what to do.

The same code means different things: 10 and 100 are said of a post that was deleted, of a Page that is closed and of a
permission that is lost. So a refusal of one object is that object's and nothing else's, and what it says of a stored
post is believed only when its Page answers (see `facebook_looks`). Contract: error guide of the Graph API (v26.0), and
the texts of recorded answers where the guide names none.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple

from flows.sources.cells import as_dict
from flows.sources.walking import Gap

# Who or what an error is about: how fast we ask, how much at once, nothing that lasts, a place in a list, all we ask of
# the source, the object asked for, or an object that has another id now.
Concern = Literal["pace", "size", "moment", "place", "source", "object", "moved"]

_LIMITS = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_100)})
_PERMISSIONS = frozenset({10, *range(200, 300)})
_SAID_TO_USER = ("message", "error_user_title", "error_user_msg")


class Row(NamedTuple):
    """One kind of error. It fits an error that has one of the codes and subcodes and holds the text; empty fits any.

    `sentence` is filled with `who` (the object asked for), `source`, `said` (code and subcode), `words` (those of the
    platform) and `to` (the id an object has now).

    `post` is the reason class of a stored post that is refused so, once it is clear that its Page may be read: empty
    where the error does not say that the post is gone. `account` is the same of the account's own refusal.
    """

    concern: Concern
    gap: Gap
    codes: Collection[int] = ()
    subcodes: Collection[int] = ()
    text: str = ""
    sentence: str = ""
    post: str = ""
    account: str = ""
    is_transient: bool = False


_CLOSED = "{who} may not be read with this token ({said}); check the permissions of token and app, or unwatch it."
_AWAY = "{who} is not there or not open to us ({said}); check it or unwatch it."
_RENEW = "The access token of {source} is no longer valid ({said}); renew it in the settings."
_FAULT = "{source} reports a passing fault ({said}); nothing to do unless it lasts for days."
_SECRET = "RONDA_GRAPH_APP_SECRET"  # noqa: S105 - the name of a setting

# The first row that fits counts.
TABLE: tuple[Row, ...] = (
    Row(
        "pace",
        Gap.QUOTA,
        _LIMITS,
        sentence="{source} is over its rate limit ({said}); it is asked again later.",
    ),
    Row(
        "object",
        Gap.PERMISSION,
        {190},
        {492},
        sentence="{who} is shown only to people with a role on it ({said}); give the token's user one, or unwatch it.",
        post="private",
    ),
    Row(
        "source",
        Gap.TOKEN,
        {190},
        {459, 464},
        sentence="The user of the access token of {source} must first log in at the platform ({said}); then renew the"
        " token in the settings.",
    ),
    Row("source", Gap.TOKEN, {102, 104, 190}, sentence=_RENEW),
    Row("source", Gap.TOKEN, {2500}, text=r"access token", sentence=_RENEW),
    Row("size", Gap.OUTAGE, text=r"reduce the amount of data", sentence=_FAULT),
    Row("moment", Gap.OUTAGE, {1, 2}, sentence=_FAULT),
    Row("moment", Gap.OUTAGE, is_transient=True, sentence=_FAULT),
    Row(
        "source",
        Gap.PERMISSION,
        {368},
        sentence="{source} is blocked by the platform ({said}); an operator must look at the app's page.",
    ),
    Row(
        "object",
        Gap.PERMISSION,
        {3},
        sentence="{who} may not be asked by this app ({said}); ask for its features on the app's page, or unwatch it.",
    ),
    Row(
        "source",
        Gap.PERMISSION,
        {100},
        text=r"requires? an appsecret_proof|invalid appsecret_proof",
        sentence="{source} wants a proof of the app's secret ({said}); set " + _SECRET + " to that of the token's app.",
    ),
    Row(
        "object",
        Gap.PERMISSION,
        {100},
        text=r"app ?secret proof",
        sentence="{who} is shown only with a proof of the app's secret ({said}); set " + _SECRET + " or unwatch it.",
    ),
    Row("moved", Gap.MOVED, {21}, sentence="{who} is {to} now ({said}); write {to} in place of it under [watch]."),
    Row(
        "moved", Gap.MOVED, {100}, {21}, sentence="{who} is {to} now ({said}); write {to} in place of it under [watch]."
    ),
    Row(
        "object",
        Gap.GONE,
        {803},
        sentence="{who} does not exist under this name ({said}); watch it by its number, or unwatch it.",
        post="removed",
        account="account gone",
    ),
    Row("object", Gap.PERMISSION, {100}, {33}, sentence=_AWAY, post="removed", account="account gone"),
    Row("object", Gap.PERMISSION, {110}, {2207013}, sentence=_AWAY, post="removed", account="account gone"),
    Row("object", Gap.PERMISSION, {100, *_PERMISSIONS}, text=r"does not exist", sentence=_AWAY, post="removed"),
    Row("object", Gap.PERMISSION, _PERMISSIONS, sentence=_CLOSED, post="private"),
    Row(
        "object",
        Gap.PERMISSION,
        {100},
        text=r"pages_read_|Page Public (Content|Metadata) Access|permission",
        sentence=_CLOSED,
        post="private",
    ),
    Row(
        "object",
        Gap.QUOTA,
        {18},
        sentence="{who} is over the platform's budget of hashtags per 7 days ({said}); watch fewer hashtags.",
    ),
    # The post it pointed at is gone, or the paging went too deep.
    Row(
        "place",
        Gap.OUTAGE,
        {100},
        text=r"cursor",
        sentence="{source}: the platform lost its place in a list ({said}); it is asked again later.",
    ),
    Row(
        "object",
        Gap.REFUSED,
        sentence="{who} is refused ({said}: {words}); check its name under [watch]. If all are, ronda needs an update.",
    ),
)
_UNKNOWN = TABLE[-1]
_PATTERNS = {row.text: re.compile(row.text, re.IGNORECASE) for row in TABLE}
_MOVED_TO = re.compile(r"migrated to page id\s+(\d+)", re.IGNORECASE)
_WORDS = 120


class Refusal(NamedTuple):
    """An error as received: the row of the table it fits, its code and words, and the id that its object has now."""

    row: Row
    said: str
    words: str = ""
    to: str | None = None

    def sentence(self, source: str, who: str) -> str:
        """What is wrong and what to do."""
        to = self.to or "another id, which the platform does not name,"
        return self.row.sentence.format(
            source=source, who=who, said=self.said, words=self.words[:_WORDS].rstrip(". "), to=to
        )

    @property
    def is_known(self) -> bool:
        """Whether the table has a row for it, besides the one for all others."""
        return self.row is not _UNKNOWN


def refusal(error: Mapping[str, Any]) -> Refusal:
    """What the error object of an answer means."""
    code, subcode = error.get("code"), error.get("error_subcode")
    words = " ".join(str(error[name]) for name in _SAID_TO_USER if error.get(name))
    row = next(row for row in TABLE if _fits(row, error, words))
    moved = _MOVED_TO.search(words) if row.concern == "moved" else None
    said = f"code {code}" + (f"/{subcode}" if subcode else "")
    return Refusal(row, said, " ".join(str(error.get("message", "")).split()), moved[1] if moved else None)


def refusal_in(body: Any) -> Refusal | None:
    """The refusal that a parsed body is; None for a body without an error."""
    error = as_dict(body).get("error")
    return None if error is None else refusal(as_dict(error))


def _fits(row: Row, error: Mapping[str, Any], words: str) -> bool:
    return (
        (not row.codes or _number(error, "code") in row.codes)
        and (not row.subcodes or _number(error, "error_subcode") in row.subcodes)
        and (not row.text or _PATTERNS[row.text].search(words) is not None)
        and (not row.is_transient or error.get("is_transient") is True)
    )


def _number(error: Mapping[str, Any], name: str) -> int | None:
    """A code; None for what is no number."""
    value = error.get(name)
    return value if isinstance(value, int) else None
