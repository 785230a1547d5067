"""The one clock of the desk."""

from datetime import UTC, datetime, timedelta

_AHEAD = [timedelta(0)]  # of the clock of this machine


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC) + _AHEAD[0]


def set_to(moment: datetime) -> None:
    """Lets the clock go on from another moment, for the desk of a season that is past."""
    _AHEAD[0] = moment - datetime.now(UTC)
