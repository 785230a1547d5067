"""The third gate of `trends.estimates`: confirmed is a part of flagged, and a number lies within its limits."""

from expectations.suite import (
    Expectation,
    Gate,
    Severity,
    Suite,
    at_least,
    between,
    kinds,
    never_negative,
    one_of,
    ordered,
)
from expectations.trend_tables import bounded, filled, increasing
from flows.method import METHOD

FORMS = ("direct", "ratio")
REASONS = ("not_collected", "flags_not_reviewed", "others_not_reviewed")

_KEY = ("week", "phase", "indication")
_COUNTED = {
    "flagged": ("unggahan yang terdeteksi", "flagged posts"),
    "reviewed": ("unggahan terdeteksi yang ditelaah", "flagged posts that were reviewed"),
    "confirmed": ("deteksi yang dibenarkan dua penelaah", "flags that two coders confirmed"),
    "sampled": ("unggahan lain yang ditelaah", "other posts that were reviewed"),
    "missed": ("unggahan yang luput dari deteksi", "posts that the labels missed"),
}
_PARTS = (
    ("reviewed", "flagged", "Yang ditelaah tidak melebihi yang terdeteksi.", "Reviewed flags do not exceed flags."),
    ("confirmed", "reviewed", "Yang dibenarkan tidak melebihi yang ditelaah.", "Confirmed do not exceed reviewed."),
    ("missed", "sampled", "Yang luput tidak melebihi contoh yang ditelaah.", "Misses do not exceed the sample."),
)
_INTERVALS = (
    ("low", "estimate", "high", "Perkiraan", "The estimate"),
    ("precision_low", "precision", "precision_high", "Ketepatan", "The precision"),
    ("recall_low", "recall", "recall_high", "Kelengkapan", "The recall"),
)
_LIMITED = tuple(name for *names, _, _ in _INTERVALS for name in names)
_SHARES = (("precision", "Ketepatan", "The precision"), ("recall", "Kelengkapan", "The recall"))
_COUNT_HINT = (
    "Telaah dihitung pada unggahan yang bukan dari lapisannya.",
    "Reviews were counted of posts that are not of their stratum.",
)
_WORD_HINT = (
    "Berkas flows/trends/estimates.py memakai kata baru yang belum dikenal pembaca tabel.",
    "The file flows/trends/estimates.py uses a new word that readers of the table do not know.",
)


def _intervals() -> tuple[Expectation, ...]:
    return tuple(
        increasing(least, most, words_id, words_en)
        for low, value, high, name_id, name_en in _INTERVALS
        for least, most, words_id, words_en in (
            (low, value, f"{name_id} tidak di bawah batas bawahnya.", f"{name_en} is at least its low end."),
            (value, high, f"{name_id} tidak di atas batas atasnya.", f"{name_en} is at most its high end."),
        )
    )


def suite() -> Suite:
    """The suite of `trends.estimates`, all weeks and classes of it."""
    return Suite(
        gate=Gate.TRENDS,
        table="estimates",
        columns=kinds(
            "trends.estimates",
            (*_KEY, *_COUNTED, *_LIMITED, "form", "reason", "pooled_buckets"),
        ),
        expectations=(
            *(filled(column) for column in _KEY),
            *(never_negative(column, *words, _COUNT_HINT) for column, words in _COUNTED.items()),
            *(
                Expectation(
                    f"{part}_up_to_{whole}", ordered(part, whole), Severity.STOP, words_id, words_en, *_COUNT_HINT
                )
                for part, whole, words_id, words_en in _PARTS
            ),
            *_intervals(),
            *(bounded(column, 0, 1, words_id, words_en) for column, words_id, words_en in _SHARES),
            Expectation(
                "estimate_not_negative",
                at_least("low", 0),
                Severity.STOP,
                "Perkiraan tidak pernah di bawah nol.",
                "An estimate is never below zero.",
                *_COUNT_HINT,
            ),
            Expectation(
                "form_known",
                one_of("form", FORMS),
                Severity.STOP,
                "Bentuk perkiraan dikenal.",
                "The form of the estimate is known.",
                *_WORD_HINT,
            ),
            Expectation(
                "reason_known",
                one_of("reason", REASONS),
                Severity.STOP,
                "Alasan tidak ada perkiraan dikenal.",
                "The reason why there is no estimate is known.",
                *_WORD_HINT,
            ),
            Expectation(
                "pooled_buckets_within_method",
                between("pooled_buckets", 0, METHOD.estimate_weeks),
                Severity.STOP,
                f"Paling banyak {METHOD.estimate_weeks} periode digabung.",
                f"At most {METHOD.estimate_weeks} buckets are pooled.",
                "Periode dengan versi label lain ikut digabung.",
                "Buckets of another label version were pooled too.",
            ),
        ),
        key=_KEY,
    )
