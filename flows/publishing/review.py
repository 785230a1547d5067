"""The review sheets of a publication, of its week and of all that waits, and why posts were flagged."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

import reports
from flows import labels, processes
from flows.loading import sheets
from flows.seeds import read_seed
from flows.settings import Settings
from flows.sources import reviews
from flows.store import warehouse
from flows.store.files import write_whole

if TYPE_CHECKING:
    from flows.labels.explaining import Reason

Reasons = Sequence[tuple["Reason", ...]]

# Columns that no sheet has: why a post was flagged, and in that of a week the limit, which that of all weeks has for
# every post as if it were flagged.
_HIDDEN = {False: ("why", "limit"), True: ("why",)}


def reasons(settings: Settings, posts: pl.DataFrame) -> Callable[[], Reasons]:
    """What gives, for each post, why it has its indications; the helper of the run may look for it meanwhile."""
    return processes.shared(labels.reasons, posts["text"], posts["indications"], settings.seeds)


def with_reasons(settings: Settings, posts: pl.DataFrame, reasons: Reasons) -> pl.DataFrame:
    """Posts with a column `why`: for each indication who spoke for it, rules or the model, and its strongest words."""
    lang = settings.lang
    names = {row["code"]: row[f"label_{lang}"] for row in read_seed("indications", settings.seeds)}
    why = [reports.why_flagged(lang, [(names[each.code], each.spoke, each.words) for each in some]) for some in reasons]
    return posts.with_columns(pl.Series("why", why, dtype=pl.String))


def write_sheet(settings: Settings, connection: warehouse.Connection, edition: reports.Edition) -> None:
    """Writes the review sheet of a publication, which only its owner can read; one that is there is left alone.

    It is blind: flagged posts and the sample in one order, without what tells them apart.
    """
    path = settings.home / "review" / edition.review_sheet
    if not path.exists():
        posts = sheets.posts_to_review(connection, edition.week)
        _write(settings, edition, path, posts, of_all_weeks=False)


def write_backlog(settings: Settings, connection: warehouse.Connection, edition: reports.Edition) -> str:
    """Writes the workbook over all weeks, as `write_sheet` does; gives a sentence that says where, and how much waits.

    Its name says what was known, since reviews that come in change what waits and no number of the publication.
    """
    path = settings.home / "review" / edition.backlog
    posts = sheets.posts_waiting(connection, edition.local.date())
    if not path.exists():
        _write(settings, edition, path, posts.drop("is_detected", "act_by"), of_all_weeks=True)
    limits: list[tuple[date, date]] = posts.filter("is_detected").select("limit", "act_by").rows()
    drawn = posts.height - len(limits)
    return reports.backlog_told(edition.lang, f"review/{path.name}", limits, drawn, edition.local.date())


def cases_due(connection: warehouse.Connection, edition: reports.Edition) -> list[str]:
    """What is due of the cases of the desk until the next report, as a line for the notice; none where nothing is."""
    query = "SELECT * FROM core.cases WHERE due_day <= ? ORDER BY due_day, case_number"
    due = warehouse.query(connection, query, [edition.next_release.date()]).rows(named=True)
    return reports.cases_told(edition.lang, due, edition.local.date())


def _write(
    settings: Settings, edition: reports.Edition, path: Path, posts: pl.DataFrame, *, of_all_weeks: bool
) -> None:
    column = 0 if edition.lang == "id" else 1
    headings = {key: titles[column] for key, titles in reviews.COLUMNS.items() if key not in _HIDDEN[of_all_weeks]}
    stages = [row[f"label_{edition.lang}"] for row in read_seed("review_stages", settings.seeds)]
    codes = [row["code"] for row in read_seed("indications", settings.seeds)]
    sentiments = [row[f"label_{edition.lang}"] for row in read_seed("sentiments", settings.seeds)]
    choices = {"code": [*codes, reviews.NONE], "sentiment": sentiments, "stage": stages}
    book = reports.render_review(edition, posts, headings, choices, reviews.SHEET, of_all_weeks=of_all_weeks)
    write_whole(path, book)
