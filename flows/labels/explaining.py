"""Why a text has its labels: the words and pieces that pushed each of them, their weights, and the rules that fired.

Read with the kernel that labels, which names its features when it is asked (`reading.pieces`). Detectors of phrases are
a sum over words too, once it is known where in the text each found most: a word's weight is what it adds by itself and
in these phrases, and what the detectors add or ask for by themselves is a piece of its own.
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

import sql
from flows.files.record import whole_characters
from flows.labels import weights as files
from flows.labels.calibration import NEVER
from flows.labels.compiled.phrases import NO_WORD, REACH
from flows.labels.corpora import SENTIMENTS
from flows.labels.cues import REMIND, REMINDER, read_rules
from flows.labels.features import dense_features
from flows.labels.hoaxes import SIMILARITY, similarity
from flows.labels.indications import CALL_TO_VOTE, HOAX, list_indications, phases_of, who_spoke
from flows.labels.labelling import Judged, judge
from flows.labels.model import Model, limit, read_model
from flows.labels.reading import mask_contestants, phrase_words, pieces
from flows.labels.version import label_version
from flows.labels.weights import Weights, read_weights
from flows.periods import phase_classes, read_election
from flows.seeds import read_seed

TOP = 8  # pieces shown of each label
WORDS_SHOWN = 3  # of a reason
PHRASES = "phrases by themselves"
_DENSE_NAMES = ("lexicon", "lexicon, good words", "lexicon, bad words", "no word of the lexicon")


class Push(NamedTuple):
    """A piece of the text and what it adds to the score of a label."""

    piece: str
    weight: float


class CodeFound(NamedTuple):
    """One indication: its probability (None: only a rule can give it), its threshold, and who gave it."""

    code: str
    probability: float | None
    threshold: float | None
    spoke: str
    rules: tuple[str, ...]
    pushes: tuple[Push, ...]
    is_flagged: bool
    is_uncertain: bool
    said: tuple[str, ...] = ()  # what of the text each rule holds to, contestants masked


class Explanation(NamedTuple):
    """A text's labels with their reasons."""

    sentiment: str | None
    probabilities: dict[str, float]
    is_uncertain: bool
    pushes: dict[str, tuple[Push, ...]]  # of each sentiment
    codes: tuple[CodeFound, ...]
    indications: tuple[str, ...]
    topics: tuple[str, ...]
    districts: tuple[str, ...]
    language: str | None
    words: tuple[str, ...]  # as the model read them
    version: str


@cache
def _sources(model_folder: Path) -> tuple[Weights, Weights]:
    """The weights that sentiments come from, and those of everything else."""
    share_alike, own = model_folder / files.SHARE_ALIKE_FILE, read_weights(model_folder / files.OWN_FILE)
    return (read_weights(share_alike) if share_alike.is_file() else own), own


def _in_phrases(text: str, model: Model, seeds: Path) -> dict[str, list[tuple[str, float]]]:
    """What words add to each output in the phrases where the detectors found most."""
    detectors = model.matrices.phrases
    words, steps = phrase_words(text, detectors.rows, seeds)
    held = detectors.words[steps].reshape(len(steps), REACH, -1).astype(np.int64)
    middles = np.flatnonzero(steps != NO_WORD)
    if not len(middles):
        return {}
    places = middles[:, None] + np.arange(-1, REACH - 1)  # (phrase, place in it)
    parts = held[places, np.arange(REACH)]  # (phrase, place, detector)
    best = parts.sum(axis=1).argmax(axis=0)
    every = np.arange(parts.shape[2])
    each = parts[best, :, every]  # (detector, place)
    is_found = each.sum(axis=1) + detectors.biases > 0
    result = {}
    for worths, scale, place in zip(detectors.worths, model.phrase_scales, model.phrased, strict=True):
        worth = worths * scale * is_found
        added = np.bincount(places[best].ravel(), (each * worth[:, None]).ravel(), len(steps))
        itself = float(worth @ detectors.biases)
        result[model.outputs[place]] = [*zip(words, added[1:-1].tolist(), strict=True), (PHRASES, itself)]
    return result


def pushes(text: str, outputs: tuple[str, ...], seeds: Path, weights: Path) -> dict[str, list[Push]]:
    """Of every output all pieces of the text with what they add to its score, the strongest first."""
    features, lexicon = pieces(text, seeds)
    counts = [max(1, sum(piece.family == family for piece in features)) for family in range(3)]
    phrases = _in_phrases(text, read_model(weights), seeds)
    result = {}
    of_sentiments, of_codes = _sources(weights)
    for output in outputs:
        source = of_sentiments if output in SENTIMENTS else of_codes
        column = source.outputs.index(output)
        added: dict[str, float] = {}
        for piece in features:
            matrix = source.matrices[piece.family]
            number = int(matrix[piece.hash & (len(matrix) - 1), column])
            scale = source.scales[piece.family][column]
            added[piece.name] = added.get(piece.name, 0.0) + number * scale / counts[piece.family] ** 0.5
        for name, value in phrases.get(output, ()):
            added[name] = added.get(name, 0.0) + value
        dense = dense_features(np.array([lexicon]))[0]
        for name, number, row in zip(_DENSE_NAMES, dense.tolist(), source.dense, strict=True):
            if number:
                added[name] = number * row[column]
        ordered = sorted(added.items(), key=lambda item: (-abs(item[1]), item[0]))
        result[output] = [Push(name, round(value, 4)) for name, value in ordered if value]
    return result


def _code(code: str, text: str, row: Judged, seeds: Path, weights: Path) -> CodeFound:
    """What was found of one code in the only text of a batch."""
    findings, model = row.codes[code], read_model(weights)
    spoken = row.masked.str.replace_all(REMINDER, REMIND)[0]
    held = [
        (rule.pattern, " ".join(" ".join(found.groups() or (found[0],)).split()))
        for rule in read_rules(seeds)
        if findings.vote[0] and rule.code == code and (found := rule.expression.search(spoken))
    ]
    is_known = code in model.codes
    is_flagged, is_uncertain = bool(findings.flag[0]), bool(findings.is_uncertain[0])
    shown = is_known and (is_flagged or is_uncertain)
    return CodeFound(
        code=code,
        probability=round(float(findings.probability[0]), 4) if is_known else None,
        threshold=round(float(limit(model, code, findings.vote)[0]), 4) if is_known else None,
        spoke=who_spoke(model, code, row.scores, findings.vote)[0]
        if code != HOAX
        else ("rule" if is_flagged else "neither"),
        rules=tuple(pattern for pattern, _ in held),
        said=tuple(dict.fromkeys(words for _, words in held)),
        pushes=tuple(pushes(text, (code,), seeds, weights)[code][:TOP]) if shown else (),
        is_flagged=is_flagged,
        is_uncertain=is_uncertain,
    )


def explain(
    text: str, created_at: datetime | None = None, seeds: Path = sql.SEEDS, weights: Path | None = None
) -> Explanation:
    """The labels of one text and their reasons; lone surrogates are read as any other character."""
    clean = whole_characters(text)
    weights = weights or files.folder_of(seeds)
    model = read_model(weights)
    batch = next(iter(judge(pl.Series([clean]), seeds, weights)))
    codes = tuple(_code(code, clean, batch, seeds, weights) for code in batch.codes)
    times = pl.Series([created_at], dtype=pl.Datetime("us", "UTC"))
    flags = {one.code: np.array([one.is_flagged]) for one in codes}
    has_content = bool(batch.has_content[0])
    probabilities = dict(zip(SENTIMENTS, batch.sentiment[0].round(4).tolist(), strict=True)) if has_content else {}
    return Explanation(
        sentiment=max(probabilities, key=lambda name: probabilities[name]) if probabilities else None,
        probabilities=probabilities,
        is_uncertain=bool(probabilities) and max(probabilities.values()) < model.uncertain_below,
        pushes={name: tuple(some[:TOP]) for name, some in pushes(clean, SENTIMENTS, seeds, weights).items()}
        if has_content
        else {},
        codes=codes,
        indications=tuple(list_indications(flags, phases_of(times, read_election(seeds)), seeds)[0]),
        topics=tuple(batch.topics[0]),
        districts=tuple(batch.districts[0]),
        language=batch.language_names()[0] if has_content else None,
        words=tuple(batch.masked[0].split()),
        version=label_version(seeds, weights),
    )


class Reason(NamedTuple):
    """Why a post is on the review list for a code: who spoke, and the words that told the model most."""

    code: str
    spoke: str  # rule, model or both
    words: tuple[str, ...]


def _words(text: str, output: str, left_out: frozenset[str], seeds: Path, weights: Path) -> tuple[str, ...]:
    """Whole words of the text that speak for an output, the strongest first, but for those left out."""
    pushed = [push.piece for push in pushes(text, (output,), seeds, weights)[output] if push.weight > 0]
    whole = [piece for piece in pushed if piece.isalpha() and piece not in left_out]
    return tuple(whole[:WORDS_SHOWN])


def reasons(
    texts: pl.Series, indications: pl.Series, seeds: Path = sql.SEEDS, weights: Path | None = None
) -> list[tuple[Reason, ...]]:
    """For each text the reason of each of its indications (lists of codes); about 10 ms a reason.

    Names of people and function words are left out. A call to vote is what speaks for the codes that exist only in a
    phase. A text that is gone has no reason.
    """
    weights = weights or files.folder_of(seeds)
    model = read_model(weights)
    # Names are nobody's reason, and words like "ini" say nothing to a reader, whatever they weigh.
    names = (row["term"].lower() for row in read_seed("person_names", seeds))
    left_out = frozenset(("lexicon", *names, *(row["word"] for row in read_seed("function_words", seeds))))
    calls = frozenset(phase_classes(seeds).values())
    listed: list[tuple[Reason, ...]] = []
    clean = texts.fill_null("")
    for batch in judge(clean, seeds, weights) if len(clean) else ():
        spoken = {code: who_spoke(model, code, batch.scores, each.vote) for code, each in batch.codes.items()}
        for place in range(len(batch.has_content)):
            text = clean[len(listed)]
            codes = {code: CALL_TO_VOTE if code in calls else code for code in indications[len(listed)]}
            listed.append(
                tuple(
                    Reason(
                        code,
                        "rule" if source == HOAX else spoken[source][place],
                        _words(text, source, left_out, seeds, weights) if source in model.codes else (),
                    )
                    for code, source in codes.items()
                    if text and source in spoken
                )
            )
    return listed


def _shown(some: tuple[Push, ...]) -> str:
    return ", ".join(f"{push.piece} {push.weight:+.2f}" for push in some) or "nothing"


def _against(threshold: float | None) -> str:
    return "" if threshold is None else ", no frame is complete" if threshold >= NEVER else f" against {threshold:.2f}"


def as_text(explanation: Explanation, text: str, seeds: Path = sql.SEEDS) -> str:
    """An explanation in lines for a reader."""
    lines = [f"read as: {' '.join(explanation.words) or '(nothing)'}"]
    if explanation.sentiment is None:
        lines.append("sentiment: none, there is nothing to label (no word, number or emoji)")
    else:
        shares = ", ".join(f"{name} {share:.2f}" for name, share in explanation.probabilities.items())
        band = ", uncertain" if explanation.is_uncertain else ""
        lines.append(f"sentiment: {explanation.sentiment}{band} ({shares})")
        lines += [f"  {name}: {_shown(some)}" for name, some in explanation.pushes.items()]
    for one in explanation.codes:
        if not (one.is_flagged or one.is_uncertain or one.rules):
            continue
        state = "flagged" if one.is_flagged else ("uncertain" if one.is_uncertain else "not flagged")
        number = "" if one.probability is None else f", probability {one.probability:.2f}{_against(one.threshold)}"
        lines.append(f"{one.code}: {state} by {one.spoke}{number}")
        lines += [f"  rule: {pattern}" for pattern in one.rules]
        if one.pushes:
            lines.append(f"  pieces: {_shown(one.pushes)}")
        if one.code == CALL_TO_VOTE:
            lines.append("  a call to vote is no indication by itself: only before the campaign or in the quiet period")
    share, url = similarity(mask_contestants(pl.Series([whole_characters(text)]), seeds), seeds)
    if url[0] is not None:
        lines.append(f"hoax: {share[0]:.2f} of a claim checked at {url[0]} (from {SIMILARITY} on)")
    for name in ("indications", "topics", "districts"):
        lines.append(f"{name}: {', '.join(getattr(explanation, name)) or 'none'}")
    lines.append(f"language: {explanation.language or 'unknown'}; labels {explanation.version}")
    return "\n".join(lines)
