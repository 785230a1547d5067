"""Copies: which posts are one event, so that a copy-paste campaign does not look like many independent ones.

The tested unit of the signals is a distinct author x near-duplicate text (method, section 1). Texts are near-duplicates
when they have the same words in the same order, whatever their case, punctuation, digits, links, mentions, hashtags and
emoji. A text of so many words is recognised as a copy whoever posts it; a shorter one ("mantap pak") is said
independently by many people and is one event only when its author repeats it; a post without words stands for itself.
"""

import polars as pl

from flows.method import METHOD

_DECORATION = r"\s*(?:https?://\S+|[@#＠]\S+|[^a-z\s]+)"
_GAP = r"\s{2,}|[\t\n\r]"


def unit_keys(author_keys: pl.Series, texts: pl.Series, seed: int) -> pl.Series:
    """A number a post, the same for posts that are one event; null for posts that stand for themselves.

    Takes the hashed authors (null when hidden) and the masked texts, of the same length, and a secret seed
    (`privacy.unit_seed`), since the number outlives a removal. Equal only within one version of Polars, so the keys are
    compared inside a warehouse and never published.
    """
    frame = pl.DataFrame({"author": author_keys, "text": texts})
    bare = pl.col("text").str.to_lowercase().str.replace_all(_DECORATION, "")
    words = bare.str.replace_all(_GAP, " ").str.strip_chars()
    return (
        frame.with_columns(words.alias("words"))
        .select(
            pl.when(pl.col("words").str.count_matches(" ", literal=True) >= METHOD.copied_words - 1)
            .then(pl.col("words").hash(seed))
            .when(pl.col("author").is_not_null() & (pl.col("words") != ""))
            .then(pl.concat_str("author", "words", separator=" ").hash(seed))
        )
        .to_series()
        .alias("unit_key")
    )
