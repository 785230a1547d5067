"""The constants of the method: a wrong row is named, they are the same everywhere, and readers see all of them."""

import csv
import shutil
from pathlib import Path

import pytest

import sql
from flows.exits import UsageError
from flows.method import FAMILIES, METHOD, read_constants, read_families, read_method
from flows.store import models, warehouse
from reports.tables.constants import constant_table
from reports.wording.words import Words


def folder_with(tmp_path: Path, before: str, after: str) -> Path:
    """The seeds of the method with one text changed."""
    text = (sql.SEEDS / "method.csv").read_text(encoding="utf-8")
    assert text.count(before) == 1
    (tmp_path / "method.csv").write_text(text.replace(before, after), encoding="utf-8")
    return tmp_path


def test_the_constants_are_those_of_the_method() -> None:
    assert (METHOD.coverage_floor, METHOD.bucket_days, METHOD.baseline_least, METHOD.baseline_most) == (0.7, 4, 4, 8)
    assert (METHOD.net_posts, METHOD.zero_bound, METHOD.signal_q, METHOD.term_authors) == (30, 3.7, 0.05, 5)
    assert (METHOD.smallest_cell, METHOD.release_hour, METHOD.hand_over_days) == (5, 6, 7)
    assert (METHOD.review_flagged, METHOD.review_high, METHOD.review_middle, METHOD.review_low) == (200, 30, 30, 40)
    assert (METHOD.band_high, METHOD.band_middle, METHOD.estimate_weeks) == (0.1, 0.02, 8)
    assert (METHOD.silence_days, METHOD.silence_known_days) == (28, 14)
    assert (METHOD.alpha_least, METHOD.alpha_reliable, METHOD.normal_quantile) == (0.667, 0.8, 1.959963984540054)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "coverage_floor,0.7,",
            'coverage_floor,"0,7",',
            'coverage_floor in sql/seeds/method.csv is "0,7"; write',
        ),
        ("net_posts,30,", "net_posts,30.5,", 'net_posts in sql/seeds/method.csv is "30.5"; write a whole number'),
        ("net_posts,30,", "posts_for_net,30,", "one row for every constant and no other; see net_posts, posts_for_net"),
        ("sure_q,0.01,", "signal_q,0.01,", "one row for every constant and no other; see signal_q, sure_q"),
    ],
)
def test_a_row_that_is_wrong_is_named_in_a_sentence(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_method(folder_with(tmp_path, before, after))
    assert sentence in str(refused.value)


def test_a_folder_of_seeds_has_no_method_of_its_own(tmp_path: Path) -> None:
    shutil.copy(sql.SEEDS / "families.csv", tmp_path)  # the same is no other one
    models.load_seeds(warehouse.connect(), tmp_path)
    folder_with(tmp_path, "coverage_floor,0.7,", "coverage_floor,0.5,")
    with pytest.raises(UsageError, match=f"{tmp_path.name} has another method.csv, but the method is the same"):
        models.load_seeds(warehouse.connect(), tmp_path)


def test_families_come_in_their_order(tmp_path: Path) -> None:
    assert list(FAMILIES) == ["indications", "volumes", "topics", "sentiment", "districts"]
    with (sql.SEEDS / "families.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with (tmp_path / "families.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(reversed(rows))
    assert list(read_families(tmp_path)) == list(FAMILIES)
    assert FAMILIES["sentiment"].named_subjects == ("negative", "positive")
    assert FAMILIES["districts"].subjects == "places"
    assert {name: family.level for name, family in FAMILIES.items() if family.level != METHOD.signal_q} == {
        "sentiment": METHOD.sure_q  # labels of sentiment err too often for one false week in twenty at 0.05
    }


def test_readers_see_every_constant_in_their_own_numbers() -> None:
    tables = {lang: constant_table(Words(lang)) for lang in ("id", "en")}
    for lang, (floor, q, posts, year) in {
        "id": ("70\u00a0%", "0,05", "20.000", "2010"),
        "en": ("70%", "0.05", "20,000", "2010"),
    }.items():
        shown = {row["constant"]: row["value"] for row in tables[lang].rows}
        names = Words(lang)
        assert len(shown) == len(read_constants())  # no name stands twice
        assert shown[names("constant_coverage_floor")] == floor
        assert shown[names("constant_signal_q")] == q
        assert shown[names("constant_term_posts")] == posts
        assert shown[names("constant_earliest_year")] == year
    assert [tables["id"].rows[0][name] for name in ("method_section", "cited")] == ["satuan", "–"]


def test_a_sentence_names_a_constant_and_follows_it() -> None:
    assert Words("id")("note_signals") == "Jingga: lolos uji (q ≤ 0,05; sentimen q ≤ 0,01)."
    assert Words("en")("net_below") == "n < 30"
    assert "4–8 periode" in Words("id")("method_7") and "70\u00a0%" in Words("id")("method_2")
