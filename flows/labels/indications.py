"""Indications: texts that perform an act of the violation seed, by cue rules that prefer silence to a wrong flag.

A text gets a code when an act cue of `sql/seeds/cues.csv` matches and no exclusion does (negation, reporting,
condemning, asking). The exclusions read the whole text, so one that both condemns and performs is missed. Criticism
is never `insult`; `hoax` needs a table of published fact-checks and is never given here.

A call to vote is lawful in the campaign and no indication: by the local time of the post it becomes
`out_of_schedule` before the campaign and `quiet_period` in the quiet phase of the election's calendar. Rallies and
media advertising before their own window (art. 276(2)) are not told from other campaigning.

What is listed is "terdeteksi otomatis, belum ditinjau": the rules see words, not the subject, and not intent.
"""

from pathlib import Path

import numpy as np
import polars as pl

import sql
from flows.labels.cues import Cues, read_cues
from flows.periods import Election, read_seed

CALL_TO_VOTE = "call_to_vote"
# "Do not forget" reminds, it does not forbid.
_REMINDER = " (?:jangan|jgn|jngn|jangan sampai|ojo|aja) (?:lupa|lali) "
_BY_PHASE = {"pre_campaign": "out_of_schedule", "quiet": "quiet_period"}


def _matching(rows: pl.Series, texts: pl.Series, pattern: str) -> pl.Series:
    return rows.filter(texts.gather(rows).str.contains(pattern)) if len(rows) else rows


def _flag(texts: pl.Series, candidates: pl.Series, cues: Cues) -> pl.Series:
    """Whether each text matches the act and no exclusion, looking at the candidate rows only."""
    flags = np.zeros(len(texts), dtype=bool)
    acting = _matching(candidates, texts, cues.act)
    flags[acting.to_numpy()] = True
    if cues.exclude is not None:
        flags[_matching(acting, texts, cues.exclude).to_numpy()] = False
    return pl.Series(flags)


def cue_flags(padded: pl.Series, seeds: Path = sql.SEEDS) -> pl.DataFrame:
    """One boolean column for each code with cues, `call_to_vote` among them; null texts are False."""
    padded = padded.str.replace_all(_REMINDER, " ingat ")
    rules = read_cues(seeds)
    anchors = sorted(frozenset().union(*(cues.anchors for cues in rules.values())))
    candidates = padded.str.contains_any(anchors).fill_null(value=False).arg_true()
    return pl.DataFrame({code: _flag(padded, candidates, cues) for code, cues in rules.items()})


def phases_of(created_at: pl.Series, election: Election) -> pl.Series:
    """The phase of each moment by the regency's own days; null stays null."""
    day = created_at.dt.convert_time_zone(election.zone.key).dt.date()
    expression = pl.lit(None, dtype=pl.String)
    for phase in election.phases:
        inside = pl.col("day").is_not_null()
        if phase.first_day is not None:
            inside &= pl.col("day") >= phase.first_day
        if phase.last_day is not None:
            inside &= pl.col("day") <= phase.last_day
        expression = pl.when(inside).then(pl.lit(phase.name)).otherwise(expression)
    return pl.DataFrame({"day": day}).select(expression.alias("phase"))["phase"]


def list_indications(flags: pl.DataFrame, phase: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """The indication codes of each text from its cue flags and phase, in the order of the indications seed."""
    codes = [row["code"] for row in read_seed("indications", seeds)]
    by_phase = flags.select(
        (pl.col(CALL_TO_VOTE) & (phase == name)).fill_null(value=False).alias(code) for name, code in _BY_PHASE.items()
    )
    known = flags.drop(CALL_TO_VOTE).hstack(by_phase)
    lists = known.select(
        pl.concat_list(pl.when(pl.col(code)).then(pl.lit(code)) for code in codes if code in known.columns)
        .list.drop_nulls()
        .alias("indications")
    )
    return lists["indications"]
