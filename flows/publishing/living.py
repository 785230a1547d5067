"""Releases print only posts that live: pages with others are rendered again, and older releases go with them.

Whether a page must change is asked of the pages themselves and not remembered, so that an interrupted run is made good
by the next one, whatever made the posts go.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import reports
from flows.periods import Week
from flows.publishing import build, editions, releases
from flows.publishing import week as weeks
from flows.publishing.database import place_database
from flows.publishing.site import place_index
from flows.settings import Settings
from flows.store import warehouse
from flows.store.runs import recorded

if TYPE_CHECKING:
    import polars as pl

Frames = dict[str, "pl.DataFrame"]
_NOBODY = "-"  # instead of the id of a post that was erased
_PRINTED = ("evidence", "signal_posts", "copied_texts")
_LIVING = "SELECT platform, post_id FROM base.posts WHERE state = 'live' AND text IS NOT NULL"
_TEXTS = (
    "SELECT DISTINCT lower(coalesce(shown, text)) AS said FROM base.posts WHERE state = 'live' AND text IS NOT NULL"
)
_STILL_SAID = f"""
SELECT count(*) FROM published.core.posts AS known
WHERE (known.text IS NOT NULL AND NOT EXISTS (
        FROM ({_LIVING}) AS living WHERE living.platform = known.platform AND living.post_id = known.post_id))
    OR NOT EXISTS (
        FROM base.posts AS posts WHERE posts.platform = known.platform AND posts.post_id = known.post_id)
"""  # noqa: S608 - a query of ours


def settle(settings: Settings, *, without_evidence: bool = False) -> list[str]:
    """Publishes anew what prints posts that are gone; gives the weeks whose pages were rendered again.

    With `without_evidence` no post is printed any more. Numbers stay; of a week published by an earlier version of
    ronda, which kept no edition, a new publication is stated. The caller holds the warehouse. Raises what
    `build_tables` raises.
    """
    if releases.published_folder(settings.home) is None:
        return []
    stale = _stale_weeks(settings, without_evidence=without_evidence)
    if not stale and not _is_said(settings):
        return []
    build.build_tables(settings)
    without = [week for week in stale if editions.read(settings, week) is None]
    if without:
        with recorded(settings.home, "forget", {"weeks": ", ".join(without)}) as run:
            for week in without:
                weeks.publish_week(settings, run, Week.parse(week))
    _release(settings, [week for week in stale if week not in without], without_evidence=without_evidence)
    releases.drop_older(settings.home)
    return stale


def _stale_weeks(settings: Settings, *, without_evidence: bool) -> list[str]:
    stale = []
    with warehouse.opened(settings.home) as connection:
        for week in releases.reported_weeks(settings.home):
            kept = editions.read(settings, week)
            frames = kept[1] if kept else _published_frames(settings.home, week)
            living = _living(connection, frames, without_evidence=without_evidence)
            if any(not living[name].equals(frames[name]) for name in living):
                stale.append(week)
    return stale


def _published_frames(home: Path, week: str) -> Frames:
    import polars as pl

    folder = home / "published" / week / "data"
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in _PRINTED}


def _living(connection: warehouse.Connection, frames: Frames, *, without_evidence: bool) -> Frames:
    """The frames without what they print of posts that are gone."""
    import polars as pl

    if without_evidence:
        return frames | {name: frames[name].clear() for name in _PRINTED} | _without_examples(frames, None)
    posts = warehouse.query(connection, _LIVING)
    texts = warehouse.query(connection, _TEXTS)
    left = {
        name: frames[name].join(posts, on=["platform", "post_id"], how="semi", maintain_order="left")
        for name in _PRINTED[:2]
    }
    copied = frames["copied_texts"].filter(pl.col("text").str.to_lowercase().is_in(texts["said"].implode()))
    known = warehouse.query(connection, "SELECT platform, post_id, true AS is_known FROM base.posts")
    keys = posts.select(pl.concat_str("platform", "post_id", separator="/"))
    changed = left | {"copied_texts": copied} | _without_examples(frames, keys.to_series())
    return frames | changed | _without_ids(frames, known)


def _without_examples(frames: Frames, living: "pl.Series | None") -> Frames:
    """The emerging terms of an edition with the examples that live."""
    import polars as pl

    terms = frames.get("trends.emerging_terms")
    if terms is None:
        return {}
    examples = pl.element().filter(pl.element().is_in(living.implode())) if living is not None else None
    kept = pl.col("examples").list.eval(examples) if examples is not None else pl.col("examples").list.head(0)
    return {"trends.emerging_terms": terms.with_columns(kept)}


def _without_ids(frames: Frames, known: "pl.DataFrame") -> Frames:
    """The review list of an edition, which numbers are counted from, without the ids of posts that nobody knows."""
    import polars as pl

    items = frames.get("core.review_items")
    if items is None:
        return {}
    named = items.join(known, on=["platform", "post_id"], how="left", maintain_order="left")
    post_id = pl.when("is_known").then("post_id").otherwise(pl.lit(_NOBODY))
    return {"core.review_items": named.with_columns(post_id=post_id).select(items.columns)}


def _is_said(settings: Settings) -> bool:
    """Whether a published database still holds the text of a post that is gone."""
    with warehouse.opened(settings.home) as connection:
        for path in sorted((settings.home / "releases").glob("[0-9]*/ronda.duckdb")):
            with warehouse.attached(connection, path, "published"):
                if connection.execute(_STILL_SAID).fetchall()[0][0]:
                    return True
    return False


def _release(settings: Settings, stale: list[str], *, without_evidence: bool) -> None:
    """A release with the tables as they are now, and the pages of some weeks rendered again."""
    to_group = settings.published_to_group
    with (
        warehouse.opened(settings.home) as connection,
        releases.new_release(settings.home, to_group=to_group) as release,
    ):
        place_database(settings, connection, release)
        for week in stale:
            kept = editions.read(settings, week)
            if kept is None:
                continue
            edition, frames = kept[0], _living(connection, kept[1], without_evidence=without_evidence)
            editions.keep(settings.home, edition, frames)

            def render(folder: Path, edition: reports.Edition = edition, frames: Frames = frames) -> None:
                releases.write_manifest(folder, asdict(reports.render_week(edition, frames, folder)))

            releases.place_folder(release, week, render)
            place_index(release, edition)
