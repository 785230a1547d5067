"""The register of accounts that are watched with consent: of local admins (office) and of contestants.

It names accounts and people, so it stands outside the log, which holds only how many rows came and went; it is purged
with its purpose. What an election allows (accounts of a contestant, the day of registration) are rows of a seed.
"""

import csv
import io
import re
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from flows.periods import Election
from flows.post import PLATFORMS
from flows.reviewing import log
from flows.reviewing.log import Act
from flows.seeds import read_seed

ACCOUNT = re.compile(r"[\w.\-]{1,100}", re.ASCII)
SUBJECT = "register"
OFFICE, CONTESTANT = "office", "contestant"
# Column -> the headings under which it may stand.
COLUMNS = {
    "platform": ("platform",),
    "account": ("akun", "account"),
    "kind": ("jenis", "kind"),
    "owner": ("pemilik", "owner"),
    "contact": ("kontak", "contact"),
    "registered_on": ("tanggal_daftar", "registered_on"),
    "consent": ("persetujuan", "consent"),
    "source": ("sumber", "source"),
}
KINDS = {"kantor": OFFICE, OFFICE: OFFICE, "peserta": CONTESTANT, CONTESTANT: CONTESTANT}
_MOST_ROWS, _MOST_CHARACTERS = 5_000, 200


@dataclass(frozen=True, slots=True)
class Account:
    """One registered account; `owner` is the office or the contestant that answers for it."""

    platform: str
    account: str
    kind: str
    owner: str
    contact: str
    registered_on: date
    consent: str
    source: str
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line of a list cannot be taken: the key of the sentence, and what stands there."""

    line: int
    told: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the rules of the election do not allow: the key of the sentence, and its values."""

    told: str
    values: Mapping[str, object]


def read_list(text: str) -> tuple[list[Account], list[Fault]]:
    """The accounts of a CSV, with commas or semicolons, and every line that cannot be taken."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    try:
        delimiter = ";" if first.count(";") > first.count(",") else ","
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter))
    except csv.Error:
        return [], [Fault(1, "register_no_csv")]
    headings = [cell.strip().lower() for cell in rows[0]] if rows else []
    places = {
        column: next((headings.index(name) for name in names if name in headings), -1)
        for column, names in COLUMNS.items()
    }
    if missing := [COLUMNS[column][0] for column, place in places.items() if place < 0]:
        return [], [Fault(1, "register_no_column", ", ".join(missing))]
    if len(rows) > _MOST_ROWS:
        return [], [Fault(_MOST_ROWS, "register_too_long")]
    accounts: dict[tuple[str, str], Account] = {}
    faults: list[Fault] = []
    for line, row in enumerate(rows[1:], start=2):
        cells = {column: row[place].strip() if place < len(row) else "" for column, place in places.items()}
        if not any(cells.values()):
            continue
        account = _account(line, cells)
        if isinstance(account, Account) and (account.platform, account.account) in accounts:
            account = Fault(line, "register_twice", account.account)
        if isinstance(account, Fault):
            faults.append(account)
        else:
            accounts[account.platform, account.account] = account
    return list(accounts.values()), faults


def _account(line: int, cells: Mapping[str, str]) -> Account | Fault:
    platform, account = cells["platform"].lower(), cells["account"].lstrip("@").lower()
    kind = KINDS.get(cells["kind"].lower(), "")
    try:
        day = date.fromisoformat(cells["registered_on"])
    except ValueError:
        return Fault(line, "register_day", cells["registered_on"][:40])
    checks = (
        (platform in PLATFORMS, "register_platform", cells["platform"]),
        (ACCOUNT.fullmatch(account) is not None, "register_account", cells["account"]),
        (kind, "register_kind", cells["kind"]),
        (cells["owner"], "register_owner", account),
        (cells["consent"], "register_consent", account),
        (max(map(len, cells.values())) <= _MOST_CHARACTERS, "register_long", account),
    )
    for is_fine, told, value in checks:
        if not is_fine:
            return Fault(line, told, value[:40])
    named = (cells["owner"], cells["contact"], day, cells["consent"], cells["source"])
    return Account(platform, account, kind, *named)


def take(connection: sqlite3.Connection, accounts: Sequence[Account], who: str, request: str, moment: datetime) -> None:
    """Takes accounts into the register, inside the caller's transaction; one that is there gets its new facts."""
    known = {(each.platform, each.account) for each in read(connection)}
    new = sum((each.platform, each.account) not in known for each in accounts)
    act = Act(who, "registered", SUBJECT, request, after={"new": new, "changed": len(accounts) - new})
    if not log.append(connection, act, moment):
        return
    connection.executemany(
        "INSERT OR REPLACE INTO register VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')",
        [
            (
                *(each.platform, each.account, each.kind, each.owner, each.contact),
                *(each.registered_on.isoformat(), each.consent, each.source),
            )
            for each in accounts
        ],
    )


def read(connection: sqlite3.Connection | None) -> list[Account]:
    """Every registered account, by owner."""
    if connection is None:
        return []
    rows = connection.execute("SELECT * FROM register ORDER BY owner, platform, account")
    return [
        Account(
            *(platform, account, kind, owner, contact, date.fromisoformat(day), consent, source),
            date.fromisoformat(closed) if closed else None,
        )
        for platform, account, kind, owner, contact, day, consent, source, closed in rows
    ]


def watched(home: Path) -> dict[str, list[str]]:
    """Platform -> the registered accounts that are open, which collection watches."""
    with log.reading(home) as connection:
        accounts = read(connection)
    return {
        platform: sorted(each.account for each in accounts if each.platform == platform and each.closed_on is None)
        for platform in PLATFORMS
    }


def findings(accounts: Iterable[Account], election: Election, seeds: Path, today: date) -> list[Finding]:
    """What the rules of the election do not allow: too many accounts, too late, and open after the campaign."""
    rules = {row["code"]: int(row["value"]) for row in read_seed("account_rules", seeds)}
    campaign = [phase for phase in election.phases if phase.is_campaign]
    official = [each for each in accounts if each.kind == CONTESTANT]
    counts = Counter((each.owner, each.platform) for each in official if each.closed_on is None)
    most = rules["most_accounts"]
    told = [
        Finding("register_many", {"owner": owner, "platform": platform, "count": count, "most": most})
        for (owner, platform), count in sorted(counts.items())
        if count > most
    ]
    first = min((phase.first_day for phase in campaign if phase.first_day), default=None)
    last = max((phase.last_day for phase in campaign if phase.last_day), default=None)
    if first is not None:
        limit = first - timedelta(days=rules["registered_before"])
        told += [_of("register_late", each, limit) for each in official if each.registered_on > limit]
    if last is not None and today > last:
        told += [_of("register_open", each, last) for each in official if each.closed_on is None]
    return told


def _of(told: str, account: Account, day: date) -> Finding:
    return Finding(told, {"account": account.account, "owner": account.owner, "day": day})


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk of a coach about an account: when, of what, with whom, what was agreed, and what follows."""

    talk: str
    day: date
    platform: str
    account: str
    subject: str
    person: str
    agreed: str
    follow_up: str
    who: str


FOLLOW_UPS = ("none", "talk", "letter")


def note_talk(connection: sqlite3.Connection, talk: Talk, request: str, moment: datetime) -> None:
    """Notes a talk, inside the caller's transaction; the log says that there was one and nothing of it."""
    if not log.append(connection, Act(talk.who, "talked", SUBJECT, request, after={"talk": talk.talk}), moment):
        return
    row = (talk.talk, talk.day.isoformat(), talk.platform, talk.account, talk.subject, talk.person, talk.agreed)
    connection.execute("INSERT INTO talks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [*row, talk.follow_up, talk.who])


def talks(connection: sqlite3.Connection | None) -> list[Talk]:
    """Every talk, the last first."""
    if connection is None:
        return []
    rows = connection.execute("SELECT * FROM talks ORDER BY day DESC, talk")
    return [Talk(row[0], date.fromisoformat(row[1]), *row[2:]) for row in rows]


def new_talk() -> str:
    """A random number for a talk."""
    return secrets.token_hex(8)


def close(connection: sqlite3.Connection, platform: str, account: str, day: date) -> bool:
    """Notes that an account was closed, which ends its watch; False where none is open."""
    query = "UPDATE register SET closed_on = ? WHERE platform = ? AND account = ? AND closed_on = ''"
    return connection.execute(query, [day.isoformat(), platform, account]).rowcount > 0


def delete(connection: sqlite3.Connection, platform: str, account: str) -> bool:
    """Deletes an account and its talks; False where it is not registered."""
    where = "WHERE platform = ? AND account = ?"
    connection.execute(f"DELETE FROM talks {where}", [platform, account])  # noqa: S608 - our names
    return connection.execute(f"DELETE FROM register {where}", [platform, account]).rowcount > 0  # noqa: S608
