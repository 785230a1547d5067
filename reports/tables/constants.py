"""The constants of the method as a table: what each is, its value, and the rule or source behind it."""

from dataclasses import replace

from flows.method import read_constants
from reports.tables.weekly import Table, make_table
from reports.wording.words import DASH, Words

_COLUMNS = ["constant", "value", "unit", "method_section", "cited"]


def constant_table(words: Words) -> Table:
    """Every row of the seed, in its order."""
    rows = [
        [
            words(f"constant_{each.name}"),
            words.constant(each),
            words(f"constant_unit_{each.unit}"),
            words(f"method_section_{each.section}"),
            each.cited or DASH,
        ]
        for each in read_constants()
    ]
    table = make_table(words, "constants", _COLUMNS, 1, rows)
    numeric = [False, True, False, False, False]
    return replace(table, numeric=numeric, note=words("table_constants_note"), shares=(3.4, 1.5, 1.3, 1.6, 2.6))
