"""Indications: the one place where the model, the cue rules, the calendar and the fact-checks meet.

The model gives every text a score for each code; a cue rule (`sql/seeds/cues.csv`: an act matches and no exclusion
does) adds its vote, whose worth was measured on held-out posts; the sum is a probability with a threshold. Where an
exclusion of the code matches (reporting, condemning, asking, denying), the model alone flags nothing: the text stays
in the uncertain band. Acts (`needs_frame` in learned_classes.csv) are
flagged only where a frame is complete and the model confirms it; what one of them says alone is uncertain. A code that
the weights do not know is flagged by its rule alone. `hoax` comes only from a
table of published fact-checks.

A call to vote is lawful in the campaign and no indication: by the local time of the post it becomes the class that
exists only in that phase (`only_in_phase` of the seed: before the campaign, and in the quiet phase). Rallies and media
advertising before their own window (art. 276(2)) are not told from other campaigning.

What is listed is "terdeteksi otomatis, belum ditinjau": the labels see words, not the subject, and not intent.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.labels.calibration import NEVER
from flows.labels.cues import REMIND, REMINDER, Cues, read_cues
from flows.labels.model import Model, limit, probability
from flows.labels.reading import mask_contestants
from flows.labels.tables import read_meanings
from flows.periods import Election, phase_classes
from flows.seeds import read_seed

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

_NOWHERE = np.zeros(0, np.int64)
CALL_TO_VOTE = "call_to_vote"
HOAX = "hoax"
PER_MILLE = 1000


class Found(NamedTuple):
    """What was found of one code in a batch of texts; `probability` is NaN where only a rule can speak."""

    probability: Floats
    vote: Flags
    flag: Flags
    is_uncertain: Flags


class Candidates(NamedTuple):
    """The places of texts that hold all the words which an act of a code needs, and which each of its frames needs."""

    acts: Numbers
    frames: tuple[Numbers, ...]

    def all(self) -> Numbers:
        """The places of both, each once, in order."""
        return np.unique(np.concatenate([self.acts, *self.frames]))


def _holding(parts: npt.NDArray[np.uint64], need: int) -> Numbers:
    """The places of texts with all the bits of a need, from their bits of slots (number, text)."""
    places = None
    for number, bits in enumerate(parts):
        if part := np.uint64(need >> 64 * number & (1 << 64) - 1):
            held = bits if places is None else bits[places]
            fits = np.flatnonzero(held & part == part)
            places = fits if places is None else places[fits]
    return np.arange(parts.shape[1]) if places is None else places


def candidates(slots: npt.NDArray[np.uint64], seeds: Path = sql.SEEDS) -> dict[str, Candidates]:
    """Which texts a rule of each code may match, from their bits of slots (text, number)."""
    parts, rules = np.ascontiguousarray(slots.T), read_cues(seeds)
    where = {}
    for code, needs in read_meanings(seeds).needs.items():
        places = [_holding(parts, need) for need in needs]
        acts = len(needs) - len(rules[code].frames)
        where[code] = Candidates(np.unique(np.concatenate([_NOWHERE, *places[:acts]])), tuple(places[acts:]))
    return where


def _spoken(masked: pl.Series, places: Numbers) -> pl.Series:
    """The texts at these places as the cue patterns read them; null as an empty one."""
    return masked.gather(places).fill_null("").str.replace_all(REMINDER, REMIND)


def _matches(texts: pl.Series, where: Candidates, cues: Cues) -> Numbers:
    """The places of texts that match an act or a frame of a rule, and no exclusion."""
    places = {*where.acts[texts.gather(where.acts).str.contains(cues.act).to_numpy()].tolist()}
    for frame, rows in zip(cues.frames, where.frames, strict=True):
        held = rows
        for part in frame.open:
            held = held[texts.gather(held).str.contains(part).to_numpy()]
        places.update(place for place in held.tolist() if frame.fits(texts[place]))
    matched = np.array(sorted(places), np.int64)
    if cues.exclude is None or not places:
        return matched
    is_open: Flags = ~texts.gather(matched).str.contains(cues.exclude).to_numpy()
    return np.asarray(matched[is_open])


def read_votes(masked: pl.Series, where: dict[str, Candidates], seeds: Path = sql.SEEDS) -> dict[str, Flags]:
    """The word of every cue rule on masked texts, read on those of `where` only."""
    everywhere = {code: each.all() for code, each in where.items()}
    rows = np.unique(np.concatenate([_NOWHERE, *everywhere.values()]))
    spoken = _spoken(masked, rows)
    votes = {}
    for code, cues in read_cues(seeds).items():
        votes[code] = np.zeros(len(masked), dtype=bool)
        if len(everywhere[code]):
            acts, *frames = (np.searchsorted(rows, places) for places in (where[code].acts, *where[code].frames))
            votes[code][rows[_matches(spoken, Candidates(acts, tuple(frames)), cues)]] = True
    return votes


def vote(texts: pl.Series, seeds: Path = sql.SEEDS) -> dict[str, Flags]:
    """The word of every cue rule on texts, without looking for candidates first."""
    each = np.arange(len(texts))
    everywhere = {code: Candidates(each, (each,) * len(cues.frames)) for code, cues in read_cues(seeds).items()}
    return read_votes(mask_contestants(texts, seeds), everywhere, seeds)


def read_silenced(masked: pl.Series, where: dict[str, Flags], seeds: Path = sql.SEEDS) -> dict[str, Flags]:
    """Which masked texts of `where` match an exclusion of the code: they report, condemn, deny or ask about the act."""
    silenced = {}
    for code, cues in read_cues(seeds).items():
        silenced[code] = np.zeros(len(masked), dtype=bool)
        if cues.exclude is not None and where[code].any():
            rows = np.flatnonzero(where[code])
            silenced[code][rows] = _spoken(masked, rows).str.contains(cues.exclude).to_numpy()
    return silenced


def silence(texts: pl.Series, seeds: Path = sql.SEEDS) -> dict[str, Flags]:
    """`read_silenced` of every text for every code."""
    everywhere = dict.fromkeys(read_cues(seeds), np.ones(len(texts), dtype=bool))
    return read_silenced(mask_contestants(texts, seeds), everywhere, seeds)


def heed_exclusions(findings: dict[str, Found], masked: pl.Series, seeds: Path = sql.SEEDS) -> dict[str, Found]:
    """The same without the flags that only the model gave and an exclusion takes back; those are uncertain."""
    alone = {code: one.flag & ~one.vote for code, one in findings.items()}
    silenced = read_silenced(masked, alone, seeds)
    return {
        code: one._replace(flag=one.flag & ~silenced[code], is_uncertain=one.is_uncertain | silenced[code])
        for code, one in findings.items()
    }


def find_codes(model: Model, scores: Floats, votes: dict[str, Flags], has_content: Flags) -> dict[str, Found]:
    """Every code that the model or a rule can find, from the scores of all outputs and the words of the rules."""
    findings = {}
    for code, spoke in votes.items():
        if code not in model.codes:
            nothing = np.zeros(len(spoke), dtype=bool)
            findings[code] = Found(np.full(len(spoke), np.nan), spoke, spoke & has_content, nothing)
            continue
        share = probability(model, code, scores, spoke)
        flag = (share >= limit(model, code, spoke)) & has_content
        near = spoke & (model.codes[code].threshold >= NEVER)  # a frame that the model does not confirm
        uncertain = ((share >= model.codes[code].uncertain_from) | near) & ~flag & has_content
        findings[code] = Found(share, spoke, flag, uncertain)
    return findings


def who_spoke(model: Model, code: str, scores: Floats, votes: Flags) -> list[str]:
    """For each text: `model`, `rule`, `both`, or `neither` has the code without the other's help."""
    if code not in model.codes:
        return ["rule" if spoke else "neither" for spoke in votes]
    alone = probability(model, code, scores, np.zeros(len(votes), dtype=bool)) >= model.codes[code].threshold
    together = probability(model, code, scores, votes) >= limit(model, code, votes)
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
    for name, code in phase_classes(seeds).items():
        known[code] = calls & (phase == name).fill_null(value=False).to_numpy()
    bits = np.zeros(len(phase), dtype=np.uint64)
    for place, code in enumerate(codes):
        if code in known:
            bits |= known[code].astype(np.uint64) << np.uint64(place)
    return lists_of_bits(bits, tuple(codes), "indications")


def top_probabilities(probabilities: dict[str, Floats], phase: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """The largest probability of any class that each text can have at its time, in per mille, rounded down.

    Zero where none of them has one: a class that only a rule or a fact-check can find has no probability.
    """
    top: Floats = np.zeros(len(phase))
    is_of_class = phase.is_in(list(phase_classes(seeds))).fill_null(value=False).to_numpy()
    for code, shares in probabilities.items():
        top = np.fmax(top, np.where(is_of_class, shares, 0.0) if code == CALL_TO_VOTE else shares)
    return pl.Series("class_probability", (top * PER_MILLE).astype(np.uint16), dtype=pl.UInt16)


def lists_of_bits(bits: npt.NDArray[np.uint64], names: tuple[str, ...], column: str) -> pl.Series:
    """For each number the names of its bits, in order."""
    filled = np.flatnonzero(bits)  # few of them: sorting all numbers would cost more than the rest
    distinct, places = np.unique(bits[filled], return_inverse=True)
    lists = [[name for place, name in enumerate(names) if number >> place & 1] for number in (0, *distinct.tolist())]
    order = np.zeros(len(bits), np.int64)
    order[filled] = places + 1
    return pl.Series(column, lists, dtype=pl.List(pl.String)).gather(order)
