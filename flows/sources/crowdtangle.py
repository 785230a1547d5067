"""CrowdTangle's CSV of Facebook and Instagram posts (the service closed on 14 August 2024; files of its time).

Columns are found by name: older files have fewer, and the last one carries the weights of a score in its name.
`Facebook Id` is the Page's id; the post's id is in the URL. Views are those of videos: other posts have 0 there, which
says nothing of how often they were seen. Times are in the zone of a dashboard, which each names; one that names several
zones, or none, is not guessed.
"""

import io
from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from flows.files import Record, csv_rows
from flows.post import Post, Reason, Rejected
from flows.sources.counts import Style, count
from flows.sources.evidence import Places, study
from flows.sources.fields import (
    clean,
    facebook_post_id,
    handle,
    hashtags_in,
    instagram_code,
    instagram_seconds,
    whole_id,
)
from flows.sources.format import Format
from flows.sources.layout import TABLE, names
from flows.sources.layout import formats as formats_of
from flows.sources.likeness import Likeness
from flows.sources.moments import FREE, written_second
from flows.sources.spreadsheet import bare
from flows.sources.zones import NO_ZONES, Zones

REACTIONS = ("Likes", "Love", "Wow", "Haha", "Sad", "Angry")
LATE_REACTION = "Care"  # came in 2020; older files lack it

FACEBOOK_TYPES = {
    "album": "album",
    "link": "link",
    "live video": "video",
    "live video complete": "video",
    "live video scheduled": "video",
    "native video": "video",
    "photo": "photo",
    "reel": "video",
    "status": "text",
    "video": "video",
    "vine": "video",
    "youtube": "video",
}
# Videos of other sites, whose views CrowdTangle does not know.
FOREIGN_VIDEOS = frozenset({"vine", "youtube"})
INSTAGRAM_TYPES = {"album": "album", "igtv": "video", "photo": "photo", "reel": "video", "video": "video"}

FACEBOOK_NAMES = frozenset({"Page Name", "Group Name", "Facebook Id", "Page Category", "Is Video Owner?"})
INSTAGRAM_NAMES = frozenset({"Account"})
CREATED_NAMES = frozenset({"Post Created", "Created"})
# Columns of both; a file of CrowdTangle has most of them even when one that is needed is missing.
COMMON_NAMES = frozenset({"User Name", "Followers at Posting", "Post Created", "Created", "Type", "Likes", "URL"})
# CrowdTangle exported other platforms too, under the same common names.
FOREIGN_NAMES = {"Retweets": "Twitter", "Screen Name": "Twitter", "Subreddit": "Reddit", "Upvotes": "Reddit"}
FOREIGN_HOSTS = {
    "reddit.com": "Reddit",
    "twitter.com": "Twitter",
    "vine.co": "Vine",
    "x.com": "Twitter",
    "youtu.be": "YouTube",
    "youtube.com": "YouTube",
}
SCORES = ("Overperforming Score", "Total Interactions")

_COUNTED = ("Likes", "Comments", "Shares", "Love", "Wow", "Haha", "Sad", "Angry", "Care", "Total Views", "Views")
_COMMAS = Style(group=",")  # how CrowdTangle writes thousands
_STUDY = partial(study, Places(counts=_COUNTED, style=_COMMAS))

_count = partial(count, style=_COMMAS)


def recognise(platform: str, sample: bytes) -> str | None:
    """`platform` when the header is CrowdTangle's for it."""
    columns = names(sample)
    if not _is_of_crowdtangle(columns) or foreign(sample) is not None:
        return None
    is_facebook = bool(columns & FACEBOOK_NAMES)
    is_instagram = not is_facebook and columns >= INSTAGRAM_NAMES
    return platform if (is_facebook if platform == "facebook" else is_instagram) else None


def _is_of_crowdtangle(columns: frozenset[str]) -> bool:
    has_score = any(name.startswith(SCORES) for name in columns)
    return len(columns & COMMON_NAMES) + has_score >= 3


def foreign(sample: bytes) -> str | None:
    """The platform of an export of CrowdTangle that is not watched, by its columns, else by where its posts are."""
    columns = names(sample)
    if not _is_of_crowdtangle(columns):
        return None
    if named := next((platform for column, platform in FOREIGN_NAMES.items() if column in columns), None):
        return named
    rows = (item.raw for item in csv_rows(io.BytesIO(sample)) if isinstance(item, Record))
    hosts = {(urlsplit(row.get("URL", "").strip()).hostname or "").removeprefix("www.") for row in islice(rows, 20)}
    platforms = {FOREIGN_HOSTS.get(host) for host in hosts}
    return platforms.pop() if len(platforms) == 1 else None


def facebook_post(raw: Mapping[str, Any], zones: Zones = NO_ZONES) -> Post:
    """One row of the Facebook export; likes are the sum of all reactions."""
    url, text = cell(raw, "URL"), cell(raw, "Message")
    return Post(
        platform="facebook",
        post_id=facebook_id(url),
        created_at=created_at(raw, zones),
        author=author(raw),
        author_name=cell(raw, "Page Name") or cell(raw, "Group Name"),
        text=text,
        hashtags=hashtags_in(text),
        media_type=media_type(raw, FACEBOOK_TYPES),
        likes=reactions(raw),
        comments=_count(raw.get("Comments")),
        shares=_count(raw.get("Shares")),
        views=views(raw, "Total Views", FACEBOOK_TYPES),
        url=url,
    )


def instagram_post(raw: Mapping[str, Any], zones: Zones = NO_ZONES) -> Post:
    """One row of the Instagram export; the caption is in `Description`."""
    url, text = cell(raw, "URL"), cell(raw, "Description")
    code = instagram_code(url or "")
    if code is None:
        raise Rejected(Reason.NO_ID, "no shortcode in the URL" if url else "the column URL is empty or missing")
    seconds_in_code = instagram_seconds(code)
    is_untimed = cell(raw, "Post Created") is None and cell(raw, "Created") is None
    from_id = is_untimed and seconds_in_code is not None
    return Post(
        platform="instagram",
        post_id=code,
        created_at=seconds_in_code if from_id and seconds_in_code is not None else created_at(raw, zones),
        created_from="id" if from_id else "record",
        author=author(raw),
        author_name=cell(raw, "Account"),
        text=text,
        hashtags=hashtags_in(text),
        media_type=media_type(raw, INSTAGRAM_TYPES),
        likes=_count(raw.get("Likes")),
        comments=_count(raw.get("Comments")),
        views=views(raw, "Views", INSTAGRAM_TYPES),
        url=url,
    )


def cell(raw: Mapping[str, Any], name: str) -> str | None:
    """The text of a cell; None when it is blank or its column is missing."""
    text = clean(raw.get(name))
    return text if text and text.strip() else None


def media_type(raw: Mapping[str, Any], types: Mapping[str, str]) -> str | None:
    """The kind of post in `Type`; None when it is no known one."""
    return types.get((cell(raw, "Type") or "").lower())


def views(raw: Mapping[str, Any], name: str, types: Mapping[str, str]) -> int | None:
    """How often a post was seen; None for the 0 of one that is no video of the Page itself."""
    seen = _count(raw.get(name))
    if seen:
        return seen
    is_foreign = (cell(raw, "Type") or "").lower() in FOREIGN_VIDEOS
    is_shared = (cell(raw, "Is Video Owner?") or "").strip().lower() == "no"
    return seen if media_type(raw, types) == "video" and not is_foreign and not is_shared else None


def facebook_id(url: str | None) -> str:
    """The post id in a URL: where the known forms have it, else the last segment of the path. Raises Rejected."""
    if url is None:
        raise Rejected(Reason.NO_ID, "the column URL is empty or missing")
    last = url.strip().rstrip("/").rpartition("/")[2]
    if post_id := facebook_post_id(url.strip()):
        return post_id
    if not last[:1].isdigit():  # a name, which has no place in the detail of a reject
        raise Rejected(Reason.NO_ID, "no post id in the URL")
    return whole_id(last)


def created_at(raw: Mapping[str, Any], zones: Zones) -> int:
    """Unix seconds of `Post Created` (older files: `Created`) in the zone it names. Raises Rejected."""
    value = cell(raw, "Post Created") or cell(raw, "Created")
    if value is None:
        raise Rejected(Reason.NO_TIME, "the column Post Created is empty or missing")
    return written_second(bare(value), FREE, None, zones)


def author(raw: Mapping[str, Any]) -> str | None:
    """The user name, else the Page's id."""
    page_id = (cell(raw, "Facebook Id") or "").strip()
    return handle(cell(raw, "User Name")) or (f"id:{page_id}" if page_id.isdecimal() else None)


def reactions(raw: Mapping[str, Any]) -> int | None:
    """All reactions together; None when one that the file should have is unknown."""
    names = (*REACTIONS, LATE_REACTION) if LATE_REACTION in raw else REACTIONS
    counts = [number for number in (_count(raw.get(name)) for name in names) if number is not None]
    return sum(counts) if len(counts) == len(names) else None


LIKENESSES = tuple(
    Likeness(
        f"CrowdTangle's export of {platform}",
        (names, *(frozenset({name}) for name in ("User Name", "Type", "URL", "Likes")), CREATED_NAMES),
    )
    for platform, names in (("Facebook", FACEBOOK_NAMES), ("Instagram", INSTAGRAM_NAMES))
)

_POSTS: dict[str, Callable[..., Post]] = {
    "facebook": facebook_post,
    "instagram": instagram_post,
}


def formats(zones: Zones) -> tuple[Format, ...]:
    """The formats of both platforms; `zones` says what the settings say of names of zones."""
    return tuple(
        form
        for platform, post in _POSTS.items()
        for form in formats_of(
            "crowdtangle",
            partial(recognise, platform),
            partial(post, zones=zones),
            TABLE,
            platform=platform,
            study=_STUDY,
        )
    )
