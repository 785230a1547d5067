"""Training on a small corpus: the same bytes twice, what the file says of itself, and what is refused."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows import cli
from flows.exits import InputRefusedError, UsageError
from flows.labels.corpora import SCHEMA, decontaminate, read_labelled
from flows.labels.training import of_other_origins, train
from flows.labels.weights import OWN_FILE, to_bytes

THINGS = ("jalan", "pasar", "sekolah", "puskesmas", "jembatan", "lapangan", "pelabuhan", "terminal", "kantor", "taman")
SHAPES = (
    ("{} baru ini bagus, terima kasih", "positive", ""),
    ("senang sekali {} kita bersih", "positive", ""),
    ("{} dibuka pukul tujuh", "neutral", ""),
    ("di mana letak {} itu", "neutral", ""),
    ("{} rusak parah, kecewa", "negative", ""),
    ("penjaga {} itu goblok, dasar bajingan", "negative", "insult"),
)


def posts() -> pl.DataFrame:
    rows = [(shape.format(thing), sentiment, codes) for thing in THINGS for shape, sentiment, codes in SHAPES]
    frame = pl.DataFrame(rows, schema=["text", "sentiment", "indications"], orient="row")
    columns = {"source": "own", "split": "train", "origin": "own"}
    return frame.with_columns(pl.lit(value).alias(name) for name, value in columns.items()).select(*SCHEMA)


def test_the_same_posts_give_the_same_bytes() -> None:
    first, second = (train(posts())[0] for _ in range(2))
    assert to_bytes(first) == to_bytes(second)
    assert first.licence == "MIT"
    assert set(first.corpora) == {"own"}
    assert set(first.calibration["codes"]) == {"insult"}


def test_what_words_say_at_an_operators_own_origin_serves() -> None:
    sources = np.array(["own", "licensed", "licensed_many", "mine", "smsa"])
    origins = np.array(["own", "x", "x", "mine", "smsa"])
    assert of_other_origins(sources, origins).tolist() == [True, True, True, False, False]
    assert not of_other_origins(sources[[0, 0, 3]], origins[[0, 0, 3]]).any()


def test_without_share_alike_corpora_there_is_no_share_alike_file() -> None:
    assert train(posts())[1] is None


def test_an_operator_trains_with_a_csv_and_gets_the_same_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    posts().head(40).write_csv(own / "posts.csv")
    more = tmp_path / "mine.csv"
    posts().tail(20).select("text", "sentiment", "indications").write_csv(more)
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "home"))
    written = []
    for name in ("first", "second"):
        into = tmp_path / name
        assert cli.main(["label", "train", str(more), "--own", str(own), "--into", str(into)]) == 0
        written.append((into / OWN_FILE).read_bytes())
    assert written[0] == written[1]


def test_training_posts_that_repeat_a_validation_post_are_left_out() -> None:
    frame = pl.DataFrame(
        {
            "text": ["makanan di warung itu enak sekali", "makanan di warung ini enak sekali", "jalan desa rusak"],
            "sentiment": ["positive", "positive", "negative"],
            "indications": [None, None, None],
            "source": ["one", "other", "other"],
            "split": ["valid", "train", "train"],
            "origin": ["one", "other", "other"],
        },
        schema=SCHEMA,
    )
    assert decontaminate(frame)["text"].to_list() == ["makanan di warung itu enak sekali", "jalan desa rusak"]


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("text\nhalo\n", InputRefusedError, "needs the columns"),
        ("isi,sentiment\nhalo,neutral\n", InputRefusedError, "has no column text but isi, sentiment"),
        ("text,sentiment\nhalo,senang\n", InputRefusedError, "senang"),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(
    tmp_path: Path, content: str, error: type[Exception], said: str
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=said):
        read_labelled(path)


def test_a_missing_folder_of_corpora_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RONDA_HOME", str(tmp_path))
    missing = ["--corpora", str(tmp_path / "none"), "--into", str(tmp_path / "out")]
    assert cli.main(["label", "train", *missing]) == UsageError.exit_code
    assert "is missing" in capsys.readouterr().err
