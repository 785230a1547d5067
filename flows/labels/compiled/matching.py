"""The one matcher: what stands at a place of a text, by the patterns of `roles.py`."""

from typing import Any

from flows.labels import roles
from flows.labels.compiled.compiling import BEGINS, KEY, LONGEST, PAIR_PRIME, ROLES, find_rare, spread
from flows.machine_code import compiled, inlined

BEGIN, BEFORE, STEPS, STEP_COLUMNS = roles.BEGIN, roles.BEFORE, roles.STEPS, roles.STEP_COLUMNS
STEP_ROLE, STEP_LEAST, STEP_MOST = roles.STEP_ROLE, roles.STEP_LEAST, roles.STEP_MOST


@compiled
def term_length(tokens: Any, place: int, role: int, memo: Any, tables: Any) -> int:
    """How many tokens the longest word or phrase has that begins here and has one of the roles; 0 for none."""
    token = tokens[place]
    longest = 1 if memo[token, ROLES] & role else 0
    if memo[token, BEGINS] & role:
        key = memo[token, KEY]
        for length in range(2, memo[token, LONGEST] + 1):
            key = spread(key * PAIR_PRIME + memo[tokens[place + length - 1], KEY])
            if tables.rows[find_rare(tables, key), ROLES] & role:
                longest = length
    return longest


@inlined
def may_begin(begin: int, memo: Any, token: int) -> bool:
    """Whether a match of a rule that begins with one of these roles may begin with the token."""
    return bool((memo[token, ROLES] | memo[token, BEGINS]) & begin)


@compiled
def match(patterns: Any, tokens: Any, place: int, memo: Any, tables: Any) -> int:
    """How many tokens the first pattern takes that fits here, 0 when none does; every step takes what it can."""
    for n in range(1, len(patterns)):
        before = patterns[n, BEFORE]
        if before != 0 and (place == 0 or not memo[tokens[place - 1], ROLES] & before):
            continue
        here, step = place, STEPS
        while patterns[n, step + STEP_ROLE] != 0:
            times = 0
            while times < patterns[n, step + STEP_MOST]:
                length = term_length(tokens, here, patterns[n, step + STEP_ROLE], memo, tables)
                if length == 0:
                    break
                here += length
                times += 1
            if times < patterns[n, step + STEP_LEAST]:
                break
            step += STEP_COLUMNS
        if here > place and patterns[n, step + STEP_ROLE] == 0:
            return here - place
    return 0
