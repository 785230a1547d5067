"""Labelling a file of somebody else's, and everything that can be wrong with it, its texts and the weights."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.exits import InputRefusedError, UsageError
from flows.labels import label
from flows.labels import weights as files
from flows.labels.applying import LABELS, LISTS, apply
from flows.labels.weights import read_weights

TEXTS = ("bagus sekali pak", "jalan rusak parah", "")


def source(folder: Path, name: str) -> Path:
    """A small file of posts of the kind that its name says."""
    path = folder / name
    frame = pl.DataFrame({"id": [1, 2, 3], "text": TEXTS, "created_at": ["2024-01-15T10:00:00+07:00", "kemarin", None]})
    writers = {".csv": frame.write_csv, ".parquet": frame.write_parquet}
    writers.get(path.suffix, frame.write_ndjson)(path)
    return path


def read(path: Path) -> list[dict[str, object]]:
    """The rows of a file of any kind; lists of codes of a CSV as lists."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as lines:
            rows: list[dict[str, object]] = list(csv.DictReader(lines))
        return [row | {name: [code for code in str(row[name]).split(";") if code] for name in LISTS} for row in rows]
    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_ndjson(path)
    return frame.to_dicts()


@pytest.mark.parametrize("into", ["out.csv", "out.ndjson", "out.parquet"])
@pytest.mark.parametrize("given", ["in.csv", "in.ndjson", "in.jsonl", "in.parquet"])
def test_every_kind_of_file_goes_into_every_other(tmp_path: Path, given: str, into: str) -> None:
    told = apply(source(tmp_path, given), tmp_path / into)
    rows = read(tmp_path / into)
    assert told["posts"] == len(rows) == len(TEXTS)
    assert [row["text"] or "" for row in rows] == list(TEXTS)
    assert all(set(LABELS) <= set(row) for row in rows)
    assert rows[0]["sentiment"] in ("negative", "neutral", "positive")
    assert not rows[2]["sentiment"]


def test_what_the_labels_are_worth_stands_beside_the_output(tmp_path: Path) -> None:
    apply(source(tmp_path, "in.csv"), tmp_path / "out.csv")
    worth = json.loads((tmp_path / "out.csv.labels.json").read_text(encoding="utf-8"))
    assert {"label_version", "indications"} <= set(worth)
    assert all(isinstance(code["measured_on_real_text"], bool) for code in worth["indications"].values())


@pytest.mark.parametrize(
    ("name", "content", "error", "said"),
    [
        ("a.csv", "id,isi\n1,halo\n", InputRefusedError, "no column text"),
        ("a.csv", "text,topics\nhalo,x\n", InputRefusedError, "already has the column topics"),
        ("a.csv", "text\n", InputRefusedError, "holds no post"),
        ("a.csv", "", InputRefusedError, "holds no post"),
        ("a.ndjson", '{"text": "halo"}\n{"text": \n', InputRefusedError, "Line 2"),
        ("a.ndjson", "[1]\n", InputRefusedError, "not a JSON object"),
        ("a.parquet", "text\nhalo\n", InputRefusedError, "not a Parquet file"),
        ("a.xlsx", "text\nhalo\n", UsageError, "no known kind"),
    ],
)
def test_a_file_that_cannot_be_labelled_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, content: str, error: type[Exception], said: str
) -> None:
    given = tmp_path / name
    given.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=said) as raised:
        apply(given, tmp_path / "out.csv")
    assert str(raised.value).endswith(".")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_missing_file_and_an_unknown_ending_of_the_output_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is missing"):
        apply(tmp_path / "none.csv", tmp_path / "out.csv")
    with pytest.raises(UsageError, match="no known kind"):
        apply(source(tmp_path, "in.csv"), tmp_path / "out.txt")


def test_lone_surrogates_and_broken_bytes_of_a_file_are_labelled_like_any_other_sign(tmp_path: Path) -> None:
    given = tmp_path / "in.ndjson"
    given.write_bytes(b'{"text": "bagus \\ud83d sekali"}\n{"text": "bagus \xff sekali"}\n')
    assert apply(given, tmp_path / "out.ndjson")["posts"] == 2
    assert all(row["sentiment"] for row in read(tmp_path / "out.ndjson"))


def labelled(*texts: str | None) -> list[dict[str, object]]:
    moment = pl.Series([datetime(2024, 1, 15, tzinfo=UTC)] * len(texts), dtype=pl.Datetime("us", "UTC"))
    return label(pl.Series(texts, dtype=pl.String), moment).to_dicts()


def test_where_there_is_nothing_to_label_there_is_no_label() -> None:
    for row in labelled(None, "", " \n", "...", "https://contoh.example", "@akun", "\u200b\u0301"):
        assert row["sentiment"] is None
        assert row["sentiment_score"] is None
        assert row["indications"] == []


@pytest.mark.parametrize(
    "text",
    [
        "😂😂😂",
        "привет как дела",
        "ยินดีต้อนรับ",
        "你好",
        "مرحبا",
        "a" * 100_000,
        "bagus " * 16_000,
        "a.b.c." * 16_000,
        "a-" * 50_000,
    ],
)
def test_emoji_other_scripts_and_very_long_texts_are_labelled(text: str) -> None:
    row = labelled(text)[0]
    assert row["sentiment"] in ("negative", "neutral", "positive")


def test_no_post_gives_no_label() -> None:
    assert labelled() == []


def own_file(folder: Path, content: bytes) -> Path:
    path = folder / files.OWN_FILE
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: content[:-1000], "truncated or changed"),
        (
            lambda content: content[: len(content) // 2] + b"\x7f" + content[len(content) // 2 + 1 :],
            "truncated or changed",
        ),
        (lambda _: b"", "not a weight file"),
        (lambda content: content[:5], "not a weight file"),
        (
            lambda content: content.replace(b"ronda-weights 1", b"ronda-weights 9", 1),
            "not a weight file of this version",
        ),
        (lambda _: b"\x93NUMPY something else", "not a weight file"),
    ],
    ids=["truncated", "changed", "empty", "a few bytes", "another version", "a foreign file"],
)
def test_a_damaged_weight_file_is_refused_with_a_sentence(tmp_path: Path, damage, said: str) -> None:
    content = (files.FOLDER / files.OWN_FILE).read_bytes()
    with pytest.raises(UsageError, match=said) as raised:
        read_weights(own_file(tmp_path, damage(content)))
    assert str(raised.value).endswith(".")


def test_a_missing_weight_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is missing; restore it or train one"):
        read_weights(tmp_path / files.OWN_FILE)
