"""Checks of the election seed and the calendar: one regency, one zone, every day in one phase."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flows.seed_checks.folder import TEMPLATE, Found, Seeds, day_of
from flows.seeds import IDENTITY, VOTING_DAY, read_facts, read_seed

_DAYS = frozenset({"first_day", "last_day", "day", "as_of", "published_on"})
_WHOLE_DAY = timedelta(days=1)
_NUMBERS = {"embargo_end_hour": (0, 23)}  # whole ones


def zone_label(zone: ZoneInfo, day: date) -> str | None:
    """The abbreviation of a zone on a day, None where it has none but its distance to UTC."""
    name = datetime.combine(day, time(12), zone).tzname() or ""
    return name if name.isalpha() else None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def missing_facts(seeds: Seeds) -> Found:
    for key in read_facts():
        if not seeds.facts.get(key, "").strip() and seeds.is_stated:
            yield {"key": key}


def unknown_facts(seeds: Seeds) -> Found:
    for row in seeds.own.get("election", ()):
        if row.cells.get("key") not in read_facts():
            yield {"line": row.line, "key": row.cells.get("key")}


def unusable_facts(seeds: Seeds) -> Found:
    for key, (low, high) in _NUMBERS.items():
        value = seeds.facts.get(key, "")
        try:
            is_usable = not value or low <= int(value) <= high
        except ValueError:
            is_usable = False
        if not is_usable:
            yield {"key": key, "value": value, "low": low, "high": high}


def unknown_zones(seeds: Seeds) -> Found:
    name = seeds.facts.get("timezone", "")
    if name and _zone(name) is None:
        yield {"zone": name}


def wrong_zone_labels(seeds: Seeds) -> Found:
    zone, label = _zone(seeds.facts.get("timezone", "")), seeds.facts.get("timezone_label", "")
    day = seeds.voting_day
    real = zone_label(zone, day) if zone and day else None
    if zone and real and label and label != real and not TEMPLATE.search(label):
        yield {"zone": zone.key, "label": label, "real": real}


def half_renamed(seeds: Seeds) -> Found:
    """The regency's code and its name differ from the shipped ones together, or not at all."""
    shipped = read_facts()
    code, name = IDENTITY["regency"], "regency_id"
    same = [seeds.facts.get(key) == shipped[key] for key in (code, name)]
    if same[0] != same[1]:
        key, other = (code, name) if same[0] else (name, code)
        yield {"key": key, "value": shipped[key], "other": other, "shipped": shipped[name]}


def unusable_days(seeds: Seeds) -> Found:
    for name, header in seeds.known():
        for row in seeds.own[name]:
            for column in _DAYS & set(header):
                if (text := row.cells.get(column, "")) and day_of(text) is None:
                    yield {"file": name, "line": row.line, "column": column, "text": text}
            if row.cells.get("key") == VOTING_DAY and (text := row.cells.get("value", "")) and day_of(text) is None:
                yield {"file": name, "line": row.line, "column": VOTING_DAY, "text": text}


def reversed_spans(seeds: Seeds) -> Found:
    for name, _ in seeds.known():
        for row in seeds.own[name]:
            first, last = day_of(row.cells.get("first_day")), day_of(row.cells.get("last_day"))
            if first and last and last < first:
                yield {"file": name, "line": row.line, "first": first, "last": last}


class _Span(NamedTuple):
    first: date
    last: date
    phase: str


def _spans(seeds: Seeds) -> list[_Span]:
    """The phases of the calendar by their first day; open ends reach to the ends of time."""
    spans = []
    for row in seeds.rows("calendar"):
        first, last = row.get("first_day", ""), row.get("last_day", "")
        start, end = day_of(first) if first else date.min, day_of(last) if last else date.max
        if start and end:
            spans.append(_Span(start, end, row.get("phase", "")))
    return sorted(spans)


def phase_gaps(seeds: Seeds) -> Found:
    spans = _spans(seeds)
    if spans and spans[0].first != date.min:
        yield {"days": f"before {spans[0].first}"}
    for before, after in pairwise(spans):
        if before.last < after.first - _WHOLE_DAY:
            first, last = before.last + _WHOLE_DAY, after.first - _WHOLE_DAY
            yield {"days": str(first) if first == last else f"from {first} to {last}"}
    if spans and max(span.last for span in spans) != date.max:
        yield {"days": f"after {max(span.last for span in spans)}"}


def phase_overlaps(seeds: Seeds) -> Found:
    spans = _spans(seeds)
    for before, after in pairwise(spans):
        if after.first <= before.last:
            yield {"day": after.first, "one": before.phase, "other": after.phase}


def unknown_phases(seeds: Seeds) -> Found:
    known = list(dict.fromkeys(row["phase"] for row in read_seed("calendar")))
    ours = [row.get("phase", "") for row in seeds.rows("calendar")]
    for phase in dict.fromkeys([*ours, *known] if ours else []):
        if (phase in known) != (phase in ours):
            yield {"phase": phase, "known": ", ".join(known)}


def voting_day_elsewhere(seeds: Seeds) -> Found:
    """The phase of the vote is that day alone."""
    day = seeds.voting_day
    for span in _spans(seeds):
        if day and span.first <= day <= span.last and span.first != span.last:
            yield {"day": day, "phase": span.phase}
