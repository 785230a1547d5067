"""Copies: which posts say the same, and which are one event: a copied campaign is not many independent voices.

The tested unit of the signals is a distinct author x near-duplicate text (method, section 1). Texts are near-duplicates
when they have the same words in the same order, whatever their case, punctuation, digits, links, mentions, hashtags and
emoji. A text of so many words is recognised as a copy whoever posts it; a shorter one ("mantap pak") is said
independently by many people and is one event only when its author repeats it; a post without words stands for itself.
"""

import hashlib

import polars as pl

from flows.method import METHOD

_DECORATION = r"\s*(?:https?://\S+|[@#＠]\S+|[^a-z\s]+)"
_GAP = r"\s{2,}|[\t\n\r]"
_DIGEST_BYTES = 8


def read_words(texts: pl.Series) -> pl.Series:
    """The words of masked texts, as copies have them in common: lower case, single spaces, no decoration."""
    bare = texts.str.to_lowercase().str.replace_all(_DECORATION, "")
    return bare.str.replace_all(_GAP, " ").str.strip_chars().alias("words")


def _is_recognised() -> pl.Expr:
    """Whether words are so many that nobody else says the same by chance."""
    return pl.col("words").str.count_matches(" ", literal=True) >= METHOD.copied_words - 1


def text_groups(words: pl.Series, key: bytes) -> pl.Series:
    """Keyed hashes (16 hex digits) of the words of each text, the same for copies; null for what is too short for one.

    `key` is `privacy.text_group_key`. Published: the same in every release of Polars, and no help to who has only a
    guess of the words. It is a hash of what a post said, so it goes when the post is gone.
    """
    is_recognised = words.to_frame().select(_is_recognised()).to_series().fill_null(value=False)
    begun = hashlib.blake2b(key=key, digest_size=_DIGEST_BYTES)  # beginning takes as long as a text
    hashes = []
    for text in words.filter(is_recognised).cast(pl.Binary):
        digest = begun.copy()
        digest.update(text)
        hashes.append(digest.hexdigest())
    groups = pl.Series("text_group", [None], dtype=pl.String).new_from_index(0, len(words))
    return groups.scatter(is_recognised.arg_true(), pl.Series(hashes, dtype=pl.String))


def unit_keys(author_keys: pl.Series, words: pl.Series, seed: int) -> pl.Series:
    """A number a post, the same for posts that are one event; null for posts that stand for themselves.

    Takes the hashed authors (null when hidden) and the words of the texts, of the same length, and a secret seed
    (`privacy.unit_seed`), since the number outlives a removal. Equal only within one version of Polars, so the keys are
    compared inside a warehouse and never published.
    """
    return (
        pl.DataFrame({"author": author_keys, "words": words})
        .select(
            pl.when(_is_recognised())
            .then(pl.col("words").hash(seed))
            .when(pl.col("author").is_not_null() & (pl.col("words") != ""))
            .then(pl.concat_str("author", "words", separator=" ").hash(seed))
        )
        .to_series()
        .alias("unit_key")
    )
