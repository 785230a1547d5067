"""Review sheets: they go out as a workbook and come back from any spreadsheet program, or as CSV."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import reports
import sql
from flows.exits import InputRefusedError
from flows.files.record import Fault
from flows.periods import Week, read_election
from flows.post import Reason
from flows.settings import Settings
from flows.sources import recognise, reviews

HEADER = "platform,post id,code,stage,coder,date,note"


def read(content: bytes) -> list[reviews.Review | Fault]:
    [form] = [each for each in reviews.formats(sql.SEEDS) if each.layout == "sheet"]
    items = list(form.records(io.BytesIO(content)))
    return [item if isinstance(item, Fault) else item.raw for item in items]


def sheet(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


@pytest.fixture(scope="module")
def workbook() -> bytes:
    """A sheet with two posts, as `ronda weekly` writes it."""
    election = read_election()
    week = Week.parse("2024-W05")
    edition = reports.Edition(
        week=week,
        as_of=election.release_moment(week),
        lang="id",
        election=election,
        office="Diskominfo",
        publication=1,
        label_version="a",
        data_version="b",
        code_version="1",
    )
    posts = pl.DataFrame(
        {
            "platform": ["tiktok", "facebook"],
            "post_id": ["7329770043877526898", "1234567890123456"],
            "week": ["2024-W05"] * 2,
            "link": ["https://www.tiktok.com/@contoh/video/7329770043877526898", "https://contoh.id/2"],
            "text": ["=1+1 bukan rumus", "teks kedua"],
            "why": ["Politik uang", ""],
            "limit": [date(2024, 2, 6), None],
        }
    )
    headings = {key: titles[0] for key, titles in reviews.COLUMNS.items()}
    return reports.render_review(edition, posts, headings, {"code": ["hoax", "none"]}, reviews.SHEET)


def filled(content: bytes, *cells: tuple[int, str, object]) -> bytes:
    """The workbook with cells (row, heading, value) filled in and saved by another program."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book[reviews.SHEET]
    columns = {cell.value: cell.column for cell in page[1]}
    for row, heading, value in cells:
        page.cell(row, columns[heading]).value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_the_same_posts_give_the_same_sheet_and_texts_stay_texts(workbook: bytes) -> None:
    page = openpyxl.load_workbook(io.BytesIO(workbook))[reviews.SHEET]
    assert [cell.value for cell in page[1]] == [titles[0] for titles in reviews.COLUMNS.values()]
    assert page["B2"].value == "7329770043877526898"
    assert page["E2"].data_type == "s"


def test_only_an_address_of_a_platform_opens_by_a_click(workbook: bytes) -> None:
    page = openpyxl.load_workbook(io.BytesIO(workbook))[reviews.SHEET]
    links = {page.cell(row, 4).value: page.cell(row, 4).hyperlink for row in (2, 3)}
    opened = "https://www.tiktok.com/@contoh/video/7329770043877526898"
    assert links.keys() == {opened, "https://contoh.id/2"}
    assert links[opened].target == opened
    assert links["https://contoh.id/2"] is None


def test_an_empty_sheet_says_nothing(workbook: bytes) -> None:
    assert read(workbook) == []


def test_a_filled_workbook_comes_back(workbook: bytes, tmp_path: Path) -> None:
    content = filled(
        workbook,
        (2, "kode", "money_politics"),
        (2, "penelaah", "AB "),
        (2, "tanggal", datetime(2024, 2, 6)),  # noqa: DTZ001 - a spreadsheet's day has no zone
        (3, "kode", "none"),
        (3, "tahap", "ditelaah"),
        (3, "penelaah", "ab"),
        (3, "tanggal", "7/2/2024"),
        (3, "catatan", "kritik biasa"),
    )
    path = tmp_path / "any name.xlsx"
    path.write_bytes(content)
    form, platform = recognise(path, Settings(home=tmp_path))
    assert (form.key, platform) == ("review/sheet", "mixed")
    assert read(content) == [
        reviews.Review(2, "tiktok", "7329770043877526898", "money_politics", "reviewed", "ab", date(2024, 2, 6), None),
        reviews.Review(3, "facebook", "1234567890123456", "none", "reviewed", "ab", date(2024, 2, 7), "kritik biasa"),
    ]


def test_a_csv_of_the_sheet_comes_back_in_either_language() -> None:
    english = sheet("tiktok,1,hoax,referred,ab,2024-02-06,")
    indonesian = b"platform,id unggahan,kode,tahap,penelaah\ntiktok,1,hoax,diteruskan,ab\n"
    for content in (english, indonesian):
        assert reviews.recognise(content) == "mixed"
        [row] = read(content)
        assert (row.code, row.stage, row.coder) == ("hoax", "referred", "ab")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("tiktok,1,hoax,,,,", Reason.WRONG_SHAPE),  # no coder
        ("tiktok,1,rumour,,ab,,", Reason.WRONG_SHAPE),
        ("tiktok,1,hoax,sent,ab,,", Reason.WRONG_SHAPE),
        ("tiktok,1,hoax,,ab,yesterday,", Reason.TIME_FORM),
        ("tiktok,1,hoax,,ab,31/02/2024,", Reason.TIME_FORM),
        ("tiktok,,hoax,,ab,,", Reason.NO_ID),
        ("tiktok,7.32977E+18,hoax,,ab,,", Reason.ID_AS_NUMBER),
        ("facebook,1.234.567.890.123.450,hoax,,ab,,", Reason.ID_AS_NUMBER),
        ("orkut,1,hoax,,ab,,", Reason.UNKNOWN_PLATFORM),
    ],
)
def test_a_row_that_cannot_be_used_is_a_fault(row: str, reason: Reason) -> None:
    [fault] = read(sheet(row))
    assert isinstance(fault, Fault) and fault.reason == reason and fault.number == 2


def test_a_coder_may_say_the_sentiment_in_any_of_its_words_or_leave_it_out() -> None:
    said = {"negative": "negative", "Negatif": "negative", "netral": "neutral", "POSITIF ": "positive", "": None}
    head = "platform,id unggahan,kode,sentimen,penelaah\n"
    for number, (word, code) in enumerate(said.items()):
        [row] = read(f"{head}tiktok,{number + 1},none,{word},ab\n".encode())
        assert isinstance(row, reviews.Review) and (row.code, row.sentiment) == ("none", code)
    [fault] = read(f"{head}tiktok,1,none,senang,ab\n".encode())
    assert isinstance(fault, Fault) and fault.reason == Reason.WRONG_SHAPE
    assert fault.detail == "sentiment is 'senang', none of negative, neutral, positive; it may be empty"
    [lone] = read(f"{head}tiktok,1,,positif,ab\n".encode())  # a code is asked of everybody who says anything
    assert isinstance(lone, Fault) and (lone.detail or "").startswith("code is ''")


def test_ids_that_a_spreadsheet_rounded_reach_no_post() -> None:
    ids = (7329770043877526898, 7329770053877526171, 7329770063877526222)
    rounded = read(sheet(*(f"tiktok,{each // 10_000 * 10_000},hoax,,ab,," for each in ids)))
    assert [item.reason for item in rounded if isinstance(item, Fault)] == [Reason.ID_AS_NUMBER] * 3
    kept = read(sheet(*(f"tiktok,'{each},hoax,,ab,," for each in ids)))
    assert [item.post_id for item in kept if isinstance(item, reviews.Review)] == [str(each) for each in ids]


def test_other_workbooks_and_archives_are_not_ours(workbook: bytes, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with zipfile.ZipFile(tmp_path / "declares.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    (tmp_path / "cut.xlsx").write_bytes(workbook[:200])
    said = {"other.xlsx": "without a table", "declares.xlsx": "a document type", "cut.xlsx": "damaged workbook"}
    for name, sentence in said.items():
        with pytest.raises(InputRefusedError, match=sentence):
            recognise(tmp_path / name, settings)
    assert reviews.recognise(b"platform,id,text\n") is None
