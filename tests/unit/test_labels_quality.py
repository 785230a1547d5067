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
from flows.labels.quality import FILE, CodedSet, record
from flows.seeds import read_seed


def measured(positives: int) -> dict[str, Any]:
    share = {"value": 0.7, "interval": [0.6, 0.8]}
    one = {"positives": positives, "flagged": positives, "right": positives * 7 // 10}
    return {"indications": {"insult": {**one, "precision": share, "recall": share}}}


def insult(frame: pl.DataFrame) -> dict[str, Any]:
    return frame.row(by_predicate=(pl.col("family") == "indications") & (pl.col("code") == "insult"), named=True)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A folder of seeds with weights of its own, for which nothing was measured."""
    folder = tmp_path / "seeds"
    shutil.copytree(sql.SEEDS, folder)
    (folder / "weights").mkdir()
    shutil.copy(files.FOLDER / files.OWN_FILE, folder / "weights")
    return folder


def test_every_class_has_its_row_though_nothing_was_measured(seeds: Path) -> None:
    frame = label_quality(seeds)
    codes = {row["code"] for row in read_seed("indications", seeds)}
    assert set(frame.filter(pl.col("family") == "indications")["code"]) == codes | {"any"}
    assert set(frame.filter(pl.col("family") == "sentiment")["code"]) == {"negative", "neutral", "positive"}
    assert not frame["is_real"].any()
    assert set(frame["test_set_id"]) == {""}
    assert frame["precision"].is_null().all()


def test_measures_are_given_with_their_intervals_and_test_set(seeds: Path) -> None:
    record(measured(40), CodedSet("komentar uji", "test comments"), 100, seeds / "weights", (2000, {"insult": 30}))
    found = insult(label_quality(seeds))
    assert found["is_real"] and found["is_measured"]
    assert (found["test_set_id"], found["test_set_en"], found["posts"]) == ("komentar uji", "test comments", 100)
    assert (found["positives"], found["flagged"], found["correct"]) == (40, 40, 28)
    assert (found["precision"], found["precision_low"], found["precision_high"]) == (0.7, 0.6, 0.8)
    assert (found["flags_per_1000"], found["flag_posts"]) == (15.0, 2000)


def test_a_class_with_few_posts_is_measured_on_those_held_out_in_training(seeds: Path) -> None:
    record(measured(9), CodedSet("komentar uji", "test comments"), 100, seeds / "weights")
    frame = label_quality(seeds)
    assert insult(frame)["test_set_en"] == "real posts held out in training"
    threat = frame.row(by_predicate=(pl.col("family") == "indications") & (pl.col("code") == "threat"), named=True)
    assert (threat["test_set_en"], threat["is_real"]) == ("held-out invented corpus", False)


def test_measures_of_other_weights_are_not_given(seeds: Path) -> None:
    path = record(measured(40), CodedSet("komentar uji", "test comments"), 100, seeds / "weights")
    path.write_text(path.read_text(encoding="utf-8").replace(read_model(seeds / "weights").version, "0123456789abcdef"))
    assert insult(label_quality(seeds))["precision"] is None


def test_the_shipped_measures_are_of_the_shipped_weights_and_of_the_classes_that_the_seed_calls_measured() -> None:
    shipped = pl.read_csv(files.FOLDER / FILE)
    assert set(shipped["weights"]) == {read_model().version}
    called = {row["code"] for row in read_seed("indications") if row["is_measured"] == "true"}
    real = shipped.filter(pl.col("is_real") & (pl.col("family") == "indications"))
    assert set(real["code"]) == called | {"any"}
    shares = label_quality().select(pl.col("precision", "recall").is_between(0, 1).all())
    assert shares.row(0) == (True, True)


def test_few_true_cases_make_most_flags_wrong() -> None:
    assert expected_precision(recall=0.5, flag_rate=0.02, prevalence=0.001) < 0.05
    assert expected_precision(recall=0.5, flag_rate=0.0, prevalence=0.001) == pytest.approx(1.0)


def test_the_wilson_interval_of_no_flag_ends_above_zero() -> None:
    low, high = wilson(0, 40_000)
    assert low == 0.0
    assert 0.00005 < high < 0.0002
