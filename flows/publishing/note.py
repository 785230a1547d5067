"""The daily note published: one page about a day of the quiet period or the vote."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import reports
from flows.exits import UsageError
from flows.periods import Week
from flows.publishing import frames, notice, releases
from flows.publishing.database import place_database
from flows.publishing.site import edition_of, place_index
from flows.publishing.state import release_facts
from flows.settings import Settings
from flows.store import warehouse


@dataclass(frozen=True, slots=True)
class Noted:
    """Where the note of a day is, and what it says in three lines."""

    day: str
    folder: Path
    lines: tuple[str, str, str]
    notice: notice.Notice

    @property
    def text(self) -> str:
        """For a terminal."""
        return "\n".join([f"{self.day}:", *(f"  {line}" for line in self.lines), f"  {self.folder / 'note.pdf'}"])


def publish_note(settings: Settings, day: date, as_of: datetime) -> Noted:
    """Renders the one-page note of a day into a new release; the weekly reports in it stay what they are.

    Raises UsageError for a day outside the quiet period and voting day.
    """
    if not settings.election.phase_of(day).has_note:
        raise UsageError(f"{day} is neither in the quiet period nor voting day; only those days have a note.")
    with warehouse.opened(settings.home) as connection:
        conditions = release_facts(settings, connection, as_of)
        edition = edition_of(settings, connection, conditions, week=Week.of(day), publication=1)
        read = frames.note_frames(connection)
        place = f"{releases.DAILY}/{day}"
        if settings.lang != settings.own_lang:
            place = f"{settings.lang}/{place}"
        with releases.new_release(settings.home, to_group=settings.published_to_group) as release:
            said: list[tuple[str, str, str]] = []

            def render(folder: Path) -> None:
                numbers, lines = reports.render_note(edition, day, read, folder)
                said.append(lines)
                releases.write_manifest(folder, numbers)

            releases.place_folder(release, place, render)
            place_index(settings, release, edition)
            place_database(settings, connection, release)
    folder = settings.home / "published" / place
    return Noted(str(day), folder, said[0], notice.noted(settings, place, said[0]))
