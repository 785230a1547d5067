"""Files as people's tools write them, read as `ronda import` does: looked through once, then record by record."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.exits import UsageError
from flows.files import Fault, open_stream
from flows.post import Post, Rejected
from flows.settings import Settings, TableMapping
from flows.sources import formats, recognise
from flows.sources.erasing import Erasing
from flows.sources.format import Format
from tests.exports import tiktok

BUSINESS = TableMapping(
    platform="facebook",
    id="ID postingan",
    created_at="Waktu terbit",
    text="Judul",
    likes="Tanggapan",
    comments="Komentar",
    shares="Kali dibagikan",
    timezone="Asia/Jakarta",
)
COLUMNS = ("ID postingan", "Judul", "Waktu terbit", "Tanggapan", "Komentar", "Kali dibagikan")
ID = 122118273645019281
TIKTOK_IDS = [7329720749889945677, 7329720754184912974, 7329720758479880271, 7329720762774847568]


def fitted(path: Path, settings: Settings) -> Format:
    form, _ = recognise(path, settings)
    with open_stream(path) as stream:
        return form.fitted(stream)


def results(path: Path, content: str | bytes, settings: Settings | None = None) -> tuple[list[Post | str], list[str]]:
    """What becomes of each record, and the notes on the file."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    form = fitted(path, settings or Settings())
    made: list[Post | str] = []
    with open_stream(path) as stream:
        for record in form.records(stream):
            assert not isinstance(record, Fault)
            try:
                made.append(form.post(record.raw))
            except Rejected as rejected:
                made.append(str(rejected.reason))
    return made, list(form.notes)


def table(rows: list[tuple[Any, ...]], columns: tuple[str, ...] = COLUMNS, delimiter: str = ";") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([columns, *rows])
    return text.getvalue()


def described(**changes: Any) -> Settings:
    return Settings(tables={"bisnis": BUSINESS.model_copy(update=changes)})


def counts_of(made: list[Post | str]) -> list[tuple[int | None, int | None, int | None]]:
    return [(each.likes, each.comments, each.shares) for each in made if isinstance(each, Post)]


# ------------------------------------------------------------------------------------------------------ numbers


def test_thousands_of_a_table_are_read_as_its_own_values_show(tmp_path: Path) -> None:
    rows = [
        (ID, "rapat 1", "2024-01-30 10:00:01", "1.000", "2.500", "10.000"),
        (ID + 1, "rapat 2", "2024-01-30 10:00:02", "12.000", "950", "1.500.000"),
    ]
    made, notes = results(tmp_path / "t.csv", table(rows), described())
    assert counts_of(made) == [(1000, 2500, 10000), (12000, 950, 1500000)]
    assert notes == []


@pytest.mark.parametrize(
    ("likes", "expected"),
    [
        (("1,2 rb", "1.000", "3 jt"), [1200, 1000, 3000000]),
        (("1.2K", "1,000", "2M"), [1200, 1000, 2000000]),
        (("2\u00a0M", "1,5 jt", "12\u202f000"), [2000000000, 1500000, 12000]),
        (("12.000,5", "1.000", "+"), [None, 1000, None]),
    ],
)
def test_one_value_of_a_column_shows_how_the_others_are_meant(
    tmp_path: Path, likes: tuple[str, ...], expected: list[int | None]
) -> None:
    rows = [(ID + n, "x", "2024-01-30", value, 1, 1) for n, value in enumerate(likes)]
    made, _ = results(tmp_path / "t.csv", table(rows), described())
    assert [found[0] for found in counts_of(made)] == expected


@pytest.mark.parametrize(("style", "likes"), [(None, None), ("1.234,5", 1000), ("1,234.5", 1)])
def test_a_number_that_stays_in_doubt_is_unknown_and_told_and_the_setting_decides(
    tmp_path: Path, style: str | None, likes: int | None
) -> None:
    rows = [(ID + n, "x", "2024-01-30", "1.000", 7, 0) for n in range(3)]
    made, notes = results(tmp_path / "t.csv", table(rows), described(number_format=style))
    assert counts_of(made) == [(likes, 7, 0)] * 3
    told = "Tanggapan: 3 such as 1.000 can be 1,000 or 1 and stay unknown; set number_format in [tables.bisnis] of "
    assert notes == ([told + "ronda.toml."] if style is None else [])


def test_a_late_row_of_a_large_table_still_tells(tmp_path: Path) -> None:
    rows = [(ID + n, "x" * 50, "2024-01-30", "1.000", 7, 0) for n in range(8000)]
    rows[-1] = (ID + 9000, "x", "2024-01-30", "1.204", 7, 0)
    made, notes = results(tmp_path / "t.csv", table(rows), described())
    assert {found[0] for found in counts_of(made)} == {1000, 1204}
    assert notes == []


def test_numbers_of_lines_and_parquet_are_read_in_the_same_way(tmp_path: Path) -> None:
    rows = [dict(zip(COLUMNS, (str(ID + n), "x", "2024-01-30", value, 1, None), strict=True)) for n, value in
            enumerate(("1.000", "2.500"))]  # fmt: skip
    lines = "\n".join(json.dumps(row) for row in rows) + "\n"
    made, _ = results(tmp_path / "t.ndjson", lines, described())
    assert counts_of(made) == [(1000, 1, None), (2500, 1, None)]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    assert results(tmp_path / "t.parquet", sink.getvalue(), described())[0] == made
    pq.write_table(
        pa.Table.from_pylist([row | {"Tanggapan": n + 1.5} for n, row in enumerate(rows)]), sink := io.BytesIO()
    )
    made, notes = results(tmp_path / "torn.parquet", sink.getvalue(), described())
    assert counts_of(made) == [(None, 1, None)] * 2
    assert len(notes) == 1


CROWDTANGLE = {
    "Page Name": "Kabar Rekaan",
    "User Name": "kabarrekaan",
    "Facebook Id": "102938475610293",
    "Post Created": "2024-01-30 03:00:01 UTC",
    "Type": "Native Video",
    "Likes": "1,000",
    "Comments": "1,234",
    "Shares": "0",
    **dict.fromkeys(("Love", "Wow", "Haha", "Sad", "Angry", "Care"), "0"),
    "Total Views": "12,000",
    "URL": f"https://www.facebook.com/102938475610293/posts/{ID}",
    "Message": "jadwal ronda",
    "Overperforming Score": "1.8",
}


def crowdtangle(*changes: dict[str, str]) -> str:
    rows = [tuple((CROWDTANGLE | change).values()) for change in changes]
    return table(rows, tuple(CROWDTANGLE), ",")


def test_crowdtangles_commas_part_thousands_unless_a_spreadsheet_wrote_the_file(tmp_path: Path) -> None:
    made, notes = results(tmp_path / "ct.csv", crowdtangle({}))
    assert counts_of(made) == [(1000, 1234, 0)]
    assert [each.views for each in made if isinstance(each, Post)] == [12000]
    saved = {"Likes": "1.000", "Comments": "1.234", "Total Views": "12.000"}
    made, notes = results(tmp_path / "saved.csv", crowdtangle(saved))
    assert counts_of(made) == [(1000, 1234, 0)]
    made, notes = results(tmp_path / "one.csv", crowdtangle(CROWDTANGLE | {"Likes": "1.000"}))
    assert counts_of(made) == [(None, 1234, 0)]  # its columns disagree
    assert notes == ["Likes: 1 such as 1.000 can be 1,000 or 1 and stay unknown."]


FOURCAT = ("id", "author", "body", "unix_timestamp", "tiktok_url", "likes", "comments", "shares", "plays")


def fourcat(ids: list[Any], plays: str = "100", delimiter: str = ",") -> str:
    rows = [
        (each, "akun.rekaan", "kerja bakti", int(TIKTOK_IDS[0] >> 32) + n, "", 10 + n, 2, 1, plays)
        for n, each in enumerate(ids)
    ]
    return table(rows, FOURCAT, delimiter)


def test_counts_of_4cat_that_a_spreadsheet_wrote_are_read(tmp_path: Path) -> None:
    made, _ = results(
        tmp_path / "4cat.csv",
        fourcat(TIKTOK_IDS[:1], "1.204.000") + fourcat(TIKTOK_IDS[1:2], "12.000").split("\n", 1)[1],
    )
    assert [each.views for each in made if isinstance(each, Post)] == [1204000, 12000]


# -------------------------------------------------------------------------------------------------------- times


def second(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


def times(path: Path, values: list[Any], **changes: Any) -> tuple[list[int | str], list[str]]:
    rows = [(ID + n, "x", value, 1, 1, 1) for n, value in enumerate(values)]
    made, notes = results(path, table(rows, delimiter=","), described(**changes))
    return [each if isinstance(each, str) else each.created_at for each in made], notes


def test_local_times_of_a_table_are_read(tmp_path: Path) -> None:
    values = ["30/01/2024 10:00", "2024/01/30 10:00:00", "30 Januari 2024 10.00 WIB", "2024-01-30T03:00:00Z"]
    assert times(tmp_path / "t.csv", values) == ([second(2024, 1, 30, 3)] * 4, [])


def test_a_day_that_stays_in_doubt_is_refused_and_told_and_the_setting_decides(tmp_path: Path) -> None:
    values = ["05/02/2024 10:00", "06/02/2024 10:00"]
    found, notes = times(tmp_path / "t.csv", values)
    assert found == ["time in an unknown form"] * 2
    assert notes == [
        "Waktu terbit: 2 such as 05/02/2024 10:00 can be 05 February 2024 or 02 May 2024; "
        'set time_format, such as "%d/%m/%Y %H:%M", in [tables.bisnis] of ronda.toml.'
    ]
    decided, notes = times(tmp_path / "t.csv", values, time_format="%d/%m/%Y %H:%M")
    assert (decided, notes) == ([second(2024, 2, 5, 3), second(2024, 2, 6, 3)], [])
    shown, notes = times(tmp_path / "t.csv", [*values, "14/02/2024 10:00"])
    assert (shown, notes) == ([second(2024, 2, 5, 3), second(2024, 2, 6, 3), second(2024, 2, 14, 3)], [])


def test_a_column_of_a_spreadsheets_days_is_read(tmp_path: Path) -> None:
    found, _ = times(tmp_path / "t.csv", ["45321.416666667", "45322"])
    assert found == [second(2024, 1, 30, 3), second(2024, 1, 30, 17)]
    found, _ = times(tmp_path / "t.csv", ["45321.416666667", "kemarin"])
    assert found == ["time in an unknown form"] * 2


def test_the_zone_of_a_table_may_be_an_offset_and_a_setting_explains_names(tmp_path: Path) -> None:
    assert times(tmp_path / "t.csv", ["2024-01-30 10:00"], timezone="+07:00")[0] == [second(2024, 1, 30, 3)]
    assert times(tmp_path / "t.csv", ["2024-01-30 10:00 IST"])[0] == ["unknown time zone"]
    settings = described().model_copy(update={"zones": {"IST": "+05:30"}})
    made, _ = results(tmp_path / "t.csv", table([(ID, "x", "2024-01-30 10:00 IST", 1, 1, 1)]), settings)
    assert [each.created_at for each in made if isinstance(each, Post)] == [second(2024, 1, 30, 4, 30)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"time_format": "DD/MM/YYYY"}, r"\[tables.bisnis\] has the time_format 'DD/MM/YYYY', which names no day"),
        ({"timezone": "WIB"}, r"\[tables.bisnis\] has the unknown timezone 'WIB'"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_told(changes: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        formats(described(**changes))


def test_a_video_in_a_table_is_not_posted_before_its_upload(tmp_path: Path) -> None:
    uploaded = TIKTOK_IDS[0] >> 32
    rows = [(TIKTOK_IDS[0], "x", uploaded + days * 86_400, 1, 1, 1) for days in (0, 30, -3)]
    made, _ = results(tmp_path / "t.csv", table(rows), described(platform="tiktok"))
    assert [each if isinstance(each, str) else each.created_at - uploaded for each in made] == [
        *(0, 30 * 86_400, "time out of range")
    ]


# ---------------------------------------------------------------------------------------------------------- ids


def in_a_sheet(number: int) -> int:
    return number // 10_000 * 10_000


def in_javascript(number: int) -> int:
    return int(f"{float(number)!r}".replace(".", "").partition("e+")[0].ljust(19, "0"))


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_an_export_of_tiktok_saved_by_a_spreadsheet_is_refused_whole(tmp_path: Path, delimiter: str) -> None:
    made, _ = results(tmp_path / "asli.csv", fourcat(TIKTOK_IDS, delimiter=delimiter))
    assert [each.post_id for each in made if isinstance(each, Post)] == list(map(str, TIKTOK_IDS))
    saved = fourcat(list(map(in_a_sheet, TIKTOK_IDS)), delimiter=delimiter)
    made, notes = results(tmp_path / "excel.csv", saved)
    assert made == ["id damaged by a spreadsheet"] * 4
    assert notes[0].startswith("4 of 4 long ids have lost their last digits in a spreadsheet")
    kept = fourcat([f'="{each}"' for each in TIKTOK_IDS], delimiter=delimiter)
    made, _ = results(tmp_path / "kept.csv", kept)
    assert [each.post_id for each in made if isinstance(each, Post)] == list(map(str, TIKTOK_IDS))


@pytest.mark.parametrize("lose", [in_javascript, lambda number: int(float(number))])
def test_ids_that_a_program_rounded_are_refused_in_every_format(tmp_path: Path, lose: Any) -> None:
    damaged = [lose(each) for each in TIKTOK_IDS]
    created = TIKTOK_IDS[0] >> 32
    captured = [tiktok(created, id=each) for each in damaged]
    items = [{"id": each, "createTime": created, "authorMeta": {"name": "a"}, "diggCount": 1} for each in damaged]
    rows = [dict(zip(COLUMNS, (each, "x", created, 1, 1, 1), strict=True)) for each in damaged]
    contents = {
        "zs.ndjson": "\n".join(map(json.dumps, captured)),
        "zs.json": json.dumps(captured),
        "apify.json": json.dumps(items),
        "t.ndjson": "\n".join(map(json.dumps, rows)),
        "removals.csv": table(
            [("tiktok", each, "2024-02-01T00:00:00Z", "removed") for each in damaged],
            ("platform", "post_id", "gone_at", "reason"),
            ",",
        ),
    }
    for name, content in contents.items():
        made, notes = results(tmp_path / name, content, described(platform="tiktok"))
        assert (name, made) == (name, ["id damaged by a spreadsheet"] * 4)
        assert len(notes) == 1


def test_rows_without_damage_in_a_damaged_file_stay(tmp_path: Path) -> None:
    ids = [*map(in_a_sheet, TIKTOK_IDS[:3]), TIKTOK_IDS[3]]
    made, _ = results(tmp_path / "4cat.csv", fourcat(ids))
    assert made[:3] == ["id damaged by a spreadsheet"] * 3
    assert isinstance(made[3], Post)
    made, notes = results(tmp_path / "4cat.csv", fourcat([in_a_sheet(TIKTOK_IDS[0]), *TIKTOK_IDS[1:]]))
    assert all(isinstance(each, Post) for each in made)
    assert notes == []


def test_a_file_whose_values_are_plain_is_read_by_the_format_itself(tmp_path: Path) -> None:
    path = tmp_path / "4cat.csv"
    path.write_text(fourcat(TIKTOK_IDS))
    form, _ = recognise(path, Settings())
    assert fitted(path, Settings()) == form


def test_an_erased_row_still_shows_how_the_others_are_meant(tmp_path: Path) -> None:
    rows = [
        (ID, "rahasia", "14/02/2024 10:00", "1.204", "1,2 rb", 0),
        (ID + 1, "rapat", "05/02/2024 10:00", "1.000", "2 jt", 0),
    ]
    path, settings = tmp_path / "t.csv", described()
    before, _ = results(path, table(rows), settings)
    erasing = Erasing(fitted(path, settings), {("facebook", str(ID))})
    with open_stream(path) as stream:
        content = b"".join(erasing.content(stream))
    assert erasing.erased == 1
    assert b"rahasia" not in content
    after, _ = results(path, content, settings)
    assert counts_of(after) == counts_of(before) == [(1204, 1200, 0), (1000, 2000000, 0)]
    assert [each.created_at for each in after if isinstance(each, Post)] == [
        second(2024, 2, 14, 3),
        second(2024, 2, 5, 3),
    ]
