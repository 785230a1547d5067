"""What an import declares to cover, as far as it happened: a day is collected only where a file that could hold its
posts was read to its end and loaded.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from flows.exits import UsageError
from flows.loading.landing import Landed
from flows.post import CUT_REASONS, EARLIEST
from flows.sources.collection import EVERY_QUERY, CollectionDay
from flows.store.warehouse import Connection

LONGEST = timedelta(days=731)
REFUSED, ASIDE, CUT, NOTHING = (
    "a file beside it was refused",
    "a file was set aside",
    "a file is cut off",
    "no record of a file could be used",
)

_OUTCOMES = """
SELECT
    loads.file_id,
    loads.records,
    loads.posts + loads.duplicates AS usable,
    (SELECT count(*) FROM base.rejects
     WHERE rejects.file_id = loads.file_id AND reason IN (SELECT unnest($cut))) AS cut,
    (SELECT list(DISTINCT platform ORDER BY platform) FROM base.observations AS seen
     WHERE seen.file_id = loads.file_id) AS platforms
FROM base.loads
WHERE loads.file_id IN (SELECT unnest($files))
"""


class Source(NamedTuple):
    """What collects: a platform, and the format whose files say so."""

    platform: str
    source: str


def checked_span(covers: tuple[date, date]) -> tuple[date, date]:
    """The span of days as it is; raises UsageError where it cannot be meant."""
    first, last = covers
    if last < first:
        raise UsageError(f"--covers {first}..{last} ends before it begins; swap the days.")
    if first < EARLIEST.date():
        raise UsageError(f"--covers begins on {first}, before {EARLIEST.year}; give days that were collected.")
    if last - first > LONGEST:
        raise UsageError(f"--covers {first}..{last} is longer than two years; declare what the files cover, not more.")
    return covers


class Loaded(NamedTuple):
    """What a loaded file came to: records, those that could be used, those cut off, and the platforms of its posts."""

    records: int
    usable: int
    cut: int
    platforms: list[str] | None


def loaded(connection: Connection, files: Sequence[Landed]) -> dict[str, Loaded]:
    """What each of the files came to that is loaded, by its id."""
    rows = connection.execute(
        _OUTCOMES, {"cut": [str(reason) for reason in CUT_REASONS], "files": [item.file_id for item in files]}
    ).fetchall()
    return {file_id: Loaded(*facts) for file_id, *facts in rows}


def untold(files: Sequence[Landed], known: Mapping[str, Loaded]) -> list[str]:
    """A sentence for each loaded file of which nobody can say which platform it is about."""
    return [
        f"no record of {item.file} tells a platform; nothing is declared for it"
        for item in files
        if item.platform == "mixed" and item.file_id in known and not known[item.file_id].platforms
    ]


def outcomes(files: Sequence[Landed], known: Mapping[str, Loaded], *, is_refused: bool) -> dict[Source, str | None]:
    """Why the declared days of each source are not all collected; None where they are.

    `is_refused`: a file given beside them could not be read, so that nobody knows what it held. A source none of whose
    files were loaded is left out: nothing was collected in its name.
    """
    reasons: dict[Source, set[str]] = {}
    for item in files:
        facts = known.get(item.file_id)
        named = [] if item.platform == "mixed" else [item.platform]
        for platform in (facts.platforms if facts else None) or named:
            reasons.setdefault(Source(platform, item.source), set()).add(_doubt(facts, is_refused=is_refused))
    told = {source: sorted(causes - {""}) for source, causes in reasons.items() if causes != {ASIDE}}
    return {source: causes[0] if causes else None for source, causes in told.items()}


def _doubt(facts: Loaded | None, *, is_refused: bool) -> str:
    """Why a file does not prove that the days it covers were collected; empty where it does."""
    if facts is None:
        return ASIDE
    doubts = ((facts.cut > 0, CUT), (facts.records > 0 and not facts.usable, NOTHING), (is_refused, REFUSED))
    return next((reason for applies, reason in doubts if applies), "")


def log_of(source: Source, covers: tuple[date, date], reason: str | None) -> bytes:
    """The collection log of a declaration: every day of the span, collected, or not with the reason."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CollectionDay._fields)
    for day in _days(covers):
        writer.writerow([*source, EVERY_QUERY, day, 1, 1, int(reason is None), reason or ""])
    return out.getvalue().encode()


def _days(covers: tuple[date, date]) -> Iterable[date]:
    first, last = covers
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def log_name(source: Source, covers: tuple[date, date]) -> str:
    """The name under which a declaration lands."""
    return f"covers-{source.platform}-{source.source}-{covers[0]}-{covers[1]}.csv"
