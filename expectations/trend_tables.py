"""The third gate: the published trend tables. Impossible numbers stop; implausible ones are printed in the report.

Sums across columns and rows (negative + neutral + positive = labelled, one row a key) are SQL checks.
"""

from functools import partial
from typing import TYPE_CHECKING

from expectations import personal
from expectations.suite import (
    Expectation,
    Gate,
    Severity,
    Suite,
    at_least,
    at_most,
    between,
    kinds,
    never_negative,
    one_of,
    ordered,
    present,
)
from flows.method import METHOD
from flows.post import PLATFORMS

if TYPE_CHECKING:
    import pandas as pd

STATUSES = ("observed", "partial", "not_collected", "unknown")

_GRAIN = ("week", "phase", "platform")
_COLUMNS = (
    *_GRAIN,
    *("posts", "labelled", "authors", "negative", "neutral", "positive"),
    *("net_sentiment", "net_low", "net_high", "detected", "per_1000", "per_1000_low", "per_1000_high"),
    *("coverage", "status"),
)
_SHARE_COLUMNS = ("share", "share_low", "share_high")
_BUCKET_COLUMNS = ("first_day", "last_day", "days")

_COUNTED = {
    "posts": ("unggahan", "posts"),
    "labelled": ("unggahan berlabel", "labelled posts"),
    "authors": ("penulis", "authors"),
    "negative": ("unggahan negatif", "negative posts"),
    "neutral": ("unggahan netral", "neutral posts"),
    "positive": ("unggahan positif", "positive posts"),
    "detected": ("unggahan yang terdeteksi otomatis", "automatically detected posts"),
}

_Order = tuple[str, str, str, str]

_SHARE_ORDERS: tuple[_Order, ...] = (
    ("share_low", "share", "Batas bawah bagian tidak di atas nilainya.", "The share is at least its low end."),
    ("share", "share_high", "Batas atas bagian tidak di bawah nilainya.", "The share is at most its high end."),
)

_ORDERS: tuple[_Order, ...] = (
    ("labelled", "posts", "Unggahan berlabel tidak melebihi unggahan.", "Labelled posts do not exceed posts."),
    ("authors", "posts", "Penulis tidak melebihi unggahan.", "Authors do not exceed posts."),
    ("detected", "posts", "Unggahan terdeteksi tidak melebihi unggahan.", "Detected posts do not exceed posts."),
    (
        "net_low",
        "net_sentiment",
        "Batas bawah sentimen bersih tidak di atas nilainya.",
        "Net sentiment is at least its low end.",
    ),
    (
        "net_sentiment",
        "net_high",
        "Sentimen bersih tidak di atas batas atasnya.",
        "Net sentiment is at most its high end.",
    ),
    ("per_1000_low", "per_1000", "Batas bawah per 1.000 tidak di atas nilainya.", "The rate is at least its low end."),
    ("per_1000", "per_1000_high", "Batas atas per 1.000 tidak di bawah nilainya.", "The rate is at most its high end."),
)

_BOUNDS = (
    ("net_sentiment", -1, 1, "Sentimen bersih", "Net sentiment"),
    ("net_low", -1, 1, "Batas bawah sentimen bersih", "The low end of net sentiment"),
    ("net_high", -1, 1, "Batas atas sentimen bersih", "The high end of net sentiment"),
    ("per_1000", 0, 1000, "Angka per 1.000", "The rate per 1,000"),
    ("coverage", 0, 1, "Cakupan", "Coverage"),
)

_SQL_HINT = (
    "Model SQL menghitung dengan pembilang atau penyebut yang keliru.",
    "The SQL model uses a wrong numerator or denominator.",
)


def filled(column: str) -> Expectation:
    return Expectation(
        f"{column}_filled",
        present(column),
        Severity.STOP,
        f"Kolom kunci {column} selalu terisi.",
        f"The key column {column} is always filled.",
        "Gabungan tabel di model SQL kehilangan kunci.",
        "A join in the SQL model lost its key.",
    )


def increasing(low: str, high: str, words_id: str, words_en: str) -> Expectation:
    return Expectation(f"{low}_up_to_{high}", ordered(low, high), Severity.STOP, words_id, words_en, *_SQL_HINT)


def bounded(column: str, low: int, high: int, words_id: str, words_en: str) -> Expectation:
    return Expectation(
        f"{column}_within_bounds",
        between(column, low, high),
        Severity.STOP,
        f"{words_id} terletak antara {low} dan {high}.",
        f"{words_en} lies between {low} and {high}.",
        *_SQL_HINT,
    )


_MEASURES = (
    *(filled(column) for column in _GRAIN),
    Expectation(
        "platform_known",
        one_of("platform", (*PLATFORMS, "all")),
        Severity.STOP,
        "Platform adalah salah satu yang dipantau, atau semuanya.",
        "The platform is a watched one, or all.",
        "Model SQL menambah platform yang tidak dikenal.",
        "The SQL model adds an unknown platform.",
    ),
    Expectation(
        "status_known",
        one_of("status", STATUSES),
        Severity.STOP,
        "Status cakupan dikenal.",
        "The coverage status is known.",
        "Tabel cakupan memakai kata lain.",
        "The coverage table uses another word.",
    ),
    Expectation(
        "status_filled",
        present("status"),
        Severity.STOP,
        "Setiap baris menyatakan cakupannya.",
        "Every row states its coverage.",
        "Kalender cakupan tidak menjangkau minggu ini.",
        "The coverage calendar does not reach this week.",
    ),
    Expectation(
        "posts_counted_when_observed",
        present("posts"),
        Severity.STOP,
        "Keranjang yang teramati mempunyai jumlah unggahan, meskipun nol.",
        "An observed bucket has a number of posts, be it zero.",
        "Nol tertukar dengan tidak diketahui di model SQL.",
        "The SQL model confuses zero with unknown.",
        where=("status", "observed"),
    ),
    *(never_negative(column, *words, _SQL_HINT) for column, words in _COUNTED.items()),
    *(increasing(*order) for order in _ORDERS),
    *(bounded(*bound) for bound in _BOUNDS),
)

_VOLUMES = (
    Expectation(
        "days_within_week",
        between("days", 1, 7),
        Severity.STOP,
        "Satu keranjang waktu mempunyai satu sampai tujuh hari.",
        "A bucket has one to seven days.",
        "Kalender berlubang atau berganda.",
        "The calendar has a hole or a double day.",
    ),
    filled("first_day"),
    filled("last_day"),
    Expectation(
        "volume_without_surge",
        at_most("volume_ratio", METHOD.volume_factor),
        Severity.WARN,
        f"Unggahan per hari tidak lebih dari {METHOD.volume_factor} kali median keranjang sebelumnya.",
        f"Posts a day are at most {METHOD.volume_factor} times the median of the earlier buckets.",
        "Ekspor besar tambahan, daftar kata kunci yang lebih luas, atau peristiwa luar biasa.",
        "A large extra export, a wider list of keywords, or an extraordinary event.",
    ),
    Expectation(
        "volume_without_collapse",
        at_least("observed_volume_ratio", 1 / METHOD.volume_factor),
        Severity.WARN,
        f"Unggahan per hari pada hari yang teramati tidak kurang dari 1/{METHOD.volume_factor} median sebelumnya.",
        f"Posts a day of observed buckets are at least 1/{METHOD.volume_factor} of the earlier median.",
        "Pengumpulan berhenti tanpa tercatat di log pengumpulan.",
        "Collection stopped without a line in the collection log.",
    ),
    Expectation(
        "detected_plausible",
        at_most("per_1000", METHOD.detected_most),
        Severity.WARN,
        f"Paling banyak {METHOD.detected_most} dari 1.000 unggahan terdeteksi otomatis.",
        f"At most {METHOD.detected_most} in 1,000 posts were detected automatically.",
        "Isyarat baru cocok dengan kata yang lazim; periksa aturan label.",
        "A new cue matches a common word; look at the label rules.",
    ),
)

_SHARES = (
    bounded("share", 0, 1, "Bagian dari unggahan keranjang", "The share of the bucket's posts"),
    *(increasing(*order) for order in _SHARE_ORDERS),
)


def _with_volume(frame: "pd.DataFrame", week: str | None) -> "pd.DataFrame":
    """Adds each bucket's posts a day as a ratio of the median of its platform's earlier, collected buckets."""
    inorder = frame.sort_values(["platform", "first_day"], kind="stable")
    per_day = inorder["posts"] / inorder["days"].where(inorder["days"] > 0)
    collected = per_day.where(inorder["status"] != "not_collected")
    median = collected.groupby(inorder["platform"]).transform(
        lambda values: values.shift().expanding(min_periods=METHOD.volume_buckets).median()
    )
    ratio = collected / median.where(median > 0)
    if week is not None:
        ratio = ratio.where(inorder["week"] == week)
    return frame.assign(volume_ratio=ratio, observed_volume_ratio=ratio.where(inorder["status"] == "observed"))


def _with_personal_parts(frame: "pd.DataFrame") -> "pd.DataFrame":
    return frame.assign(**personal.columns_of(frame["term"]))


def weekly_platform(week: str | None = None) -> Suite:
    """The suite of `trends.weekly_platform`, all weeks of it; only `week`'s volumes are compared with earlier ones."""
    return Suite(
        gate=Gate.TRENDS,
        table="weekly_platform",
        columns=kinds("trends.weekly_platform", (*_COLUMNS, *_BUCKET_COLUMNS)),
        expectations=(*_MEASURES, *_VOLUMES),
        prepare=partial(_with_volume, week=week),
        key=_GRAIN,
    )


def weekly_topic() -> Suite:
    """The suite of `trends.weekly_topic`."""
    return _by("weekly_topic", "topic", _SHARES)


def weekly_indication() -> Suite:
    """The suite of `trends.weekly_indication`."""
    return _by("weekly_indication", "indication")


def weekly_district() -> Suite:
    """The suite of `trends.weekly_district`."""
    return _by("weekly_district", "district", _SHARES)


def emerging_terms() -> Suite:
    """The suite of `trends.emerging_terms`, whose words and hashtags come from texts; a term has no "@" in it."""
    return Suite(
        gate=Gate.TRENDS,
        table="emerging_terms",
        columns={"term": "text"},
        expectations=personal.expectations("term", "kata yang mencuat", "an emerging term", personal.NUMBERS),
        prepare=_with_personal_parts,
    )


def _by(table: str, subject: str, shares: tuple[Expectation, ...] = ()) -> Suite:
    return Suite(
        gate=Gate.TRENDS,
        table=table,
        columns=kinds(f"trends.{table}", (*_COLUMNS, subject, *(_SHARE_COLUMNS if shares else ()))),
        expectations=(*_MEASURES, filled(subject), *shares),
        key=(*_GRAIN, subject),
    )
