"""The model card: data, licences, measured error and known failures, written from measurements and nothing else.

`python -m flows.labels.card FOLDER` measures the shipped weights on the folder of shared data (`annotated/dev.csv`,
`texts/comments.txt.gz`), writes `MODEL_CARD.md` beside this file and the measures that reports print beside the
weights. A test holds the card to the weight files.
"""

import gzip
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import sql
from flows.labels import weights as files
from flows.labels.calibration import VOTED_PRECISION, learned_classes
from flows.labels.corpora import PUBLIC, read_labelled
from flows.labels.evaluation import evaluate, expected_precision, predict, wilson
from flows.labels.hoaxes import SIMILARITY
from flows.labels.quality import CodedSet, measured_codes, record
from flows.labels.version import label_version
from flows.labels.weights import Weights, checksum, read_weights
from flows.seeds import read_seed

CARD = Path(__file__).parent / "MODEL_CARD.md"
PREVALENCES = (0.001, 0.01, 0.05)
_TEXTS = "texts/comments.txt.gz"
_TEST_SET = CodedSet("600 komentar pemilu nyata (dua penelaah)", "600 real election comments (two coders)")
_USES = {
    "own": "sentiment and indications",
    "indodiscourse": "`hate_speech`, its own class, ordinary posts",
    "nusawrites": "ordinary posts of the indications",
}


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


def _worth(own: Weights, dev: dict[str, Any], texts: int, flagged: dict[str, int]) -> list[str]:
    measured = {row["code"]: row["is_measured"] == "true" for row in read_seed("indications")}
    real = measured_codes(dev)
    rows = []
    for code, how in own.calibration["codes"].items():
        recall = (dev["indications"] if code in real else own.measured["codes"])[code]["recall"]
        low, high = wilson(flagged[code], texts)
        shares = []
        for part in PREVALENCES:
            worst = expected_precision(recall["interval"][0], high, part)
            middle = expected_precision(recall["value"], flagged[code] / texts, part)
            best = expected_precision(recall["interval"][1], low, part)
            shares.append(f"{100 * middle:.0f} ({100 * worst:.0f}-{100 * best:.0f})")
        marked = "text cue" if code not in measured else ("yes" if measured[code] else "no: review list")
        rate = f"{1000 * flagged[code] / texts:.2f} ({1000 * low:.2f}-{1000 * high:.2f})"
        seen = "real" if code in real else "invented"
        limits = f"{how['threshold']:.2f} / {how['voted_threshold']:.2f}"
        rows.append((f"`{code}`", rate, f"{_number(recall)}, {seen}", *shares, limits, marked))
    head = ("class", "flags per 1,000 real comments", "recall, on which posts")
    shares_head = tuple(f"% right at {100 * part:g} %" for part in PREVALENCES)
    return _table((*head, *shares_head, "threshold / with rule", "measured on real text"), rows)


def _held_out(own: Weights) -> list[str]:
    rows = [
        (f"`{code}`", str(one["positives"]), *(_number(one[name]) for name in ("precision", "recall", "f1")))
        for code, one in own.measured["codes"].items()
    ]
    return _table(("class", "posts", "precision", "recall", "F1"), rows)


def _validation(shared: Weights) -> list[str]:
    rows = [(name, str(one["posts"]), f"{one['macro_f1']:.3f}") for name, one in shared.measured["validation"].items()]
    return _table(("validation split", "posts", "macro-F1"), rows)


def _dev(result: dict[str, Any]) -> list[str]:
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
    return _table(("600 real election comments", "coded", "measured (95 % interval)"), rows)


def write(folder: Path) -> str:
    """The text of the card, measured on the folder of shared data."""
    own, shared = (read_weights(files.FOLDER / name) for name in (files.OWN_FILE, files.SHARE_ALIKE_FILE))
    labelled = read_labelled(folder / "annotated" / "dev.csv")
    dev = evaluate(labelled)
    count, flagged = flag_counts(folder)
    record(dev, _TEST_SET, len(labelled), flags=(count, flagged))
    held = shared.measured["sentiment"]
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
        "windows of words, and groups of words",
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
        "Made by `ronda label train --corpora FOLDER --into flows/labels/weights` (two minutes on one core), where "
        "FOLDER holds the public corpora; the same texts give the same bytes. An operator adds labelled "
        "CSVs to that command.",
        "",
        "## Measured out of domain and on real election comments",
        "",
        "Real comments, coded by two independent coders and an adjudicator; never trained on, but some sixty settings "
        "were compared on them: read the figures as the upper end. The set is enriched with indications, so precision "
        "in the field is lower.",
        "",
        *_dev(dev),
        "",
        *_validation(shared),
        "",
        "`indodiscourse` is that corpus's own hate class, by the output of the same name.",
        "",
        "## Measured in domain",
        "",
        f"Own posts, each scored by a fit that had not seen its third of the corpus: sentiment macro-F1 "
        f"{held['macro_f1']:.3f} on {held['posts']} posts. Invented posts are easier than real ones.",
        "",
        *_held_out(own),
        "",
        "## What a flag is worth",
        "",
        "Thresholds are the lowest at which held-out posts reach the stated precision ("
        + ", ".join(f"`{one.code}` {one.stated_precision:.2f}" for one in learned)
        + f"; where the cue rule spoke too {VOTED_PRECISION:.2f}) and at most the stated share of ordinary public "
        "posts is flagged ("
        + ", ".join(f"`{one.code}` {100 * one.ordinary_rate:g} %" for one in learned)
        + "): of those of all public corpora for `insult`, of IndoDiscourse for the others. "
        "The share of right flags to expect takes the recall (of real "
        f"posts where there are enough of them, else of held-out invented ones) and every flag on {count:,} real, "
        "mostly harmless comments as false, for 0.1, 1 and 5 % of posts that perform the act; in brackets the worst "
        "and best ends of both 95 % intervals (rate: Wilson).",
        "",
        *_worth(own, dev, count, flagged),
        "",
        f"`hoax` is given only by a match with the operator's table of published fact-checks (containment of words "
        f"and word pairs of at least {SIMILARITY}); none is shipped. `out_of_schedule` and `quiet_period` are "
        "`call_to_vote` by the time of the post. A class marked *review list* was never measured on real text: count "
        "it, and draw no rate, signal or level from it.",
        "",
        "## Calibration (mean probability -> share true)",
        "",
        f"- sentiment, held-out own posts: {_curve(held['calibration'])}",
        f"- sentiment, real comments: {_curve(dev['sentiment']['calibration'])}",
        *(
            f"- `{code}`, held-out own posts: {_curve(one['calibration'])}"
            for code, one in own.measured["codes"].items()
        ),
        "",
        "A probability is the share of held-out posts of the corpus, where acts are far more frequent than in the "
        "field; read it as an upper bound there.",
        "",
        "## Fairness",
        "",
        "Candidates, parties and running numbers are masked to one token before any feature is made; by itself that "
        "token is no feature. Exchanging them changes no label (`tests/unit/test_labels_fairness.py`). Names that are "
        "not in `sql/seeds/contestants.csv` are ordinary words: keep that seed complete.",
        "",
        "## Known failures",
        "",
        "- Sarcasm and praise of one side by blaming the other are often read by their words.",
        "- Neutral comments are the weakest class: short remarks on real platforms lean to a side.",
        "- Nicknames and insults by allusion are missed; plain words of abuse are found.",
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
    CARD.write_text(write(Path(sys.argv[1])), encoding="utf-8")
    print(f"{CARD} written for {label_version(sql.SEEDS)}")


if __name__ == "__main__":
    main()
