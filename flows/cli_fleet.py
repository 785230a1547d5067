"""Verbs for more than one machine or one regency: `ronda deploy`."""

from typing import Annotated

import typer

from flows import orchestrator
from flows.cli_call import ENGINEERS, settings_of, verb
from flows.exits import Exit
from flows.progress import say

app = typer.Typer()


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
    server = orchestrator.require_elsewhere()
    from flows import schedule

    for name in schedule.deploy(settings, pool):
        say(name)
    say(f"They are on {server.api}; a worker runs them: prefect worker start --pool {pool} --limit 2")
    return Exit.DONE
