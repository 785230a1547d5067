"""Indications: the one place where the model, the cue rules, the calendar and the fact-checks meet.

The model gives every text a score for each code; a cue rule (`sql/seeds/cues.csv`: an act matches and no exclusion
does) adds its vote, whose worth was measured on held-out posts; the sum is a probability with a threshold. A code
that the weights do not know is flagged by its rule alone. `hoax` comes only from a table of published fact-checks.

A call to vote is lawful in the campaign and no indication: by the local time of the post it becomes
`out_of_schedule` before the campaign and `quiet_period` in the quiet phase of the election's calendar. Rallies and
media advertising before their own window (art. 276(2)) are not told from other campaigning.

What is listed is "terdeteksi otomatis, belum ditinjau": the labels see words, not the subject, and not intent.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.labels.cues import Cues, read_cues
from flows.labels.model import Model, code_probability
from flows.labels.text import mask_contestants
from flows.periods import Election, read_seed

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

CALL_TO_VOTE = "call_to_vote"
HOAX = "hoax"
BY_PHASE = {"pre_campaign": "out_of_schedule", "quiet": "quiet_period"}
# "Do not forget" reminds, it does not forbid.
_REMINDER = " (?:jangan|jgn|jngn|jangan sampai|ojo|aja) (?:lupa|lali) "


class Found(NamedTuple):
    """What was found of one code in a batch of texts; `probability` is NaN where only a rule can speak."""

    probability: Floats
    vote: Flags
    flag: Flags
    is_uncertain: Flags


def _matches(texts: pl.Series, cues: Cues) -> Flags:
    """Whether each text matches the act and no exclusion."""
    flags: Flags = texts.str.contains(cues.act).fill_null(value=False).to_numpy(writable=True)
    if cues.exclude is not None and flags.any():
        flags[flags] = ~texts.filter(pl.Series(flags)).str.contains(cues.exclude).to_numpy()
    return flags


def read_votes(masked: pl.Series, rows: npt.NDArray[np.int64], anchors: npt.NDArray[np.uint32], seeds: Path) -> pl.DataFrame:
    """One boolean column for each code with cues, of all texts.

    `anchors` has a bit for each code that a text may match; `masked` are the texts of `rows`, those with any bit.
    """
    columns = {}
    spoken = masked.str.replace_all(_REMINDER, " ingat ")
    for place, (code, cues) in enumerate(read_cues(seeds).items()):
        columns[code] = np.zeros(len(anchors), dtype=bool)
        is_candidate = (anchors[rows] >> np.uint32(place)) & np.uint32(1) != 0
        if is_candidate.any():
            columns[code][rows[is_candidate]] = _matches(spoken.filter(pl.Series(is_candidate)), cues)
    return pl.DataFrame(columns)


def vote(texts: pl.Series, seeds: Path = sql.SEEDS) -> pl.DataFrame:
    """The word of every cue rule on texts, without looking for anchors first."""
    every = np.full(len(texts), np.uint32(0xFFFFFFFF))
    return read_votes(mask_contestants(texts, seeds), np.arange(len(texts)), every, seeds)


def find_codes(model: Model, scores: Floats, votes: pl.DataFrame, has_content: Flags) -> dict[str, Found]:
    """Every code that the model or a rule can find, from the scores of all outputs and the words of the rules."""
    found = {}
    for code in votes.columns:
        spoke = votes[code].to_numpy()
        if code not in model.codes:
            nothing = np.zeros(len(spoke), dtype=bool)
            found[code] = Found(np.full(len(spoke), np.nan), spoke, spoke & has_content, nothing)
            continue
        probability = code_probability(model, code, scores, spoke)
        flag = (probability >= model.codes[code].threshold) & has_content
        uncertain = (probability >= model.codes[code].uncertain_from) & ~flag & has_content
        found[code] = Found(probability, spoke, flag, uncertain)
    return found


def who_spoke(model: Model, code: str, scores: Floats, votes: Flags) -> list[str]:
    """For each text: `model`, `rule`, `both`, or `neither` has the code without the other's help."""
    if code not in model.codes:
        return ["rule" if spoke else "neither" for spoke in votes]
    alone = code_probability(model, code, scores, np.zeros(len(votes), dtype=bool)) >= model.codes[code].threshold
    together = code_probability(model, code, scores, votes) >= model.codes[code].threshold
    words = {(True, True): "both", (True, False): "model", (False, True): "rule", (False, False): "neither"}
    return [words[bool(one), bool(spoke and both)] for one, spoke, both in zip(alone, votes, together, strict=True)]


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


def list_indications(flags: dict[str, Flags], phase: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """The indication codes of each text from its flags and phase, in the order of the indications seed."""
    codes = [row["code"] for row in read_seed("indications", seeds)]
    known = dict(flags)
    calls = known.pop(CALL_TO_VOTE, np.zeros(len(phase), dtype=bool))
    for name, code in BY_PHASE.items():
        known[code] = calls & (phase == name).fill_null(value=False).to_numpy()
    bits = np.zeros(len(phase), dtype=np.uint64)
    for place, code in enumerate(codes):
        if code in known:
            bits |= known[code].astype(np.uint64) << np.uint64(place)
    return lists_of_bits(bits, tuple(codes), "indications")


def lists_of_bits(bits: npt.NDArray[np.uint64], names: tuple[str, ...], column: str) -> pl.Series:
    """For each number the names of its bits, in order."""
    distinct, places = np.unique(bits, return_inverse=True)
    lists = [[name for place, name in enumerate(names) if number >> place & 1] for number in distinct.tolist()]
    return pl.Series(column, lists, dtype=pl.List(pl.String)).gather(places)
