"""Text that outputs can carry: control characters become visible, glyphs that no shipped font has are replaced."""

from hypothesis import given
from hypothesis import strategies as st

from reports.wording.glyphs import font_characters, legible, printable
from reports.wording.words import Words

WORDS = Words("id")


def test_plain_indonesian_text_is_left_alone() -> None:
    text = "Jalan rusak di Kec. Bandar – “kapan diperbaiki?” 3,7 % × 1.000"
    assert printable(text, WORDS) == text


def test_emoji_the_font_lacks_become_one_mark_a_run() -> None:
    assert printable("semangat \U0001f973\U0001f44d\U0001f3fd!", WORDS) == "semangat [emoji]!"
    assert printable("bendera \U0001f1ee\U0001f1e9", WORDS) == "bendera [emoji]"
    assert printable("keluarga \U0001f468\u200d\U0001f469\u200d\U0001f467 kami", WORDS) == "keluarga [emoji] kami"


def test_scripts_the_font_lacks_are_named() -> None:
    assert printable("aksara \ua9b2\ua9a4\ua995\ua9ab ini", WORDS) == "aksara [aksara Jawa] ini"
    assert printable("kata \u6c49\u5b57 itu", WORDS) == "kata [aksara Asia Timur] itu"
    assert printable("huruf \u1b05\u1b06", WORDS) == "huruf [aksara lain]"


def test_arabic_stays_where_the_font_has_it_and_is_named_where_not() -> None:
    word = "\u0627\u0644\u0633\u0644\u0627\u0645"
    assert all(ord(letter) in font_characters() for letter in word)
    assert printable(word, WORDS) == word
    assert printable("\ufdfd\U0001ee00", WORDS) == "[aksara Arab]"


def test_characters_that_reorder_or_break_text_become_visible_everywhere() -> None:
    assert legible("urutan \u202edibalik\u202c", WORDS) == "urutan [arah]dibalik[arah]"
    assert legible("nol\x00dan\ufdd0", WORDS) == "nol[kendali]dan[kendali]"
    assert legible("terang\u200b\ufeffbulan", WORDS) == "terangbulan"
    assert legible("baris\nbaru", WORDS) == "baris\nbaru"


@given(st.text())
def test_whatever_comes_in_only_glyphs_of_the_font_come_out(text: str) -> None:
    printed = printable(text, WORDS)
    assert {letter for letter in printed if letter not in "\n\t" and ord(letter) not in font_characters()} == set()
