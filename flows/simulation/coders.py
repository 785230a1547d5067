"""Made-up coders: what they say of a post whose truth is known, each with known shares of errors."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

NONE = "none"
_HALF = 0.5


class Coder(NamedTuple):
    """Somebody who is wrong about a share of the posts, always about the same ones.

    `missed` is the share of errors where there is something to see, `imagined` where there is nothing.
    """

    name: str
    missed: float
    imagined: float

    def say(self, post: str, truth: str, codes: Sequence[str]) -> str:
        """The code that is given to a post by its name: the truth, or in error none or another one."""
        if self._draw(post, "right") >= (self.imagined if truth == NONE else self.missed):
            return truth
        if truth != NONE and self._draw(post, "none") < _HALF:
            return NONE
        others = [code for code in codes if code not in {truth, NONE}]
        return others[int(self._draw(post, "other") * len(others))]

    def _draw(self, post: str, question: str) -> float:
        """A number from 0 to below 1, the same whenever it is asked for."""
        digest = hashlib.blake2b(f"{self.name}\n{post}\n{question}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64


CODERS = (Coder("simulasi-a", 0.08, 0.004), Coder("simulasi-b", 0.15, 0.008))
THIRD = Coder("simulasi-c", 0.04, 0.0)
