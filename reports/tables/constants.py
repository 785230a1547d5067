"""The constants of the method as a table: what each is, its value, and the rule or source behind it."""

from flows.method import read_constants
from reports.tables.table import Column, Table, make_table
from reports.wording.words import DASH, Words

_COLUMNS = (
    *(Column("constant", share=3.4), Column("value", "number", 1.5), Column("unit", share=1.3)),
    *(Column("method_section", share=1.6), Column("cited", share=2.6)),
)


def constant_table(words: Words) -> Table:
    """Every row of the seed, in its order."""
    rows = [
        {
            "constant": words(f"constant_{each.name}"),
            "value": words.constant(each),
            "unit": words(f"constant_unit_{each.unit}"),
            "method_section": words(f"method_section_{each.section}"),
            "cited": each.cited or DASH,
        }
        for each in read_constants()
    ]
    return make_table(words, "constants", _COLUMNS, rows, note=words("table_constants_note"))
