"""The overview over the regencies of a fleet: regency x week with lights, coverage and incidents; nobody is ranked."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.edition import Language
from reports.weekly.page import asset, environment
from reports.wording.lights import LIGHTS
from reports.wording.words import Words

if TYPE_CHECKING:
    import polars as pl

_FOLDER = Path(__file__).parent
_WEEKS = 8  # the last ones, so that the page stays one


def render_national(regencies: "pl.DataFrame", weeks: "pl.DataFrame", lang: Language) -> str:
    """The page as HTML, from `nation.regencies` and `nation.weeks`; regencies stand in the order of their codes."""
    words = Words(lang)
    shown = weeks["week"].unique().sort().tail(_WEEKS).to_list()
    cells = {(row["regency_code"], row["week"]): row for row in weeks.iter_rows(named=True)}
    released = regencies["last_release"].drop_nulls().to_list()
    rows = [
        {
            "regency": row["regency"],
            "code": row["regency_code"],
            "zone": row["timezone"],
            "told": _told(row, words),
            "cells": [_cell(cells.get((row["regency_code"], week)), words) for week in shown],
        }
        for row in regencies.iter_rows(named=True)
    ]
    return (
        environment(_FOLDER)
        .get_template("overview.html.j2")
        .render(
            lang=lang,
            subtitle=words(
                "national_subtitle",
                regencies=len(regencies),
                zones=regencies["timezone"].n_unique(),
                first=shown[0] if shown else "–",
                last=shown[-1] if shown else "–",
            ),
            updated=_updated(max(released), words) if released else "",
            embargoed=bool(weeks.filter(weeks["week"].is_in(shown))["is_embargoed"].any()),
            weeks=shown,
            rows=rows,
            w=words,
            css=asset("page.css", _FOLDER.parent / "weekly") + asset("overview.css", _FOLDER),
        )
    )


def _updated(moment: datetime, words: Words) -> str:
    return words("national_updated", moment=f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}")


def _told(row: Mapping[str, Any], words: Words) -> str:
    """What has to be said beside the name of a regency."""
    if row["state"] == "unreadable":
        return words("national_unreadable", told=row["told"])
    if row["told"]:
        return words("national_stopped", told=row["told"])
    return words("national_nothing_published") if row["state"] == "nothing_published" else ""


def _cell(row: Mapping[str, Any] | None, words: Words) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "lights": [
            (row[light], words(f"national_{light}", level=words(f"level_words_{row[light]}").partition(" (")[0]))
            for light in LIGHTS
        ],
        "told": words(
            "national_told",
            coverage=words.percent(row["coverage"]),
            incidents=row["incidents"],
            open=row["open_incidents"],
        ),
    }
