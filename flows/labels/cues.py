r"""Cue patterns: the small language of `sql/seeds/cues.csv`, and its translation to regular expressions.

A pattern is a row of slots parted by spaces, each matching one word of a padded text:

    tolak|lawan     one of these words            +   joins words inside a choice (`jangan+lupa`)
    <vote>          a word of the group `vote`    *   at the end of a word lets it go on (`panwas*`)
    ~3              up to three words, no sentence end between
    ^               at the start only: the beginning of a text or clause

Rows of kind `words` or `regex` define a group (code = its name), `act` rows say that the text performs the act of
their code, `exclude` rows (one or more codes) take it back: negation, reporting, condemning, asking.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import sql
from flows.exits import UsageError
from flows.periods import read_seed

_CLAUSE_START = r"(?:^| [.,!?:#]) "
_NESTING = 3


class Cues(NamedTuple):
    """The rule of one code: a text that matches `act` and not `exclude` (None: nothing excludes)."""

    act: str
    exclude: str | None


def _choice(word: str, groups: dict[str, str]) -> str:
    if word.startswith("<") and word.endswith(">"):
        if word[1:-1] not in groups:
            raise UsageError(f'The cue group "{word}" is not defined in sql/seeds/cues.csv.')
        return groups[word[1:-1]]
    spoken = word.replace("+", " ")
    return re.escape(spoken[:-1]) + "[^ ]*" if spoken.endswith("*") else re.escape(spoken)


def translate(pattern: str, groups: dict[str, str]) -> str:
    """A pattern as a regular expression for padded texts; raises UsageError for an unknown group or an empty slot."""
    parts = []
    for position, slot in enumerate(pattern.split(" ")):
        if slot == "^" and position == 0:
            parts.append(_CLAUSE_START)
        elif re.fullmatch(r"~\d", slot):
            parts.append(rf"(?:[^ .!?]+ ){{0,{slot[1]}}}")
        elif not slot or "" in slot.split("|"):
            raise UsageError(f'The cue "{pattern}" has an empty slot; see sql/seeds/cues.csv.')
        else:
            parts.append(f"(?:{'|'.join(_choice(word, groups) for word in slot.split('|'))}) ")
    return "".join(parts) if pattern.startswith("^ ") else " " + "".join(parts)


def _read_groups(rows: list[dict[str, str]]) -> dict[str, str]:
    """Groups by name; a group may name another one."""
    groups = {row["code"]: row["pattern"] for row in rows if row["kind"] == "regex"}
    waiting = {row["code"]: row["pattern"] for row in rows if row["kind"] == "words"}
    for _ in range(_NESTING):
        ready = {
            name
            for name, words in waiting.items()
            if all(word[1:-1] in groups for word in words.split("|") if word.startswith("<"))
        }
        groups |= {name: "|".join(_choice(word, groups) for word in waiting.pop(name).split("|")) for name in ready}
    if waiting:
        raise UsageError(f"The cue groups {', '.join(sorted(waiting))} name a group that is not defined; see cues.csv.")
    return groups


@cache
def read_cues(seeds: Path = sql.SEEDS) -> dict[str, Cues]:
    """The rule of every code of the cues seed; raises UsageError when a pattern or an excluded code is wrong."""
    rows = read_seed("cues", seeds)
    groups = _read_groups(rows)
    acts: dict[str, list[str]] = {}
    excludes: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] == "act":
            acts.setdefault(row["code"], []).append(translate(row["pattern"], groups))
        elif row["kind"] == "exclude":
            for code in row["code"].split(" "):
                excludes.setdefault(code, []).append(translate(row["pattern"], groups))
        elif row["kind"] not in ("words", "regex"):
            raise UsageError(f'The cue "{row["pattern"]}" has the unknown kind "{row["kind"]}"; see sql/seeds/cues.csv.')
    if lost := sorted(set(excludes) - set(acts)):
        raise UsageError(f"cues.csv excludes {', '.join(lost)}, for which it has no act.")
    return {code: Cues("|".join(found), "|".join(excludes[code]) if code in excludes else None) for code, found in acts.items()}
