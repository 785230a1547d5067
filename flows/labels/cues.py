r"""Cue patterns: the small language of `sql/seeds/cues.csv`, and its translation to regular expressions.

A pattern is a row of slots parted by spaces, each matching one word of a padded text:

    tolak|lawan     one of these words            +   joins words inside a choice (`jangan+lupa`)
    <vote>          a word of the group `vote`    *   at the end of a word lets it go on (`panwas*`)
    ~3              up to three words, no sentence end between
    ^               at the start only: the beginning of a text or clause

Rows of kind `words` or `regex` define a group (code = its name), and those of kind `set` one that the model does not
read. `act` rows say that the text performs the act of their code. So do `frame` rows: patterns parted by ` & `, all of
which the text holds, in any order (who, what, to what end), and none of those that begin with `!`. `exclude` rows (one
or more codes) take it back: negation, reporting, condemning, asking.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import sql
from flows.exits import UsageError
from flows.seeds import read_seed

# "Do not forget" reminds, it does not forbid: it is read as REMIND.
REMINDER = " (?:jangan|jgn|jngn|jangan sampai|ojo|aja) (?:lupa|lali) "
REMIND = " ingat "
_REMINDER_WORDS = frozenset((" jangan ", " jgn ", " jngn ", " ojo ", " aja "))
_NEVER = "$^"
_CLAUSE_START = r"(?:^| [.,!?:#]) "


class Frame(NamedTuple):
    """What a padded text holds in any order, and what it must not hold: each part by itself is looked for faster.

    No words tell where a part of `open` may match: it is for Polars, on many texts at once.
    """

    open: tuple[str, ...]
    held: tuple[str, ...]
    barred: tuple[str, ...]

    def fits(self, text: str) -> bool:
        """Whether a text that matches what is open matches the rest."""
        return all(re.search(part, text) for part in self.held) and not self.is_barred(text)

    def is_barred(self, text: str) -> bool:
        """Whether a text holds what it must not hold."""
        return any(re.search(part, text) for part in self.barred)


class Cues(NamedTuple):
    """The rule of one code: a text that matches `act` or one of the `frames`, and not `exclude` (None: nothing does).

    A text that matches an act holds, for one of the first `needs`, a word of every of its slots, and one that matches
    a frame for the frame's, which are the last, in order: cheap to look for.
    """

    act: str
    exclude: str | None
    needs: tuple[tuple[frozenset[str], ...], ...]
    frames: tuple[Frame, ...] = ()


class Choice(NamedTuple):
    """One slot: its regular expression, and the words one of which it needs (None: not words).

    The words have spaces as in a padded text, a beginning of words none after it.
    """

    expression: str
    words: frozenset[str] | None


class Pattern(NamedTuple):
    """A whole pattern: its regular expression, and the words of every slot that consists of words."""

    expression: str
    needs: tuple[frozenset[str], ...]


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
    known = [choice.words for choice in choices if choice.words is not None]
    words = frozenset().union(*known) if len(known) == len(choices) else None
    return Choice("|".join(choice.expression for choice in choices), words)


def translate(pattern: str, groups: dict[str, Choice]) -> Pattern:
    """A pattern for padded texts; raises UsageError when it is wrong."""
    is_clause_start = pattern.startswith("^ ")
    parts = [_CLAUSE_START if is_clause_start else " "]
    needs = []
    for slot in pattern.removeprefix("^ ").split(" "):
        if re.fullmatch(r"~\d", slot):
            parts.append(rf"(?:[^ .!?]+ ){{0,{slot[1]}}}")
            continue
        choice = _choice(slot, groups)
        parts.append(f"(?:{choice.expression}) ")
        if choice.words is not None:
            needs.append(choice.words | _REMINDER_WORDS if REMIND in choice.words else choice.words)
    return Pattern("".join(parts), tuple(needs))


def _parts(pattern: str, groups: dict[str, Choice]) -> list[tuple[bool, Pattern]]:
    """The parts of a frame, each with whether it is barred."""
    parts = pattern.split(" & ")
    return [(part.startswith("! "), translate(part.removeprefix("! "), groups)) for part in parts]


def translate_frame(pattern: str, groups: dict[str, Choice]) -> Pattern:
    """The parts of a frame as one expression for the beginning of a padded text; raises UsageError as `translate`."""
    expression = ""
    needs: list[frozenset[str]] = []
    for is_barred, part in _parts(pattern, groups):
        expression += f"(?!.*{part.expression})" if is_barred else f"(?=.*({part.expression}))"
        needs += [] if is_barred else part.needs
    return Pattern(expression, tuple(needs))


def _frame(pattern: str, groups: dict[str, Choice]) -> Frame:
    parts = _parts(pattern, groups)
    held = [part for is_barred, part in parts if not is_barred]
    return Frame(
        tuple(part.expression for part in held if not part.needs),
        tuple(part.expression for part in held if part.needs),
        tuple(part.expression for is_barred, part in parts if is_barred),
    )


_TRANSLATIONS = {"act": translate, "frame": translate_frame}


def _read_groups(rows: list[dict[str, str]]) -> dict[str, Choice]:
    """Groups by name; a group may name an earlier one."""
    groups: dict[str, Choice] = {}
    for row in rows:
        if row["kind"] == "regex":
            groups[row["code"]] = Choice(row["pattern"], None)
        elif row["kind"] in ("words", "set"):
            groups[row["code"]] = _choice(row["pattern"], groups)
    return groups


@cache
def read_cues(seeds: Path = sql.SEEDS) -> dict[str, Cues]:
    """The rule of every code of the cues seed; raises UsageError when a pattern or an excluded code is wrong."""
    rows = read_seed("cues", seeds)
    groups = _read_groups(rows)
    rules: dict[str, dict[str, list[Pattern]]] = {}
    frames: dict[str, list[Frame]] = {}
    excludes: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] in _TRANSLATIONS:
            rule = _TRANSLATIONS[row["kind"]](row["pattern"], groups)
            if not rule.needs:
                raise UsageError(f'The cue "{row["pattern"]}" of cues.csv has no slot of plain words; give it one.')
            rules.setdefault(row["code"], {kind: [] for kind in _TRANSLATIONS})[row["kind"]].append(rule)
            if row["kind"] == "frame":
                frames.setdefault(row["code"], []).append(_frame(row["pattern"], groups))
        elif row["kind"] == "exclude":
            for code in row["code"].split(" "):
                excludes.setdefault(code, []).append(translate(row["pattern"], groups).expression)
        elif row["kind"] not in ("words", "set", "regex"):
            raise UsageError(
                f'The cue "{row["pattern"]}" has the unknown kind "{row["kind"]}"; see sql/seeds/cues.csv.'
            )
    if lost := sorted(set(excludes) - set(rules)):
        raise UsageError(f"cues.csv excludes {', '.join(lost)}, for which it has no act.")
    return {
        code: Cues(
            "|".join(act.expression for act in kinds["act"]) or _NEVER,
            "|".join(excludes[code]) if code in excludes else None,
            tuple(rule.needs for patterns in kinds.values() for rule in patterns),
            tuple(frames.get(code, ())),
        )
        for code, kinds in rules.items()
    }


@cache
def read_group_words(seeds: Path = sql.SEEDS) -> dict[str, frozenset[str]]:
    """The plain words and phrases of every group of kind `words`, those of the groups it names among them."""
    groups: dict[str, frozenset[str]] = {}
    for row in read_seed("cues", seeds):
        if row["kind"] == "words":
            choices = row["pattern"].split("|")
            named = [groups.get(word[1:-1], frozenset()) for word in choices if word.startswith("<")]
            plain = frozenset(word.replace("+", " ") for word in choices if not re.search(r"[<*]", word))
            groups[row["code"]] = plain.union(*named)
    return groups


class Rule(NamedTuple):
    """One act or frame as it stands in the seed, for explanations."""

    code: str
    pattern: str
    expression: re.Pattern[str]


@cache
def read_rules(seeds: Path = sql.SEEDS) -> tuple[Rule, ...]:
    """Every act and frame, in the order of the seed."""
    rows = read_seed("cues", seeds)
    groups = _read_groups(rows)
    return tuple(
        Rule(row["code"], row["pattern"], re.compile(_TRANSLATIONS[row["kind"]](row["pattern"], groups).expression))
        for row in rows
        if row["kind"] in _TRANSLATIONS
    )
