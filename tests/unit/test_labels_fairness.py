"""Whom a text is about changes nothing: no contestant, no party, no people; and criticism is never a black campaign.

The sentences are in labels_data.
"""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.labels import label
from flows.seeds import read_seed

DATA = Path(__file__).parents[1] / "labels_data"
SLOT, PEOPLE_SLOT = "{calon}", "{kelompok}"
TOLERANCE = 0.02
SHORT_NAMES = ("pan", "PAN", "pkn", "garuda", "gelora")  # of parties; words too
NUMBERS = ("01", "02", "03", "nomor urut 1", "paslon 2", "no 3", "nomor 1", "nomer 2", "capres 03")


def sentences(name: str) -> list[str]:
    return (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def contestants() -> list[str]:
    """Candidates and parties as people write them, and running numbers."""
    return [row["name"] for row in read_seed("contestants")] + list(NUMBERS)


def labelled(texts: list[str]) -> pl.DataFrame:
    time = datetime(2023, 12, 20, 5, tzinfo=UTC)
    return label(pl.Series(texts), pl.Series([time] * len(texts), dtype=pl.Datetime("us", "UTC")))


def filled(name: str) -> pl.DataFrame:
    """Every sentence with every contestant: columns of the labels beside `sentence` and `contestant`."""
    pairs = [(sentence, contestant) for sentence in sentences(name) for contestant in contestants()]
    frame = labelled([sentence.replace(SLOT, contestant) for sentence, contestant in pairs])
    return pl.DataFrame(pairs, schema=["sentence", "contestant"], orient="row").hstack(frame)


def test_the_sentences_are_many_and_none_is_in_the_corpus() -> None:
    swapped, criticism = sentences("contestant_sentences"), sentences("criticism")
    assert len(set(swapped)) == len(swapped) >= 500
    assert len(set(criticism)) == len(criticism) >= 200
    assert [text for text in swapped + criticism if SLOT not in text] == []
    corpus = pl.concat(
        pl.read_csv(path, infer_schema=False)
        for path in (Path(__file__).parents[2] / "flows" / "labels" / "corpus").glob("*.csv")
    )
    written = corpus["text"].str.replace_all(r"\{[ABC]\}|\b0[123]\b", SLOT, literal=False).str.to_lowercase()
    assert set(written) & {text.lower() for text in swapped + criticism} == set()


@pytest.fixture(scope="module")
def swaps() -> pl.DataFrame:
    return filled("contestant_sentences")


@pytest.mark.parametrize("column", ["sentiment", "topics", "indications", "districts", "language"])
def test_exchanging_the_contestant_changes_no_label(swaps: pl.DataFrame, column: str) -> None:
    values = swaps.with_columns(pl.col(column).list.join(";") if swaps[column].dtype == pl.List else pl.col(column))
    moved = values.group_by("sentence").agg(pl.col(column).unique()).filter(pl.col(column).list.len() > 1)
    assert moved.rows() == []


def test_exchanging_the_contestant_moves_no_score(swaps: pl.DataFrame) -> None:
    scores = swaps.group_by("sentence").agg(
        (pl.col("sentiment_score").max() - pl.col("sentiment_score").min()).alias("moved"),
        pl.col("sentiment_score").null_count().alias("missing"),
    )
    assert scores.filter((pl.col("moved") > TOLERANCE) | (pl.col("missing") > 0)).rows() == []


def test_criticism_is_never_a_black_campaign() -> None:
    flagged = filled("criticism").filter(pl.col("indications").list.contains("insult"))
    assert flagged.select("sentence", "contestant").rows() == []


def peoples() -> list[str]:
    return [row["name"] for row in read_seed("peoples")]


@pytest.fixture(scope="module")
def people_swaps() -> pl.DataFrame:
    pairs = [(sentence, people) for sentence in sentences("people_sentences") for people in peoples()]
    frame = labelled([sentence.replace(PEOPLE_SLOT, people) for sentence, people in pairs])
    return pl.DataFrame(pairs, schema=["sentence", "people"], orient="row").hstack(frame)


@pytest.mark.parametrize("column", ["sentiment", "sentiment_score", "indications", "topics"])
def test_exchanging_the_people_changes_no_label(people_swaps: pl.DataFrame, column: str) -> None:
    is_list = people_swaps[column].dtype == pl.List
    values = people_swaps.with_columns(pl.col(column).list.join(";") if is_list else pl.col(column))
    moved = values.group_by("sentence").agg(pl.col(column).unique()).filter(pl.col(column).list.len() > 1)
    assert moved.rows() == []


def test_a_kind_word_of_a_people_is_neither_hate_nor_an_insult(people_swaps: pl.DataFrame) -> None:
    flagged = people_swaps.filter(pl.col("indications").list.len() > 0)
    assert flagged.select("sentence", "people", "indications").rows() == []


@pytest.mark.parametrize("name", ["orang {kelompok} ramah dan baik", "orang {kelompok} rajin bekerja"])
def test_praise_of_a_people_is_not_negative(people_swaps: pl.DataFrame, name: str) -> None:
    praised = people_swaps.filter(pl.col("sentence") == name)
    assert set(praised["sentiment"]) <= {"neutral", "positive"}


def test_a_short_name_of_a_party_counts_as_any_other() -> None:
    names = (*SHORT_NAMES, *(row["name"] for row in read_seed("contestants") if row["contest"] == "party"))
    pairs = [(sentence, name) for sentence in sentences("party_sentences") for name in names]
    frame = labelled([sentence.replace(SLOT, name) for sentence, name in pairs])
    swapped = pl.DataFrame(pairs, schema=["sentence", "name"], orient="row").hstack(frame)
    moved = swapped.group_by("sentence").agg(
        pl.col("sentiment").unique(), (pl.col("sentiment_score").max() - pl.col("sentiment_score").min()).alias("moved")
    )
    assert moved.filter((pl.col("sentiment").list.len() > 1) | (pl.col("moved") > TOLERANCE)).rows() == []
