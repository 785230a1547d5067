"""The third gate: the trend tables of a week, and the files and posts behind it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

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

Waiting = Callable[[], "list[Verdict]"]
_BEGUN: dict[tuple[str, str], Waiting] = {}  # of a run and a week: what gives the verdicts on its facts


def begin(settings: Settings, run: Run, week: Week) -> None:
    """Lets the helper judge the files and posts of a week, which no table is built for, while the tables are built.

    For a run between its load and its build; `check_week` of the same run takes up what was begun.
    """
    with warehouse.opened(settings.home) as connection:
        _BEGUN[run.run_id, str(week)] = _facts(connection, week)


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
    from expectations import estimates as estimate_suites
    from expectations import trend_tables as trend_suites
    from expectations.run import gate

    suites = (
        trend_suites.weekly_platform(str(week)),
        trend_suites.weekly_topic(),
        trend_suites.weekly_indication(),
        trend_suites.weekly_district(),
        estimate_suites.suite(),
        terms := trend_suites.emerging_terms(),
    )
    with warehouse.opened(settings.home) as connection:
        of_facts = _BEGUN.pop((run.run_id, str(week)), None) or _facts(connection, week)
        of_tables = [
            later(evaluated, tables.trend(connection, suite.table), suite, empty_is_valid=suite is terms)
            for suite in suites
        ]
        results = checks.run_grains(connection, models.read_models(sql.FOLDER))
        results += checks.run_checks(connection, sql.FOLDER / "checks", "trends")
    verdicts = [*of_facts(), *(verdict for verdicts in of_tables for verdict in verdicts())]
    run.start_week(str(week))
    run.add_verdicts([verdict.to_dict() for verdict in verdicts] + [result.to_dict() for result in results])
    if stop := gate(verdicts):
        raise GateStoppedError(stop.sentence())
    checks.stop_on(results)
    return sum(not result.passed for result in results) + sum(verdict.is_breach for verdict in verdicts)
