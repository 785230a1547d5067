"""Weight files: one model each, small integers in a file that says what it is and cannot be half read.

Layout: the line `ronda-weights 1`, a line of JSON (licence, corpora, outputs, scales and everything else that is not
a weight), the weights as 8-bit integers (words, windows, groups; a row for each bucket, a column for each output),
the arrays of the detectors of phrases if there are any, and the SHA-256 of all that came before. The same training
gives the same bytes.
"""

import hashlib
import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flows.exits import UsageError
from flows.labels.phrases import ARRAYS, Stored
from flows.labels.version import DIGEST_SIZE, FOLDER, OWN_FILE, SHARE_ALIKE_FILE, checksum, folder_of

__all__ = ["FOLDER", "OWN_FILE", "SHARE_ALIKE_FILE", "checksum", "folder_of"]

FORMAT = b"ronda-weights 1\n"
FEATURES = 3  # raise it with every change of the features
BUCKETS = (1 << 17, 1 << 17, 1 << 12)  # of words, windows and groups


@dataclass(frozen=True)
class Weights:
    """One model. The score of an output is the sum over the families of features (words, windows, groups) of
    scale x (sum of integers of its buckets) / sqrt(features), the dense weights times the lexicon's numbers, and what
    the detectors of phrases find.

    `matrices` hold for each family the integers of each bucket and output; `calibration` what turns scores into
    labels (`model.py`), `measured` what was measured in training.
    """

    licence: str
    corpora: dict[str, str]  # name -> SHA-256 of its texts and labels
    outputs: tuple[str, ...]
    scales: tuple[tuple[float, ...], ...]  # of each family, for each output
    biases: tuple[float, ...]
    dense: tuple[tuple[float, ...], ...]  # of each of the lexicon's numbers, for each output
    matrices: tuple[npt.NDArray[np.int8], ...]
    phrases: Stored | None = None
    calibration: dict[str, Any] = field(default_factory=dict)
    measured: dict[str, Any] = field(default_factory=dict)


_NUMBERS = frozenset({"matrices", "phrases"})  # what is no JSON


def to_bytes(weights: Weights) -> bytes:
    """The file of weights."""
    header: dict[str, Any] = {
        one.name: getattr(weights, one.name) for one in fields(weights) if one.name not in _NUMBERS
    }
    header |= {"features": FEATURES, "buckets": [len(matrix) for matrix in weights.matrices], "phrases": None}
    numbers = [np.ascontiguousarray(matrix).tobytes() for matrix in weights.matrices]
    if weights.phrases is not None:
        told = weights.phrases._asdict()
        arrays = {name: np.ascontiguousarray(told.pop(name), kind) for name, kind in ARRAYS.items()}
        header["phrases"] = told | {"shapes": {name: array.shape for name, array in arrays.items()}}
        numbers += [array.tobytes() for array in arrays.values()]
    line = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
    body = FORMAT + line + b"".join(numbers)
    return body + hashlib.sha256(body).digest()


def read_weights(path: Path) -> Weights:
    """The weights of a file; UsageError when it is missing, truncated, changed, or of another version."""
    if not path.is_file():
        raise UsageError(f"The weight file {path} is missing; restore it or train one with `ronda label train`.")
    content = path.read_bytes()
    if not content.startswith(FORMAT):
        raise UsageError(f"{path} is not a weight file of this version of ronda; train it anew.")
    body, digest = content[:-DIGEST_SIZE], content[-DIGEST_SIZE:]
    if hashlib.sha256(body).digest() != digest:
        raise UsageError(f"The weight file {path} is truncated or changed (wrong checksum); restore it or train anew.")
    line, _, numbers = body.removeprefix(FORMAT).partition(b"\n")
    header = json.loads(line)
    if header.pop("features") != FEATURES:
        raise UsageError(f"The weight file {path} was trained with features of another version; train it anew.")
    buckets, outputs = header.pop("buckets"), len(header["outputs"])
    ends = np.cumsum([size * outputs for size in buckets]).tolist()
    parts = np.split(np.frombuffer(numbers[: ends[-1]], np.int8), ends[:-1])
    matrices = tuple(part.reshape(size, outputs) for part, size in zip(parts, buckets, strict=True))
    phrases = _phrases(header.pop("phrases"), numbers[ends[-1] :])
    lists = {key: _as_tuple(header.pop(key)) for key in ("outputs", "scales", "biases", "dense")}
    return Weights(matrices=matrices, phrases=phrases, **lists, **header)


def _phrases(told: dict[str, Any] | None, numbers: bytes) -> Stored | None:
    """The detectors of a file from what its header tells of them and their bytes."""
    if told is None:
        return None
    arrays: dict[str, Any] = {}
    shapes, at = told.pop("shapes"), 0
    for name, letters in ARRAYS.items():  # in their order; that of the header is by name
        kind, shape = np.dtype(letters), shapes[name]
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(numbers, kind, count, at).reshape(shape)
        at += count * kind.itemsize
    return Stored(**arrays, **{name: _as_tuple(value) for name, value in told.items()})


def _as_tuple(value: Any) -> Any:
    return tuple(_as_tuple(one) for one in value) if isinstance(value, list) else value


def quantise(coefficients: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int8], tuple[float, ...]]:
    """Coefficients of shape (buckets, outputs) as 8-bit integers, and the scale of each output that undoes it."""
    largest = np.abs(coefficients).max(axis=0)
    scales = np.array([float(f"{scale:.9g}") for scale in np.where(largest > 0, largest / 127.0, 1.0)])
    return np.rint(coefficients / scales).astype(np.int8), tuple(scales.tolist())
