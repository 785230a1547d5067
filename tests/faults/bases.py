"""What is mutated: small files of every format that ronda reads, simulated, by hand, and real where there are."""

import gzip
import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import zstandard

from flows import simulation
from flows.sources import SOURCES, http, pages, reviews, walking
from tests.conftest import REPOSITORY
from tests.extract import formats

RECORDS = 30  # of a file, at most
MOST_BYTES = 400_000
MOMENT = datetime(2024, 2, 5, tzinfo=UTC)
WHOLE_TABLE = {
    "platform_column": "situs",
    "id": "nomor",
    "created_at": "waktu",
    "observed_at": "dilihat",
    "author": "akun",
    "author_name": "nama",
    "text": "isi",
    "hashtags": "tagar",
    "language": "bahasa",
    "media_type": "jenis",
    "likes": "suka",
    "views": "tayangan",
    "url": "alamat",
    "query": "kueri",
}
LOG = b"platform,source,query,day,planned,attempted,succeeded,reason\n" + b"".join(
    b"tiktok,zeeschuimer,jalan,2024-02-0%d,4,4,3,server sibuk\n" % day for day in range(1, 8)
)
GONE = b"platform,post_id,gone_at,reason\n" + b"".join(
    f"tiktok,{number},2024-02-03T00:00:00Z,removed\n".encode() for number in formats.VIDEOS
)


def bases(season: Path) -> dict[str, bytes]:
    """Name -> content of the files that are mutated; `season` is where a small season can be written."""
    files = dict(_written())
    files |= dict(_simulated(season))
    files |= dict(_real("RONDA_SHARED_DATA", "data"))
    files |= dict(_real("RONDA_SHARED_CASES", "cases"))
    return files


def whole_row(place: int) -> formats.Row:
    """A row of the table `WHOLE_TABLE`."""
    return {
        "situs": "tiktok",
        "nomor": formats.VIDEOS[place],
        "waktu": "2024-02-01T12:00:00+07:00",
        "dilihat": "2024-02-02T12:00:00+07:00",
        "akun": formats.HANDLES[place],
        "nama": formats.NAMES[place],
        "isi": formats.SAID[place],
        "tagar": "batang, pemilu",
        "bahasa": "id",
        "jenis": "video",
        "suka": "1.204",
        "tayangan": "3,4 rb",
        "alamat": "https://www.tiktok.com/@x/video/1",
        "kueri": "jalan rusak",
    }


def _written() -> Iterator[tuple[str, bytes]]:
    """The formats by hand, ronda's own sheets, landed pages, and some of them compressed."""
    for case in formats.CASES:
        yield case.name, case.write()
    yield "table with every column", formats.as_csv(formats.rows(whole_row))
    yield "lines with every column", formats.lines(whole_row)
    yield "collection log", LOG
    yield "removal list", GONE
    headings = [words[1] for words in reviews.COLUMNS.values()]
    row = dict(zip(headings, ["", *[""] * len(headings)], strict=False)) | {
        "platform": "tiktok",
        "post id": formats.VIDEOS[0],
        "code": "none",
        "coder": "ab",
        "note": "sudah dibaca",
    }
    yield "review sheet", formats.as_csv([row, row, row])
    for source in SOURCES:
        yield f"landed pages of {source.name}", _pages(source.name, source.platform)
    lines = formats.lines(formats.zeeschuimer)
    yield "gzip of lines", gzip.compress(lines * 5)
    yield "Zstandard of lines", zstandard.compress(lines * 5)
    yield "Zstandard of a table", zstandard.compress(formats.as_csv(formats.rows(formats.fourcat_tiktok)))


def _pages(name: str, platform: str) -> bytes:
    """Two pages as a pull writes them, and a failed request."""
    answer = formats.VIDEO_ANSWER if platform == "tiktok" else formats.PAGE
    walk = walking.Walk(name, platform, "jalan", "posts", date(2024, 1, 29), date(2024, 2, 4))
    whole = http.Answer({"url": "/me/posts"}, MOMENT, MOMENT, 200, {"x-usage": "1"}, json.dumps(answer).encode())
    failed = http.Answer({"url": "/me/posts"}, MOMENT, MOMENT, None, {}, b"", "no connection")
    return pages.to_line(walk, whole) * 2 + pages.to_line(walk, failed)


def _simulated(season: Path) -> Iterator[tuple[str, bytes]]:
    """The first records of one file of each kind that a simulated season writes."""
    written = simulation.write_season(season, posts=3_000)
    kinds: set[str] = set()
    for batch in written.batches:
        for name in sorted(batch.files):
            path = season / "exports" / batch.week / name
            kind = "".join(letter for letter in name if not letter.isdigit())
            if kind not in kinds:
                kinds.add(kind)
                yield f"season: {name}", _first(path)


def _first(path: Path) -> bytes:
    """The first records of a file, by its lines; of an array of pages the first page."""
    content = path.read_bytes()
    if content.startswith(b"[\n"):
        return content if len(content) <= MOST_BYTES else content.partition(b"},\n")[0] + b"}\n]\n"
    return b"".join(islice(io.BytesIO(content), RECORDS + 1))


def _real(variable: str, name: str) -> Iterator[tuple[str, bytes]]:
    """The small real inputs beside the repository, where there are any."""
    folder = Path(os.environ.get(variable, REPOSITORY.parent / "shared" / name))
    below = folder / "exports" if name == "data" else folder
    for path in sorted(below.rglob("*")) if below.is_dir() else ():
        if path.is_file() and path.name not in {"README.txt", "ronda.toml", ".keep"}:
            content = _first(path) if path.suffix in {".ndjson", ".csv"} else path.read_bytes()
            if content and len(content) <= MOST_BYTES:
                yield f"{name}: {path.relative_to(below)}", content
