"""A loss given up by a person: nothing brings it back, the chain says so, and publications go on without it."""

import re
from pathlib import Path

from flows.exits import UsageError
from flows.keeping.condition import Say
from flows.loading import proof
from flows.publishing import build, ledger
from flows.settings import Settings
from flows.store import chain, warehouse
from flows.store.chain import Note
from flows.store.files import sync
from flows.store.runs import recorded

ID = 32  # the characters of a landed file's id that people type
LOST: frozenset[proof.Fault] = frozenset({"missing", "vanished", "changed", "manifest"})
_WEEK = re.compile(r"\d{4}-W\d{2}")


def accept_loss(settings: Settings, name: str, say: Say) -> None:
    """Gives up what `name` stands for, as `ronda check` names it: a landed file, a publication, or posts of a week.

    The chain keeps that it was given up, and its number or id stays taken. What is left of it is put aside
    (publications) or deleted (landed files, since nobody erases a person from a damaged file). Raises UsageError where
    nothing of that name is lost.
    """
    with warehouse.exclusive(settings.home), recorded(settings.home, "check", {"accept_loss": name}) as run:
        told = _of_week(settings, name) if _WEEK.fullmatch(name) else _of_ledger(settings.home, name)
        told = told or _of_landing(settings, name)
        if not told:
            raise UsageError(f"Nothing of the name {name} is lost; take the name as `ronda check` prints it.")
        run.note(message=told)
    say(told)


def _of_week(settings: Settings, week: str) -> str:
    lost = build.give_up_losses(settings, week)
    counts = " and ".join(f"{loss.posts:,} posts of {loss.platform}" for loss in lost)
    return f"{week}: {counts} are given up; the next publication says what is known now." if lost else ""


def _of_ledger(home: Path, name: str) -> str:
    entries = ledger.adopt(home)
    if name not in ledger.damaged(home, entries):
        return ""
    path = ledger.ledger_files(home).get(name)
    if path is not None:
        path.rename(path.with_name(f"{path.name}.damaged"))
        sync(path.parent)
    chain.append(home, [Note("repaired", name)])
    return f"{name} is given up: what it stated first can no longer be shown; its number is not given again."


def _of_landing(settings: Settings, name: str) -> str:
    home = settings.home
    with warehouse.opened(home) as connection:
        seen = proof.settle(home, proof.loaded_files(connection))
    flaws = [*seen.flaws, *proof.check_all_bytes(home, seen.files, seen.entries)]
    flaw = next((flaw for flaw in flaws if flaw.fault in LOST and flaw.subject[:ID] == name[:ID]), None)
    if flaw is None:
        return ""
    paths = {entry.subject: entry.facts["path"] for entry in seen.entries if "path" in entry.facts}
    file_id = next((each for each in paths if each[:ID] == name[:ID]), None)
    if file_id is None:
        return ""
    target = home / "landing" / paths[file_id]
    chain.append(home, [Note("repaired", file_id, "", {"path": paths[file_id]})])
    for path in (target, target.with_suffix(".json")):
        path.unlink(missing_ok=True)
    if target.parent.is_dir():
        sync(target.parent)
    return f"landing/{paths[file_id]} is given up; posts that only it held are gone when the tables are made anew."
