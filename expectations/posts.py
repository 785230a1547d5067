"""The second gate: the loaded window of posts. A breach that stops rolls the load back and publishes nothing."""

from datetime import timedelta
from typing import TYPE_CHECKING

from expectations import personal
from expectations.suite import (
    Expectation,
    Gate,
    Severity,
    Suite,
    absent,
    at_least,
    at_most,
    between,
    kinds,
    matches,
    never_negative,
    one_of,
    one_value,
    ordered,
    percent,
    present,
    seldom,
)
from flows.method import METHOD
from flows.post import EARLIEST, PLATFORMS, POST_IDS

if TYPE_CHECKING:
    import pandas as pd

_EARLIEST = EARLIEST.replace(tzinfo=None)  # moments are compared as naive UTC
STATES = ("live", "removed")
SENTIMENTS = ("negative", "neutral", "positive")
MEDIA_TYPES = ("photo", "video", "album", "link", "text")

COLUMNS = kinds(
    "base.posts",
    (
        *("platform", "post_id", "source", "author_key", "created_at", "created_from", "day", "text", "shown"),
        *("hashtags", "media_type", "likes", "comments", "shares", "views", "state", "observed_at", "sentiment"),
        *("sentiment_score", "label_version"),
    ),
)

_COUNTS = {
    "likes": ("suka", "likes", METHOD.likes_most),
    "comments": ("komentar", "comments", METHOD.comments_most),
    "shares": ("dibagikan", "shares", METHOD.shares_most),
    "views": ("tayangan", "views", METHOD.views_most),
}

_FILLED = {
    "platform": ("platform", "platform"),
    "post_id": ("id unggahan", "post id"),
    "source": ("sumber", "source"),
    "created_at": ("waktu unggah", "time"),
    "created_from": ("asal waktu unggah", "origin of the time"),
    "day": ("hari setempat", "local day"),
    "observed_at": ("waktu pengamatan", "time of observation"),
    "state": ("keadaan", "state"),
    "label_version": ("versi label", "label version"),
}


def _prepared(frame: "pd.DataFrame") -> "pd.DataFrame":
    """With the last moment at which a post may have been made, and what was found in its text and hashtags."""
    published = frame["shown"].fillna(frame["text"])
    tags = frame["hashtags"].map(" ".join)
    said = published.where(tags == "", published.fillna("") + "\n" + tags)
    latest = frame["observed_at"] + timedelta(days=METHOD.days_ahead)
    return frame.assign(latest_created_at=latest, **personal.columns_of(said))


_KEYS = (
    *(
        Expectation(
            f"{column}_filled",
            present(column),
            Severity.STOP,
            f"Setiap unggahan mempunyai {words_id}.",
            f"Every post has a {words_en}.",
            "Pembaca sumber atau pemuat tidak lagi mengisi kolom ini.",
            "A source's reader or the loader no longer fills this column.",
        )
        for column, (words_id, words_en) in _FILLED.items()
    ),
    Expectation(
        "platform_watched",
        one_of("platform", PLATFORMS),
        Severity.STOP,
        "Setiap unggahan berasal dari platform yang dipantau.",
        "Every post comes from a watched platform.",
        "Sumber baru menulis nama platform dengan cara lain.",
        "A new source spells the platform differently.",
        shows_values=True,
    ),
    *(
        Expectation(
            f"post_id_of_{platform}",
            matches("post_id", pattern),
            Severity.STOP,
            f"Id unggahan {platform} berbentuk seperti id platform itu.",
            f"The ids of {platform} posts look like that platform's ids.",
            "Id dibaca sebagai bilangan (dibulatkan), atau kolom lain terbaca sebagai id.",
            "Ids were read as numbers (and rounded), or another column was read as the id.",
            where=("platform", platform),
        )
        for platform, pattern in POST_IDS.items()
    ),
    Expectation(
        "author_key_hashed",
        matches("author_key", r"^[0-9a-f]{32}$"),
        Severity.STOP,
        "Penulis hanya tersimpan sebagai hash berkunci.",
        "Authors are kept as keyed hashes only.",
        "Nama akun masuk tanpa di-hash: jangan terbitkan, periksa pemuat.",
        "An account name came in unhashed: publish nothing, look at the loader.",
    ),
    Expectation(
        "author_mostly_known",
        present("author_key", at_least=METHOD.authors_known),
        Severity.WARN,
        f"Penulis diketahui pada sedikitnya {percent(METHOD.authors_known)} unggahan yang masih ada.",
        f"The author of at least {percent(METHOD.authors_known)} of the live posts is known.",
        "Sumber tidak lagi memberi akun, sehingga jumlah penulis terlalu kecil.",
        "A source no longer gives accounts, so numbers of authors are too small.",
        where=("state", "live"),
    ),
)

_TIMES = (
    Expectation(
        "created_at_after_2010",
        at_least("created_at", _EARLIEST),
        Severity.STOP,
        f"Tidak ada waktu unggah sebelum {METHOD.earliest_year}.",
        f"No post is older than {METHOD.earliest_year}.",
        "Milidetik dibaca sebagai detik, atau waktu kosong dibaca sebagai nol.",
        "Milliseconds were read as seconds, or an empty time as zero.",
    ),
    Expectation(
        "created_at_before_observation",
        ordered("created_at", "latest_created_at"),
        Severity.STOP,
        "Waktu unggah paling lambat satu hari setelah waktu pengamatan.",
        "No post is more than a day newer than its observation.",
        "Zona waktu salah dibaca, atau hari dan bulan tertukar.",
        "The time zone was misread, or day and month are swapped.",
    ),
    Expectation(
        "created_from_known",
        one_of("created_from", ("record", "id")),
        Severity.STOP,
        "Asal waktu unggah adalah rekaman atau id.",
        "A post's time comes from its record or its id.",
        "Pembaca sumber memakai kata lain.",
        "A source's reader uses another word.",
        shows_values=True,
    ),
    Expectation(
        "created_from_id_seldom",
        seldom("created_from", "id", at_most=METHOD.times_from_ids),
        Severity.WARN,
        f"Paling banyak {percent(METHOD.times_from_ids)} waktu unggah diturunkan dari id.",
        f"At most {percent(METHOD.times_from_ids)} of the times were taken from ids.",
        "Sumber tidak lagi memberi waktu unggah.",
        "A source no longer gives the time of its posts.",
    ),
)

_TEXTS = (
    Expectation(
        "text_mostly_known",
        present("text", at_least=METHOD.texts_known),
        Severity.WARN,
        f"Sedikitnya {percent(METHOD.texts_known)} unggahan yang masih ada mempunyai teks.",
        f"At least {percent(METHOD.texts_known)} of the live posts have a text.",
        "Kolom teks di sumber berganti nama.",
        "The source renamed its text field.",
        where=("state", "live"),
    ),
    *personal.expectations("text", "teks atau tagar", "a text or its hashtags"),
    Expectation(
        "media_type_known",
        one_of("media_type", MEDIA_TYPES),
        Severity.WARN,
        "Jenis media dikenal.",
        "The kind of media is known.",
        "Sumber mempunyai jenis media baru.",
        "The source has a new kind of media.",
        shows_values=True,
    ),
    Expectation(
        "state_known",
        one_of("state", STATES),
        Severity.STOP,
        "Unggahan masih ada atau sudah dihapus.",
        "A post is live or removed.",
        "Pemuat memakai kata lain.",
        "The loader uses another word.",
        shows_values=True,
    ),
    *(
        Expectation(
            f"tombstone_without_{name}",
            absent(column),
            Severity.STOP,
            f"Unggahan yang sudah dihapus tidak menyimpan {words_id}.",
            f"A removed post keeps no {words_en}.",
            "Penghapusan tidak membersihkan data pribadi.",
            "A removal left personal data behind.",
            where=("state", "removed"),
        )
        for name, column, words_id, words_en in (
            ("text", "text", "teks", "text"),
            ("author", "author_key", "penulis", "author"),
        )
    ),
)

_METRICS = (
    *(
        never_negative(
            column,
            words_id,
            words_en,
            (
                "Tanda platform untuk tidak diketahui (-1) dibaca sebagai jumlah.",
                "A platform's sign for unknown (-1) was read as a number.",
            ),
        )
        for column, (words_id, words_en, _) in _COUNTS.items()
    ),
    *(
        Expectation(
            f"{column}_plausible",
            at_most(column, most),
            Severity.WARN,
            f"Jumlah {words_id} masih masuk akal.",
            f"The number of {words_en} is plausible.",
            "Kolom lain (id, waktu) terbaca sebagai jumlah, atau pemisah ribuan salah dibaca.",
            "Another column (an id, a time) was read as a number, or a thousands separator was misread.",
            shows_values=True,
        )
        for column, (words_id, words_en, most) in _COUNTS.items()
    ),
    Expectation(
        "likes_mostly_known",
        present("likes", at_least=METHOD.likes_known),
        Severity.WARN,
        "Jumlah suka diketahui pada sedikitnya separuh unggahan.",
        "The likes of at least half of the posts are known.",
        "Kolom suka di sumber berganti nama atau disembunyikan.",
        "The source renamed or hides its likes.",
    ),
)

_LABELS = (
    Expectation(
        "sentiment_known",
        one_of("sentiment", SENTIMENTS),
        Severity.STOP,
        "Sentimen adalah negatif, netral, atau positif.",
        "Sentiment is negative, neutral or positive.",
        "Pelabel dan gudang data memakai daftar kelas yang berbeda.",
        "The labeller and the warehouse use different classes.",
        shows_values=True,
    ),
    Expectation(
        "sentiment_mostly_set",
        present("sentiment", at_least=METHOD.sentiment_known),
        Severity.WARN,
        f"Sedikitnya {percent(METHOD.sentiment_known)} unggahan yang masih ada mempunyai label sentimen.",
        f"At least {percent(METHOD.sentiment_known)} of the live posts have a sentiment label.",
        "Pelabelan terlewati, atau banyak unggahan tanpa teks.",
        "Labelling was skipped, or many posts have no text.",
        where=("state", "live"),
    ),
    Expectation(
        "sentiment_score_within_bounds",
        between("sentiment_score", -1, 1),
        Severity.STOP,
        "Skor sentimen terletak antara -1 dan 1.",
        "Sentiment scores lie between -1 and 1.",
        "Skor tidak dinormalkan.",
        "Scores were not normalised.",
        shows_values=True,
    ),
    Expectation(
        "label_version_single",
        one_value("label_version"),
        Severity.WARN,
        "Semua unggahan dilabeli dengan versi yang sama.",
        "All posts were labelled by the same version.",
        "Pelabel diperbarui; labeli ulang unggahan lama (ronda label apply), karena deret terputus.",
        "The labeller was updated; label the older posts again (ronda label apply), since the series breaks.",
    ),
)


def suite(*, names_records: bool = False) -> Suite:
    """The suite for the posts of a loaded window, with the columns of `base.posts` named in `COLUMNS`.

    With `names_records` the frame also has `record`, the file and number of what brought the post, and a verdict names
    the first broken ones, which takes longer. Values are shown only of columns that hold no personal text.
    """
    return Suite(
        gate=Gate.POSTS,
        table="posts",
        columns=COLUMNS | {"record": "text"} if names_records else COLUMNS,
        expectations=(*_KEYS, *_TIMES, *_TEXTS, *_METRICS, *_LABELS),
        prepare=_prepared,
        key=("record",) if names_records else (),
    )
