"""Files of every format with three posts each, for the tests of erasing."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests import exports

NOON = exports.NOON
SAID = ("warungkopi sepi sekali", "lapangan basah kuyup", "pasar tutup lebih awal")
NAMES = ("Sri Lestari Wangi", "Joko Pamungkas", "Tri Hastuti")
HANDLES = ("sri.wangi.77", "joko.pamungkas", "tri.hastuti")
NUMBERS = ("100077001122334", "100088001122335", "100099001122336")
CODES = ("C2x0aaaaaaA", "C2x0bbbbbbB", "C2x0ccccccC")
POSTS = ("700000000000101", "700000000000102", "700000000000103")
VIDEOS = tuple(exports.tiktok_id(NOON, serial) for serial in (1, 2, 3))
TABLES = {
    "laporan": {
        "platform": "facebook",
        "id": "tautan",
        "created_at": "waktu",
        "author": "akun",
        "author_name": "nama",
        "text": "isi",
        "likes": "suka",
    },
    "jawaban": {
        "platform": "facebook",
        "id": "tautan",
        "created_at": "waktu",
        "text": "isi",
        "records": "hasil.daftar",
    },
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """Files of one format: how it is written, and the ids of its three posts."""

    name: str
    platform: str
    ids: tuple[str, ...]
    write: Callable[[], bytes]


def as_csv(rows: list[Row], delimiter: str = ",", end: str = "\r\n") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def crowdtangle_facebook(place: int) -> Row:
    return {
        "Page Name": NAMES[place],
        "User Name": HANDLES[place],
        "Facebook Id": NUMBERS[place],
        "Followers at Posting": "10",
        "Post Created": "2024-02-01 12:00:00 WIB",
        "Type": "Photo",
        "Likes": "5",
        "Comments": "2",
        "Shares": "1",
        "URL": f"https://www.facebook.com/{NUMBERS[place]}/posts/{POSTS[place]}",
        "Message": f"{SAID[place]}\nbaris kedua, dengan koma",
        "Total Interactions": "8",
    }


def crowdtangle_instagram(place: int) -> Row:
    return {
        "Account": NAMES[place],
        "User Name": HANDLES[place],
        "Followers at Posting": "10",
        "Post Created": "2024-02-01 12:00:00 WIB",
        "Type": "Photo",
        "Likes": "5",
        "Comments": "2",
        "URL": f"https://www.instagram.com/{HANDLES[place]}/p/{CODES[place]}/",
        "Description": SAID[place],
        "Total Interactions": "7",
    }


def graph_post(place: int) -> Row:
    return {
        "id": f"{NUMBERS[place]}_{POSTS[place]}",
        "created_time": "2024-02-01T05:00:00+0000",
        "message": SAID[place],
        "permalink_url": f"https://www.facebook.com/{NUMBERS[place]}/posts/{POSTS[place]}",
        "from": {"id": NUMBERS[place], "name": NAMES[place]},
        "attachments": {"data": [{"media_type": "photo", "title": NAMES[place], "description": SAID[place]}]},
        "comments": {"data": [], "summary": {"total_count": 2, "order": "chronological"}},
        "reactions": {"data": [], "summary": {"total_count": 5}},
        "shares": {"count": 1},
    }


def apify_tiktok(place: int) -> Row:
    return {
        "id": VIDEOS[place],
        "text": SAID[place],
        "createTime": NOON,
        "createTimeISO": "2024-02-01T05:00:00.000Z",
        "authorMeta": {"id": NUMBERS[place], "name": HANDLES[place], "nickName": NAMES[place]},
        "webVideoUrl": f"https://www.tiktok.com/@{HANDLES[place]}/video/{VIDEOS[place]}",
        "diggCount": 5,
        "playCount": 90,
        "hashtags": [{"name": HANDLES[place].replace(".", "")}],
    }


def apify_instagram(place: int) -> Row:
    return {
        "shortCode": CODES[place],
        "url": f"https://www.instagram.com/p/{CODES[place]}/",
        "caption": SAID[place],
        "timestamp": "2024-02-01T05:00:00.000Z",
        "ownerUsername": HANDLES[place],
        "ownerFullName": NAMES[place],
        "ownerId": NUMBERS[place],
        "likesCount": 5,
        "commentsCount": 2,
        "displayUrl": "https://cdn.example.test/x.jpg",
        "latestComments": [{"text": "kepada " + NAMES[place], "ownerUsername": "lain"}],
        "type": "Image",
    }


def apify_facebook(place: int) -> Row:
    return {
        "postId": POSTS[place],
        "facebookUrl": f"https://www.facebook.com/{HANDLES[place]}",
        "pageName": HANDLES[place],
        "topLevelUrl": f"https://www.facebook.com/{NUMBERS[place]}/posts/{POSTS[place]}",
        "time": "2024-02-01T05:00:00.000Z",
        "text": SAID[place],
        "user": {"id": NUMBERS[place], "name": NAMES[place]},
        "likes": 5,
        "comments": 2,
        "shares": 1,
        "topReactionsCount": 2,
    }


def flat(row: Row) -> Row:
    """An item of Apify as its CSV has it."""
    found: Row = {}
    for key, value in row.items():
        if isinstance(value, dict):
            found |= {f"{key}/{inner}": part for inner, part in value.items()}
        elif isinstance(value, list):
            found |= {f"{key}/{n}/{inner}": part for n, each in enumerate(value) for inner, part in each.items()}
        else:
            found[key] = value
    return found


def fourcat_tiktok(place: int) -> Row:
    return {
        "id": VIDEOS[place],
        "thread_id": VIDEOS[place],
        "author": HANDLES[place],
        "author_full": NAMES[place],
        "author_id": NUMBERS[place],
        "body": SAID[place],
        "timestamp": "2024-02-01 05:00:00",
        "unix_timestamp": str(NOON),
        "likes": "5",
        "comments": "2",
        "shares": "1",
        "plays": "90",
        "tiktok_url": f"https://www.tiktok.com/@{HANDLES[place]}/video/{VIDEOS[place]}",
        "hashtags": "batang",
        "missing_fields": "",
    }


def fourcat_instagram(place: int) -> Row:
    return {
        "id": CODES[place],
        "author": HANDLES[place],
        "author_fullname": NAMES[place],
        "author_id": NUMBERS[place],
        "body": SAID[place],
        "timestamp": "2024-02-01 05:00:00",
        "unix_timestamp": str(NOON),
        "media_type": "photo",
        "num_likes": "5",
        "num_comments": "2",
        "partial_item": "no",
        "usertags": HANDLES[place],
        "missing_fields": "",
    }


def zeeschuimer(place: int) -> Row:
    author = {"uniqueId": HANDLES[place], "id": NUMBERS[place], "nickname": NAMES[place]}
    return exports.tiktok(serial=place + 1, text=SAID[place]) | {
        "source_platform_url": f"https://www.tiktok.com/@{HANDLES[place]}",
        "data": exports.tiktok(serial=place + 1, text=SAID[place])["data"] | {"author": author},
    }


def mcl(place: int) -> Row:
    return {
        "id": POSTS[place],
        "text": SAID[place],
        "creation_time": "2024-02-01T05:00:00+00:00",
        "post_owner": {"id": NUMBERS[place], "name": NAMES[place], "username": HANDLES[place]},
        "surface": {"id": NUMBERS[place], "name": NAMES[place]},
        "statistics": {"reaction_count": 5, "comment_count": 2, "share_count": 1, "views": 90},
        "content_type": "photos",
        "mcl_url": f"https://www.facebook.com/{HANDLES[place]}/x",
    }


def mcl_csv(place: int) -> Row:
    whole = mcl(place)
    found = {key: value for key, value in whole.items() if not isinstance(value, dict)}
    return found | {f"{k}.{inner}": part for k, v in whole.items() if isinstance(v, dict) for inner, part in v.items()}


def table(place: int) -> Row:
    return {
        "tautan": f"https://www.facebook.com/{NUMBERS[place]}/posts/{POSTS[place]}",
        "waktu": "2024-02-01T12:00:00+07:00",
        "akun": HANDLES[place],
        "nama": NAMES[place],
        "isi": SAID[place],
        "suka": 5,
        "catatan": f"dari {NAMES[place]}",
    }


def parquet() -> bytes:
    out = io.BytesIO()
    frame = pa.Table.from_pylist([table(place) for place in range(3)])
    kinds = frame.set_column(3, "nama", frame["nama"].dictionary_encode())
    pq.write_table(kinds, out, row_group_size=2, compression="zstd")
    return out.getvalue()


def spreadsheet(make: Callable[[int], Row]) -> bytes:
    """A workbook, with a title above the header and its cells as text."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.worksheets[0]
    page.append(["Laporan"])
    page.append([])
    page.append(list(make(0)))
    for place in range(3):
        page.append(list(make(place).values()))
    book.save(out)
    return out.getvalue()


def resaved(make: Callable[[int], Row]) -> bytes:
    """A CSV as a spreadsheet program saves it: its own first line, a title, a row and a column without any cell."""
    table = as_csv(rows(make), ";").removeprefix(b"\xef\xbb\xbf")
    return b"\xef\xbb\xbfsep=;\r\nLaporan;;\r\n" + table.replace(b"\r\n", b";\r\n") + b";;;;\r\n"


def video(place: int) -> Row:
    return {
        "id": int(VIDEOS[place]),
        "create_time": NOON,
        "username": HANDLES[place],
        "video_description": SAID[place],
        "like_count": 5,
        "view_count": 90,
        "region_code": "ID",
    }


def lines(make: Callable[[int], Row]) -> bytes:
    return b"".join(json.dumps(make(place), ensure_ascii=False).encode() + b"\n" for place in range(3))


def several_lines(make: Callable[[int], Row]) -> bytes:
    return b"".join(json.dumps(make(place), ensure_ascii=False, indent=2).encode() + b"\n" for place in range(3))


def array(make: Callable[[int], Row]) -> bytes:
    return json.dumps([make(place) for place in range(3)], ensure_ascii=False, indent=2).encode() + b"\n"


def rows(make: Callable[[int], Row]) -> list[Row]:
    return [make(place) for place in range(3)]


PAGE = {"data": [graph_post(place) for place in range(3)], "paging": {"cursors": {"before": "b", "after": "a"}}}
VIDEO_ANSWER = {"data": {"videos": rows(video), "cursor": 3, "has_more": False}, "error": {"code": "ok"}}
TABLE_ANSWER = {"hasil": {"daftar": rows(table), "jumlah": 3}}
MCL = tuple(f"mcl:{number}" for number in POSTS)
CASES = (
    Case("CrowdTangle, Facebook", "facebook", POSTS, lambda: as_csv(rows(crowdtangle_facebook))),
    Case("CrowdTangle, Instagram", "instagram", CODES, lambda: as_csv(rows(crowdtangle_instagram))),
    Case("Graph page", "facebook", POSTS, lambda: json.dumps(PAGE, indent=1).encode()),
    Case("Graph pages in an array", "facebook", POSTS, lambda: json.dumps([PAGE, PAGE]).encode()),
    Case("Graph pages in lines", "facebook", POSTS, lambda: (json.dumps(PAGE) + "\n").encode() * 2),
    Case("Apify TikTok", "tiktok", VIDEOS, lambda: array(apify_tiktok)),
    Case("Apify Instagram", "instagram", CODES, lambda: array(apify_instagram)),
    Case("Apify Facebook", "facebook", POSTS, lambda: array(apify_facebook)),
    Case("Apify in lines", "tiktok", VIDEOS, lambda: lines(apify_tiktok)),
    Case("Apify CSV", "tiktok", VIDEOS, lambda: as_csv([flat(row) for row in rows(apify_tiktok)])),
    Case("4CAT TikTok", "tiktok", VIDEOS, lambda: as_csv(rows(fourcat_tiktok), end="\n")),
    Case("4CAT Instagram", "instagram", CODES, lambda: as_csv(rows(fourcat_instagram))),
    Case("Zeeschuimer CSV", "tiktok", VIDEOS, lambda: as_csv(rows(fourcat_tiktok), ";")),
    Case("Zeeschuimer", "tiktok", VIDEOS, lambda: lines(zeeschuimer)),
    Case("Zeeschuimer in an array", "tiktok", VIDEOS, lambda: array(zeeschuimer)),
    Case("Zeeschuimer over several lines", "tiktok", VIDEOS, lambda: several_lines(zeeschuimer)),
    Case("4CAT saved by a spreadsheet", "tiktok", VIDEOS, lambda: resaved(fourcat_tiktok)),
    Case("4CAT in a workbook", "tiktok", VIDEOS, lambda: spreadsheet(fourcat_tiktok)),
    Case("TikTok answer", "tiktok", VIDEOS, lambda: json.dumps(VIDEO_ANSWER, indent=1).encode()),
    Case("TikTok answers in lines", "tiktok", VIDEOS, lambda: (json.dumps(VIDEO_ANSWER) + "\n").encode() * 2),
    Case("Content Library CSV", "facebook", MCL, lambda: as_csv(rows(mcl_csv))),
    Case("Content Library JSON", "facebook", MCL, lambda: array(mcl)),
    Case("table CSV", "facebook", POSTS, lambda: as_csv(rows(table))),
    Case("table in an array", "facebook", POSTS, lambda: array(table)),
    Case("table inside of answers", "facebook", POSTS, lambda: json.dumps(TABLE_ANSWER, indent=1).encode()),
    Case("table in a workbook", "facebook", POSTS, lambda: spreadsheet(table)),
    Case("table in lines", "facebook", POSTS, lambda: lines(table)),
    Case("table in Parquet", "facebook", POSTS, parquet),
    Case("gzip", "facebook", POSTS, lambda: gzip.compress(as_csv(rows(crowdtangle_facebook)))),
)
