"""No two documents of a publication state the same number in two ways, in no sentence and in no cell of a table."""

import io
import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from reports.edition import Language
from tests import cells, page_cells, said
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
    _, _, facts = stated(tmp_path, week_name, lang)
    assert said.contradictions(facts) == []


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
    counts = cells.shared(found)
    assert frozenset({"weekly.html"}) not in counts and frozenset({"tables.xlsx"}) not in counts
    assert counts[frozenset(places)] > 200
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


def test_a_number_of_the_workbook_that_is_changed_is_found(
    week: tuple[said.Reader, dict[str, str], list[said.Fact]], folder: Path, places: dict[str, list[cells.Cell]]
) -> None:
    words, name = week[0].words, invented.tested.BURST
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    sheet = book[words("sheet_topics")]
    column = [cell.value for cell in sheet[1]].index("posts") + 1
    sheet.cell(2, column).value += 1
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
