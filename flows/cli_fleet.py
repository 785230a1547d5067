"""Verbs for more than one machine or one regency: `ronda fleet` and `ronda deploy`."""

from pathlib import Path
from typing import Annotated

import typer

from flows import cli_call
from flows.cli_call import ENGINEERS, complain, orchestrated, settings_of, verb
from flows.exits import Exit, UsageError
from flows.progress import say

app = typer.Typer()


@verb(app, ENGINEERS)
def fleet(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the regencies: their homes, seeds and zones (TOML)")],
    week: Annotated[
        str | None,
        typer.Option(parser=cli_call.week, metavar="WEEK", help="ISO week; without it: every week that is due"),
    ] = None,
    past: Annotated[
        cli_call.Weeks | None,
        typer.Option(
            "--backfill",
            parser=cli_call.weeks,
            metavar="FIRST..LAST",
            help="publish these weeks again instead, with --reason",
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="why a backfill; kept in every ledger")] = None,
) -> Exit:
    """Run many regencies, each in its own home, and publish one overview over them.

    Several run at once, as the file says; one that fails stops nobody else and is named. The exit code is that of the
    first that failed.

    Example:
      ronda fleet fleet.toml --week 2024-W06
    """
    if (past is None) != (reason is None) or (past and week):
        raise UsageError("A backfill of a fleet needs --backfill FIRST..LAST and --reason TEXT, and no --week.")
    with orchestrated(context, "fleet") as (_, flow):
        from flows.fleet import Order

        first, last = past or (None, None)
        done = flow(file, Order(week, first, last, reason))
    failed = [each for each in done.outcomes if each.exit_code is not Exit.DONE]
    for each in done.outcomes:
        say(f"{each.regency_code}: {each.text if each.exit_code is Exit.DONE else 'stopped'}")
    for each in failed:
        complain(f"{each.regency_code}: {each.text}")
    say(f"Overview: {done.page}")
    return failed[0].exit_code if failed else Exit.DONE


@verb(app, ENGINEERS)
def deploy(
    context: typer.Context,
    pool: Annotated[str, typer.Option(metavar="NAME", help="a work pool of type process on that server")],
) -> Exit:
    """Put the schedules on the Prefect server that PREFECT_API_URL names, for the workers of a pool.

    Instead of `ronda serve`, where an office has a Prefect already. Safe to repeat. A worker runs where the home is.

    Example:
      ronda deploy --pool ronda
    """
    settings = settings_of(context, writes=True)
    from flows import orchestrator

    server = orchestrator.require_elsewhere()
    from flows import schedule

    for name in schedule.deploy(settings, pool):
        say(name)
    say(f"They are on {server.api}; a worker runs them: prefect worker start --pool {pool} --limit 2")
    return Exit.DONE
