"""Which posts are one event."""

import polars as pl
import pytest

from flows.loading.copies import unit_keys


def keys(*posts: tuple[str | None, str | None], seed: int = 7) -> list[int | None]:
    authors, texts = zip(*posts, strict=True)
    return unit_keys(pl.Series(authors, dtype=pl.String), pl.Series(texts, dtype=pl.String), seed).to_list()


@pytest.mark.parametrize(
    "copy",
    [
        "beras naik terus tolong sampaikan ke semua grup",
        "Beras naik terus!! tolong sampaikan ke semua grup 🙏🙏",
        "BERAS NAIK terus 15.000, tolong sampaikan ke semua grup https://contoh.id/a1",
        "Beras naik terus, tolong sampaikan ke semua grup #beras #batang @akun",
        "🔥 Beras naik terus tolong   sampaikan ke semua grup",
    ],
)
def test_a_copied_text_is_one_event_whoever_posts_it_and_however_it_is_decorated(copy: str) -> None:
    first, second = keys(("a", "Beras naik terus, tolong sampaikan ke semua grup"), ("b", copy))
    assert first is not None and first == second


def test_another_text_is_another_event() -> None:
    first, second = keys(
        ("a", "Beras naik terus tolong sampaikan ke semua"), ("a", "Beras turun terus tolong sampaikan ke semua")
    )
    assert first != second


def test_a_short_text_is_one_event_only_when_its_author_repeats_it() -> None:
    a, again, b, hidden = keys(("a", "mantap pak"), ("a", "Mantap, pak!"), ("b", "mantap pak"), (None, "mantap pak"))
    assert a == again != b
    assert hidden is None


def test_a_post_without_words_stands_for_itself() -> None:
    assert keys(("a", None), ("a", ""), ("a", "😀 12.000 #fyp"), (None, None)) == [None] * 4


def test_a_key_says_nothing_to_somebody_without_the_secret() -> None:
    text = "Beras naik terus, tolong sampaikan ke semua grup"
    assert keys(("a", text), seed=7) != keys(("a", text), seed=8)
