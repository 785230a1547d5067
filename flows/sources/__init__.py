"""The registry: every API source that can be pulled, and every format that a file can have.

`SOURCES` are asked by `flows.collecting`; their landed pages are formats like any other. `recognise` finds the format
of a file by its content, never by its name.
"""

from itertools import islice
from pathlib import Path

from flows.exits import InputRefusedError, UsageError
from flows.files import Record, open_stream, sample, starts
from flows.files.workbook import SHEET_DIGITS, is_rounded
from flows.post import Reason, Rejected
from flows.settings import Settings
from flows.sources import (
    apify,
    collection,
    crowdtangle,
    empty,
    facebook_graph,
    fourcat,
    graph,
    instagram_graph,
    mcl,
    pages,
    removals,
    reviews,
    table,
    tiktok_research,
    tiktok_videos,
    unknown,
    zeeschuimer,
)
from flows.sources.format import Format
from flows.sources.source import Source
from flows.sources.zones import read_zones

SOURCES: tuple[Source, ...] = (tiktok_research.SOURCE, facebook_graph.SOURCE, instagram_graph.SOURCE)

READABLE = (
    "Zeeschuimer and 4CAT exports, CrowdTangle and Meta Content Library tables, Apify datasets, saved answers of the "
    "Graph API and of the TikTok Research API, ronda's own collection log, removal list and review sheet, and tables "
    "described in ronda.toml: as CSV, JSON, NDJSON or .xlsx, tables also as Parquet"
)
_LOOKED_AT = 1000  # records of a workbook, before its ids are said to be damaged


def source_named(name: str) -> Source:
    """The API source of a name. Raises UsageError."""
    for each in SOURCES:
        if each.name == name:
            return each
    raise UsageError(f"There is no source {name}; there are {', '.join(each.name for each in SOURCES)}.")


def formats(settings: Settings) -> tuple[Format, ...]:
    """Every format ronda can read, in the order in which they are asked; the tables of ronda.toml come last.

    Raises UsageError for a table that cannot be described so, and for a zone that is none.
    """
    known = (
        *collection.FORMATS,
        *reviews.formats(settings.seeds),
        *(pages.format_of(each) for each in SOURCES),
        *removals.FORMATS,
        *zeeschuimer.FORMATS,
        *fourcat.FORMATS,
        *crowdtangle.formats(read_zones(settings.zones)),
        *mcl.FORMATS,
        *apify.FORMATS,
        *tiktok_videos.FORMATS,
        *graph.FORMATS,
        *empty.FORMATS,
    )
    for name in settings.tables:
        if any(each.name == name for each in known):
            raise UsageError(f"[tables.{name}] has the name of a format ronda knows; rename it in ronda.toml.")
    return (*known, *table.formats(settings))


def recognise(path: Path, settings: Settings) -> tuple[Format, str]:
    """The format of a file and its platform, "mixed" where only the records say it.

    The platform is what the first bytes show; a record's own word counts. Raises InputRefusedError with a sentence
    that names the file, what it seems to be and what ronda can read.
    """
    known = formats(settings)
    seen = sample(path)
    for start in starts(seen):
        for candidate in known:
            if (platform := candidate.recognise(start)) is not None:
                _refuse_damaged(path, candidate)
                return candidate, platform
    raise InputRefusedError(f"{path} {unknown.description(seen, settings)}. ronda reads {READABLE}.")


def _refuse_damaged(path: Path, form: Format) -> None:
    """Raises InputRefusedError for a workbook whose ids were numbers, since none of them is the id it was."""
    if form.layout != "sheet" or form.kind != "posts":
        return
    damaged: dict[str, None] = {}
    with open_stream(path) as stream:
        rows = [item.raw for item in islice(form.records(stream), _LOOKED_AT) if isinstance(item, Record)]
    for row in rows:
        try:
            form.post(row)
        except Rejected as rejected:
            if rejected.reason is Reason.ID_AS_NUMBER:
                damaged |= dict.fromkeys(name for name, cell in row.items() if is_rounded(cell))
                continue
        return
    if damaged:
        columns = f"column{'s' * (len(damaged) > 1)} {', '.join(damaged)}"
        raise InputRefusedError(
            f"{path} is a workbook whose {columns} held numbers of more than {SHEET_DIGITS} digits, and a spreadsheet "
            f"keeps {SHEET_DIGITS}: its ids are lost; export it again as CSV and give that, not a spreadsheet of it."
        )
