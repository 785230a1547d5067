"""The verbs about weeks that were published before: `ronda backfill` and `ronda diff`."""

from typing import Annotated

import typer

from flows import cli_call, progress
from flows.cli_call import ENGINEERS, complain, orchestrated, settings_of, verb
from flows.exits import Exit
from flows.periods import Week, weeks_between
from flows.post import PLATFORMS, Platform
from flows.progress import say

app = typer.Typer()


@verb(app, ENGINEERS)
def backfill(  # noqa: PLR0913, PLR0917 - the options of a verb
    context: typer.Context,
    first: Annotated[str, typer.Argument(parser=cli_call.week, metavar="FIRST", help="first ISO week, like 2023-W48")],
    last: Annotated[str, typer.Argument(parser=cli_call.week, metavar="LAST", help="last ISO week")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="why; kept in the ledger and shown with the corrections")],
    platform: Annotated[
        Platform | None,
        typer.Option(metavar="NAME", help=f"load only what landed of {', '.join(PLATFORMS[:-1])} or {PLATFORMS[-1]}"),
    ] = None,
    relabel: Annotated[
        bool, typer.Option("--relabel", help="label anew the posts that have labels of another version; else they stay")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would change in each week and why, and write nothing")
    ] = False,
) -> Exit:
    """Publish past weeks again, in order, with a reason that is recorded.

    Says of every week whether its numbers changed, or why it stays as published; readers see what was first reported
    beside what is now known. The same command goes on where an interrupted one stood.

    Example:
      ronda backfill 2024-W01 2024-W04 --reason "removals of January" --dry-run
    """
    weeks = weeks_between(Week.parse(first), Week.parse(last))  # refuses before seconds of imports
    if dry_run:
        settings = settings_of(context)
        from flows import planning

        with (
            progress.step("Reading what landed", "bytes") as read,
            progress.step("Stating weeks", "weeks") as stated,
        ):
            lines = planning.plan(settings, planning.Asked(weeks, reason, platform, relabel), read, stated)
        say("\n".join(lines))
        return Exit.DONE
    with orchestrated(context, "backfill") as (settings, flow):
        done = flow(first, last, reason, platform, settings.lang, relabel)
    say(done.text)
    for stop in done.stops:
        complain(stop)
    return Exit.GATE if done.stops else Exit.DONE


@verb(app, ENGINEERS)
def diff(
    context: typer.Context,
    week: Annotated[str, typer.Argument(parser=cli_call.week, metavar="WEEK", help="ISO week, like 2024-W05")],
    first: Annotated[
        int | None,
        typer.Argument(
            parser=cli_call.publication, metavar="A", help="a publication, like 1; without it: the last but one"
        ),
    ] = None,
    second: Annotated[
        int | None,
        typer.Argument(parser=cli_call.publication, metavar="B", help="another publication; without it: the last"),
    ] = None,
) -> Exit:
    """Show two publications of a week side by side: what they rest on, and the numbers that differ.

    Reads the ledger and never waits for a run.

    Example:
      ronda diff 2024-W05 1 2
    """
    settings = settings_of(context)
    from flows.publishing import comparing

    say("\n".join(comparing.diff(settings.home, Week.parse(week), first, second)))
    return Exit.DONE
