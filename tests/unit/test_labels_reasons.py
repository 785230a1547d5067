"""Why a post is on the review list: who spoke for each code, and the words of the post that told the model most."""

from datetime import UTC, datetime

import polars as pl

import reports
from flows import labels

TEXTS = [
    "Sing gelem duit 200rb nyoblos paslon 01, inbox aku yo",
    "Selamat pagi, pasar buka jam tujuh",
    None,
    "Coblos paslon 03, ajak keluarga dan tetangga, menangkan satu putaran",
]
TIMES = [datetime(2024, 2, 12, 3, tzinfo=UTC)] * len(TEXTS)


def found() -> list[list[tuple[str, str, tuple[str, ...]]]]:
    texts = pl.Series(TEXTS, dtype=pl.String)
    times = pl.Series(TIMES, dtype=pl.Datetime("us", "UTC"))
    labelled = labels.label(texts, times)
    return [[tuple(each) for each in some] for some in labels.reasons(texts, labelled["indications"])]


def test_every_indication_has_who_spoke_for_it_and_words_that_stand_in_the_text() -> None:
    bought, plain, gone, called = found()
    assert (plain, gone) == ([], [])
    assert {code for code, _, _ in bought} >= {"money_politics"}
    assert [code for code, _, _ in called] == ["quiet_period"]
    for text, some in ((TEXTS[0], bought), (TEXTS[3], called)):
        for _, spoke, words in some:
            assert spoke in {"rule", "model", "both"}
            assert words
            assert all(word in str(text).lower() for word in words)


def test_a_name_is_not_given_as_a_word_that_told() -> None:
    texts = pl.Series(["Siapa mau duit 100rb, coblos Pak Joko Bambang Sri Siti Lastri, inbox ya"])
    ((reason,),) = labels.reasons(texts, pl.Series([["money_politics"]]))
    assert not {"pak", "joko", "bambang", "sri", "siti"} & set(reason.words)


def test_no_posts_have_no_reasons() -> None:
    assert labels.reasons(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.List(pl.String))) == []


def test_a_reason_is_said_in_the_reader_s_language() -> None:
    reasons = [("Politik uang", "both", ("gelem", "inbox")), ("Hoaks", "rule", ())]
    assert reports.why_flagged("id", reasons) == (
        "Politik uang (menurut aturan dan model; kata “gelem”, “inbox”); Hoaks (menurut aturan)"
    )
    assert reports.why_flagged("en", [("Hoax", "model", ("x",))]) == "Hoax (by the model; words “x”)"
