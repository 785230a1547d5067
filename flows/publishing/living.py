"""Releases print only posts that live: pages with others are rendered again, and older releases go with them.

Whether a page must change is asked of the pages themselves and not remembered, so that an interrupted run is made good
by the next one, whatever made the posts go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import reports
from flows.loading import proof
from flows.periods import Week
from flows.publishing import build, editions, releases
from flows.publishing.database import place_database
from flows.publishing.site import place_index, place_pages
from flows.publishing.week import publish_week
from flows.settings import Settings
from flows.store import chain, warehouse
from flows.store.runs import recorded

if TYPE_CHECKING:
    import polars as pl

Frames = dict[str, "pl.DataFrame"]
_NOBODY = "-"  # instead of the id of a post that was erased
_TERMS, _ITEMS = "trends.emerging_terms", "core.review_items"
_LISTED, _COPIES, _TEXTS = ("evidence", "signal_posts"), "copied_posts", "copied_texts"
_PRINTED = (*_LISTED, _COPIES, _TEXTS)
_LIVING = "SELECT platform, post_id FROM base.posts WHERE state = 'live' AND text IS NOT NULL"
_QUESTIONS = (
    f"FROM ({_LIVING}) SEMI JOIN asked USING (platform, post_id)",
    "SELECT platform, post_id, true AS is_known FROM base.posts SEMI JOIN asked USING (platform, post_id)",
    """
    SELECT DISTINCT lower(coalesce(shown, text)) AS said FROM base.posts
    WHERE state = 'live' AND text IS NOT NULL AND lower(coalesce(shown, text)) IN (SELECT said FROM asked_texts)""",
)
_WAITS = "Pages are rendered again once the warehouse holds all that landed; run `ronda weekly`, then this again."
_STILL_SAID = f"""
SELECT count(*) FROM published.core.posts AS known
WHERE (known.text IS NOT NULL AND NOT EXISTS (
        FROM ({_LIVING}) AS living WHERE living.platform = known.platform AND living.post_id = known.post_id))
    OR NOT EXISTS (
        FROM base.posts AS posts WHERE posts.platform = known.platform AND posts.post_id = known.post_id)
"""  # noqa: S608 - a query of ours


@dataclass(frozen=True, slots=True)
class Settled:
    """The editions whose pages were rendered again (`2024-W05`, `en/2024-W05`), and a sentence where they wait."""

    weeks: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class _Known(NamedTuple):
    """What the warehouse says of what pages print: posts that live, posts that it knows, texts that are said."""

    living: "pl.DataFrame"
    known: "pl.DataFrame"
    texts: "pl.DataFrame"


def settle(settings: Settings, *, without_evidence: bool = False, is_built: bool = False) -> Settled:
    """Publishes anew what prints posts that are gone.

    With `is_built` every table was built, and published, since the last load: neither is done again for its own sake.

    With `without_evidence` no post is printed any more. Numbers stay; of a week published by an earlier version of
    ronda, which kept no edition or less in it, a new publication is stated. Nothing is done while the warehouse lacks
    files that it held, since every post of theirs would seem gone. The caller holds the warehouse. Raises what
    `build_tables` raises.
    """
    release = releases.published_folder(settings.home)
    if release is None:
        return Settled()
    printed = {place: _printed(settings, place) for place in releases.places_of(release)}
    with warehouse.opened(settings.home) as connection:
        if not _is_whole(settings.home, connection):
            return Settled(left=(_WAITS,))
        known = _look(connection, list(printed.values()))
        saying = _saying(settings.home, connection)
    stale = [place for place, frames in printed.items() if _is_stale(frames, known, without_evidence=without_evidence)]
    if not stale and not saying:
        return Settled()
    if is_built and not stale and release not in saying:
        releases.drop_older(settings.home)
        return Settled()
    if not is_built:
        build.build_tables(settings)
    kept = [place for place in stale if _can_be_rendered(settings, place)]
    if without := [place for place in stale if place not in kept]:
        with recorded(settings.home, "forget", {"weeks": ", ".join(without)}) as run:
            for place in without:
                publish_week(settings, run, Week.parse(Path(place).name))
    _release(settings, kept, known, without_evidence=without_evidence)
    releases.drop_older(settings.home)
    return Settled(tuple(stale))


def _can_be_rendered(settings: Settings, place: str) -> bool:
    """Whether the edition of a place is kept with all that the reports of this version of ronda read."""
    known = editions.read(settings, place)
    return known is not None and reports.are_complete(known[1])


def _is_whole(home: Path, connection: warehouse.Connection) -> bool:
    """Whether the warehouse holds every file that it ever held and that is still there."""
    entries = chain.read(home)
    contents, loaded = chain.contents(entries), proof.loaded_files(connection)
    return all(file_id in loaded or not contents.get(file_id, [""])[-1] for file_id in chain.last_of(entries, "loaded"))


def _printed(settings: Settings, place: str) -> Frames:
    """The frames of an edition that print posts; of one that was not kept those that are published."""
    import polars as pl

    kept = editions.read(settings, place, (*_PRINTED, _TERMS, _ITEMS))
    if kept is not None:
        return kept[1]
    folder = settings.home / "published" / place / "data"
    paths = [folder / f"{name}.parquet" for name in _PRINTED]
    return {path.stem: pl.read_parquet(path) for path in paths if path.exists()}  # the first versions drew no copies


def _look(connection: warehouse.Connection, printed: Sequence[Frames]) -> _Known:
    """What the warehouse says of all posts and texts of some pages."""
    import polars as pl

    columns = ["platform", "post_id"]
    named = [frames[name] for frames in printed for name in (*_LISTED, _COPIES, _ITEMS) if name in frames]
    keys = [frame.select(columns).drop_nulls() for frame in named if set(columns) <= set(frame.columns)]
    examples = [
        frames[_TERMS]
        .select(pl.col("examples").explode().str.split_exact("/", 1).struct.rename_fields(columns))
        .unnest("examples")
        for frames in printed
        if _TERMS in frames
    ]
    asked = (
        pl.concat([*keys, *examples], how="vertical_relaxed").unique()
        if keys
        else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    )
    said = [frames[_TEXTS].select(said=pl.col("text").str.to_lowercase()) for frames in printed]
    texts = pl.concat(said).unique() if said else pl.DataFrame(schema={"said": pl.String})
    with warehouse.as_tables(connection, asked=asked, asked_texts=texts):
        return _Known(*(warehouse.query(connection, query) for query in _QUESTIONS))


def _is_stale(frames: Frames, known: _Known, *, without_evidence: bool) -> bool:
    living = _living(frames, known, without_evidence=without_evidence)
    return any(not living[name].equals(frames[name]) for name in frames)


def _living(frames: Frames, known: _Known, *, without_evidence: bool) -> Frames:
    """The frames without what they print of posts that are gone."""
    import polars as pl

    if without_evidence:
        left = {name: frames[name].clear() for name in _PRINTED if name in frames}
        return frames | left | _without_examples(frames, None) | _without_ids(frames, known.known)
    left = {
        name: frames[name].join(known.living, on=["platform", "post_id"], how="semi", maintain_order="left")
        for name in _LISTED
    }
    if _COPIES in frames:
        left[_COPIES] = _living_copies(frames[_COPIES], known.living)
    left[_TEXTS] = frames[_TEXTS].filter(pl.col("text").str.to_lowercase().is_in(known.texts["said"].implode()))
    keys = known.living.select(pl.concat_str("platform", "post_id", separator="/")).to_series()
    return frames | left | _without_examples(frames, keys) | _without_ids(frames, known.known)


def _living_copies(copies: "pl.DataFrame", living: "pl.DataFrame") -> "pl.DataFrame":
    """The copies of an edition, of those that are gone only the number of the account, which is counted.

    An earlier version of ronda kept no ids with them: nobody knows which of them live.
    """
    import polars as pl

    if "post_id" not in copies.columns:
        return copies.clear()
    marked = copies.join(living.with_columns(lives=True), on=["platform", "post_id"], how="left", maintain_order="left")
    traces = pl.when("lives").then(pl.col("created_at", "platform", "post_id"))
    return marked.with_columns(traces).select(copies.columns)


def _without_examples(frames: Frames, living: "pl.Series | None") -> Frames:
    """The emerging terms of an edition with the examples that live."""
    import polars as pl

    terms = frames.get(_TERMS)
    if terms is None:
        return {}
    examples = pl.element().filter(pl.element().is_in(living.implode())) if living is not None else None
    kept = pl.col("examples").list.eval(examples) if examples is not None else pl.col("examples").list.head(0)
    return {_TERMS: terms.with_columns(kept)}


def _without_ids(frames: Frames, known: "pl.DataFrame") -> Frames:
    """The review list of an edition, which numbers are counted from, without the ids of posts that nobody knows."""
    import polars as pl

    items = frames.get(_ITEMS)
    if items is None:
        return {}
    named = items.join(known, on=["platform", "post_id"], how="left", maintain_order="left")
    post_id = pl.when("is_known").then("post_id").otherwise(pl.lit(_NOBODY))
    return {_ITEMS: named.with_columns(post_id=post_id).select(items.columns)}


def _saying(home: Path, connection: warehouse.Connection) -> list[Path]:
    """The releases whose database still holds the text of a post that is gone, or a post that nobody knows."""
    saying = []
    for path in sorted((home / "releases").glob("[0-9]*/ronda.duckdb")):
        with warehouse.attached(connection, path, "published"):
            if connection.execute(_STILL_SAID).fetchall()[0][0]:
                saying.append(path.parent.resolve())
    return saying


def _release(settings: Settings, stale: Sequence[str], known: _Known, *, without_evidence: bool) -> None:
    """A release with the tables as they are now, and the pages of some editions rendered again."""
    changed: list[tuple[str, reports.Edition, Frames]] = []
    to_group = settings.published_to_group
    with (
        warehouse.opened(settings.home) as connection,
        releases.new_release(settings.home, to_group=to_group) as release,
    ):
        place_database(settings, connection, release)
        for place in stale:
            edition, whole = editions.require(settings, place)
            frames = _living(whole, known, without_evidence=without_evidence)
            changed.append((place, edition, frames))
            place_pages(release, place, edition, frames)
        if changed:
            place_index(settings, release, changed[-1][1])
    for place, edition, frames in changed:  # afterwards: until the pages changed they are asked again
        editions.keep(settings.home, place, edition, frames)
