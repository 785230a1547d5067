"""The third gate: the trend tables of a week, and the files and posts behind it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import sql
from flows.exits import GateStoppedError
from flows.loading.gates import evaluated, evaluated_sources
from flows.periods import Week
from flows.processes import later
from flows.settings import Settings
from flows.store import checks, models, tables, warehouse
from flows.store.runs import Run

if TYPE_CHECKING:
    from expectations.run import Verdict
    from expectations.suite import Suite

Waiting = Callable[[], "list[Verdict]"]
_MAY_BE_EMPTY = "emerging_terms"  # a week may have none


class _Begun(NamedTuple):
    """What gives the verdicts on the files and posts of a week, and on each trend table that was told of."""

    facts: Waiting
    tables: dict[str, Waiting]


_BEGUN: dict[tuple[str, str], _Begun] = {}  # of a run and a week


def begin(settings: Settings, run: Run, week: Week) -> Callable[[warehouse.Connection, models.Model], None]:
    """Lets the helper judge the files and posts of a week, which no table is built for, while the tables are built.

    For a run between its load and its build, which tells what this gives of every table that it has built: the helper
    judges those too. `check_week` of the same run takes up what was begun.
    """
    suites = _suites(week)
    with warehouse.opened(settings.home) as connection:
        begun = _BEGUN[run.run_id, str(week)] = _Begun(_facts(connection, week), {})

    def told(connection: warehouse.Connection, built: models.Model) -> None:
        if suite := suites.get(built.qualified):
            begun.tables[built.qualified] = _judged(connection, suite)

    return told


def _suites(week: Week) -> "Mapping[str, Suite]":
    """The suites of the trend tables of a week, by the table."""
    from expectations import estimates, trend_tables

    suites = (
        trend_tables.weekly_platform(str(week)),
        trend_tables.weekly_topic(),
        trend_tables.weekly_indication(),
        trend_tables.weekly_district(),
        estimates.suite(),
        trend_tables.emerging_terms(),
    )
    return {f"trends.{suite.table}": suite for suite in suites}


def _judged(connection: warehouse.Connection, suite: "Suite") -> Waiting:
    """What gives the verdicts on a trend table."""
    rows = tables.trend(connection, suite.table)
    return later(evaluated, rows, suite, empty_is_valid=suite.table == _MAY_BE_EMPTY)


def _facts(connection: warehouse.Connection, week: Week) -> Waiting:
    """What gives the verdicts on the files that brought posts of a week, then on those posts."""
    from expectations import posts as suites

    suite = suites.suite()
    of_files = later(evaluated_sources, tables.files_of_week(connection, week))
    posts = tables.posts_of_week(connection, tuple(suite.columns), week)
    of_posts = later(evaluated, posts, suite, empty_is_valid=True)
    return lambda: [verdict for each in (*of_files().values(), of_posts()) for verdict in each]


def check_week(settings: Settings, run: Run, week: Week) -> int:
    """The trend gate of a week; gives the number of breaches that are printed in the report.

    The files that brought posts of the week, those posts and the trend tables go through their suites; then the grain
    of every model is proven and every SQL check runs. Raises GateStoppedError when a breach stops; the last good
    release stays in place.
    """
    from expectations.run import gate

    with warehouse.opened(settings.home) as connection:
        begun = _BEGUN.pop((run.run_id, str(week)), None) or _Begun(_facts(connection, week), {})
        of_tables = [begun.tables.get(name) or _judged(connection, suite) for name, suite in _suites(week).items()]
        results = checks.run_grains(connection, models.read_models(sql.FOLDER))
        results += checks.run_checks(connection, sql.FOLDER / "checks", "trends")
    verdicts = [*begun.facts(), *(verdict for verdicts in of_tables for verdict in verdicts())]
    run.start_week(str(week))
    run.add_verdicts([verdict.to_dict() for verdict in verdicts] + [result.to_dict() for result in results])
    if stop := gate(verdicts):
        raise GateStoppedError(stop.sentence())
    checks.stop_on(results)
    return sum(not result.passed for result in results) + sum(verdict.is_breach for verdict in verdicts)
