"""Posts of published weeks that are gone without a reason: they stop every publication."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import sql
from flows.exits import GateStoppedError
from flows.loading import proof
from flows.publishing import ledger
from flows.settings import Settings
from flows.store import chain, checks
from flows.store.chain import Entry, Note
from flows.store.warehouse import Connection

CHECK = "published_posts_kept"
_MOST_NAMED = 5


class Loss(NamedTuple):
    """Posts of a published week that are gone: how many were stated, are known now, and went for a known reason."""

    week: str
    platform: str
    stated: int
    known: int
    explained: int

    @property
    def posts(self) -> int:
        """How many are gone without a reason."""
        return self.stated - self.known - self.explained


def load_forgotten(connection: Connection, entries: Sequence[Entry]) -> None:
    """Replaces base.forgotten by what the chain says."""
    connection.execute("DELETE FROM base.forgotten")
    if rows := ledger.forgotten(entries):
        connection.executemany("INSERT INTO base.forgotten VALUES (?, ?, ?, ?)", [tuple(row) for row in rows])


def losses(connection: Connection) -> list[Loss]:
    """Every published week and platform that lost posts without a reason, in a warehouse whose tables are built."""
    rows: list[tuple[Any, ...]] = connection.execute(checks.query_of(sql.FOLDER / "checks", CHECK)).fetchall()
    return [Loss(week, platform, *map(int, counts)) for week, platform, *counts in rows]


def stop_on_losses(settings: Settings, connection: Connection, entries: Sequence[Entry]) -> None:
    """Raises GateStoppedError when published posts are gone without a reason, with the files that are not loaded."""
    lost = losses(connection)
    if not lost:
        return
    first = lost[0]
    more = f" ({len(lost) - 1:,} more weeks or platforms lost posts too)" if lost[1:] else ""
    why = f", {first.explained:,} of them erased or expired" if first.explained else ""
    raise GateStoppedError(
        f"{first.week} was published with {first.stated:,} posts of {first.platform} and {first.known:,} of them are "
        f"known now{why}{more}. {_unloaded(settings, connection, entries)} Nothing was published."
        f" What no backup brings back is given up by `ronda check --accept-loss {first.week}`."
    )


def _unloaded(settings: Settings, connection: Connection, entries: Sequence[Entry]) -> str:
    """The files that were loaded before and are not now, in a sentence with what to do."""
    loaded = proof.loaded_files(connection)
    reasons = dict(connection.execute("SELECT file_id, reason FROM base.set_aside").fetchall())
    names = {item.file_id: item.file for item in proof.inspect(settings.home).files}
    paths = {entry.subject: f"landing/{entry.facts['path']}" for entry in entries if "path" in entry.facts}
    missing = [file_id for file_id in chain.last_of(entries, "loaded") if file_id not in loaded]
    if not missing:
        return "All files that were loaded still are: compare the version of ronda and the seeds with those of then."
    told = [reasons.get(each) or names.get(each) or paths.get(each, each) for each in missing[:_MOST_NAMED]]
    rest = f" and {len(missing) - _MOST_NAMED:,} more" if missing[_MOST_NAMED:] else ""
    return f"Loaded then and not now: {'; '.join(told)}{rest}. Restore them from a backup and run it again."


def give_up(home: Path, lost: Sequence[Loss]) -> None:
    """Notes in the chain that a person gave posts up which nothing can bring back: that explains their loss."""
    posts: dict[str, dict[str, int]] = {}
    for loss in lost:
        posts.setdefault(loss.week, {})[loss.platform] = loss.posts
    chain.append(home, [Note("repaired", chain.CHAIN, facts={"posts": posts})] if posts else [])
