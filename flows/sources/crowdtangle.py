"""CrowdTangle's CSV of Facebook and Instagram posts (the service closed on 14 August 2024; files of its time).

Columns are found by name: older files have fewer, and the last one carries the weights of a score in its name.
`Facebook Id` is the Page's id; the post's id is in the URL. Views are those of videos: other posts have 0 there, which
says nothing of how often they were seen. Times are in the zone of a dashboard, which each names; one that names several
zones, or none, is not guessed.
"""

import io
from collections.abc import Mapping
from datetime import timezone
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from flows.files import Record, csv_rows
from flows.post import Post, Reason, Rejected
from flows.sources.counts import Style
from flows.sources.evidence import Places, PlacesStudy
from flows.sources.fields import (
    FACEBOOK_URL,
    INSTAGRAM_URL,
    facebook_post_id,
    handle,
    instagram_code,
    instagram_seconds,
    whole_id,
)
from flows.sources.format import Format
from flows.sources.layout import TABLE, names
from flows.sources.layout import formats as formats_of
from flows.sources.likeness import Likeness
from flows.sources.moments import FREE, written_second
from flows.sources.one_record import OneRecord
from flows.sources.spreadsheet import bare
from flows.sources.taking import Columnar, Taking
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
_STUDY = PlacesStudy(Places(counts=_COUNTED, style=_COMMAS))


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


def facebook(take: Taking, zones: Zones = NO_ZONES) -> Post:
    """A row of the Facebook export, or columns of them; likes are the sum of all reactions."""
    url, text = take.cell("URL"), take.cell("Message")
    return Post(
        platform="facebook",
        post_id=take.part(facebook_id, FACEBOOK_URL, url),
        created_at=take.moment(partial(created_second, zones), _moment(take)),
        author=take.each(author, take.text("User Name"), take.text("Facebook Id")),
        author_name=take.first(take.cell("Page Name"), take.cell("Group Name")),
        text=text,
        hashtags=take.hashtags_in(text),
        media_type=take.each(partial(media_type, FACEBOOK_TYPES), take.text("Type")),
        likes=take.total(REACTIONS, LATE_REACTION, style=_COMMAS),
        comments=take.count("Comments", style=_COMMAS),
        shares=take.count("Shares", style=_COMMAS),
        views=_views(take, "Total Views", FACEBOOK_TYPES),
        url=url,
    )


def instagram(take: Taking, zones: Zones = NO_ZONES) -> Post:
    """The same of the Instagram export; the caption is in `Description`."""
    url, text = take.cell("URL"), take.cell("Description")
    code = take.part(code_of, INSTAGRAM_URL, url)
    created_at, created_from = take.moment_or(partial(created_second, zones), _moment(take), instagram_seconds, code)
    return Post(
        platform="instagram",
        post_id=code,
        created_at=created_at,
        created_from=created_from,
        author=take.each(author, take.text("User Name"), take.text("Facebook Id")),
        author_name=take.cell("Account"),
        text=text,
        hashtags=take.hashtags_in(text),
        media_type=take.each(partial(media_type, INSTAGRAM_TYPES), take.text("Type")),
        likes=take.count("Likes", style=_COMMAS),
        comments=take.count("Comments", style=_COMMAS),
        views=_views(take, "Views", INSTAGRAM_TYPES),
        url=url,
    )


def _moment(take: Taking) -> Any:
    """The written time; older files have it in another column."""
    return take.first(take.cell("Post Created"), take.cell("Created"))


def _views(take: Taking, name: str, types: Mapping[str, str]) -> Any:
    """How often a post was seen; None for the 0 of one that is no video of the Page itself."""
    is_own = take.each(partial(is_own_video, types), take.text("Type"), take.text("Is Video Owner?"))
    return take.unless_zero(take.count(name, style=_COMMAS), is_own)


def media_type(types: Mapping[str, str], kind: str | None) -> str | None:
    """The kind of post in `Type`; None when it is no known one."""
    return types.get((kind or "").lower())


def is_own_video(types: Mapping[str, str], kind: str | None, owner: str | None) -> bool:
    """Whether CrowdTangle knows how often a post was seen."""
    is_foreign = (kind or "").lower() in FOREIGN_VIDEOS
    return media_type(types, kind) == "video" and not is_foreign and (owner or "").strip().lower() != "no"


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


def code_of(url: str | None) -> str:
    """The shortcode in a URL. Raises Rejected."""
    code = instagram_code(url or "")
    if code is None:
        raise Rejected(Reason.NO_ID, "no shortcode in the URL" if url else "the column URL is empty or missing")
    return code


def created_second(zones: Zones, written: str | None) -> int:
    """Unix seconds of `Post Created` (older files: `Created`) in the zone it names. Raises Rejected."""
    if written is None:
        raise Rejected(Reason.NO_TIME, "the column Post Created is empty or missing")
    return written_second(bare(written), FREE, None, zones)


def author(user_name: str | None, page_id: str | None) -> str | None:
    """The user name, else the Page's id."""
    number = (page_id or "").strip()
    return handle(user_name) or (f"id:{number}" if number.isdecimal() else None)


def facebook_post(raw: Mapping[str, Any], zones: Zones = NO_ZONES) -> Post:
    """One row of the Facebook export. Raises Rejected."""
    return facebook(OneRecord(raw), zones)


def instagram_post(raw: Mapping[str, Any], zones: Zones = NO_ZONES) -> Post:
    """One row of the Instagram export. Raises Rejected."""
    return instagram(OneRecord(raw), zones)


LIKENESSES = tuple(
    Likeness(
        f"CrowdTangle's export of {platform}",
        (names, *(frozenset({name}) for name in ("User Name", "Type", "URL", "Likes")), CREATED_NAMES),
    )
    for platform, names in (("Facebook", FACEBOOK_NAMES), ("Instagram", INSTAGRAM_NAMES))
)

_MAPPINGS = {"facebook": (facebook, facebook_post), "instagram": (instagram, instagram_post)}


def formats(zones: Zones) -> tuple[Format, ...]:
    """The formats of both platforms; `zones` says what the settings say of names of zones."""
    has_seasons = any(not isinstance(zone, timezone) for zone in zones.values())
    return tuple(
        form
        for platform, (mapping, post) in _MAPPINGS.items()
        for form in formats_of(
            "crowdtangle",
            partial(recognise, platform),
            partial(post, zones=zones),
            TABLE,
            platform=platform,
            study=_STUDY,
            columnar=() if has_seasons else (Columnar(partial(mapping, zones=zones)),),
        )
    )
