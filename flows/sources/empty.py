"""A dataset without records: the array `[]` that tools leave when they found nothing.

It does not say which tool asked which platform, so it holds no posts and declares nothing about any platform.
"""

import re

from flows.files import BOM
from flows.sources.layout import formats

_EMPTY = re.compile(rb"\s*\[\s*\]\s*")


def recognise(sample: bytes) -> str | None:
    """Platform "mixed", which no record will tell, when the whole file is an empty array."""
    return "mixed" if _EMPTY.fullmatch(sample.removeprefix(BOM)) else None


FORMATS = formats("empty", recognise, layouts=("documents",))
