"""Any table with a column mapping in ronda.toml (`[tables.<name>]`, see settings.TableMapping).

It comes as CSV, as a workbook, as Parquet, or as JSON: objects one a line, in an array, or in a list inside of answers.

A file belongs to the first mapping whose columns it all has. Times and counts are read as `moments` and `counts` say,
in the form that the mapping states or the columns show; a time without a zone is in the zone of the mapping.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import partial
from typing import Any, BinaryIO

from flows.exits import UsageError
from flows.files import Record, csv_header, layout
from flows.files.layout import JSON
from flows.files.parquet import parquet_columns, parquet_rows
from flows.post import PLATFORMS, Post, Reason, Rejected
from flows.settings import Settings, TableMapping
from flows.sources.cells import as_dict, at, hashtag_list
from flows.sources.counts import STYLES, UNKNOWN, Style, count
from flows.sources.evidence import Evidence, Places, fit, gather
from flows.sources.fields import (
    SHORTCODE_LENGTH,
    after_upload,
    clean,
    facebook_post_id,
    handle,
    hashtags_in,
    instagram_code,
    instagram_seconds,
    pk_to_shortcode,
    present,
    shortcode,
    tiktok_id,
    tiktok_seconds,
    whole_id,
)
from flows.sources.format import Format
from flows.sources.layout import OBJECTS, names
from flows.sources.layout import formats as formats_of
from flows.sources.moments import Form, is_blank, is_pattern, moment
from flows.sources.spreadsheet import bare
from flows.sources.zones import NO_ZONES, Zones, read_zone, read_zones

PLATFORM_NAMES = {
    **{platform: platform for platform in PLATFORMS},
    **{f"{platform}.com": platform for platform in PLATFORMS},
    "fb": "facebook",
    "ig": "instagram",
}
MEDIA = {
    "album": "album",
    "carousel": "album",
    "image": "photo",
    "link": "link",
    "photo": "photo",
    "reel": "video",
    "status": "text",
    "text": "text",
    "video": "video",
}
SECONDS_IN_ID: dict[str, Callable[[str], int | None]] = {"tiktok": tiktok_seconds, "instagram": instagram_seconds}
# Instagram's own media numbers have at least this many digits since 2015; shorter numbers are the Graph API's.
INSTAGRAM_NUMBER_LENGTH = 19

_NUMBER = re.compile(r"[+-]?\d+([.,]\d*)?([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, and how the cells below its columns are read: as it states, or as a file shows."""

    mapping: TableMapping
    zone: tzinfo
    zones: Zones = field(default_factory=lambda: NO_ZONES)
    styles: Mapping[str, Style] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)

    def count(self, cell: Callable[[str | None], Any], column: str | None) -> int | None:
        """The count in a column."""
        return count(cell(column), self.styles.get(column or "", self.style))

    def moment(self, cell: Callable[[str | None], Any], column: str | None) -> int:
        """The second in a column. Raises Rejected."""
        return moment(cell(column), self.forms.get(column or "", self.form), self.zone, self.zones)

    @property
    def style(self) -> Style:
        """How counts are written where no file shows it."""
        return STYLES[self.mapping.number_format] if self.mapping.number_format else UNKNOWN

    @property
    def form(self) -> Form:
        """How times are written where no file shows it."""
        return Form(pattern=self.mapping.time_format)


def formats(settings: Settings) -> tuple[Format, ...]:
    """The formats of every mapping.

    Raises UsageError for a mapping without a platform, with an unknown zone or a form of times that is none.
    """
    zones = read_zones(settings.zones)
    return tuple(each for name, mapping in settings.tables.items() for each in _formats(name, mapping, zones))


def _formats(name: str, mapping: TableMapping, zones: Zones) -> tuple[Format, ...]:
    if (mapping.platform is None) == (mapping.platform_column is None):
        raise UsageError(f"[tables.{name}] needs either platform or platform_column; set one of them in ronda.toml.")
    if mapping.time_format is not None and not is_pattern(mapping.time_format):
        raise UsageError(
            f"[tables.{name}] has the time_format {mapping.time_format!r}, which names no day; "
            'write it as "%d/%m/%Y %H:%M" (day, month, year, hour, minute).'
        )
    table = Table(mapping, read_zone(mapping.timezone, f"[tables.{name}]"), zones)
    mapped, looked, known = partial(post, table), _Study(name, table), partial(recognise_text, mapping)
    if mapping.records is not None:
        inside = partial(records_at, mapping.records)
        return formats_of(name, known, mapped, OBJECTS, inside=inside, study=looked)
    rows = partial(parquet_rows, columns(mapping))
    return (
        *formats_of(name, known, mapped, study=looked),
        Format(name, "parquet", partial(recognise_parquet, mapping), rows, mapped, study=looked),
    )


@dataclass(frozen=True, slots=True)
class _Study:
    """How a file shows its counts and times in the columns of a mapping."""

    name: str
    table: Table

    @property
    def places(self) -> Places:
        """The columns that it looks at."""
        mapping = self.table.mapping
        return Places(
            ids=(mapping.id,),
            counts=tuple(filter(None, (mapping.likes, mapping.comments, mapping.shares, mapping.views))),
            times=() if mapping.time_format else tuple(filter(None, (mapping.created_at, mapping.observed_at))),
            style=self.table.style,
            is_stated=mapping.number_format is not None,
            count_cure=f"; set number_format in [tables.{self.name}] of ronda.toml",
            time_cure=f'; set time_format, such as "%d/%m/%Y %H:%M", in [tables.{self.name}] of ronda.toml',
        )

    def look(self, form: Format, stream: BinaryIO) -> Evidence:
        """As `Study` says."""
        return gather(form, self.places, stream)

    def fit(self, form: Format, evidence: Evidence) -> Format:
        """As `Study` says."""
        fitted = replace(self.table, styles=evidence.styles, forms=evidence.forms)
        return fit(replace(form, post=partial(post, fitted)), self.places, evidence)


def columns(mapping: TableMapping) -> tuple[str, ...]:
    """The columns that a mapping names."""
    stated = {"platform", "timezone", "time_format", "number_format", "records"}
    named = mapping.model_dump(exclude=stated, exclude_none=True)
    return tuple(dict.fromkeys(named.values()))


def records_at(path: str, answer: Any) -> Iterator[Any]:
    """The objects of the list at a dotted path; what has none there is given as it is, to be rejected."""
    part = at(answer, path) if isinstance(answer, dict) else None
    if isinstance(part, list):
        yield from part
    else:
        yield part if isinstance(part, dict) else answer


def recognise_text(mapping: TableMapping, sample: bytes) -> str | None:
    """The platform when the header of a table, or the whole objects in the sample together, have every column.

    Answers whose list of records is empty say as much.
    """
    if layout(sample) == "csv":
        keys = set(csv_header(sample)[0])
    else:
        answers = [item.raw for item in JSON[layout(sample)](io.BytesIO(sample)) if isinstance(item, Record)]
        keys = _keys(mapping, answers) if answers else _keys_of_part(mapping, sample)
        if mapping.records and answers and all(at(as_dict(each), mapping.records) == [] for each in answers):
            return _platform_of(mapping)
    return _platform_of(mapping) if keys.issuperset(columns(mapping)) else None


def _keys(mapping: TableMapping, answers: list[Any]) -> set[str]:
    """The keys of the records in whole JSON values."""
    records = answers if mapping.records is None else [r for each in answers for r in records_at(mapping.records, each)]
    return {key for record in records if isinstance(record, dict) for key in record}


def _keys_of_part(mapping: TableMapping, sample: bytes) -> set[str]:
    """All keys in the first part of one long answer, where they include the way to its records."""
    seen = names(sample)
    return set(seen) if mapping.records and seen.issuperset(mapping.records.split(".")) else set()


def recognise_parquet(mapping: TableMapping, sample: bytes) -> str | None:
    """The platform when the Parquet footer in `sample` has every mapped column."""
    return _platform_of(mapping) if parquet_columns(sample).issuperset(columns(mapping)) else None


def _platform_of(mapping: TableMapping) -> str:
    return mapping.platform or "mixed"


def post(table: Table, raw: Any) -> Post:
    """One row of a table as a Post, by the mapping's columns. Raises Rejected."""
    if not isinstance(raw, dict):
        raise Rejected(Reason.WRONG_SHAPE, "not an object")
    mapping = table.mapping

    def cell(column: str | None) -> Any:
        return None if column is None else raw.get(column)

    def word(column: str | None) -> str | None:
        return (clean(cell(column)) or "").strip() or None

    platform = mapping.platform or _platform(cell(mapping.platform_column))
    post_id = _post_id(platform, present(raw, mapping.id))
    created_at, created_from = _created(platform, post_id, cell, table)
    text = clean(cell(mapping.text)) or None
    return Post(
        platform=platform,
        post_id=post_id,
        created_at=created_at,
        created_from=created_from,
        observed_at=_observed(cell, table),
        author=_author(cell(mapping.author)),
        author_name=word(mapping.author_name),
        text=text,
        hashtags=hashtag_list(cell(mapping.hashtags)) or hashtags_in(text),
        language=word(mapping.language),
        media_type=MEDIA.get(str(cell(mapping.media_type)).strip().lower()),
        likes=table.count(cell, mapping.likes),
        comments=table.count(cell, mapping.comments),
        shares=table.count(cell, mapping.shares),
        views=table.count(cell, mapping.views),
        url=word(mapping.url),
        query=word(mapping.query),
    )


def _platform(value: Any) -> str:
    name = str(value if value is not None else "").strip().lower()
    if name not in PLATFORM_NAMES:
        raise Rejected(Reason.UNKNOWN_PLATFORM, name[:40])
    return PLATFORM_NAMES[name]


def _post_id(platform: str, value: Any) -> str:
    """The id as ronda writes it, also from a URL, a Graph id `page_post` or an Instagram media number."""
    text = bare(value) if isinstance(value, str) else ""
    if (find := ID_IN_TEXT[platform](text)) is not None:
        return find
    number = whole_id(value)
    if platform != "instagram":
        return number
    return pk_to_shortcode(number) if len(number) >= INSTAGRAM_NUMBER_LENGTH else f"graph:{number}"


def _instagram_id(text: str) -> str | None:
    is_code = len(text) <= SHORTCODE_LENGTH and not _NUMBER.fullmatch(text)
    return instagram_code(text) or (shortcode(text) if is_code else None)


ID_IN_TEXT: dict[str, Callable[[str], str | None]] = {
    "tiktok": tiktok_id,
    "facebook": facebook_post_id,
    "instagram": _instagram_id,
}


def _created(platform: str, post_id: str, cell: Callable[[str | None], Any], table: Table) -> tuple[int, str]:
    """(second, "record" or "id"): the row's time; the id's where the row has none and the platform's ids do."""
    from_id = SECONDS_IN_ID.get(platform)
    seconds_in_id = from_id(post_id) if from_id else None
    column = table.mapping.created_at
    if not is_blank(cell(column)):
        created_at = table.moment(cell, column)
        return (after_upload(seconds_in_id, created_at) if platform == "tiktok" else created_at), "record"
    if seconds_in_id is None:
        raise Rejected(Reason.NO_TIME, "the time is empty or its column is missing")
    return seconds_in_id, "id"


def _observed(cell: Callable[[str | None], Any], table: Table) -> int | None:
    """When the row was collected; unknown rather than rejected, since the post itself can be used."""
    column = table.mapping.observed_at
    try:
        return None if is_blank(cell(column)) else table.moment(cell, column)
    except Rejected:
        return None


def _author(value: Any) -> str | None:
    name = handle(value)
    return f"id:{name}" if name and name.isdecimal() else name
