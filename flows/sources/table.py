"""Any table with a column mapping in ronda.toml (`[tables.<name>]`, see settings.TableMapping).

It comes as CSV, as a workbook, as Parquet, or as JSON: objects one a line, in an array, or in a list inside of answers.

A file belongs to the first mapping whose columns it all has. Times are ISO, Unix seconds or milliseconds, or datetime
columns; one without a zone is in the zone of the mapping.
"""

import io
import math
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flows.exits import UsageError
from flows.files import Record, csv_header, layout
from flows.files.layout import JSON
from flows.files.parquet import parquet_columns, parquet_rows
from flows.post import PLATFORMS, Post, Reason, Rejected
from flows.settings import Settings, TableMapping
from flows.sources.cells import as_dict, at, hashtag_list
from flows.sources.fields import (
    SHORTCODE_LENGTH,
    clean,
    count,
    facebook_post_id,
    handle,
    hashtags_in,
    instagram_code,
    instagram_seconds,
    pk_to_shortcode,
    present,
    seconds,
    shortcode,
    tiktok_id,
    tiktok_seconds,
    whole_id,
)
from flows.sources.format import Format
from flows.sources.layout import OBJECTS, names
from flows.sources.layout import formats as formats_of

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


def formats(settings: Settings) -> tuple[Format, ...]:
    """The formats of every mapping. Raises UsageError for a mapping without a platform or with an unknown zone."""
    return tuple(each for name, mapping in settings.tables.items() for each in _formats(name, mapping))


def _formats(name: str, mapping: TableMapping) -> tuple[Format, ...]:
    if (mapping.platform is None) == (mapping.platform_column is None):
        raise UsageError(f"[tables.{name}] needs either platform or platform_column; set one of them in ronda.toml.")
    try:
        zone = ZoneInfo(mapping.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"[tables.{name}] has the unknown timezone {mapping.timezone!r}; use a name such as Asia/Jakarta."
        ) from error
    mapped, known = partial(post, mapping, zone), partial(recognise_text, mapping)
    if mapping.records is not None:
        return formats_of(name, known, mapped, OBJECTS, inside=partial(records_at, mapping.records))
    return (
        *formats_of(name, known, mapped),
        Format(name, "parquet", partial(recognise_parquet, mapping), partial(parquet_rows, columns(mapping)), mapped),
    )


def columns(mapping: TableMapping) -> tuple[str, ...]:
    """The columns that a mapping names."""
    named = mapping.model_dump(exclude={"platform", "timezone", "records"}, exclude_none=True)
    return tuple(dict.fromkeys(named.values()))


def records_at(path: str, answer: Any) -> Iterator[Any]:
    """The objects of the list at a dotted path; what has none there is given as it is, to be rejected."""
    found = at(answer, path) if isinstance(answer, dict) else None
    if isinstance(found, list):
        yield from found
    else:
        yield found if isinstance(found, dict) else answer


def recognise_text(mapping: TableMapping, sample: bytes) -> str | None:
    """The platform when the header of a table, or the whole objects in the sample together, have every column.

    Answers whose list of records is empty say as much.
    """
    if layout(sample) == "csv":
        found = set(csv_header(sample)[0])
    else:
        answers = [item.raw for item in JSON[layout(sample)](io.BytesIO(sample)) if isinstance(item, Record)]
        found = _keys(mapping, answers) if answers else _keys_of_part(mapping, sample)
        if mapping.records and answers and all(at(as_dict(each), mapping.records) == [] for each in answers):
            return _platform_of(mapping)
    return _platform_of(mapping) if found.issuperset(columns(mapping)) else None


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


def post(mapping: TableMapping, zone: ZoneInfo, raw: Any) -> Post:
    """One row of a table as a Post, by the mapping's columns. Raises Rejected."""
    if not isinstance(raw, dict):
        raise Rejected(Reason.WRONG_SHAPE, "not an object")

    def cell(column: str | None) -> Any:
        return None if column is None else raw.get(column)

    def word(column: str | None) -> str | None:
        return (clean(cell(column)) or "").strip() or None

    platform = mapping.platform or _platform(cell(mapping.platform_column))
    post_id = _post_id(platform, present(cell(mapping.id), mapping.id))
    created_at, created_from = _created(platform, post_id, cell(mapping.created_at), zone)
    text = clean(cell(mapping.text)) or None
    return Post(
        platform=platform,
        post_id=post_id,
        created_at=created_at,
        created_from=created_from,
        observed_at=_observed(cell(mapping.observed_at), zone),
        author=_author(cell(mapping.author)),
        author_name=word(mapping.author_name),
        text=text,
        hashtags=hashtag_list(cell(mapping.hashtags)) or hashtags_in(text),
        language=word(mapping.language),
        media_type=MEDIA.get(str(cell(mapping.media_type)).strip().lower()),
        likes=count(cell(mapping.likes)),
        comments=count(cell(mapping.comments)),
        shares=count(cell(mapping.shares)),
        views=count(cell(mapping.views)),
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
    text = value.strip() if isinstance(value, str) else ""
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


def _created(platform: str, post_id: str, value: Any, zone: ZoneInfo) -> tuple[int, str]:
    """(second, "record" or "id"): the row's time; the id's where the row has none and the platform's ids do."""
    if not _is_blank(value):
        return moment(value, zone), "record"
    from_id = SECONDS_IN_ID.get(platform)
    seconds_in_id = from_id(post_id) if from_id else None
    if seconds_in_id is None:
        raise Rejected(Reason.NO_TIME, "the time is empty or its column is missing")
    return seconds_in_id, "id"


def _observed(value: Any, zone: ZoneInfo) -> int | None:
    """When the row was collected; unknown rather than rejected, since the post itself can be used."""
    try:
        return None if _is_blank(value) else moment(value, zone)
    except Rejected:
        return None


def _is_blank(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, float) and math.isnan(value))
    )


def moment(value: Any, zone: ZoneInfo) -> int:
    """Unix seconds of a number, its text, or an ISO time (without a zone it is in `zone`). Raises Rejected."""
    text = value.strip() if isinstance(value, str) else ""
    if text[4:5] != "-":
        return seconds(value)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Rejected(Reason.NO_TIME, text[:40]) from error
    if not 1970 <= found.year <= 2100:
        raise Rejected(Reason.TIME_OUT_OF_RANGE, text[:40])
    return math.floor((found if found.tzinfo else found.replace(tzinfo=zone)).timestamp())


def _author(value: Any) -> str | None:
    name = handle(value)
    return f"id:{name}" if name and name.isdecimal() else name
