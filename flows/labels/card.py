"""The model card: data, licences, measured error and known failures, written from measurements and nothing else.

`python -m flows.labels.card FOLDER DATE` measures the shipped weights on the folder of data (the sets of
`test_sets.csv`, `texts/comments.txt.gz`), writes `MODEL_CARD.md` beside this file and the measures that reports print
beside the weights. DATE is the day of the measurement. A test holds the card to the weight files.
"""

import gzip
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

import sql
from flows.labels import acts, talk
from flows.labels import weights as files
from flows.labels.calibration import VOTED_PRECISION, learned_classes
from flows.labels.compiled.phrases import REACH
from flows.labels.corpora import PUBLIC, REAL, read_labelled
from flows.labels.evaluation import evaluate, expected_precision, predict, wilson
from flows.labels.hoaxes import SIMILARITY
from flows.labels.quality import CodedSet, measured_codes, record
from flows.labels.version import label_version
from flows.labels.weights import Weights, checksum, read_weights
from flows.seeds import read_rows, read_seed

CARD = Path(__file__).parent / "MODEL_CARD.md"
SETS = Path(__file__).with_name("test_sets.csv")
TRIED = Path(__file__).with_name("tried.csv")
PREVALENCES = (0.001, 0.01, 0.05)
_TEXTS = "texts/comments.txt.gz"
_FIELD = "field"  # the set whose shares are those of the field: what reports print
_USES = {
    **dict.fromkeys(("own", *REAL), "sentiment and indications"),
    "indodiscourse": "`hate_speech`, its own class, ordinary posts",
    "nusawrites": "ordinary posts of the indications",
    "licensed_uncoded": "what words mean, without labels",
}


class TestSet(NamedTuple):
    """A set of coded posts: which rows of which file, how often somebody chose something by it, and what it is."""

    name: str
    posts: pl.DataFrame
    looks: int
    names: CodedSet
    what: str


def read_sets(folder: Path) -> list[TestSet]:
    """Every set of `test_sets.csv` that the folder of data holds."""
    sets = []
    for row in read_rows(SETS):
        if not (folder / row["file"]).is_file():
            continue
        posts = read_labelled(folder / row["file"])
        if row["only"]:
            posts = posts.filter(pl.col("may_ship") == row["only"])
        names = CodedSet(row["name_id"], row["name_en"])
        sets.append(TestSet(row["set"], posts, int(row["looks"]), names, row["what"]))
    return sets


def flag_counts(folder: Path) -> tuple[int, dict[str, int]]:
    """How many real comments the folder holds, and how many of them each code flags."""
    with gzip.open(folder / _TEXTS, "rt", encoding="utf-8") as lines:
        comments = pl.Series(lines.read().splitlines())
    flags = predict(comments).flags
    return len(comments), {code: int(flag.sum()) for code, flag in flags.items()}


def _number(value: dict[str, Any]) -> str:
    low, high = value["interval"]
    return f"{value['value']:.2f} ({low:.2f}-{high:.2f})"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def _curve(calibration: dict[str, Any]) -> str:
    points = "; ".join(f"{mean:.2f} -> {share:.2f} (n={count})" for mean, share, count in calibration["curve"])
    return f"expected error {calibration['expected_error']:.3f}: {points}"


def _worth(own: Weights, field: dict[str, Any], texts: int, flagged: dict[str, int]) -> list[str]:
    measured = {row["code"]: row["is_measured"] == "true" for row in read_seed("indications")}
    real = measured_codes(field)
    rows = []
    for code, how in own.calibration["codes"].items():
        recall = (field["indications"] if code in real else own.measured["codes"])[code]["recall"]
        low, high = wilson(flagged[code], texts)
        shares = []
        for part in PREVALENCES:
            worst = expected_precision(recall["interval"][0], high, part)
            middle = expected_precision(recall["value"], flagged[code] / texts, part)
            best = expected_precision(recall["interval"][1], low, part)
            shares.append(f"{100 * middle:.0f} ({100 * worst:.0f}-{100 * best:.0f})")
        marked = "text cue" if code not in measured else ("yes" if measured[code] else "no: review list")
        rate = f"{1000 * flagged[code] / texts:.2f} ({1000 * low:.2f}-{1000 * high:.2f})"
        seen = "real" if code in real or own.measured["codes"][code]["is_real"] else "invented"
        limits = f"{how['threshold']:.2f} / {how['voted_threshold']:.2f}"
        rows.append((f"`{code}`", rate, f"{_number(recall)}, {seen}", *shares, limits, marked))
    head = ("class", "flags per 1,000 real comments", "recall, on which posts")
    shares_head = tuple(f"% right at {100 * part:g} %" for part in PREVALENCES)
    return _table((*head, *shares_head, "threshold / with rule", "measured on real text"), rows)


def _held_out(own: Weights) -> list[str]:
    rows = [
        (
            f"`{code}`",
            "real" if one["is_real"] else "invented",
            str(one["positives"]),
            *(_number(one[name]) for name in ("precision", "recall", "f1")),
        )
        for code, one in own.measured["codes"].items()
    ]
    return _table(("class", "posts", "coded", "precision", "recall", "F1"), rows)


def _held_out_sentiment(weights: Weights) -> list[str]:
    rows = [
        (name, str(one["posts"]), f"{one['macro_f1']:.3f}", _sure(one["calibration"]))
        for name, one in weights.measured["sentiment"].items()
    ]
    return _table(("held-out posts of", "posts", "macro-F1", "stated 0.9 or more -> right"), rows)


def _sure(calibration: dict[str, Any]) -> str:
    mean, share, count = calibration["curve"][-1]
    return f"{mean:.2f} -> {share:.2f} (n={count})"


def _validation(shared: Weights) -> list[str]:
    rows = [(name, str(one["posts"]), f"{one['macro_f1']:.3f}") for name, one in shared.measured["validation"].items()]
    return _table(("validation split", "posts", "macro-F1"), rows)


def _tried() -> list[str]:
    """How the settings of the sentiment were chosen, and what else was tried."""
    rows = [(row["measured"], row["what"], row["groups"], row["two"], row["use"]) for row in read_rows(TRIED)]
    return [
        "## How the settings of the sentiment were chosen",
        "",
        "On coded licensed posts of origins that the fit had not seen, never on the sets above: comments on the vice "
        "president; tweets of the presidential election; comments on the governors' election, football and health; "
        "tweets of public matters. Two groups are the second and the third. Macro-F1, the mean of the groups, and of "
        "all posts of two coders among them. What words say at one origin alone is learned apart and thrown away: it "
        "is the noise of a new origin. No one bias of neutral serves new origins: of five, left out in turn with their "
        "group, the best would be 0 at one, -0.6 at one and 1.1 to 1.2 at three.",
        "",
        *_table(("measured on", "what", "groups", "posts of two coders", "in use"), rows),
        "",
    ]


def _measured(coded: TestSet, result: dict[str, Any], day: str) -> list[str]:
    part = result["sentiment"]
    rows = [
        ("sentiment, macro-F1", str(part["posts"]), _number(part["macro_f1"])),
        ("  majority class", "", f"{part['majority_macro_f1']:.2f}"),
        ("  lexicon alone", "", f"{part['lexicon_macro_f1']:.2f}"),
        *((f"  {name}, F1", str(one["positives"]), _number(one["f1"])) for name, one in part["classes"].items()),
    ]
    named = {"any indication": result["any_indication"]} | {
        code: result["indications"][code] for code in ("insult", "hate_speech")
    }
    for name, one in named.items():
        values = f"F1 {_number(one['f1'])}, precision {_number(one['precision'])}, recall {_number(one['recall'])}"
        rows.append((name, str(one["positives"]), values))
    rows.append(("stated 0.9 or more -> right", "", _sure(part["calibration"])))
    head = f"### {coded.names.name_en[0].upper()}{coded.names.name_en[1:]}"
    text = (
        f"Measured on {day}; looked at {coded.looks} times while settings were chosen; never trained on; {coded.what}."
    )
    return [head, "", text, "", *_table(("", "coded", "measured (95 % interval)"), rows), ""]


def _detectors(own: Weights) -> str:
    """What the weights have of detectors of phrases."""
    if own.phrases is None:
        return "no detectors of phrases"
    return (
        f"{len(own.phrases.biases)} detectors of phrases of {REACH} words, over vectors of {len(own.phrases.known):,} "
        f"words, which add to {', '.join(f'`{output}`' for output in own.phrases.outputs)}"
    )


def write(folder: Path, day: str) -> str:
    """The text of the card, measured on the folder of data."""
    own, shared = (read_weights(files.FOLDER / name) for name in (files.OWN_FILE, files.SHARE_ALIKE_FILE))
    sets = read_sets(folder)
    results = {one.name: evaluate(one.posts) for one in sets}
    field = next(one for one in sets if one.name == _FIELD)
    count, flagged = flag_counts(folder)
    record(results[_FIELD], field.names, len(field.posts), flags=(count, flagged))
    learned = learned_classes().values()
    licences = {corpus.name: corpus.licence for corpus in PUBLIC} | {"own": "MIT"}
    size = sum((files.FOLDER / name).stat().st_size for name in (files.OWN_FILE, files.SHARE_ALIKE_FILE))
    lines = [
        "# Model card of ronda's labels",
        "",
        "Written by `python -m flows.labels.card` from measurements; do not edit.",
        "",
        f"- Label version: `{label_version()}`",
        f"- `{files.OWN_FILE}` (MIT): checksum `{checksum(files.FOLDER / files.OWN_FILE)}`",
        f"- `{files.SHARE_ALIKE_FILE}` (CC BY-SA 4.0): checksum `{checksum(files.FOLDER / files.SHARE_ALIKE_FILE)}`",
        f"- Both files: {size / 1e6:.1f} MB, 8-bit weights of hashed words, word pairs, negated words, four-byte "
        f"windows of words, and groups of words; {_detectors(own)}",
        "",
        "## What it is for",
        "",
        "Counting sentiment and topics of public election posts in Indonesian and Javanese, and listing posts for "
        "people to look at. Nothing it lists is a finding: *terdeteksi otomatis, belum ditinjau*. It sees words, not "
        "the writer, the subject or the intent. It must not rank people or decide about a person.",
        "",
        "## Data",
        "",
        *_table(
            ("corpus", "licence", "SHA-256 of texts and labels (first letters)", "used for"),
            [
                (name, licences.get(name, "the operator's"), f"`{mark[:16]}`", _USES.get(name, "sentiment"))
                for name, mark in shared.corpora.items()
            ],
        ),
        "",
        "SmSA (Purwarianti and Crisdayanti 2019; IndoNLU, Wilie et al. 2020), NusaX (Winata et al. 2023), NusaWrites "
        "(Cahyawijaya et al. 2023) and IndoDiscourse are used with attribution; changes: texts became sums of "
        "weights. Training posts that nearly repeat a validation post were left out, because NusaX was sampled from "
        "SmSA. The own corpus is invented, MIT, and described in `corpus/README.md`.",
        "",
        "`licensed` are real posts of repositories whose licence lets weights be shipped (`weights/LICENSES.md`), by "
        "two coders and an adjudicator, drawn by cue words; the other licensed ones are of the same repositories, each "
        "by one coder: `licensed_more` by one alone, half at random and half where a former model was least sure, "
        "`licensed_many` by one of several, drawn likewise. All coders were machine-assisted. Of `licensed_uncoded` no "
        "post is coded: from it and the others ronda learns which words stand among the same words, so that what the "
        "sentiment learns of one holds for the other (`neighbours.py`), and so for the detectors of phrases, which "
        "learn from real posts and the own corpus (`detectors.py`). The texts are no part of ronda; `coded/` holds "
        "the labels by the key of each text, and how they were drawn and agreed.",
        "",
        "Made by `ronda label train --corpora FOLDER --into flows/labels/weights`, where FOLDER has `corpora/`, "
        "`annotated/` and `texts/`; the same texts give the same bytes on the "
        "same kind of processor. On another kind than that of these files the last digits of sums differ: two "
        "trainings there agreed with each other to the byte, and with these in all but 0.5 % of the sentiments and "
        "0.8 % of the insult flags of 69,425 licensed posts, every macro-F1 of held-out posts within 0.002. An "
        "operator adds labelled CSVs to it. "
        "This card and `weights/measured.csv`, which reports print: `python -m flows.labels.card FOLDER DATE`.",
        "",
        "## Measured on real posts that no weight was trained on",
        "",
        "Coded by two independent coders and an adjudicator. A set that was looked at often while settings were chosen "
        "gives the upper end; reports print the figures of the set that is weighted to the field.",
        "",
        *(line for one in sets for line in _measured(one, results[one.name], day)),
        "## Measured on other corpora",
        "",
        *_validation(shared),
        "",
        "`indodiscourse` is that corpus's own hate class, by the output of the same name.",
        "",
        "## Held out in training",
        "",
        "Each post scored by a fit that had not seen its third of them. Invented posts (`own`) are easier than others.",
        "",
        *_held_out_sentiment(shared),
        "",
        *_held_out(own),
        "",
        *_tried(),
        "## What a flag is worth",
        "",
        "Thresholds are the lowest at which held-out posts reach the stated precision ("
        + ", ".join(f"`{one.code}` {one.stated_precision:.2f}" for one in learned)
        + f"; where the cue rule spoke too {VOTED_PRECISION:.2f}, and the model alone gives at least "
        + ", ".join(f"`{one.code}` {one.least_with_rule:.2f}" for one in learned if one.least_with_rule)
        + ") and at most the stated share of ordinary public "
        "posts is flagged ("
        + ", ".join(f"`{one.code}` {100 * one.ordinary_rate:g} %" for one in learned)
        + "): of IndoDiscourse and the licensed posts. "
        "The share of right flags to expect takes the recall (of real "
        f"posts where there are enough of them, else of held-out invented ones) and every flag on {count:,} real, "
        "mostly harmless comments as false, for 0.1, 1 and 5 % of posts that perform the act; in brackets the worst "
        "and best ends of both 95 % intervals (rate: Wilson).",
        "",
        *_worth(own, results[_FIELD], count, flagged),
        "",
        f"`hoax` is given only by a match with the operator's table of published fact-checks (containment of words "
        f"and word pairs of at least {SIMILARITY}); none is shipped. `out_of_schedule` and `quiet_period` are "
        "`call_to_vote` by the time of the post. A class marked *review list* was never measured on real text: count "
        "it, and draw no rate, signal or level from it.",
        "",
        *acts.section(acts.measure(folder)),
        *talk.section(talk.measure(folder)),
        "## Calibration (mean probability -> share true)",
        "",
        *(
            f"- sentiment, held-out posts of `{name}`: {_curve(one['calibration'])}"
            for name, one in shared.measured["sentiment"].items()
        ),
        *(f"- sentiment, {one.names.name_en}: {_curve(results[one.name]['sentiment']['calibration'])}" for one in sets),
        *(
            f"- `{code}`, held-out {'real' if one['is_real'] else 'invented'} posts: {_curve(one['calibration'])}"
            for code, one in own.measured["codes"].items()
        ),
        "",
        "A probability is the share of held-out posts of the corpus, where acts are far more frequent than in the "
        "field; read it as an upper bound there. The sentiment's is calibrated on real posts.",
        "",
        "## Fairness",
        "",
        "Candidates, parties and running numbers are masked to one token before any feature is made, and so are "
        "peoples, religions and origins (`sql/seeds/peoples.csv`); by itself neither token is a feature. Exchanging "
        "them changes no label (`tests/unit/test_labels_fairness.py`). Short names of parties that are words too, like "
        "`pan`, are masked where the text speaks of parties. Names in neither seed are plain words: keep both full.",
        "",
        "## Known failures",
        "",
        "- Sarcasm and praise of one side by blaming the other are often read by their words.",
        "- Neutral comments are the weakest class: short remarks on real platforms lean to a side.",
        "- Saying whom one will vote for oneself is sometimes read as a call to vote.",
        "- Nicknames and insults by allusion are often missed; plain words of abuse are found.",
        "- A text that both reports and performs an act may be missed, because reporting words silence the cue rules.",
        "- Acts other than insult and hate speech were written, not collected: their recall in the field is unknown "
        "and low even on invented posts (above): what is listed is a part of what is there.",
        "- Words of another region's Javanese, other languages and pictures are not read.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measures and writes the card."""
    np.seterr(all="ignore")
    text = write(Path(sys.argv[1]), sys.argv[2])
    CARD.write_text(text, encoding="utf-8")
    print(f"{text}\n{CARD} written for {label_version(sql.SEEDS)}")


if __name__ == "__main__":
    main()
