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
import numpy.typing as npt
import polars as pl

import sql
from flows.labels.cues import Cues, read_cues
from flows.periods import Election, read_seed

CALL_TO_VOTE = "call_to_vote"
# "Do not forget" reminds, it does not forbid.
_REMINDER = " (?:jangan|jgn|jngn|jangan sampai|ojo|aja) (?:lupa|lali) "
_BY_PHASE = {"pre_campaign": "out_of_schedule", "quiet": "quiet_period"}


def _flag(texts: pl.Series, cues: Cues) -> npt.NDArray[np.bool_]:
    """Whether each text matches the act and no exclusion."""
    flags: npt.NDArray[np.bool_] = texts.str.contains(cues.act).to_numpy(writable=True)
    if cues.exclude is not None and flags.any():
        flags[flags] = ~texts.filter(pl.Series(flags)).str.contains(cues.exclude).to_numpy()
    return flags


def cue_flags(padded: pl.Series, seeds: Path = sql.SEEDS) -> pl.DataFrame:
    """One boolean column for each code with cues, `call_to_vote` among them; null texts are False."""
    rules = read_cues(seeds)
    anchors = sorted(frozenset().union(*(cues.anchors for cues in rules.values())))
    is_candidate = padded.str.contains_any(anchors).fill_null(value=False).to_numpy()
    candidates = padded.filter(pl.Series(is_candidate)).str.replace_all(_REMINDER, " ingat ")
    columns = {}
    for code, cues in rules.items():
        columns[code] = np.zeros(len(padded), dtype=bool)
        columns[code][is_candidate] = _flag(candidates, cues)
    return pl.DataFrame(columns)


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
