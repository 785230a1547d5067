"""What every page of the desk stands on: the room, which draws pages and knows the words, and what a route is."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from flows.desk import clock
from flows.desk.guard import FORM_BYTES, Asked
from flows.desk.queue import Desk, RefusedError
from flows.desk.words import Choice, choices, words_of
from flows.settings import Settings

_FOLDER = Path(__file__).parent
# Whoever sees what was flagged is none of the two blind coders of an item: no role has both rights, not even a lead.
CODERS = ("coder",)
SEERS = ("adjudicator", "lead", "coach", "admin")
DECIDERS = ("adjudicator", "lead")


class Room:
    """The desk of one home, with what its pages are drawn from."""

    def __init__(self, settings: Settings) -> None:
        self.desk = Desk(settings.home)
        self.settings = settings
        self.zone: ZoneInfo = settings.election.zone
        self.menu: Sequence[Page] = ()  # the pages that a menu names
        self.forms: Sequence[Page] = ()  # those that take a form
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER / "pages"), autoescape=True, undefined=StrictUndefined
        )

    def page(self, asked: Asked, name: str, heading: str, status: int = 200, **facts: Any) -> Response:
        """The template of a name as an answer; `heading` is the key of its title, and of its place in the menu."""
        session = asked.session
        role = session.person.role if session is not None else ""
        menu = [(page.path, page.menu) for page in self.menu if not page.roles or role in page.roles]
        facts |= {"words": words_of(asked.lang), "lang": asked.lang, "session": session, "menu": menu}
        facts["other_language"] = asked.request.url.include_query_params(
            lang="en" if asked.lang == "id" else "id"
        ).query
        text = self._templates.get_template(f"{name}.html").render(
            heading=heading, fresh=lambda: secrets.token_hex(16), **facts
        )
        return HTMLResponse(text, status_code=status)

    def choices(self, asked: Asked, day: date) -> tuple[Choice, ...]:
        """What a coder chooses among, with the articles of a day."""
        return choices(self.settings.seeds, asked.lang, day)

    def local(self, moment: datetime) -> str:
        """A moment as it is written on a page."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def today(self) -> date:
        """The day that it is in the regency."""
        return clock.now().astimezone(self.zone).date()


View = Callable[[Room, Asked], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """A path and the view that answers it, for some roles; for everybody where none is named.

    `menu` is the key of the words under which the menu names it, `most` the bytes that its form may have, `refusal` the
    key of the sentence for those who have no right to it.
    """

    path: str
    view: View
    roles: tuple[str, ...]
    method: str = "GET"
    menu: str = ""
    most: int = FORM_BYTES
    refusal: str = "refused_right"


def to(path: str) -> Response:
    """The way on to another page."""
    return RedirectResponse(path, status_code=303)


def request_of(asked: Asked) -> str:
    """The number of a form, with who sent it: nobody can use up the number of another."""
    number = asked.form.get("request", "")
    if not 8 <= len(number) <= 64 or not number.isalnum():
        raise RefusedError("refused_form")
    return f"{asked.me}:{number}"
