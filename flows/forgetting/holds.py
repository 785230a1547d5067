"""Legal holds: posts that a case needs, and that stay until it is over, whoever asks and whatever the retention says.

`RONDA_HOME/holds.csv` has the columns platform, post_id, reason, until (a day, the last one of the hold). The posts of
a case of the desk are held from its first day until it is closed.
"""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from flows.exits import UsageError
from flows.post import PLATFORMS, Rejected
from flows.reviewing import cases, log
from flows.sources.fields import stored_id
from flows.sources.tombstone import Key

COLUMNS = ("platform", "post_id", "reason", "until")


def read(home: Path, today: date) -> dict[Key, str]:
    """Post -> why it is held, of the holds that are not over: those of the file, and those of open cases.

    Raises UsageError for a row that cannot be understood, since nobody knows then what must stay.
    """
    return _of_cases(home) | _of_file(home / "holds.csv", today)


def _of_cases(home: Path) -> dict[Key, str]:
    with log.reading(home) as connection:
        if connection is None:
            return {}
        held = {
            item: f"case {case.number} of the desk"
            for item, case in cases.read(log.events(connection)).items.items()
            if case.closed is None
        }
        posts = connection.execute("SELECT platform, post_id, item FROM items").fetchall()
    return {(platform, post_id): held[item] for platform, post_id, item in posts if item in held}


def _of_file(path: Path, today: date) -> dict[Key, str]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise UsageError(f"{path} has no column {missing[0]}; its columns are {', '.join(COLUMNS)}.")
        holds = dict(_hold(path, reader.line_num, row) for row in reader)
    return {key: reason for key, (reason, until) in holds.items() if today <= until}


def _hold(path: Path, line: int, row: Mapping[str, str | None]) -> tuple[Key, tuple[str, date]]:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    where = f"{path}, line {line}"
    if not cells["reason"]:
        raise UsageError(f"{where} has no reason; write why the post must stay.")
    try:
        until = date.fromisoformat(cells["until"])
    except ValueError:
        raise UsageError(f'{where}: until is "{cells["until"][:80]}" and no day; write it like 2025-06-30.') from None
    return post_key(cells["platform"], cells["post_id"], where), (cells["reason"], until)


def post_key(platform: str, post_id: str, where: str) -> Key:
    """The key of a post that a person names. Raises UsageError, with where it stands."""
    if platform.lower() not in PLATFORMS:
        raise UsageError(f'{where}: "{platform[:80]}" is no platform; write one of {", ".join(PLATFORMS)}.')
    try:
        return platform.lower(), stored_id(platform.lower(), post_id)
    except Rejected as rejected:
        raise UsageError(f'{where}: "{post_id[:80]}" is no id of a post ({rejected}); copy it as text.') from None


def sentence(held: Iterable[Key], holds: Mapping[Key, str]) -> str:
    """What is said of posts that stay."""
    named = [f"{platform}/{post_id} ({holds[platform, post_id]})" for platform, post_id in sorted(held)]
    return f"Held for a case and not touched (holds.csv, and the cases of the desk): {'; '.join(named)}."
