"""No two documents of a publication state the same number in two ways."""

from pathlib import Path

import pytest

from reports.edition import Language
from tests import reports_fixture as invented
from tests import said

DOCUMENTS = {"weekly.html", "weekly.pdf", "briefing.pdf", "index.html", "notice", "tables.xlsx"}


def stated(folder: Path, week: str, lang: Language = "id") -> tuple[said.Reader, dict[str, str], list[said.Fact]]:
    """The texts of a week's documents, and every number that they and the workbook state."""
    return said.stated(invented.edition(week, lang), invented.season(week), folder)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[said.Reader, dict[str, str], list[said.Fact]]:
    """The week of the burst."""
    return stated(tmp_path_factory.mktemp("week"), invented.tested.BURST)


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
    [("briefing.pdf", "waiting"), ("briefing.pdf", "countdown"), ("index.html", "accounts"), ("notice", "passed"),
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
