"""Files in the shapes that people's tools leave them in give the posts they hold, or one sentence that helps."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows.exits import InputRefusedError
from flows.files import open_stream
from flows.files.workbook import as_text
from flows.loading.mapped import Sight, read_posts
from flows.post import Post, Reason
from flows.settings import Settings
from flows.sources import formats, recognise
from tests import exports

NOON = exports.NOON
IDS = [exports.tiktok_id(NOON, serial) for serial in (1, 2, 3)]
TEXTS = ["kerja bakti, dusun satu", "rapat warga; malam", "jalan\nrusak"]
FOURCAT = ["id", "thread_id", "author", "body", "unix_timestamp", "tiktok_url", "likes", "missing_fields"]
ROWS = [[IDS[n], IDS[n], f"akun{n}", TEXTS[n], str(NOON + n), "", str(n), ""] for n in range(3)]
TABLES = {
    "dinas": {"platform": "tiktok", "id": "nomor", "created_at": "waktu", "text": "isi", "likes": "suka"},
    "jawaban": {"platform": "tiktok", "id": "kode", "created_at": "jam", "text": "isi", "records": "hasil.daftar"},
}


def table(*rows: list[str], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def workbook(*sheets: list[list[Any]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for rows in sheets:
        page = book.create_sheet()
        for row in rows:
            page.append(row)
    book.save(out)
    return out.getvalue()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, tables=TABLES)  # type: ignore[arg-type]


def read(folder: Path, settings: Settings, content: bytes) -> tuple[str, str, list[Post | str]]:
    """(key of the format, platform, posts and reasons) of a file."""
    path = folder / "kiriman"
    path.write_bytes(content)
    form, platform = recognise(path, settings)
    with open_stream(path) as stream:
        items = [item for _, item in read_posts(form, stream, Sight())]
    return form.key, platform, [item if isinstance(item, Post) else f"{item[1]}: {item[2]}" for item in items]


def refused(folder: Path, settings: Settings, content: bytes) -> str:
    with pytest.raises(InputRefusedError) as refusal:
        read(folder, settings, content)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "kiriman" in sentence
    return sentence


# ------------------------------------------------------------------------------------------------ tables

SAVED = {
    "rows without any cell": table(FOURCAT, ROWS[0], [""] * 8, ROWS[1], [" "] * 8, ROWS[2], ["", ""]),
    "Excel's first line": "sep=;\n" + table(FOURCAT, *ROWS, delimiter=";"),
    "another first line": '"sep=|"\n' + table(FOURCAT, *ROWS, delimiter="|"),
    "a title": "Laporan ekspor;;;\n" + table(FOURCAT, *ROWS, delimiter=";"),
    "a title of three lines and blanks": "Laporan\nKabupaten Contoh, 2024\n\n,,,\n" + table(FOURCAT, *ROWS),
    "tabs": table(FOURCAT, *ROWS, delimiter="\t"),
    "bars": table(FOURCAT, *ROWS, delimiter="|"),
    "columns without a name": table([*FOURCAT, "", ""], *([*row, "", ""] for row in ROWS)),
    "cells without a column": table(FOURCAT, *([*row, "", " "] for row in ROWS)),
}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("shape", SAVED)
def test_a_table_saved_by_a_spreadsheet_gives_its_posts(
    tmp_path: Path, settings: Settings, shape: str, mark: bytes
) -> None:
    key, platform, posts = read(tmp_path, settings, mark + SAVED[shape].encode())
    assert (key, platform) == ("fourcat/csv", "tiktok")
    assert [(post.post_id, post.text, post.likes) for post in posts if isinstance(post, Post)] == [
        (IDS[n], TEXTS[n], n) for n in range(3)
    ]


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_text_in_utf16_is_read(tmp_path: Path, settings: Settings, encoding: str, compress: Any) -> None:
    text = table(FOURCAT, [*ROWS[0][:3], "salam 🙏 é", *ROWS[0][4:]], *ROWS[1:], delimiter="\t")
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    _, _, posts = read(tmp_path, settings, compress(mark + text.replace("\n", "\r\n").encode(encoding)))
    assert next(post.text for post in posts if isinstance(post, Post)) == "salam 🙏 é"
    assert len(posts) == 3


def test_half_a_character_of_utf16_costs_its_row_and_a_cut_one_is_said(tmp_path: Path, settings: Settings) -> None:
    lines = table(FOURCAT, *([*row[:3], f"teks {n}", *row[4:]] for n, row in enumerate(ROWS))).encode("utf-16-le")
    half = lines.replace("teks 1".encode("utf-16-le"), b"\x3d\xd8" + "eks 1".encode("utf-16-le"))
    _, _, posts = read(tmp_path, settings, b"\xff\xfe" + half)
    assert [each if isinstance(each, str) else each.text for each in posts] == ["teks 0", "3: invalid UTF-8", "teks 2"]
    _, _, posts = read(tmp_path, settings, b"\xff\xfe" + lines[:-1])
    assert posts[-1] == "4: file ends inside this record"


def test_the_line_ends_of_old_macs_are_line_ends(tmp_path: Path, settings: Settings) -> None:
    rows = [[*row[:3], "teks", *row[4:]] for row in ROWS]
    _, _, posts = read(tmp_path, settings, table(FOURCAT, *rows).replace("\n", "\r").encode())
    assert [post.post_id for post in posts if isinstance(post, Post)] == IDS


def test_a_row_that_does_not_fit_the_header_is_refused_by_its_line_and_never_cut(
    tmp_path: Path, settings: Settings
) -> None:
    torn = f"{IDS[1]},{IDS[1]},akun1,rapat, malam, di balai,{NOON},,1,\n"
    content = "sep=,\nLaporan\n" + table(FOURCAT, ROWS[0]) + torn + "satu,dua\n" + table(ROWS[2])
    _, _, posts = read(tmp_path, settings, content.encode())
    assert [each if isinstance(each, str) else each.text for each in posts] == [
        *(TEXTS[0], f"5: {Reason.WRONG_SHAPE}", f"6: {Reason.WRONG_SHAPE}", TEXTS[2])
    ]


def test_rows_in_another_encoding_are_refused_by_their_lines(tmp_path: Path, settings: Settings) -> None:
    rows = [[*row[:3], text, *row[4:]] for row, text in zip(ROWS, ("satu", "kérja", "tiga"), strict=True)]
    _, _, posts = read(tmp_path, settings, table(FOURCAT, *rows).encode("cp1252"))
    assert [each if isinstance(each, str) else each.text for each in posts] == ["satu", "3: invalid UTF-8", "tiga"]


def test_a_column_that_stands_twice_keeps_both() -> None:
    from flows.files import csv_header, csv_rows

    content = b"id,text,text,,akhir,,\n1,a,b,c,d\n"
    assert csv_header(content) == (("id", "text", "text (2)", "column 4", "akhir"), ",")
    (record,) = csv_rows(io.BytesIO(content))
    assert record.raw == {"id": "1", "text": "a", "text (2)": "b", "column 4": "c", "akhir": "d"}  # type: ignore[union-attr]


def test_every_table_has_the_same_shapes_whatever_its_format(tmp_path: Path, settings: Settings) -> None:
    """Of every format that is read from tables: the same header below a title, in a workbook as in CSV."""
    headers = {
        "collection": ["platform", "source", "query", "day", "planned", "attempted", "succeeded", "reason"],
        "removals": ["platform", "post_id", "gone_at", "reason"],
        "review": ["platform", "post id", "code", "stage", "coder", "date", "note"],
        "crowdtangle/facebook": ["Page Name", "User Name", "Post Created", "Type", "Likes", "URL", "Message"],
        "crowdtangle/instagram": ["Account", "User Name", "Post Created", "Type", "Likes", "URL", "Description"],
        "mcl/facebook": ["id", "text", "creation_time", "mcl_url", "statistics.reaction_count"],
        "apify/tiktok": ["id", "text", "createTimeISO", "authorMeta/name", "diggCount"],
        "zeeschuimer": ["id", "author", "body", "unix_timestamp", "tiktok_url"],
        "dinas": ["nomor", "waktu", "isi", "suka"],
    }
    known = {form.key.rpartition("/")[0] for form in formats(settings) if form.layout == "csv"}
    assert known >= {*headers, "fourcat"}
    for key, header in headers.items():
        below = "Judul\n\n" + table(header, ["x"] * len(header), delimiter=";")
        path = tmp_path / "tabel"
        path.write_bytes(below.encode())
        assert recognise(path, settings)[0].key == f"{key}/csv"
        path.write_bytes(workbook([["Judul"], [], header]))
        expected = "fourcat" if key == "zeeschuimer" else key  # its delimiter is all that tells it from 4CAT's
        assert recognise(path, settings)[0].key == f"{expected}/sheet"


# --------------------------------------------------------------------------------------------- workbooks


def test_a_workbook_of_texts_gives_its_posts_wherever_the_table_stands(tmp_path: Path, settings: Settings) -> None:
    notes = [["Catatan"], ["dari dinas"]]
    rows = [["Laporan"], [], FOURCAT, *ROWS[:2], [], [*ROWS[2], None, None, "catatan di samping tabel"]]
    key, platform, posts = read(tmp_path, settings, workbook(notes, rows))
    assert (key, platform) == ("fourcat/sheet", "tiktok")
    assert [(post.post_id, post.text, post.likes) for post in posts if isinstance(post, Post)] == [
        (IDS[n], TEXTS[n], n) for n in range(3)
    ]
    assert read(tmp_path, settings, gzip.compress(workbook(rows)))[2] == posts


def test_dates_and_counts_of_a_workbook_are_those_of_its_cells(tmp_path: Path, settings: Settings) -> None:
    moment = datetime(2024, 2, 1, 12, 30, 5)  # noqa: DTZ001 - a cell has no zone
    rows = [["nomor", "waktu", "isi", "suka"], [IDS[0], moment, "halo", 1234], [IDS[1], moment.date(), None, 12.0]]
    key, _, posts = read(tmp_path, settings, workbook(rows))
    assert key == "dinas/sheet"
    assert [(post.created_at, post.likes) for post in posts if isinstance(post, Post)] == [
        (1_706_790_605, 1234),
        (1_706_745_600, 12),
    ]


def test_ids_that_were_numbers_are_refused_with_their_column(tmp_path: Path, settings: Settings) -> None:
    numbers = [[int(row[0]), int(row[1]), *row[2:]] for row in ROWS]
    sentence = refused(tmp_path, settings, workbook([FOURCAT, *numbers]))
    assert "whose columns id, thread_id held numbers of more than 15 digits" in sentence
    some = [ROWS[0], numbers[1], ROWS[2]]
    _, _, posts = read(tmp_path, settings, workbook([FOURCAT, *some]))
    assert posts[1] == f"3: {Reason.ID_AS_NUMBER}"
    assert len(posts) == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "TRUE"),
        (999_999_999_999_999, "999999999999999"),
        (7_329_720_749_889_945_677, "7.32972074988995E+18"),
        (7.32972074988995e18, "7.32972074988995E+18"),
        (12.5, "12.5"),
        (float("inf"), "INF"),
        (datetime(2024, 2, 1), "2024-02-01"),  # noqa: DTZ001
    ],
)
def test_a_cell_as_text(value: object, text: str) -> None:
    assert as_text(value) == text


def bomb(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(name, b" " * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda: bomb("xl/worksheets/sheet1.xml", 200 << 20), "unpacks to 200 MiB where 19 are read"),
        (lambda: bomb("xl/sharedStrings.xml", 40 << 20), "unpacks to 40 MiB where 16 are read"),
        (lambda: workbook([FOURCAT, *ROWS])[:3000], "damaged workbook"),
        (lambda: workbook([[]]), "a workbook without a table"),
        (lambda: workbook([["nama", "umur"], ["Budi", 3]]), "a workbook of an unknown kind (nama, umur)"),
        (lambda: gzip.compress(workbook([["nama", "umur"]])), "a workbook of an unknown kind (nama, umur)"),
    ],
    ids=["a large sheet", "large texts", "cut off", "empty", "unknown", "compressed"],
)
def test_a_workbook_that_is_not_read_is_told_why(
    tmp_path: Path, settings: Settings, write: Callable[[], bytes], said: str
) -> None:
    assert said in refused(tmp_path, settings, write())


def test_a_workbook_damaged_inside_gives_a_fault(tmp_path: Path, settings: Settings) -> None:
    source, out = zipfile.ZipFile(io.BytesIO(workbook([FOURCAT, *ROWS * 40]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part)
            target.writestr(part, content[: len(content) // 2] if part.startswith("xl/worksheets/") else content)
    _, _, posts = read(tmp_path, settings, out.getvalue())
    assert isinstance(posts[0], Post)
    assert str(posts[-1]).endswith(f": {Reason.DAMAGED}")


# -------------------------------------------------------------------------------------------------- JSON

ZEESCHUIMER = [exports.tiktok(serial=serial) for serial in (1, 2, 3)]
VIDEOS = [
    {"id": int(IDS[n]), "create_time": NOON + n, "video_description": TEXTS[n], "username": "akun", "like_count": n}
    for n in range(3)
]
ANSWER = {"data": {"videos": VIDEOS, "cursor": 100, "has_more": False}, "error": {"code": "ok", "message": ""}}
DINAS = [{"nomor": IDS[n], "waktu": NOON + n, "isi": TEXTS[n], "suka": n} for n in range(3)]
DEEP = {"hasil": {"daftar": [{"kode": IDS[n], "jam": NOON + n, "isi": TEXTS[n]} for n in range(3)]}, "jumlah": 3}


def several_lines(values: list[Any], indent: int | None = 2, between: str = "\n") -> bytes:
    return between.join(json.dumps(value, indent=indent, ensure_ascii=False) for value in values).encode()


SAVED_JSON = {
    "objects over several lines": (several_lines(ZEESCHUIMER), "zeeschuimer/documents"),
    "the first of them in one line": (
        several_lines(ZEESCHUIMER[:1], None) + b"\n" + several_lines(ZEESCHUIMER[1:]),
        "zeeschuimer/documents",
    ),
    "an array over several lines": (json.dumps(ZEESCHUIMER, indent=4).encode(), "zeeschuimer/documents"),
    "lines cut out of an array": (several_lines(ZEESCHUIMER, None, ",\n"), "zeeschuimer/documents"),
    "one line each": (several_lines(ZEESCHUIMER, None), "zeeschuimer/lines"),
    "an answer": (json.dumps(ANSWER).encode(), "tiktok_answers/lines"),
    "an answer over several lines": (json.dumps(ANSWER, indent=2).encode(), "tiktok_answers/documents"),
    "answers in an array": (
        json.dumps([{**ANSWER, "data": {**ANSWER["data"], "videos": [video]}} for video in VIDEOS]).encode(),  # type: ignore[dict-item]
        "tiktok_answers/documents",
    ),
    "one answer a line": (
        several_lines([{**ANSWER, "data": {"videos": [video]}} for video in VIDEOS], None),
        "tiktok_answers/lines",
    ),
    "a table in an array": (json.dumps(DINAS).encode(), "dinas/documents"),
    "a table in an array over several lines": (json.dumps(DINAS, indent=1).encode(), "dinas/documents"),
    "a table in lines": (several_lines(DINAS, None), "dinas/lines"),
    "a table deeper in": (json.dumps(DEEP, indent=1).encode(), "jawaban/documents"),
    "a table deeper in, one line": (json.dumps(DEEP).encode(), "jawaban/lines"),
}


@pytest.mark.parametrize("shape", SAVED_JSON)
def test_json_gives_its_posts_however_it_is_laid_out(tmp_path: Path, settings: Settings, shape: str) -> None:
    content, key = SAVED_JSON[shape]
    found, platform, posts = read(tmp_path, settings, b"\xef\xbb\xbf" + content)
    assert (found, platform) == (key, "tiktok")
    assert [post.post_id for post in posts if isinstance(post, Post)] == IDS
    assert len(posts) == 3


def test_a_long_answer_is_known_by_its_beginning(tmp_path: Path, settings: Settings) -> None:
    long = {"hasil": {"daftar": [row | {"catatan": "x" * 200_000} for row in DEEP["hasil"]["daftar"]]}}  # type: ignore[index]
    for indent in (None, 1):
        _, _, posts = read(tmp_path, settings, json.dumps(long, indent=indent).encode())
        assert len(posts) == 3


def test_an_answer_without_records_is_an_answer_and_an_error_is_none(tmp_path: Path, settings: Settings) -> None:
    empty = {**ANSWER, "data": {"videos": [], "cursor": 0, "has_more": False}}
    assert read(tmp_path, settings, json.dumps(empty).encode()) == ("tiktok_answers/lines", "tiktok", [])
    error = {"data": {"videos": []}, "error": {"code": "rate_limit_exceeded", "log_id": "x"}}
    assert read(tmp_path, settings, json.dumps(error).encode())[2] == [f"1: {Reason.NOT_A_POST}"]
    assert read(tmp_path, settings, b'{"hasil": {"daftar": []}}') == ("jawaban/lines", "tiktok", [])


@pytest.mark.parametrize("content", [b"[]", b"[ ]\n", b"\xef\xbb\xbf\n[\n]\n"])
def test_an_empty_array_is_a_dataset_without_records_of_no_known_platform(
    tmp_path: Path, settings: Settings, content: bytes
) -> None:
    assert read(tmp_path, settings, content) == ("empty/documents", "mixed", [])


def test_the_overview_of_an_apify_dataset_has_its_ids_in_addresses(tmp_path: Path, settings: Settings) -> None:
    instagram = {
        "caption": "rapat warga",
        "ownerUsername": "akun.rekaan",
        "url": "https://www.instagram.com/p/C2x0aaaaaaA/",
        "commentsCount": 1,
        "likesCount": 5,
        "timestamp": "2024-02-01T05:00:00.000Z",
    }
    tiktok = {
        "authorMeta.name": "akun.rekaan",
        "text": "halo",
        "diggCount": 1,
        "createTimeISO": "2024-02-01T05:00:00.000Z",
        "webVideoUrl": f"https://www.tiktok.com/@akun.rekaan/video/{IDS[0]}",
    }
    facebook = {
        "pageName": "kabar",
        "facebookUrl": "https://www.facebook.com/kabar",
        "url": "https://www.facebook.com/kabar/posts/122118273645019283",
        "time": "2024-02-01T05:00:00.000Z",
        "likes": 3,
    }
    for item, key, post_id in (
        (instagram, "apify/instagram", "C2x0aaaaaaA"),
        (tiktok, "apify/tiktok", IDS[0]),
        (facebook, "apify/facebook", "122118273645019283"),
    ):
        for content, layout in (
            (json.dumps([item]), "documents"),
            (json.dumps(item), "lines"),
            (table(list(item), [str(value) for value in item.values()]), "csv"),
        ):
            found, platform, (post,) = read(tmp_path, settings, content.encode())
            assert (found, platform) == (f"{key}/{layout}", key.partition("/")[2])
            assert isinstance(post, Post)
            assert (post.post_id, post.created_at) == (post_id, 1_706_763_600)


# --------------------------------------------------------------------------------------------- sentences

CROWDTANGLE = "Account,User Name,Followers at Posting,Created,Type,Likes,URL,Message,Total Interactions"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "Account,User Name,Followers at Posting,Created,Type,Likes,Retweets,URL,Message,Screen Name,Score\n"
            "Rekaan,akun,4,2024-01-30 10:00:06 EST,Tweet,2,7,https://twitter.com/akun/status/1,rapat,,28\n",
            "is CrowdTangle's export of Twitter, which is not watched; leave it out",
        ),
        (
            f"{CROWDTANGLE}\nRekaan,akun,4,2024-01-30 10:00:06 EST,Link,2,https://www.reddit.com/r/x/1,rapat,2\n",
            "is CrowdTangle's export of Reddit",
        ),
        (
            f"Judul\n{CROWDTANGLE}\nRekaan,akun,4,2024-01-30 10:00:06 EST,Video,2,https://youtu.be/x,rapat,2\n",
            "is CrowdTangle's export of YouTube",
        ),
        (
            "id,thread_id,author,body,timestamp,unix_timestamp,views\n1,1,a,b,c,1706583600,3\n",
            "is a 4CAT export of another platform than TikTok and Instagram",
        ),
        (
            table([name for name in FOURCAT if name != "author"], ["x"] * 7),
            "looks like a 4CAT or Zeeschuimer CSV of TikTok or Instagram but lacks author; export it whole",
        ),
        ("nomor,waktu,isi\n1,2,3\n", "a table that [tables.dinas] would fit but for the column suka"),
        ("Judul\nnomor;waktu\n1;2\n", "a table that [tables.dinas] would fit but for the columns isi and suka"),
        ('[{"nomor": "1", "waktu": 2, "isi": "a"}]', "[tables.dinas] would fit but for the column suka"),
        (
            json.dumps({"isi": {"semua": DINAS}}),
            'has what [tables.dinas] names, deeper in; add records = "isi.semua" to it in ronda.toml',
        ),
        (
            json.dumps([{"authorMeta": {"name": "x"}, "text": "halo", "id": "1"}]),
            "looks like an Apify dataset of TikTok but lacks one of createTime, createTimeISO, diggCount",
        ),
        ('[{"id": "1", "timestamp": 2, "text": "halo"}]', "is JSON of an unknown kind (id, timestamp, text)"),
        ("kunci,lain\n1,2\n", "is a table of an unknown kind (kunci, lain); check the export or describe it"),
        ("Judul laporan\n\nkunci;lain\n1;2\n", "is a table of an unknown kind (kunci, lain)"),
    ],
)
def test_an_unknown_file_is_told_what_it_is_most_like(
    tmp_path: Path, settings: Settings, content: str, said: str
) -> None:
    assert said in refused(tmp_path, settings, content.encode())
