"""Made-up coders: what they say of a post whose truth is known, each with known shares of errors."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

SHEET = ("platform", "post_id", "code", "sentiment", "stage", "coder")  # the columns of a returned sheet

NONE = "none"
_HALF = 0.5


class Coder(NamedTuple):
    """Somebody who is wrong about a share of the posts, always about the same ones.

    `missed` is the share of errors where there is something to see, `imagined` where there is nothing, and `misread`
    that of sentiments.
    """

    name: str
    missed: float
    imagined: float
    misread: float = 0.0

    def say(self, post: str, truth: str, codes: Sequence[str]) -> str:
        """The code that is given to a post by its name: the truth, or in error none or another one."""
        if self._draw(post, "right") >= (self.imagined if truth == NONE else self.missed):
            return truth
        if truth != NONE and self._draw(post, "none") < _HALF:
            return NONE
        others = [code for code in codes if code not in {truth, NONE}]
        return others[int(self._draw(post, "other") * len(others))]

    def feel(self, post: str, truth: str | None, sentiments: Sequence[str]) -> str:
        """The sentiment that is given to a post by its name: the truth, or in error another one; none where none is."""
        if not truth or self._draw(post, "tone") >= self.misread:
            return truth or ""
        others = [sentiment for sentiment in sentiments if sentiment != truth]
        return others[int(self._draw(post, "other tone") * len(others))]

    def _draw(self, post: str, question: str) -> float:
        """A number from 0 to below 1, the same whenever it is asked for."""
        digest = hashlib.blake2b(f"{self.name}\n{post}\n{question}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64


CODERS = (Coder("simulasi-a", 0.08, 0.004, 0.10), Coder("simulasi-b", 0.15, 0.008, 0.14))
THIRD = Coder("simulasi-c", 0.04, 0.0, 0.05)


class Drawn(NamedTuple):
    """A post of a review sheet with what is true of it; no sentiment where there is nothing to label."""

    platform: str
    post_id: str
    code: str
    sentiment: str | None


def returned(drawn: Iterable[Drawn], codes: Sequence[str], sentiments: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The filled rows of the sheets of two coders, and of a third: values of `SHEET`.

    The third decides where the two differ, and hands over what is indicated.
    """
    for post in drawn:
        name = post.post_id
        said = [(coder.say(name, post.code, codes), coder.feel(name, post.sentiment, sentiments)) for coder in CODERS]
        for coder, both in zip(CODERS, said, strict=True):
            yield post.platform, name, *both, "reviewed", coder.name
        code, sentiment = said[0]
        if len(set(said)) > 1:
            code, sentiment = THIRD.say(name, post.code, codes), THIRD.feel(name, post.sentiment, sentiments)
            yield post.platform, name, code, sentiment, "adjudicated", THIRD.name
        if code != NONE:
            yield post.platform, name, code, "", "referred", THIRD.name
