"""What the tested tables say of a week: its signals, what could not be tested and why, changes, corrections, clocks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import polars as pl

from flows.method import FAMILIES, METHOD
from flows.periods import Bucket, Week, is_before_vote, urgency
from reports.edition import PLATFORM_ORDER
from reports.reading.facts import Facts, Row
from reports.reading.incidents import Incident, incidents_of, own_precision, told_in

POSTS = "trends.weekly_platform"
STAGES = ("detected", "reviewed", "indicated", "referred", "decided")  # the later, the further
WAITING = ("unreviewed", "one_coder", "disagreed")  # outcomes of what a coder has still to look at
_WAITS = pl.col("is_detected") & (pl.col("state") == "live") & pl.col("outcome").is_in(WAITING)


@dataclass(frozen=True)
class Signal:
    """One tested change that is not noise, with its place in the week: `S1` is the most important."""

    key: str
    bucket: Bucket
    row: Row
    also: tuple[str, ...]  # platforms on which the same change was found as well

    @property
    def family(self) -> str:
        """The family it was tested in."""
        return str(self.row["family"])

    @property
    def subject(self) -> str:
        """What it is about: an indication, topic, district, sentiment class, or `posts`."""
        return str(self.row["subject"])

    @property
    def platform(self) -> str:
        """Where: a platform or `all`."""
        return str(self.row["platform"])


class Family(NamedTuple):
    """What became of a family's tests in a bucket."""

    tested: int
    signals: int
    reasons: tuple[tuple[str, int], ...]  # why cells could not be tested, most frequent first


@dataclass(frozen=True)
class Trends:
    """The tested tables of an edition with the questions the reports ask of them."""

    facts: Facts

    @cached_property
    def _rows(self) -> list[Row]:
        frame = self.facts.tables["trends.signals"]
        return list(frame.filter(pl.col("week") == str(self.facts.edition.week)).iter_rows(named=True))

    @cached_property
    def signals(self) -> list[Signal]:
        """The signals of the week, most important first; the same change on several platforms is one."""
        groups: dict[tuple[str, str, str, str], list[Row]] = {}
        for row in self._rows:
            if row["signal"]:
                key = (row["phase"], row["family"], row["subject"], row["direction"])
                groups.setdefault(key, []).append(row)
        changes: list[tuple[Row, tuple[str, ...]]] = []
        for rows in groups.values():
            first = min(rows, key=lambda row: (row["platform"] != "all", row["q"], row["platform"]))
            others = [row["platform"] for row in rows if row is not first]
            changes.append((first, tuple(sorted(others, key=PLATFORM_ORDER.index))))
        changes.sort(key=lambda item: self._importance(item[0]))
        buckets = {bucket.phase: bucket for bucket in self.facts.buckets}
        return [
            Signal(f"S{number}", buckets[row["phase"]], row, also)
            for number, (row, also) in enumerate(changes, start=1)
            if row["phase"] in buckets
        ]

    @cached_property
    def told(self) -> list[Signal]:
        """The signals that the situation names as incidents: not those of a few texts, nor false detections."""
        return [each for each in self.signals if self.is_told(each.bucket.phase, each.family, each.subject)]

    def is_told(self, phase: str, family: str, subject: str) -> bool:
        """Whether a cell of the week is an incident of its situation."""
        return any(
            (each.bucket.phase, each.row["family"], each.subject) == (phase, family, subject) for each in self.incidents
        )

    def told_count(self, bucket: Bucket, code: str) -> int | None:
        """The posts of a class of which an incident of the bucket tells, as first read; None where none does."""
        rows = (each.row for each in self.incidents if each.bucket == bucket and each.row["stage"])
        return next((int(row["posts"]) for row in rows if row["subject"] == code), None)

    def known_now(self, incident: Incident) -> int | None:
        """The posts of the class of an incident as the tables have them now; None where it is of no class."""
        return self.facts.detected_in(incident.bucket).get(incident.subject) if incident.row["stage"] else None

    @staticmethod
    def _importance(row: Row) -> tuple[int, float, str, str]:
        return (FAMILIES[row["family"]].position, float(row["q"]), str(row["subject"]), str(row["phase"]))

    def families(self, bucket: Bucket) -> dict[str, Family]:
        """What became of each family's tests in a bucket."""
        result = {}
        for family in FAMILIES:
            rows = [row for row in self._rows if row["family"] == family and row["phase"] == bucket.phase]
            reasons = Counter(row["reason"] for row in rows if row["reason"])
            ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
            tested = sum(row["reason"] is None for row in rows)
            result[family] = Family(tested, sum(bool(row["signal"]) for row in rows), tuple(ordered))
        return result

    @cached_property
    def tested(self) -> int:
        """Tests made in the week, over all families and buckets."""
        return sum(row["reason"] is None for row in self._rows)

    @cached_property
    def incidents(self) -> list[Incident]:
        """The incidents that the situation of the week names, the most important first."""
        return incidents_of(self.facts)

    @cached_property
    def incidents_before(self) -> list[Row]:
        """The incidents that the situation of the week before named, as rows of trends.incident_weeks."""
        return told_in(self.facts, self.facts.edition.week.shift(-1))

    @cached_property
    def items(self) -> pl.DataFrame:
        """The posts that were flagged or reviewed, of all weeks, which had been seen when this edition came out."""
        today = self.facts.edition.local.date()
        return self.facts.tables["core.review_items"].filter(pl.col("first_seen_day") <= today)

    def items_of(self, row: Row) -> pl.DataFrame:
        """The items of review behind a row of trends.incident_weeks."""
        return self.items.filter(
            pl.col("week") == row["week"],
            pl.col("phase") == row["phase"],
            pl.col("indications").list.contains(row["subject"]),
        )

    @staticmethod
    def waiting_among(items: pl.DataFrame) -> int:
        """How many of some items wait for a coder."""
        return items.filter(_WAITS).height

    def waiting_of(self, row: Row) -> int:
        """How many of the items behind a row of trends.incident_weeks wait for a coder."""
        return self.waiting_among(self.items_of(row))

    def waiting_in(self, bucket: Bucket) -> list[Row]:
        """The open items of one bucket."""
        mine = (str(bucket.week), bucket.phase)
        return [item for item in self.open_items if (item["week"], item["phase"]) == mine]

    @cached_property
    def left_over(self) -> list[Row]:
        """Open incidents of last week that this week does not name though their posts are not all reviewed."""
        named = {incident.row["incident"] for incident in self.incidents}
        return [
            row
            for row in self.incidents_before
            if row["status"] == "open" and row["incident"] not in named and row["stage"] and self.waiting_of(row)
        ]

    @cached_property
    def own_precision(self) -> Mapping[str, float]:
        """The precision of each class that the office's own reviews measured."""
        return own_precision(self.facts)

    def beside(self, incident: Incident) -> Row | None:
        """What all platforms together had, where the evidence of an incident is of a single one; else None."""
        row = incident.row
        if row["platform"] == "all":
            return None
        if incident.kind == "signal":
            return self.row(incident.bucket, row["family"], row["subject"])
        return next(iter(self.flags(incident.bucket, incident.subject)), None)

    def flags(self, bucket: Bucket, code: str) -> list[Row]:
        """The count of a class of a bucket against what is usual, over all platforms: one row, or none."""
        flags = self.facts.tables["trends.count_flags"].filter(
            pl.col("week") == str(bucket.week),
            pl.col("phase") == bucket.phase,
            pl.col("platform") == "all",
            pl.col("indication") == code,
        )
        return list(flags.iter_rows(named=True))

    def is_tested(self, bucket: Bucket) -> bool:
        """Whether any test against buckets of the same phase was possible."""
        return any(family.tested for family in self.families(bucket).values())

    def is_counted(self, bucket: Bucket) -> bool:
        """Whether any count of a class could be compared, be it with a weak baseline."""
        flags = self.facts.tables["trends.count_flags"].filter(
            pl.col("week") == str(bucket.week), pl.col("phase") == bucket.phase, pl.col("reason").is_null()
        )
        return not flags.is_empty()

    @cached_property
    def counted(self) -> int:
        """Counts of classes of the week that were compared."""
        frame = self.facts.tables["trends.count_flags"]
        return frame.filter((pl.col("week") == str(self.facts.edition.week)) & pl.col("reason").is_null()).height

    def is_beyond_half(self, item: Row) -> bool:
        """Whether an item has waited longer than half of its internal limit when this edition is released."""
        waited = (self.facts.edition.local.date() - item["first_seen_day"]).days
        return bool(waited > METHOD.half_of_limit * METHOD.hand_over_days)

    def row(self, bucket: Bucket, family: str, subject: str, platform: str = "all") -> Row | None:
        """The tested cell of a bucket; None when the table has none."""
        wanted = (bucket.phase, family, subject, platform)
        keys = ("phase", "family", "subject", "platform")
        return next((row for row in self._rows if tuple(row[key] for key in keys) == wanted), None)

    @cached_property
    def copies(self) -> int:
        """Posts of the week that repeat a text of another, where they are many: the tests count a text once."""
        rows = [row for row in self._rows if (row["family"], row["platform"]) == ("volumes", "all")]
        return sum(copies_of(row) for row in rows)

    @cached_property
    def copied(self) -> list[Row]:
        """The texts of the week that were posted most often, the most copied first."""
        return [
            row
            for row in self.facts.tables["copied_texts"].iter_rows(named=True)
            if row["posts"] >= METHOD.copied_posts
        ]

    @cached_property
    def open_items(self) -> list[Row]:
        """Detected posts that wait for a coder, of all weeks, in the order of the workbook (`periods.urgency`)."""
        today = self.facts.edition.local.date()
        items = self.items.filter(_WAITS).sort("hand_over_limit", maintain_order=True).iter_rows(named=True)
        return sorted(items, key=lambda item: urgency(item["hand_over_limit"], item["act_by"], today))

    @cached_property
    def next_release(self) -> date:
        """The day of the next weekly report."""
        return self.facts.edition.next_release.date()

    @cached_property
    def open_clocks(self) -> list[Row]:
        """Open items that are to be acted on before the next report or on its day, the most urgent first.

        The day itself counts: a report of six in the morning leaves nobody time to review and hand over.
        """
        return [row for row in self.open_items if row["act_by"] <= self.next_release]

    def is_before_vote(self, item: Row) -> bool:
        """`periods.is_before_vote` of an item, on the day of the edition."""
        return is_before_vote(item["hand_over_limit"], item["act_by"], self.facts.edition.local.date())

    @cached_property
    def overdue(self) -> list[Row]:
        """Open items whose internal limit had passed when this edition was released."""
        today = self.facts.edition.local.date()
        return [row for row in self.open_clocks if row["hand_over_limit"] < today]

    @cached_property
    def due(self) -> list[Row]:
        """Open items whose internal limit falls on the day of release or after it, until the next report."""
        today = self.facts.edition.local.date()
        return [row for row in self.open_clocks if row["hand_over_limit"] >= today]

    @cached_property
    def indicated(self) -> list[Row]:
        """Items of all weeks that people found to be indications and that were not handed over yet."""
        frame = self.items.filter((pl.col("stage") == "indicated") & (pl.col("outcome") == "indicated"))
        return list(frame.iter_rows(named=True))

    def reached(self) -> dict[str, int]:
        """How many posts of the review list came as far as each stage, of all weeks.

        What went on counts at every stage on its way, as in what `trends.funnel` says entered a stage.
        """
        frame = self.items.filter("is_detected")
        places = [STAGES.index(stage) for stage in frame["stage"]]
        return {stage: sum(at >= place for at in places) for place, stage in enumerate(STAGES)}

    @property
    def is_reviewed(self) -> bool:
        """Whether any item was ever reviewed, in any week."""
        return any(stage != "detected" for stage in self.items["stage"])

    @cached_property
    def weekly_cases(self) -> list[Row]:
        """The cases of every week and phase up to this one, counted by stage."""
        return list(self.facts.tables["trends.weekly_cases"].iter_rows(named=True))

    @cached_property
    def due_cases(self) -> list[Row]:
        """Open cases of which something is due before the next report or on its day, soonest first."""
        frame = self.facts.tables["core.cases"].filter(pl.col("due_day") <= self.next_release)
        return list(frame.sort("due_day", "case_number").iter_rows(named=True))

    @cached_property
    def corrections(self) -> pl.DataFrame:
        """Restated values of the weeks up to this one, newest first: all that the ledger holds when this is rendered.

        A week that is published again prints what is known now, so its corrections are those known now as well.
        """
        frame = self.facts.tables["trends.corrections"].filter(pl.col("week") <= str(self.facts.edition.week))
        return frame.sort(
            ["corrected_at", "week", "phase", "table_name", "platform", "key", "metric"],
            descending=[True, True, False, False, False, False, False],
        )

    def first_reported(self, metric: str = "posts") -> Mapping[tuple[str, str], float]:
        """A metric of platform `all` as first reported, by week and phase."""
        frame = self.facts.tables["trends.reported"].filter(
            pl.col("table_name") == POSTS,
            pl.col("platform") == "all",
            pl.col("metric") == metric,
            pl.col("first_reported").is_not_null(),
        )
        return {(row["week"], row["phase"]): float(row["first_reported"]) for row in frame.iter_rows(named=True)}

    @cached_property
    def emerging(self) -> list[Row]:
        """The words and hashtags of the week that are new or much more frequent, by place."""
        frame = self.facts.tables["trends.emerging_terms"].filter(pl.col("week") == str(self.facts.edition.week))
        return list(frame.sort("place").iter_rows(named=True))

    def posts_of_term(self, term: str, shown: int = 3) -> list[Row]:
        """Example posts of an emerging term."""
        frame = self.facts.tables["signal_posts"]
        frame = frame.filter((pl.col("family") == "terms") & (pl.col("subject") == term))
        return list(frame.head(shown).iter_rows(named=True))

    @cached_property
    def slopes(self) -> list[Row]:
        """The season's directions up to this week that are shown: those that survived their family's correction."""
        frame = self.facts.tables["trends.slopes"]
        frame = frame.filter((pl.col("week") == str(self.facts.edition.week)) & pl.col("direction").is_not_null())
        return list(frame.sort("q", "family", "subject", "platform").iter_rows(named=True))


def usual_limits(row: Row) -> tuple[float, float] | None:
    """The usual range of a row of trends.signals or trends.count_flags, in counted texts; None without a baseline."""
    return None if row["usual_low"] is None else (row["usual_low"], row["usual_high"])


def copies_of(row: Row) -> int:
    """The posts of a cell beyond its distinct texts, 0 where they are few."""
    if row["posts"] is None or row["observed"] is None:
        return 0
    copies = int(row["posts"]) - int(row["observed"])
    return copies if copies >= METHOD.copied_share * row["posts"] else 0


def baseline_words(weeks: list[str]) -> tuple[str, str]:
    """The first and last week of a baseline."""
    ordered = sorted(weeks, key=Week.parse)
    return ordered[0], ordered[-1]
