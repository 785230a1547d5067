"""Zones that written times name: WITA, GMT, +07:00, "GMT+7". A name that several countries use needs a setting."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from flows.exits import UsageError
from flows.post import Reason, Rejected

# Name -> hours east of UTC. Daylight saving has names of its own, so that each stands for one offset.
HOURS: dict[str, float] = {
    **{"UTC": 0, "GMT": 0, "UCT": 0, "Z": 0, "WET": 0, "WEST": 1},
    **{"CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3},
    **{"EST": -5, "EDT": -4, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10},
    **{"NST": -3.5, "NDT": -2.5, "BRT": -3, "ART": -3, "CLT": -4, "COT": -5, "PET": -5},
    **{"WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3},
    **{"PKT": 5, "NPT": 5.75, "MMT": 6.5, "ICT": 7, "SGT": 8, "MYT": 8, "HKT": 8, "PHT": 8, "BNT": 8, "TLT": 9},
    **{"WIB": 7, "WITA": 8, "WIT": 9, "JST": 9, "KST": 9, "PGT": 10},
    **{"AWST": 8, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13},
}
_FIXED = {name: timezone(timedelta(hours=hours)) for name, hours in HOURS.items()}
# Names that mean several zones: Arabia or the Atlantic, Britain or Bangladesh, China or Chicago, India or Israel ...
AMBIGUOUS = frozenset({"ADT", "AMT", "AST", "BST", "CDT", "CST", "ECT", "GST", "IST", "MST", "SST", "WST"})

Zones = Mapping[str, tzinfo]  # what the setting `zones` says of names
NO_ZONES: Zones = {}

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.ASCII | re.IGNORECASE)
_MOST_HOURS = 14


def read_zones(settings: Mapping[str, str]) -> Zones:
    """What `[zones]` in ronda.toml says of names. Raises UsageError for what is neither an offset nor a zone."""
    return {name.upper(): read_zone(value, f"[zones] {name}") for name, value in settings.items()}


def read_zone(text: str, where: str) -> tzinfo:
    """The zone of a setting: a name like `Area/City`, or `+07:00`. Raises UsageError naming the setting."""
    if (offset := _offset(text.strip())) is not None:
        return offset
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"{where} has the unknown timezone {text!r}; use a name like UTC or Area/City.") from error


def _offset(text: str) -> timezone | None:
    match = _OFFSET.fullmatch(text)
    if match is None or int(match[2]) > _MOST_HOURS:
        return None
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(size if match[1] == "+" else -size)


def zone_of(name: str, moment: datetime, zones: Zones, own: tzinfo | None = None) -> tzinfo:
    """The zone that a written time names; `own`, the zone of a mapping, decides where it has that name itself.

    Raises Rejected TIME_ZONE with the setting that would tell.
    """
    upper = name.upper()
    if upper in zones:
        return zones[upper]
    if upper in _FIXED:
        return _FIXED[upper]
    if own is not None and own.tzname(moment) == upper:
        return own
    if (offset := _offset(upper)) is not None:
        return offset
    what = "stands for several zones" if upper in AMBIGUOUS else "is no zone ronda knows"
    raise Rejected(Reason.TIME_ZONE, f'{name[:20]} {what}; say which in ronda.toml: [zones] {upper[:20]} = "+07:00"')
