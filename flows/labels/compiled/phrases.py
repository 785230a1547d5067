"""The detectors of phrases: the layer of the model that is no sum over words (convolution, Kim 2014).

A detector looks at a word with its two neighbours and holds a number of each by its place. What it finds in a text is
the largest sum of the three, and nothing where that is not above zero; its finding then weighs for every output. A
contestant or a people only keeps words apart: it holds nothing and has no turn in the middle. All numbers are integers,
so that a text has the same sums beside any other texts.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from flows.labels import roles
from flows.labels.compiled.compiling import (
    CONTESTANT_TOKEN,
    EXCLAMATION,
    FIRST_MARK,
    HASH_TOKEN,
    KIND,
    NOUGHT,
    QUESTION,
    ROLES,
    SPOKEN,
    WORD_FAMILY,
    spread,
)
from flows.machine_code import compiled, inlined

PEOPLE = roles.PEOPLE
REACH = 3  # words of a phrase
# The first rows of `Phrases.words`, which hold nothing: no word (an end of the text, a contestant, a people), and any
# unknown word.
NO_WORD, UNKNOWN = range(2)
FIRST_WORD = 2


class Phrases(NamedTuple):
    """The detectors: `words` holds of every known word what each detector adds for it before, in and after the middle.

    `rows` gives the row of `words` of a bucket of words. `biases` are a number a detector, `worths` a row an output.
    """

    rows: npt.NDArray[np.int32]
    words: npt.NDArray[np.int8]
    biases: npt.NDArray[np.int16]
    worths: npt.NDArray[np.int16]


def rows_of(known: npt.NDArray[Any], buckets: int) -> npt.NDArray[np.int32]:
    """The row of every bucket where these are the buckets of the known words, in the order of their rows."""
    rows = np.full(buckets, UNKNOWN, np.int32)
    rows[known] = np.arange(FIRST_WORD, FIRST_WORD + len(known))
    return rows


def no_phrases(outputs: int = 0) -> Phrases:
    """Detectors that are none."""
    return Phrases(
        np.full(1, UNKNOWN, np.int32),
        np.zeros((FIRST_WORD, 0), np.int8),
        np.zeros(0, np.int16),
        np.zeros((outputs, 0), np.int16),
    )


@compiled
def list_steps(tokens: Any, count: int, memo: Any, rows: Any, steps: Any) -> int:
    """The rows of the words of masked tokens from place 1 on, between two that are none; gives the place after them."""
    last = len(rows) - 1
    steps[0] = NO_WORD
    number = NOUGHT + 1
    for place in range(count):
        token = tokens[place]
        kind = memo[token, KIND]
        if kind == HASH_TOKEN or (kind >= FIRST_MARK and kind != EXCLAMATION and kind != QUESTION):
            continue
        steps[number] = NO_WORD
        if kind != CONTESTANT_TOKEN and not memo[token, ROLES] & PEOPLE:
            steps[number] = rows[spread(memo[token, SPOKEN] + WORD_FAMILY) & last]
        number += 1
    steps[number] = NO_WORD
    return int(number)


@inlined
def add_phrases(steps: Any, end: int, phrases: Any, found: Any, sums: Any) -> None:
    """Adds what the detectors find among the steps of a text to `sums`; `found` is room for a number a detector."""
    words, biases, worths = phrases.words, phrases.biases, phrases.worths
    detectors = len(biases)
    for n in range(detectors):
        found[n] = -biases[n]
    for place in range(1, end):
        before, middle, after = steps[place - 1], steps[place], steps[place + 1]
        if middle == NO_WORD:
            continue
        for n in range(detectors):
            held = np.int16(words[before, n]) + np.int16(words[middle, detectors + n])
            found[n] = max(found[n], np.int16(held + np.int16(words[after, 2 * detectors + n])))
    for output in range(len(worths)):
        total = NOUGHT
        for n in range(detectors):
            total += np.int32(found[n] + biases[n]) * np.int32(worths[output, n])
        sums[output] += total
