"""The labels of licensed posts: known values by key, no text, and joined with the texts where these are present."""

import gzip
import re
from pathlib import Path

import polars as pl

from flows.labels.calibration import learned_classes
from flows.labels.corpora import CODED, SENTIMENTS, UNCODED, key_of, read_public
from flows.seeds import read_rows, read_seed


def test_every_row_is_a_key_with_known_labels_and_no_text_is_coded_twice() -> None:
    rows = [row for path in CODED.values() for row in read_rows(path)]
    assert len({row["key"] for row in rows}) == len(rows) > 14_000
    known = {row["code"] for row in read_seed("indications")} | set(learned_classes())
    for row in rows:
        assert re.fullmatch(r"[0-9a-f]{16}", row["key"])
        assert row["sentiment"] in SENTIMENTS
        assert {code for code in row["indications"].split(";") if code} <= known


def test_a_text_that_nobody_coded_is_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    with gzip.open(tmp_path / "texts" / "licensed.csv.gz", "wt", encoding="utf-8") as lines:
        lines.write("source,label,text\nx,,a text that nobody coded\n")
    assert read_public(tmp_path).rows() == [("a text that nobody coded", None, None, "licensed_uncoded", UNCODED, "x")]
    assert key_of("a text") == key_of("a text") != key_of("another")


def test_without_a_folder_there_are_no_posts_of_others(tmp_path: Path) -> None:
    assert read_public(None).is_empty()
    assert read_public(tmp_path).equals(pl.DataFrame(schema=read_public(None).schema))
