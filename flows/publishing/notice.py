"""What people are told: a week was published or stopped, or a source failed. One sender, one setting.

The addresses are settings (`notify`), in the notation of apprise: mail, Telegram, Matrix, a plain HTTP hook and others.
A notice is a courtesy: an address that does not answer is logged without its secrets and changes nothing else. The
same message about the same thing is sent once; a failure that lasts is told again after a day.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import reports
from flows.progress import one_line, visible
from flows.settings import Settings
from flows.store.watch_history import read_state, write_state

_LOG = logging.getLogger(__name__)
REMIND = timedelta(hours=23)  # a run a day later tells it again


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message says: lines, the first of them its title, and the address to look at.

    `about` names what it is about (a week, a failure), `state` what it says of it: the same state is told once, or,
    where `repeats`, once a day.
    """

    lines: tuple[str, ...]
    link: str
    about: str
    state: str
    repeats: bool = False

    @property
    def title(self) -> str:
        """The first line."""
        return self.lines[0]

    @property
    def body(self) -> str:
        """The other lines and the link."""
        return "\n".join([*self.lines[1:], self.link])


def link_to(settings: Settings, path: str) -> str:
    """The address of a published page: on the site where `site_address` names one, else its file."""
    if settings.site_address:
        return f"{settings.site_address.rstrip('/')}/{path}"
    return (settings.home / "published" / path).as_uri()


def send(settings: Settings, notice: Notice, now: datetime | None = None) -> int:
    """Sends a notice to every address of the setting `notify`; gives the number of addresses that took it.

    What was told already is not told again; of what was told only a hash is kept. A notice that no address took is not
    counted as told.
    """
    moment = now or datetime.now(UTC)
    path = settings.home / "told.json"
    told = {name: facts for name, facts in read_state(path).items() if not _is_over(facts, moment)}
    key = hashlib.sha256(notice.about.encode()).hexdigest()[:16]
    state = hashlib.sha256(notice.state.encode()).hexdigest()[:16]
    known = told.get(key)
    if not settings.notify or (known is not None and known["state"] == state):
        return 0
    taken = _deliver(settings, notice)
    if taken:
        until = (moment + REMIND).isoformat() if notice.repeats else None
        write_state(path, told | {key: {"state": state, "until": until}})
    return taken


def _is_over(facts: dict[str, str | None], now: datetime) -> bool:
    return (until := facts.get("until")) is not None and datetime.fromisoformat(until) <= now


def _deliver(settings: Settings, notice: Notice) -> int:
    from apprise import Apprise

    taken = 0
    for number, address in enumerate(settings.notify, start=1):
        postman = Apprise()
        if not postman.add(address.get_secret_value()):
            _LOG.warning("Address %d of the setting notify is not an apprise address; nothing was sent to it.", number)
        elif postman.notify(title=one_line(notice.title), body=visible(notice.body)):
            taken += 1
        else:
            _LOG.warning("Address %d of the setting notify did not take the notice; nothing else changes.", number)
    return taken


def shortened(text: str, limit: int = 300) -> str:
    """A line for a message: white space joined, cut at a limit and ended with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def stopped(settings: Settings, week: str, reason: str) -> Notice:
    """The notice of a week that a gate stopped (empty: the loading, before any week).

    It leads to the index, where the last good release stands.
    """
    lines = tuple(shortened(text) for text in reports.stopped_texts(week, reason, settings.lang))
    return Notice(lines, link_to(settings, "index.html"), f"week {week}", f"stopped {' '.join(lines)}")


def noted(settings: Settings, place: str, texts: Sequence[str]) -> Notice:
    """The notice of a daily note; it leads to the note in its folder, which ends with the day."""
    day = place.rpartition("/")[2]
    lines = tuple(shortened(text) for text in texts)
    return Notice(lines, link_to(settings, f"{place}/note.pdf"), f"day {day}", f"noted {' '.join(lines)}")


def published(settings: Settings, place: str, publication: int, texts: Sequence[str]) -> Notice:
    """The notice of a published week; it leads to its report in a folder: `2024-W05`, `en/2024-W05`."""
    week = place.rpartition("/")[2]
    lines = tuple(shortened(text) for text in texts)
    return Notice(lines, link_to(settings, f"{place}/weekly.html"), f"week {week}", f"published {publication}")


def failed(settings: Settings, sentence: str) -> Notice:
    """The notice of a source that failed: the one sentence a person can act on."""
    title = f"ronda: {settings.election.regency}"
    return Notice((title, sentence), link_to(settings, "index.html"), f"failure {sentence}", "failed", repeats=True)
