"""The table of the tests behind the incidents of a week."""

from reports.judging.certainty import certainty
from reports.reading.outcomes import Trends
from reports.tables.table import Cell, Column, Table, make_table
from reports.wording.cards import test_line
from reports.wording.incidents import incident_name
from reports.wording.quantities import amount
from reports.wording.words import Words


def incident_table(trends: Trends, words: Words) -> Table:
    """Every incident of the week, the word that says how sure it is, and its test."""
    columns = (
        *(Column("incident", share=0.8), Column("subject", share=1.8), Column("amount", share=2.0)),
        *(Column("certainty", share=0.8), Column("test", "long", 3.4)),
    )
    rows: list[dict[str, Cell]] = [
        {
            "incident": incident.row["incident"],
            "subject": incident_name(trends, words, incident),
            "amount": amount(words, incident.row),
            "certainty": words(f"certainty_{certainty(trends, incident).word}"),
            "test": test_line(words, incident.row),
        }
        for incident in trends.incidents
    ]
    return make_table(words, "incidents", columns, rows)
