r"""Cue patterns: the small language of `sql/seeds/cues.csv`, and its translation to regular expressions.

A pattern is a row of slots parted by spaces, each matching one word of a padded text:

    tolak|lawan     one of these words            +   joins words inside a choice (`jangan+lupa`)
    <vote>          a word of the group `vote`    *   at the end of a word lets it go on (`panwas*`)
    ~3              up to three words, no sentence end between
    ^               at the start only: the beginning of a text or clause
    !tolak          the slot whose words are looked for first (else the last slot); choose the rarest

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


class Cues(NamedTuple):
    """The rule of one code: a text that matches `act` and not `exclude` (None: nothing excludes).

    Every text that matches `act` holds one of the `anchors`, which are cheap to look for.
    """

    act: str
    exclude: str | None
    anchors: frozenset[str]


class Choice(NamedTuple):
    """One slot: its regular expression, and the beginnings of words one of which it needs (None: not words)."""

    expression: str
    anchors: frozenset[str] | None


def _choice(slot: str, groups: dict[str, Choice]) -> Choice:
    """The slot of a pattern or the words of a group; raises UsageError for an unknown group or an empty choice."""
    choices = []
    for word in slot.split("|"):
        if word.startswith("<") and word.endswith(">"):
            if word[1:-1] not in groups:
                raise UsageError(f'The cue group "{word}" is not defined before its use in sql/seeds/cues.csv.')
            choices.append(groups[word[1:-1]])
        elif not word:
            raise UsageError(f'"{slot}" has an empty slot or choice; see sql/seeds/cues.csv.')
        else:
            spoken = word.replace("+", " ")
            ending = "[^ ]*" if spoken.endswith("*") else ""
            spoken = spoken.removesuffix("*")
            choices.append(Choice(re.escape(spoken) + ending, frozenset([f" {spoken}" + ("" if ending else " ")])))
    known = [choice.anchors for choice in choices if choice.anchors is not None]
    anchors = frozenset().union(*known) if len(known) == len(choices) else None
    return Choice("|".join(choice.expression for choice in choices), anchors)


def translate(pattern: str, groups: dict[str, Choice]) -> Choice:
    """A pattern for padded texts, with the anchors of its marked or last slot; raises UsageError when it is wrong."""
    is_clause_start = pattern.startswith("^ ")
    parts = [_CLAUSE_START if is_clause_start else " "]
    anchors: frozenset[str] | None = None
    is_marked = False
    for slot in pattern.removeprefix("^ ").split(" "):
        if re.fullmatch(r"~\d", slot):
            parts.append(rf"(?:[^ .!?]+ ){{0,{slot[1]}}}")
            continue
        choice = _choice(slot.removeprefix("!") if slot != "!" else slot, groups)
        parts.append(f"(?:{choice.expression}) ")
        if not is_marked:
            anchors = choice.anchors
            is_marked = slot.startswith("!")
    return Choice("".join(parts), anchors)


def _read_groups(rows: list[dict[str, str]]) -> dict[str, Choice]:
    """Groups by name; a group may name an earlier one."""
    groups: dict[str, Choice] = {}
    for row in rows:
        if row["kind"] == "regex":
            groups[row["code"]] = Choice(row["pattern"], None)
        elif row["kind"] == "words":
            groups[row["code"]] = _choice(row["pattern"], groups)
    return groups


@cache
def read_cues(seeds: Path = sql.SEEDS) -> dict[str, Cues]:
    """The rule of every code of the cues seed; raises UsageError when a pattern or an excluded code is wrong."""
    rows = read_seed("cues", seeds)
    groups = _read_groups(rows)
    acts: dict[str, list[str]] = {}
    anchors: dict[str, frozenset[str]] = {}
    excludes: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] == "act":
            act = translate(row["pattern"], groups)
            if act.anchors is None:
                raise UsageError(f'Mark a slot of plain words with "!" in the cue "{row["pattern"]}" of cues.csv.')
            acts.setdefault(row["code"], []).append(act.expression)
            anchors[row["code"]] = anchors.get(row["code"], frozenset()) | act.anchors
        elif row["kind"] == "exclude":
            for code in row["code"].split(" "):
                excludes.setdefault(code, []).append(translate(row["pattern"], groups).expression)
        elif row["kind"] not in ("words", "regex"):
            raise UsageError(
                f'The cue "{row["pattern"]}" has the unknown kind "{row["kind"]}"; see sql/seeds/cues.csv.'
            )
    if lost := sorted(set(excludes) - set(acts)):
        raise UsageError(f"cues.csv excludes {', '.join(lost)}, for which it has no act.")
    return {
        code: Cues("|".join(found), "|".join(excludes[code]) if code in excludes else None, anchors[code])
        for code, found in acts.items()
    }
