"""Who comes in and goes out, and what stands in the place of a page that cannot be shown."""

from starlette.responses import Response

from flows.desk import cases, drafts, people
from flows.desk.guard import COOKIE, Asked, set_session
from flows.desk.room import Page, Room, to

_WRITTEN = ("note", "reason", "remark", "story", "letter", "signed", "subject", "agreed")  # fields that somebody typed


def refused(room: Room, asked: Asked, told: str, status: int) -> Response:
    """Why nothing was stored, what was sent, and what others did meanwhile."""
    sent = [asked.form[name] for name in _WRITTEN if asked.form.get(name)]
    if asked.form.get("code"):
        named = {each.code: each.label for each in room.choices(asked, room.today())}
        sent.insert(0, named.get(asked.form["code"], ""))
    number = asked.form.get("case", "")
    back = f"/berkas/{number}" if number.isdecimal() else "/"
    facts = {"sent": [each for each in sent if each], "meanwhile": [], "back": back}
    if told == "refused_stale":
        facts["meanwhile"] = cases.changes(room, asked)
    return room.page(asked, "refused", "refused_title", status, told=told, **facts)


def missing(room: Room, asked: Asked) -> Response:
    """An address that is none of ours."""
    return room.page(asked, "refused", "refused_title", 404, told="refused_page", sent=[], meanwhile=[], back="/")


def session_over(room: Room, asked: Asked) -> Response:
    """What somebody sees who is not logged in; what was sent is kept as a draft, or is not stored, and said so."""
    told = ""
    if asked.request.method == "POST":
        told = "session_over_kept" if drafts.keep(room, asked) else "session_over"
    return room.page(asked, "log_in", "log_in", 401, told=told)


def log_in(room: Room, asked: Asked) -> Response:
    """The form."""
    return room.page(asked, "log_in", "log_in", told="")


def logging_in(room: Room, asked: Asked) -> Response:
    """A session for the right name and password."""
    name = asked.form.get("name", "").lower()
    try:
        number = people.log_in(room.desk.home, name, asked.form.get("password", ""))
    except people.WaitError:
        return room.page(asked, "log_in", "log_in", 429, told="too_many_logins")
    if number is None:
        return room.page(asked, "log_in", "log_in", 403, told="wrong_login")
    return set_session(to("/lanjut"), asked.request, number)


def log_out(room: Room, asked: Asked) -> Response:
    """Ends the session, here and in the store."""
    assert asked.session is not None  # noqa: S101 - a page of every role
    people.log_out(room.desk.home, asked.session)
    answer = to("/masuk")
    answer.delete_cookie(COOKIE)
    return answer


def home(room: Room, asked: Asked) -> Response:
    """The first page of each role."""
    role = asked.session.person.role if asked.session is not None else ""
    if role == "lead":
        return to("/kemajuan")
    return to(next(page.path for page in room.menu if role in page.roles))


ROUTES = (
    Page("/masuk", log_in, ()),
    Page("/masuk", logging_in, (), "POST"),
    Page("/keluar", log_out, people.ROLES, "POST"),
    Page("/", home, people.ROLES),
)
