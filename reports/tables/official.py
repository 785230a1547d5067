"""The table of what others published: the whole first, then its kinds, parts and platforms, and whether they add up."""

from collections.abc import Mapping

import polars as pl

from reports.reading.outcomes import Trends
from reports.tables.table import Column, Table, make_table
from reports.wording.words import Words

WHOLES = ("total", "contents", "registered", "issues")
SUM = "sum_of_parts"  # a sum that the publisher printed beside its total
PARTS: Mapping[str, tuple[str, ...]] = {
    "kinds": ("hate", "hoax", "sara"),
    "parts": ("part_1", "part_2", "part_3"),
    "platforms": ("facebook", "instagram", "tiktok", "x", "youtube", "snackvideo"),
}
_SERIES = ("publisher", "instrument", "unit_stage", "as_of")
_COLUMNS = (
    *(Column(key, share=share) for key, share in zip(_SERIES, (0.9, 1.5, 1.7, 1.0), strict=True)),
    Column("value", "long", 3.0),
)
_ORDER = (*WHOLES, SUM, *(metric for metrics in PARTS.values() for metric in metrics))


def official_table(trends: Trends, words: Words) -> Table:
    """The latest published official counts of each series; never to be put on one scale with ours."""
    frame = trends.facts.tables["trends.official"]
    latest = frame.filter(pl.col("as_of") == pl.col("as_of").max().over("series"))
    series: dict[tuple[str, ...], dict[str, int]] = {}
    for row in latest.iter_rows(named=True):
        kind = "; ".join(str(row[name]) for name in ("unit", "stage", "scope") if row[name])
        which = (str(row["publisher"]), str(row["instrument"]), kind, words.short_day(row["as_of"]))
        series.setdefault(which, {})[str(row["metric"])] = int(row["value"])
    rows = [
        dict(zip(_SERIES, which, strict=True)) | {"value": values_text(words, values)}
        for which, values in series.items()
    ]
    return make_table(words, "official", _COLUMNS, rows, note=words("table_official_note"))


def values_text(words: Words, values: Mapping[str, int]) -> str:
    """`jumlah 355; jenis: ujaran kebencian 340, hoaks 5; platform: ...`, and where parts miss the printed whole."""
    parts = {name: [each for each in metrics if each in values] for name, metrics in PARTS.items()}
    loose = sorted(set(values) - set(_ORDER))
    texts = [_counted(words, each, values[each]) for each in (*WHOLES, *loose) if each in values]
    for name, metrics in parts.items():
        if metrics:
            counts = ", ".join(_counted(words, each, values[each]) for each in metrics)
            texts.append(words(f"official_{name}_list", counts=counts))
    whole = next((values[each] for each in WHOLES if each in values), None)
    sums = {sum(values[each] for each in metrics) for metrics in parts.values() if metrics}
    if SUM in values:
        sums.add(values[SUM])
    if whole is not None:
        texts += [
            words("official_mismatch", parts=words.number(each), whole=words.number(whole))
            for each in sorted(sums - {whole})
        ]
    return "; ".join(texts)


def _counted(words: Words, metric: str, count: int) -> str:
    name = words.known(f"official_{metric}", metric)
    return words("official_count", metric=name, count=words.number(count))
