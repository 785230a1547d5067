"""No two documents of a publication state the same number in two ways, in no sentence and in no cell of a table."""

import io
import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from reports.edition import Language, Tables
from tests import cells, known_faults, page_cells, pdf_rows, said
from tests import reports_fixture as invented

DOCUMENTS = {"weekly.html", "weekly.pdf", "briefing.pdf", "index.html", "notice", "tables.xlsx"}


def stated(folder: Path, week: str, lang: Language = "id") -> tuple[said.Reader, dict[str, str], list[said.Fact]]:
    """The texts of a week's documents, and every number that they and the workbook state."""
    return said.stated(invented.edition(week, lang), invented.season(week), folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the week of the burst is rendered."""
    return tmp_path_factory.mktemp("week")


@pytest.fixture(scope="module")
def week(folder: Path) -> tuple[said.Reader, dict[str, str], list[said.Fact]]:
    """The week of the burst."""
    return stated(folder, invented.tested.BURST)


def test_every_document_states_numbers_and_no_two_differ(
    week: tuple[said.Reader, dict[str, str], list[said.Fact]],
) -> None:
    _, _, facts = week
    assert {fact.document for fact in facts} == DOCUMENTS
    told = {fact.key[0] for fact in facts}
    assert told >= {"posts", "coverage", "observed", "accounts", "detected", "labelled", "waiting", "passed"}
    assert told >= {"collected", "countdown", "per_day", "net_sentiment"}
    assert said.contradictions(facts) == []


@pytest.mark.parametrize(
    ("document", "measure"),
    [("briefing.pdf", "waiting"), ("briefing.pdf", "countdown"), ("index.html", "observed"), ("notice", "passed"),
     ("weekly.pdf", "posts"), ("weekly.html", "accounts")],
)  # fmt: skip
def test_a_planted_contradiction_is_found(
    week: tuple[said.Reader, dict[str, str], list[said.Fact]], document: str, measure: str
) -> None:
    reader, texts, facts = week
    fact = next(each for each in facts if each.document == document and each.key[0] == measure)
    number = int(fact.value.replace(".", "").lstrip("+−-"))
    planted = reader.words.number(number + 1)
    text = texts[document].replace(fact.value.lstrip("+−"), planted)
    assert any(fact.key[0] in each for each in said.contradictions([*facts, *reader.facts({"planted": text})]))


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("week_name", ["2023-W34", invented.OUTAGE, "2023-W48", "2024-W06", "2024-W07"])
def test_weeks_of_every_kind_agree_in_both_languages(week_name: str, lang: Language, tmp_path: Path) -> None:
    reader, texts, facts = stated(tmp_path, week_name, lang)
    assert said.contradictions(facts) == []
    page = (tmp_path / "weekly.html").read_text(encoding="utf-8")
    assert pdf_rows.compare(page, texts["weekly.pdf"], reader.words).alone == ()


# -- cells -------------------------------------------------------------------------------------------------------------


def cells_of(reader: said.Reader, page: str) -> list[cells.Cell]:
    return list(page_cells.Page(reader.trends, reader.words, page).cells())


@pytest.fixture(scope="module")
def places(week: tuple[said.Reader, dict[str, str], list[said.Fact]], folder: Path) -> dict[str, list[cells.Cell]]:
    """The cells of the week of the burst, by document."""
    reader, name = week[0], invented.tested.BURST
    return {
        "weekly.html": cells_of(reader, (folder / "weekly.html").read_text(encoding="utf-8")),
        "tables.xlsx": list(cells.of_workbook((folder / "tables.xlsx").read_bytes(), reader.words, name)),
        "data": list(cells.of_data_files(folder / "data", name)),
    }


def test_every_cell_of_the_page_stands_in_the_data_too_and_none_differs(places: dict[str, list[cells.Cell]]) -> None:
    found = [cell for each in places.values() for cell in each]
    assert [*cells.alone(found, "weekly.html"), *cells.alone(found, "tables.xlsx")] == []
    assert len({cell.key for cell in places["weekly.html"]}) > 200
    tables = {cell.key[0] for cell in places["weekly.html"]}
    behind = {reading.table for reading in page_cells.READINGS.values()} | {
        table for table, _, _ in page_cells.COMPARED.values()
    }
    assert behind - tables == set()
    assert cells.disagreeing(found) == []


def test_a_number_of_the_page_that_is_changed_is_found(
    week: tuple[said.Reader, dict[str, str], list[said.Fact]], folder: Path, places: dict[str, list[cells.Cell]]
) -> None:
    page = (folder / "weekly.html").read_text(encoding="utf-8")
    start = page.index('<section id="tables"')
    cell, end = re.compile(r'<td class="n">(\d+)</td>'), page.index("<section", start + 1)
    numbers = [match for match in cell.finditer(page, start, end) if int(match[1]) > 9]
    others = [*places["tables.xlsx"], *places["data"]]
    for match in (numbers[0], numbers[len(numbers) // 2], numbers[-1]):
        planted = f"{page[: match.start(1)]}{int(match[1]) + 1}{page[match.end(1) :]}"
        assert len(cells.disagreeing([*cells_of(week[0], planted), *others])) == 1, match[0]


def test_every_row_of_the_page_stands_in_the_pdf_and_one_that_is_changed_is_found(
    week: tuple[said.Reader, dict[str, str], list[said.Fact]], folder: Path
) -> None:
    reader, texts, _ = week
    page = (folder / "weekly.html").read_text(encoding="utf-8")
    tables, alone = pdf_rows.compare(page, texts["weekly.pdf"], reader.words)
    assert tables > 20
    assert alone == ()
    start = page.index('<section id="tables"')
    number = re.compile(r'<td class="n">(\d\d+)</td>').search(page, start)
    assert number is not None
    planted = f"{page[: number.start(1)]}{int(number[1]) + 1}{page[number.end(1) :]}"
    assert len(pdf_rows.compare(planted, texts["weekly.pdf"], reader.words).alone) == 1


def test_a_number_of_the_workbook_that_is_changed_is_found(
    week: tuple[said.Reader, dict[str, str], list[said.Fact]], folder: Path, places: dict[str, list[cells.Cell]]
) -> None:
    words, name = week[0].words, invented.tested.BURST
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    sheet = book[words("sheet_topics")]
    head = [cell.value for cell in sheet[1]]
    weeks = [row[head.index("week")].value for row in sheet.iter_rows()]
    sheet.cell(weeks.index(name) + 1, head.index("posts") + 1).value += 1
    changed = io.BytesIO()
    book.save(changed)
    planted = list(cells.of_workbook(changed.getvalue(), words, name))
    (told,) = cells.disagreeing([*places["data"], *planted])
    assert told.startswith("trends.weekly_topic") and "tables.xlsx" in told


def test_a_number_of_the_data_files_that_is_changed_is_found(
    places: dict[str, list[cells.Cell]], folder: Path, tmp_path: Path
) -> None:
    name = invented.tested.BURST
    frame = pl.read_parquet(folder / "data" / "weekly_platform.parquet")
    mine = (pl.col("week") == name) & (pl.col("platform") == "all")
    changed = pl.when(mine).then(pl.col("posts") + 1).otherwise(pl.col("posts")).alias("posts")
    frame.with_columns(changed).write_parquet(tmp_path / "weekly_platform.parquet")
    planted = list(cells.of_data_files(tmp_path, name))
    told = cells.disagreeing([*places["weekly.html"], *places["tables.xlsx"], *planted])
    assert any(each.startswith("trends.weekly_platform") and "weekly.html" in each for each in told)


# -- a week that was reviewed ------------------------------------------------------------------------------------------


def reviewed(week: str) -> Tables:
    """The tables of a week whose whole list two people looked at: half of it is indicated and closed."""
    tables = dict(invented.season(week))
    known = tables["core.review_items"]
    is_right = pl.int_range(pl.len()) % 2 == 0
    items = known.with_columns(
        stage=pl.when(is_right).then(pl.lit("indicated")).otherwise(pl.lit("reviewed")),
        outcome=pl.when(is_right).then(pl.lit("closed")).otherwise(pl.lit("dismissed")),
        code=pl.when(is_right).then(pl.col("indications").list.first()).otherwise(pl.lit("none")),
        coders=pl.lit(2, known.schema["coders"]),
        is_open=pl.lit(False),
    )
    right = items.filter(stage="indicated").height
    steps = {"detected": (items.height, items.height, 0), "reviewed": (items.height, right, items.height - right)}
    steps |= {"indicated": (right, 0, right), "referred": (0, 0, 0), "decided": (0, 0, 0)}
    funnel = tables["trends.funnel"]
    for place, column in enumerate(("entered", "passed", "rejected")):
        counts = {stage: counts[place] for stage, counts in steps.items()}
        kind = funnel.schema[column]
        funnel = funnel.with_columns(pl.col("stage").replace_strict(counts, return_dtype=kind).alias(column))
    tables["trends.funnel"] = funnel.with_columns(waiting=pl.lit(0, funnel.schema["waiting"]))
    looked_at = pl.when(pl.col("stage").is_not_null()).then(pl.lit("reviewed")).alias("stage")
    tables["trends.incident_weeks"] = tables["trends.incident_weeks"].with_columns(looked_at)
    return {**tables, "core.review_items": items}


def test_a_week_that_was_reviewed_agrees_with_itself_and_calls_nothing_unreviewed(tmp_path: Path) -> None:
    name = invented.tested.BURST
    later = invented.ELECTION.release_moment(invented.Week.parse(name).shift(1))
    reader, texts, facts = said.stated(invented.edition(name, as_of=later), reviewed(name), tmp_path)
    page = (tmp_path / "weekly.html").read_text(encoding="utf-8")
    assert known_faults.is_reviewed(reader.trends)
    assert [*said.contradictions(facts), *known_faults.all_of(texts, page, reader.trends, reader.words)] == []
    found = [*cells_of(reader, page), *cells.of_data_files(tmp_path / "data", name)]
    assert cells.disagreeing(found) == []
    steps = {cell.key[-1]: cell.high for cell in found if "stage=reviewed" in cell.key and cell.document == "data"}
    assert (steps["entered"], steps["waiting"]) == (24, 0)
    assert "terdeteksi otomatis, sudah ditinjau" in page


def test_known_faults_are_found(week: tuple[said.Reader, dict[str, str], list[said.Fact]]) -> None:
    reader, texts, _ = week
    words, trends = reader.words, reader.trends
    assert known_faults.all_of(texts, "", trends, words) == []
    said_twice = {"a": "12 Februari 2024 (H-3) dan 12 Februari 2024 (H-2)"}
    assert known_faults.wrong_countdowns(said_twice, trends, words) == ["a: 12 Februari 2024 (H-3)"]
    assert known_faults.past_editions({"a": "Edisi berikutnya (2024-W04) terbit"}, trends, words)
    assert known_faults.past_editions({"a": "Edisi berikutnya (2024-W06) terbit"}, trends, words) == []
    assert known_faults.called_unreviewed({"a": "terdeteksi otomatis, belum ditinjau"}, words)
    rows = [("Semua platform", "0"), ("TikTok", "&lt;5")]
    table = "".join(f"<tr><th>{name}</th><td>{count}</td></tr>" for name, count in rows)
    table = f"<table><tr><th>Kampanye</th></tr>{table}</table>"
    assert known_faults.small_under_zero(table, words)
    assert known_faults.small_under_zero(table.replace("<td>0", "<td>3"), words) == []
