"""The verdicts of the quality gates, and how right the labels are."""

from dataclasses import dataclass

from reports.reading.facts import Check, Facts
from reports.tables.label_quality import quality_table
from reports.tables.table import Column, Table, make_table
from reports.weekly.blocks import Block, Either, Heading, Paragraph
from reports.weekly.section import Report, Section
from reports.wording.words import DASH, Words

ORDER = ("landing", "load", "post", "posts", "trends")  # of the gates; others come after them
COLUMNS = tuple(Column(key) for key in ("check", "verdict", "severity", "observed", "detail"))


@dataclass(frozen=True)
class Gate(Block):
    """The verdicts of one gate: how many, those that were breached, and all of them."""

    name: str
    summary: str
    breached: Table
    checks: Table


def blocks(report: Report) -> list[Block]:
    """Every gate, then the labels."""
    words = report.words
    gates = gates_of(report.facts, words)
    labels = quality_table(report.facts, words)
    return [
        Paragraph(words("quality_intro") if gates else words("quality_empty")),
        *gates,
        *([Paragraph(words("quality_pdf"), small=True, on="print")] if gates else []),
        Heading(words("section_labels"), on="page" if labels.rows else "both"),  # the table's caption, in print
        Either(labels, words("labels_none")),
    ]


def gates_of(facts: Facts, words: Words) -> list[Gate]:
    """The gates of an edition, in the order in which posts pass them."""
    by_gate: dict[str, list[Check]] = {}
    for check in facts.checks:
        by_gate.setdefault(check.gate, []).append(check)
    names = sorted(by_gate, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return [_gate(words, name, by_gate[name]) for name in names]


def _gate(words: Words, name: str, checks: list[Check]) -> Gate:
    verdicts = [check.verdict for check in checks]
    breached = [check for check in checks if check.is_breach]
    counts = {"passed": verdicts.count("passed"), "failed": len(breached), "other": verdicts.count("not_applicable")}
    title = words.known(f"gate_{name}", name)
    return Gate(
        name=title,
        summary=words("gate_summary", **{key: words.number(count) for key, count in counts.items()}),
        breached=_table(words, words("quality_breached"), breached),
        checks=_table(words, title, checks),
    )


def _table(words: Words, caption: str, checks: list[Check]) -> Table:
    rows = [
        {
            "check": check.description or check.name,
            "verdict": words.known(f"verdict_{check.verdict}", check.verdict),
            "severity": words.known(f"severity_{check.severity}", check.severity),
            "observed": check.observed or DASH,
            "detail": check.detail if check.is_breach else "",
        }
        for check in checks
    ]
    return make_table(words, "checks", COLUMNS, rows, caption=caption, stacked=True)


SECTION = Section("quality", blocks, is_annex=True)
