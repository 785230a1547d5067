"""The first gate: has a source changed its shape? A breach stops that source; the week goes on with the others."""

from typing import TYPE_CHECKING

from expectations.suite import (
    Expectation,
    Gate,
    Severity,
    Suite,
    at_least,
    at_most,
    never_negative,
    one_of,
    ordered,
    present,
)
from flows.method import METHOD

if TYPE_CHECKING:
    import pandas as pd


def _with_shares(frame: "pd.DataFrame") -> "pd.DataFrame":
    records = frame["records"].where(frame["records"] > 0)
    return frame.assign(
        unaccounted=frame["records"] - frame["posts"] - frame["duplicates"] - frame["rejects"],
        unreadable_share=frame["unreadable"] / records,
        reject_share=frame["rejects"] / records,
        duplicate_share=frame["duplicates"] / records,
    )


_COUNTS = {
    "records": ("rekaman", "records"),
    "posts": ("unggahan", "posts"),
    "duplicates": ("duplikat", "duplicates"),
    "rejects": ("rekaman yang ditolak", "rejects"),
    "unreadable": ("rekaman yang bentuknya tidak dikenal", "records of unknown shape"),
}

_EXPECTATIONS = (
    Expectation(
        "file_named",
        present("file"),
        Severity.STOP,
        "Setiap berkas mempunyai nama.",
        "Every file has a name.",
        "Manifes berkas rusak.",
        "The file's manifest is damaged.",
    ),
    *(
        Expectation(
            f"{column}_counted",
            present(column),
            Severity.STOP,
            f"Jumlah {words_id} setiap berkas diketahui.",
            f"The number of {words_en} of every file is known.",
            "Pembaca berkas berhenti sebelum selesai menghitung.",
            "The reader ended before it had counted.",
        )
        for column, (words_id, words_en) in _COUNTS.items()
    ),
    *(
        never_negative(column, *words, ("Penghitungan pembaca keliru.", "The reader counts wrongly."))
        for column, words in _COUNTS.items()
    ),
    Expectation(
        "records_accounted_for",
        one_of("unaccounted", [0]),
        Severity.STOP,
        "Unggahan, duplikat, dan tolakan berjumlah sama dengan rekaman.",
        "Posts, duplicates and rejects add up to the records.",
        "Ada rekaman yang hilang atau terhitung dua kali saat dimuat.",
        "A record was lost or counted twice while loading.",
    ),
    Expectation(
        "unreadable_within_rejects",
        ordered("unreadable", "rejects"),
        Severity.STOP,
        "Rekaman yang bentuknya tidak dikenal termasuk dalam tolakan.",
        "Records of unknown shape are among the rejects.",
        "Alasan penolakan dihitung dua kali.",
        "Reasons of rejection are counted twice.",
    ),
    Expectation(
        "shape_known",
        at_most("unreadable_share", METHOD.unreadable_stop),
        Severity.STOP,
        "Tidak ada berkas yang hampir seluruh rekamannya tidak dikenal bentuknya.",
        "No file consists almost only of records of unknown shape.",
        "Bila berkasnya utuh, platform atau alat pengumpul mengubah formatnya; pembacanya harus disesuaikan.",
        "If the file is whole, the platform or the collecting tool changed its format, and its reader must follow.",
    ),
    Expectation(
        "shape_mostly_known",
        at_most("unreadable_share", METHOD.unreadable_warn),
        Severity.WARN,
        "Di setiap berkas paling banyak sepersepuluh rekaman tidak dikenal bentuknya.",
        "At most a tenth of the records of every file is of unknown shape.",
        "Jenis rekaman baru muncul di sumber, atau berkas terpotong.",
        "The source has a new kind of record, or the file is cut off.",
    ),
    Expectation(
        "rejects_minority",
        at_most("reject_share", METHOD.rejected_warn),
        Severity.WARN,
        "Di setiap berkas paling banyak separuh rekaman ditolak.",
        "At most half of the records of every file is rejected.",
        "Ekspor memuat komentar atau iklan, atau kolom waktu berubah.",
        "The export holds comments or advertisements, or its time column changed.",
    ),
    Expectation(
        "records_present",
        at_least("records", 1),
        Severity.WARN,
        "Tidak ada berkas tanpa rekaman.",
        "No file is without records.",
        "Pengumpulan berhenti sebelum halaman pertama, atau memang tidak ada yang baru.",
        "Collection ended before the first page, or there was nothing new.",
    ),
    Expectation(
        "duplicates_not_all",
        at_most("duplicate_share", METHOD.repeated_info),
        Severity.INFO,
        "Setiap berkas membawa sesuatu yang baru.",
        "Every file brings something new.",
        "Berkas yang sama diekspor ulang, atau jendela pengumpulan tumpang tindih.",
        "The same export came again, or the windows of collection overlap.",
    ),
)


def suite(source: str) -> Suite:
    """The suite for the files one source brought in one load: one row a file.

    Columns: file, records, posts, duplicates, rejects, unreadable (rejects for `Reason.WRONG_SHAPE`, `NO_ID` or
    `Reason.UNREADABLE`, which are also counted in rejects).
    """
    return Suite(
        gate=Gate.LANDING,
        table=source,
        columns={
            "file": "text",
            "records": "number",
            "posts": "number",
            "duplicates": "number",
            "rejects": "number",
            "unreadable": "number",
        },
        expectations=_EXPECTATIONS,
        prepare=_with_shares,
        key=("file",),
    )
