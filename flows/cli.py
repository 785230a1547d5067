"""The `ronda` command: parse, call, print. Libraries are imported by the verb that needs them."""

import atexit
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows import cli_call, cli_desk, cli_fleet, cli_keep, cli_label, cli_past, processes, progress
from flows.cli_call import (
    ANALYSTS,
    ENGINEERS,
    LEADERSHIP,
    NEWCOMERS,
    Call,
    Days,
    Lang,
    RefusedValueError,
    complain,
    orchestrated,
    settings_of,
    verb,
    weekly_run,
)
from flows.exits import Exit, UsageError, as_told
from flows.progress import guard_terminal, say, say_line
from flows.settings import Settings

_EPILOG = """exit codes:
  0 done                    4 stopped by a quality gate
  1 internal error          5 another run holds the warehouse
  2 usage                   6 a source failed, the others were loaded
  3 input refused

Everything ronda keeps lies in RONDA_HOME (default: ./data).
`ronda VERB --help` explains a verb and shows an example."""
# Words of the parser, and ours.
_WORDS = (("No such command", "No such verb"), (". Did you mean", "; did you mean"), ("Value error, ", ""))
_INTERRUPTED = 130  # what the parser makes of Ctrl+C

app = typer.Typer(
    name="ronda",
    cls=cli_call.Verbs,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["--help", "-h"]},
    subcommand_metavar="VERB ...",
)


@app.callback(invoke_without_command=True)
def ronda(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="before a verb: show the traceback of an error")] = False,
) -> None:
    """The weekly social-media watch of one regency before an election: posts in, reports out."""
    context.obj.debug = debug
    cli_call.require_verb(context)


@verb(app, NEWCOMERS)
def demo(
    context: typer.Context,
    posts: Annotated[int, typer.Option(parser=cli_call.number, metavar="NUMBER", help="size of the season")] = 60_000,
    live: Annotated[
        bool,
        typer.Option("--live", help="serve the season as the platforms do, and extract it instead of importing it"),
    ] = False,
    desk: Annotated[
        bool, typer.Option("--desk", help="open its desk, at which two made-up people have reviewed; until Ctrl+C")
    ] = False,
) -> Exit:
    """Simulate a season of an example regency, load it and publish the report of 2024-W06.

    Needs neither data nor credentials and takes less than a minute. Nothing in it is real.

    Example:
      ronda demo --posts 20000
    """
    settings = settings_of(context, writes=True)
    from flows import demo as season

    run = season.run_live if live else season.run
    run(settings, posts=posts)
    if desk:
        season.run_desk(settings)
    return Exit.DONE


@verb(app, ANALYSTS, "import")
def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="a file, or a folder of files")],
    covers: Annotated[
        Days | None,
        typer.Option(
            parser=cli_call.days,
            metavar="FIRST..LAST",
            help="days the files cover completely; without it their coverage is unknown, not zero",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what each file is and would come to, and write nothing")
    ] = False,
    week: Annotated[
        str | None,
        typer.Option(
            parser=cli_call.week,
            metavar="WEEK",
            help="then publish this week, like `ronda weekly --week`, where every file was taken whole",
        ),
    ] = None,
) -> Exit:
    """Import exports: files or folders, recognised by content, plain, gzip or zstd.

    Every record is a post, a duplicate or a reject with a reason. A file that was imported before counts zero.

    Example:
      ronda import exports/ --covers 2024-01-29..2024-02-04
      ronda import exports/ --week 2024-W05
    """
    if dry_run and week:
        raise UsageError("--dry-run publishes nothing; leave out --week.")
    if week:
        with weekly_run(context) as (settings, flow):
            return _import(settings, paths, covers, lambda: say(flow(week=week, lang=settings.lang)))
    settings = settings_of(context, writes=not dry_run)
    from expectations import run as quality

    if dry_run:
        from flows.loading.preview import run_preview

        with progress.step("Looking at files", "bytes") as looked:
            return run_preview(settings, paths, datetime.now(UTC), say_line, looked)
    with processes.helper(quality.make_ready):
        return _import(settings, paths, covers)


def _import(
    settings: Settings, paths: Sequence[Path], covers: Days | None, publish: Callable[[], None] | None = None
) -> Exit:
    """Imports, publishes where everything was taken, and takes what is removed out of the home, whatever came of it."""
    from flows.loading.imports import run_import

    with (
        progress.step("Landing files", "bytes") as landed,
        progress.step("Reading posts", "bytes") as read,
    ):
        now, publishes = datetime.now(UTC), publish is not None
        code = run_import(settings, paths, now, covers, say_line, landed=landed, read=read, publishes=publishes)
    is_built = False
    try:
        if publish is not None and code is Exit.DONE:
            publish()
            is_built = True
    finally:
        code = cli_keep.forget_removed(settings, code, is_built=is_built)
    if publish is not None and not is_built:
        complain("nothing was published: not every file was taken whole (above); then run `ronda weekly`.")
    return code


@verb(app, ANALYSTS)
def weekly(
    context: typer.Context,
    week: Annotated[
        str | None,
        typer.Option(
            parser=cli_call.week, metavar="WEEK", help="ISO week, like 2024-W05; without it: every week that is due"
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            parser=cli_call.moment,
            metavar="MOMENT",
            help="moment of release, like 2024-02-05T06:00+07:00; without it: Monday 06:00 after the week, or when the"
            " last file landed, if that is later",
        ),
    ] = None,
    lang: Lang = None,
) -> Exit:
    """Load what landed, rebuild and check the trends, publish the report and the briefing of a week.

    A week is due when it is complete and not published. Safe to repeat: nothing new, nothing changes.

    Example:
      ronda weekly --week 2024-W05
    """
    import reports
    from flows import labels
    from flows.store import warehouse

    ready = (reports.make_ready, labels.label_quality, warehouse.current_schema)  # import and read what is read again
    with weekly_run(context, *ready) as (settings, flow):
        say(flow(week=week, as_of=as_of, lang=lang or settings.lang))
    return Exit.DONE


app.add_typer(cli_label.app, name="label", rich_help_panel=ANALYSTS)
app.add_typer(cli_desk.app, name="desk", rich_help_panel=ANALYSTS)
app.add_typer(cli_desk.public)
app.add_typer(cli_past.app)
app.add_typer(cli_keep.app)
app.add_typer(cli_fleet.app)


@verb(app, LEADERSHIP)
def daily(
    context: typer.Context,
    day: Annotated[
        str | None,
        typer.Option(
            parser=cli_call.day, metavar="DAY", help="like 2024-02-12; without it: yesterday, where it has a note"
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            parser=cli_call.moment, metavar="MOMENT", help="moment of release; without it: 06:00 on the next day"
        ),
    ] = None,
    lang: Lang = None,
) -> Exit:
    """Publish the one-page note of a day of the quiet period or of voting day.

    It says what was collected and listed that day, and compares nothing.

    Example:
      ronda daily --day 2024-02-12
    """
    with orchestrated(context, "daily") as (settings, flow):
        say(flow(day=day, as_of=as_of, lang=lang or settings.lang))
    return Exit.DONE


@verb(app, LEADERSHIP)
def status(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="the same as JSON")] = False
) -> Exit:
    """Show weeks, coverage, the last runs and what is missing.

    Reads only what is published and never waits for a run.

    Example:
      ronda status
    """
    settings = settings_of(context)
    from flows import status as shown

    say(shown.as_json(settings) if as_json else shown.as_text(settings))
    return Exit.DONE


@verb(app, ENGINEERS)
def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="where the seeds go, or lie")],
    regency: Annotated[str | None, typer.Option(metavar="NAME", help="the regency, like Kabupaten Contoh")] = None,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="its time zone, a name like Area/City")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="say what is missing in the folder or contradicts itself, and write nothing")
    ] = False,
) -> Exit:
    """Write the settings and seeds of a new regency to fill in, or check those of a folder.

    Another regency, time zone or election is only such a folder.

    Example:
      ronda init contoh --regency "Kabupaten Contoh" --zone Asia/Makassar
    """
    settings_of(context)
    from flows import initialising

    if check:
        problems = initialising.check(folder)
        for problem in problems or [f"The seeds in {folder} are complete and agree with one another."]:
            say_line(problem)
        return Exit.REFUSED if problems else Exit.DONE
    if not regency or not zone:
        raise UsageError("`ronda init` needs --regency and --zone to write a folder, or --check to look at one.")
    initialising.write(folder, regency, zone, say)
    return Exit.DONE


@verb(app, ENGINEERS)
def extract(
    context: typer.Context,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="look at stored posts again and forget those that are gone")
    ] = False,
) -> Exit:
    """Pull every configured source and the inbox, and load what came.

    Goes on where an interrupted run stopped. One source that fails never holds up the others.

    Example:
      ronda extract --refresh
    """
    with orchestrated(context, "extract") as (_, flow):
        done = flow(refresh=refresh)
    say(done.text)
    for failure in done.failures:
        complain(failure)
    return Exit.SOURCE if done.failures else Exit.REFUSED if done.refusals else Exit.DONE


@verb(app, ENGINEERS)
def serve(context: typer.Context) -> Exit:
    """Start the Prefect server, the schedules and the report site, on this machine only.

    Runs until it is stopped with Ctrl+C, or by a service manager.

    Example:
      ronda serve
    """
    settings = settings_of(context, writes=True)
    from flows import serving

    serving.serve(settings, say)
    return Exit.DONE


def _misuse(error: typer.TyperException) -> str:
    """What the parser refused, as one sentence: what, where, and what to do."""
    if isinstance(error, RefusedValueError):
        where = error.param.get_error_hint().strip("'") if error.param is not None else ""
        return f"{where}: {error.message}"
    context: typer.Context | None = getattr(error, "ctx", None)
    what = " ".join(error.format_message().split()).rstrip(".")
    for theirs, ours in _WORDS:
        what = what.replace(theirs, ours)
    see = f"`{context.command_path if context is not None else 'ronda'} --help`."
    return f"{what} See {see}" if what.endswith("?") else f"{what}; see {see}"


def main(words: Sequence[str] | None = None) -> int:
    """Runs one verb; errors are one sentence on standard error and an exit code."""
    call = Call()
    try:
        with progress.watched():
            code: object = typer.main.get_command(app).main(words, prog_name="ronda", standalone_mode=False, obj=call)
    except typer.TyperException as error:
        complain(_misuse(error))
        return int(Exit.USAGE)
    except Exception as error:
        if call.debug:
            raise
        told = as_told(error)
        complain(str(told))
        return int(told.exit_code)
    if code == _INTERRUPTED:
        complain("interrupted; run the same command again, nothing is half done.")
        return int(Exit.INTERNAL)
    return code if isinstance(code, int) else int(Exit.DONE)


def command() -> int:
    """`main` as a command of its own: tuned for a process that imports much, works for seconds and ends."""
    processes.collect_seldom()
    guard_terminal()
    code: int | str | None = Exit.INTERNAL

    def leave() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(code or Exit.DONE))

    # Registered first, so called last: by then all is closed, and taking the libraries apart would take two seconds.
    atexit.register(leave)
    try:
        code = main()
    except SystemExit as end:  # completion, or nobody reads on
        code = end.code
    return int(code or Exit.DONE)


if __name__ == "__main__":
    sys.exit(command())
