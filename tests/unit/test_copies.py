"""Which posts are one event."""

import polars as pl
import pytest

from flows.loading.copies import read_words, text_groups, unit_keys


def keys(*posts: tuple[str | None, str | None], seed: int = 7) -> list[int | None]:
    authors, texts = zip(*posts, strict=True)
    return unit_keys(pl.Series(authors, dtype=pl.String), read_words(pl.Series(texts, dtype=pl.String)), seed).to_list()


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


def test_a_published_group_is_that_of_the_words_whoever_wrote_them_and_stays_what_it_was() -> None:
    texts = ["Beras naik terus, tolong sampaikan!", "beras naik terus tolong sampaikan 🙏", "mantap pak", "", None]
    groups = text_groups(read_words(pl.Series(texts)), bytes(16)).to_list()
    assert groups == ["78778d9b162f4ab7"] * 2 + [None] * 3
    assert text_groups(read_words(pl.Series(texts)), bytes([1] * 16))[0] not in (None, groups[0])


def test_no_posts_have_no_groups() -> None:
    assert text_groups(read_words(pl.Series([], dtype=pl.String)), bytes(16)).to_list() == []
