"""One call of `ronda`: what a verb is, the settings it runs with, and how its values are written."""

import importlib
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from flows import processes
from flows.exits import Exit, RondaError, UsageError
from flows.periods import Week
from flows.progress import note, one_line, say
from flows.settings import Language, Settings, is_own, load_settings, working_file
from flows.store import permissions

NEWCOMERS = "For newcomers: see it work"
ANALYSTS = "For analysts: bring posts in, publish them, understand their labels"
LEADERSHIP = "For leadership: the note of a day, what is published and what is missing"
ENGINEERS = "For engineers: collect, correct, prove, keep running"


@dataclass(slots=True)
class Call:
    """What was asked for before the verb."""

    debug: bool = False


def _without_values(parameters: list[Any]) -> list[Any]:
    """Help shows a type behind every option, even behind a flag, which takes no value."""
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
    return parameters


class _Verb(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return _without_values(super().get_params(ctx))


class Verbs(TyperGroup):
    """A verb with verbs below it; alone it shows them."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The options, flags without a value."""
        return _without_values(super().get_params(ctx))


Action = Callable[..., Exit]


def verb(app: typer.Typer, reader: str, name: str | None = None) -> Callable[[Action], Action]:
    """Makes a function a verb: its docstring is the help and ends with an example, `reader` names its panel."""
    return app.command(name, cls=_Verb, rich_help_panel=reader)


def complain(sentence: str) -> None:
    """Says on standard error what went wrong."""
    note(f"ronda: {one_line(sentence)}")


def require_verb(context: typer.Context) -> None:
    """Raises UsageError where no verb follows, after the help that lists them."""
    if context.invoked_subcommand is None:
        if text := context.get_help():  # empty where it is printed in colours
            say(text)
        raise UsageError("A verb is missing; choose one of those above.")


def settings_of(context: typer.Context, *, writes: bool = False) -> Settings:
    """The settings of a call, told to the libraries below; a verb that `writes` gets a home where there is none."""
    settings = load_settings()
    if working := working_file():
        note(_told_of(working))
    if writes:
        settings.make_home()
        permissions.correct_home(settings.home, to_group=settings.published_to_group)
    settings.export(log_level=_log_level(context))
    return settings


def _told_of(working: Path) -> str:
    if not is_own(working):
        return f"{working} is not used: it or its folder is not yours alone. Put it into RONDA_HOME."
    names = ", ".join(tomllib.loads(working.read_text(encoding="utf-8")))
    return f"Settings from {working}: {names or 'none'}."


def _log_level(context: typer.Context) -> str:
    return "WARNING" if context.obj.debug else "CRITICAL"


@contextmanager
def orchestrated(
    context: typer.Context, flow: str, *preparations: Callable[[], object]
) -> Iterator[tuple[Settings, Any]]:
    """The settings and a flow by its name, with the Prefect server that it runs on.

    While the server starts, the flow is imported and what it needs later is prepared; a call of the flow waits for it.
    """
    with _orchestrated(context, settings_of(context, writes=True), flow, preparations) as both:
        yield both


@contextmanager
def weekly_run(context: typer.Context, *preparations: Callable[[], object]) -> Iterator[tuple[Settings, Any]]:
    """The settings and the weekly run: without Prefect where nothing needs it, else as `orchestrated` has it."""
    settings = settings_of(context, writes=True)
    from expectations import run as quality
    from flows import orchestrator

    if orchestrator.is_needed(settings):
        with _orchestrated(context, settings, "weekly", preparations) as both:
            yield both
        return
    with processes.helper(quality.make_ready):
        from flows import steps  # meanwhile

        for prepare in preparations:
            prepare()
        yield settings, steps.by_hand


@contextmanager
def _orchestrated(
    context: typer.Context, settings: Settings, flow: str, preparations: Iterable[Callable[[], object]]
) -> Iterator[tuple[Settings, Any]]:
    from expectations import run as quality
    from flows import orchestrator

    with orchestrator.orchestrated(settings, _log_level(context)) as server:
        try:
            with processes.helper(quality.make_ready):
                loaded = getattr(importlib.import_module(f"flows.{flow}"), flow)
                for prepare in preparations:
                    prepare()

                def run(*arguments: Any, **named: Any) -> Any:
                    if server is not None:
                        server.wait()
                    return loaded(*arguments, **named)

                yield settings, run
        except RondaError:
            raise
        except Exception as error:
            if server is None or not server.is_gone:
                raise
            raise _server_lost(settings) from error


class _DoneError(RondaError):
    """All is done; only the record that the Prefect server keeps of it is missing."""

    exit_code = Exit.DONE


def _server_lost(settings: Settings) -> RondaError:
    from flows.store.runs import outcome_of

    if outcome_of(settings.home, os.getpid()) == "done":
        return _DoneError(
            f"The Prefect server ended during the run. The run is done and what it published is in"
            f" {settings.home / 'published'}; only the server's own record of it is missing."
        )
    return RondaError("The Prefect server ended during the run; run the same command again, nothing is half done.")


class RefusedValueError(typer.BadParameter):
    """A value that is written wrong, with a whole sentence about it."""


class Weeks(NamedTuple):
    """A span of ISO weeks as they are written, both ends included."""

    first: str
    last: str


class Days(NamedTuple):
    """A span of days, both ends included."""

    first: date
    last: date


def week(text: str) -> str:
    """An ISO week, as it is written; raises RefusedValueError, as all of these do."""
    try:
        Week.parse(text)
    except UsageError as error:
        raise RefusedValueError(str(error)) from None
    return text


def day(text: str) -> str:
    """A day, as it is written."""
    return _written(text, date.fromisoformat, "a day", "2024-02-12")


def moment(text: str) -> str:
    """A moment with its time zone, as it is written."""
    example = "2024-02-05T06:00+07:00"
    _written(text, datetime.fromisoformat, "a moment", example)
    if datetime.fromisoformat(text).tzinfo is None:
        raise RefusedValueError(f'"{text}" has no time zone; write it like {example}.')
    return text


def days(text: str) -> Days:
    """`FIRST..LAST`."""
    first, dots, last = text.partition("..")
    try:
        span = Days(date.fromisoformat(first), date.fromisoformat(last if dots else ""))
    except ValueError:
        raise RefusedValueError(f'"{text}" is not a span of days; write it like 2024-01-29..2024-02-04.') from None
    if span.last < span.first:
        raise RefusedValueError(f'"{text}" ends before it begins; swap the days.')
    return span


def weeks(text: str) -> Weeks:
    """`FIRST..LAST`."""
    first, dots, last = text.partition("..")
    if not dots:
        raise RefusedValueError(f'"{text}" is not a span of weeks; write it like 2024-W01..2024-W04.')
    return Weeks(week(first), week(last))


def number(value: str | int) -> int:
    """How many, at least one; a default comes as the number it is."""
    if not str(value).isdecimal() or int(value) < 1:
        raise RefusedValueError(f'"{value}" is not a number of posts; write it like 60000.')
    return int(value)


def publication(value: str | int) -> int:
    """The number of a publication, from one; a default comes as the number it is."""
    if not str(value).isdecimal() or int(value) < 1:
        raise RefusedValueError(f'"{value}" is not the number of a publication; write it like 2.')
    return int(value)


def _written(text: str, parse: Callable[[str], object], kind: str, example: str) -> str:
    try:
        parse(text)
    except ValueError:
        raise RefusedValueError(f'"{text}" is not {kind}; write it like {example}.') from None
    return text


Lang = Annotated[Language | None, typer.Option(help="language of what is published; without it: the setting lang")]
