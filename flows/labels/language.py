"""Language of a text by its function words: Indonesian, Javanese, mixed or other.

Simple evidence (`sql/seeds/function_words.csv`): words that both languages share are in no list, a text without any
function word stays null, and other scripts or mostly English function words are "other".
"""

from functools import cache
from pathlib import Path

import polars as pl

import sql
from flows.labels.tokens import Tokens, look_up, sum_by_text
from flows.periods import read_seed

_FOREIGN = r"[^\p{Latin}\P{L}]"
_EVIDENCE = ("id", "jv", "other")
MIXED_SHARE = 0.25  # of the function words, the lesser language's share from which a text is mixed


@cache
def _words(language: str, seeds: Path) -> dict[str, float]:
    return {row["word"]: 1.0 for row in read_seed("function_words", seeds) if row["language"] == language}


def language_words(seeds: Path = sql.SEEDS) -> frozenset[str]:
    """Every word that `tell_language` looks up."""
    return frozenset().union(*(_words(code, seeds) for code in _EVIDENCE))


def _is_foreign(padded: pl.Series) -> pl.Series:
    """Whether most letters of a text are of another script than Latin."""
    rows = padded.str.contains(_FOREIGN).fill_null(value=False).arg_true()
    foreign = padded.gather(rows)
    is_most = foreign.str.count_matches(_FOREIGN) > foreign.str.count_matches(r"\p{Latin}")
    return pl.zeros(len(padded), dtype=pl.Boolean, eager=True).scatter(rows.filter(is_most), True)


def tell_language(tokens: Tokens, padded: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """`id`, `jv`, `mixed`, `other` or null for each text."""
    found = {code: sum_by_text(tokens, look_up(tokens, _words(code, seeds))) for code in _EVIDENCE}
    frame = pl.DataFrame(found | {"is_foreign": _is_foreign(padded)})
    local = pl.col("id") + pl.col("jv")
    return frame.select(
        pl.when(pl.col("is_foreign") | (pl.col("other") > local))
        .then(pl.lit("other"))
        .when(local == 0)
        .then(None)
        .when(pl.min_horizontal("id", "jv") >= MIXED_SHARE * local)
        .then(pl.lit("mixed"))
        .when(pl.col("jv") > pl.col("id"))
        .then(pl.lit("jv"))
        .otherwise(pl.lit("id"))
        .alias("language")
    )["language"]
