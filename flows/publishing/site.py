"""What all documents of a release share: the edition they are made from, and the index over all of them."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import reports
from flows import processes
from flows.publishing import releases
from flows.publishing.publications import Release
from flows.settings import Settings
from flows.store import tables, warehouse

if TYPE_CHECKING:
    import polars as pl


def edition_of(settings: Settings, connection: warehouse.Connection, release: Release, **which: Any) -> reports.Edition:
    """The edition of a publication; `which` names its week and number."""
    facts: dict[str, Any] = {**release.facts, **which}
    return reports.Edition(
        as_of=release.as_of,
        lang=settings.lang,
        election=settings.election,
        office=settings.signing_office,
        data_version=tables.data_version(connection),
        **facts,
    )


def place_pages(
    release: Path, place: str, edition: reports.Edition, frames: Mapping[str, "pl.DataFrame"]
) -> reports.WeekSummary:
    """Renders an edition into its folder of a release, with its manifest."""
    releases.place_folder(release, place, lambda folder: draw_pages(folder, edition, frames))
    return reports.WeekSummary.from_dict(releases.read_summary(release, place))


def draw_pages(folder: Path, edition: reports.Edition, frames: Mapping[str, "pl.DataFrame"]) -> None:
    """Renders an edition into a folder, with its manifest; the helper of a run draws a part."""
    releases.write_manifest(folder, asdict(reports.render_week(edition, frames, folder, processes.shared)))


def place_index(settings: Settings, release: Path, edition: reports.Edition) -> None:
    """Writes `index.html` over all weeks and notes of a release, in the language of the home."""
    edition = replace(edition, lang=settings.own_lang)
    known = {
        place: reports.WeekSummary.from_dict(releases.read_summary(release, place))
        for place in releases.places_of(release)
    }
    (release / "index.html").unlink(missing_ok=True)  # it is that of the release before too: a hard link
    reports.render_index(known, release, edition, releases.read_notes(release))
