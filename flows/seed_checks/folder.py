"""A folder of seeds as it lies there, with lines, and what a check of it is."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from flows import seeds as shipped

Found = Iterator[dict[str, object]]
"""What a check finds: the words of its sentence, once for each thing."""

TEMPLATE = re.compile(r"<[^<>]+>")
"""A part of a cell that somebody still has to write, as the templates of `ronda init` mark it."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Row(NamedTuple):
    """A row of a seed and the line of the file where it ends."""

    line: int
    cells: dict[str, str]
    width: int


class Seeds:
    """A folder of seeds as it lies there, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.headers: dict[str, list[str]] = {}
        self.own: dict[str, list[Row]] = {}
        self.damaged: dict[str, str] = {}
        for path in sorted(folder.glob("*.csv")):
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            with path.open(encoding="utf-8", newline="") as lines:
                reader = csv.reader(lines, strict=True)
                header = next(reader, [])
                rows = [
                    Row(reader.line_num, dict(zip(header, cells, strict=False)), len(cells))
                    for cells in reader
                    if cells
                ]
        except (UnicodeDecodeError, csv.Error) as error:
            self.damaged[path.stem] = str(error)
            return
        self.headers[path.stem], self.own[path.stem] = header, rows

    @property
    def is_stated(self) -> bool:
        """Whether the folder has an election seed that can be read."""
        return "election" in self.own

    @cached_property
    def facts(self) -> dict[str, str]:
        """The facts of the election seed, the shipped ones where the folder has none."""
        if not self.is_stated:
            return shipped.read_facts()
        return {row.cells.get("key", ""): row.cells.get("value", "") for row in self.own["election"]}

    @property
    def voting_day(self) -> date | None:
        """The day of the vote, None where the election seed names none."""
        return day_of(self.facts.get(shipped.VOTING_DAY))

    def strangers(self, name: str) -> list[str]:
        """The owners of a shipped seed that are others for this folder, see `flows.seeds`."""
        return shipped.strangers(name, self.facts)

    def known(self) -> Iterator[tuple[str, list[str]]]:
        """The seeds of the folder that are seeds of ronda, with their headers."""
        return ((name, header) for name, header in self.headers.items() if name in shipped.seed_files())

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows that hold for a folder: its own, else the shipped ones where it may share them."""
        if name in self.own:
            return [row.cells for row in self.own[name]]
        return [] if name in self.damaged or self.strangers(name) else shipped.read_seed(name)

    def lines(self, name: str) -> list[Row]:
        """The same with lines; a shared row has line 0."""
        return self.own[name] if name in self.own else [Row(0, cells, len(cells)) for cells in self.rows(name)]


class Check(NamedTuple):
    """One check: its name, the sentence for each thing it finds, and how it looks."""

    name: str
    sentence: str
    look: Callable[[Seeds], Found]


def day_of(text: str | None) -> date | None:
    """The day a cell names; None where it is empty or none."""
    try:
        return date.fromisoformat(text) if text and _DAY.fullmatch(text) else None
    except ValueError:
        return None
