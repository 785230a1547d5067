"""Stored Facebook posts looked at again: one request a post, then one for each Page that only refused.

The platform says the same of a post that was deleted, of one that is closed and of a permission that is lost. What else
is refused tells them apart: a refused post is gone when its Page answers after it, with another post or with its list;
when the Page is refused too, nothing of it is believed to be gone, unless the Page itself is not there any more.
"""

import re
from collections.abc import Sequence
from typing import Any

from flows.post import Rejected
from flows.sources.graph_errors import Refusal
from flows.sources.moments import iso_seconds
from flows.sources.shape import check_envelope
from flows.sources.walking import End, Gap, Progress, Step, Verdict, Walk

MOST_SKIPPED = 3  # posts in a row that cannot be answered: then it is not the posts
_POST = re.compile(r"\d+_\d+", re.ASCII)  # the Page and its post; the name of a Page may hold an underscore too


def asked(progress: Progress) -> str:
    """The post or the Page that is asked for now."""
    return str(progress.cursor[0])


def is_post(name: str) -> bool:
    """Whether a post is asked for; else it is a Page's list of posts."""
    return _POST.fullmatch(name) is not None


def who(name: str) -> str:
    """What is asked for, for a sentence."""
    return f"The Facebook post {name}" if is_post(name) else f"The Facebook Page {name}"


def judged(verdict: Verdict) -> Verdict:
    """A refusal of one post or Page says something of it and ends no look; neither does a fault that does not pass."""
    if verdict.kind == "end" and not verdict.end.stops_source:
        return Verdict("page", verdict.body)
    if verdict.kind == "again" and verdict.then == "split":
        return Verdict("again", verdict.end, verdict.end, verdict.times, verdict.wait, then="page")
    return verdict


def read(walk: Walk, progress: Progress, body: Any) -> Step:
    """What became of the post or Page that was asked for: `body` is its answer, a Refusal, or the End of waiting."""
    name, *waiting = progress.cursor
    if isinstance(body, End):
        return _skipped(progress, name, waiting, body)
    progress.skipped = 0
    if isinstance(body, Refusal):
        return _refused(walk, progress, name, waiting, body)
    page = _page(name)
    if is_post(name):
        _forget(progress, page, "")
        return _onwards(progress, waiting, [(name, second(str(body.get("created_time"))))])
    check_envelope(body, "page", {"data": (list,)}, ())
    progress.is_vouched |= bool(body["data"])
    _forget(progress, page, "")
    return _onwards(progress, waiting)


def _refused(walk: Walk, progress: Progress, name: str, waiting: Sequence[str], refusal: Refusal) -> Step:
    if refusal.row.concern == "moved":
        return _moved(progress, name, waiting, refusal)
    others: dict[str, str] = walk.target.get("others", {})
    if name in others:
        return _onwards(progress, [others[name], *waiting])
    name = next((first for first, other in others.items() if other == name), name)
    if is_post(name):
        progress.refused[name] = refusal.row.post
        if not refusal.row.post:
            _remark(progress, refusal.row.sentence, refusal.sentence(walk.source, who(name)))
        return _onwards(progress, waiting)
    if refusal.row.account:
        _forget(progress, name, refusal.row.account)
        return _onwards(progress, waiting)
    _doubt(progress, name, f"({refusal.said})")
    return _onwards(progress, waiting)


def _moved(progress: Progress, name: str, waiting: Sequence[str], refusal: Refusal) -> Step:
    """The posts of a Page that has another id are asked for by that id."""
    page, to = _page(name), refusal.to
    known = {page, *progress.moved, *progress.moved.values()}
    _remark(progress, page, refusal.sentence("", who(page)))
    if to is None or to in known:
        if is_post(name):
            progress.refused[name] = ""
        else:
            _doubt(progress, page, f"({refusal.said})")
        return _onwards(progress, waiting)
    progress.moved[page] = to
    again = [post for post in progress.refused if _page(post) == page]
    for post in again:
        del progress.refused[post]
    names = [*([name] if is_post(name) else []), *again, *waiting]
    renamed = [f"{to}{each.removeprefix(page)}" if _page(each) == page else each for each in names]
    return _onwards(progress, renamed)


def _skipped(progress: Progress, name: str, waiting: Sequence[str], end: End) -> Step:
    """Passes over what cannot be answered, so that it does not stand in the way of the others; not again and again."""
    progress.skipped += 1
    if is_post(name):
        progress.refused[name] = ""
    else:
        _doubt(progress, name, "(no answer)")
    if progress.skipped >= MOST_SKIPPED:
        return Step(None, end=end)
    _remark(progress, Gap.OUTAGE, f"{who(name)} could not be looked at; it is asked for again. {end.sentence}")
    return _onwards(progress, waiting)


def _onwards(progress: Progress, waiting: Sequence[str], posts: Sequence[tuple[str, int | None]] = ()) -> Step:
    """The next post; after the last one the Pages that refused some and have not answered since."""
    following = tuple(waiting) or tuple(sorted({_page(post) for post, reason in progress.refused.items() if reason}))
    return Step(following or None, posts, is_listed=True)


def _forget(progress: Progress, page: str, reason: str) -> None:
    """What was refused of a Page is gone: for the reason given, else for that of its own refusal."""
    for post, own in list(progress.refused.items()):
        if own and _page(post) == page:
            progress.missing[post] = reason or own
            del progress.refused[post]


def _doubt(progress: Progress, page: str, said: str) -> None:
    """A Page is refused like its posts: nothing is known of them, and a person has to look."""
    doubted = [post for post, reason in progress.refused.items() if reason and _page(post) == page]
    progress.refused |= dict.fromkeys(doubted, "")
    _remark(
        progress,
        page,
        f"{who(page)} is refused {said} like {len(doubted):,} of its posts, more likely for a lost permission than"
        " because they are gone: nothing of it is removed; check the token's permissions.",
    )


def _remark(progress: Progress, about: str, sentence: str) -> None:
    progress.remarks.setdefault(about, sentence)


def _page(name: str) -> str:
    return name.partition("_")[0]


def second(text: str) -> int | None:
    """A time of the platform as a Unix second; None for none."""
    try:
        return iso_seconds(text)
    except Rejected:
        return None
