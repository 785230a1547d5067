"""What the made-up office of the demo did after reviewing: cases on their way, the register, talks, and a shared task.

A story is a list of turns, each so many days after the one before; the cases go through the same acts as real ones.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from flows.desk import clock
from flows.desk.backlog import Key
from flows.desk.casework import Candidate, Casework, Doing, receivers
from flows.desk.queue import Desk
from flows.reviewing import log, register
from flows.reviewing.cases import PERSON_CONCERNED
from flows.reviewing.register import CONTESTANT, OFFICE, Account, Talk
from flows.settings import Settings

_OPENED_BEFORE = timedelta(days=4)  # the internal limit, at an hour of the office
_HOUR = time(9)


class Turn(NamedTuple):
    """What is done to a case so many days after the turn before, with what somebody wrote of it."""

    days: int
    do: Callable[[Casework, Doing, str], None]
    told: str = ""
    remark: str = ""


def _look(work: Casework, doing: Doing, told: str) -> None:
    work.act(doing, "case_checked", {"state": told})


def _give(work: Casework, doing: Doing, told: str) -> None:
    work.act(doing, "case_assigned", {"person": told})


def _refer(work: Casework, doing: Doing, told: str) -> None:
    work.refer(doing, f"{told}/{doing.number}/2024", _today(work), "Contoh Pejabat")


def _answer(work: Casework, doing: Doing, told: str) -> None:
    work.answer(doing, _today(work), _today(work) if told == "registered" else "")


def _decide(work: Casework, doing: Doing, told: str) -> None:
    work.decide(doing, told, _today(work))


def _close(work: Casework, doing: Doing, told: str) -> None:
    work.close(doing, told)


def _today(work: Casework) -> str:
    return work.today().isoformat()


_SEEN = Turn(0, _look, "online", "Contoh: kirimannya dibuka dan masih tampil.")
_OURS = Turn(0, _give, "ketua")  # a guest looks after it
_SENT = Turn(1, _refer, "CONTOH", "Contoh: diteruskan sebagai informasi awal.")
_HEARD = Turn(3, _answer, "registered", "Contoh: diterima dan diregistrasi.")
_READ = Turn(4, _answer, "", "Contoh: sedang dikaji.")
_HONOUR = Turn(2, _refer, "CONTOH", "Contoh: diberitahukan kepada yang bersangkutan saja.")


class Story(NamedTuple):
    """A case of the first item whose internal limit is so many days ago or later, and what happened to it."""

    days: int
    turns: Sequence[Turn]
    is_of_honour: bool = False  # told to the person concerned alone, who decides nothing


STORIES = (
    Story(12, (_SEEN, _SENT, _HEARD, _OURS)),
    Story(14, (_SENT,)),
    Story(0, ()),
    Story(0, (_SEEN, _OURS)),
    Story(1, (_SEEN, _SENT, _OURS)),
    Story(5, (_SEEN,)),
    Story(10, (_HONOUR,), is_of_honour=True),
    Story(30, (_SENT, _READ, Turn(6, _decide, "pending", "Contoh: kajian diperpanjang."))),
    Story(35, (Turn(1, _close, "mistake", "Contoh: berkas ganda."),)),
    Story(40, (_SENT, Turn(20, _close, "no_answer", "Contoh: tidak ada jawaban sampai tiga minggu."))),
    Story(45, (_SEEN, _SENT, _HEARD, Turn(7, _decide, "violation", "Contoh: putusan 01/REG, melanggar."))),
    Story(50, (Turn(2, _look, "gone"), Turn(0, _close, "not_referred", "Contoh: sudah dihapus pengunggahnya."))),
    Story(60, (_SENT, _HEARD, Turn(5, _decide, "not_violation", "Contoh: tidak memenuhi unsur."))),
    Story(
        75,
        (
            *(_SEEN, _SENT, _HEARD, Turn(6, _decide, "violation", "Contoh: putusan 02/REG, melanggar.")),
            Turn(2, _close, "done", "Contoh: diarsipkan."),
        ),
    ),
)


def cases(work: Casework, settings: Settings, who: str, now: datetime) -> None:
    """Opens a case for each story and tells it, each turn at its own moment; the clock ends where it was."""
    today = now.astimezone(settings.election.zone).date()
    left = {each.name: each for each in work.candidates() if each.limit is not None}
    for story in STORIES:
        for found in left.values():
            receiver = next(iter(receivers(settings, found.code, today)), "")
            is_soon = found.limit is not None and found.limit >= today - timedelta(days=story.days)
            if is_soon and receiver and (receiver == PERSON_CONCERNED) == story.is_of_honour:
                _tell(work, settings, who, left.pop(found.name), receiver, story, now)
                break
    clock.set_to(now)


def _tell(  # noqa: PLR0913, PLR0917 - a case and its story
    work: Casework, settings: Settings, who: str, found: Candidate, receiver: str, story: Story, now: datetime
) -> None:
    assert found.limit is not None  # noqa: S101 - see `cases`
    moment = datetime.combine(found.limit - _OPENED_BEFORE, _HOUR, settings.election.zone)
    clock.set_to(moment)
    number = work.open(who, found.name, receiver, secrets.token_hex(8))
    for turn in story.turns:
        moment += timedelta(days=turn.days, minutes=20)
        if moment > now:
            break
        clock.set_to(moment)
        doing = Doing(who, number, work.case(number).version, secrets.token_hex(8), turn.remark)
        turn.do(work, doing, turn.told)


_OWNERS = {  # of made-up accounts: what they are, where, and on which day they were registered
    "Desa Contoh Satu": (OFFICE, "facebook", date(2023, 10, 2)),
    "Kelurahan Contoh Dua": (OFFICE, "instagram", date(2023, 10, 2)),
    "Kecamatan Contoh": (OFFICE, "tiktok", date(2023, 10, 9)),
    "Puskesmas Contoh": (OFFICE, "facebook", date(2023, 11, 6)),
    "Partai Contoh": (CONTESTANT, "tiktok", date(2023, 11, 20)),
    "Calon Contoh": (CONTESTANT, "instagram", date(2023, 11, 27)),
}
_CLOSED = "Partai Contoh"  # as the rules want it, after the campaign
_CLOSED_ON = date(2024, 2, 10)
_TALKS = (  # with which owner, when, of what, what was agreed, what follows
    ("Desa Contoh Satu", date(2023, 12, 5), "Netralitas perangkat desa", "Menghapus satu unggahan.", "none"),
    ("Kecamatan Contoh", date(2024, 1, 9), "Berbagi kabar calon dari akun kantor", "Meminta izin dulu.", "talk"),
    ("Calon Contoh", date(2024, 2, 12), "Akun kampanye di masa tenang", "Menutup akun dalam tiga hari.", "letter"),
)


def keep_register(settings: Settings, who: str, authors: Mapping[Key, str], reviewed: Sequence[Key]) -> None:
    """Registers authors of reviewed posts as accounts of made-up offices and contestants, and notes talks with them."""
    handles: dict[str, list[str]] = {}
    for platform, handle in dict.fromkeys((key[0], authors[key].lower()) for key in reviewed if key in authors):
        if register.ACCOUNT.fullmatch(handle):
            handles.setdefault(platform, []).append(handle)
    accounts = {
        owner: Account(platform, handles[platform].pop(0), kind, owner, "0800-000-000", day, "surat contoh", "contoh")
        for owner, (kind, platform, day) in _OWNERS.items()
        if handles.get(platform)
    }
    moment = clock.now()
    with log.writing(settings.home) as connection:
        register.take(connection, list(accounts.values()), who, secrets.token_hex(8), moment)
        if _CLOSED in accounts:
            register.close(connection, accounts[_CLOSED].platform, accounts[_CLOSED].account, _CLOSED_ON)
        for owner, day, subject, agreed, follow_up in _TALKS:
            if owner in accounts:
                account = accounts[owner]
                named_so = (account.platform, account.account, subject, f"Pengelola {owner}", agreed, follow_up, who)
                talk = Talk(register.new_talk(), day, *named_so)
                register.note_talk(connection, talk, secrets.token_hex(8), moment)


def give(desk: Desk, who: str, coder: str, count: int) -> None:
    """Gives the next items that wait to a coder."""
    state = desk.state()
    names = {one.name for one in [one for one in desk.waiting() if not state.of(one.item).codings][:count]}
    if names:
        desk.assign(who, names, coder, secrets.token_hex(8))
