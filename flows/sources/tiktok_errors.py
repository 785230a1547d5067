"""The errors of TikTok's Research API as a table: code, status and text -> what they mean and whether to ask again.

Codes first, then texts, then the class of the status for codes nobody documented; texts are matched only where one code
stands for several things, as `invalid_params` does. Contract: error handling of the API, and what its clients met.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from flows.sources.graph_answers import retry_after
from flows.sources.http import Answer
from flows.sources.walking import End, Gap, Verdict

USER_PATH = "/v2/research/user/info/"
_WORDS = 120
_ALWAYS = 60.0  # seconds after 429 where the server does not say


class Row(NamedTuple):
    """One kind of error. It fits an answer with one of the codes and statuses that holds the text; empty fits any.

    The sentence of the verdict's end is filled with `source`, `said` (code and words), `status` and `renewal` (when the
    next day's requests begin). A wait grows by `step` seconds with every try; else it is what the server says, and
    then the verdict's own.
    """

    verdict: Verdict
    codes: Collection[str] = ()
    statuses: Collection[int] = ()
    text: str = ""
    path: str = ""
    step: float = 0.0


def _end(gap: Gap, sentence: str) -> End:
    return End(gap, sentence, stops_source=True)


QUOTA = _end(Gap.QUOTA, "{source}: the requests of this UTC day are used up; it goes on after {renewal}.")
_PASSING = Verdict(
    "again",
    end=End(
        Gap.OUTAGE, "{source} does not answer properly: HTTP {status} ({said}); nothing to do unless it lasts for days."
    ),
    then="split",
)

# The first row that fits counts.
TABLE: tuple[Row, ...] = (
    Row(
        Verdict(
            "again",
            end=_end(Gap.TOKEN, "{source}: TikTok refuses the token just given; check the client key in the settings."),
            times=1,
            wait=0.0,
        ),
        codes={"access_token_invalid", "invalid_token"},
    ),
    Row(
        Verdict(
            "end",
            end=_end(
                Gap.PERMISSION,
                "{source}: the project lacks the scope research.data.basic ({said}); ask TikTok for it.",
            ),
        ),
        codes={"scope_not_authorized", "scope_permission_missed"},
    ),
    Row(Verdict("end", end=QUOTA), codes={"daily_quota_limit_exceeded"}),
    Row(Verdict("again", end=QUOTA, times=3, wait=_ALWAYS), statuses={429}),
    Row(
        Verdict(
            "again",
            end=End(Gap.OUTAGE, "{source}: TikTok keeps refusing its own search ids; it is asked again later."),
            times=5,
            then="restart",
        ),
        text=r"search id \S+ is invalid or expired",
        step=5.0,
    ),
    Row(
        Verdict(
            "again",
            end=End(Gap.OUTAGE, "{source}: TikTok keeps refusing its own cursors; it is asked again later."),
            times=3,
            then="restart",
        ),
        text=r"invalid count or cursor",
    ),
    Row(Verdict("page", "account gone"), text=r"cannot find the user", path=USER_PATH),
    Row(Verdict("page", "private"), text=r"cannot return this user's information", path=USER_PATH),
    Row(_PASSING, statuses=range(500, 600)),
    Row(_PASSING, codes={"internal_error", "timeout"}),
    Row(_PASSING, text=r"something (went|is) wrong|try again later"),
    Row(Verdict("page", "unknown"), statuses={400, 403, 404}, path=USER_PATH),  # one owner's, whatever it is
    Row(
        Verdict(
            "end",
            end=_end(
                Gap.SHAPE, "{source}: TikTok does not understand the request any more ({said}); ronda needs an update."
            ),
        ),
    ),
)
_PATTERNS = {row.text: re.compile(row.text, re.IGNORECASE) for row in TABLE}


def verdict(source: str, answer: Answer, error: Mapping[str, Any], tries: int, renewal: str) -> Verdict:
    """What an error means after so many tries; see `Row` for `renewal`."""
    code, words = str(error.get("code", "")), " ".join(str(error.get("message", "")).split())
    row = next(row for row in TABLE if _fits(row, answer, code, words))
    found = row.verdict
    said = ": ".join(part for part in (code or str(answer.status), words[:_WORDS].rstrip(". ")) if part)
    end = replace(
        found.end, sentence=found.end.sentence.format(source=source, said=said, status=answer.status, renewal=renewal)
    )
    if found.kind != "again":
        return replace(found, end=end)
    told = retry_after(answer)
    wait = row.step * (tries + 1) if row.step else found.wait if told is None else told
    return replace(found, end=end, wait=wait)


def _fits(row: Row, answer: Answer, code: str, words: str) -> bool:
    return (
        (not row.codes or code in row.codes)
        and (not row.statuses or answer.status in row.statuses)
        and (not row.text or _PATTERNS[row.text].search(words) is not None)
        and (not row.path or str(answer.request["url"]).endswith(row.path))
    )
