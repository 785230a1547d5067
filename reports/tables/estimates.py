"""The table of what is flagged, what two people confirmed, and how many there are, class by class."""

from reports.reading.estimates import is_earlier, reviewed_bucket, rows_of
from reports.reading.facts import Facts
from reports.tables.table import Cell, Column, Table, make_table
from reports.wording.estimates import estimate_text
from reports.wording.sentences import bucket_name
from reports.wording.words import Words

_COUNTS = ("flagged", "reviewed", "confirmed", "sampled", "missed")
_COLUMNS = (
    *(Column("bucket", "bucket", 2.0), Column("indication", share=2.6)),
    *(Column(name, "number", 1.1) for name in _COUNTS),
    Column("estimate", share=3.8),
)


def estimates_table(facts: Facts, words: Words) -> Table:
    """Every class of the week's buckets of which anything was flagged, reviewed or estimated.

    Where those are not reviewed yet, the latest bucket before that is stands first. Of a class that coders did not see
    there is no number but of what they may have missed.
    """
    rows: list[dict[str, Cell]] = []
    earlier = [reviewed_bucket(facts)] if is_earlier(facts) else []
    for bucket in (*earlier, *facts.buckets):
        for row in rows_of(facts, bucket):
            if row["reason"] is None or row["flagged"] or row["sampled"]:
                rows.append(
                    {
                        "bucket": bucket_name(words, bucket),
                        "indication": facts.label("indications", row["indication"]),
                        **{name: row[name] for name in _COUNTS},
                        "estimate": estimate_text(words, row),
                    }
                )
    return make_table(words, "estimates", _COLUMNS, rows, note=words("estimates_note"), stacked=True)
