"""From tables to what people read: charts, weekly report, briefing, workbook, data files and the index of weeks.

Start in `render.py`; the input contract is `edition.py` and `contract.py`. Everything here is a function of its inputs:
no clock, no environment, no network, and the same inputs give the same bytes.
"""

from collections.abc import Sequence
from pathlib import Path

from reports.edition import Edition, Tables, WeekSummary

__all__ = ["Edition", "Tables", "WeekSummary", "render_index", "render_week"]


def render_week(edition: Edition, tables: Tables, folder: Path) -> WeekSummary:
    """Every file of a week's publication, written into a folder; see `render.render_week`."""
    from reports import render

    return render.render_week(edition, tables, folder)


def render_index(summaries: Sequence[WeekSummary], folder: Path, edition: Edition) -> None:
    """`index.html` over all published weeks; see `index.render_index`."""
    from reports import index

    index.render_index(summaries, folder, edition)
