"""One message to people when a week is published or stopped: three lines and the link.

The addresses are settings (`notify`), in the notation of apprise: mail, Telegram, Matrix, a plain HTTP hook and others.
A notice is a courtesy: an address that does not answer is logged without its secrets and changes nothing else.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from flows.settings import Settings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message says: three lines, the first of them its title, and the address of the report."""

    lines: tuple[str, str, str]
    link: str

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


def send(settings: Settings, notice: Notice) -> int:
    """Sends a notice to every address of the setting `notify`; gives the number of addresses that took it."""
    from apprise import Apprise

    taken = 0
    for number, address in enumerate(settings.notify, start=1):
        postman = Apprise()
        if not postman.add(address.get_secret_value()):
            _LOG.warning("Address %d of the setting notify is not an apprise address; nothing was sent to it.", number)
        elif postman.notify(title=notice.title, body=notice.body):
            taken += 1
        else:
            _LOG.warning("Address %d of the setting notify did not take the notice; the publication stands.", number)
    return taken


def shortened(text: str, limit: int = 300) -> str:
    """A line for a message: white space joined, cut at a limit with a sign that it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def stopped(settings: Settings, texts: Sequence[str]) -> Notice:
    """The notice of a week that was not published; it leads to the index, where the last good release stands."""
    first, second, third = (shortened(text) for text in texts)
    return Notice((first, second, third), link_to(settings, "index.html"))


def noted(settings: Settings, day: str, texts: Sequence[str]) -> Notice:
    """The notice of a daily note; it leads to the note."""
    first, second, third = (shortened(text) for text in texts)
    return Notice((first, second, third), link_to(settings, f"daily/{day}/note.pdf"))


def published(settings: Settings, week: str, texts: Sequence[str]) -> Notice:
    """The notice of a published week; it leads to its report."""
    first, second, third = (shortened(text) for text in texts)
    return Notice((first, second, third), link_to(settings, f"{week}/weekly.html"))
