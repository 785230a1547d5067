"""Python 3.12 and later add floats with compensation; with this folder on the path an earlier one does so too."""

import builtins
import math
from collections.abc import Iterable
from typing import Any

_plain_sum = builtins.sum


def _compensated_sum(items: Iterable[Any], /, start: Any = 0) -> Any:
    values = list(items)
    if values and type(start) in (int, float) and all(type(value) is float for value in values):
        return math.fsum((start, *values))
    return _plain_sum(values, start)


builtins.sum = _compensated_sum
