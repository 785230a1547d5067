"""Weights learn from reviews: what is kept aside, when a proposal is adopted, and when there is too little."""

import shutil
from pathlib import Path

import polars as pl
import pytest

import sql
from flows.exits import UsageError
from flows.labels import weights as files
from flows.labels.learning import Outcome, learn, learnable, parts_of
from flows.labels.model import read_model
from flows.labels.training import train
from flows.labels.weights import read_weights, to_bytes
from flows.settings import Settings
from tests.unit.test_labels_training import posts

HARMLESS = ("jalan {} sudah diaspal", "pasar {} ramai", "terima kasih untuk {}", "besok ada rapat di {}")
NEW_WORD = ("dasar blekutuk {}", "blekutuk kamu {}", "si blekutuk dari {}", "blekutuk banget {}")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seeds whose weights know one class, from a small corpus."""
    folder = tmp_path_factory.mktemp("learning") / "seeds"
    shutil.copytree(sql.SEEDS, folder)
    (folder / "weights").mkdir()
    (folder / "weights" / files.OWN_FILE).write_bytes(to_bytes(train(posts())[0]))
    return folder


def reviews(abuse: tuple[str, ...], count: int = 40) -> pl.DataFrame:
    """Accepted reviews: posts of a word of abuse that the corpus does not have, and harmless ones."""
    rows = [
        (f"tiktok {number}{place}", shape.format(f"tempat{number}"), code)
        for number in range(count)
        for place, (shape, code) in enumerate(
            [*((shape, "insult") for shape in abuse), *((shape, "none") for shape in HARMLESS)]
        )
    ]
    return pl.DataFrame(rows, schema=["key", "text", "code"], orient="row")


def test_the_same_third_is_always_kept_aside() -> None:
    keys = reviews(NEW_WORD)["key"]
    parts = parts_of(keys)
    assert (parts == parts_of(keys)).all()
    assert 0.25 < (parts == 0).mean() < 0.42


def test_a_word_that_coders_call_an_insult_is_learned(seeds: Path) -> None:
    better, outcomes = learn(reviews(NEW_WORD), seeds)
    (one,) = outcomes
    assert one.is_better
    assert (one.present, one.proposed > 0.5) == (0.0, True)
    assert better is not None
    assert to_bytes(better) == to_bytes(learn(reviews(NEW_WORD), seeds)[0])
    present = read_weights(seeds / "weights" / files.OWN_FILE)
    column = present.outputs.index("negative")
    for before, after in zip(present.matrices, better.matrices, strict=True):
        assert (before[:, column] == after[:, column]).all()


def test_reviews_that_say_nothing_new_change_nothing(seeds: Path) -> None:
    known = ("penjaga {} itu goblok, dasar bajingan", "sopir {} itu goblok, dasar bajingan")
    better, outcomes = learn(reviews(known), seeds)
    assert [one.is_better for one in outcomes] == [False]
    assert better is None


def test_a_difference_counts_only_with_its_whole_interval() -> None:
    assert Outcome("insult", 100, 40, 0.5, 0.6, 0.01, 0.2).is_better
    assert not Outcome("insult", 100, 40, 0.5, 0.6, -0.01, 0.2).is_better


def test_too_few_reviews_are_refused_with_a_sentence(seeds: Path, tmp_path: Path) -> None:
    from flows.labels import verbs

    few = reviews(NEW_WORD, count=3)
    assert learnable(few, read_weights(seeds / "weights" / files.OWN_FILE)) == []
    with pytest.raises(UsageError, match="too few to learn from"):
        verbs.learn(Settings(home=tmp_path, seeds=seeds), few, tmp_path / "out", print)


def test_adopted_weights_are_another_version(seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from flows.labels import verbs

    into = tmp_path / "out"
    verbs.learn(Settings(home=tmp_path, seeds=seeds), reviews(NEW_WORD), into, print)
    assert read_model(into).version != read_model(seeds / "weights").version
    said = capsys.readouterr().out
    assert "adopted" in said
    assert "backfill FIRST LAST --relabel" in said
