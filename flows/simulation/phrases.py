"""The grammar of the season's texts: templates, slots and decorations, read from the tables beside this module."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
_SLOT = re.compile(r"\{(\w+)\}")
_PLACE_SLOTS = ("place", "spot")
MOMENT = "moment"
OFFICIAL_GROUPS = (
    "election_logistics",
    "hoax_awareness",
    "health",
    "education",
    "village_government",
    "disaster",
    "culture_tourism",
    "security",
)

Pool = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Template:
    """One sentence: a %-format with its slots in order, and the truth of every post written with it."""

    sentence: str
    slots: tuple[str, ...]
    group: str
    sentiment: str
    language: str
    topics: tuple[str, ...]
    indications: tuple[str, ...]
    is_slang: bool

    @property
    def has_place(self) -> bool:
        """Whether a place is named, so that its district belongs to the truth."""
        return any(slot in _PLACE_SLOTS for slot in self.slots)

    @property
    def is_closed(self) -> bool:
        """Whether the sentence ends with its own mark."""
        return self.sentence.endswith(("?", "!", "."))

    @property
    def is_official(self) -> bool:
        """Whether a public body could have written it."""
        plain = not self.is_slang and self.language == "id" and self.sentiment != "negative"
        return plain and self.group in OFFICIAL_GROUPS


@dataclass(frozen=True, eq=False)
class Grammar:
    """All tables: templates by number, pools of slot values, decorations, places with their district codes."""

    templates: tuple[Template, ...]
    slots: dict[str, Pool]
    decorations: dict[tuple[str, str], tuple[str, ...]]
    place_texts: Pool
    spot_texts: Pool
    place_codes: tuple[str, ...]
    place_shares: NDArray[np.float64]
    groups: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    def of_group(self, group: str) -> NDArray[np.int64]:
        """Numbers of the templates of a group."""
        return self.groups[group]


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of `<name>.csv` beside this module."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _blocks(name: str) -> Iterator[tuple[list[str], str]]:
    """(words of the header, line) for every line of a text table; comments start with "# "."""
    header: list[str] = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            header = line[2:].split(" ")
        elif line.strip() and not line.startswith("# "):
            yield header, line.strip()


def pool(values: list[str] | tuple[str, ...]) -> Pool:
    """An object array of strings, for vectorised picking."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _shorten(sentence: str, pairs: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, short in pairs:
        sentence = pattern.sub(short, sentence)
    return sentence


def _template(header: list[str], line: str, is_slang: bool) -> Template:
    group, sentiment, language, *options = header
    values = dict(option.split("=", 1) for option in options)
    topics = values.get("topics", group)
    return Template(
        sentence=_SLOT.sub("%s", line.replace("%", "%%")),
        slots=tuple(_SLOT.findall(line)),
        group=group,
        sentiment=sentiment,
        language=language,
        topics=tuple(topic for topic in topics.split(",") if topic),
        indications=tuple(code for code in values.get("codes", "").split(",") if code),
        is_slang=is_slang,
    )


def _templates() -> tuple[Template, ...]:
    pairs = [
        (re.compile(rf"(?<![\w{{]){re.escape(row['formal'])}(?![\w}}])"), row["slang"]) for row in read_table("slang")
    ]
    templates = []
    for header, line in _blocks("phrases"):
        templates.append(_template(header, line, is_slang=False))
        short = _shorten(line, pairs)
        if short != line:
            templates.append(_template(header, short, is_slang=True))
    return (*templates, Template("", (), "empty", "none", "none", (), (), False))


def _decorations() -> dict[tuple[str, str], tuple[str, ...]]:
    pieces: dict[tuple[str, str], list[str]] = {}
    for header, line in _blocks("decorations"):
        kind = header[0]
        if kind == "opener":
            text = line + " "
        elif kind == "emoji" or (kind == "tail" and line[0] not in ".,"):
            text = " " + line
        else:
            text = line
        pieces.setdefault((kind, " ".join(header[1:])), []).append(text)
    return {key: tuple(values) for key, values in pieces.items()}


@cache
def read_grammar() -> Grammar:
    """The grammar, read once."""
    slots = {}
    for line in (FOLDER / "slots.txt").read_text(encoding="utf-8").splitlines():
        name, _, values = line.partition(": ")
        slots[name] = pool(values.split(" | "))
    places = read_table("places")
    weights = np.array([float(row["weight"]) for row in places])
    templates = _templates()
    members: dict[str, list[int]] = {}
    for number, template in enumerate(templates):
        members.setdefault(template.group, []).append(number)
    return Grammar(
        templates=templates,
        slots=slots,
        decorations=_decorations(),
        place_texts=pool([row["text"] for row in places]),
        spot_texts=pool([row["text"].removeprefix("di ") for row in places]),
        place_codes=tuple(row["code"] for row in places),
        place_shares=np.cumsum(weights) / weights.sum(),
        groups={group: np.array(numbers, dtype=np.int64) for group, numbers in members.items()},
    )


def topic_shares() -> dict[str, dict[str, Any]]:
    """Rows of topics.csv by group, numbers as floats."""
    return {
        row["group"]: {key: float(value) for key, value in row.items() if key != "group"}
        for row in read_table("topics")
    }
