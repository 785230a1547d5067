"""Before sharing: what would flag a text and why, which article may apply on a day, and which fact-check it resembles.

Pure: a text in, what is said of it out. Nothing here is kept, and nothing is a verdict.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.desk.words import choices, words_of
from flows.labels import explaining, hoaxes
from flows.labels.compiled.letters import CONTESTANT, PEOPLE_WORD
from flows.labels.indications import CALL_TO_VOTE
from flows.periods import phase_classes, read_election
from flows.seeds import read_seed

CHARACTERS = 4_000  # of a text
QUESTIONS = ("source", "date", "place", "picture", "reason")
_MASKS = {CONTESTANT: "saring_contestant", PEOPLE_WORD: "saring_people"}  # and what is shown for them


class Flag(NamedTuple):
    """A kind of indication that the text would be listed for: who says so, by which words, and the articles."""

    label: str
    spoke: str  # rule, model or both
    said: tuple[str, ...]  # the words that rules hold to, contestants masked
    words: tuple[str, ...]  # the words that weigh most for the model
    articles: tuple[str, ...]


class Claim(NamedTuple):
    """A supplied fact-check that the text resembles: `share` of the claim's words and pairs stand in it."""

    claim: str
    url: str
    published_on: str
    share: float


class Screening(NamedTuple):
    """What is said of a text on a day."""

    day: date
    phase: str
    flags: tuple[Flag, ...]
    doubtful: tuple[str, ...]  # kinds that the model is not sure of
    is_lawful_call: bool  # a call to vote, in a phase in which it is allowed
    claim: Claim | None
    claims: int  # that were supplied
    districts: tuple[str, ...]


def screen(text: str, day: date, seeds: Path, lang: str) -> Screening:
    """What is said of a text that is shared on a day."""
    election = read_election(seeds)
    moment = datetime.combine(day, time(12), election.zone)
    found = explaining.explain(text, moment, seeds)
    (reasons,) = explaining.reasons(pl.Series([text]), pl.Series([list(found.indications)]), seeds)
    by_code = {reason.code: reason for reason in reasons}
    said = {one.code: one.said for one in found.codes}
    of_phases = phase_classes(seeds)
    calls = frozenset(of_phases.values())
    known = {choice.code: choice for choice in choices(seeds, lang, day)}
    phase = election.phase_of(day).name
    names = {row["code"]: row["name"] for row in read_seed("places", seeds)}
    labels = {row["phase"]: row[f"label_{lang}"] for row in read_seed("calendar", seeds)}
    return Screening(
        day=day,
        phase=labels[phase],
        flags=tuple(
            Flag(
                known[code].label,
                by_code[code].spoke,
                tuple(_shown(each, lang) for each in said.get(CALL_TO_VOTE if code in calls else code, ())),
                by_code[code].words,
                known[code].articles,
            )
            for code in found.indications
        ),
        doubtful=tuple(
            known[one.code].label
            for one in found.codes
            if one.is_uncertain and not one.is_flagged and one.code in known
        ),
        is_lawful_call=any(one.code == CALL_TO_VOTE and one.is_flagged for one in found.codes)
        and phase not in of_phases,
        claim=_claim(text, seeds),
        claims=len(hoaxes.read_claims(seeds).urls),
        districts=tuple(names[code] for code in found.districts),
    )


def _claim(text: str, seeds: Path) -> Claim | None:
    shares, urls = hoaxes.similarity(pl.Series([text]), seeds)
    if urls[0] is None or shares[0] < hoaxes.SIMILARITY:
        return None
    row = next(row for row in read_seed("fact_checks", seeds) if row["url"] == urls[0])
    return Claim(row["claim"], row["url"], row["published_on"], float(shares[0]))


def _shown(said: str, lang: str) -> str:
    """What a rule holds to as a reader reads it: who is masked in it is named by what they are."""
    for mask, name in _MASKS.items():
        said = said.replace(mask, words_of(lang)[name])
    return said


def lines(found: Screening, lang: str) -> Iterator[str]:
    """What is said of a text, line by line, for a terminal."""
    words = words_of(lang)
    yield words["saring_day"].format(day=found.day.isoformat(), phase=found.phase)
    for flag in found.flags:
        yield f"{flag.label} ({words['saring_detected']})"
        yield from (f"  {line}" for line in why(flag, words))
    if not found.flags:
        yield words["saring_nothing"]
    if found.doubtful:
        yield words["saring_doubtful"].format(kinds=", ".join(found.doubtful))
    if found.is_lawful_call:
        yield words["saring_lawful_call"]
    yield from resembling(found, words)
    yield words["saring_questions"]
    yield from (f"  {number}. {question}" for number, question in enumerate(questions(found.districts, words), 1))
    yield words["saring_no_verdict"]


def why(flag: Flag, words: Mapping[str, str]) -> Iterator[str]:
    """Why a text would be flagged, and which articles may apply."""
    if flag.said:
        yield words["saring_rule"].format(said="; ".join(f"“{each}”" for each in flag.said))
    if flag.spoke != "rule" and flag.words:
        yield words["saring_model"].format(words=", ".join(f"“{each}”" for each in flag.words))
    elif flag.spoke != "rule" and not flag.said:
        yield words["saring_whole"]
    if flag.articles:
        yield words["saring_articles"].format(articles="; ".join(flag.articles))


def resembling(found: Screening, words: Mapping[str, str]) -> Iterator[str]:
    """Which supplied fact-check the text resembles."""
    if found.claim is not None:
        claim = found.claim
        facts = {"claim": claim.claim, "day": claim.published_on, "url": claim.url, "share": round(100 * claim.share)}
        yield words["saring_claim"].format(**facts)
    elif found.claims:
        yield words["saring_no_claim"].format(count=found.claims)
    else:
        yield words["saring_no_claims"]


def questions(districts: Sequence[str], words: Mapping[str, str]) -> Iterator[str]:
    """The five questions to answer before sharing, with the districts that the text names."""
    for name in QUESTIONS:
        question = words[f"saring_{name}"]
        if name == "place" and districts:
            question += " " + words["saring_place_named"].format(places=", ".join(districts))
        yield question
