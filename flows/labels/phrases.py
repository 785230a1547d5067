"""Detectors of phrases in small integers, as a weight file holds them, and as the kernel reads them.

A file holds the vectors of the known words and the detectors' filters; what each detector holds of a word is their
product. It is a sum of products of 8-bit integers below 2^24, which floating-point numbers of 32 bits hold exactly, so
that every processor gets the same; then it is rounded to 8 bits, a scale a detector.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from flows.labels.compiled.phrases import REACH, Phrases, rows_of

Singles = npt.NDArray[np.float32]

_LARGEST = 127
_MOST = 1 << 13  # of a bias: with three words it stays within 16 bits
_WIDEST = (1 << 15) - 1


class Detectors(NamedTuple):
    """Detectors as they are learned: `vectors` of the rows of `compiled.phrases`, `filters` of (place and dimension,
    detector), `worths` of (detector, output).
    """

    vectors: Singles
    filters: Singles
    biases: Singles
    worths: Singles
    shifts: Singles


class Stored(NamedTuple):
    """Detectors of some outputs: the score of an output is its scale times its sum of the kernel, and its shift.

    `known` are the buckets of the words of the rows of `vectors` after the fixed ones; `filters` are (place and
    dimension, detector), `worths` (output, detector).
    """

    outputs: tuple[str, ...]
    scales: tuple[float, ...]
    shifts: tuple[float, ...]
    known: npt.NDArray[np.int32]
    vectors: npt.NDArray[np.int8]
    filters: npt.NDArray[np.int8]
    biases: npt.NDArray[np.int16]
    worths: npt.NDArray[np.int16]


ARRAYS = {"known": "<i4", "vectors": "|i1", "filters": "|i1", "biases": "<i2", "worths": "<i2"}


def _products(vectors: npt.NDArray[np.int8], filters: npt.NDArray[np.int8]) -> tuple[npt.NDArray[np.int8], Singles]:
    """What each detector holds of every word at each place, (row, place and detector), and the scale of a detector."""
    dimensions, detectors = vectors.shape[1], filters.shape[1]
    each = vectors.astype(np.float32)
    whole = np.empty((len(vectors), REACH * detectors), np.float32)
    for place in range(REACH):
        part = filters[place * dimensions : (place + 1) * dimensions].astype(np.float32)
        np.matmul(each, part, out=whole[:, place * detectors : (place + 1) * detectors])
    largest = np.maximum(whole.max(axis=0, initial=0), -whole.min(axis=0, initial=0)).reshape(REACH, detectors)
    scales = np.maximum(largest.max(axis=0, initial=0), 1).astype(np.float32) / np.float32(_LARGEST)
    whole /= np.tile(scales, REACH)
    return np.rint(whole, out=whole).astype(np.int8), scales


def _small(numbers: npt.NDArray[Any], axis: int, largest: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
    """Numbers as integers up to the largest, and the scales along the other axis that undo it."""
    most = np.abs(numbers).max(axis=axis, initial=0, keepdims=True)
    scales = np.where(most > 0, most / largest, 1.0)
    return np.rint(numbers / scales).astype(np.int64), np.squeeze(scales, axis)


def store(outputs: tuple[str, ...], known: npt.NDArray[np.int64], learned: Detectors) -> Stored:
    """Learned detectors in small integers."""
    vectors, filters, biases, worths, shifts = learned
    rows, row_scales = _small(vectors, 0, _LARGEST)
    small, scales = _small(filters * np.tile(row_scales, REACH)[:, None], 0, _LARGEST)
    whole_rows, whole_filters = rows.astype(np.int8), small.astype(np.int8)
    units = scales * _products(whole_rows, whole_filters)[1]
    weighed, output_scales = _small((worths * units[:, None]).T, 1, _WIDEST)
    return Stored(
        outputs=outputs,
        scales=tuple(float(f"{scale:.9g}") for scale in output_scales),
        shifts=tuple(float(f"{shift:.9g}") for shift in shifts),
        known=known.astype(np.int32),
        vectors=whole_rows,
        filters=whole_filters,
        biases=np.clip(np.rint(biases / units), -_MOST, _MOST).astype(np.int16),
        worths=weighed.astype(np.int16),
    )


def to_kernel(stored: Stored, buckets: int) -> Phrases:
    """The detectors as the kernel reads them, for so many buckets of words."""
    words = _products(stored.vectors, stored.filters)[0]
    return Phrases(rows_of(stored.known, buckets), words, stored.biases.copy(), stored.worths.copy())
