"""What a file that no format knows is, and what to do: the rest of the sentence that begins with its path."""

import io
from collections.abc import Iterator

from flows.files import BOM, Record, csv_header, layout, starts
from flows.files.archive import ARCHIVE
from flows.files.layout import JSON, Layout
from flows.files.parquet import parquet_columns
from flows.files.record import listed
from flows.settings import Settings
from flows.sources import (
    apify,
    collection,
    crowdtangle,
    fourcat,
    graph,
    mcl,
    removals,
    table,
    tiktok_videos,
    zeeschuimer,
)
from flows.sources.layout import names
from flows.sources.likeness import Likeness, all_of, lack, nearest, place_of

_PAGES = ((b"<!doctype html", "a web page"), (b"<html", "a web page"), (b"<?xml", "XML"), (b"<", "XML"))
_KINDS: dict[Layout, str] = {
    "csv": "a table",
    "sheet": "a workbook",
    "parquet": "a Parquet table",
    "lines": "JSON",
    "documents": "JSON",
}
_LIKENESSES = (
    *(*fourcat.LIKENESSES, *zeeschuimer.LIKENESSES, *crowdtangle.LIKENESSES, *mcl.LIKENESSES, *apify.LIKENESSES),
    *(*tiktok_videos.LIKENESSES, *graph.LIKENESSES, *collection.LIKENESSES, *removals.LIKENESSES),
)


def description(sample: bytes, settings: Settings) -> str:
    """What the file is and what to do, without a full stop."""
    text = sample.removeprefix(BOM).lstrip()
    for mark, what in _PAGES:
        if text[: len(mark)].lower() == mark:
            return f"is {what}, perhaps a login or error page saved in place of the export; export it again"
    if not text:
        return "holds only blanks; export it again"
    return _stranger(sample) or _like(sample, settings) or _unlike(sample)


def _stranger(sample: bytes) -> str | None:
    """The sentence of an export of a known tool that brings a platform which is not watched."""
    for start in starts(sample):
        text = start.removeprefix(ARCHIVE)
        if layout(text) != "csv":
            continue
        if platform := crowdtangle.foreign(text):
            return f"is CrowdTangle's export of {platform}, which is not watched; leave it out"
        if fourcat.is_foreign(text):
            return "is a 4CAT export of another platform than TikTok and Instagram, which is not watched; leave it out"
    return None


def _columns(sample: bytes) -> Iterator[tuple[str, ...]]:
    """The columns or keys, for each place where the table can begin."""
    if sample.startswith(ARCHIVE) or layout(sample) == "csv":
        for start in starts(sample):
            yield csv_header(start.removeprefix(ARCHIVE))[0]
    elif layout(sample) == "parquet":
        yield tuple(sorted(parquet_columns(sample)))
    else:
        yield _keys(sample)


def _keys(sample: bytes) -> tuple[str, ...]:
    """The keys of the first object."""
    first = next((item for item in JSON[layout(sample)](io.BytesIO(sample)) if isinstance(item, Record)), None)
    return tuple(first.raw) if first is not None and isinstance(first.raw, dict) else ()


def _like(sample: bytes, settings: Settings) -> str | None:
    """The sentence that names the nearest known kind and what is missing."""
    tables = {name: table.columns(mapping) for name, mapping in settings.tables.items()}
    is_json = layout(sample) in JSON
    for name, wanted in tables.items() if is_json else ():
        for item in JSON[layout(sample)](io.BytesIO(sample)):
            if isinstance(item, Record) and (path := place_of(wanted, item.raw)):
                return f'has what [tables.{name}] names, deeper in; add records = "{path}" to it in ronda.toml'
    kinds = [*(all_of(f"[tables.{name}]", wanted, 1 / 2) for name, wanted in tables.items()), *_LIKENESSES]
    for columns in _columns(sample):
        if near := nearest({*columns, *(names(sample) if is_json else ())}, kinds):
            return _sentence(*near)
    return None


def _sentence(kind: Likeness, lacking: list[frozenset[str]]) -> str:
    missing = lack(lacking)
    if kind.name.startswith("["):
        columns = f"the column{'s' * (len(lacking) > 1)} {missing}"
        return f"is a table that {kind.name} would fit but for {columns}; correct the export, or ronda.toml"
    return (
        f"looks like {kind.name} but lacks {missing}; export it whole, or describe it as [tables.<name>] in ronda.toml"
    )


def _unlike(sample: bytes) -> str:
    what = _KINDS[layout(sample)]
    remedy = "check the export or describe it as [tables.<name>] in ronda.toml"
    columns = next((each for each in _columns(sample) if len(each) > 1), ())
    if not columns and layout(sample) == "csv":
        return "is text of an unknown kind; give the export itself"
    if not columns and sample.startswith(ARCHIVE):
        return "is a workbook without a table; give the export itself"
    named = f" ({listed(columns)})" if columns else ""
    return f"is {what} of an unknown kind{named}; {remedy}"
