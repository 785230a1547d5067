"""The pages of coaches: registered accounts, what the rules do not allow, reviewed posts of each, and talks.

Nobody else sees them and nothing of them is published. Of an account only posts are listed that people reviewed.
"""

from collections import Counter
from typing import Any
from urllib.parse import quote

import polars as pl
from starlette.responses import Response

from flows.collecting import watch_list
from flows.desk import clock, published
from flows.desk.casework import Casework
from flows.desk.guard import Asked
from flows.desk.published import Shown
from flows.desk.queue import RefusedError
from flows.desk.room import Page, Room, request_of, to
from flows.desk.words import platforms, words_of
from flows.loading import privacy
from flows.reviewing import log, register
from flows.reviewing.log import Act
from flows.reviewing.register import FOLLOW_UPS, SUBJECT, Account, Talk

COACHES = ("coach",)
_LIST_BYTES = 1_000_000
_LONGEST = 2_000
_FAULTS = 20  # that are told at once
_OUTCOMES = ("dismissed", "indicated", "closed", "referred", "undecided", "pending", "not_violation", "violation")


def _reviewed(room: Room, accounts: list[Account]) -> dict[tuple[str, str], list[Shown]]:
    """The reviewed posts of each account, the last one first; none of what still waits for a person."""
    if not accounts:
        return {}
    names = pl.Series([each.platform for each in accounts]), pl.Series([each.account for each in accounts])
    keys = privacy.author_keys(*names, privacy.author_secret(room.settings)).to_list()
    posts: dict[str, list[Shown]] = {key: [] for key in keys}
    for post in published.of_authors(room.desk.release, keys):
        if post.outcome in _OUTCOMES:
            posts[post.author_key].append(post)
    return {(each.platform, each.account): posts[key] for each, key in zip(accounts, keys, strict=True)}


def accounts(room: Room, asked: Asked) -> Response:
    """The register, with what the rules of the election do not allow."""
    return _accounts(room, asked, [])


def _accounts(room: Room, asked: Asked, faults: list[str], sent: str = "", status: int = 200) -> Response:
    words = words_of(asked.lang)
    with log.reading(room.desk.home) as connection:
        known, talks = register.read(connection), register.talks(connection)
    found = register.findings(known, room.settings.election, room.settings.seeds, room.today())
    reviewed = _reviewed(room, known)
    talked = Counter((each.platform, each.account) for each in talks)
    rows = [
        {
            "account": each,
            "platform": platforms()[each.platform][0],
            "reviewed": len(reviewed[each.platform, each.account]),
            "talks": talked[each.platform, each.account],
            "address": f"/akun/{each.platform}/{quote(each.account)}",
        }
        for each in known
    ]
    told = [words[each.told].format(**each.values) for each in found]
    columns = ",".join(names[0] for names in register.COLUMNS.values())
    facts = {"rows": rows, "told": told, "faults": faults, "sent": sent, "columns": columns}
    return room.page(asked, "accounts", "accounts", status, **facts)


def importing(room: Room, asked: Asked) -> Response:
    """Takes a list of accounts, all of it or nothing; what cannot be taken is told line by line."""
    words = words_of(asked.lang)
    request = request_of(asked)
    try:
        text = asked.files.get("file", b"").decode("utf-8-sig") or asked.form.get("list", "")
    except UnicodeDecodeError:
        raise RefusedError("refused_encoding") from None
    rows, faults = register.read_list(text)
    if faults:
        told = [words[each.told].format(line=each.line, value=each.value) for each in faults[:_FAULTS]]
        if len(faults) > _FAULTS:
            told.append(words["register_more"].format(count=len(faults) - _FAULTS))
        return _accounts(room, asked, told, text, 409)
    if not rows:
        raise RefusedError("refused_empty_list")
    with log.writing(room.desk.home) as connection:
        register.take(connection, rows, asked.me, request, clock.now())
    return to("/akun")


def _named(room: Room, platform: str, name: str) -> Account:
    with log.reading(room.desk.home) as connection:
        known = {(each.platform, each.account): each for each in register.read(connection)}
    if (platform, name) not in known:
        raise RefusedError("refused_account")
    return known[platform, name]


def closing(room: Room, asked: Asked) -> Response:
    """Notes that an account was closed by whoever answers for it; it is watched no more."""
    form = asked.form
    account = _named(room, form.get("platform", ""), form.get("account", ""))
    day = Casework(room.desk, room.settings).day(form.get("day", ""))
    with log.writing(room.desk.home) as connection:
        act = Act(asked.me, "account_closed", SUBJECT, request_of(asked), after={"day": day.isoformat()})
        if log.append(connection, act, clock.now()):
            register.close(connection, account.platform, account.account, day)
    return to(f"/akun/{account.platform}/{quote(account.account)}")


def deleting(room: Room, asked: Asked) -> Response:
    """Deletes an account and its talks, when its owner takes the consent back."""
    platform, name = (asked.form.get(field, "") for field in ("platform", "account"))
    watch_list.forget_registered(room.settings, (platform, name))  # first: the account is there for another try
    with log.writing(room.desk.home) as connection:
        act = Act(asked.me, "account_deleted", SUBJECT, request_of(asked))
        if log.append(connection, act, clock.now()):
            register.delete(connection, platform, name)
    return to("/akun")


def one(room: Room, asked: Asked) -> Response:
    """An account: its facts, its reviewed posts, and the talks about it."""
    params = asked.request.path_params
    account = _named(room, str(params["platform"]), str(params["account"]))
    with log.reading(room.desk.home) as connection:
        talks = register.talks(connection)
    posts = _reviewed(room, [account])[account.platform, account.account]
    labels = {each.code: each.label for each in room.choices(asked, room.today())}
    facts: dict[str, Any] = {
        "account": account,
        "platform": platforms()[account.platform][0],
        "posts": posts,
        "labels": labels,
        "local": room.local,
        "talks": [each for each in talks if (each.platform, each.account) == (account.platform, account.account)],
        "follow_ups": FOLLOW_UPS,
        "today": room.today().isoformat(),
    }
    return room.page(asked, "account", "accounts", **facts)


def talks(room: Room, asked: Asked) -> Response:
    """Every talk, the last first."""
    with log.reading(room.desk.home) as connection:
        noted = register.talks(connection)
    named = {name: shown for name, (shown, _) in platforms().items()}
    return room.page(asked, "talks", "talks", talks=noted, platforms=named)


def talking(room: Room, asked: Asked) -> Response:
    """Notes a talk about an account."""
    form = asked.form
    account = _named(room, form.get("platform", ""), form.get("account", ""))
    subject, person, agreed = (form.get(name, "") for name in ("subject", "person", "agreed"))
    follow_up = form.get("follow_up", "")
    if follow_up not in FOLLOW_UPS:
        raise RefusedError("refused_form")
    if not (subject and person and agreed):
        raise RefusedError("refused_talk")
    if max(map(len, (subject, person, agreed))) > _LONGEST:
        raise RefusedError("refused_long")
    day = Casework(room.desk, room.settings).day(form.get("day", ""))
    named = (account.platform, account.account, subject, person, agreed)
    talk = Talk(register.new_talk(), day, *named, follow_up, asked.me)
    with log.writing(room.desk.home) as connection:
        register.note_talk(connection, talk, request_of(asked), clock.now())
    return to(f"/akun/{account.platform}/{quote(account.account)}")


ROUTES = (
    Page("/akun", accounts, COACHES, menu="accounts"),
    Page("/akun/impor", importing, COACHES, "POST", most=_LIST_BYTES),
    Page("/akun/tutup", closing, COACHES, "POST"),
    Page("/akun/hapus", deleting, COACHES, "POST"),
    Page("/akun/{platform}/{account}", one, COACHES),
    Page("/pembinaan", talks, COACHES, menu="talks"),
    Page("/pembinaan", talking, COACHES, "POST"),
)
