"""The pages of the desk: plain forms that work without a script, each answered by one view."""

import secrets
from collections import Counter
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from flows.desk import people
from flows.desk.backlog import Waiting
from flows.desk.guard import COOKIE, Asked, Guarded, Refusals, page, set_session
from flows.desk.queue import Desk, RefusedError, now
from flows.desk.words import Choice, choices, platforms, words_of
from flows.hosts import App, OwnNames
from flows.reviewing import log
from flows.settings import Settings

_FOLDER = Path(__file__).parent
_CODERS = ("coder", "lead")
_DECIDERS = ("adjudicator", "lead")
_LOGGED = ("lead", "admin")
_MENU = (
    ("/telaah", "queue", _CODERS),
    ("/selisih", "disputes", _DECIDERS),
    ("/kemajuan", "progress", people.ROLES),
    ("/catatan", "history", _LOGGED),
)
_LINES = 500  # of the log on one page
_LEAST_FOR_ALPHA = 30


def desk(settings: Settings, names: Collection[str] = ()) -> App:
    """The application of a home, which answers under the names of this machine and those that are given."""
    views = Views(settings)
    refusals = Refusals(views.refused, views.session_over)

    def route(path: str, view: Any, roles: tuple[str, ...], method: str = "GET") -> Route:
        endpoint = page(views.desk, view, refusals, roles, settings.lang)
        return Route(path, endpoint, methods=[method])

    missing = page(views.desk, views.missing, refusals, (), settings.lang)

    async def not_found(request: Any, error: Exception) -> Response:  # noqa: ARG001 - the shape Starlette asks for
        answer: Response = await missing(request)
        return answer

    routes = [
        route("/masuk", views.log_in, ()),
        route("/masuk", views.logging_in, (), "POST"),
        route("/keluar", views.log_out, people.ROLES, "POST"),
        route("/", views.home, people.ROLES),
        route("/telaah", views.queue, _CODERS),
        route("/telaah", views.code, _CODERS, "POST"),
        route("/lewati", views.skip, _CODERS, "POST"),
        route("/batal", views.undo, _CODERS, "POST"),
        route("/buka", views.look, _CODERS, "POST"),
        route("/selisih", views.disputes, _DECIDERS),
        route("/selisih", views.decide, _DECIDERS, "POST"),
        route("/kemajuan", views.progress, people.ROLES),
        route("/catatan", views.history, _LOGGED),
        Mount("/static", StaticFiles(directory=_FOLDER / "static")),
    ]
    app = Starlette(routes=routes, exception_handlers={404: not_found})
    return OwnNames(Guarded(app), names)


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)


class Views:
    """The pages of one home."""

    def __init__(self, settings: Settings) -> None:
        self.desk = Desk(settings.home)
        self._settings = settings
        self._zone: ZoneInfo = settings.election.zone
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER / "pages"), autoescape=True, undefined=StrictUndefined
        )

    def _page(self, asked: Asked, name: str, heading: str, status: int = 200, **facts: Any) -> Response:
        session = asked.session
        role = session.person.role if session is not None else ""
        menu = [(path, key) for path, key, roles in _MENU if role in roles]
        facts |= {"words": words_of(asked.lang), "lang": asked.lang, "session": session, "menu": menu}
        text = self._templates.get_template(f"{name}.html").render(
            heading=heading, fresh=lambda: secrets.token_hex(16), **facts
        )
        return HTMLResponse(text, status_code=status)

    def refused(self, asked: Asked, told: str, status: int) -> Response:
        """Why nothing was stored, and what was sent."""
        sent = [asked.form[name] for name in ("note", "reason") if asked.form.get(name)]
        if asked.form.get("code"):
            named = {each.code: each.label for each in self._choices(asked, now().date())}
            sent.insert(0, named.get(asked.form["code"], ""))
        return self._page(asked, "refused", "refused_title", status, told=told, sent=[each for each in sent if each])

    def missing(self, asked: Asked) -> Response:
        """An address that is none of ours."""
        return self._page(asked, "refused", "refused_title", 404, told="refused_page", sent=[])

    def session_over(self, asked: Asked) -> Response:
        """What somebody sees who is not logged in; what was sent is not stored, and said so."""
        told = "session_over" if asked.request.method == "POST" else ""
        return self._page(asked, "log_in", "log_in", 401, told=told)

    def log_in(self, asked: Asked) -> Response:
        """The form."""
        return self._page(asked, "log_in", "log_in", told="")

    def logging_in(self, asked: Asked) -> Response:
        """A session for the right name and password."""
        name = asked.form.get("name", "").lower()
        try:
            number = people.log_in(self.desk.home, name, asked.form.get("password", ""))
        except people.WaitError:
            return self._page(asked, "log_in", "log_in", 429, told="too_many_logins")
        if number is None:
            return self._page(asked, "log_in", "log_in", 403, told="wrong_login")
        return set_session(_to("/"), asked.request, number)

    def log_out(self, asked: Asked) -> Response:
        """Ends the session, here and in the store."""
        assert asked.session is not None  # noqa: S101 - a page of every role
        people.log_out(self.desk.home, asked.session)
        answer = _to("/masuk")
        answer.delete_cookie(COOKIE)
        return answer

    def home(self, asked: Asked) -> Response:
        """The first page of each role."""
        role = asked.session.person.role if asked.session is not None else ""
        if role == "lead":
            return _to("/kemajuan")  # an item that is opened is held for its coder
        return _to(next(path for path, _, roles in _MENU if role in roles))

    def queue(self, asked: Asked) -> Response:
        """The next item of a coder."""
        return self._queue(asked)

    def _queue(self, asked: Asked, links: Collection[str] = ()) -> Response:
        post, others = self.desk.open(asked.me)
        state, moment, waiting = self.desk.state(), now(), self.desk.waiting()
        left = [one for one in waiting if len(state.of(one.item).codings) < 2]
        today = moment.astimezone(self._zone).date()
        return self._page(
            asked,
            "queue",
            "queue",
            **self._shown(asked, post),
            others=others,
            published=self.desk.is_published(),
            waiting=len(left),
            passed=sum(one.limit < today for one in left),
            mine=sum(asked.me in item.codings for item in state.items.values()),
            undoable=state.undoable(asked.me, moment) is not None,
            can_look=True,
            links=links,
        )

    def _shown(self, asked: Asked, post: Waiting | None) -> dict[str, Any]:
        day = now().astimezone(self._zone).date()
        facts: dict[str, Any] = {"post": post, "platform": "", "left": 0, "posted": ""}
        if post is not None:
            written = post.created_at.astimezone(self._zone)
            facts |= {
                "platform": platforms()[post.posts[0][0]][0],
                "left": (post.limit - day).days,
                "posted": f"{written:%Y-%m-%d %H:%M}",
            }
            day = written.date()
        return facts | {"classes": self._choices(asked, day)}

    def _choices(self, asked: Asked, day: date) -> tuple[Choice, ...]:
        return choices(self._settings.seeds, asked.lang, day)

    def _code(self, asked: Asked) -> str:
        code = asked.form.get("code", "")
        if code not in {each.code for each in self._choices(asked, now().date())}:
            raise RefusedError("refused_code")
        return code

    def code(self, asked: Asked) -> Response:
        """Takes a coding."""
        form = asked.form
        self.desk.code(asked.me, form.get("item", ""), self._code(asked), form.get("note", ""), _request(asked))
        return _to("/telaah")

    def skip(self, asked: Asked) -> Response:
        """Hands an item on."""
        reason = asked.form.get("reason", "")
        if reason not in {"heavy", "unclear", "known"}:
            raise RefusedError("refused_form")
        self.desk.skip(asked.me, asked.form.get("item", ""), reason, _request(asked))
        return _to("/telaah")

    def undo(self, asked: Asked) -> Response:
        """Takes the last coding back."""
        self.desk.undo(asked.me, _request(asked))
        return _to("/telaah")

    def look(self, asked: Asked) -> Response:
        """The addresses of the open item's posts, after the look is logged."""
        posts = self.desk.look(asked.me, asked.form.get("item", ""), _request(asked))
        return self._queue(
            asked, [platforms()[platform][1].format(post_id=quote(post_id)) for platform, post_id in posts]
        )

    def disputes(self, asked: Asked) -> Response:
        """The oldest disagreement that this person may decide; the two codes without names."""
        items = self.desk.disputed(asked.me)
        item = items[0] if items else ""
        facts = self._shown(asked, self.desk.text_of(item) if item else None)
        labels = {each.code: each.label for each in facts["classes"]}
        said = sorted(labels[code] for code in self.desk.state().codes(item, now()).values())
        return self._page(asked, "disputes", "disputes", **facts, item=item, said=said, waiting=len(items))

    def decide(self, asked: Asked) -> Response:
        """Takes the decision of a third person."""
        form = asked.form
        code = self._code(asked)
        self.desk.decide(asked.me, form.get("item", ""), code, form.get("reason", ""), _request(asked))
        return _to("/selisih")

    def progress(self, asked: Asked) -> Response:
        """How much is done by whom, and how far locked first codings agree."""
        from flows.trends import agreement

        words, state, moment = words_of(asked.lang), self.desk.state(), now()
        pairs = [list(codes.values()) for item in state.items if (codes := state.codes(item, moment))]
        same = sum(len(set(codes)) == 1 for codes in pairs)
        waiting = [one for one in self.desk.waiting() if len(state.of(one.item).codings) < 2]
        half = sum(len(item.codings) == 1 for item in state.items.values())
        disputed = sum(state.is_disputed(item, moment) for item in state.items)
        alpha = words["too_few"].format(count=len(pairs), least=_LEAST_FOR_ALPHA)
        if len(pairs) >= _LEAST_FOR_ALPHA:
            value = agreement.alpha(pairs)
            alpha = words["alpha_undefined"] if value is None else f"{value:.2f} (n = {len(pairs)})"
        percent = round(100 * same / len(pairs)) if pairs else "–"
        return self._page(
            asked,
            "progress",
            "progress",
            numbers=[
                ("waiting_count", len(waiting)),
                ("half_count", half),
                ("locked_count", len(pairs)),
                ("disputed_count", disputed),
            ],
            agreed=words["agree_count"].format(same=same, all=len(pairs), percent=percent),
            alpha=alpha,
            coders=sorted(Counter(name for item in state.items.values() for name in item.codings).items()),
        )

    def history(self, asked: Asked) -> Response:
        """Who did what, the last first; codes only of items that are locked."""
        state, moment = self.desk.state(), now()
        with log.reading(self.desk.home) as connection:
            events = log.events(connection)[-_LINES:]
        labels = {each.code: each.label for each in self._choices(asked, moment.date())}
        lines = [
            {
                "moment": f"{each.moment.astimezone(self._zone):%Y-%m-%d %H:%M}",
                "who": each.who,
                "what": each.what,
                "subject": each.subject,
                "code": labels.get(each.after.get("code", ""), "") if state.is_locked(each.subject, moment) else "",
            }
            for each in reversed(events)
        ]
        return self._page(asked, "history", "history", lines=lines)


def _request(asked: Asked) -> str:
    """The number of a form, with who sent it: nobody can use up the number of another."""
    number = asked.form.get("request", "")
    if not 8 <= len(number) <= 64 or not number.isalnum():
        raise RefusedError("refused_form")
    return f"{asked.me}:{number}"
