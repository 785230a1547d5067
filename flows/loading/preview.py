"""`ronda import --dry-run`: what each file is and what would become of its records, with nothing written."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.exits import Exit, InputRefusedError, WarehouseBusyError
from flows.files import open_stream
from flows.files.record import Fault
from flows.loading import mapped
from flows.loading.arrivals import files_below, recognised, told
from flows.loading.mapped import Sight
from flows.loading.summary import with_remedy
from flows.post import Post
from flows.progress import Advance, unseen
from flows.settings import Settings
from flows.store import warehouse

Key = tuple[str, str]
_COLUMNS = ("file", "format", "platform", "records", "posts", "duplicates", "rejects", "first day", "last day")
_NUMBERS = frozenset(_COLUMNS[3:7])


@dataclass(slots=True)
class Preview:
    """What one file would come to; posts + duplicates + rejects = records, but that rows of sheets are none of them."""

    file: str
    format: str
    platform: str
    records: int = 0
    posts: int = 0
    duplicates: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()  # what stays unknown, and why
    first_day: date | None = None
    last_day: date | None = None

    @property
    def rejects(self) -> int:
        """The records that cannot be used."""
        return self.reasons.total()

    def row(self) -> tuple[str, ...]:
        """The values of `_COLUMNS`."""
        counts = (self.records, self.posts, self.duplicates, self.rejects)
        days = (str(self.first_day or "-"), str(self.last_day or "-"))
        return (self.file, self.format, self.platform, *(f"{count:,}" for count in counts), *days)


def run_preview(
    settings: Settings, paths: Sequence[Path], moment: datetime, say: Callable[[str], None], advance: Advance = unseen
) -> Exit:
    """Says what an import of these paths would do; REFUSED where a file would be refused or no record could be used.

    `advance` is told the bytes of the files that are through.
    Duplicates are told against the files before and against the warehouse, where another run does not hold it.
    """
    seen = _known(settings)
    listing = files_below(paths)
    refusals = list(listing.refusals)
    previews: list[Preview] = []
    for path in told(listing.files, advance):
        try:
            previews.append(_preview(settings, path, paths, moment, seen))
        except InputRefusedError as refusal:
            refusals.append(str(refusal))
    for line in _table([_COLUMNS, *(each.row() for each in previews)] if previews else []):
        say(line)
    for each in previews:
        for reason, count in sorted(each.reasons.items()):
            say(f"  {each.file}: {count:,} rejected: {with_remedy(reason)}")
        for note in each.notes:
            say(f"  {each.file}: {note}")
    for sentence in refusals:
        say(f"refused: {sentence}")
    if listing.junk:
        say(f"  {listing.junk} files of operating systems and office programs left out")
    say("Nothing was written; without --dry-run this is imported.")
    is_useless = any(each.records and each.records == each.rejects for each in previews)
    return Exit.REFUSED if refusals or is_useless else Exit.DONE


def _known(settings: Settings) -> set[Key]:
    """The posts of the warehouse; empty before the first load, or while another run holds it."""
    path = settings.home / "warehouse.duckdb"
    if not path.is_file():
        return set()
    try:
        connection = warehouse.connect(path, read_only=True)
    except WarehouseBusyError:
        return set()
    try:
        return set(connection.execute("SELECT platform, post_id FROM base.posts").fetchall())
    finally:
        connection.close()


def _preview(settings: Settings, path: Path, paths: Sequence[Path], moment: datetime, seen: set[Key]) -> Preview:
    form, platform = recognised(settings, path, paths)
    if form.study is not None:
        with open_stream(path) as stream:
            form = form.fitted(stream)
    preview = Preview(path.name, form.name, platform, notes=form.notes)
    facts = path.stat()
    sight = Sight(int(facts.st_mtime), int(moment.timestamp()))
    with open_stream(path) as stream:
        if form.kind != "posts":
            for record in form.records(stream):
                preview.records += 1
                if isinstance(record, Fault):
                    preview.reasons[str(record.reason)] += 1
            return preview
        for _, item in mapped.read_posts(form, stream, sight):
            preview.records += 1
            if isinstance(item, Post):
                _count(preview, item, settings.election.zone, seen)
            else:
                preview.reasons[item[2]] += 1
    return preview


def _count(preview: Preview, post: Post, zone: ZoneInfo, seen: set[Key]) -> None:
    key = (post.platform, post.post_id)
    preview.duplicates += key in seen
    preview.posts += key not in seen
    seen.add(key)
    day = datetime.fromtimestamp(post.created_at, UTC).astimezone(zone).date()
    preview.first_day = min(day, preview.first_day or day)
    preview.last_day = max(day, preview.last_day or day)


def _table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """The rows as aligned lines, numbers to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))] if rows else []
    for row in rows:
        cells = [
            value.rjust(width) if name in _NUMBERS else value.ljust(width)
            for name, value, width in zip(_COLUMNS, row, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()
