"""The checks of the tables: queries for rows that should not exist, and the grain that each model declares.

A check file is one SELECT of such rows, under `Severity:` (stop, warn), `Gate:` (posts: before a load commits, reads
base and seeds only; trends: after the models are built), `Table:` (what is checked) and, for readers, `In Indonesian:`,
`Hint:` and `Hint in Indonesian:`. The grain of a model needs no file: its header says it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.exits import GateStoppedError
from flows.headers import Header, ModelError, read_header
from flows.store.dependencies import dependencies
from flows.store.models import Model, first_line
from flows.store.warehouse import Connection, DatabaseError

SEVERITIES = ("stop", "warn")
GATES = ("posts", "trends")
GRAIN = "grain"
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check: how many rows exist that should not, and the first of them as text."""

    name: str
    table: str
    severity: str
    gate: str
    violations: int
    example: str | None
    description_id: str
    description_en: str
    hint_id: str
    hint_en: str
    file: str

    @property
    def passed(self) -> bool:
        """Whether no such row exists."""
        return self.violations == 0

    def to_dict(self) -> dict[str, str | int | None]:
        """The verdict in the words of `core.checks`."""
        return {
            "gate": self.gate,
            "table": self.table,
            "name": self.name,
            "severity": self.severity,
            "outcome": "passed" if self.passed else "failed",
            "observed": f"{self.violations} / {self.example}" if self.example else "0",
            "expected": "0",
            "failed_rows": self.violations,
            "description_id": self.description_id,
            "description_en": self.description_en,
            "hint_id": self.hint_id,
            "hint_en": self.hint_en,
        }


def read_checks(folder: Path) -> list[tuple[str, Header]]:
    """Name and header of every check in a folder, by name."""
    return [(path.stem, _check_header(path)) for path in sorted(folder.glob("*.sql"))]


def run_checks(connection: Connection, folder: Path, gate: str | None = None) -> list[CheckResult]:
    """The verdict of every check in a folder, or of those of one gate, by name.

    Raises ModelError when there is none to run or one cannot run: a check that did not look has not passed.
    """
    checks = read_checks(folder)
    results = [_run_check(connection, *check) for check in checks if gate in (None, check[1].fields["Gate"])]
    if not results:
        raise ModelError(f"There are no checks{f' of gate {gate}' if gate else ''} in {folder}; nothing was proven.")
    return results


def query_of(folder: Path, name: str) -> str:
    """The query of one check of a folder: it gives the rows that should not exist."""
    return _check_header(folder / f"{name}.sql").query


def run_grains(connection: Connection, models: Sequence[Model]) -> list[CheckResult]:
    """The verdict of the trends gate on the grain of every built model that has one.

    Each combination of its columns stands in one row, and none is NULL but those the header marks. All rows are counted
    by a hash of the grain, which never misses two that are equal; only where some are, they are looked for.
    """
    return [_run_grain(connection, model) for model in models if model.grain]


def stop_on(results: Sequence[CheckResult]) -> None:
    """The gate of the checks: raises GateStoppedError for the first broken one that stops."""
    for result in results:
        if not result.passed and result.severity == "stop":
            raise GateStoppedError(
                f"The {result.gate} gate stopped: {result.violations} rows exist that should not ({result.example}). "
                f"{result.description_en} {result.hint_en} See sql/{result.file}."
            )


def _check_header(path: Path) -> Header:
    header = read_header(path)
    fields = header.fields
    missing = [name for name in ("Table", "In Indonesian", "Hint", "Hint in Indonesian") if not fields.get(name)]
    if missing or not header.description or fields.get("Severity") not in SEVERITIES or fields.get("Gate") not in GATES:
        raise ModelError(
            f"The header of {path.name} lacks a description, a severity, a gate, a table or its hints; complete it."
        )
    return header


def _run_grain(connection: Connection, model: Model) -> CheckResult:
    grain = ", ".join(model.grain)
    lacking = " OR ".join(f"{name} IS NULL" for name in model.grain if name not in model.may_be_null) or "false"
    [(repeated, empty)] = connection.execute(
        f"SELECT count(*) - count(DISTINCT hash({grain})), count_if({lacking}) FROM {model.qualified}"  # noqa: S608
    ).fetchall()
    violations, example = 0, None
    if repeated or empty:
        violations, example = _broken_rows(
            connection,
            f"SELECT {grain}, count(*) AS rows FROM {model.qualified} GROUP BY {grain} "  # noqa: S608 - names of ours
            f"HAVING count(*) > 1 OR {lacking} ORDER BY ALL",
        )
    return CheckResult(
        name=GRAIN,
        table=model.name,
        severity="stop",
        gate="trends",
        violations=violations,
        example=example,
        description_id=f"{model.qualified} memuat satu baris untuk setiap {grain}, dan tidak ada yang kosong.",
        description_en=f"{model.qualified} has one row for each {grain}, and none of them is missing.",
        hint_id="Gabungan tabel dalam model melipatgandakan baris, atau tidak menemukan pasangannya.",
        hint_en="A join in the model multiplies rows, or does not match.",
        file=f"{model.schema}/{model.name}.sql",
    )


def _run_check(connection: Connection, name: str, header: Header) -> CheckResult:
    dependencies(connection, header.query, f"The check {name}")
    try:
        violations, example = _broken_rows(connection, header.query)
    except DatabaseError as error:
        raise ModelError(f"The check {name} cannot run: {first_line(error)}; fix its query.") from error
    fields = header.fields
    return CheckResult(
        name=name,
        table=fields["Table"],
        severity=fields["Severity"],
        gate=fields["Gate"],
        violations=violations,
        example=example,
        description_id=fields["In Indonesian"],
        description_en=" ".join(header.description.split()),
        hint_id=fields["Hint in Indonesian"],
        hint_en=fields["Hint"],
        file=f"checks/{name}.sql",
    )


def _broken_rows(connection: Connection, query: str) -> tuple[int, str | None]:
    """How many rows a query gives, and the first of them as text."""
    cursor = connection.execute(query)
    first = cursor.fetchone()
    if first is None:
        return 0, None
    names = [column[0] for column in cursor.description or []]
    rows = 1 + sum(map(len, iter(lambda: cursor.fetchmany(_BATCH), [])))
    return rows, ", ".join(f"{key}={value}" for key, value in zip(names, first, strict=True))
