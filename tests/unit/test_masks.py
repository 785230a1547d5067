"""Addresses, mentions and numbers of people are masked whatever they were typed with; ordinary numbers are not."""

import time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.loading import privacy
from flows.loading.shadow import cast

MENTIONS = {
    "makasih @warga.batang infonya": "makasih @akun infonya",
    "@a1": "@akun",
    "cc:@satu,@dua": "cc:@akun,@akun",
    "lihat https://www.tiktok.com/@nama/video/1": "lihat https://www.tiktok.com/@akun/video/1",
    "terima kasih ❤️@rekaan_satu": "terima kasih ❤️@akun",
    "salam ✌️@rekaan_satu dan ✨@rekaan_dua": "salam ✌️@akun dan ✨@akun",
    "@@rekaan_satu betul sekali": "@akun betul sekali",
    "@rekaan_satu@rekaan_dua": "@akun@akun",
    "wa@rekaan_satu": "wa@akun",
    "＠rekaan_satu": "@akun",
    "\u200b@\u200brekaan\u00ad_satu\u3164.x ya": "\u200b@akun ya",
    "\u3164@rekaan_satu": "\u3164@akun",
    "@𝓻𝓮𝓴𝓪𝓪𝓷 @ⓡⓔⓚⓐⓐⓝ @🆁🅴🅺🅰🅰🅽": "@akun @akun @akun",
    "@re\u0301kaan_satu ya": "@akun ya",
    "@☆rekaan_satu☆": "@akun☆",
    "#@rekaan_satu": "#@akun",
    "@5000": "@akun",
    "@2024_rekaan": "@akun",
}
ADDRESSES = {
    "tulis ke panitia.tps@contoh.co.id ya": "tulis ke [surel] ya",
    "☎️nama＠contoh．co．id": "☎️[surel]",
    "na\u200bma@con\u00adtoh.id": "[surel]",
    "nama(at)contoh.id, nama [at] contoh [dot] co [dot] id": "[surel], [surel]",
    "nama (AT) contoh (titik) id": "[surel]",
    "@satu@contoh.id": "@akun[surel]",
    "nama@@contoh.id": "[surel]",
}
TELEPHONES = (
    *("081234567890", "0812-3456-7890", "0812 3456 7890", "0812.3456.7890", "0812_3456_7890", "0812•3456•7890"),
    *("0812–3456–7890", "0812‑3456‑7890", "0812\u20123456\u20127890", "0812−3456−7890", "0812 - 3456 - 7890"),
    *("0812\u20093456\u20097890", "0812\u00a03456\u00a07890", "0812\u30003456\u30007890", "0812\t3456\t7890"),
    *("０８１２３４５６７８９０", "٠٨١٢٣٤٥٦٧٨٩٠", "०८१२३४५६७८९०", "𝟎𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟎", "⓪⑧①②③④⑤⑥⑦⑧⑨⓪"),
    *("0️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣0️⃣", "0 8 1 2 3 4 5 6 7 8 9 0", "0-8-1-2-3-4-5-6-7-8-9-0"),
    *("0812\u200d3456\u20607890", "0812 \u3164 3456\u180e7890", "08\u00ad12345\u034f67890", "0\ufe0f81234567890"),
    *("+62 812-3456-7890", "+62812 3456 7890", "62 812 3456 7890", "(+62) 812 3456 7890", "+(62)812-3456-7890"),
    *("628123456789", "62.812.345.678", "62.812.3456.7890", "0062 812 3456 7890", "(0812) 3456-7890"),
    *("0812 34 56 78 90", "08 12 34 56 78 90", "081 234 567 890", "08123 456 789", "0812345678 90"),
    *("(021) 5551234", "(021) 555-1234", "(0285)391234", "0285-391234", "0285 391234", "021 555 1234"),
    *("+62 21 555 1234", "+60 12-345 6789", "812-3456-7890"),
)
IDENTITIES = (
    *("3325011708900001", "3325 0117 0890 0001", "332501-170890-0001", "33 25 01 17 08 90 00 01"),
    *(
        "33.25.01.570890.0001",
        "3 3 2 5 0 1 1 7 0 8 9 0 0 0 0 1",
        "３３２５０１１７０８９００００１",
        "3325011708\u200b900001",
    ),
    *("4111 1111 1111 1112", "12.345.678.9-012.345"),
)
ACCOUNTS = ("1234567890", "1234567890123", "102884028592")
NAMED_ACCOUNTS = (
    *("rek BCA 123-456-7890", "no.rek: 1234 5678 90", "BRI 0123-01-012345-50-1", "Mandiri 123 000 4838 951"),
    *("BSI: 712 9559 475", "norek\u200b 12345678", "rekening bank BRI no. 1234-5678", "rekening ١٢٣ ٤٥٦٧ ٨٩٠"),
)
SURROUNDINGS = (
    *(("", ""), ("☎️", ""), ("wa", ""), ("hub.", ""), ("WA: ", " ya"), ("(", ")"), ("#", ""), ("❤️\u200d", "")),
    *(("nomor\u3164", "!"), ("", "wa"), ("Rp 5.000, ", "\n"), ("2024 ", "")),
)
ORDINARY = (
    *("TPS 004, 14 Februari 2024, pukul 07.00", "harga 1.250.000 rupiah, 40000 penonton", "Rp 1.000.000"),
    *(
        "Rp1.500.000.000",
        "Rp 1500000000",
        "Rp.10.000,-",
        "Rp 62.812.345.678",
        "1.000.000.000.000 rupiah",
        "812.345.678",
    ),
    *("14-02-2024 07.00", "14/02/2024 07:00", "08.12.2023 10.00", "08-12-2023", "28-11-2023 - 10-02-2024"),
    *("2024-01-29..2024-02-04", "20240214 20240215", "1945-2024", "2019 2020 2021 2022", "2024 2019 2014 2009 2004"),
    *("08.00-12.00", "08.10-12.30 13.00-15.45", "08.15 10.30 13.00 15.00", "pukul 08.00 s/d 12.00 WIB"),
    *("TPS 001 002 003 004", "TPS 081 082 083 084", "TPS 08 12", "TPS 08 120 85 60 12", "TPS 12 250 123 110 7 2024"),
    *("40.971.906 suara", "01 40.971.906 02 96.214.691 03 27.040.878", "850 1200 1300 1450", "1234567890 suara"),
    *(
        "58,58% 24,95% 16,47%",
        "58.58% 24.95% 16.47%",
        "24.95-25.07-40.95",
        "812.345.678",
        "skor 3-1 2-0 1-1",
        "no urut 1 2 3",
    ),
    *("kode desa 33.25.01.2001", "PKPU 15/2023, UU 7/2017", "1 2 3 4 5 6 7 8 9 10", "harga 25.000-30.000"),
    *("1.081.234.567.890", "10.000.000 - 20.000.000 suara", "0800-1-234567", "11111111111", "3️⃣" * 12, "m² ½ ①②③"),
    *(
        "dana desa 2019 2020 2021",
        "4D 9826 – 1698 – 6192 – 2697",
        "rek 1 000 000 000",
        "piye rek, TPS 12 250 123 110",
        "jalan 123 rt 01 rw 02 no 45",
    ),
    *(
        "harga @5.000",
        "@Rp 5.000",
        "@25rb/kg",
        "@25 ribu",
        "jam 7 @ alun-alun",
        "makan (at) masjid. Besok",
        "@",
        "a @ b.c",
    ),
)


def masked(text: str) -> str:
    return str(privacy.masked(pl.Series([text]))[0])


@pytest.mark.parametrize(("text", "expected"), (MENTIONS | ADDRESSES).items())
def test_mentions_and_addresses(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    ("number", "word"),
    [
        *((number, "[telepon]") for number in TELEPHONES),
        *((number, "[nomor identitas]") for number in IDENTITIES),
        *((number, "[nomor]") for number in ACCOUNTS),
    ],
)
def test_numbers_of_people_in_any_surroundings(number: str, word: str) -> None:
    hidden = privacy.masked(pl.Series([f"{before}{number}{after}" for before, after in SURROUNDINGS]))
    for (before, after), text in zip(SURROUNDINGS, hidden, strict=True):
        assert text in (f"{before}{each}{after}" for each in (word, "[telepon]", "[nomor]"))


@pytest.mark.parametrize("text", NAMED_ACCOUNTS)
def test_shorter_and_grouped_numbers_after_the_word_for_an_account(text: str) -> None:
    assert masked(text).endswith("[nomor]")
    assert not any(character.isdigit() for character in masked(text))


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_numbers_stay(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rp 10.000 081234567890", "Rp 10.000 [telepon]"),
        ("14-02-2024 0812-3456-7890", "14-02-2024 [telepon]"),
        ("07.00 0812 3456 7890", "07.00 [telepon]"),
        ("0812 3456 7890 15 orang", "[telepon] 15 orang"),
        ("081234567890/0813-1111-2222", "[telepon]/[telepon]"),
        ("0812-3456-7890\n0813-1111-2222", "[telepon]\n[telepon]"),
        ("pemilu2024 081234567890", "pemilu2024 [telepon]"),
        ("wa.me/6281234567890", "wa.me/[telepon]"),
        ("@rekaan_08123456789", "@akun"),
        ("❤️081234567890@contoh.id", "❤️[surel]"),
    ],
)
def test_what_stands_beside_a_number_stays(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_texts_that_carried_personal_data_past_the_masks() -> None:
    """Variation selectors, keycaps and a doubled sign once hid a handle and a number from the masks."""
    texts = ["terima kasih ❤️@rekaan_satu", "pesan kaos ☎️081234567890", "@@rekaan_satu betul", "wa 0️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣"]
    assert privacy.masked(pl.Series(texts)).to_list() == [
        "terima kasih ❤️@akun",
        "pesan kaos ☎️[telepon]",
        "@akun betul",
        "wa [telepon]",
    ]


def test_the_handles_of_a_text_are_told_in_lower_case_and_plain_letters() -> None:
    texts = pl.Series(["@Rekaan_Satu. dan ＠𝓻𝓮𝓴𝓪𝓪𝓷", "harga @5.000", None, "nama@contoh.id"])
    assert privacy.masked_with_handles(texts)[1] == {0: ["rekaan_satu", "rekaan"]}


def test_hashtags_are_masked_one_by_one() -> None:
    tags = pl.Series("hashtags", [["batang", "wa081234567890"], [], None, ["batang"]], dtype=pl.List(pl.String))
    assert privacy.masked_tags(tags).to_list() == [["batang", "wa[telepon]"], [], None, ["batang"]]
    assert privacy.masked_tags(tags.head(0)).to_list() == []


def test_the_shadow_knows_where_each_character_came_from() -> None:
    text = "⑩\u200b８ ﹫é"
    shadow = cast(text)
    assert shadow.text == "108 @é"
    assert shadow.places == [0, 0, 2, 3, 4, 5]
    assert cast("plain, 08-12").places is None


@given(st.lists(st.one_of(st.none(), st.text()), max_size=20))
def test_masking_keeps_order_and_length_and_is_done_once(texts: list[str | None]) -> None:
    once = privacy.masked(pl.Series("text", texts, dtype=pl.String))
    assert [text is None for text in once] == [text is None for text in texts]
    assert privacy.masked(once).to_list() == once.to_list()


@pytest.mark.parametrize(
    "piece", ["@", "a", "a@", "@a", "1 ", "1.", "0812-", "(at)", "a.", "-", "@a.b", "\u200b1", "rek "]
)
def test_no_text_takes_long(piece: str) -> None:
    started = time.process_time()
    privacy.masked(pl.Series([piece * (20_000 // len(piece))]))
    assert time.process_time() - started < 3
