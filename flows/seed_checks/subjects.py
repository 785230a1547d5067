"""Checks of what the labels and reports need: articles and receivers of classes, places, clocks, sources of claims."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

from flows.collecting.watch_list import read_watched
from flows.exits import UsageError
from flows.labels.places import SIGN_KINDS, read_places
from flows.labels.vocabulary import read_vocabulary
from flows.periods import read_election
from flows.seed_checks.folder import TEMPLATE, Found, Seeds, day_of
from flows.seeds import read_seed
from flows.settings import Settings


def classes_without_article(seeds: Seeds) -> Found:
    articles = {row.get("code") for row in seeds.rows("articles")}
    for row in seeds.rows("indications") if articles else ():
        if row.get("code") not in articles:
            yield {"code": row.get("code")}


def classes_without_receiver(seeds: Seeds) -> Found:
    """A class needs an office that receives it on voting day; codes that are none are said elsewhere."""
    day = seeds.voting_day
    rows = seeds.rows("receivers")
    valid = {row.get("code") for row in rows if day is None or _holds(row, day)}
    every = {row.get("code") for row in rows}
    for row in seeds.rows("indications") if rows else ():
        codes = set(row.get("receivers", "").split())
        if not codes & valid and (codes & every or not codes):
            yield {"code": row.get("code")}


def _holds(row: dict[str, str], day: date) -> bool:
    first, last = day_of(row.get("first_day")) or date.min, day_of(row.get("last_day")) or date.max
    return first <= day <= last


def repeated_districts(seeds: Seeds) -> Found:
    for column in ("name", "code"):
        counts = Counter(row.cells.get(column, "").strip().casefold() for row in seeds.own.get("places", ()))
        for row in seeds.own.get("places", ()):
            value = row.cells.get(column, "").strip()
            if counts[value.casefold()] > 1 and value and not TEMPLATE.search(value):
                counts[value.casefold()] = 0  # once is enough
                yield {"column": column, "value": value}


def missing_kinds(seeds: Seeds) -> Found:
    kinds = {row.get("kind") for row in seeds.rows("place_names")}
    for kind in SIGN_KINDS if kinds else ():
        if kind not in kinds:
            yield {"kind": kind}


def missing_clocks(seeds: Seeds) -> Found:
    clocks = {row.get("code") for row in seeds.rows("clocks")}
    for row in read_seed("clocks") if clocks else ():
        if row["code"] not in clocks:
            yield {"code": row["code"]}


def claims_without_source(seeds: Seeds) -> Found:
    for row in seeds.own.get("fact_checks", ()):
        if not re.match(r"https?://\S", row.cells.get("url", "")):
            yield {"line": row.line, "claim": row.cells.get("claim", "")[:60]}


def refusals(seeds: Seeds) -> Found:
    folder = seeds.folder
    readers: Iterable[Callable[[], object]] = (
        lambda: read_election(folder),
        lambda: read_places(folder),
        lambda: read_vocabulary(folder),
        lambda: read_watched(Settings(seeds=folder)),
    )
    for read in readers:
        try:
            read()
        except UsageError as error:
            yield {"why": error}
