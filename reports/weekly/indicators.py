"""The indicators of a week as rows: a small chart, this week, last week, the usual range, a verdict in words."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from reports.figures.spark import spark
from reports.judging.lights import judge_buckets
from reports.judging.usual import Usual, net_span, net_without_copies, scaled, share_without_copies, usual_of
from reports.reading.facts import Row
from reports.reading.outcomes import Trends, usual_limits
from reports.reading.weeks import Value, main_bucket, measure_of, subject_of, subjects
from reports.wording.lights import level_words
from reports.wording.net_bias import judged_text
from reports.wording.sentences import this_week
from reports.wording.words import DASH, Words, platform_name

WEEKS_DRAWN = 12
TOPICS_SHOWN, CLASSES_SHOWN = 6, 6
Written = Callable[[Words, float], str]
MARKED = frozenset({"up", "down"})  # verdicts that stand out


@dataclass(frozen=True)
class Indicator:
    """One row: what it measures, its line as SVG, its figures and verdict in words; `marked` where it stands out."""

    name: str
    svg: str
    says: str
    now: str
    before: str
    usual: str
    verdict: str
    marked: bool


@dataclass(frozen=True)
class Group:
    """Indicators of one kind and unit under a common name."""

    name: str
    rows: list[Indicator]


def _whole(words: Words, value: float) -> str:
    return words.number(round(value))


def _points(words: Words, value: float) -> str:
    return words.decimal(value, signed=True)


def _share(words: Words, value: float) -> str:
    return words.percent(value / 100, 1)


def _full_share(words: Words, value: float) -> str:
    return words.percent(value / 100)


class Indicators:
    """The rows of an edition, of the bucket that stands for its week."""

    def __init__(self, trends: Trends, words: Words) -> None:
        self.trends, self.words = trends, words
        self.bucket = main_bucket(trends.facts, trends.facts.edition.week)
        self.when = this_week(words, self.bucket)

    def groups(self) -> list[Group]:
        """Volume and coverage, sentiment, topics that matter, classes of the review list."""
        words = self.words
        named = (
            ("volume", [self._volume(), self._coverage()]),
            ("sentiment", [self._net()]),
            ("topics", [self._topic(code) for code in self._topics()]),
            ("indications", [self._class(code) for code in self._classes()]),
        )
        return [Group(words(f"indicators_{name}"), rows) for name, rows in named if rows]

    def _rows(self, family: str, *names: str) -> list[Row]:
        return [row for name in names if (row := self.trends.row(self.bucket, family, name))]

    def _volume(self) -> Indicator:
        value = measure_of(self.trends.facts, "per_day")
        rows = self._rows("volumes", "posts")
        span = scaled(rows[0], value(self.bucket), rows[0]["observed"]) if rows else None
        usual = usual_of(self.trends, rows, span)
        return self._row(self.words("indicator_volume"), value, _whole, usual)

    def _coverage(self) -> Indicator:
        value = measure_of(self.trends.facts, "coverage", 100.0)
        judged = {each.bucket: each.lights for each in judge_buckets(self.trends)}
        lights = judged.get(self.bucket)
        verdict = level_words(self.words, lights.collection.level if lights else "grey")
        row = self._row(self.words("indicator_coverage"), value, _full_share, Usual("usual", "", None))
        shown = self.words("indicator_coverage_usual")
        is_marked = lights is not None and lights.collection.level != "green"
        return replace(row, usual=shown, verdict=verdict, marked=is_marked)

    def _net(self) -> Indicator:
        value = measure_of(self.trends.facts, "net_sentiment", 100.0)
        rows = self._rows("sentiment", "negative", "positive")
        usual = usual_of(self.trends, rows, net_span(self.trends, self.bucket))
        row = self._row(self.words("indicator_net"), value, _points, usual)
        row = self._once(row, net_without_copies(self.trends, self.bucket), _points)
        return replace(row, verdict=judged_text(self.trends.facts, self.words, self.bucket, row.verdict))

    def _once(self, row: Indicator, value: float | None, written: Written) -> Indicator:
        """The row with its value when a text counts once, as the tests count it, where copies are many."""
        if value is None:
            return row
        copied = self.words("judged_copies", value=written(self.words, value), verdict=row.verdict)
        return replace(row, verdict=copied)

    def _topics(self) -> list[str]:
        """Topics of an incident or a signal first, then the largest."""
        told = [each.subject for each in self.trends.incidents if each.row["family"] == "topics"]
        told += [each.subject for each in self.trends.told if each.family == "topics"]
        counts = subjects(self.trends.facts, "topic")(self.bucket)
        largest = sorted(counts, key=lambda code: (-(counts[code]["posts"] or 0), code))
        return [code for code in dict.fromkeys([*told, *largest]) if code in counts][:TOPICS_SHOWN]

    def _topic(self, code: str) -> Indicator:
        value = subject_of(self.trends.facts, "topic", code, "share", 100.0)
        rows = self._rows("topics", code)
        span = scaled(rows[0], 100.0, rows[0]["exposure"]) if rows else None
        row = self._row(self.trends.facts.label("topics", code), value, _share, usual_of(self.trends, rows, span))
        return self._once(row, share_without_copies(rows[0]) if rows else None, _share)

    def _classes(self) -> list[str]:
        """Classes with posts this week or in the week before, most first."""
        earlier = self.trends.facts.previous(self.bucket)
        now = self.trends.facts.detected_in(self.bucket)
        then = self.trends.facts.detected_in(earlier) if earlier else {}
        ordered = sorted(now, key=lambda code: (-now[code], -then.get(code, 0), code))
        return [code for code in ordered if now[code] or then.get(code)][:CLASSES_SHOWN]

    def _class(self, code: str) -> Indicator:
        value = subject_of(self.trends.facts, "indication", code, "detected")
        tested = self._rows("indications", code) if code in self.trends.facts.measured else []
        rows = [*tested, *self.trends.flags(self.bucket, code)]
        span = next((limits for row in rows if (limits := usual_limits(row))), None)
        row = self._row(self.trends.facts.label("indications", code), value, _whole, usual_of(self.trends, rows, span))
        first = self.trends.told_count(self.bucket, code)
        if first is None or first == value(self.bucket):
            return row
        return replace(row, verdict=self.words("judged_first", verdict=row.verdict, count=_whole(self.words, first)))

    def _row(self, name: str, value: Value, written: Written, usual: Usual) -> Indicator:
        words, facts = self.words, self.trends.facts
        weeks = [facts.edition.week.shift(-back) for back in reversed(range(1, WEEKS_DRAWN))]
        series = [*(value(main_bucket(facts, week)) for week in weeks), value(self.bucket)]
        earlier = facts.previous(self.bucket)
        now, before = self._text(series[-1], written), self._text(value(earlier) if earlier else None, written)
        span = self._span(usual, written)
        verdict = self._verdict(usual)
        is_marked = usual.verdict in MARKED
        says = words("spark_says", name=name, now=now, when=self.when, weeks=WEEKS_DRAWN, span=span)
        band = usual.span if series[-1] is not None else None
        drawn = spark(series, band, says, is_marked=is_marked)
        return Indicator(name, drawn, says, now, before, span, verdict, is_marked)

    def _verdict(self, usual: Usual) -> str:
        """The verdict in words; of a figure that was not tested only why."""
        words = self.words
        if usual.verdict == "untested":
            return words.known(f"signal_reason_{usual.reason}", usual.reason)
        if not usual.platforms:
            return words(f"judged_{usual.verdict}")
        places = [platform_name(words, name) for name in usual.platforms]
        return words("change_at", change=words(f"direction_{usual.verdict}"), place=words.listed(places))

    def _text(self, value: float | None, written: Written) -> str:
        return DASH if value is None else written(self.words, value)

    def _span(self, usual: Usual, written: Written) -> str:
        """`12,0 % s.d. 19,2 %`, or the one value where both ends are read the same."""
        if usual.span is None:
            return DASH
        low, high = (written(self.words, end) for end in usual.span)
        return low if low == high else self.words("span", low=low, high=high)
