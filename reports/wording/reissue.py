"""That a week is published again: when, for which days, and what changed since it was first published."""

import polars as pl

from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.wording.words import Words

CHANGED = ("posts", "detected")  # the totals whose changes are told


def reissue_text(facts: Facts, words: Words) -> str:
    """What stands at the top of a week that is published again; empty of one that is published first."""
    edition = facts.edition
    if edition.publication == 1:
        return ""
    week = edition.week
    return words(
        "reissue",
        publication=edition.publication,
        day=words.day(edition.local.date()),
        days=words.days(week.first_day, week.last_day),
        changed=_changed(facts, words),
    )


def _changed(facts: Facts, words: Words) -> str:
    """Which totals of the week are others than those first reported, and why; that none is."""
    week = str(facts.edition.week)
    texts = []
    for metric in CHANGED:
        reported = Trends(facts).first_reported(metric)
        known = [round(value) for (each, _), value in reported.items() if each == week]
        first, now = sum(known), facts.total(metric)
        if known and now != first:
            name = words(f"reissue_{metric}")
            texts.append(words("reissue_value", name=name, first=words.number(first), now=words.number(now)))
    if not texts:
        return words("reissue_same")
    return words("reissue_changed", changes=words.listed(texts), reasons=_reasons(facts, words))


def _reasons(facts: Facts, words: Words) -> str:
    """The causes on record, the words of the corrections; empty where there is none."""
    corrections = facts.tables["trends.corrections"].filter(
        pl.col("week") == str(facts.edition.week),
        pl.col("platform") == "all",
        pl.col("key") == "",
        pl.col("metric").is_in(CHANGED),
    )
    causes = {cause for reason in corrections["reason"].drop_nulls() for cause in str(reason).split(", ")}
    named = [words.known(f"reason_{cause}", cause) for cause in sorted(causes)]
    return words("reissue_reasons", reasons=", ".join(named)) if named else ""
