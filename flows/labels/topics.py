"""Topics by taxonomy: every topic whose words or phrases occur in a text (several, one or none).

The taxonomy is `sql/seeds/topics.csv`: code, labels, and patterns parted by ";". A pattern is whole words in
Indonesian or Javanese; "*" at its end lets the last word go on (`pupuk*` also finds `pupuknya`).
"""

from functools import cache
from pathlib import Path

import polars as pl

import sql
from flows.exits import UsageError
from flows.periods import read_seed


@cache
def read_topics(seeds: Path = sql.SEEDS) -> pl.DataFrame:
    """Columns `word` (as it stands in a padded text), `code` and `place` in the seed; UsageError for an empty topic."""
    rows = []
    for place, row in enumerate(read_seed("topics", seeds)):
        words = [pattern.strip() for pattern in (row["patterns"] or "").split(";") if pattern.strip()]
        if not words:
            raise UsageError(f'The topic "{row["code"]}" has no pattern; add one in sql/seeds/topics.csv.')
        found = {f" {word[:-1]}" if word.endswith("*") else f" {word} " for word in words}
        rows += [(word, row["code"], place) for word in sorted(found)]
    return pl.DataFrame(rows, schema={"word": pl.String, "code": pl.String, "place": pl.Int64}, orient="row")


def find_topics(padded: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """The topic codes of each padded text, in the order of the seed; an empty list where none fits."""
    taxonomy = read_topics(seeds)
    words = taxonomy["word"].unique(maintain_order=True).to_list()
    hits = padded.str.extract_many(words, overlapping=True).alias("word")
    frame = pl.DataFrame({"word": hits}).with_row_index("row")
    found = (
        frame.filter(pl.col("word").list.len() > 0)
        .explode("word")
        .join(taxonomy, on="word")
        .unique(["row", "code"])
        .sort("row", "place")
        .group_by("row", maintain_order=True)
        .agg("code")
    )
    lists = frame.select("row").join(found, on="row", how="left", maintain_order="left")
    return lists.select(pl.col("code").fill_null([]).alias("topics"))["topics"]
