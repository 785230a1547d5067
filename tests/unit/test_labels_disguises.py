"""Words in disguise are read as they would be typed, and ordinary text stays as it is."""

import polars as pl
import pytest

from flows.labels.disguises import undisguise
from flows.labels.labelling import judge
from flows.labels.text import normalise

LEET = {
    "g0bl0k": "goblok",
    "b4ngs4t": "bangsat",
    "t0l0l": "tolol",
    "b3g0k": "begok",
    "ampl0p": "amplop",
    "b4j1ngan": "bajingan",
}
SPACED = {
    "g o b l o k": "goblok",
    "b.a.n.g.s.a.t": "bangsat",
    "t-o-l-o-l": "tolol",
    "D u n g u": "dungu",
    "a m p l o p": "amplop",
    "b a j i n g a n": "bajingan",
}
MASKED = {
    "g*blok": "goblok",
    "g*bl*k": "goblok",
    "baj*ngan": "bajingan",
    "b*ngsat": "bangsat",
    "t*lol": "tolol",
    "d*ngu": "dungu",
    "anj*ng": "anjing",
    "mun*fik": "munafik",
    "k*drun": "kadrun",
}
ORDINARY = [
    "rp50000 atau 50rb per orang",
    "anak2nya dan orang2nya rame2",
    "p3k dan g30s, umur 5th, jam 7pagi",
    "*penting* sekali, 2*3 dan kata*kata",
    "PPP P A N dan a.n. Bapak",
    "https://contoh.example/a1b2c3",
]


@pytest.mark.parametrize(("typed", "word"), [*LEET.items(), *SPACED.items(), *MASKED.items()])
def test_a_word_in_disguise_is_read(typed: str, word: str) -> None:
    assert normalise(pl.Series([f"dasar {typed} semua"]))[0] == f" dasar {word} semua "


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays(text: str) -> None:
    assert undisguise(text) == text


@pytest.mark.parametrize("filler", ["\u3164", "\u1160", "\u115f", "\uffa0"])
def test_fillers_that_show_nothing_part_no_word(filler: str) -> None:
    assert normalise(pl.Series([f"go{filler}blok"]))[0] == " goblok "


def test_an_insult_in_disguise_is_flagged() -> None:
    texts = ["dasar g0bl0k kamu", "dasar g o b l o k kamu", "dasar g*bl*k kamu"]
    (batch,) = judge(pl.Series(texts))
    assert batch.codes["insult"].flag.tolist() == [True] * len(texts)
