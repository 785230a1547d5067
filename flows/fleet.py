"""The fleet: many regencies, each a home of its own, run side by side and rolled up into one overview."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prefect import flow
from pydantic import BaseModel, Field, ValidationError

from flows import crews
from flows.backfill import Backfilled, backfill
from flows.exits import Exit, UsageError, as_told
from flows.periods import Election, read_election
from flows.publishing import national
from flows.settings import Language, lent, load_settings
from flows.store.warehouse import exclusive
from flows.weekly import weekly

_PAGE = "flows/CLUSTER.md (National watch)"


class Member(BaseModel, extra="forbid"):
    """A regency in the file of a fleet; folders are relative to the file."""

    home: Path = Field(description="its RONDA_HOME, with its own landing, ledger and releases")
    seeds: Path = Field(description="its folder of seeds")
    zone: str = Field(description="its time zone, which the seeds must have too: a mistaken folder is noticed")


class Fleet(BaseModel, extra="forbid"):
    """The file of a fleet."""

    limit: int = Field(default=2, ge=1, description="how many regencies run at once")
    regency: list[Member] = Field(min_length=1, description="[[regency]], once each")


@dataclass(frozen=True, slots=True)
class Order:
    """What every regency of the fleet is to do: the weeks that are due, a week, or a backfill with its reason."""

    week: str | None = None
    first: str | None = None
    last: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a regency: its code, what was said, and how it ended."""

    regency_code: str
    text: str
    exit_code: Exit


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a fleet: the outcomes by the codes of the regencies, and where the overview is."""

    outcomes: tuple[Outcome, ...]
    page: Path


def read_fleet(path: Path) -> Fleet:
    """The file of a fleet. Raises UsageError for one that cannot be read, or whose seeds and zones disagree."""
    try:
        fleet = Fleet.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}: {where} is not usable: {first['msg']}; {_PAGE} shows one.") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read ({error}); give a file as {_PAGE} shows it.") from error
    here = path.absolute().parent
    for each in fleet.regency:
        each.home, each.seeds = here / each.home.expanduser(), here / each.seeds.expanduser()
        _require_zone(path, each)
    _require_once(path, "home", [str(each.home.resolve()) for each in fleet.regency])
    _require_once(path, "regency_code of its seeds", [read_election(each.seeds).regency_code for each in fleet.regency])
    return fleet


def _require_zone(path: Path, member: Member) -> None:
    if not (member.seeds / "election.csv").is_file():
        raise UsageError(f"{path}: {member.seeds} has no election.csv; write the seeds with `ronda init`.")
    zone = read_election(member.seeds).zone.key
    if zone != member.zone:
        raise UsageError(f"{path}: {member.seeds} is in {zone}, not in {member.zone}; correct one of them.")


def _require_once(path: Path, what: str, values: Sequence[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise UsageError(f"{path}: two regencies have the {what} {value}; each needs its own.")


def run_regency(home: Path, seeds: Path, order: Order, lang: Language) -> Outcome:
    """Runs one regency in this process, as a flow below that of the fleet; a failure is told and stops only itself."""
    code = read_election(seeds).regency_code
    with lent({"home": str(home), "seeds": str(seeds)}):
        try:
            load_settings().make_home()
            if order.first and order.last and order.reason:
                done: Backfilled = backfill(order.first, order.last, order.reason, lang=lang)
                return Outcome(code, done.text, Exit.GATE if done.stops else Exit.DONE)
            return Outcome(code, weekly(week=order.week, lang=lang), Exit.DONE)
        except Exception as error:  # noqa: BLE001 - whatever it was, the others go on, and it is told in their tables
            told = as_told(error)
            return Outcome(code, str(told), told.exit_code)


@flow(name="fleet", flow_run_name="fleet", validate_parameters=False)
def fleet(path: Path, order: Order) -> Told:
    """Runs every regency of a file, so many at once, then publishes the national tables and their overview.

    Safe to repeat, as what it runs is. Raises UsageError for a file that is wrong, before anything runs.
    """
    settings, members = load_settings(), read_fleet(path)
    crew = crews.Crew(settings.model_copy(update={"workers": members.limit}))
    units = [(each.home, each.seeds, order, settings.lang) for each in members.regency]
    outcomes = crew.map(run_regency, units)
    told = {each.regency_code: "" if each.exit_code is Exit.DONE else each.text for each in outcomes}
    with exclusive(settings.home):
        page = national.roll_up(settings, [_regency(each, told) for each in members.regency])
    return Told(tuple(sorted(outcomes, key=lambda each: each.regency_code)), page)


def _regency(member: Member, told: dict[str, str]) -> national.Regency:
    election: Election = read_election(member.seeds)
    return national.Regency(member.home, election, told[election.regency_code])
