"""Words that name no private person: what the seeds and the corpus of the labels write, and who is registered there."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from flows.labels import corpora
from flows.labels.compiled.batch import kept_folder
from flows.labels.keeping import Arrays, kept_arrays
from flows.seeds import read_seed

# The columns of the seeds that hold words, names of places, offices and contestants, or patterns made of words.
_WORDS_OF = {
    "function_words": ("word",),
    "lexicon": ("term",),
    "cues": ("pattern",),
    "topics": ("label_id", "patterns"),
    "indications": ("label_id",),
    "places": ("name",),
    "place_names": ("name",),
    "contestants": ("name",),
    "keywords": ("text",),
    "receivers": ("label_id", "first_receiver", "then"),
    "accounts": ("account", "name"),
}
_WORD = re.compile(r"[^\W\d_]+")
_BORDER = re.compile(r"[0-9.]+")
_SHORTEST_PART = 3  # letters of a word within a compound


@dataclass(frozen=True, slots=True)
class Ordinary:
    """`words` in lower case; `person_names` are common names of people; `registered` accounts may be named."""

    words: frozenset[str]
    person_names: frozenset[str]
    registered: frozenset[tuple[str, str]]  # platform, handle

    def is_ordinary(self, handle: str) -> bool:
        """Whether a handle is a registered account, or made of words alone, as `pemilu2024` and `kabarbatang`.

        An underscore within makes it a handle: nobody writes one between words.
        """
        core = handle.strip("0123456789._")
        if any(handle == name for _, name in self.registered) or core in self.person_names:
            return True
        return "_" not in core and all(self._is_compound(part) for part in _BORDER.split(core))

    def _is_compound(self, text: str) -> bool:
        reached = {0}
        for end in range(1, len(text) + 1):
            if any(
                text[start:end] in self.words and (end - start >= _SHORTEST_PART or (start, end) == (0, len(text)))
                for start in reached
            ):
                reached.add(end)
        return len(text) in reached

    def own_words(self, name: str) -> tuple[list[str], list[str]]:
        """The words of an author's name, and those of them that are no ordinary words; none of a name of such alone."""
        words = _WORD.findall(name.lower())
        if not any(word not in self.words or word in self.person_names for word in words):
            return [], []
        return words, [word for word in words if word not in self.words]


def _words_in(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.lower())}


def _made() -> Arrays:
    """The words of ronda's own corpus, one a line."""
    words = _words_in(corpora.read_own()["text"])
    return {"words": np.frombuffer("\n".join(sorted(words)).encode(), np.uint8)}


def _corpus_words() -> list[str]:
    """The same, kept for the next process: reading the corpus takes longer than hiding the names of a small load."""
    digest = hashlib.sha256(_WORD.pattern.encode())
    for path in sorted(corpora.OWN_FOLDER.glob("*.csv")):
        digest.update(path.read_bytes())
    return kept_arrays(kept_folder(), "ordinary", digest.hexdigest(), _made)["words"].tobytes().decode().split("\n")


@cache
def read_ordinary(seeds: Path) -> Ordinary:
    """The words of a folder of seeds and of ronda's own corpus."""
    texts = [row[column] for name, columns in _WORDS_OF.items() for row in read_seed(name, seeds) for column in columns]
    people = read_seed("person_names", seeds)
    words = _words_in(texts).union(_corpus_words())
    words |= {row["term"] for row in people if row["kind"] == "title"}
    accounts = ((row["platform"], row["account"].lstrip("@").lower()) for row in read_seed("accounts", seeds))
    return Ordinary(
        words=frozenset(words),
        person_names=frozenset(row["term"] for row in people if row["kind"] != "title"),
        registered=frozenset(accounts),
    )
