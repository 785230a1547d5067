"""Facebook posts as CrowdTangle's historical CSV and as saved Graph API pages, with the traps of both formats."""

import numpy as np
import orjson

from flows.simulation.accounts import Accounts
from flows.simulation.plan import CROWDTANGLE, GRAPH
from flows.simulation.post_columns import ALBUM, FACEBOOK_IDS, LINK, PHOTO, TEXT, VIDEO, Numbers, Posts
from flows.simulation.zeeschuimer import author_json

PAGE_SIZE = 50

_GRAPH = (
    b'{"id":"%d_%d",%b"created_time":"%b+0000","updated_time":"%b+0000",'
    b'"permalink_url":"https://www.facebook.com/%d/posts/%d","status_type":"%b",%b%b%b'
    b'"reactions":{"data":[],"summary":{"total_count":%d,"viewer_reaction":"NONE"}},'
    b'"comments":{"data":[],"summary":{"order":"ranked","total_count":%d,"can_comment":false}}}'
)
_NEXT = (
    b',"next":"https://graph.facebook.com/v18.0/me/published_posts?access_token=REDACTED&fields=%b&limit=%d&after=%b"'
)
_GRAPH_FIELDS = b"%2C".join(
    b"id message created_time updated_time permalink_url status_type from shares attachments reactions comments".split()
)
_STATUS = {
    PHOTO: b"added_photos",
    VIDEO: b"added_video",
    ALBUM: b"added_photos",
    LINK: b"shared_story",
    TEXT: b"mobile_status_update",
}
_ATTACHED = {PHOTO: b"photo", VIDEO: b"video", ALBUM: b"album", LINK: b"link"}
_CT_TYPES = {PHOTO: "Photo", VIDEO: "Native Video", ALBUM: "Album", LINK: "Link", TEXT: "Status"}
_CT_HEADER = (
    "Page Name,User Name,Facebook Id,Page Category,Page Admin Top Country,Page Description,Page Created,"
    "Likes at Posting,Followers at Posting,Post Created,Post Created Date,Post Created Time,Type,Total Interactions,"
    "Likes,Comments,Shares,Love,Wow,Haha,Sad,Angry,Care,Video Share Status,Is Video Owner?,Post Views,Total Views,"
    "Total Views For All Crossposts,Video Length,URL,Message,Link,Final Link,Image Text,Link Text,Description,"
    "Sponsor Id,Sponsor Name,Sponsor Category,"
)
_CT_WEIGHTS = "(weighted  —  Likes 1x Shares 1x Comments 1x Love 1x Wow 1x Haha 1x Sad 1x Angry 1x Care 1x )"
_CT_SCORES = (
    "Overperforming Score",
    f"Overperforming Score {_CT_WEIGHTS}",
    f"Total Interactions {_CT_WEIGHTS}",
)
_REACTION_SHARES = (0.07, 0.02, 0.05, 0.02, 0.02, 0.01)  # Love, Wow, Haha, Sad, Angry, Care


def _graph_sender(_: str, name: bytes, number: int, __: int) -> bytes:
    return b'"from":{"name":%b,"id":"%d"},' % (name, number)


class Facebook:
    """Turns observations into rows and elements; made once a season."""

    def __init__(self, accounts: dict[int, Accounts]) -> None:
        self.accounts = accounts
        self.senders = {stream: author_json(accounts[stream], _graph_sender) for stream in (CROWDTANGLE, GRAPH)}

    def crowdtangle(self, posts: Posts, batch: int) -> list[bytes]:
        """One CSV row a post, times in the zone of the batch's dashboard."""
        accounts = self.accounts[CROWDTANGLE]
        moments = local_times(posts.created, batch)
        reactions = [(posts.likes * share).astype(np.int64) for share in _REACTION_SHARES]
        plain = posts.likes - sum(reactions)
        total = posts.likes + posts.comments + posts.shares
        zone = zone_of(batch)[0]
        columns = zip(
            posts.key.tolist(), posts.author.tolist(), moments, posts.media.tolist(), total.tolist(), plain.tolist(),
            posts.comments.tolist(), posts.shares.tolist(), zip(*[r.tolist() for r in reactions], strict=True),
            posts.views.tolist(), posts.texts, posts.variant.tolist(), strict=True,
        )  # fmt: skip
        rows = []
        for key, who, moment, media, interactions, likes, comments, shares, others, views, text, variant in columns:
            handle, number, followers = accounts.handles[who], accounts.numbers[who], int(accounts.followers[who])
            page = handle if variant % 4 == 0 else number
            slash = "/" if variant % 16 == 3 else ""
            message = "" if text is None else '"' + text.replace('"', '""') + '"'
            seen = _thousands(max(views, 0))  # CrowdTangle's 0 of what is no video
            rows.append(
                f"{accounts.names[who]},{handle},{number},{'PERSONAL_BLOG' if variant & 1 else 'NEWS_SITE'},ID,,"
                f"2016-03-0{1 + who % 9} 02:11:00,{_thousands(followers - 7)},{_thousands(followers)},"
                f"{moment} {zone},{moment[:10]},{moment[11:]},{_CT_TYPES[media]},{_thousands(interactions)},"
                f"{_thousands(likes)},{_thousands(comments)},{_thousands(shares)},{','.join(map(_thousands, others))},"
                f"{'owned' if media == VIDEO else ''},{'Yes' if media == VIDEO else 'No'},{seen},{seen},{seen},"
                f"{f'00:00:{10 + variant % 50}' if media == VIDEO else 'N/A'},"
                f"https://www.facebook.com/{page}/posts/{key}{slash},{message},"
                f"https://www.facebook.com/photo.php?fbid={key + 11},,,,,,,,{(variant - 90) / 10}\n".encode()
            )
        return rows

    def graph(self, posts: Posts) -> list[bytes]:
        """One element of a page's `data` a post."""
        overlap = posts.key < FACEBOOK_IDS[GRAPH]
        streams = np.where(overlap, CROWDTANGLE, GRAPH).tolist()
        created = _utc_times(posts.created)
        updated = _utc_times(posts.created + 60 * (posts.variant % 50))
        rows = []
        columns = zip(
            streams, posts.key.tolist(), posts.author.tolist(), created, updated, posts.media.tolist(),
            posts.likes.tolist(), posts.comments.tolist(), posts.shares.tolist(), posts.texts, posts.variant.tolist(),
            strict=True,
        )  # fmt: skip
        for stream, key, who, moment, changed, media, likes, comments, shares, text, variant in columns:
            page = self.accounts[stream].numbers[who]
            kind = _ATTACHED.get(media)
            rows.append(
                _GRAPH
                % (
                    page,
                    key,
                    b"" if text is None else b'"message":%b,' % orjson.dumps(text),
                    moment,
                    changed,
                    page,
                    key,
                    _STATUS[media],
                    b"" if variant < 8 else self.senders[stream][who],
                    b'"shares":{"count":%d},' % shares if shares else b"",
                    b""
                    if kind is None
                    else b'"attachments":{"data":[{"media_type":"%b","type":"%b"}]},' % (kind, kind),
                    likes,
                    comments,
                )
            )
        return rows


def _thousands(value: int) -> str:
    """A number as CrowdTangle writes it: quoted, with separators from a thousand on."""
    return f'"{value:,}"' if value >= 1000 else str(value)


def zone_of(batch: int) -> tuple[str, int]:
    """The zone of a week's CrowdTangle dashboard and its hours from UTC: WIB in most, UTC in every sixth."""
    return ("UTC", 0) if batch % 6 == 4 else ("WIB", 7)


def local_times(created: Numbers, batch: int) -> list[str]:
    """`YYYY-MM-DD HH:MM:SS` in the zone of the batch's dashboard (no zone of the regency has daylight saving)."""
    offset = zone_of(batch)[1] * 3600
    return [text.replace("T", " ") for text in np.datetime_as_string((created + offset).astype("M8[s]")).tolist()]


def _utc_times(created: Numbers) -> list[bytes]:
    return [text.encode() for text in np.datetime_as_string(created.astype("M8[s]")).tolist()]


def crowdtangle_header(batch: int) -> bytes:
    """The header line: a byte order mark in every second week, and one of three score columns."""
    score = _CT_SCORES[batch % 3]
    return (("\ufeff" if batch % 2 == 0 else "") + _CT_HEADER + score + "\n").encode()


def graph_page(elements: list[bytes], batch: int, number: int, is_last: bool) -> bytes:
    """One page; every page but the last has `next`, without its token."""
    cursor = b"QVFIUb%02dp%05d" % (batch, number)
    following = b"" if is_last else _NEXT % (_GRAPH_FIELDS, PAGE_SIZE, cursor)
    cursors = b'{"before":"%b","after":"%b"}' % (cursor.replace(b"p", b"q"), cursor)
    return b'{"data":[\n%b\n],"paging":{"cursors":%b%b}}' % (b",\n".join(elements), cursors, following)
