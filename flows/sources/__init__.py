"""The registry: every API source that can be pulled, and every format that a file can have.

`SOURCES` are asked by `flows.collecting`; their landed pages are formats like any other. `recognise` finds the format
of a file by its content, never by its name.
"""

import io
from pathlib import Path

from flows.exits import InputRefusedError, UsageError
from flows.files import BOM, csv_header, json_elements, sample
from flows.files.record import Record
from flows.settings import Settings
from flows.sources import (
    apify,
    collection,
    crowdtangle,
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
    zeeschuimer,
)
from flows.sources.format import Format
from flows.sources.source import Source

SOURCES: tuple[Source, ...] = (tiktok_research.SOURCE, facebook_graph.SOURCE, instagram_graph.SOURCE)

READABLE = (
    "Zeeschuimer and 4CAT exports (NDJSON, CSV), CrowdTangle and Meta Content Library CSV, Apify datasets "
    "(JSON, NDJSON, CSV), Graph API responses (JSON), ronda's own collection log and removal list, and tables "
    "described in ronda.toml"
)
PARQUET = b"PAR1"
PAGES = ((b"<!doctype html", "a web page"), (b"<html", "a web page"), (b"<?xml", "XML"), (b"<", "XML"))


def source_named(name: str) -> Source:
    """The API source of a name. Raises UsageError."""
    for each in SOURCES:
        if each.name == name:
            return each
    raise UsageError(f"There is no source {name}; there are {', '.join(each.name for each in SOURCES)}.")


def formats(settings: Settings) -> tuple[Format, ...]:
    """Every format ronda can read, in the order in which they are asked; the tables of ronda.toml come last.

    Raises UsageError for a table that cannot be described so.
    """
    known = (
        collection.FORMAT,
        *reviews.formats(settings.seeds),
        *(pages.format_of(each) for each in SOURCES),
        removals.FORMAT,
        *zeeschuimer.FORMATS,
        *fourcat.FORMATS,
        *crowdtangle.FORMATS,
        *mcl.FORMATS,
        *apify.FORMATS,
        *graph.FORMATS,
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
    for candidate in known:
        if candidate.recognise_file is not None and (platform := candidate.recognise_file(path)) is not None:
            return candidate, platform
    start = sample(path)
    for candidate in known:
        if (platform := candidate.recognise(start)) is not None:
            return candidate, platform
    raise InputRefusedError(f"{path} {_description(start)}. ronda reads {READABLE}.")


def _description(start: bytes) -> str:
    """What an unknown file is and what to do, as the rest of a sentence."""
    text = start.removeprefix(BOM).lstrip()
    for mark, what in PAGES:
        if text[: len(mark)].lower() == mark:
            return f"is {what}, perhaps a login or error page saved in place of the export; export it again"
    if not text:
        return "holds only blanks; export it again"
    if text.startswith(PARQUET):
        return "is a Parquet table that ronda.toml does not describe; add its columns as [tables.<name>]"
    if text.startswith((b"{", b"[")):
        return f"is JSON of an unknown kind{_named(_keys(text))}; check the export or describe it in ronda.toml"
    columns, _ = csv_header(text)
    if len(columns) > 1:
        return f"is a table of an unknown kind{_named(columns)}; check the export or add [tables.<name>] to ronda.toml"
    return "is text of an unknown kind; import the export itself"


def _keys(text: bytes) -> tuple[str, ...]:
    """The keys of the first object."""
    first = next(json_elements(io.BytesIO(text)), None)
    return tuple(first.raw) if isinstance(first, Record) and isinstance(first.raw, dict) else ()


def _named(names: tuple[str, ...]) -> str:
    """The first names, in brackets."""
    shown = ", ".join(name[:40] for name in names[:6])
    return f" ({shown}{', …' if len(names) > 6 else ''})" if shown else ""
