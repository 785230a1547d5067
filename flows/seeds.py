"""The seeds: facts as rows of CSV files, whose they are, and what a folder may take from the shipped ones.

A folder holds the seeds in which it differs from `sql/seeds`. What belongs to the nation is always shared; what
belongs to an election or a regency (`sql/seed_files.csv`) only by a folder of the same one, so that no regency ever
inherits the districts or offices of another.
"""

import csv
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import sql
from flows.exits import UsageError

VOTING_DAY = "voting_day"  # a key of the election seed
IDENTITY = {"election": VOTING_DAY, "regency": "regency_code"}
"""Whose a seed can be, and the key of the election seed that tells two of them apart."""


class SeedFile(NamedTuple):
    """What is true of one seed: whose it is (nobody's: the nation's), its columns that are never empty, its meaning."""

    name: str
    owners: tuple[str, ...]
    may_be_empty: bool
    required: tuple[str, ...]
    meaning_id: str


@cache
def seed_files() -> dict[str, SeedFile]:
    """Every shipped seed by name."""
    with (sql.FOLDER / "seed_files.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["name"]: SeedFile(
                row["name"],
                tuple(owner for owner in row["belongs_to"].split() if owner in IDENTITY),
                row["may_be_empty"] == "true",
                tuple(row["required"].split()),
                row["meaning_id"],
            )
            for row in csv.DictReader(lines)
        }


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file as dicts of strings; raises UsageError where it is none."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"The seed {path.name} cannot be read ({error}); save it as CSV, in UTF-8.") from error


def read_facts(folder: Path = sql.SEEDS) -> dict[str, str]:
    """The facts of the election seed of a folder, by key."""
    own = folder / "election.csv"
    rows = read_rows(own if own.is_file() else sql.SEEDS / "election.csv")
    return {row["key"]: row["value"] for row in rows if row.keys() >= {"key", "value"}}


def strangers(name: str, facts: Mapping[str, str]) -> list[str]:
    """The owners of a seed (election, regency) that are others by these facts than for the shipped seeds."""
    shipped = read_facts()
    owners = seed_files()[name].owners if name in seed_files() else ()
    return [owner for owner in owners if facts.get(IDENTITY[owner]) != shipped[IDENTITY[owner]]]


def seed_path(name: str, folder: Path = sql.SEEDS) -> Path:
    """The seed of a folder, or the shipped one where the folder has none of that name.

    Raises UsageError where the shipped one belongs to another election or regency.
    """
    own = folder / f"{name}.csv"
    if own.is_file():
        return own
    if others := strangers(name, read_facts(folder)):
        raise UsageError(
            f"The seeds in {folder} are of another {' and '.join(others)} than those that come with ronda, so they "
            f"need a {name}.csv of their own; write it (`ronda init FOLDER --check` lists what is missing)."
        )
    return sql.SEEDS / f"{name}.csv"


def read_seed(name: str, folder: Path = sql.SEEDS) -> list[dict[str, str]]:
    """Rows of the seed `<name>.csv` of a folder as dicts of strings."""
    return read_rows(seed_path(name, folder))


def seed_versions(folder: Path = sql.SEEDS) -> dict[str, str]:
    """The first eight hexadecimal digits of the SHA-256 of every seed that is in use, by name."""
    names = {path.stem for path in (*sql.SEEDS.glob("*.csv"), *folder.glob("*.csv"))}
    return {name: hashlib.sha256(seed_path(name, folder).read_bytes()).hexdigest()[:8] for name in sorted(names)}
