"""The pages of cases: what waits to become one, how each stands, and what is done next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.responses import Response

from flows.desk import casework, clock, packet, people, private
from flows.desk.backlog import Key
from flows.desk.casework import Casework, Doing
from flows.desk.guard import Asked
from flows.desk.packet import Handing
from flows.desk.queue import RefusedError
from flows.desk.review import SPLIT_REASONS
from flows.desk.room import DECIDERS, Page, Room, request_of, to
from flows.desk.words import platforms, words_of
from flows.reviewing import clocks, log, papers
from flows.reviewing.cases import ENDS_AFTER, ENDS_BEFORE, OUTCOMES, SEEN, Case, Step
from flows.reviewing.clocks import Due, Rules

_SHOWN = 20  # of what waits to become a case, the soonest limit first
_LONGEST, _LONGEST_STORY = 2_000, 4_000
_FILE_BYTES, _FILES = 5_000_000, 10  # of one attachment, and attachments of a case
# What an attachment begins with -> how its name ends; nothing else is taken.
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"%PDF-": "pdf"}


def _work(room: Room) -> Casework:
    return Casework(room.desk, room.settings)


def listing(room: Room, asked: Asked) -> Response:
    """What waits to become a case, and every case: the open ones first, what is due soonest on top."""
    work, today = _work(room), room.today()
    labels = {each.code: each.label for each in room.choices(asked, today)}
    cases = list(room.desk.cases().by_number.values())
    rules = clocks.read_rules(room.settings.seeds)
    waits = {case.number: _due(room, asked, case, rules) for case in cases}
    cases.sort(key=lambda case: (case.closed is not None, _soonest(waits[case.number]), case.number))
    waiting = work.candidates()
    candidates = [
        {
            "name": each.name,
            "label": labels.get(each.code, each.code),
            "count": len(each.posts),
            "text": each.posts[0].text,
            "limit": each.limit,
            "late": each.limit is not None and each.limit < today,
            "receivers": _named(casework.receivers(room.settings, each.code, today), asked),
            "joinable": [case.number for case in cases if case.stage == "opened" and case.code == each.code],
        }
        for each in waiting[:_SHOWN]
    ]
    rows = [
        {
            "case": case,
            "label": labels.get(case.code, case.code),
            "receiver": _receiver(room, asked, case),
            "due": waits[case.number][:1],
            "mine": case.assignee == asked.me,
        }
        for case in cases
    ]
    return room.page(asked, "cases", "cases", candidates=candidates, waiting=len(waiting), rows=rows)


def _named(rows: Mapping[str, Mapping[str, str]], asked: Asked) -> list[tuple[str, str]]:
    return [(code, f"{row['first_receiver']} ({row[f'label_{asked.lang}']})") for code, row in rows.items()]


def _receiver(room: Room, asked: Asked, case: Case) -> str:
    rows = _receivers(room, case)
    return str(rows[case.receiver]["first_receiver"]) if case.receiver in rows else words_of(asked.lang)["unknown"]


def _receivers(room: Room, case: Case) -> Mapping[str, Mapping[str, str]]:
    """The receivers of the day on which the case was handed over, or of today."""
    return casework.receivers(room.settings, case.code, case.day_of("case_referred") or room.today())


def _soonest(due: Sequence[Mapping[str, Any]]) -> date:
    return due[0]["day"] if due else date.max


def _due(room: Room, asked: Asked, case: Case, rules: Rules) -> list[dict[str, Any]]:
    """What a case waits for, as a page shows it: the day, how many are left, what for, and by which rule."""
    words, today = words_of(asked.lang), room.today()

    def told(each: Due) -> dict[str, Any]:
        rule = each.rule
        if rule is None:
            label, law = words["clock_hand_over"], words["clock_internal"]
        else:
            kind = words["clock_working" if rule.is_working else "clock_calendar"].format(days=rule.days)
            paused = ", ".join(f"{day} {name}" for day, name in each.paused.items())
            stops = words["clock_paused"].format(days=paused) if paused else ""
            label, law = rule.labels[asked.lang], "; ".join(filter(None, (kind, rule.law, stops)))
        return {"day": each.day, "left": (each.day - today).days, "label": label, "law": law}

    return [told(each) for each in rules.due(case)]


def one(room: Room, asked: Asked) -> Response:
    """A case: how it stands, what is next, its posts, its papers, and what was done."""
    return _one(room, asked, _number(asked))


def _one(room: Room, asked: Asked, number: int, seen: Sequence[private.Private] = ()) -> Response:
    work = _work(room)
    case = work.case(number)
    with log.reading(room.desk.home) as connection:
        assert connection is not None  # noqa: S101 - the case stands there
        remarks = papers.remarks(connection, case.subject)
        kept = papers.of(connection, case.subject)
        accounts = people.everybody(connection)
    labels = {each.code: each.label for each in room.choices(asked, room.today())}
    posts = work.posts(case)
    return room.page(
        asked,
        "case",
        "cases",
        case=case,
        label=labels.get(case.code, case.code),
        receiver=_receiver(room, asked, case),
        due=_due(room, asked, case, clocks.read_rules(room.settings.seeds)),
        posts=posts,
        lost=len(work.keys(case)) - len(posts),
        platforms={name: shown for name, (shown, _) in platforms().items()},
        local=room.local,
        papers=kept,
        steps=[
            {
                "moment": room.local(step.moment),
                "who": step.who,
                "told": told_of(step, words_of(asked.lang)),
                "remark": remarks.get(step.request, ""),
            }
            for step in case.steps
        ],
        online=packet.online(case, room.settings, asked.lang),
        handlers=sorted(name for name, (role, is_open) in accounts.items() if is_open and role in DECIDERS),
        endings=ENDS_BEFORE if case.stage == "opened" else ENDS_AFTER,
        outcomes=OUTCOMES,
        states=casework.ONLINE,
        today=room.today().isoformat(),
        seen=seen,
        splittable=_splittable(room, case),
        reasons=SPLIT_REASONS,
    )


def _splittable(room: Room, case: Case) -> dict[Key, str]:
    """The posts that can be taken out of a case that was not handed over, each with its item, which has others too."""
    items = room.desk.keyed(case.items) if case.stage == "opened" else {}
    sizes = Counter(items.values())
    return {post: item for post, item in items.items() if sizes[item] > 1}


def told_of(step: Step, words: Mapping[str, str]) -> str:
    """What was done in a step, with what it says."""
    facts = step.facts
    parts = [words[f"did_{step.what}"]]
    parts += [str(facts[name]) for name in ("letter", "person", "name") if name in facts]
    named = (("outcome", "outcome"), ("reason", "ending"), ("state", "online"))
    parts += [words[f"{key}_{facts[name]}"] for name, key in named if name in facts]
    days = [facts["day"]] if "day" in facts else []
    if "registered" in facts:
        days.append(" ".join((words["registered_told"], facts["registered"])))
    told = ": ".join(parts)
    return f"{told} ({', '.join(days)})" if days else told


def _number(asked: Asked, name: str = "") -> int:
    text = asked.form.get(name, "") if name else str(asked.request.path_params["number"])
    if not text.isdecimal() or not text.isascii() or len(text) > 9:
        raise RefusedError("refused_case")
    return int(text)


def _doing(asked: Asked, field: str = "remark") -> Doing:
    remark = asked.form.get(field, "")
    if len(remark) > (_LONGEST_STORY if field == "story" else _LONGEST):
        raise RefusedError("refused_long")
    return Doing(asked.me, _number(asked, "case"), _number(asked, "seen"), request_of(asked), remark)


def _back(doing: Doing) -> Response:
    return to(f"/berkas/{doing.number}")


def opening(room: Room, asked: Asked) -> Response:
    """Makes a case of what waits, or takes it into one that is not handed over yet."""
    form, work = asked.form, _work(room)
    name, where = form.get("name", ""), form.get("where", "")
    if where.startswith("join-"):
        number = int(where.removeprefix("join-")) if where.removeprefix("join-").isdecimal() else 0
        work.join(Doing(asked.me, number, work.case(number).version, request_of(asked)), name)
        return to(f"/berkas/{number}")
    return to(f"/berkas/{work.open(asked.me, name, where, request_of(asked))}")


def assign(room: Room, asked: Asked) -> Response:
    """Gives a case to somebody who may handle cases."""
    doing, person = _doing(asked), asked.form.get("person", "")
    with log.reading(room.desk.home) as connection:
        role, is_open = people.everybody(connection).get(person, ("", False))
    if not is_open or role not in DECIDERS:
        raise RefusedError("refused_person")
    _work(room).act(doing, "case_assigned", {"person": person})
    return _back(doing)


def check(room: Room, asked: Asked) -> Response:
    """Notes whether the posts are still online, by one who looked."""
    doing, state = _doing(asked), asked.form.get("state", "")
    if state not in casework.ONLINE:
        raise RefusedError("refused_form")
    _work(room).act(doing, "case_checked", {"state": state})
    return _back(doing)


def attach(room: Room, asked: Asked) -> Response:
    """Keeps a screen capture or a document; its name is ours, whatever it was called."""
    doing, content = _doing(asked), asked.files.get("file", b"")
    ending = next((end for start, end in _KINDS.items() if content.startswith(start)), None)
    if ending is None:
        raise RefusedError("refused_file")
    if len(content) > _FILE_BYTES:
        raise RefusedError("refused_size")

    def kept(connection: Any, case: Case) -> Mapping[str, Any]:
        number = sum(each.kind == papers.CAPTURE for each in papers.of(connection, case.subject)) + 1
        if number > _FILES:
            raise RefusedError("refused_files")
        name = f"lampiran-{number:02}.{ending}"
        made = (asked.me, clock.now(), content)
        return {"name": name, "sha256": papers.put(connection, case.subject, name, papers.CAPTURE, made)}

    _work(room).act(doing, "case_attached", {}, kept)
    return _back(doing)


def refer(room: Room, asked: Asked) -> Response:
    """Hands a case over: its letter gets a number and a day, and letter and packet are kept as they left."""
    form, doing = asked.form, _doing(asked, "story")
    _work(room).refer(doing, form.get("letter", ""), form.get("day", ""), form.get("signed", ""))
    return _back(doing)


def answered(room: Room, asked: Asked) -> Response:
    """Notes what the receiver answered."""
    doing = _doing(asked)
    _work(room).answer(doing, asked.form.get("day", ""), asked.form.get("registered", ""))
    return _back(doing)


def decided(room: Room, asked: Asked) -> Response:
    """Notes what the receiver decided."""
    doing = _doing(asked)
    _work(room).decide(doing, asked.form.get("outcome", ""), asked.form.get("day", ""))
    return _back(doing)


def closing(room: Room, asked: Asked) -> Response:
    """Ends a case."""
    doing = _doing(asked)
    _work(room).close(doing, asked.form.get("ending", ""))
    return _back(doing)


def reopening(room: Room, asked: Asked) -> Response:
    """Opens a case again."""
    doing = _doing(asked)
    _work(room).reopen(doing)
    return _back(doing)


def look(room: Room, asked: Asked) -> Response:
    """Texts as they were written, accounts and addresses, after the look is logged."""
    doing, work = _doing(asked), _work(room)
    if not doing.remark:
        raise RefusedError("refused_why")
    seen = private.read(room.desk.home, work.keys(work.case(doing.number)))
    work.act(doing, SEEN, {"posts": len(seen)})
    return _one(room, asked, doing.number, seen)


def paper(room: Room, asked: Asked) -> Response:
    """A paper of a case as a file; the letter of one that was not handed over as a draft."""
    case = _work(room).case(_number(asked))
    name = str(asked.request.path_params["name"])
    with log.reading(room.desk.home) as connection:
        content = papers.content(connection, case.subject, name) if connection is not None else None
    if content is None and name == packet.LETTER and case.stage == "opened":
        contents, _ = _work(room).contents(case)
        draft = Handing("", room.today(), "", "", case.steps[0].moment)
        content = packet.letter(room.settings, contents, draft, asked.lang)
    if content is None:
        raise RefusedError("refused_paper")
    saved = f"berkas-{case.number}-{name}"
    headers = {"content-disposition": f'attachment; filename="{saved}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


def changes(room: Room, asked: Asked) -> list[str]:
    """What was done to a case since the page was shown that a refused form came from."""
    words, seen = words_of(asked.lang), asked.form.get("seen", "")
    number = asked.form.get("case", "")
    case = room.desk.cases().by_number.get(int(number)) if number.isdecimal() else None
    if case is None or not seen.isdecimal():
        return []
    later = [step for step in case.steps if step.number > int(seen) and step.what != SEEN]
    return [f"{room.local(step.moment)}: {step.who} {words[f'did_{step.what}']}" for step in later]


ROUTES = (
    Page("/berkas", listing, DECIDERS, menu="cases"),
    Page("/berkas/buka", opening, DECIDERS, "POST"),
    Page("/berkas/tugas", assign, DECIDERS, "POST"),
    Page("/berkas/daring", check, DECIDERS, "POST"),
    Page("/berkas/lampiran", attach, DECIDERS, "POST", most=_FILE_BYTES + 20_000),
    Page("/berkas/teruskan", refer, DECIDERS, "POST"),
    Page("/berkas/jawaban", answered, DECIDERS, "POST"),
    Page("/berkas/putusan", decided, DECIDERS, "POST"),
    Page("/berkas/tutup", closing, DECIDERS, "POST"),
    Page("/berkas/buka-lagi", reopening, DECIDERS, "POST"),
    Page("/berkas/lihat", look, DECIDERS, "POST"),
    Page("/berkas/{number}", one, DECIDERS),
    Page("/berkas/{number}/{name}", paper, DECIDERS),
)
