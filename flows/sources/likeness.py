"""Which known kind of file an unknown one is most like, and what it lacks of it: the sentence that helps its owner."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

_SEPARATOR = re.compile(r"[/.]")
_FEWEST = 2  # of what makes a kind, before a file is said to be like it
_SHOWN = 5


class Likeness(NamedTuple):
    """A kind of file: its name, and groups of columns or keys of each of which it has at least one.

    `least` is the share of the groups from which on a file is said to be like it.
    """

    name: str
    groups: tuple[frozenset[str], ...]
    least: float = 2 / 3

    def lacking(self, names: Collection[str]) -> list[frozenset[str]]:
        """The groups of which a file with these columns or keys has none."""
        return [group for group in self.groups if group.isdisjoint(names)]


def all_of(name: str, columns: Iterable[str], least: float = 2 / 3) -> Likeness:
    """A kind of file that has all of these columns."""
    return Likeness(name, tuple(frozenset({column}) for column in columns), least)


def nearest(names: Collection[str], kinds: Iterable[Likeness]) -> tuple[Likeness, list[frozenset[str]]] | None:
    """(kind, what is lacking) of the kind of which least is lacking; None where the file is like none."""
    known = {*names, *(_SEPARATOR.split(name)[0] for name in names)}
    like = [(kind, kind.lacking(known)) for kind in kinds]
    near = [
        (kind, lacking)
        for kind, lacking in like
        if lacking and len(kind.groups) - len(lacking) >= max(_FEWEST, kind.least * len(kind.groups))
    ]
    return min(near, key=lambda each: len(each[1]) / len(each[0].groups), default=None)


def lack(groups: Iterable[frozenset[str]]) -> str:
    """What is lacking, in words: `likes and one of plays, views`."""
    said = [_one_of(sorted(group)) for group in groups]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]


def _one_of(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"one of {shown}" if len(names) > 1 else shown


def place_of(columns: Collection[str], answer: Any) -> str | None:
    """The dotted path of the list in an answer whose objects have all of these columns; None where there is none."""
    return next((path for path, keys in _lists(answer, "", 4) if path and keys.issuperset(columns)), None)


def _lists(value: Any, path: str, depth: int) -> Iterator[tuple[str, set[str]]]:
    """(path, keys of its objects) of every list of objects."""
    if isinstance(value, list):
        yield path, {key for item in value if isinstance(item, dict) for key in item}
    elif isinstance(value, dict) and depth:
        for key, part in value.items():
            yield from _lists(part, f"{path}.{key}" if path else key, depth - 1)
