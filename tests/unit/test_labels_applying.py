"""Labelling a file of somebody else's, and everything that can be wrong with it, its texts and the weights."""

import csv
import gzip
import io
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from flows import cli
from flows.exits import Exit, InputRefusedError, UsageError
from flows.labels import label
from flows.labels import weights as files
from flows.labels.applying import LABELS, LISTS, apply
from flows.labels.weights import read_weights
from flows.post import Reason

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
    assert told.posts == len(rows) == len(TEXTS)
    assert told.refused == 0
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
        ("a.csv", "", InputRefusedError, "is empty"),
        ("a.csv", "id;isi;waktu\n1;halo;2\n", InputRefusedError, "no column text but id, isi, waktu"),
        ("a.ndjson", '{"text": \n', InputRefusedError, "holds no post: line 1"),
        ("a.ndjson", "[1]\n", InputRefusedError, r"holds no post: line 1 \(not an object\)"),
        ("a.parquet", "PAR1 rusak PAR1", InputRefusedError, "no Parquet"),
        ("a.csv", "%PDF-1.7\n", InputRefusedError, "a PDF document"),
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
    with pytest.raises(UsageError, match="its kind is not known"):
        apply(source(tmp_path, "in.csv"), tmp_path / "out.txt")


def test_lone_surrogates_of_a_file_are_labelled_like_any_other_character(tmp_path: Path) -> None:
    given = tmp_path / "in.ndjson"
    given.write_bytes(b'{"text": "bagus \\ud83d sekali"}\n')
    assert apply(given, tmp_path / "out.ndjson").posts == 1
    assert all(row["sentiment"] for row in read(tmp_path / "out.ndjson"))


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(content)
    return content.getvalue()


GOOD, BAD = "jalan rusak parah", "terima kasih pak"
SHAPES = {
    "semicolons": f"id;text\n1;{GOOD}\n2;{BAD}\n".encode(),
    "Excel's first line": f"sep=|\nid|text\n1|{GOOD}\n2|{BAD}\n".encode(),
    "a title and blank rows": f"Laporan,\n,\nid,text\n1,{GOOD}\n,\n2,{BAD},,\n".encode(),
    "Excel's Unicode text": f"id\ttext\r\n1\t{GOOD}\r\n2\t{BAD}\r\n".encode("utf-16"),
    "an array": json.dumps([{"id": "1", "text": GOOD}, {"id": "2", "text": BAD}], indent=1).encode(),
    "objects over several lines": "\n".join(
        json.dumps({"id": number, "text": text}, indent=2) for number, text in (("1", GOOD), ("2", BAD))
    ).encode(),
    "a workbook": workbook(("Laporan",), ("id", "text"), ("1", GOOD), (), (2, BAD)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_is_labelled_in_whatever_shape_tools_leave_it(tmp_path: Path, shape: str) -> None:
    given = tmp_path / "in.csv"
    given.write_bytes(SHAPES[shape])
    assert apply(given, tmp_path / "out.csv").refused == 0
    assert [(row["id"], row["text"]) for row in read(tmp_path / "out.csv")] == [("1", GOOD), ("2", BAD)]


RAGGED = b"id,text\n1,jalan rusak\n2,terima kasih, tapi kok lambat\n3\n4,jalan \xe9mas\n5,bagus sekali,\n"


def test_rows_that_do_not_fit_are_listed_with_their_lines_and_the_others_labelled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "home"))
    given, target = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_bytes(RAGGED)
    assert cli.main(["label", "apply", str(given), str(target)]) == Exit.REFUSED
    printed = capsys.readouterr()
    assert "2 posts labelled into" in printed.out
    assert "3 rows of" in printed.err
    assert "line 3 (3 cells under 2 columns), line 4 (1 cells under 2 columns), line 5 (line 5, byte 8)" in printed.err
    assert "CSV UTF-8" in printed.err
    assert [row["text"] for row in read(target)] == ["jalan rusak", "bagus sekali"]
    listed = (tmp_path / "out.csv.refused.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in listed] == ["line", "3", "4", "5"]
    given.write_bytes(b"id,text\n1,jalan rusak\n")
    assert cli.main(["label", "apply", str(given), str(target)]) == Exit.DONE
    assert not (tmp_path / "out.csv.refused.csv").exists()


@pytest.mark.parametrize("name", ["in.csv", "in.ndjson"])
def test_a_compressed_file_that_breaks_off_is_labelled_as_far_as_it_goes(tmp_path: Path, name: str) -> None:
    rows = [{"id": number, "text": f"jalan {secrets.token_hex(8)} rusak"} for number in range(2000)]
    frame, content = pl.DataFrame(rows), io.BytesIO()
    frame.write_csv(content) if name.endswith("csv") else frame.write_ndjson(content)
    packed = gzip.compress(content.getvalue())
    (tmp_path / name).write_bytes(packed[: len(packed) // 2])
    told = apply(tmp_path / name, tmp_path / "out.csv")
    assert 500 < told.posts < 1500
    assert [fault.reason for fault in told.first_refused] == [Reason.TRUNCATED]


def test_the_objects_of_json_may_each_have_other_keys_and_none_is_lost(tmp_path: Path) -> None:
    given = tmp_path / "in.ndjson"
    given.write_text('{"text": "halo"}\n{"id": 7}\n{"id": 8, "text": "bagus", "akun": "x"}\n', encoding="utf-8")
    told = apply(given, tmp_path / "out.csv")
    assert (told.posts, told.refused, told.first_refused[0].detail) == (2, 1, "no text")
    assert [(row["text"], row["id"], row["akun"]) for row in read(tmp_path / "out.csv")] == [
        ("halo", "", ""),
        ("bagus", "8", "x"),
    ]


def test_values_of_several_kinds_in_a_column_are_no_parquet(tmp_path: Path) -> None:
    given = tmp_path / "in.ndjson"
    given.write_text('{"text": "halo", "id": 7}\n{"text": "bagus", "id": "x"}\n', encoding="utf-8")
    with pytest.raises(InputRefusedError, match="values of several kinds"):
        apply(given, tmp_path / "out.parquet")
    assert apply(given, tmp_path / "out.ndjson").posts == 2


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
