"""What the values of one file say together: how its numbers and times are written, and whether its ids lost digits.

A file is looked through once before it is read: tables of people whole, since one row may tell, and what programs wrote
as JSON by its first records, since it is all of one kind. What comes of it is a function of the bytes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from flows.files.record import Fault, Record
from flows.post import Post, Reason, Rejected
from flows.sources.cells import at
from flows.sources.counts import UNKNOWN, CountColumn, Style, count, stated, styles_of
from flows.sources.format import Format
from flows.sources.moments import Form, TimeColumn
from flows.sources.spreadsheet import Damage, Ids

if TYPE_CHECKING:
    from flows.sources.blocks import Cells

JSON_RECORDS = 2000

_Seers = list[tuple[str, Callable[[Any], None]]]


@dataclass(frozen=True, slots=True)
class Places:
    """Where a record has ids, counts and times of which only the whole file tells how they are meant (dotted paths).

    `style` is how numbers are written: what the tool does where a file does not show it, or what a person stated.
    The cures say what a person can do about numbers and times that stay in doubt.
    """

    ids: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    style: Style = UNKNOWN
    is_stated: bool = False
    count_cure: str = ""
    time_cure: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a file says: the style of each column of counts, the form of each column of times, what befell its ids.

    `odd` are the columns whose counts are not read as they would be alone, `notes` sentences for a person.
    """

    styles: Mapping[str, Style]
    forms: Mapping[str, Form]
    damage: Damage | None = None
    odd: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def gather(form: Format, places: Places, stream: BinaryIO) -> Evidence:
    """Looks through a file."""
    ids = Ids()
    numbers = {path: CountColumn() for path in places.counts}
    times = {path: TimeColumn() for path in places.times}
    others: _Seers = [(path, ids.see) for path in places.ids]
    others += [(path, written.see) for path, written in times.items()]
    for item in _records(form, places, stream):
        if isinstance(item, dict):
            _see_record(item, others, numbers)
        else:
            _see_cells(item, others, numbers)
    tell = stated if places.is_stated else styles_of
    styles = tell(numbers, places.style)
    damage = ids.damage()
    notes = [damage.sentence()] if damage else []
    for path, column in numbers.items():
        notes += [f"{path}: {doubt}." for doubt in column.doubts(styles[path], places.count_cure)]
    for path, written in times.items():
        notes += [f"{path}: {doubt}." for doubt in written.doubts(places.time_cure)]
    return Evidence(
        styles,
        {path: written.form() for path, written in times.items()},
        damage,
        tuple(path for path, style in styles.items() if style != places.style),
        tuple(notes),
    )


def _see_record(raw: dict[str, Any], others: _Seers, numbers: Mapping[str, CountColumn]) -> None:
    for path, see in others:
        see(at(raw, path))
    for path, column in numbers.items():
        value = raw[path] if path in raw else at(raw, path)
        if type(value) is not str or not value.isdecimal():  # plain digits say nothing, and are nearly all
            column.see(value)


def _see_cells(cells: "Cells", others: _Seers, numbers: Mapping[str, CountColumn]) -> None:
    for path, see in others:
        for value in cells.texts(path):
            see(value)
    for path, column in numbers.items():
        for value, times in cells.counts(path):
            if not value.isdecimal():
                column.see(value, times)


def _records(form: Format, places: Places, stream: BinaryIO) -> Iterator["dict[str, Any] | Cells"]:
    if form.layout == "csv":
        from flows.sources.blocks import cells_of  # compiled code

        for part in cells_of(stream, form.is_header, (*places.ids, *places.counts, *places.times)):
            if not isinstance(part, Fault):
                yield part.raw if isinstance(part, Record) else part
        return
    is_whole = form.layout in ("sheet", "parquet")
    items = form.records(stream) if is_whole else islice(form.records(stream), JSON_RECORDS)
    yield from (item.raw for item in items if not isinstance(item, Fault) and isinstance(item.raw, dict))


@dataclass(frozen=True, slots=True)
class PlacesStudy:
    """What the values in some places of a file say, and the format that fits them."""

    places: Places

    def look(self, form: Format, stream: BinaryIO) -> Evidence:
        """As `Study` says."""
        return gather(form, self.places, stream)

    def fit(self, form: Format, evidence: Evidence) -> Format:
        """As `Study` says."""
        return fit(form, self.places, evidence)


def fit(form: Format, places: Places, evidence: Evidence) -> Format:
    """The format that reads counts as a file writes them, and refuses ids that lost digits."""
    if not evidence.odd and evidence.damage is None:
        return replace(form, notes=evidence.notes)
    return replace(form, post=partial(_post, form.post, places, evidence), columnar=(), notes=evidence.notes)


def _post(read: Callable[[Any], Post], places: Places, evidence: Evidence, raw: Any) -> Post:
    if isinstance(raw, dict):
        refuse_damaged(evidence.damage, [at(raw, path) for path in places.ids])
        for path in evidence.odd:
            value = at(raw, path)
            if isinstance(value, str | float):
                raw = _with(raw, path, count(value, evidence.styles[path]))
    return read(raw)


def refuse_damaged(damage: Damage | None, ids: list[Any]) -> None:
    """Raises Rejected ID_AS_NUMBER for an id that lost digits as others of its file did."""
    for value in ids if damage is not None else ():
        if damage is not None and damage.hit(value):
            raise Rejected(Reason.ID_AS_NUMBER, f"{str(value)[:40]}: rounded, as {damage.alike:,} ids of this file")


def _with(raw: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The record with another value in a place where it has one."""
    name, _, rest = (path, "", "") if path in raw else path.partition(".")
    return {**raw, name: _with(raw[name], rest, value) if rest else value}
