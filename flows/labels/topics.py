"""Topics by taxonomy: every topic whose words or phrases occur in a text (several, one or none).

The taxonomy is `sql/seeds/topics.csv`: code, labels, and patterns parted by ";"; `topic_terms.csv` adds those of the
regency alone (its beaches, clubs, markets). A pattern is whole words in Indonesian or Javanese; "*" at the end of a
single word lets it go on (`pupuk*` also finds `pupuknya`). The words are looked up with all others (`vocabulary.py`).
"""

from functools import cache
from pathlib import Path

import sql
from flows.exits import UsageError
from flows.seeds import read_seed

MAX_TOPICS = 64


@cache
def read_patterns(seeds: Path = sql.SEEDS) -> dict[str, tuple[str, ...]]:
    """The patterns of each topic code, in the order of the seed; UsageError for an empty topic or too many."""
    patterns = {}
    for row in read_seed("topics", seeds):
        terms = _terms(row)
        if not terms:
            raise UsageError(f'The topic "{row["code"]}" has no pattern; add one in sql/seeds/topics.csv.')
        patterns[row["code"]] = terms
    for row in read_seed("topic_terms", seeds):
        if row["code"] not in patterns:
            raise UsageError(f'topic_terms.csv has the unknown topic "{row["code"]}"; take a code of topics.csv.')
        patterns[row["code"]] += _terms(row)
    if len(patterns) > MAX_TOPICS:
        raise UsageError(f"sql/seeds/topics.csv has {len(patterns)} topics; keep at most {MAX_TOPICS}.")
    return patterns


def _terms(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(term.strip() for term in (row["patterns"] or "").split(";") if term.strip())
