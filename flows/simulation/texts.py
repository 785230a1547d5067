"""From numbers to texts: vectorised picking from the grammar, one pass a template."""

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from flows.simulation.phrases import MOMENT, Grammar, Pool, pool

_LANGUAGES = ("id", "jv", "mixed", "none")
_SENTIMENTS = ("negative", "neutral", "positive", "none")
_OPENER_SHARE = 0.45
_TAIL_SHARE = 0.62
_EMOJI_SHARE = 0.38
_TAG_COUNTS = (0.42, 0.62, 0.80, 0.92, 1.0)  # cumulative shares of 0, 1, 2, 3, 4 hashtags


class TagSets:
    """Combinations of hashtags drawn once a season, so that a record can carry their JSON ready made."""

    def __init__(self, grammar: Grammar, rng: Generator, size: int = 4096) -> None:
        everyday = grammar.decorations["tag", "any"]
        election = everyday + 2 * grammar.decorations["tag", "campaign"]
        self.size = size
        self.sets: list[tuple[str, ...]] = [()]
        counts = 1 + np.searchsorted(np.array(_TAG_COUNTS[1:]), rng.uniform(_TAG_COUNTS[0], 1.0, size=2 * size))
        luck = rng.random((2 * size, len(_TAG_COUNTS)))
        for number in range(1, 2 * size):
            names = everyday if number < size else election
            picked = (luck[number, : counts[number]] * len(names)).astype(int).tolist()
            self.sets.append(tuple(dict.fromkeys(names[position] for position in picked)))
        self.texts = pool(["".join(f" {tag}" for tag in tags) for tags in self.sets])
        self.names = [tuple(tag[1:].lower() for tag in tags) for tags in self.sets]

    def draw(self, rng: Generator, is_election: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Numbers of tag sets; 0 is the empty one."""
        number = rng.integers(1, self.size, size=len(is_election)) + np.where(is_election, self.size - 1, 0)
        return np.where(rng.random(len(is_election)) < _TAG_COUNTS[0], 0, number)


class Writer:
    """Writes the texts of many posts of one week at once."""

    def __init__(self, grammar: Grammar, moments: tuple[str, ...]) -> None:
        self.grammar = grammar
        self.slots = {**grammar.slots, MOMENT: pool(moments)}
        self.language = np.array([_LANGUAGES.index(t.language) for t in grammar.templates])
        self.sentiment = np.array([_SENTIMENTS.index(t.sentiment) for t in grammar.templates])
        self.is_closed = np.array([t.is_closed for t in grammar.templates])
        self.openers = self._joined("opener", [(language,) for language in _LANGUAGES], moments)
        self.tails = self._joined("tail", [(s, la) for s in _SENTIMENTS for la in _LANGUAGES], moments)
        self.closed_tails = pool([" " + tail.lstrip("., ") for tail in self.tails[0]])
        self.emojis = self._joined("emoji", [(sentiment,) for sentiment in _SENTIMENTS], moments)

    def _joined(
        self, kind: str, keys: list[tuple[str, ...]], moments: tuple[str, ...]
    ) -> tuple[Pool, NDArray[np.int64], NDArray[np.int64]]:
        """One pool for all keys, with where each key starts and how many pieces it has."""
        pieces: list[str] = []
        starts, sizes = [], []
        for key in keys:
            forms: list[str] = []
            for piece in self.grammar.decorations.get((kind, " ".join(key)), ("",)):
                forms += [piece.replace("{moment}", moment) for moment in moments] if "{moment}" in piece else [piece]
            starts.append(len(pieces))
            sizes.append(len(forms))
            pieces += forms
        return pool(pieces), np.array(starts), np.array(sizes)

    @staticmethod
    def _pick(
        rng: Generator, joined: tuple[Pool, NDArray[np.int64], NDArray[np.int64]], key: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        _, starts, sizes = joined
        return starts[key] + (rng.random(len(key)) * sizes[key]).astype(np.int64)

    def sentences(self, rng: Generator, template: NDArray[np.int64], place: NDArray[np.int64]) -> Pool:
        """The bare sentence of every post: slots filled, nothing around it."""
        texts = np.empty(len(template), dtype=object)
        order = np.argsort(template, kind="stable")
        numbers, starts = np.unique(template[order], return_index=True)
        if not len(template):
            return texts
        for number, rows in zip(numbers.tolist(), np.split(order, starts[1:]), strict=True):
            form = self.grammar.templates[number]
            columns: list[list[Any]] = []
            for slot in form.slots:
                if slot == "place":
                    columns.append(self.grammar.place_texts[place[rows]].tolist())
                elif slot == "spot":
                    columns.append(self.grammar.spot_texts[place[rows]].tolist())
                else:
                    values = self.slots[slot]
                    columns.append(values[rng.integers(0, len(values), size=len(rows))].tolist())
            if columns:
                texts[rows] = [form.sentence % values for values in zip(*columns, strict=True)]
            else:
                texts[rows] = form.sentence.replace("%%", "%")
        return texts

    def write(self, rng: Generator, template: NDArray[np.int64], place: NDArray[np.int64], tags: Pool) -> list[str]:
        """The texts of posts: opener, sentence, tail, emoji, hashtags; some in lower case, a few in capitals."""
        size = len(template)
        language, sentiment = self.language[template], self.sentiment[template]
        core = self.sentences(rng, template, place)
        opener = self.openers[0][self._pick(rng, self.openers, language)]
        opener[rng.random(size) >= _OPENER_SHARE] = ""
        number = self._pick(rng, self.tails, sentiment * len(_LANGUAGES) + language)
        tail = np.where(self.is_closed[template], self.closed_tails[number], self.tails[0][number])
        tail[rng.random(size) >= _TAIL_SHARE] = ""
        emoji = self.emojis[0][self._pick(rng, self.emojis, sentiment)]
        emoji[rng.random(size) >= _EMOJI_SHARE] = ""
        breaks = np.where((rng.random(size) < 0.15) & (tags != ""), "\n", "")
        body = list(
            map(
                "".join,
                zip(opener.tolist(), core.tolist(), tail.tolist(), emoji.tolist(), breaks.tolist(), strict=True),
            )
        )
        style = rng.random(size)
        for row in np.flatnonzero(style < 0.22).tolist():
            body[row] = body[row].lower()
        for row in np.flatnonzero(style > 0.985).tolist():
            body[row] = body[row].upper()
        return list(map(str.__add__, body, tags.tolist()))
