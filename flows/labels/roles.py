"""What single words are for the rules that mask contestants and drop addresses: `roles.csv`, read as bits and steps.

Its rows, in the columns of `cues.csv`:

    words     the words of a role, parted by `|`; `+` joins the words of a phrase
    suffix    endings that words of a seed may take (code: which)
    pattern   tokens to look for, of the rule `code`; the first pattern that fits counts

A pattern is a row of slots parted by spaces. A slot is a role `<name>`, or several parted by `|`; `?` after it lets it
be missing, `*` lets it also stand more often; in brackets it stands before the match and is no part of it. A number
has its roles by its digits: `<number>`, `<short_number>` (one or two digits), `<running_number>` (01 to 09),
`<hour>`, `<minute>`, `<year>` (four digits). What the rules are for: `address` tokens are left out, those of a
`contestant` become one, and a text that has a `place` is worth the rule of `places.py`.
"""

import re
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from flows.exits import UsageError
from flows.seeds import read_rows

FILE = Path(__file__).with_name("roles.csv")
RULES = ("address", "contestant", "place")
MAX_STEPS, MOST = 6, 64  # slots of a pattern; how often `*` lets one stand

# Roles that the kernel or a seed names; the words of `roles.csv` may have more.
(
    NAME,  # a contestant
    PLACE,  # the text may name a kecamatan
    PLACE_BY_OFFICE,  # names a kecamatan only after an office, being the name of the whole regency
    TITLE,
    FINGERS,
    LEXICON,  # counted by the sentiment lexicon
    NEGATION,
    BOUNDARY,  # ends the reach of a negation
    INDONESIAN,
    JAVANESE,
    FOREIGN,
    TELLS_BITS,  # has a topic, or is in a slot of the cues
    TELLS_GROUP,  # has a group
    NUMBER,
    SHORT_NUMBER,
    RUNNING_NUMBER,
    HOUR,
    MINUTE,
    YEAR,
    PEOPLE,  # an ethnic group, a religion or an origin: peoples.csv
    PARTY_NAME,  # a contestant only where the text has a word of the next role
    PARTY_WORD,
) = (1 << n for n in range(22))
_NAMED = {
    **{"name": NAME, "place": PLACE, "place_by_office": PLACE_BY_OFFICE, "title": TITLE, "fingers": FINGERS},
    **{"number": NUMBER, "short_number": SHORT_NUMBER, "running_number": RUNNING_NUMBER},
    **{"hour": HOUR, "minute": MINUTE, "year": YEAR},
    **{"party_name": PARTY_NAME, "party_word": PARTY_WORD},
}
_FIRST_FREE, _BITS = 22, 62
_SLOT = re.compile(r"(?P<before>\()?(?P<roles><\w+>(?:\|<\w+>)*)(?(before)\))(?P<often>[?*])?")

# Patterns of a rule are rows; the first says in its column `BEGIN` with what roles a match may begin. The columns of
# the others: the role before it (0: any), then of each step the role (0: no more) and how often it stands.
BEGIN, BEFORE, STEPS, STEP_COLUMNS = 0, 0, 1, 3
STEP_ROLE, STEP_LEAST, STEP_MOST = range(STEP_COLUMNS)

Pattern = npt.NDArray[np.int64]


class Roles(NamedTuple):
    """`words` of every role, `bits` of those that a pattern or the kernel reads, `suffixes`, and a rule's patterns."""

    words: dict[str, tuple[str, ...]]
    bits: dict[str, int]
    suffixes: dict[str, tuple[str, ...]]
    patterns: dict[str, Pattern]


def _role(slot: str, bits: dict[str, int], known: dict[str, tuple[str, ...]]) -> int:
    """The bits of the roles of a slot; a role that has none yet takes the next."""
    role = 0
    for name in re.findall(r"\w+", slot):
        if name not in bits:
            if name not in known:
                raise UsageError(f'The role "{name}" of a pattern has no words; see flows/labels/roles.csv.')
            bits[name] = 1 << (_FIRST_FREE + len(bits) - len(_NAMED))
        role |= bits[name]
    return role


def _pattern(pattern: str, bits: dict[str, int], known: dict[str, tuple[str, ...]]) -> list[int]:
    before, steps = 0, list[int]()
    for slot in pattern.split(" "):
        read = _SLOT.fullmatch(slot)
        if read is None or len(steps) == STEP_COLUMNS * MAX_STEPS or (read["before"] and (steps or read["often"])):
            raise UsageError(f'"{pattern}" is no pattern of roles; see flows/labels/roles.csv.')
        role = _role(read["roles"], bits, known)
        if read["before"]:
            before = role
        else:
            steps += [role, 0 if read["often"] else 1, MOST if read["often"] == "*" else 1]
    if not any(steps[STEP_LEAST::STEP_COLUMNS]):
        raise UsageError(f'The pattern "{pattern}" fits where nothing stands; see flows/labels/roles.csv.')
    return [before, *steps, *[0] * (STEP_COLUMNS * (MAX_STEPS + 1) - len(steps))]


def _is_pattern_of(row: dict[str, str], rule: str) -> bool:
    return (row["code"], row["kind"]) == (rule, "pattern")


def _begin(pattern: list[int]) -> int:
    """The roles with which a match of a pattern may begin."""
    role = 0
    for step in range(STEPS, len(pattern), STEP_COLUMNS):
        role |= pattern[step + STEP_ROLE]
        if pattern[step + STEP_LEAST]:
            break
    return role


def as_rule(patterns: list[list[int]]) -> Pattern:
    """Patterns as the kernel reads them."""
    width = STEPS + STEP_COLUMNS * (MAX_STEPS + 1)
    begin = reduce(or_, map(_begin, patterns), 0)
    return np.array([[begin, *[0] * (width - 1)], *patterns], dtype=np.int64)


@cache
def read_roles(path: Path = FILE) -> Roles:
    """The roles and patterns of a file; raises UsageError for a wrong pattern or kind."""
    rows = read_rows(path)
    lists: dict[str, dict[str, tuple[str, ...]]] = {"words": {}, "suffix": {}}
    for row in rows:
        if row["kind"] in lists:
            lists[row["kind"]][row["code"]] = tuple(word.replace("+", " ") for word in row["pattern"].split("|"))
        elif row["kind"] != "pattern" or row["code"] not in RULES:
            raise UsageError(f'"{row["code"]}" has the unknown kind "{row["kind"]}"; see flows/labels/roles.csv.')
    bits = dict(_NAMED)
    patterns = {
        rule: as_rule([_pattern(row["pattern"], bits, lists["words"]) for row in rows if _is_pattern_of(row, rule)])
        for rule in RULES
    }
    if _FIRST_FREE + len(bits) - len(_NAMED) > _BITS:
        raise UsageError(f"flows/labels/roles.csv has too many roles; keep at most {_BITS - _FIRST_FREE} with words.")
    return Roles(lists["words"], bits, lists["suffix"], patterns)
