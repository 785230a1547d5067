"""The field expressions of the Graph API: `id,comments.filter(stream).limit(0),media.limit(25){id,caption}`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_NAME = re.compile(r"\w+")
_MODIFIER = re.compile(r"\.(\w+)\(([^()]*)\)")
MODIFIERS = frozenset(
    {"limit", "summary", "filter", "order", "type", "as", "after", "before", "username", "since", "until"}
)


class BadExpression(Exception):  # noqa: N818 - the client's error, answered with code 2500
    """A field expression that cannot be read."""


class UnknownField(Exception):  # noqa: N818 - the client's error, answered with code 100
    """A field that the node does not have."""


@dataclass(slots=True)
class Wanted:
    """One field asked for, with its modifiers and what is asked of its objects."""

    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    inner: list["Wanted"] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Its key in the answer."""
        return self.modifiers.get("as", self.name)


def read_fields(text: str) -> list[Wanted]:
    """The fields of an expression, modifiers in any order and on either side of the braces."""
    text = re.sub(r"\s+", "", text)
    if not text:
        return []
    fields, end = _list(text, 0)
    if end != len(text):
        raise BadExpression(f"Syntax error at character {end}: {text[end:][:20]}")
    return fields


def _list(text: str, start: int) -> tuple[list[Wanted], int]:
    fields = []
    while True:
        match = _NAME.match(text, start)
        if match is None:
            raise BadExpression(f"Syntax error: expected a field at character {start}")
        wanted = Wanted(match[0])
        start = match.end()
        while start < len(text) and text[start] in ".{":
            if text[start] == "{":
                wanted.inner, start = _list(text, start + 1)
                if text[start : start + 1] != "}":
                    raise BadExpression(f"Syntax error: expected }} at character {start}")
                start += 1
                continue
            modifier = _MODIFIER.match(text, start)
            if modifier is None or modifier[1] not in MODIFIERS:
                raise BadExpression(f"Syntax error: unknown modifier at character {start}")
            wanted.modifiers[modifier[1]] = modifier[2]
            start = modifier.end()
        fields.append(wanted)
        if text[start : start + 1] != ",":
            return fields, start
        start += 1


Reader = Callable[[Any, Wanted, float], Any]


def selected(
    thing: Any, wanted: list[Wanted], readers: Mapping[str, Reader], node: str, growth: float
) -> dict[str, Any]:
    """The fields asked for of an object, and its id; absent where the object has none."""
    fields: dict[str, Any] = {}
    for one in wanted:
        reader = readers.get(one.name)
        if reader is None:
            raise UnknownField(f"(#100) Tried accessing nonexisting field ({one.name}) on node type ({node})")
        value = reader(thing, one, growth)
        if value is not None:
            fields[one.key] = value
    if "id" not in fields:
        fields["id"] = readers["id"](thing, Wanted("id"), growth)
    return fields


def chosen(value: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    """The keys of a plain object the braces ask for; all without braces."""
    if not wanted.inner:
        return dict(value)
    return {one.key: value[one.name] for one in wanted.inner if one.name in value}
