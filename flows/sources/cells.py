"""Reads structured values: nested objects, dotted column names, lists that a table holds in one cell."""

import json
import re
from typing import Any

from flows.sources.fields import hashtag

_WORD = re.compile(r"[^\s,;\[\]'\"]+")


def as_dict(value: Any) -> dict[str, Any]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value when it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def at(raw: dict[str, Any], path: str) -> Any:
    """The value of a dotted path: the column of that name, else the nested value; None when neither is there."""
    if path in raw:
        return raw[path]
    value: Any = raw
    for name in path.split("."):
        value = as_dict(value).get(name)
    return value


def hashtag_list(value: Any) -> tuple[str, ...]:
    """Normalised hashtags, each once, of a list or of its text: JSON, a Python list, joined by commas or spaces."""
    if isinstance(value, str):
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            parsed = None
        value = parsed if isinstance(parsed, list) else _WORD.findall(value)
    names = (hashtag(name) for name in as_list(value) if isinstance(name, str))
    return tuple(dict.fromkeys(name for name in names if name))
