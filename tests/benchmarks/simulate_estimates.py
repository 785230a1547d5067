"""What the estimates of trends.estimates are worth: how often their interval holds the truth, and how wide it is.

`python -m tests.benchmarks.simulate_estimates` prints the section of `reports/METHOD-CHECKS.md` that
`simulate_signals` writes. A week here has 2,400 posts; the labels flag two in five of the posts of a class and 20 posts
that are none. All flagged posts are reviewed, and of the others so many of each band of probability as the method says.
All weeks of a case are drawn at once; each is then estimated as a week of the office is.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import stats

from flows.method import METHOD
from flows.trends import net_estimates
from flows.trends.distributions import Numbers
from flows.trends.estimates import RATIO, Bucket, Stratum, estimate, generator

POSTS, RECALL, FALSE = 2400, 0.4, 20
LOW = (RECALL, 0.1)
TRUTHS = (1, 12, 96)
JUMPS = (1, 3, 5)
PROMISED = 0.94
BANDS = ("high", "middle", "low")
SIZES = np.array([0.02, 0.10, 0.88])  # the share of the undetected posts in each band
DRAWN = np.array([METHOD.review_high, METHOD.review_middle, METHOD.review_low])
# Where the missed posts of the class lie: the probability tells most of them, or nothing.
TOLD, UNTOLD = (0.5, 0.3, 0.2), (0.02, 0.10, 0.88)
ERRORS = {
    "0.5 %, each by himself": 0.005**2,
    "2 %, each by himself": 0.02**2,
    "0.5 %, both the same posts": 0.005,
    "2 %, both the same posts": 0.02,
}
_DRAWS = tuple(int(share * sum(DRAWN)) for share in (0.2, 0.5, 1, 2, 4))


@dataclass(frozen=True, slots=True)
class Case:
    """A series of weeks: true posts a week, how many times that in the last one, who codes, what is pooled."""

    truth: float
    jump: float = 1
    pooled: int = METHOD.estimate_weeks
    sample: int = int(sum(DRAWN))  # undetected posts reviewed a week
    agreed_wrong: float = 0.0  # share of posts that are none of which both coders say the class
    lie: tuple[float, float, float] = TOLD
    recall: float = RECALL


@dataclass(frozen=True, slots=True)
class Weeks:
    """Weeks of many trials: arrays of trial x week (x band)."""

    true: Numbers
    flagged: Numbers
    confirmed: Numbers
    posts: Numbers
    reviewed: Numbers
    missed: Numbers

    def pool(self, trial: int) -> list[Bucket]:
        """The buckets of a trial."""
        flags = zip(self.flagged[trial].tolist(), self.confirmed[trial].tolist(), strict=True)
        bands = np.stack([self.posts, self.reviewed, self.missed], axis=-1)[trial].tolist()
        return [
            Bucket(
                {"flagged": Stratum(posts, posts, right)},
                {name: Stratum(*band) for name, band in zip(BANDS, of_week, strict=True)},
            )
            for (posts, right), of_week in zip(flags, bands, strict=True)
        ]


def weeks(rng: np.random.Generator, case: Case, trials: int) -> Weeks:
    """The weeks of so many trials."""
    times = np.ones(case.pooled)
    times[-1] = case.jump
    true = rng.poisson(case.truth * times, (trials, case.pooled))
    right = rng.binomial(true, case.recall)
    false = rng.poisson(FALSE, true.shape)
    missed = rng.multinomial(true - right, case.lie)
    others = (POSTS - right - false)[..., None]
    posts = np.maximum(np.rint(others * SIZES).astype(np.int64), missed)
    reviewed = np.minimum(posts, np.rint(DRAWN * case.sample / sum(DRAWN)).astype(np.int64))
    seen = rng.hypergeometric(missed, posts - missed, reviewed)
    return Weeks(
        true=true,
        flagged=right + false,
        confirmed=right + rng.binomial(false, case.agreed_wrong),
        posts=posts,
        reviewed=reviewed,
        missed=seen + rng.binomial(reviewed - seen, case.agreed_wrong),
    )


def measured(case: Case, trials: int, seed: int = 5) -> dict[str, float]:
    """Share of trials whose interval holds the truth, its mean width, share of ratio forms; and of counted flags."""
    drawn = weeks(np.random.default_rng([seed, case.pooled]), case, trials)
    found = [estimate(drawn.pool(trial), generator(str(trial))) for trial in range(trials)]
    low, high = (np.array([getattr(each.posts, end) for each in found]) for end in ("low", "high"))
    true, flags = drawn.true[:, -1], drawn.flagged[:, -1]
    least, most = stats.chi2.ppf(0.025, 2 * flags) / 2, stats.chi2.ppf(0.975, 2 * (flags + 1)) / 2
    return {
        "held": float(np.mean((low <= true) & (true <= high))),
        "width": float(np.mean(high - low)),
        "ratio": float(np.mean([each.form == RATIO for each in found])),
        "counted": float(np.mean((least <= true) & (true <= most))),
    }


def jumps(trials: int) -> pl.DataFrame:
    """Coverage by truth, jump and pooled weeks."""
    cases = [
        Case(truth, jump, pooled)
        for truth in TRUTHS
        for jump in JUMPS
        for pooled in (METHOD.estimate_weeks, 2 * METHOD.estimate_weeks)
    ]
    return pl.DataFrame(
        [
            {"truth": case.truth, "jump": case.jump, "pooled": case.pooled} | _promise(measured(case, trials))
            for case in cases
        ]
    )


def untold(trials: int) -> pl.DataFrame:
    """Coverage where the probability tells nothing of the class, so that misses lie wherever posts do."""
    cases = [Case(truth, jump, lie=UNTOLD, recall=recall) for truth in TRUTHS for recall in LOW for jump in (1, 5)]
    return pl.DataFrame(
        [
            {"truth": case.truth, "recall": case.recall, "jump": case.jump} | _promise(measured(case, trials))
            for case in cases
        ]
    )


def coders(trials: int) -> pl.DataFrame:
    """Coverage by truth and by how often coders say the class of a post that is none."""
    return pl.DataFrame(
        [
            {"truth": truth, "coders": name} | _promise(measured(Case(truth, agreed_wrong=share), trials))
            for truth in TRUTHS
            for name, share in ERRORS.items()
        ]
    )


def reviews(trials: int) -> pl.DataFrame:
    """Width by how many of the undetected posts are reviewed a week, of a class that has 1, 12 and 96 posts."""
    usual = [Case(truth) for truth in TRUTHS]
    rows = []
    for sample in _DRAWS:
        found = [measured(replace(case, sample=sample), trials) for case in usual]
        widths = {f"at {truth}": round(each["width"]) for truth, each in zip(TRUTHS, found, strict=True)}
        rows.append({"sample": sample} | widths | {"least": min(each["held"] for each in found)})
    return pl.DataFrame(rows)


REVIEWED = (100, 200, 400)  # undetected posts whose sentiment coders said
# Shares of negative, neutral and positive posts, and how often the labels say of each which of the three.
MOODS = {"mixed": (0.25, 0.45, 0.30), "angry": (0.55, 0.35, 0.10), "calm": (0.06, 0.86, 0.08)}
READ = np.array([[0.70, 0.20, 0.10], [0.20, 0.60, 0.20], [0.05, 0.15, 0.80]])
BLIND = np.tile(np.array([0.2, 0.3, 0.5]), (3, 1))  # labels that see nothing of the sentiment


def moods(trials: int) -> pl.DataFrame:
    """Net sentiment by reviews: how often its limits hold the truth, beside those of counted labels."""
    cases = [(mood, READ, drawn) for mood in MOODS for drawn in REVIEWED]
    cases += [("mixed", BLIND, drawn) for drawn in REVIEWED]
    rows = []
    for number, (mood, read, drawn) in enumerate(cases):
        rng = np.random.default_rng([7, number])
        found = [_week(rng, MOODS[mood], read, drawn) for _ in range(trials)]
        held, half, weight, counted = np.array(found).T
        row = {"mood": mood, "labels": "see it" if read is READ else "see nothing", "drawn": drawn}
        measured = {"half": half.mean(), "weight": weight.mean(), "counted": counted.mean()}
        rows.append(row | _promise({"held": float(held.mean())}) | {key: float(each) for key, each in measured.items()})
    return pl.DataFrame(rows)


def _week(
    rng: np.random.Generator, shares: tuple[float, float, float], read: Numbers, drawn: int
) -> tuple[bool, float, float, bool]:
    """A week of posts in the strata of the review sheet: whether the truth is held, half the width, lambda, by labels.

    The flagged posts are all reviewed and angrier than the others, as those of the bands of a high probability are.
    """
    sizes = np.rint((POSTS - 60) * SIZES).astype(int)
    wanted = np.minimum(sizes, np.rint(drawn * DRAWN / sum(DRAWN)).astype(int))
    parts, truth, labelled = [], 0.0, 0.0
    for posts, reviewed, anger in zip((60, *sizes), (60, *wanted), (0.5, 0.3, 0.1, 0.0), strict=True):
        mixture = np.array(shares) * (1 - anger) + np.array([anger, 0, 0])
        true = rng.choice(3, posts, p=mixture)
        chosen = (rng.random(posts)[:, None] > np.cumsum(read[true], axis=1)).sum(axis=1)
        score = np.clip((chosen - 1) * rng.beta(6, 2, posts) + rng.normal(0, 0.1, posts), -1, 1)
        said = true[:reviewed] - 1.0
        weights = np.ones(reviewed)
        parts.append(net_estimates.Part(posts, float(score.sum()), said, score[:reviewed], weights))
        truth, labelled = truth + float((true - 1).sum()), labelled + float((chosen - 1).sum())
    found, net, bylabels = net_estimates.estimate(parts), truth / POSTS, labelled / POSTS
    sampling = METHOD.normal_quantile * np.sqrt((1 - bylabels**2) / POSTS)  # no narrower than Bonett-Price's
    half = (found.high - found.low) / 2
    return found.low <= net <= found.high, half, found.label_weight, abs(bylabels - net) <= sampling


def _promise(found: dict[str, float]) -> dict[str, float | str]:
    return found | {"promise": "yes" if found["held"] >= PROMISED else "no"}


def lines(trials: int = 300) -> list[str]:
    """The section of the page."""
    from tests.benchmarks.simulate_signals import table_lines

    heads = {"held": "interval holds the truth", "promise": f"{PROMISED} held", "width": "mean width, posts"}
    drawn = " + ".join(str(size) for size in DRAWN)
    steady, after = f"{TRUTHS[0]}, {TRUTHS[1]} and {TRUTHS[2]}", " and ".join(f"× {jump}" for jump in JUMPS[1:])
    widths = {f"at {truth}": f"width where {truth} a week are true" for truth in TRUTHS}
    return [
        "## Estimates of what there is",
        "",
        f"Weeks of {POSTS:,} posts. The labels flag {RECALL:.0%} of the posts of a class and {FALSE} others. All",
        f"flagged posts are reviewed, and {drawn} of the three bands of the class's probability, in which 2, 10 and",
        "88 % of the undetected posts lie; half of the misses lie in the first band, and a fifth in the last. Each row",
        f"is {trials} last weeks: 0.95 is known to about ± 0.025. A coverage of {PROMISED} is promised for {steady}",
        f"posts a week, for jumps of {after}, and for coders who err each by himself.",
        "",
        *table_lines(
            jumps(trials),
            {"truth": "truth a week", "jump": "last week ×", "pooled": "weeks pooled"}
            | heads
            | {"ratio": "ratio form", "counted": "flags with Garwood's interval hold it"},
        ),
        "",
        "### A probability that tells nothing",
        "",
        "Misses lie wherever posts do, so that the bands do not help: the intervals are wider. Where the labels also",
        "flag only one post of the class in ten, nothing is promised for a class of a dozen posts a week.",
        "",
        *table_lines(untold(trials), {"truth": "truth a week", "recall": "recall", "jump": "last week ×"} | heads),
        "",
        "### Coders who say the class of posts that are none",
        "",
        "Two coders who err by themselves seldom agree on an error. Where they share a misunderstanding nothing is",
        "promised, and more reviews do not help: the estimate is of what both call the class. That is what the third",
        "person, the code book and the agreement of coders (`trends.agreement`) are for.",
        "",
        *table_lines(coders(trials), {"truth": "truth a week", "coders": "errors of each coder"} | heads),
        "",
        "### What reviews buy",
        "",
        "For the office: how many undetected posts two people review a week, beside all that were flagged, and how",
        "wide the interval becomes, in posts. Half the width costs twice to four times the work.",
        "",
        *table_lines(reviews(trials), {"sample": "reviews a week"} | widths | {"least": "lowest share held"}),
        "",
        "### Net sentiment by reviews",
        "",
        f"In a week of {POSTS:,} posts coders say the sentiment of the 60 flagged ones, and of so many others as the",
        "sheet draws them. The labels confuse one post in three and say positive too often; the interval that",
        "counts them allows for chance alone. Labels that see nothing weigh nothing, and cost nothing.",
        "",
        *table_lines(
            moods(2 * trials),
            {"mood": "mood", "labels": "labels", "drawn": "undetected posts reviewed"}
            | {"held": heads["held"], "promise": heads["promise"]}
            | {"half": "half width", "weight": "mean lambda", "counted": "interval of counted labels holds it"},
        ),
    ]


if __name__ == "__main__":
    print("\n".join(lines()))
