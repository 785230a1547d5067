"""The label interface: sentiment, topics, language, and the frame they come in."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from flows.exits import UsageError
from flows.labels import label, label_version, labelling
from flows.labels.reading import read
from flows.labels.text import buffers
from flows.labels.topics import read_patterns
from flows.labels.version import RULES
from flows.seeds import read_seed

COLUMNS = {
    "sentiment": pl.String,
    "sentiment_score": pl.Float64,
    "topics": pl.List(pl.String),
    "indications": pl.List(pl.String),
    "districts": pl.List(pl.String),
    "language": pl.String,
    "label_version": pl.String,
    "class_probability": pl.UInt16,
}


def labelled(*texts: str | None) -> pl.DataFrame:
    times = pl.Series([datetime(2023, 12, 20, tzinfo=UTC)] * len(texts), dtype=pl.Datetime("us", "UTC"))
    return label(pl.Series(texts, dtype=pl.String), times)


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("Jalannya bagus, terima kasih", "positive"),
        ("Jalane apik tenan", "positive"),
        ("Tidak bagus", "negative"),
        ("gak pernah puas", "negative"),
        ("ora apik", "negative"),
        ("bukan pemimpin yang jujur", "negative"),
        ("belum memuaskan", "negative"),
        ("tidak ada yang buruk", "positive"),
        ("Pelayanan buruk, kecewa", "negative"),
        ("dalane bosok kabeh", "negative"),
        ("tidak hujan, bagus", "positive"),
        ("tolak kecurangan", "neutral"),
        ("bagus tapi mengecewakan sekali", "negative"),
        ("Rapat dimulai pukul tujuh", "neutral"),
        ("❤", "positive"),
        ("😡", "negative"),
        ("semoga lancar", "positive"),
        ("mantaaaap", "positive"),
        ("gak jelas banget", "negative"),
    ],
)
def test_the_lexicon_reads_negation_degree_and_emoji(text: str, sentiment: str) -> None:
    score = lexicon_of(text)
    assert ("negative" if score <= -0.75 else "positive" if score >= 0.75 else "neutral") == sentiment


def lexicon_of(text: str) -> float:
    return float(read(buffers(pl.Series([text]))).lexicon[0])


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("mantap sekali, bangga punya pemimpin seperti ini", "positive"),
        ("semoga lancar dan berkah, aamiin", "positive"),
        ("Pelayanan buruk, kecewa berat", "negative"),
        ("janji doang, kerja nol, capek", "negative"),
        ("Rapat dimulai pukul tujuh di balai", "neutral"),
    ],
)
def test_plain_sentiment_is_read(text: str, sentiment: str) -> None:
    assert labelled(text)["sentiment"].to_list() == [sentiment]


@pytest.mark.parametrize(
    "text", [None, "", "   ", "...!?", "@akun", "https://contoh.example/x", "@akun https://a.example"]
)
def test_nothing_to_label_is_null_and_has_no_codes(text: str | None) -> None:
    row = labelled(text).row(0, named=True)
    assert (row["sentiment"], row["sentiment_score"], row["language"]) == (None, None, None)
    assert (row["topics"], row["indications"], row["districts"]) == ([], [], [])


def test_stronger_words_weigh_more_and_scores_are_bounded() -> None:
    assert lexicon_of("agak bagus") < lexicon_of("bagus") < lexicon_of("bagus banget")
    scores = labelled("bagus " * 200, "buruk " * 200)["sentiment_score"].to_list()
    assert 1 >= scores[0] > scores[1] >= -1


def test_ten_emoji_say_no_more_than_a_strong_one() -> None:
    assert lexicon_of("❤" * 10) == lexicon_of("❤")


TOPIC_EXAMPLES = {
    "infrastructure": ("Jalan rusak dan jembatan retak", "jalan jalan sore"),
    "prices": ("Harga beras naik terus", "harga diri itu penting"),
    "disaster": ("Banjir rob masuk rumah", "ya rob lindungi kami"),
    "agriculture_fishery": ("Petani sulit pupuk", "ikan hias lucu"),
    "health": ("Puskesmas tutup, obat habis", "sehat selalu ya"),
    "education": ("Guru honorer dan beasiswa siswa", "sudah smp mana"),
    "jobs_industry": ("Lowongan pabrik di KITB", "kerja sama tim"),
    "culture_tourism": ("Kirab dan wayangan semalam", "pan tai"),
    "religion": ("Pengajian di masjid", "amin"),
    "sports": ("Turnamen voli antar desa", "main mata"),
    "election_logistics": ("KPPS dilantik, surat suara tiba", "suara merdu"),
    "campaign": ("Baliho caleg di mana-mana", "pohon di mana-mana"),
    "debate": ("Debat cawapres seru", "ngobrol santai"),
    "social_aid": ("Bansos belum cair", "cairan"),
    "hoax_awareness": ("Saring sebelum sharing, itu hoaks", "berbagi itu indah"),
    "village_government": ("Kepala desa dan dana desa", "udara desa segar"),
    "security": ("Polres gelar patroli", "aman sentosa"),
    "environment": ("Sampah menumpuk di sungai", "bersih hatinya"),
}


@pytest.mark.parametrize(("code", "texts"), TOPIC_EXAMPLES.items())
def test_topics_by_their_words_and_not_by_look_alikes(code: str, texts: tuple[str, str]) -> None:
    inside, outside = labelled(*texts)["topics"].to_list()
    assert code in inside
    assert code not in outside


def test_every_topic_of_the_seed_has_an_example() -> None:
    assert [row["code"] for row in read_seed("topics")] == list(TOPIC_EXAMPLES)


def test_several_topics_come_once_each_in_seed_order() -> None:
    text = "Banjir, banjir lagi, jalan rusak, harga beras naik"
    assert labelled(text)["topics"].to_list() == [["infrastructure", "prices", "disaster"]]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Kami tidak tahu kapan jalan itu akan diperbaiki", "id"),
        ("Aku ora ngerti kapan dalane didandani", "jv"),
        ("Kami tidak tahu dalane arep didandani kapan, wis suwe", "mixed"),
        ("What is the plan for this town and why", "other"),
        ("Привет как дела", "other"),
        ("Batang", None),
    ],
)
def test_language_by_function_words(text: str, language: str | None) -> None:
    assert labelled(text)["language"].to_list() == [language]


def test_the_frame_has_the_agreed_columns_even_when_empty() -> None:
    assert dict(labelled().schema) == COLUMNS
    assert dict(labelled("satu", None).schema) == COLUMNS


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=60)), max_size=6))
def test_order_and_length_are_kept_and_rows_do_not_touch(texts: list[str | None]) -> None:
    together = labelled(*texts, *texts)
    assert together.height == 2 * len(texts)
    assert together.head(len(texts)).equals(together.tail(len(texts)))


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Bagus", "Kec. Bandar banjir", None, "goblok kamu", "", "harga beras naik"]
    whole = labelled(*texts)
    monkeypatch.setattr(labelling, "BATCH", 2)
    assert labelled(*texts).equals(whole)


def test_a_very_long_text_is_labelled() -> None:
    text = "terima kasih pak lurah, jalan desa sudah halus dan lampunya terang. " * 1_600
    assert len(text) > 100_000
    assert labelled(text)["sentiment"].to_list() == ["positive"]


def test_different_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 texts but 1 times"):
        label(pl.Series(["a", "b"]), pl.Series([datetime(2024, 1, 1, tzinfo=UTC)]))


def copied_seeds(folder: Path) -> Path:
    seeds = folder / "seeds"
    shutil.copytree(sql.SEEDS, seeds)
    return seeds


@pytest.mark.parametrize("name", ["lexicon", "topics", "cues", "place_names", "contestants"])
def test_the_version_changes_with_every_seed(tmp_path: Path, name: str) -> None:
    seeds = copied_seeds(tmp_path)
    assert label_version(seeds) == label_version()
    changed = copied_seeds(tmp_path / "changed")
    seed = changed / f"{name}.csv"
    seed.write_text(seed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert label_version(changed) != label_version()
    assert label_version().startswith(f"{RULES}-")


@pytest.mark.parametrize(
    ("name", "before", "after", "changes"),
    [
        ("calendar", "2023-11-28", "2023-11-29", True),
        ("calendar", "Masa tenang", "Minggu tenang", False),
        ("election", "Asia/Jakarta", "Asia/Makassar", True),
        ("election", "name_en,2024 general", "name_en,General", False),
        ("indications", ",pre_campaign", ",", True),
        ("indications", "bawaslu police", "bawaslu", False),
    ],
)
def test_of_the_calendar_and_the_law_only_what_labels_read_is_another_version(
    tmp_path: Path, name: str, before: str, after: str, changes: bool
) -> None:
    seed = (sql.SEEDS / f"{name}.csv").read_text(encoding="utf-8")
    assert before in seed
    (tmp_path / f"{name}.csv").write_text(seed.replace(before, after), encoding="utf-8")
    assert (label_version(tmp_path) != label_version()) is changes


def test_seeds_of_another_folder_are_used(tmp_path: Path) -> None:
    seeds = copied_seeds(tmp_path)
    topics = seeds / "topics.csv"
    topics.write_text(topics.read_text(encoding="utf-8") + "pets,Satwa,Pets,kemripik\n", encoding="utf-8")
    times = pl.Series([datetime(2024, 1, 1, tzinfo=UTC)])
    assert label(pl.Series(["kemripik"]), times, seeds)["topics"].to_list() == [["pets"]]
    assert labelled("kemripik")["topics"].to_list() == [[]]


def test_weights_beside_the_seeds_are_used(tmp_path: Path) -> None:
    seeds = copied_seeds(tmp_path)
    (seeds / "weights").mkdir()
    (seeds / "weights" / "own.weights").write_bytes(b"something else")
    with pytest.raises(UsageError, match="not a weight file"):
        label(pl.Series(["halo"]), pl.Series([datetime(2024, 1, 1, tzinfo=UTC)]), seeds)


def test_a_topic_without_patterns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "topics.csv").write_text("code,label_id,label_en,patterns\nweather,Cuaca,Weather,\n", encoding="utf-8")
    with pytest.raises(UsageError, match="weather"):
        read_patterns(tmp_path)


def test_articles_are_chosen_by_day_and_never_overlap() -> None:
    rows = read_seed("articles")
    codes = {row["code"] for row in read_seed("indications")}
    assert {row["code"] for row in rows} == codes
    on = {
        (row["code"], row["article"], day): (not row["first_day"] or date.fromisoformat(row["first_day"]) <= day)
        and (not row["last_day"] or day <= date.fromisoformat(row["last_day"]))
        for row in rows
        for day in (date(2024, 1, 1), date(2024, 1, 2), date(2024, 2, 11), date(2024, 2, 14))
        if row["code"] in ("insult", "money_politics")
    }
    assert on["insult", "27(3)", date(2024, 1, 1)]
    assert not on["insult", "27(3)", date(2024, 1, 2)]
    assert on["insult", "27A", date(2024, 1, 2)]
    assert on["money_politics", "278(2) + 523(2)", date(2024, 2, 11)]
    assert on["money_politics", "523(3)", date(2024, 2, 14)]
    assert not on["money_politics", "280(1)j + 523(1)", date(2024, 2, 11)]


def test_every_receiver_of_an_indication_exists() -> None:
    known = {row["code"] for row in read_seed("receivers")}
    wanted = {code for row in read_seed("indications") for code in row["receivers"].split(" ")}
    assert wanted <= known
    assert {row["mark"] for row in read_seed("articles")} <= {"C", "K", "D"}
