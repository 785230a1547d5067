"""What reports may say of the labels' error: measured with the weights in use, or nothing."""

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sql
from flows.labels import label_quality
from flows.labels import weights as files
from flows.labels.evaluation import expected_precision, wilson
from flows.labels.model import read_model
from flows.labels.quality import FILE, SCHEMA, record
from flows.periods import read_seed

COLUMNS = list(SCHEMA)


def measured(positives: int) -> dict[str, Any]:
    share = {"value": 0.7, "interval": [0.6, 0.8]}
    return {"indications": {"insult": {"positives": positives, "precision": share, "recall": share}}}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A folder of seeds with weights of its own, for which nothing was measured."""
    folder = tmp_path / "seeds"
    shutil.copytree(sql.SEEDS, folder)
    (folder / "weights").mkdir()
    shutil.copy(files.FOLDER / files.OWN_FILE, folder / "weights")
    return folder


def test_nothing_measured_gives_no_row(seeds: Path) -> None:
    frame = label_quality(seeds)
    assert frame.is_empty()
    assert frame.columns == COLUMNS


def test_measures_are_given_with_their_intervals_and_test_set(seeds: Path) -> None:
    record(measured(40), "komentar uji", seeds / "weights")
    assert label_quality(seeds).rows() == [("insult", 0.7, 0.6, 0.8, 0.7, 0.6, 0.8, "komentar uji")]


def test_a_class_with_few_posts_counts_as_never_measured(seeds: Path) -> None:
    record(measured(9), "komentar uji", seeds / "weights")
    assert label_quality(seeds).is_empty()


def test_measures_of_other_weights_are_not_given(seeds: Path) -> None:
    path = record(measured(40), "komentar uji", seeds / "weights")
    path.write_text(path.read_text(encoding="utf-8").replace(read_model(seeds / "weights").version, "0123456789abcdef"))
    assert label_quality(seeds).is_empty()


def test_the_shipped_measures_are_of_the_shipped_weights_and_of_the_classes_that_the_seed_calls_measured() -> None:
    assert set(pl.read_csv(files.FOLDER / FILE)["weights"]) == {read_model().version}
    called = {row["code"] for row in read_seed("indications") if row["is_measured"] == "true"}
    assert set(label_quality()["code"]) == called
    assert label_quality().select(pl.col("precision", "recall").is_between(0, 1).all()).row(0) == (True, True)


def test_few_true_cases_make_most_flags_wrong() -> None:
    assert expected_precision(recall=0.5, flag_rate=0.02, prevalence=0.001) < 0.05
    assert expected_precision(recall=0.5, flag_rate=0.0, prevalence=0.001) == pytest.approx(1.0)


def test_the_wilson_interval_of_no_flag_ends_above_zero() -> None:
    low, high = wilson(0, 40_000)
    assert low == 0.0
    assert 0.00005 < high < 0.0002
