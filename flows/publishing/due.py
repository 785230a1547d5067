"""What is due: weeks that are complete and not published, and days that have a note."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flows.exits import UsageError
from flows.periods import RELEASE_HOUR, Week, weeks_between
from flows.publishing import publications, releases
from flows.settings import Settings
from flows.store import tables, warehouse


def weeks_with_data(settings: Settings) -> list[Week]:
    """Weeks that posts or a collection log are known of, in order."""
    with warehouse.opened(settings.home) as connection:
        return tables.weeks_with_data(connection)


def require_data(settings: Settings, week: Week) -> None:
    """Raises UsageError when nothing at all is known of a week, naming the weeks that can be published."""
    weeks = weeks_with_data(settings)
    if week in weeks:
        return
    if not weeks:
        raise UsageError("There are no posts yet; bring some in with `ronda import PATH`, or try `ronda demo`.")
    raise UsageError(
        f"Nothing is known of {week}: neither posts nor a collection log. Data run from {weeks[0]} to {weeks[-1]}; "
        "choose one of those with --week."
    )


NOTHING_KNOWN = "nothing is known of it, neither posts nor a collection log"


def known_and_unknown(settings: Settings, weeks: Sequence[Week]) -> tuple[list[Week], list[Week]]:
    """Weeks that can be published, and those of which nothing is known; UsageError where that is all of them."""
    data = set(weeks_with_data(settings))
    known = [week for week in weeks if week in data]
    if not known:
        require_data(settings, weeks[0])
    return known, [week for week in weeks if week not in data]


def due_weeks(settings: Settings, moment: datetime) -> list[Week]:
    """Complete weeks after the last published one that something is known of, oldest first.

    Before the first publication only the last complete week is due. Raises UsageError when nothing is due and the
    last complete week is unknown, because then collection has stopped without a word.
    """
    last = settings.election.last_complete_week(moment)
    published = [Week.parse(week) for week in releases.reported_weeks(settings.home)]
    if published and max(published) >= last:
        return []
    weeks = set(weeks_with_data(settings))
    first = max(published).shift(1) if published else last
    due = [week for week in weeks_between(first, last) if week in weeks]
    if not due:
        require_data(settings, last)
    return due


def publication_number(settings: Settings, week: Week) -> int:
    """How often a week was published so far."""
    return publications.publications(settings.home).get(str(week), 0)


def note_day(settings: Settings, moment: datetime) -> date | None:
    """The day before a moment, where its phase has a daily note; None on any other."""
    day = moment.astimezone(settings.election.zone).date() - timedelta(days=1)
    return day if settings.election.phase_of(day).has_note else None


def note_moment(settings: Settings, day: date) -> datetime:
    """The default moment of release of a day's note: the hour of the weekly report, the next morning."""
    return datetime.combine(day + timedelta(days=1), RELEASE_HOUR, settings.election.zone)
