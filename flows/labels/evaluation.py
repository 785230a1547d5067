"""How good labels are on labelled posts: never accuracy alone, always with an interval and beside baselines.

Intervals are percentile bootstrap intervals over posts (Efron 1979), 95 %, from seeded draws. Baselines are the
majority class of the file itself and the sentiment lexicon alone. Calibration is the reliability curve in ten equal
bins and its expected error (Guo et al. 2017). Posts that were drawn with unequal chances have a `weight`, how many
posts of the field each stands for: the shares are then those of the field, and the counts those of the coded posts.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.labels.corpora import SENTIMENTS
from flows.labels.indications import CALL_TO_VOTE
from flows.labels.labelling import judge

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DRAWS = 500
SEED = 7
LEXICON_FROM = 0.75  # of summed weights, either way; less is neutral
_BINS = 10
_FEWEST = 20  # posts of a language or platform for a line of its own


class Predicted(NamedTuple):
    """What the labels say of posts: sentiment (place in SENTIMENTS), its probabilities, flags and probabilities."""

    sentiment: npt.NDArray[np.int64]
    probabilities: Floats
    lexicon: npt.NDArray[np.int64]
    flags: dict[str, Flags]
    code_probabilities: dict[str, Floats]
    languages: npt.NDArray[np.str_]


def predict(texts: pl.Series, seeds: Path = sql.SEEDS, weights: Path | None = None) -> Predicted:
    """The labels of texts as arrays; a text with nothing to label counts as neutral."""
    batches = list(judge(texts, seeds, weights))
    probabilities = np.concatenate([one.sentiment for one in batches])
    has_content = np.concatenate([one.has_content for one in batches])
    lexicon = np.concatenate([one.lexicon for one in batches])
    codes = batches[0].codes
    return Predicted(
        sentiment=np.where(has_content, probabilities.argmax(axis=1), 1),
        probabilities=probabilities,
        lexicon=(lexicon >= LEXICON_FROM).astype(int) - (lexicon <= -LEXICON_FROM) + 1,
        flags={code: np.concatenate([one.codes[code].flag for one in batches]) for code in codes},
        code_probabilities={code: np.concatenate([one.codes[code].probability for one in batches]) for code in codes},
        languages=np.array([name or "unknown" for one in batches for name in one.language_names()]),
    )


def f1(truth: Flags, predicted: Flags, weights: Floats | None = None) -> float:
    """The harmonic mean of precision and recall, 0 when neither is anything."""
    each = np.ones(len(truth)) if weights is None else weights
    both = each[truth].sum() + each[predicted].sum()
    return float(2 * each[truth & predicted].sum() / both) if both else 0.0


def macro_f1(truth: npt.NDArray[np.int64], predicted: npt.NDArray[np.int64], weights: Floats | None = None) -> float:
    """The mean F1 of the classes that the truth holds."""
    return float(np.mean([f1(truth == place, predicted == place, weights) for place in np.unique(truth)]))


def _interval(count: int, measure: Callable[[npt.NDArray[np.int64]], float]) -> list[float]:
    """The 95 % bootstrap interval of a measure of rows."""
    draws = np.random.default_rng(SEED)
    values = [measure(draws.integers(0, count, count)) for _ in range(DRAWS)]
    return [round(float(value), 4) for value in np.quantile(values, (0.025, 0.975))]


def _part(of: Flags, whole: Flags, weights: Floats) -> float:
    """The share of the whole that is `of` too."""
    total = float(weights[whole].sum())
    return float(weights[whole & of].sum()) / total if total else 0.0


def binary(truth: Flags, predicted: Flags, weights: Floats | None = None) -> dict[str, Any]:
    """Counts, precision, recall and F1 of a class, with intervals."""
    each = np.ones(len(truth)) if weights is None else weights
    measures: dict[str, Callable[[Any], float]] = {
        "precision": lambda rows: _part(truth[rows], predicted[rows], each[rows]),
        "recall": lambda rows: _part(predicted[rows], truth[rows], each[rows]),
        "f1": lambda rows: f1(truth[rows], predicted[rows], each[rows]),
    }
    right = int((truth & predicted).sum())
    result: dict[str, Any] = {"positives": int(truth.sum()), "flagged": int(predicted.sum()), "right": right}
    for name, measure in measures.items():
        value = measure(np.arange(len(truth)))
        result[name] = {"value": round(value, 4), "interval": _interval(len(truth), measure)}
    return result


def reliability(probabilities: Floats, truth: Flags) -> dict[str, Any]:
    """The reliability curve (mean probability, share true, posts) of filled bins, and the expected error."""
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    curve = []
    error = 0.0
    for place in range(_BINS):
        inside = bins == place
        if inside.any():
            mean, share = float(probabilities[inside].mean()), float(truth[inside].mean())
            curve.append([round(mean, 4), round(share, 4), int(inside.sum())])
            error += abs(mean - share) * inside.mean()
    return {"curve": curve, "expected_error": round(float(error), 4)}


def _sentiment(
    truth: npt.NDArray[np.int64], predicted: Predicted, groups: dict[str, npt.NDArray[np.str_]], weights: Floats
) -> dict[str, Any]:
    chosen = predicted.sentiment
    majority = np.full(len(truth), np.bincount(truth).argmax())
    best = predicted.probabilities.max(axis=1)
    parts = {}
    for name, values in groups.items():
        sizes = {str(value): values == value for value in np.unique(values)}
        parts[name] = {
            value: {"posts": int(inside.sum()), "macro_f1": round(macro_f1(truth[inside], chosen[inside]), 4)}
            for value, inside in sizes.items()
            if inside.sum() >= _FEWEST
        }
    return {
        "posts": len(truth),
        "macro_f1": {
            "value": round(macro_f1(truth, chosen, weights), 4),
            "interval": _interval(len(truth), lambda rows: macro_f1(truth[rows], chosen[rows], weights[rows])),
        },
        "classes": {name: binary(truth == place, chosen == place, weights) for place, name in enumerate(SENTIMENTS)},
        "confusion": [[int(((truth == row) & (chosen == column)).sum()) for column in range(3)] for row in range(3)],
        "calibration": reliability(best, truth == predicted.probabilities.argmax(axis=1)),
        "majority_macro_f1": round(macro_f1(truth, majority), 4),
        "lexicon_macro_f1": round(macro_f1(truth, predicted.lexicon), 4),
        "by": parts,
    }


def evaluate(frame: pl.DataFrame, seeds: Path = sql.SEEDS, weights: Path | None = None) -> dict[str, Any]:
    """Every measure of a labelled frame (`corpora.read_labelled`): `sentiment`, `any_indication` and `indications`."""
    predicted = predict(frame["text"], seeds, weights)
    result: dict[str, Any] = {}
    counts = np.ones(len(frame))  # how many posts of the field each stands for
    if "weight" in frame.columns:
        counts = frame["weight"].cast(pl.Float64).to_numpy()
    languages = np.array(frame["language"].to_list()) if "language" in frame.columns else predicted.languages
    groups = {"language": languages.astype(str)}
    if "platform" in frame.columns:
        groups["platform"] = np.array(frame["platform"].fill_null("unknown").to_list())
    if "sentiment" in frame.columns:
        known = frame["sentiment"].is_not_null().to_numpy()
        places = {name: place for place, name in enumerate(SENTIMENTS)}
        truth = np.array([places.get(name, -1) for name in frame["sentiment"]])
        if known.any():
            chosen = np.flatnonzero(known)
            result["sentiment"] = _sentiment(
                truth[chosen],
                _rows(predicted, chosen),
                {name: values[chosen] for name, values in groups.items()},
                counts[chosen],
            )
    if "indications" in frame.columns:
        coded = frame["indications"].fill_null("").str.split(";")
        flags = {code: flag for code, flag in predicted.flags.items() if code != CALL_TO_VOTE}
        truth_any = (coded.list.set_difference(["", CALL_TO_VOTE]).list.len() > 0).to_numpy()
        result["any_indication"] = binary(truth_any, np.any(list(flags.values()), axis=0), counts)
        result["indications"] = {}
        for code, flag in predicted.flags.items():
            truth_code = coded.list.contains(code).to_numpy()
            result["indications"][code] = binary(truth_code, flag, counts)
            probability = predicted.code_probabilities[code]
            if truth_code.any() and not np.isnan(probability).any():
                result["indications"][code]["calibration"] = reliability(probability, truth_code)
    return result


def _rows(predicted: Predicted, rows: npt.NDArray[np.int64]) -> Predicted:
    return predicted._replace(
        sentiment=predicted.sentiment[rows],
        probabilities=predicted.probabilities[rows],
        lexicon=predicted.lexicon[rows],
        languages=predicted.languages[rows],
    )


def expected_precision(recall: float, flag_rate: float, prevalence: float) -> float:
    """The precision to expect where a share `prevalence` of posts performs the act.

    From the recall on held-out posts and the flag rate on real, mostly harmless texts, all of whose flags are taken
    as wrong (so the truth is rather better).
    """
    right = prevalence * recall
    return right / max(right + (1.0 - prevalence) * flag_rate, 1e-12)


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z = 1.959964
    middle, width = count + z * z / 2, z * (count * (total - count) / total + z * z / 4) ** 0.5
    return max(0.0, (middle - width) / (total + z * z)), (middle + width) / (total + z * z)


def as_text(result: dict[str, Any]) -> str:
    """The measures in lines for a reader."""
    lines = []

    def number(value: dict[str, Any]) -> str:
        low, high = value["interval"]
        return f"{value['value']:.3f} ({low:.3f} to {high:.3f})"

    def described(name: str, measures: dict[str, Any]) -> str:
        return (
            f"  {name:18} precision {number(measures['precision'])}, recall {number(measures['recall'])}, "
            f"F1 {number(measures['f1'])}; {measures['positives']} coded, {measures['flagged']} flagged"
        )

    if "sentiment" in result:
        part = result["sentiment"]
        lines.append(
            f"sentiment, {part['posts']} posts: macro-F1 {number(part['macro_f1'])}; "
            f"majority {part['majority_macro_f1']:.3f}, lexicon {part['lexicon_macro_f1']:.3f}"
        )
        lines += [described(name, measures) for name, measures in part["classes"].items()]
        lines.append(f"  confusion (rows coded, columns found; {', '.join(SENTIMENTS)}): {part['confusion']}")
        lines.append(f"  calibration error {part['calibration']['expected_error']:.3f}")
        for name, values in part["by"].items():
            shown = ", ".join(f"{value} {one['macro_f1']:.3f} ({one['posts']})" for value, one in values.items())
            lines.append(f"  macro-F1 by {name}: {shown}")
    if "any_indication" in result:
        lines.append("indications (intervals: 95 %, bootstrap)")
        lines.append(described("any", result["any_indication"]))
        lines += [described(code, measures) for code, measures in result["indications"].items()]
    return "\n".join(lines)
