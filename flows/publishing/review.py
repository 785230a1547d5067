"""The review sheet of a publication, and why its posts were flagged."""

import polars as pl

import reports
from flows import labels
from flows.loading import sheets
from flows.seeds import read_seed
from flows.settings import Settings
from flows.sources import reviews
from flows.store import warehouse
from flows.store.files import write_private


def with_reasons(settings: Settings, posts: pl.DataFrame) -> pl.DataFrame:
    """Posts with a column `why`: for each indication who spoke for it, rules or the model, and its strongest words."""
    lang = settings.lang
    names = {row["code"]: row[f"label_{lang}"] for row in read_seed("indications", settings.seeds)}
    reasons = labels.reasons(posts["text"], posts["indications"], settings.seeds)
    why = [reports.why_flagged(lang, [(names[each.code], each.spoke, each.words) for each in some]) for some in reasons]
    return posts.with_columns(pl.Series("why", why, dtype=pl.String))


def write_sheet(settings: Settings, connection: warehouse.Connection, edition: reports.Edition) -> None:
    """Writes the review sheet of a publication, which only its owner can read; one that is there is left alone."""
    path = settings.home / "review" / f"{edition.week}-{edition.publication}.xlsx"
    if path.exists():
        return
    posts = sheets.posts_to_review(connection, edition.week)
    posts = with_reasons(settings, posts)
    column = 0 if edition.lang == "id" else 1
    headings = {key: titles[column] for key, titles in reviews.COLUMNS.items()}
    stages = [row[f"label_{edition.lang}"] for row in read_seed("review_stages", settings.seeds)]
    codes = [row["code"] for row in read_seed("indications", settings.seeds)]
    choices = {"code": [*codes, reviews.NONE], "stage": stages}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, reports.render_review(edition, posts, headings, choices, reviews.SHEET))
