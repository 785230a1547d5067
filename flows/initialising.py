"""`ronda init`: the folder of a new regency, and whether its seeds are complete and agree with one another.

The folder gets a commented `ronda.toml`, the seeds that no regency may take from another, filled from its name as far
as a name can, with `<…>` where somebody has to write, and `PETUNJUK.md`, which says how. The templates lie in
`sql/seed_templates`.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

import sql
from flows import seed_checks
from flows.exits import UsageError
from flows.periods import Election, read_election
from flows.seed_checks.election import zone_label
from flows.seeds import VOTING_DAY, SeedFile, read_facts, read_rows, seed_files
from flows.settings import Settings, Watch

TEMPLATES = sql.FOLDER / "seed_templates"
SEEDS, GUIDE, CONFIGURATION = "seeds", "PETUNJUK.md", "ronda.toml"
_NOT_WRITTEN = frozenset({"home", "seeds", "tables", "watch", "zones"})  # elsewhere in the file, or nowhere


def write(folder: Path, regency: str, zone: str, say: Callable[[str], None]) -> None:
    """Writes `ronda.toml`, `PETUNJUK.md` and the seeds of a regency into a folder, over nothing that is there.

    Raises UsageError for a name without its kind (Kabupaten, Kota), an unknown zone, or files that are in the way.
    """
    values = _values(regency, zone)
    texts = {Path(CONFIGURATION): _configuration(values), Path(GUIDE): _guide(values)}
    texts |= {Path(SEEDS) / f"{seed.name}.csv": _seed(seed.name, values) for seed in regency_seeds()}
    there = sorted(str(path) for path in texts if (folder / path).exists())
    if there:
        raise UsageError(f"{folder} already has {', '.join(there)}; give another folder, nothing was written.")
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    say(f"{folder} has the seeds of {values['regency']}: {', '.join(sorted(path.name for path in texts))}.")
    say(f"Fill in what stands in <…>, as {GUIDE} says; then run `ronda init {folder} --check`.")


def check(folder: Path) -> list[str]:
    """What is missing or contradicts itself in the seeds of a folder (or of its folder `seeds`), as sentences.

    Raises UsageError where there are none.
    """
    seeds = next((each for each in (folder / SEEDS, folder) if (each / "election.csv").is_file()), None)
    if seeds is None:
        raise UsageError(
            f"{folder} has no election.csv, neither itself nor in its folder {SEEDS}; write one with `ronda init`."
        )
    return seed_checks.check(seeds)


def regency_seeds() -> list[SeedFile]:
    """The seeds that belong to a regency, by name."""
    return [seed for _, seed in sorted(seed_files().items()) if "regency" in seed.owners]


def _values(regency: str, zone: str) -> dict[str, str]:
    """What the templates may name, from the name of the regency, its zone and the shipped election."""
    kinds = {row["kind"]: row for row in read_rows(sql.FOLDER / "regency_kinds.csv")}
    kind, _, name = " ".join(regency.split()).partition(" ")
    if kind.capitalize() not in kinds or not name:
        raise UsageError(f'"{regency}" does not begin with {" or ".join(kinds)}; write the full name with its kind.')
    kind, joined = kind.capitalize(), "".join(letter for letter in name.lower() if letter.isalnum())
    shipped = read_election()
    own_zone = _zone(zone)
    facts = {key: read_facts()[key] for key in ("name_id", "name_en", VOTING_DAY)}
    return facts | {
        "regency": f"{kind} {name}",
        "regency_lower": f"{kind} {name}".lower(),
        "regency_joined": kind.lower() + joined,
        "name": name,
        "name_lower": name.lower(),
        "joined": joined,
        "timezone": zone,
        "timezone_label": zone_label(own_zone, shipped.voting_day) or "<singkatan zona waktu>",
        "embargo_end_hour": str(_embargo_end(shipped, own_zone)),
        **{key: value for key, value in kinds[kind].items() if key != "kind"},
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f'"{name}" is no time zone; write a name of the time-zone database, Area/City.') from error


def _embargo_end(shipped: Election, zone: ZoneInfo) -> int:
    """The local hour at which the embargo of the shipped election ends: one moment in the whole country."""
    end = datetime.combine(shipped.voting_day, time(shipped.embargo_end_hour), shipped.zone)
    return end.astimezone(zone).hour


def _seed(name: str, values: dict[str, str]) -> str:
    """A seed from its template, or the header of the shipped one where it has none, since it may be empty."""
    template = TEMPLATES / f"{name}.csv"
    with (template if template.is_file() else sql.SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    if template.is_file():
        filled = ([cell.format_map(values) for cell in row] for row in rows)
        writer.writerows(dict.fromkeys(map(tuple, filled)))  # a name of one word gives some rows twice
    return text.getvalue()


def _guide(values: dict[str, str]) -> str:
    lines = (
        f"| `{seed.name}.csv` | {seed.meaning_id} | {'ya' if seed.may_be_empty else 'tidak'} | "
        f"{', '.join(f'`{column}`' for column in seed.required)} |"
        for seed in regency_seeds()
    )
    return (TEMPLATES / GUIDE).read_text(encoding="utf-8").format_map(values | {"files": "\n".join(lines)})


def _configuration(values: dict[str, str]) -> str:
    """Every setting with its meaning and default, as comments; only the folder of the seeds is set."""
    head = (
        f"# Settings of ronda for {values['regency']}. Take away the # of a line to set it; each shows its default.\n"
        f"# Secrets never stand here but in the environment of the service.\n\n"
        f"# folder of the seeds, beside this file\n"
        f"seeds = {json.dumps(SEEDS)}\n"
    )
    fields = Settings.model_fields.items()
    lines = [text for name, field in fields if name not in _NOT_WRITTEN for text in _setting(name, field)]
    return "\n".join([head, *lines, *_table("watch", Watch, values)])


def _setting(name: str, field: FieldInfo) -> Iterator[str]:
    yield f"# {field.description}"
    if _holds(field.annotation, SecretStr):
        yield f"# in the environment: RONDA_{name.upper()}"
    else:
        yield f"# {name} = {_written(None if _has_no_default(field) else field.default)}"
    yield ""


def _table(name: str, model: type[BaseModel], values: dict[str, str]) -> Iterator[str]:
    """The keys of a table of the file, then the tables in it."""
    yield f"# [{name}]"
    inner = {key: each for key, field in model.model_fields.items() if (each := _model(field.annotation))}
    for key, field in model.model_fields.items():
        if key not in inner:
            default = field.get_default(call_default_factory=True)
            shown = values[VOTING_DAY] if _holds(field.annotation, date) else _written(default)
            yield f"# {key} = {shown} # {field.description}"
    yield ""
    for key, each in inner.items():
        yield from _table(f"{name}.{key}", each, values)


def _model(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _holds(annotation: Any, kind: type) -> bool:
    """Whether a type is of a kind, or made with it, as `kind | None`."""
    return annotation is kind or any(_holds(each, kind) for each in get_args(annotation))


def _has_no_default(field: FieldInfo) -> bool:
    """Whether a value must be given or is made when it is asked for."""
    return field.is_required() or field.default_factory is not None


def _written(value: Any) -> str:
    """A value of Python as TOML; where there is no default, an empty text."""
    return json.dumps("" if value is None else value)
