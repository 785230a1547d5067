"""Has a source changed the shape of its answers? Each source declares the fields it needs; this compares.

A key that is absent is normal on every platform. It is a changed shape when a field that always came is missing, or
when a field that was asked for is missing from every record while an unknown one stands in its place.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_ENOUGH = 3  # records, before "in none of them" says anything


class ShapeChangedError(Exception):
    """An answer that has not the shape its source declares; the message names the field and shows the difference."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Fields of a record: `required` (name -> types) always come, `expected` come with nearly every record, `rare`
    with some. `aliases` are other spellings of them."""

    required: Mapping[str, tuple[type, ...]]
    expected: tuple[str, ...] = ()
    rare: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)

    def check(self, records: Sequence[Any], where: str) -> None:
        """Raises ShapeChangedError for the first record that breaks the declaration."""
        known = self.required.keys() | set(self.expected) | self.rare
        present: set[str] = set()
        for raw in records:
            if not isinstance(raw, dict):
                raise ShapeChangedError(f"{where}[] is {_kind(raw)}, not an object.")
            record = {self.aliases.get(name, name): value for name, value in raw.items()}
            present |= record.keys()
            for name, types in self.required.items():
                value = record.get(name)
                if not isinstance(value, types) or isinstance(value, bool):
                    kind = _kind(value) if name in record else "missing"
                    raise ShapeChangedError(_difference(f"{where}[].{name}", kind, types, record.keys() - known, raw))
        strangers = present - known
        absent = [name for name in self.expected if name not in present]
        if strangers and absent and len(records) >= _ENOUGH:
            raise ShapeChangedError(
                f"the field {where}[].{absent[0]} is gone from all {len(records)} records; "
                f"missing: {', '.join(sorted(absent))}; new: {', '.join(sorted(strangers))}."
            )


def check_envelope(thing: Any, where: str, required: Mapping[str, tuple[type, ...]], optional: Collection[str]) -> None:
    """The same for the object around the records: a missing optional key is suspicious beside an unknown one."""
    if not isinstance(thing, dict):
        raise ShapeChangedError(f"{where} is {_kind(thing)}, not an object.")
    strangers = thing.keys() - required.keys() - set(optional)
    for name, types in required.items():
        if not isinstance(thing.get(name), types):
            kind = _kind(thing[name]) if name in thing else "missing"
            raise ShapeChangedError(_difference(f"{where}.{name}", kind, types, strangers, thing))
    absent = sorted(set(optional) - thing.keys())
    if strangers and absent:
        new = ", ".join(sorted(strangers))
        raise ShapeChangedError(f"the field {where}.{absent[0]} is missing; missing: {', '.join(absent)}; new: {new}.")


def _difference(
    name: str, kind: str, types: tuple[type, ...], strangers: Collection[str], thing: Mapping[str, Any]
) -> str:
    wanted = " or ".join(_NAMES.get(each, each.__name__) for each in types)
    new = f"; new: {', '.join(sorted(strangers))}" if strangers else ""
    return f"the field {name} is {kind}, expected {wanted}{new}; found: {', '.join(sorted(thing))}."


_NAMES = {
    dict: "an object",
    list: "a list",
    str: "text",
    int: "a whole number",
    bool: "true or false",
    float: "a number",
}


def _kind(value: Any) -> str:
    return "null" if value is None else _NAMES.get(type(value), type(value).__name__)
