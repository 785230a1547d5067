"""The cue rules of indications, as a table of invented sentences: what is flagged, and what only looks like it."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import sql
from flows.exits import UsageError
from flows.labels import label, label_version
from flows.labels.cues import read_cues, translate
from flows.labels.indications import CALL_TO_VOTE, candidates, read_votes, top_probabilities, vote
from flows.labels.labelling import judge
from flows.labels.reading import mask_contestants

WIB = timezone(timedelta(hours=7))
IN_CAMPAIGN = datetime(2023, 12, 20, 12, tzinfo=WIB)

ACTS = {
    "money_politics": [
        "Pilih nomor 2 nanti dapat uang 100 ribu per kepala",
        "Sing nyoblos 03 entuk amplop 50rb, monggo merapat",
        "Kalau kalian coblos Anies, saya kasih sembako sama duit",
        "Ambil uangnya lalu coblos orangnya ya bestie",
        "Jangan lupa coblos Ganjar, tiap orang diberi beras lima kilo",
        "Mana amplopnya min, nanti tak coblos",
        "Satu suara 150 ribu, cair langsung di rumah pak RT",
        "Kumpulkan KTP ke rumahku, masing-masing dikasih uang",
    ],
    "neutrality": [
        "Kami perangkat desa siap memenangkan Prabowo",
        "ASN wajib dukung nomor urut 1, titik",
        "Seluruh kepala desa kompak menangkan Ganjar ya lur",
        "Sebagai lurah saya mendukung penuh paslon 03",
        "Perangkat deso kudu milih 02, ben dana desane lancar",
    ],
    "facility_misuse": [
        "Ayo hadiri kampanye akbar caleg kita di balai desa Kandeman",
        "Besok kampanye bareng Gibran di halaman sekolah, ramaikan",
        "Kami bagikan kaos Anies di depan masjid habis magrib",
        "Yuk merapat deklarasi pemenangan Ganjar bertempat di pendopo",
    ],
    "prop_damage": [
        "Ayo robek baliho nomor 1 di perempatan",
        "Spanduk Prabowo enaknya dibuang, tak sobek sekalian",
        "Gas copotin banner Ganjar sekampung",
        "Bakar aja posternya si Anies",
    ],
    "threat": [
        "Awas kalau lewat sini tak bacok kowe",
        "Prabowo pantas digantung",
        "Mati aja lu, semoga cepat modar",
        "Ayo bunuh mereka satu-satu",
    ],
    "incitement": [
        "Ayo kita serbu kantor KPU malam ini",
        "Saatnya rakyat bikin rusuh",
        "Tolak hasil pemilu, apapun caranya",
        "Usir pendukung Ganjar dari desa ini",
    ],
    "anti_state": [
        "Saatnya ganti Pancasila",
        "Bubarkan NKRI",
        "Ayo tegakkan khilafah di negeri ini",
    ],
    "hate_speech": [
        "Dasar kadrun semua",
        "Usir orang cina dari kampung kita",
        "Pemimpin kafir tidak usah dipatuhi",
        "Pulang sana ke yaman",
    ],
    "insult": [
        "Goblok kamu Prabowo",
        "Ganjar otak udang",
        "Dasar badut",
        "Capres kok planga plongo",
        "Anies tukang bohong",
    ],
}

HARMLESS = {
    "money_politics": [
        "Tolak politik uang, pilih nomor 2 tanpa amplop",
        "Jangan mau dikasih amplop lalu coblos Ganjar",
        "Bawaslu mengingatkan: beri sembako agar pilih caleg bisa dipidana",
        "Dugaan politik uang, warga diberi 50 ribu supaya pilih caleg",
        "Apakah benar kalau pilih 03 dapat uang 100 ribu?",
        "Hoaks: pilih nomor 2 dapat uang 100 ribu",
        "Laporkan kalau ada yang kasih uang supaya coblos Anies",
        "Min bagi saldo dong",
        "Harga beras naik 2000 rupiah per kilo",
        "Pilih Prabowo karena programnya bagus, dapat makan siang",
        "Ambil uangnya jangan coblos orangnya",
    ],
    "neutrality": [
        "ASN wajib netral, dilarang dukung nomor 2",
        "Perangkat desa tidak boleh mendukung Ganjar",
        "Bawaslu periksa kepala desa yang diduga siap menangkan Anies",
        "TNI dan Polri kawal pemilu damai",
        "Polisi amankan debat capres",
    ],
    "facility_misuse": [
        "Dilarang kampanye di masjid dan sekolah",
        "Jangan ajak kampanye Prabowo di balai desa",
        "Ayo hadiri pengajian di masjid agung",
        "Apakah boleh kami bagikan kaos Anies di depan sekolah?",
    ],
    "prop_damage": [
        "Jangan robek baliho nomor 1",
        "Satpol PP menertibkan, ayo copot baliho di masa tenang",
        "Dugaan perusakan: baliho Ganjar disobek orang",
        "Siapa yang robek spanduk di perempatan?",
    ],
    "threat": [
        "Jangan ada yang bilang mau bunuh mereka",
        "Dia ditangkap karena mengancam bunuh mereka",
        "Koruptor layak dihukum mati",
        "Ketawa sampai mau mati aja dia lucu banget, ngakak",
    ],
    "incitement": [
        "Jangan tolak hasil pemilu, terima dengan lapang dada",
        "Waspada ajakan rusuh, siapa mau serbu kantor KPU?",
        "Ayo datang ke kantor KPU ambil formulir pindah pilih",
        "Saatnya revolusi mental",
    ],
    "anti_state": [
        "Ada yang ingin ganti Pancasila, kita lawan",
        "Pancasila harga mati",
        "Tolak khilafah, NKRI harga mati",
    ],
    "hate_speech": [
        "Jangan sebut orang kadrun atau cebong",
        "Sudah tidak ada lagi kadrun di sini",
        "Masakan cina di pasar enak",
        "Rukun semua agama di Batang",
    ],
    "insult": [
        "Program makan siang itu tidak masuk akal dan boros",
        "Kebijakan bodoh ini harus dikritik",
        "Saya goblok soal teknologi",
        "Jangan bilang goblok ke orang lain",
        "Kinerja Ganjar mengecewakan, jalan masih rusak",
        "Visi misi Prabowo lemah, debatnya kurang data",
        "Anies gagal menjawab soal ekonomi",
    ],
}


def labels_of(texts: list[str], moment: datetime = IN_CAMPAIGN) -> list[list[str]]:
    times = pl.Series([moment.astimezone(UTC)] * len(texts), dtype=pl.Datetime("us", "UTC"))
    return label(pl.Series(texts, dtype=pl.String), times)["indications"].to_list()


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """The indications of every sentence of the two tables, labelled in one call."""
    texts = [text for table in (ACTS, HARMLESS) for texts in table.values() for text in texts]
    return dict(zip(texts, labels_of(texts), strict=True))


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in ACTS.items() for text in texts])
def test_a_text_that_performs_the_act_gets_its_code(found: dict[str, list[str]], code: str, text: str) -> None:
    assert code in found[text]


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in HARMLESS.items() for text in texts])
def test_a_text_that_reports_condemns_or_asks_does_not(found: dict[str, list[str]], code: str, text: str) -> None:
    assert code not in found[text]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("money_politics", "Serangan fajar sudah siap, tinggal ditunggu di gang sebelah"),
    ],
)
def test_an_act_that_the_rule_finds_and_the_model_does_not_confirm_is_uncertain(code: str, text: str) -> None:
    judged = next(iter(judge(pl.Series([text])))).codes[code]
    assert judged.vote.tolist() == [True]
    assert judged.flag.tolist() == [False]
    assert judged.is_uncertain.tolist() == [True]


def test_saying_whom_one_votes_for_is_mistaken_for_a_call_at_times() -> None:
    assert labels_of(["Saya tetap pilih Prabowo"], datetime(2023, 10, 1, 9, tzinfo=WIB)) == [["out_of_schedule"]]


def test_hard_negatives_stand_in_at_least_equal_number() -> None:
    assert sum(map(len, HARMLESS.values())) >= sum(map(len, ACTS.values()))


CALL = "Ayo coblos nomor 2, menang sekali putaran"


@pytest.mark.parametrize(
    ("local_time", "expected"),
    [
        (datetime(2023, 11, 27, 23, 59, 59, tzinfo=WIB), ["out_of_schedule"]),
        (datetime(2023, 11, 28, 0, 0, 0, tzinfo=WIB), []),
        (datetime(2024, 2, 10, 23, 59, 59, tzinfo=WIB), []),
        (datetime(2024, 2, 11, 0, 0, 0, tzinfo=WIB), ["quiet_period"]),
        (datetime(2024, 2, 13, 23, 59, 59, tzinfo=WIB), ["quiet_period"]),
        (datetime(2024, 2, 14, 0, 0, 0, tzinfo=WIB), []),
        (datetime(2024, 2, 15, 9, 0, 0, tzinfo=WIB), []),
    ],
)
def test_a_call_to_vote_becomes_an_indication_only_by_the_local_time(local_time: datetime, expected: list[str]) -> None:
    assert labels_of([CALL], local_time) == [expected]


def test_a_call_to_vote_without_a_time_is_no_indication() -> None:
    frame = label(pl.Series([CALL]), pl.Series([None], dtype=pl.Datetime("us", "UTC")))
    assert frame["indications"].to_list() == [[]]


@pytest.mark.parametrize(
    "text",
    [
        "Ayo coblos 03",
        "Coblos nomor urut 1 ya sedulur",
        "Jangan lupa pilih Ganjar tanggal 14",
        "Mohon doa restu dan dukungan, caleg dapil 3",
        "Monggo milih Prabowo",
        "Menangkan Anies satu putaran",
    ],
)
def test_calls_to_vote_before_the_campaign(text: str) -> None:
    assert labels_of([text], datetime(2023, 10, 1, 9, tzinfo=WIB)) == [["out_of_schedule"]]


@pytest.mark.parametrize(
    "text",
    [
        "Jangan pilih Ganjar",
        "Kenapa harus pilih Anies?",
        "Ayo gunakan hak pilih, datang ke TPS",
        "Ayo pilih ketua RT yang baru",
        "Bawaslu melarang ajakan ayo coblos 02 sebelum kampanye",
    ],
)
def test_no_calls_to_vote(text: str) -> None:
    assert labels_of([text], datetime(2023, 10, 1, 9, tzinfo=WIB)) == [[]]


def test_call_to_vote_is_never_listed_and_hoax_needs_a_table(found: dict[str, list[str]]) -> None:
    codes = {code for listed in found.values() for code in listed}
    assert not codes & {"call_to_vote", "hoax"}


CONTESTANTS = ["Anies", "Prabowo", "Ganjar", "nomor 1", "nomor urut 2", "03", "PDIP", "Gerindra", "Pak Mahfud"]
TEMPLATES = [
    "Goblok kamu {}",
    "Ayo coblos {} sedulur",
    "{} gagal menjawab soal ekonomi, payah",
    "Bagus sekali {} mantap",
    "Perangkat desa wajib dukung {}",
    "Pilih {} nanti dapat uang 100 ribu",
    "Robek baliho {}",
    "{} pembohong",
    "Jalan di Kec. Bandar rusak, {} janji doang",
    "Saya tidak suka {}",
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_swapping_contestants_changes_nothing(template: str) -> None:
    texts = pl.Series([template.format(name) for name in CONTESTANTS])
    times = pl.Series([datetime(2023, 10, 1, tzinfo=UTC)] * len(texts), dtype=pl.Datetime("us", "UTC"))
    frame = label(texts, times)
    assert frame.unique(["sentiment", "sentiment_score", "topics", "indications", "districts", "language"]).height == 1


def test_no_text_with_an_act_is_left_out_of_the_candidates() -> None:
    texts = pl.Series([text for texts in (*ACTS.values(), *HARMLESS.values()) for text in texts] + [CALL])
    assert {code for code, votes in vote(texts).items() if votes.any()} == set(read_cues())
    batch = next(judge(texts))
    assert {code: votes.tolist() for code, votes in vote(texts).items()} == {
        code: batch.codes[code].vote.tolist() for code in read_cues()
    }


def test_without_candidates_no_rule_speaks() -> None:
    nowhere = candidates(np.zeros((2, 4), np.uint64))
    votes = read_votes(mask_contestants(pl.Series(["goblok kamu", "halo"])), nowhere)
    assert not any(flags.any() for flags in votes.values())


def test_cue_patterns_are_refused_with_a_sentence() -> None:
    with pytest.raises(UsageError, match="not defined"):
        translate("ayo <nothing>", {})
    with pytest.raises(UsageError, match="empty slot"):
        translate("ayo  coblos", {})


def test_a_null_text_has_no_cue() -> None:
    assert not any(flags.any() for flags in vote(pl.Series([None, "tidak ada apa apa"], dtype=pl.String)).values())


def test_another_seed_is_another_version_and_a_missing_one_is_that_of_ronda(tmp_path: Path) -> None:
    assert label_version(tmp_path) == label_version()
    other = tmp_path / "other"
    other.mkdir()
    (other / "topics.csv").write_text((sql.SEEDS / "topics.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert label_version(other) != label_version()


def test_the_largest_probability_is_of_a_class_that_the_text_can_have_then() -> None:
    shares = {
        "threat": np.array([0.2999, 0.01, np.nan, 0.1]),
        CALL_TO_VOTE: np.array([0.9, 0.9, np.nan, 0.05]),  # a class only before the campaign and in the quiet period
        "hoax": np.full(4, np.nan),
    }
    phases = pl.Series(["campaign", "quiet", None, "pre_campaign"])
    assert top_probabilities(shares, phases).to_list() == [299, 900, 0, 100]
