"""What the masks leave, the gate does not find; what was never masked, it does: two rules that share no code."""

import random
from collections.abc import Iterator

import pandas as pd
import polars as pl
import pytest

from expectations.personal import ACCOUNT, EMAIL, HANDLE, IDENTITY, KINDS, TELEPHONE, columns_of, kinds_in
from flows.loading.privacy import find_personal, masked
from tests.unit.test_masks import ORDINARY

STRINGS, SOME, PLANTED = 100_000, 20_000, 20_000
UNSEEN = ("\u200b", "\u200d", "\ufe0f", "\u00ad", "\u034f", "\u180e", "\u2060", "\u3164", "\u115f", "\U000e0041")
ZEROS = "0０٠०๐𝟎𝟘𝟢𝟬𝟶"
CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
SPACES = (" ", "\u00a0", "\u2007", "\u2009", "\u202f", "\u3000", "\t")
DASHES = ("-", "–", "—", "‑", "\u2012", "−", "﹣", "－", "•")
PIECES = (
    *("@", "＠", "﹫", "@@", "(at)", "[at]", "(dot)", "akun", "aku", "budi.s", "budi_s", "_a", "x", "é", "ж", "名"),
    *(".", "-", "+", "/", "\n", "(", ")", "#", ":", ",", "*", "[", "]", "%", "“", "…", "😀", "❤️", "☎️", "✌️", "🇮🇩"),
    *("0", "1", "3", "8", "00", "08", "62", "+62", "81", "0812", "3456", "7890", "345 678", "2024", "1234567890"),
    *("07.30", "14-02-2024", "1.000.000", "5rb", "@5.000", "@Rp 5000", "Rp", "Rp ", "rupiah", " suara", "TPS "),
    *("3325010101900001", "3325 0101 0190 0001", "332501-010190-0001", "12.345.678.9-012.345", "(021) 5551234"),
    *("0285-391234", "021 555 1234", "081234567890", "0812-3456-7890", "+62 812 3456 7890", "812-3456-7890"),
    *("0 8 1 2 3 4 5 6 7 8 9 0", "nama@surat.example", "rek ", "BCA ", "wa", "hub.", "[telepon]", "@akun", "[surel]"),
    *(
        "８",
        "１２",
        "٠",
        "८",
        "⓪",
        "⑧",
        "⑩",
        "𝟎",
        "²",
        "½",
        "Ⓐ",
        "🅱",
        "𝓫",
        "\u20e3",
        "\u2028",
        *UNSEEN,
        *SPACES,
        *DASHES,
    ),
)
PLAIN = {  # written with "-" and " " where any dash and space may stand
    "081234567890": {TELEPHONE, ACCOUNT},
    "0812-3456-7890": {TELEPHONE},
    "0812 3456 7890": {TELEPHONE},
    "+62 812-3456-7890": {TELEPHONE},
    "6281234567890": {TELEPHONE, ACCOUNT},
    "62 812 3456 7890": {TELEPHONE},
    "0 8 1 2 3 4 5 6 7 8 9": {TELEPHONE},
    "(021) 5551234": {TELEPHONE},
    "0285-391234": {TELEPHONE},
    "+60 123 456 789": {TELEPHONE},
    "812-3456-7890": {TELEPHONE},
    "3325011708900001": {IDENTITY},
    "3325 0117 0890 0001": {IDENTITY},
    "332501-170890-0001": {IDENTITY},
    "1234567890": {ACCOUNT},
    "rek BCA 123-456-7890": {ACCOUNT},
    "@rekaan_satu": {HANDLE},
    "nama.contoh@surat.example": {EMAIL},
}
BEFORE = ("", "☎️", "❤️", "wa:", "\n", "“", "(", "nomor \u3164", "😀", "ж", "hub. ", "ini ")
AFTER = ("", "!", "\n", " ya", "”", ")", "😀", ", segera", "\u200d", " 名")


def strings(count: int) -> Iterator[str]:
    """So many texts of up to nine pieces, always the same ones."""
    chance = random.Random(count)  # noqa: S311 - no secret
    for _ in range(count):
        yield "".join(chance.choices(PIECES, k=chance.randint(1, 9)))


def disguised(plain: str, chance: random.Random) -> str:
    """The same for a reader: other digits, dashes and spaces, and unseen characters within."""
    zero = chance.choice(ZEROS)
    digits = chance.choice(("0123456789", "".join(chr(ord(zero) + n) for n in range(10)), CIRCLED))
    shown = plain.translate(str.maketrans("0123456789", digits) if "@" not in plain else {})
    shown = (
        shown.replace(" ", chance.choice(SPACES))
        .replace("-", chance.choice(DASHES))
        .replace("@", chance.choice("@＠﹫"))
    )
    for _ in range(chance.randint(0, 3)):
        place = chance.randint(0, len(shown))
        shown = shown[:place] + chance.choice(UNSEEN) + shown[place:]
    return shown


def planted() -> Iterator[tuple[str, str]]:
    """Texts with something of a person in them, and what it is."""
    chance = random.Random(14_02_2024)  # noqa: S311 - no secret
    for _ in range(PLANTED):
        plain = chance.choice(list(PLAIN))
        yield chance.choice(BEFORE) + disguised(plain, chance) + chance.choice(AFTER), plain


def test_the_gate_finds_nothing_that_the_masks_left() -> None:
    left = [text for text in masked(pl.Series(list(strings(STRINGS)))) if kinds_in(text)]
    assert left == []


def test_masking_is_done_once_and_passes_over_no_text_that_it_would_change() -> None:
    texts = list(strings(SOME))
    once = masked(pl.Series(texts))
    assert masked(once).to_list() == once.to_list()
    unchanged = [text for text, hidden in zip(texts, once, strict=True) if text == hidden]
    assert len(unchanged) > SOME / 20
    assert [text for text in unchanged for it in find_personal(text) if text[it.start : it.end] != it.word] == []


def test_the_gate_finds_what_was_not_masked_and_the_masks_hide_it() -> None:
    texts, plain = zip(*planted(), strict=True)
    missed = [text for text, value in zip(texts, plain, strict=True) if not kinds_in(text) & PLAIN[value]]
    assert missed == []
    hidden = masked(pl.Series(texts))
    assert [text for text in hidden if kinds_in(text)] == []
    digits = [text for text in hidden if sum(character.isdigit() for character in text) > 0]
    assert digits == []


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_numbers_raise_no_alarm(text: str) -> None:
    assert kinds_in(text) == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kirim ke nama.contoh@surat.example ya", EMAIL),
        ("nama(at)surat.example", EMAIL),
        ("❤️@rekaan_satu", HANDLE),
        ("@@rekaan_satu", HANDLE),
        ("satu@rekaan", HANDLE),
        ("@akunku", HANDLE),
        ("☎️081234567890", ACCOUNT),
        ("wa0812-3456-7890.", TELEPHONE),
        ("(+62) 812 3456 7890", TELEPHONE),
        ("NIK 3325010101900001", IDENTITY),
        ("NPWP 12.345.678.9-012.345", IDENTITY),
        ("rekening 123-456-7890", ACCOUNT),
    ],
)
def test_what_is_surely_personal_is_found(text: str, kind: str) -> None:
    assert kinds_in(text) == {kind}


def test_the_words_of_the_masks_are_not_found() -> None:
    words = "@akun @akun, [surel] [telepon] [nomor] [nomor identitas] wa@akun @akun-nya"
    assert kinds_in(words) == set()


def test_columns_tell_of_each_text_and_nothing_of_none() -> None:
    columns = columns_of(pd.Series(["halo", None, "@rekaan"], dtype="str"))
    assert len(columns) == len(KINDS)
    assert columns["holds_handle"] == [False, None, True]
    assert columns["holds_email"] == [False, None, False]
