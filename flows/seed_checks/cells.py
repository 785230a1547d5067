"""Checks of files, columns and cells: whether every seed is there, has its columns and holds what they may hold."""

import csv
from collections import Counter

import sql
from flows.labels.places import GRADES, NAME_KINDS, SIGN_KINDS
from flows.method import SEEDS as METHOD_SEEDS
from flows.post import PLATFORMS
from flows.seed_checks.folder import TEMPLATE, Found, Seeds
from flows.seeds import read_facts, seed_files

_TRUTH = ("true", "false")
# Columns that tell the rows of a seed apart.
_KEYS = {
    "accounts": ("platform", "account"),
    "articles": ("code", "article", "law", "first_day"),
    "clocks": ("code",),
    "contestants": ("name",),
    "election": ("key",),
    "events": ("day", "name_id"),
    "harmless_words": ("word", "indication"),
    "holidays": ("day",),
    "indications": ("code",),
    "keywords": ("platform", "kind", "text"),
    "official_counts": ("series", "as_of", "metric"),
    "official_series": ("series", "as_of"),
    "official_sources": ("series",),
    "place_names": ("code", "name", "kind"),
    "processing": ("part", "topic_id"),
    "receivers": ("code", "first_day"),
    "regency_counts": ("series", "as_of", "metric"),
    "regency_sources": ("series",),
    "retention": ("code",),
    "topics": ("code",),
}
# Columns whose words are codes of another seed.
_CODES = (
    ("place_names", "code", "places", "code"),
    ("articles", "code", "indications", "code"),
    ("indications", "receivers", "receivers", "code"),
    ("indications", "only_in_phase", "calendar", "phase"),
    ("topic_terms", "code", "topics", "code"),
    ("events", "topics", "topics", "code"),
    ("harmless_words", "indication", "indications", "code"),
    ("official_counts", "series", "official_sources", "series"),
    ("official_series", "series", "official_sources", "series"),
    ("regency_counts", "series", "regency_sources", "series"),
)
_SEVERAL = frozenset(("receivers", "topics"))  # of these, which hold several words
_TILES = tuple(map(str, range(1, 21)))  # rows or columns of a tile map
# Columns with few possible values; empty is one of them where the column is not required.
_CHOICES = {
    ("account_rules", "code"): ("most_accounts", "registered_before"),
    ("accounts", "platform"): PLATFORMS,
    **{
        ("calendar", column): _TRUTH
        for column in ("is_rally", "is_campaign", "is_quiet", "has_note", "needs_attention")
    },
    ("clocks", "kind"): ("calendar", "working"),
    ("clocks", "starts"): ("bawaslu_discovery", "first_seen", "referred", "registration"),
    ("clocks", "ends"): ("answered", "decided", "referred"),
    ("events", "kind"): ("holiday", "commemoration", "debate", "rally", "stage", "local"),
    ("indications", "is_measured"): _TRUTH,
    ("keywords", "kind"): ("keyword", "hashtag"),
    ("keywords", "platform"): PLATFORMS,
    ("official_sources", "is_charted"): _TRUTH,
    ("place_names", "grade"): (*GRADES, "full"),
    ("place_names", "kind"): (*NAME_KINDS, "landmark", *SIGN_KINDS),
    ("processing", "part"): ("record", "assessment"),
    ("places", "grade"): GRADES,
    ("places", "kind"): ("district",),
    ("places", "tile_row"): _TILES,
    ("places", "tile_column"): _TILES,
}


def missing_files(seeds: Seeds) -> Found:
    for name in seed_files():
        others = seeds.strangers(name)
        if others and name not in seeds.own and name not in seeds.damaged:
            yield {"file": name, "owner": " and the ".join(others), "shipped": read_facts()["regency_id"]}


def damaged_files(seeds: Seeds) -> Found:
    for name, why in seeds.damaged.items():
        yield {"file": name, "why": why}


def stray_files(seeds: Seeds) -> Found:
    for name in [*seeds.own, *seeds.damaged]:
        if name not in seed_files():
            yield {"file": name}


def _known(name: str) -> list[str]:
    with (sql.SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines))


def own_methods(seeds: Seeds) -> Found:
    for name in sorted(METHOD_SEEDS & set(seeds.own)):
        if (seeds.folder / f"{name}.csv").read_bytes() != (sql.SEEDS / f"{name}.csv").read_bytes():
            yield {"file": name}


def unknown_columns(seeds: Seeds) -> Found:
    for name, header in seeds.known():
        for column in header:
            if column not in _known(name):
                yield {"file": name, "column": column, "known": ", ".join(_known(name))}


def missing_columns(seeds: Seeds) -> Found:
    for name, header in seeds.known():
        for column in _known(name):
            if column not in header:
                yield {"file": name, "column": column}


def ragged_rows(seeds: Seeds) -> Found:
    for name, header in seeds.known():
        for row in seeds.own[name]:
            if row.width != len(header):
                yield {"file": name, "line": row.line, "cells": row.width, "columns": len(header)}


def empty_files(seeds: Seeds) -> Found:
    for name, _ in seeds.known():
        if not seeds.own[name] and not seed_files()[name].may_be_empty:
            yield {"file": name}


def empty_cells(seeds: Seeds) -> Found:
    for name, header in seeds.known():
        for row in seeds.own[name] if name != "election" else ():  # see `_missing_facts`
            for column in seed_files()[name].required:
                if column in header and not row.cells.get(column, "").strip():
                    yield {"file": name, "line": row.line, "column": column}


def template_cells(seeds: Seeds) -> Found:
    for name, _ in seeds.known():
        if "regency" in seed_files()[name].owners:
            for row in seeds.own[name]:
                for cell in row.cells.values():
                    for part in TEMPLATE.findall(cell):
                        yield {"file": name, "line": row.line, "part": part}


def repeated_rows(seeds: Seeds) -> Found:
    for name, columns in _KEYS.items():
        seen: Counter[tuple[str, ...]] = Counter()
        for row in seeds.own.get(name, ()):
            key = tuple(row.cells.get(column, "").strip().casefold() for column in columns)
            seen[key] += 1
            if seen[key] > 1:
                yield {"file": name, "line": row.line, "what": ", ".join(part for part in key if part)}


def unknown_values(seeds: Seeds) -> Found:
    for (name, column), choices in _CHOICES.items():
        for row in seeds.own.get(name, ()):
            value = row.cells.get(column, "")
            if value and value not in choices and not TEMPLATE.search(value):
                listed = ", ".join(choices)
                yield {"file": name, "line": row.line, "column": column, "value": value, "choices": listed}


def unknown_codes(seeds: Seeds) -> Found:
    for name, column, target, key in _CODES:
        if target in seeds.damaged or (target not in seeds.own and seeds.strangers(target)):
            continue  # said already
        known = {row.get(key, "") for row in seeds.rows(target)}
        for row in seeds.lines(name):
            text = row.cells.get(column, "")
            for code in text.split(" ") if column in _SEVERAL else [text]:
                if code and code not in known and not TEMPLATE.search(code):
                    where = f", line {row.line}" if row.line else ""
                    yield {"file": name, "where": where, "column": column, "code": code, "target": target}
