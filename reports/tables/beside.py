"""The week beside earlier ones: topics by change, classes of the review list, kecamatan.

Shares are compared where the length of the buckets differs; counts stand under the days they were counted on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flows.periods import Bucket
from reports.reading.facts import Facts
from reports.reading.weeks import main_bucket, subjects, weeks_before
from reports.wording.counts import shielded
from reports.wording.sentences import bucket_head
from reports.wording.words import DASH, MINUS, Words

WEEKS_OFFERED = 8
Cells = dict[str, str]  # what stands in a column, by the code of its row


@dataclass(frozen=True)
class Compared:
    """A table of two weeks: its rows by code with their names, this week's cells, and each earlier week's.

    `before` and `change` are by earlier week, of which the first stands beside this one.
    """

    name: str
    caption: str
    heading: str
    rows: list[tuple[str, str]]
    now: Cells
    before: Mapping[str, Cells]
    change: Mapping[str, Cells]

    def is_changed(self, week: str) -> bool:
        """Whether any change against a week can be told; a column of dashes is not drawn."""
        return any(cell != DASH for cell in self.change[week].values())


@dataclass(frozen=True)
class Beside:
    """The tables with the heads of their columns: this week's, and the change; `weeks` are the earlier weeks that can
    stand beside it, each with its days, `heads` what stands over their columns, `days` those of this week. `uneven`
    says why counts are not subtracted where the first of them has not as many days."""

    now: str
    change: str
    days: str
    weeks: Mapping[str, str]
    heads: Mapping[str, str]
    tables: list[Compared]
    uneven: str


def beside(facts: Facts, words: Words) -> Beside:
    """The three tables of an edition."""
    bucket = main_bucket(facts, facts.edition.week)
    earlier = {str(week): main_bucket(facts, week) for week in weeks_before(facts, WEEKS_OFFERED)}
    return Beside(
        now=bucket_head(words, bucket, words("column_now")),
        change=words("column_change"),
        days=_days(words, bucket),
        weeks={week: _days(words, each) for week, each in earlier.items()},
        heads={week: bucket_head(words, each, week) for week, each in earlier.items()},
        tables=[make(facts, words, bucket, earlier) for make in (_topics, _classes, _districts)],
        uneven=_uneven(words, bucket, earlier),
    )


def _uneven(words: Words, bucket: Bucket, earlier: Mapping[str, Bucket]) -> str:
    week, before = next(iter(earlier.items()), ("", bucket))
    if before.days == bucket.days:
        return ""
    return words("beside_uneven", now=words.number(bucket.days), week=week, before=words.number(before.days))


def _days(words: Words, bucket: Bucket) -> str:
    return words.days(bucket.first_day, bucket.last_day)


def _topics(facts: Facts, words: Words, bucket: Bucket, earlier: Mapping[str, Bucket]) -> Compared:
    rows = subjects(facts, "topic")

    def shares(each: Bucket) -> dict[str, float]:
        return {code: 100 * row["share"] for code, row in rows(each).items() if row["share"] is not None}

    now = shares(bucket)
    first = shares(next(iter(earlier.values()))) if earlier else {}
    codes = sorted(now, key=lambda code: (-abs(now[code] - first.get(code, now[code])), -now[code], code))
    return _compared(
        "topics",
        words,
        [(code, facts.label("topics", code)) for code in codes],
        {"": now} | {week: shares(each) for week, each in earlier.items()},
        lambda values: {code: words.percent(values[code] / 100, 1) if code in values else DASH for code in codes},
        lambda change: words.decimal(change, signed=True),
        frozenset(earlier),
    )


def _classes(facts: Facts, words: Words, bucket: Bucket, earlier: Mapping[str, Bucket]) -> Compared:
    def counts(each: Bucket) -> dict[str, float]:
        absent = {code for code, phase in facts.only_in_phase.items() if phase != each.phase}
        return {code: count for code, count in facts.detected_in(each).items() if code not in absent}

    values = {"": counts(bucket)} | {week: counts(each) for week, each in earlier.items()}
    codes = sorted(values[""], key=lambda code: (-values[""][code], code))
    return _compared(
        "classes",
        words,
        [(code, facts.label("indications", code)) for code in codes],
        values,
        lambda known: {code: words.number(int(known[code])) if code in known else DASH for code in codes},
        lambda change: _whole_change(words, change),
        _as_long(bucket, earlier),
    )


def _as_long(bucket: Bucket, earlier: Mapping[str, Bucket]) -> frozenset[str]:
    """The weeks whose counts can be subtracted: those of as many days."""
    return frozenset(week for week, each in earlier.items() if each.days == bucket.days)


def _districts(facts: Facts, words: Words, bucket: Bucket, earlier: Mapping[str, Bucket]) -> Compared:
    rows = subjects(facts, "district")

    def counts(each: Bucket) -> dict[str, float]:
        return {code: row["posts"] for code, row in rows(each).items() if row["posts"] is not None}

    codes = [code for code, _ in facts.posts_by_district]
    names = [(code, words("places_unknown") if code == "unknown" else facts.label("places", code)) for code in codes]

    def written(values: Mapping[str, float]) -> Cells:
        known = [None if code not in values else int(values[code]) for code in codes]
        return dict(zip(codes, shielded(known, words), strict=True))

    values = {"": counts(bucket)} | {week: counts(each) for week, each in earlier.items()}
    return _compared(
        "districts",
        words,
        names,
        values,
        written,
        lambda change: _whole_change(words, change),
        _as_long(bucket, earlier),
    )


def _whole_change(words: Words, change: float) -> str:
    text = words.number(abs(round(change)))
    return text if not round(change) else f"{'+' if change > 0 else MINUS}{text}"


def _compared(  # noqa: PLR0913, PLR0917 - what a table is made of
    name: str,
    words: Words,
    rows: list[tuple[str, str]],
    values: Mapping[str, Mapping[str, float]],
    written: Callable[[Mapping[str, float]], Cells],
    changed: Callable[[float], str],
    compared: frozenset[str],
) -> Compared:
    """The table of values by week, this week's under the empty name; where a cell is hidden its change is too, and in
    weeks that are not `compared` there is none."""
    cells = {week: written(known) for week, known in values.items()}
    now = cells.pop("")

    def change(week: str, code: str) -> str:
        shown = all(each[code][:1].isdigit() for each in (now, cells[week]))
        both = code in values[""] and code in values[week]
        is_told = shown and both and week in compared
        return changed(values[""][code] - values[week][code]) if is_told else DASH

    return Compared(
        name=name,
        caption=words(f"beside_{name}"),
        heading=words({"topics": "column_topic", "classes": "column_indication", "districts": "column_district"}[name]),
        rows=rows,
        now=now,
        before=cells,
        change={week: {code: change(week, code) for code, _ in rows} for week in cells},
    )
