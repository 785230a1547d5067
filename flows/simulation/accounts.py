"""The accounts of the season: heavy-tailed activity, a few public bodies, names of nobody."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.simulation.phrases import Grammar
from flows.simulation.plan import AUTHORS, CROWDTANGLE, GRAPH, INSTAGRAM, STREAMS, TIKTOK, generator

_OFFICIAL = (
    ("diskominfo.kab.batang", "Diskominfo Kab. Batang"),
    ("kpu.kab.batang", "KPU Kabupaten Batang"),
    ("bawaslu.kab.batang", "Bawaslu Kabupaten Batang"),
    ("humas.polres.batang", "Humas Polres Batang"),
    ("bpbd.kab.batang", "BPBD Kab. Batang"),
    ("dinkes.kab.batang", "Dinkes Kab. Batang"),
    ("pemkab.batang", "Pemkab Batang"),
    ("disdik.kab.batang", "Disdik Kab. Batang"),
)
_SIZE_SHARE = {TIKTOK: 0.52, INSTAGRAM: 0.24, CROWDTANGLE: 0.20, GRAPH: 0.04}
_OFFICIAL_SHARE = {TIKTOK: 0.015, INSTAGRAM: 0.04, CROWDTANGLE: 0.03, GRAPH: 0.35}


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of one stream, most active first; `reach` is the logarithm of an account's usual reach."""

    handles: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[int, ...]
    shares: NDArray[np.float64]  # cumulative
    is_official: NDArray[np.bool_]
    reach: NDArray[np.float64]
    followers: NDArray[np.int64]


def _number(stream: int, index: int, salt: int) -> int:
    """An id in the platform's own size."""
    if stream == TIKTOK:
        return 6_800_000_000_000_000_001 + index * 91_733_218_811_407 + salt
    if stream == INSTAGRAM:
        return 5_100_000_007 + index * 13_441_913 + salt % 10_000_000
    return 100_060_000_000_000 + stream * 1_000_000_000 + index * 31_337 + salt % 20_000


def write_accounts(grammar: Grammar, posts: int, seed: int) -> dict[int, Accounts]:
    """Accounts of every stream: 1,000 to 4,000 in all, by the size of the season."""
    total = min(4000, max(1000, posts // 20))
    accounts = {}
    for stream in STREAMS:
        rng = generator(seed, AUTHORS, stream)
        size = max(12, round(total * _SIZE_SHARE[stream]))
        bodies = len(_OFFICIAL)
        people, words = grammar.slots["account_name"], grammar.slots["account_word"]
        first, word = rng.integers(0, len(people), size=size), rng.integers(0, len(words), size=size)
        salt = rng.integers(0, 90_000_000, size=size).tolist()
        marks = rng.integers(0, 4, size=size).tolist()
        handles = [handle for handle, _ in _OFFICIAL]
        names = [name for _, name in _OFFICIAL]
        for index in range(bodies, size):
            a, b = people[first[index]], words[word[index]]
            handles.append((f"{a}.{b}{index}", f"{b}_{a}{index}", f"{a}{b}_{index}", f"{b}.{a}.{index}")[marks[index]])
            names.append(
                (f"{a.title()} {b.title()}", f"{b.title()} {a}", f"{a.title()} 🌾", f"Kang {a.title()}")[marks[index]]
            )
        activity = (np.arange(size) + 6.0) ** -0.95 * rng.lognormal(0.0, 0.5, size=size)
        activity[:bodies] *= _OFFICIAL_SHARE[stream] / activity[:bodies].sum()
        activity[bodies:] *= (1 - _OFFICIAL_SHARE[stream]) / activity[bodies:].sum()
        reach = rng.normal(0.0, 0.9, size=size)
        accounts[stream] = Accounts(
            handles=tuple(handles),
            names=tuple(names),
            numbers=tuple(_number(stream, index, salt[index]) for index in range(size)),
            shares=np.cumsum(activity) / activity.sum(),
            is_official=np.arange(size) < bodies,
            reach=reach,
            followers=(np.exp(6.0 + 1.3 * reach) + 40).astype(np.int64),
        )
    return accounts
