"""The project's own corpus: large enough, valid, varied, balanced, and shared with nothing it will be measured on."""

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from flows.seeds import read_seed
from flows.simulation.phrases import read_grammar

CORPUS = Path(__file__).parents[2] / "flows" / "labels" / "corpus"
DATA = Path(__file__).parents[1] / "labels_data"
COLUMNS = ["text", "sentiment", "indications", "language", "kind", "camp"]
KINDS = frozenset(
    [
        "act",
        "report",
        "condemn",
        "ask",
        "joke",
        "criticism",
        "praise",
        "support",
        "attack",
        "everyday",
        "local",
        "news",
        "hope",
        "sarcasm",
        "negation",
    ]
)
MINIMA = {
    "insult": 500,
    "call_to_vote": 350,
    "money_politics": 300,
    "hate_speech": 200,
    "neutrality": 200,
    "facility_misuse": 180,
    "incitement": 80,
    "threat": 80,
    "anti_state": 80,
    "hoax": 80,
    "prop_damage": 80,
}
SLURS = ("kadrun", "cebong", "kampret", "ternak", "onta", "pki", "kafir", "arab")

NEAR = 0.6  # Jaccard of character 5-grams from which two posts are near-duplicates
NEAR_SHARE = 0.002  # of the posts may have a near-duplicate
SHINGLE = 5  # words
SEASON_SHARE = 0.001  # of the season's shingles may occur in the corpus
SHARED_SHARE = 0.005  # of the corpus' shingles may occur in the shared data, for the same reason


@cache
def posts() -> tuple[dict[str, str], ...]:
    found: list[dict[str, str]] = []
    for path in sorted(CORPUS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            assert rows.fieldnames == COLUMNS, path.name
            found.extend(rows)
    return tuple(found)


def codes(post: dict[str, str]) -> list[str]:
    return [code for code in post["indications"].split(";") if code]


def words(text: str) -> list[str]:
    return re.findall(r"[\w{}]+", text.lower())


def shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + SHINGLE]) for start in range(len(found) - SHINGLE + 1)}


@cache
def act_words() -> dict[str, re.Pattern[str]]:
    """For every code the vocabulary of its act, `*` at the end of a word lets it go on."""
    with (DATA / "act_words.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: re.compile(
                r"(?<!\w)(?:" + "|".join(word.replace("*", r"\w*") for word in row["words"].split()) + r")(?!\w)"
            )
            for row in csv.DictReader(lines)
        }


def test_the_corpus_is_large_and_every_value_is_known() -> None:
    assert len(posts()) >= 6_500
    known = {row["code"] for row in read_seed("indications")} | {"call_to_vote"}
    for post in posts():
        assert post["text"] == post["text"].strip()
        assert post["text"]
        assert "\n" not in post["text"]
        assert post["sentiment"] in {"negative", "neutral", "positive"}, post
        assert set(codes(post)) <= known - {"out_of_schedule", "quiet_period"}, post
        assert len(codes(post)) == len(set(codes(post))), post
        assert post["language"] in {"id", "jv", "mixed"}, post
        assert post["kind"] in KINDS, post
        assert post["camp"] in {"1", "2", "3", "-"}, post
        assert set(re.findall(r"\{\w*\}", post["text"])) <= {"{A}", "{B}", "{C}", "{PARTAI}", "{CALEG}", "{DESA}"}, post


def test_every_file_is_sorted_so_that_a_change_reads_as_one() -> None:
    for path in CORPUS.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            texts = [row["text"] for row in csv.DictReader(lines)]
        assert texts == sorted(texts, key=lambda text: (text.lower(), text)), path.name


def test_every_class_reaches_its_minimum() -> None:
    sentiments = Counter(post["sentiment"] for post in posts())
    assert min(sentiments.values()) >= 2_000, sentiments
    languages = Counter(post["language"] for post in posts())
    assert languages["jv"] >= 800, languages
    assert languages["mixed"] >= 400, languages
    found = Counter(code for post in posts() for code in codes(post))
    assert {code: found[code] for code in MINIMA if found[code] < MINIMA[code]} == {}


@pytest.mark.parametrize("code", sorted(MINIMA))
def test_an_act_has_at_least_as_many_posts_that_only_speak_of_it(code: str) -> None:
    acts = sum(code in codes(post) for post in posts())
    harmless = sum(not codes(post) and act_words()[code].search(post["text"].lower()) is not None for post in posts())
    assert harmless >= acts


def test_the_kinds_that_deny_an_act_carry_none() -> None:
    for post in posts():
        if post["kind"] in {"report", "condemn", "ask", "criticism", "news", "negation", "praise"}:
            assert not codes(post), post


def test_camps_are_balanced_in_every_sentiment_and_code() -> None:
    by_sentiment = Counter((post["sentiment"], post["camp"]) for post in posts())
    for sentiment in ("negative", "neutral", "positive"):
        counts = [by_sentiment[sentiment, camp] for camp in "123"]
        assert max(counts) <= 1.15 * min(counts), (sentiment, counts)
    by_code = Counter((code, post["camp"]) for post in posts() for code in codes(post))
    for code in MINIMA:
        counts = [by_code[code, camp] for camp in "123"]
        assert max(counts) <= 1.25 * min(counts) + 6, (code, counts)


@pytest.mark.parametrize("slur", SLURS)
def test_no_slur_marks_one_camp(slur: str) -> None:
    camps = Counter(
        post["camp"]
        for post in posts()
        if "hate_speech" in codes(post) and post["camp"] != "-" and re.search(rf"\b{slur}", post["text"].lower())
    )
    assert len(camps) == 3, camps
    assert max(camps.values()) <= 0.6 * camps.total(), camps


def test_no_contestant_is_named() -> None:
    names = "|".join(re.escape(row["name"]) for row in read_seed("contestants"))
    named = re.compile(rf"\b(?:{names})\b")
    assert [post["text"] for post in posts() if named.search(post["text"].lower())] == []


def test_no_post_is_written_twice() -> None:
    seen = Counter(" ".join(words(post["text"])) or post["text"] for post in posts())
    assert [text for text, count in seen.items() if count > 1] == []


def grams(text: str) -> np.ndarray:
    """The distinct character 5-grams of a text's words, as numbers."""
    letters = np.frombuffer(f" {' '.join(words(text))} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(letters) < 5:
        return np.unique(letters)
    found = np.zeros(len(letters) - 4, dtype=np.uint64)
    for step in range(5):
        found = found * np.uint64(1_000_003) + letters[step : len(letters) - 4 + step]
    return np.unique(found)


def near_pairs(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs of texts with a Jaccard similarity of NEAR or more, looked for by MinHash bands and then counted."""
    bands, height = 24, 3
    random = np.random.default_rng(7)
    factors = random.integers(1, 2**61, (bands * height, 1), dtype=np.uint64) | np.uint64(1)
    found = [grams(text) for text in texts]
    hashes = np.stack([((own * factors) >> np.uint64(16)).min(axis=1) for own in found])
    tried: set[tuple[int, int]] = set()
    for band in range(bands):
        buckets: dict[bytes, list[int]] = {}
        for number, row in enumerate(hashes[:, band * height : (band + 1) * height]):
            buckets.setdefault(row.tobytes(), []).append(number)
        for members in buckets.values():
            tried.update(combinations(members, 2))
    for left, right in sorted(tried):
        shared = len(np.intersect1d(found[left], found[right], assume_unique=True))
        if shared >= NEAR * (len(found[left]) + len(found[right]) - shared):
            yield left, right


def test_posts_are_varied_and_not_templates_with_swapped_words() -> None:
    texts = [post["text"] for post in posts() if len(words(post["text"])) >= 4]
    near = {number for pair in near_pairs(texts) for number in pair}
    assert len(near) <= NEAR_SHARE * len(texts), [texts[number] for number in sorted(near)][:20]


def test_corpus_and_season_share_no_template() -> None:
    own = set().union(*(shingles(post["text"]) for post in posts()))
    everything: set[tuple[str, ...]] = set()
    for template in read_grammar().templates:
        # A slot ends a shingle: what stands around it is the template's own.
        parts = [shingles(part) for part in template.sentence.replace("%%", " ").split("%s")]
        found = set().union(*parts)
        everything |= found
        assert not found or len(found & own) <= len(found) / 2, template.sentence
    assert len(everything & own) <= SEASON_SHARE * len(everything)


def shared_texts(folder: Path) -> Iterator[str]:
    with gzip.open(folder / "texts" / "comments.txt.gz", "rt", encoding="utf-8") as lines:
        yield from lines
    for path in [folder / "annotated" / "dev.csv", *sorted((folder / "corpora").rglob("*.*sv"))]:
        yield from path.read_text(encoding="utf-8", errors="replace").splitlines()


def test_no_sentence_of_the_shared_data_is_in_the_corpus(shared_data: Path) -> None:
    foreign = list(shared_texts(shared_data))
    whole = {" ".join(words(text)) for text in foreign}
    pieces = set().union(*(shingles(text) for text in foreign))
    own = [(post["text"], " ".join(words(post["text"])), shingles(post["text"])) for post in posts()]
    assert [text for text, joined, _ in own if joined.count(" ") >= SHINGLE - 1 and joined in whole] == []
    assert [text for text, _, found in own if len(found) >= 2 and len(found & pieces) > len(found) / 2] == []
    everything = set().union(*(found for _, _, found in own))
    assert len(everything & pieces) <= SHARED_SHARE * len(everything)


def alpha(pairs: list[tuple[str, str]]) -> float:
    """Krippendorff's alpha of two coders without gaps, nominal (Krippendorff 2018, section 12.3.1)."""
    values = Counter(value for pair in pairs for value in pair)
    total = values.total()
    observed = sum(left != right for left, right in pairs) / len(pairs)
    expected = 1 - sum(count * (count - 1) for count in values.values()) / (total * (total - 1))
    return 1 - observed / expected


def test_the_stated_agreement_of_two_coders_is_the_computed_one() -> None:
    with (DATA / "agreement.csv").open(encoding="utf-8", newline="") as lines:
        items = list(csv.DictReader(lines))

    def of_code(code: str) -> float:
        marked = [[code in item[f"indications_{coder}"].split(";") for coder in "ab"] for item in items]
        return alpha([(str(left), str(right)) for left, right in marked])

    def of_any(item: dict[str, str], coder: str) -> str:
        return str(bool(set(item[f"indications_{coder}"].split(";")) - {"", "call_to_vote"}))

    computed = {
        "sentiment": alpha([(item["sentiment_a"], item["sentiment_b"]) for item in items]),
        "any indication without `call_to_vote`": alpha([(of_any(item, "a"), of_any(item, "b")) for item in items]),
    } | {f"`{code}`": of_code(code) for code in ("call_to_vote", "insult", "hate_speech", "neutrality")}
    stated = " ".join((CORPUS / "README.md").read_text(encoding="utf-8").split())
    for name, value in computed.items():
        assert f"{name} {value:.2f}" in stated
