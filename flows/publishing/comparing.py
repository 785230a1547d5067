"""What changed between publications of a week: `ronda diff`, and what a backfill says of a week."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flows.exits import UsageError
from flows.loading import landing
from flows.periods import Week
from flows.publishing.ledger import publication_files
from flows.publishing.publications import FILE_ID, NUMBER, changed_seeds, publications, seeds_of
from flows.settings import Settings
from flows.store import tables, warehouse

_CONDITIONS = ("as_of", "loaded_until", "label_version", "code_version", "run_id", "given_reason")
_COLUMNS = ("table", "key", "platform", "phase", "metric", "before", "after", "change")
_NUMBERS = frozenset(_COLUMNS[5:])
_NAMED_FILES = 5
_DIGITS = 6  # after the point; the ledger holds no more


@dataclass(frozen=True, slots=True)
class Said:
    """A publication as the ledger keeps it: its name, its own numbers, and its conditions (None: not kept)."""

    name: str
    numbers: pl.DataFrame
    conditions: Mapping[str, Any]

    @property
    def seeds(self) -> dict[str, str]:
        """The version of every seed, by name; empty where it was not kept."""
        return seeds_of(self.conditions["seeds"])


def diff(home: Path, week: Week, first: int | None, second: int | None) -> list[str]:
    """Two publications of a week side by side, in lines: conditions that differ, then numbers; the last two by default.

    Raises UsageError for a publication that does not exist.
    """
    one, other = _chosen(home, week, first, second)
    before, after = _read(home, week, one), _read(home, week, other)
    both = before.numbers.join(after.numbers, on=NUMBER, how="full", coalesce=True, suffix="_after")
    differing = both.filter(pl.col("value").ne_missing(pl.col("value_after"))).sort(NUMBER)
    lines = [f"{before.name} -> {after.name}: {differing.height:,} of {both.height:,} numbers differ."]
    lines += [f"  {line}" for line in _conditions(home, before, after)]
    return lines + _table([_row(row) for row in differing.iter_rows(named=True)])


def _chosen(home: Path, week: Week, first: int | None, second: int | None) -> tuple[int, int]:
    known = publications(home)
    count = known.get(str(week), 0)
    if not count:
        span = f"; published are {min(known)} to {max(known)}" if known else ""
        raise UsageError(f"{week} was never published{span}.")
    if count == 1:
        raise UsageError(f"{week} was published once; there is nothing to compare it with.")
    one, other = first or count - 1, second or count
    for number in (one, other):
        if not 1 <= number <= count:
            raise UsageError(f"{week} has no publication {number}; it has 1 to {count}.")
    if one == other:
        raise UsageError(f"{week}-{one} is one publication; name two of 1 to {count}.")
    return one, other


def _read(home: Path, week: Week, number: int) -> Said:
    frame = pl.read_parquet(home / "ledger" / "publications" / f"{week}-{number}.parquet")
    own = frame.filter(~pl.col("restates"))
    first = own.row(0, named=True) if len(own) else {}
    kept = {name: first.get(name) for name in (*_CONDITIONS, "seeds", "sequence")}
    return Said(f"{week}-{number}", own.select(*NUMBER, "value"), kept)


def _conditions(home: Path, before: Said, after: Said) -> Iterator[str]:
    for name in _CONDITIONS:
        one, other = before.conditions[name], after.conditions[name]
        if one != other:
            yield f"{name}: {_shown(one)} -> {_shown(other)}"
    old, new = before.seeds, after.seeds
    for name in changed_seeds(old, new):
        yield f"seed {name}: {old.get(name, 'none')} -> {new.get(name, 'none')}"
    yield from _files_between(home, before.conditions["sequence"] or 0, after.conditions["sequence"] or 0)


def _files_between(home: Path, one: int, other: int) -> Iterator[str]:
    """The files that publications after the earlier one were the first to know, up to the later one."""
    ids: list[str] = []
    for path in publication_files(home):
        sequences = pl.read_parquet(path, columns=["sequence"])["sequence"]
        if not len(sequences) or not min(one, other) < sequences[0] <= max(one, other):
            continue
        if "files" not in pl.read_parquet_schema(path):
            yield f"files: {path.stem} is of an earlier version, which did not keep them"
            continue
        ids += " ".join(pl.read_parquet(path, columns=["files"])["files"].drop_nulls()).split()
    names = {item.file_id[:FILE_ID]: f"{item.platform}/{item.file}" for item in landing.landed_files(home)}
    if ids:
        shown = ", ".join(names.get(each, each) for each in ids[:_NAMED_FILES])
        rest = f" and {len(ids) - _NAMED_FILES} more" if len(ids) > _NAMED_FILES else ""
        yield f"files known since: {len(ids)} ({shown}{rest})"


def _shown(value: Any) -> str:
    return "not kept" if value is None else str(value)


def number_text(value: float | None) -> str:
    """A number as the terminal shows it."""
    if value is None:
        return "none"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.{_DIGITS}f}".rstrip("0")


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    before, after = row["value"], row["value_after"]
    change = None if before is None or after is None else after - before
    sign = "+" if change is not None and change > 0 else ""
    names = [row["table"].removeprefix("trends."), *(row[name] for name in _COLUMNS[1:5])]
    return (*names, number_text(before), number_text(after), "" if change is None else sign + number_text(change))


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(_COLUMNS, *rows, strict=True)]
    return [
        "  ".join(
            text.rjust(width) if name in _NUMBERS else text.ljust(width)
            for name, text, width in zip(_COLUMNS, row, widths, strict=True)
        ).rstrip()
        for row in (_COLUMNS, *rows)
    ]


def causes(reasons: pl.Series) -> str:
    """Reasons with how many values each explains, most first; a value can have several."""
    counts = Counter(reason for each in reasons for reason in sorted(set(each.split(", "))))
    return ", ".join(f"{reason} ({number:,})" for reason, number in counts.most_common())


def restated(settings: Settings, week: Week, publication: int) -> str:
    """What a publication restated of its week, and why, in a few words."""
    if publication == 1:
        return "published for the first time"
    with warehouse.opened(settings.home) as connection:
        before, after = tables.conditions(connection)[str(week)][publication - 2 : publication]
        moved = tables.corrections_since(connection, {str(week): before["sequence"]})
    return why(moved, before, after)


def why(moved: pl.DataFrame, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What moved between two publications of a week, for which reasons, under which other versions, in one line."""
    parts = [f"{len(moved):,} values restated"]
    if len(moved):
        parts[0] += f": {causes(moved['reason'])}"
    if seeds := changed_seeds(seeds_of(before["seeds"]), seeds_of(after["seeds"])):
        parts.append(f"other seeds ({', '.join(seeds)})")
    for name, words in (("label_version", "other labels"), ("code_version", "other code")):
        if before[name] and before[name] != after[name]:
            parts.append(f"{words} ({before[name]} -> {after[name]})")
    return "; ".join(parts)
