"""Topics by taxonomy: every topic whose words or phrases occur in a text (several, one or none).

The taxonomy is `sql/seeds/topics.csv`: code, labels, and patterns parted by ";". A pattern is whole words in
Indonesian or Javanese; "*" at its end lets the last word go on (`pupuk*` also finds `pupuknya`).
"""

import re
from functools import cache
from pathlib import Path

import polars as pl

import sql
from flows.exits import UsageError
from flows.periods import read_seed


@cache
def patterns(seeds: Path = sql.SEEDS) -> dict[str, str]:
    """One regular expression for padded texts by topic code; raises UsageError when a topic has no pattern."""
    found = {}
    for row in read_seed("topics", seeds):
        words = [pattern.strip() for pattern in (row["patterns"] or "").split(";") if pattern.strip()]
        if not words:
            raise UsageError(f'The topic "{row["code"]}" has no pattern; add one in sql/seeds/topics.csv.')
        endless = [re.escape(word[:-1]) for word in words if word.endswith("*")]
        whole = [re.escape(word) + " " for word in words if not word.endswith("*")]
        found[row["code"]] = f" (?:{'|'.join(endless + whole)})"
    return found


def topics(padded: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """The topic codes of each padded text, in the order of the seed; an empty list where none fits."""
    frame = pl.DataFrame({"text": padded.fill_null("")})
    flags = frame.select(
        pl.when(pl.col("text").str.contains(pattern)).then(pl.lit(code)).alias(code)
        for code, pattern in patterns(seeds).items()
    )
    return flags.select(pl.concat_list(pl.all()).list.drop_nulls().alias("topics"))["topics"]
