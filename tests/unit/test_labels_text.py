"""The normaliser: however a word was typed, the rules see the same token."""

from itertools import islice, product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.labels.compiled.letters import ACCOUNT, CONTESTANT, URL
from flows.labels.disguises import undisguise
from flows.labels.letters import read_letters
from flows.labels.reading import mask_contestants, read
from flows.labels.text import buffers, normalise
from flows.labels.vocabulary import read_vocabulary
from tests.labels_oracle.rules import mask
from tests.labels_oracle.spelling import spell


def normal(text: str) -> str:
    return str(normalise(pl.Series([text]))[0]).strip(" ")


def masked(text: str) -> str:
    return str(mask_contestants(pl.Series([text]))[0]).strip(" ")


@pytest.mark.parametrize(
    ("typed", "token"),
    [
        ("Politik &amp; uang", "politik uang"),
        ("&amp;lt;b&amp;gt;", "b"),
        ("𝓫𝓪𝓰𝓾𝓼", "bagus"),
        ("ｂａｇｕｓ", "bagus"),
        ("🅱🅰🅶🆄🆂", "bagus"),
        ("рolitik uаng", "politik uang"),  # Cyrillic er and a
        ("ροlitik", "politik"),  # Greek rho and omicron
        ("po\u200bli\u200dtik", "politik"),
        ("ua\x00ng\x07 palsu", "uang palsu"),
        ("info:dari", "info : dari"),
        ("kowé ḍuwé", "kowe duwe"),
        ("maaaantaaaap", "mantap"),
        ("saat maaf", "saat maaf"),
        ("Rp50.000 dan 1.250.000", "rp50000 dan 1250000"),
        ("100000", "100000"),
        ("Kec.Bandar,Kab.Batang", "kec . bandar , kab . batang"),
        ("lihat https://contoh.example/a?b=1 ya", f"lihat {URL} ya"),
        ("cek www.contoh.example sekarang", f"cek {URL} sekarang"),
        ("c1.c2.c3.c4.c5.c6.c7.c8.c9.com", URL),
        ("c0.c1.c2.c3.c4.c5.c6.c7.c8.c9.com", f"c0 . {URL}"),  # no address has more labels
        (f"{'ab' * 31}c.com", URL),
        (f"{'ab' * 32}.com", f"{'ab' * 32} . com"),  # nor one more letters
        ("halo @akun dan @orang.lain", f"halo {ACCOUNT} dan {ACCOUNT}"),
        ("hubungi [telepon] atau [surel]", "hubungi atau"),
        ("mantap😂😂", "mantap 😂 😂"),
        ("👍🏽", "👍"),
        ("❤️", "❤"),
        ("🇮🇩🇮🇩", "🇮🇩 🇮🇩"),
        ("bagus :)", "bagus 🙂"),
        ("_tolak_ *uang*", "tolak uang"),
        ("laki-laki", "laki laki"),
        ("Apa?!?!", "apa ?"),
        ("#BatangHebat", "# batanghebat"),
        ("##a # b", "# a # b"),
        ("bangett bosss keren", "banget bos keren"),
        ("ᴘɪʟɪʜ", "pilih"),
        ("PPP dan pppp", "ppp dan p"),
        ("xppp pppx 1ppp", "xp px 1p"),
        ("", ""),
        (" \n\t ", ""),
    ],
)
def test_spellings_fold_to_one_form(typed: str, token: str) -> None:
    assert normal(typed) == token


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("Coblos 01", f"coblos {CONTESTANT}"),
        ("pilih nomor urut 2 ya", f"pilih {CONTESTANT} ya"),
        ("pilih no. 3", f"pilih {CONTESTANT}"),
        ("Prabowo-Gibran", CONTESTANT),
        ("Pak Ganjar dan Pak Mahfud", CONTESTANT),
        ("01/02/03", CONTESTANT),
        ("pilih #1", f"pilih {CONTESTANT}"),
        ("dukung AMIN", f"dukung {CONTESTANT}"),
        ("amin ya allah", "amin ya allah"),
        ("Partai Demokrat", CONTESTANT),
        ("dukung PPP", f"dukung {CONTESTANT}"),
        ("p dan l", "p dan l"),
        ("RT 03 RW 01", "rt rw"),
        ("SDN 02 Batang", "sdn batang"),
        ("jam 07.30", "jam"),
        ("pilih nomor satu", f"pilih {CONTESTANT}"),
        ("salam dua jari", CONTESTANT.join(["salam ", ""])),
        ("kosong dua menang", f"{CONTESTANT} menang"),
        ("partai bulan bintang", CONTESTANT),
        ("prabowonya mana", f"{CONTESTANT} mana"),
        ("tanggal 14 2 2024 jam 10", "tanggal 2024 jam"),
    ],
)
def test_contestants_become_one_token_and_other_numbers_do_not(typed: str, seen: str) -> None:
    assert masked(typed) == seen


TYPED = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("aAbB.,!?:&;#@_ /[]()<>0123\n\u200b\u0301😂👍🏽🇮🇩❤️рοЯßİςﷺ①㊗&wcom:htps"),
    ),
    max_size=80,
)


@settings(max_examples=300, deadline=None)
@given(TYPED)
def test_normalising_twice_changes_nothing_and_nothing_raises(text: str) -> None:
    once = normal(text)
    assert normal(once) == once or undisguise(once) != once  # what other letters hid may come to light


@settings(max_examples=200, deadline=None)
@given(TYPED)
def test_the_result_is_single_spaced_lower_case_and_bounded(text: str) -> None:
    result = normal(text)
    assert result == " ".join(result.split(" ")).strip(" ")
    assert "  " not in result
    assert not any("A" <= letter <= "Z" for letter in result)
    assert len(result) <= 40 * len(text)  # one Arabic ligature unfolds to eighteen letters


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), TYPED), max_size=8))
def test_order_length_and_nulls_are_kept(texts: list[str | None]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    together = normalise(series).to_list()
    assert [text if text is None else text.strip(" ") for text in together] == [
        None if text is None else normal(text) for text in texts
    ]


def test_a_long_text_and_deep_entities_end() -> None:
    assert len(normal("a b " * 25_000)) == 99_999
    assert normal("&" + "amp;" * 20_000 + "lt;").endswith("lt")
    assert normal("&#" + "9" * 5_000 + ";") != ""


def test_letters_are_read_by_their_own_text_whatever_was_read_before() -> None:
    texts = ["ро", "ро ya", "ро", "[nomor identitas] ya", "[nomor identitas]", "ya [nomor identitas]"]
    seen = [" ро ", " po ya ", " ро ", " ya ", " ", " ya "]
    assert normalise(pl.Series(texts)).to_list() == seen
    assert normalise(pl.Series(texts[::-1])).to_list() == seen[::-1]


def test_more_words_than_are_kept_are_read_alike() -> None:
    syllables = [first + second for first in "bdgklmnprst" for second in "aeiou"]
    words = ["".join(each) for each in islice(product(syllables, repeat=4), 0, 9_000_000, 60)]  # 150,000
    texts = [" ".join(words[start : start + 10]) for start in range(0, len(words), 10)]
    assert normalise(pl.Series(texts)).to_list() == [f" {text} " for text in texts]


def test_what_can_be_labelled() -> None:
    texts = ["halo", "12", "😂", "...", "", "https://contoh.example", "@akun !", "#"]
    assert read(buffers(pl.Series(texts))).has_content.tolist() == [True, True, True, False, False, False, False, False]


@settings(max_examples=150, deadline=None)
@given(st.lists(TYPED, min_size=10, max_size=10))
def test_the_kernel_spells_like_the_oracle(texts: list[str]) -> None:
    tokens = [spell(text, read_letters()) for text in texts]
    expected = [" ".join(["", *some, ""]) if some else " " for some in tokens]
    assert normalise(pl.Series(texts)).to_list() == expected


WORDS = (
    "pilih no nomor . # 2 02 10 rt prabowo ganjar subianto anies pak dan , amin paslon partai bulan bintang buruh "
    "dukung 07 : 30 2024 satu dua jari kosong ☝ @x keren ! gak jelek ppp p"
)
PHRASES = st.lists(st.sampled_from(WORDS.split(" ")), max_size=12)


@settings(max_examples=100, deadline=None)
@given(st.lists(PHRASES, min_size=10, max_size=10))
def test_the_kernel_masks_like_the_oracle(phrases: list[list[str]]) -> None:
    texts = [" ".join(words) for words in phrases]
    expected = [mask(spell(text, read_letters()), read_vocabulary()) for text in texts]
    assert [text.split() for text in mask_contestants(pl.Series(texts)).to_list()] == expected
