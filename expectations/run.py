"""Frame + suite -> verdicts -> go on or stop. The only module that imports Great Expectations, and only when it runs.

Its traps, and what stands against them here: a suite's `success` is false for an informational breach too (never
read; the gate takes the highest failed severity); a crashed expectation keeps its own severity (a crash is a stop);
a suite without results and row expectations on no rows are green (both are verdicts of their own); its messages and
results hold raw values (only counts are kept, and values of columns that hold no personal text).
"""

import logging
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from expectations import landed_files
from expectations.suite import Expectation, Gate, Kind, Severity, Suite
from flows import processes

if TYPE_CHECKING:
    import pandas as pd

_RANK = {Severity.INFO: 0, Severity.WARN: 1, Severity.STOP: 2}
_GX_SEVERITY = {Severity.STOP: "critical", Severity.WARN: "warning", Severity.INFO: "info"}
_EXAMPLES = 5
_EXAMPLE_LENGTH = 60
# What its rules on divergence and distributions take, which no suite has: half of the time of its import.
_SELDOM_USED = ("altair", "scipy.stats")
_NOT_NEEDED = ("sqlalchemy",)  # its rules on databases do without where it is not installed


class Outcome(StrEnum):
    """What became of one expectation; `not_applicable` when there was nothing to look at."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation's outcome, as plain data.

    `observed` of a row rule reads `rows that break it / rows looked at`, with examples where they are harmless.
    `failed_rows` is None where the rule is about the column as a whole or nothing could be counted.
    """

    gate: Gate
    table: str
    name: str
    severity: Severity
    outcome: Outcome
    observed: str
    expected: str
    failed_rows: int | None
    description_id: str
    description_en: str
    hint_id: str
    hint_en: str

    def to_dict(self) -> dict[str, str | int | None]:
        """Strings and whole numbers only, ready for JSON and for `core.checks`."""
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}

    @property
    def is_breach(self) -> bool:
        """Whether the expectation was broken or could not be evaluated."""
        return self.outcome in (Outcome.FAILED, Outcome.CRASHED)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a gate does not let the data through; `verdicts` are the breaches that stop, never empty."""

    verdicts: tuple[Verdict, ...]

    def sentence(self, lang: str = "en") -> str:
        """One sentence: where it stopped, what was expected and seen, what it most likely means."""
        first = self.verdicts[0]
        seen = f"{first.table}.{first.name}: {first.expected}; {first.observed}"
        others = len(self.verdicts) - 1
        if lang == "id":
            more = f" (dan {others} lainnya)" if others else ""
            return f"Gerbang {first.gate} berhenti{more}: {first.description_id} [{seen}] {first.hint_id}"
        more = f" (and {others} more)" if others else ""
        return f"The {first.gate} gate stopped{more}: {first.description_en} [{seen}] {first.hint_en}"


def highest_breach(verdicts: Iterable[Verdict]) -> Severity | None:
    """The highest severity among the breaches; None when there is none."""
    return max((verdict.severity for verdict in verdicts if verdict.is_breach), key=_RANK.__getitem__, default=None)


def gate(verdicts: Sequence[Verdict]) -> Stop | None:
    """Stop when the highest breached severity is `stop`; raises ValueError without verdicts: no check, no decision."""
    if not verdicts:
        raise ValueError("A gate without verdicts decides nothing; validate a suite first.")
    if highest_breach(verdicts) is not Severity.STOP:
        return None
    return Stop(tuple(verdict for verdict in verdicts if verdict.is_breach and verdict.severity is Severity.STOP))


def validate(frame: "pd.DataFrame", suite: Suite, *, empty_is_valid: bool) -> list[Verdict]:
    """The verdicts of a suite on a frame: `columns` and `rows` about the frame itself, then one an expectation.

    `empty_is_valid` says whether no rows is a right answer here (the coverage says so); then everything is
    not applicable, else it is a stop. A frame without the suite's columns, or with other kinds of values, is a stop.
    """
    if not suite.expectations:
        return [_empty_suite(suite)]
    typed, faults = _typed(frame, suite.columns)
    if faults:
        return [_columns(suite, faults), *(_not_applicable(suite, each) for each in suite.expectations)]
    about_frame = [_columns(suite, []), _rows(suite, len(typed), empty_is_valid)]
    if typed.empty:
        return [*about_frame, *(_not_applicable(suite, each) for each in suite.expectations)]
    results = _evaluate(suite.prepare(typed), suite)
    verdicts = [_judged(suite, each, results.get(each.name)) for each in suite.expectations]
    if all(verdict.outcome is Outcome.NOT_APPLICABLE for verdict in verdicts):
        return [*about_frame, *verdicts, _empty_suite(suite)]
    return [*about_frame, *verdicts]


def validate_sources(frame: "pd.DataFrame") -> dict[str, list[Verdict]]:
    """The landing suite's verdicts for each source of a frame of files (columns of the suite, and source)."""
    return {
        str(source): validate(files, landed_files.suite(str(source)), empty_is_valid=False)
        for source, files in frame.groupby("source", sort=True)
    }


def _typed(frame: "pd.DataFrame", columns: Mapping[str, Kind]) -> tuple["pd.DataFrame", list[str]]:
    """The suite's columns in the types that make Great Expectations compare whole columns, and what stood against it.

    Numbers become float64 and moments naive UTC nanoseconds (other types are compared value by value, or with
    warnings), texts Arrow strings.
    """
    import pandas as pd

    faults = [f"{column} ∄" for column in columns if column not in frame.columns]
    typed = {}
    for column, kind in columns.items():
        if column not in frame.columns:
            continue
        values = frame[column].reset_index(drop=True)
        try:
            typed[column] = _as_kind(values, kind)
        except (ValueError, TypeError):
            faults.append(f"{column}: {values.dtype} ≠ {kind}")
    return pd.DataFrame(typed), faults


def _as_kind(values: "pd.Series[Any]", kind: Kind) -> "pd.Series[Any]":
    import pandas as pd

    if kind == "number":
        return pd.to_numeric(values).astype("float64")
    if kind == "moment":
        return pd.to_datetime(values, utc=True).dt.tz_localize(None).astype("datetime64[ns]")
    return values.astype("str") if kind == "text" else values


class _Unused(ModuleType):
    """A library in whose place this stands until something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system and inspections ask of every module
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


def make_ready() -> None:
    """Imports what evaluating takes, which takes seconds."""
    with processes.uncollected():
        library()


@cache
def library() -> Any:
    """Great Expectations and a batch definition in memory, which touches neither disk nor network."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    show_warning = warnings.showwarning
    stands: dict[str, Any] = {name: _Unused(name) for name in _SELDOM_USED} | dict.fromkeys(_NOT_NEEDED)
    with processes.standing_in(stands):
        import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    if warnings.showwarning is not show_warning:
        logging.captureWarnings(False)  # the import sends all warnings of the process to the log
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )
    frames = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return gx, frames.add_batch_definition_whole_dataframe("whole")


def _evaluate(frame: "pd.DataFrame", suite: Suite) -> dict[str, Any]:
    """Great Expectations' results by expectation name; only the columns of the suite are looked at."""
    gx, whole = library()
    definition = gx.ExpectationSuite(name=suite.table, expectations=[_definition(each) for each in suite.expectations])
    result_format: dict[str, Any] = {"result_format": "BASIC", "partial_unexpected_count": _EXAMPLES}
    if suite.key:
        result_format |= {"result_format": "COMPLETE", "unexpected_index_column_names": list(suite.key)}
    outcome = whole.get_batch({"dataframe": frame}).validate(definition, result_format=result_format)
    return {result.expectation_config.meta["name"]: result for result in outcome.results}


@cache
def _rule(kind: str) -> Any:
    """A rule of the library that keeps its own description, which the library asks for 140 times in one evaluation.

    Each time it would take the rule apart anew, which costs more than to look at the rows. What it asks is the
    documented property; a rule does not change once it is made.
    """
    from great_expectations.compatibility.pydantic import PrivateAttr

    gx, _ = library()
    base = getattr(gx.expectations, kind)

    def configuration(self: Any) -> Any:
        if self._configuration is None:
            self._configuration = base.configuration.fget(self)
        return self._configuration

    own = {"_configuration": PrivateAttr(default=None), "configuration": property(configuration)}
    return type(base)(f"{kind}OfRonda", (base,), own | {"__module__": __name__})


def _definition(expectation: Expectation) -> Any:
    from great_expectations.expectations.row_conditions import Column

    make = _rule(expectation.rule.kind)
    limited = {}
    if expectation.where is not None:
        column, value = expectation.where
        limited["row_condition"] = Column(column) == value
    severity = _GX_SEVERITY[expectation.severity]
    return make(**expectation.rule.arguments, **limited, severity=severity, meta={"name": expectation.name})


def _judged(suite: Suite, expectation: Expectation, result: Any) -> Verdict:
    crash = "∄" if result is None else _crash(result.exception_info)
    if crash is not None:
        return _verdict(suite, expectation, Outcome.CRASHED, crash)
    facts = result.result
    if "element_count" not in facts:
        outcome = Outcome.PASSED if result.success else Outcome.FAILED
        return _verdict(suite, expectation, outcome, str(facts["observed_value"]))
    looked_at = facts["element_count"] - facts.get("missing_count", 0)
    broken = facts["unexpected_count"]
    if looked_at == 0:
        return _verdict(suite, expectation, Outcome.NOT_APPLICABLE, "0 / 0")
    examples = _examples(suite, expectation, facts) if broken else []
    observed = f"{broken} / {looked_at}" + (f": {', '.join(examples)}" if examples else "")
    return _verdict(suite, expectation, Outcome.PASSED if result.success else Outcome.FAILED, observed, broken)


def _crash(info: Mapping[str, Any]) -> str | None:
    """The kind of error of a crashed expectation, without its message, which can hold a raw value; None: no crash."""
    reports = [info] if "raised_exception" in info else info.values()
    for report in reports:
        if report["raised_exception"]:
            last_line = (report["exception_traceback"] or "Exception").strip().splitlines()[-1]
            return str(last_line.partition(":")[0].rpartition(".")[2])
    return None


def _examples(suite: Suite, expectation: Expectation, facts: Mapping[str, Any]) -> list[str]:
    if suite.key:
        rows = facts["unexpected_index_list"][:_EXAMPLES]
        return [" ".join(str(row[column]) for column in suite.key)[:_EXAMPLE_LENGTH] for row in rows]
    if expectation.shows_values:
        return [str(value)[:_EXAMPLE_LENGTH] for value in dict.fromkeys(facts["partial_unexpected_list"])]
    return []


def _verdict(
    suite: Suite, expectation: Expectation, outcome: Outcome, observed: str, failed_rows: int | None = None
) -> Verdict:
    return Verdict(
        gate=suite.gate,
        table=suite.table,
        name=expectation.name,
        severity=Severity.STOP if outcome is Outcome.CRASHED else expectation.severity,
        outcome=outcome,
        observed=observed,
        expected=expectation.rule.expected,
        failed_rows=failed_rows,
        description_id=expectation.description_id,
        description_en=expectation.description_en,
        hint_id=expectation.hint_id,
        hint_en=expectation.hint_en,
    )


def _not_applicable(suite: Suite, expectation: Expectation) -> Verdict:
    return _verdict(suite, expectation, Outcome.NOT_APPLICABLE, "0 / 0")


def _columns(suite: Suite, faults: list[str]) -> Verdict:
    return Verdict(
        gate=suite.gate,
        table=suite.table,
        name="columns",
        severity=Severity.STOP,
        outcome=Outcome.CRASHED if faults else Outcome.PASSED,
        observed="; ".join(faults) or str(len(suite.columns)),
        expected=f"{len(suite.columns)}",
        failed_rows=None,
        description_id="Semua kolom yang diperiksa ada dan jenis nilainya benar.",
        description_en="All checked columns exist and hold the right kind of values.",
        hint_id="Model SQL atau pemuat berubah tanpa mengubah daftar pemeriksaan.",
        hint_en="A SQL model or the loader was changed without its suite.",
    )


def _rows(suite: Suite, count: int, empty_is_valid: bool) -> Verdict:
    when_empty = Outcome.NOT_APPLICABLE if empty_is_valid else Outcome.FAILED
    return Verdict(
        gate=suite.gate,
        table=suite.table,
        name="rows",
        severity=Severity.STOP,
        outcome=Outcome.PASSED if count else when_empty,
        observed=str(count),
        expected="≥ 0" if empty_is_valid else "≥ 1",
        failed_rows=None,
        description_id="Ada baris untuk diperiksa, kecuali bila cakupan membenarkan nol baris.",
        description_en="There are rows to check, unless the coverage allows none.",
        hint_id="Pengumpulan atau pemuatan gagal tanpa pesan, atau jendela waktunya keliru.",
        hint_en="Collection or loading failed silently, or the window of time is wrong.",
    )


def _empty_suite(suite: Suite) -> Verdict:
    return Verdict(
        gate=suite.gate,
        table=suite.table,
        name="suite",
        severity=Severity.STOP,
        outcome=Outcome.CRASHED,
        observed="0",
        expected="≥ 1",
        failed_rows=None,
        description_id="Setidaknya satu pemeriksaan benar-benar dijalankan.",
        description_en="At least one expectation was really evaluated.",
        hint_id="Daftar pemeriksaan kosong atau semua nilai kolomnya kosong.",
        hint_en="The suite is empty, or every value it looks at is missing.",
    )
