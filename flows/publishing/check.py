"""The third gate: the trend tables of a week, and the files and posts behind it."""

import sql
from flows.exits import GateStoppedError
from flows.loading.gates import evaluated, evaluated_sources
from flows.periods import Week
from flows.processes import later
from flows.settings import Settings
from flows.store import checks, models, tables, warehouse
from flows.store.runs import Run


def check_week(settings: Settings, run: Run, week: Week) -> int:
    """The trend gate of a week; gives the number of breaches that are printed in the report.

    The files that brought posts of the week, those posts and the trend tables go through their suites; then the grain
    of every model is proven and every SQL check runs. Raises GateStoppedError when a breach stops; the last good
    release stays in place.
    """
    from expectations import estimates as estimate_suites
    from expectations import posts as post_suites
    from expectations import trend_tables as trend_suites
    from expectations.run import gate

    week_posts = post_suites.suite()
    suites = (
        trend_suites.weekly_platform(str(week)),
        trend_suites.weekly_topic(),
        trend_suites.weekly_indication(),
        trend_suites.weekly_district(),
        estimate_suites.suite(),
    )
    terms = trend_suites.emerging_terms()
    with warehouse.opened(settings.home) as connection:
        files = tables.files_of_week(connection, week)
        of_files = later(evaluated_sources, files)
        posts = tables.posts_of_week(connection, tuple(week_posts.columns), week)
        of_tables = [later(evaluated, posts, week_posts, empty_is_valid=True)]
        for suite in suites:
            of_tables.append(later(evaluated, tables.trend(connection, suite.table), suite, empty_is_valid=False))
        of_tables.append(later(evaluated, tables.trend(connection, terms.table), terms, empty_is_valid=True))
        results = checks.run_grains(connection, models.read_models(sql.FOLDER))
        results += checks.run_checks(connection, sql.FOLDER / "checks", "trends")
    verdicts = [verdict for each in (*of_files().values(), *(verdicts() for verdicts in of_tables)) for verdict in each]
    run.start_week(str(week))
    run.add_verdicts([verdict.to_dict() for verdict in verdicts] + [result.to_dict() for result in results])
    if stop := gate(verdicts):
        raise GateStoppedError(stop.sentence())
    checks.stop_on(results)
    return sum(not result.passed for result in results) + sum(verdict.is_breach for verdict in verdicts)
