"""The weekly report as PDF: the same content as the HTML page, the review list cut to what a printed list can carry."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from reports.style import Chart
from reports.typeset import compile_pdf
from reports.weekly.content import Content
from reports.weekly.page import clipped
from reports.words import Words

EVIDENCE_ROWS, TEXT_LIMIT = 60, 280
_WORDS = (
    "section_situation",
    "section_changes",
    "section_clocks",
    "section_corrections",
    "briefing_decide",
    "corrections_none",
    "clocks_overdue_where",
    "method_queries",
    "method_queries_intro",
    "note_marks",
    "section_declaration",
    "section_charts",
    "section_tables",
    "section_evidence",
    "section_quality",
    "section_method",
    "section_limits",
    "level_title",
    "quality_intro",
    "quality_empty",
    "quality_pdf",
    "section_labels",
    "labels_none",
    "glyph_note",
)


def weekly_document(content: Content, charts: Sequence[Chart], words: Words, as_of: datetime) -> bytes:
    """The PDF of the weekly report."""
    shown = [replace(post, text=clipped(post.text, TEXT_LIMIT)) for post in content.evidence[:EVIDENCE_ROWS]]
    all_posts = len(content.evidence)
    cut = ""
    if all_posts > len(shown):
        cut = words("evidence_shown", shown=words.number(len(shown)), count=words.number(all_posts))
    reasons = content.level_reasons
    heads = [words(f"column_{name}") for name in ("post", "text", "why", "topic")]
    printed = [
        replace(post, why=f"{post.why}\n{words('why_limit', limit=post.limit)}" if post.sort_limit else post.why)
        for post in shown
    ]
    data = asdict(replace(content, evidence=printed)) | {
        "level_sentence": f"{reasons[:1].upper()}{reasons[1:]}.",
        "charts": [{"svg": chart.svg, "alt": chart.alt} for chart in charts],
        "decision_columns": [words(f"decide_{name}") for name in ("what", "whom", "until")],
        "evidence_cut": cut,
        "evidence_columns": heads,
        "gate_columns": [words(f"column_{name}") for name in ("check", "verdict", "severity", "observed", "detail")],
        "words": {key: words(key) for key in _WORDS} | {"page_of": words("page_of", page="#", pages="#")},
    }
    return compile_pdf("weekly/document.typ", data, words, as_of)
