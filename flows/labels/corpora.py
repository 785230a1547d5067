"""The corpora that labels are trained and validated on: ronda's own, the licensed and public ones, and an operator's.

Every corpus comes as the same columns: `text`, `sentiment` (null where not coded), `indications` (codes joined with
";"; null where not coded), `source`, `split` (train, tune, valid, or uncoded: texts without labels) and `origin` (whose
texts they are: of the licensed posts the repository, else the source). The corpora of others are read from a folder of
data where they are present; which were used, with a checksum, is written into the weight file. Their texts are no part
of ronda: what was coded of the licensed posts stands in `coded/` by the key of each text.
"""

import hashlib
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from flows.exits import InputRefusedError
from flows.files import Fault
from flows.files.record import named
from flows.labels.posts import read

OWN_FOLDER = Path(__file__).parent / "corpus"
# What was coded of licensed posts beside those of two coders: by one coder, and by several, each post by one of them.
CODED = {name: Path(__file__).parent / "coded" / f"{name}.csv" for name in ("licensed_more", "licensed_many")}
UNCODED = "uncoded"  # the split of texts without labels
_KEY = 16  # letters of a text's SHA-256
SCHEMA = dict.fromkeys(("text", "sentiment", "indications", "source", "split", "origin"), pl.String)
NEAR = 0.6
SENTIMENTS = ("negative", "neutral", "positive")
# What stands in the place of a placeholder of the own corpus.
_PLACEHOLDERS = {r"\{(A|B|C|PARTAI|CALEG)\}": "_calon_", r"\{DESA\}": "Kandeman"}
_HOSTILE = "indodiscourse_hate"  # IndoDiscourse's own class: wider than `hate_speech`


class Corpus(NamedTuple):
    """A corpus of others: its licence, a file that a folder of data has of it, and how it is read from that folder."""

    name: str
    licence: str
    path: str
    read: Callable[[Path], pl.DataFrame]


def _shaped(frame: pl.DataFrame, source: str, split: str) -> pl.DataFrame:
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in SCHEMA if name not in frame.columns]
    return (
        frame.with_columns(missing)
        .with_columns(source=pl.lit(source), split=pl.lit(split), origin=pl.coalesce("origin", pl.lit(source)))
        .select(*SCHEMA)
        .filter(pl.col("text").is_not_null())
    )


def _read_smsa(folder: Path) -> pl.DataFrame:
    parts = []
    for split in ("train", "valid"):
        lines = (folder / "corpora" / "smsa" / f"{split}.tsv").read_text(encoding="utf-8").splitlines()
        rows = [line.rsplit("\t", 1) for line in lines if "\t" in line]
        frame = pl.DataFrame(rows, schema=["text", "sentiment"], orient="row")
        parts.append(_shaped(frame, "smsa", split))
    return pl.concat(parts)


def _read_nusax(folder: Path, language: str) -> pl.DataFrame:
    parts = [
        _shaped(
            pl.read_csv(folder / "corpora" / "nusax" / language / f"{split}.csv", infer_schema=False).select(
                "text", pl.col("label").alias("sentiment")
            ),
            f"nusax_{language}",
            split,
        )
        for split in ("train", "valid")
    ]
    return pl.concat(parts)


def _read_nusawrites(folder: Path) -> pl.DataFrame:
    parts = [
        _shaped(
            pl.read_csv(
                folder / "corpora" / "nusawrites" / f"nusa_kalimat-senti-jav-{split}.csv", infer_schema=False
            ).select("text", pl.col("label").alias("sentiment"), pl.lit("").alias("indications")),
            "nusawrites",
            split,
        )
        for split in ("train", "valid")
    ]
    return pl.concat(parts)


def _read_indodiscourse(folder: Path) -> pl.DataFrame:
    files = {"exemplars_hate": "train", "exemplars_nonhate": "train", "opt_set": "tune", "val_set": "valid"}
    codes = {"hate": _HOSTILE, "not-hate": ""}
    parts = []
    for name, split in files.items():
        path = folder / "corpora" / "indodiscourse" / f"indoDiscourse_{name}.csv"
        frame = pl.read_csv(path, separator=";", infer_schema=False).filter(pl.col("label").is_in(list(codes)))
        parts.append(
            _shaped(
                frame.select("text", pl.col("label").replace_strict(codes).alias("indications")), "indodiscourse", split
            )
        )
    return pl.concat(parts)


def _read_texts(folder: Path) -> pl.DataFrame:
    """The licensed posts, each once, with their origin."""
    texts = pl.read_csv(folder / _TEXTS, infer_schema=False).select("text", origin="source")
    return texts.unique("text", keep="first", maintain_order=True)


def _read_licensed(folder: Path) -> pl.DataFrame:
    """The licensed posts that two coders and an adjudicator coded, of sources whose weights may be shipped."""
    frame = pl.read_csv(folder / _LICENSED, infer_schema=False).filter(pl.col("may_ship") == "yes")
    coded = frame.select("text", "sentiment", pl.col("indications").fill_null(""), origin="source")
    return _shaped(coded, "licensed", "train")


def _read_coded(folder: Path, name: str) -> pl.DataFrame:
    """The licensed posts of a file of `CODED`."""
    coded = pl.read_csv(CODED[name], infer_schema=False).with_columns(pl.col("indications").fill_null(""))
    keys = pl.col("text").map_elements(key_of, return_dtype=pl.String)
    texts = _read_texts(folder).with_columns(key=keys)
    return _shaped(texts.join(coded, on="key", maintain_order="left"), name, "train")


def _read_uncoded(folder: Path) -> pl.DataFrame:
    """The licensed posts that nobody coded: what words mean is learned from them too."""
    coded = [pl.read_csv(path, infer_schema=False)["key"] for path in CODED.values()]
    if (folder / _LICENSED).is_file():
        two = pl.read_csv(folder / _LICENSED, infer_schema=False)["text"]
        coded.append(two.map_elements(key_of, return_dtype=pl.String))
    keys = pl.col("text").map_elements(key_of, return_dtype=pl.String)
    return _shaped(_read_texts(folder).filter(~keys.is_in(pl.concat(coded).implode())), "licensed_uncoded", UNCODED)


def key_of(text: str) -> str:
    """The key by which a text is coded without being kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:_KEY]


_TEXTS, _LICENSED = "texts/licensed.csv.gz", "annotated/licensed-coded.csv"
PUBLIC = (
    Corpus("licensed", "MIT and Apache-2.0", _LICENSED, _read_licensed),
    Corpus("licensed_more", "MIT and Apache-2.0", _TEXTS, lambda folder: _read_coded(folder, "licensed_more")),
    Corpus("licensed_many", "MIT and Apache-2.0", _TEXTS, lambda folder: _read_coded(folder, "licensed_many")),
    Corpus("licensed_uncoded", "MIT and Apache-2.0", _TEXTS, _read_uncoded),
    Corpus("indodiscourse", "Apache-2.0", "corpora/indodiscourse", _read_indodiscourse),
    Corpus("nusawrites", "Apache-2.0", "corpora/nusawrites", _read_nusawrites),
    Corpus("smsa", "CC BY-SA 4.0", "corpora/smsa", _read_smsa),
    Corpus(
        "nusax_indonesian", "CC BY-SA 4.0", "corpora/nusax/indonesian", lambda folder: _read_nusax(folder, "indonesian")
    ),
    Corpus("nusax_javanese", "CC BY-SA 4.0", "corpora/nusax/javanese", lambda folder: _read_nusax(folder, "javanese")),
)
SHARE_ALIKE = tuple(corpus.name for corpus in PUBLIC if corpus.licence.startswith("CC BY-SA"))
REAL = ("licensed", *CODED)  # real posts of the subject that labels are for


def _as_text(value: Any) -> str | None:
    """A cell as text, a list of codes joined with ";"; None when it is blank."""
    return (";".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)) or None


def read_labelled(path: Path) -> pl.DataFrame:
    """The labelled posts of a file: `text`, and `sentiment`, `indications` or both; other columns are kept as text.

    Raises InputRefusedError when a row cannot be read, or the columns or a sentiment are not known.
    """
    posts: list[dict[str, str | None]] = []
    faults: list[Fault] = []
    for item in read(path):
        if isinstance(item, Fault):
            faults.append(item)
        else:
            posts.append({name: _as_text(value) for name, value in item.items()})
    if faults:
        raise InputRefusedError(f"{path} cannot be read whole: {named(faults, len(faults))}; correct it and try again.")
    if not posts:
        return pl.DataFrame(schema={name: SCHEMA[name] for name in ("text", "sentiment", "indications")})
    frame = pl.DataFrame(posts, schema=dict.fromkeys((name for post in posts for name in post), pl.String))
    if "text" not in frame.columns or not {"sentiment", "indications"} & set(frame.columns):
        raise InputRefusedError(f"{path} needs the columns text and sentiment or indications; name them so.")
    if "sentiment" in frame.columns:
        known = frame["sentiment"].is_null() | frame["sentiment"].is_in(SENTIMENTS)
        if not known.all():
            wrong = frame.filter(~known)["sentiment"][0]
            raise InputRefusedError(f'{path} has the sentiment "{wrong}"; write negative, neutral or positive.')
    if "indications" in frame.columns:
        frame = frame.with_columns(pl.col("indications").fill_null(""))
    return frame


def read_own(folder: Path = OWN_FOLDER) -> pl.DataFrame:
    """Ronda's own corpus, its placeholders filled; raises InputRefusedError when the folder holds none."""
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise InputRefusedError(f"{folder} holds no CSV of labelled posts; give the folder of the own corpus.")
    frame = pl.concat([_shaped(read_labelled(path), "own", "train") for path in paths])
    for placeholder, filled in _PLACEHOLDERS.items():
        frame = frame.with_columns(pl.col("text").str.replace_all(placeholder, filled))
    return frame


def read_public(folder: Path | None) -> pl.DataFrame:
    """Every corpus of others that the folder holds, after another; empty without a folder."""
    frames = [pl.DataFrame(schema=SCHEMA)]
    if folder is None:
        return frames[0]
    for corpus in PUBLIC:
        if (folder / corpus.path).exists():
            frames.append(corpus.read(folder))
    return pl.concat(frames)


def decontaminate(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without training posts that nearly repeat a validation post (NusaX was sampled from SmSA).

    Two posts nearly repeat each other when they share at least `NEAR` of their distinct words (Jaccard 1912); such
    posts share one of the rarest words of each (prefix filter, Chaudhuri et al. 2006), which finds them quickly.
    """
    words = [frozenset(re.findall(r"\w+", text.lower())) for text in frame["text"]]
    is_valid = (frame["split"] == "valid").to_list()
    frequency = Counter(itertools.chain.from_iterable(words))

    def rarest(some: frozenset[str]) -> list[str]:
        ordered = sorted(some, key=lambda word: (frequency[word], word))
        return ordered[: len(some) - math.ceil(NEAR * len(some)) + 1]

    where: dict[str, set[int]] = {}
    for place in itertools.compress(range(len(words)), is_valid):
        for word in rarest(words[place]):
            where.setdefault(word, set()).add(place)
    repeated = [
        not valid
        and any(
            len(some & words[other]) >= NEAR * len(some | words[other])
            for other in set().union(*(where.get(word, set()) for word in rarest(some)))
        )
        for some, valid in zip(words, is_valid, strict=True)
    ]
    return frame.filter(~pl.Series(repeated, dtype=pl.Boolean))


def fingerprint(frame: pl.DataFrame) -> dict[str, str]:
    """The SHA-256 of the texts and labels of every source."""
    digests = {}
    for (source,), rows in sorted(frame.group_by("source", maintain_order=True), key=lambda item: str(item[0])):
        digest = hashlib.sha256()
        for row in rows.select("text", "sentiment", "indications", "split").iter_rows():
            digest.update("\x1f".join(value or "" for value in row).encode() + b"\x1e")
        digests[str(source)] = digest.hexdigest()
    return digests
