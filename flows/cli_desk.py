"""`ronda desk`: the web application for coders, and its accounts; `ronda saring`: a text before it is shared."""

import getpass
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from flows import cli_call
from flows.cli_call import ANALYSTS, Verbs, require_verb, settings_of, verb
from flows.exits import Exit, UsageError
from flows.progress import say, say_line

app = typer.Typer(cls=Verbs)
users = typer.Typer(cls=Verbs, subcommand_metavar="VERB ...")
public = typer.Typer()
app.add_typer(users, name="user", rich_help_panel=ANALYSTS)


@app.callback(invoke_without_command=True)
def desk(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(metavar="NAME", help="answer other machines, under this name or address; needs TLS files")
    ] = "",
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="the certificate, with its chain")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="its key")] = None,
) -> Exit:
    """Review flagged posts by two people each, in a browser; on this machine only, where no TLS files are given.

    Runs until it is stopped with Ctrl+C. `ronda serve` starts it too, beside the reports.

    Example:
      ronda desk
    """
    if context.invoked_subcommand is not None:
        return Exit.DONE
    settings = settings_of(context, writes=True)
    from flows import serving

    given = [each is not None for each in (certificate, key)]
    if any(given) != bool(host) or any(given) != all(given):
        raise UsageError("Other machines are answered only with all of --host, --certificate and --key.")
    tls = serving.Tls(certificate, key, host) if certificate is not None and key is not None else None
    serving.serve_desk(settings, say, tls)
    return Exit.DONE


@users.callback(invoke_without_command=True)
def user(context: typer.Context) -> None:
    """Keep the accounts of the desk.

    Example:
      ronda desk user list
    """
    require_verb(context)


@verb(users, ANALYSTS)
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="small letters, digits, dots, dashes")],
    role: Annotated[str, typer.Option(metavar="ROLE", help="coder, adjudicator, lead, coach or admin")],
) -> Exit:
    """Open an account; its password is asked for, or read as the first line of standard input.

    Example:
      ronda desk user add sri --role coder
    """
    settings = settings_of(context, writes=True)
    from flows.desk import people

    people.add(settings.home, name, role, _password())
    say(f"{name} may log in as {role}.")
    return Exit.DONE


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise UsageError("The two passwords differ; nothing was written.")
    return password


@verb(users, ANALYSTS, "list")
def list_(context: typer.Context) -> Exit:
    """List the accounts, closed ones too.

    Example:
      ronda desk user list
    """
    settings = settings_of(context)
    from flows.desk import people
    from flows.reviewing import log

    with log.reading(settings.home) as connection:
        known = people.everybody(connection)
    for name, (role, is_open) in sorted(known.items()):
        say(f"{name:<31} {role:<12} {'open' if is_open else 'closed'}")
    if not known:
        say("No accounts yet; `ronda desk user add NAME --role coder` opens one.")
    return Exit.DONE


@verb(users, ANALYSTS)
def renew(context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="as it is listed")]) -> Exit:
    """Give an open account another password, where the old one is lost, and end its sessions; asked for as by add.

    Example:
      ronda desk user renew sri
    """
    settings = settings_of(context, writes=True)
    from flows.desk import people

    people.renew(settings.home, name, _password())
    say(f"{name} has another password; the old one and its sessions are over.")
    return Exit.DONE


@verb(users, ANALYSTS)
def close(context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="as it is listed")]) -> Exit:
    """Close an account and end its sessions; what it did stays.

    Example:
      ronda desk user close sri
    """
    settings = settings_of(context)
    from flows.desk import people

    people.close(settings.home, name)
    say(f"{name} cannot log in any more.")
    return Exit.DONE


@verb(public, ANALYSTS)
def saring(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT|-", help="what is to be shared, in quotation marks; - reads it")],
    on: Annotated[
        str | None,
        typer.Option(parser=cli_call.day, metavar="DAY", help="when it is shared, like 2024-02-12; without it: today"),
    ] = None,
) -> Exit:
    """Look at a text before it is shared: what would flag it and why, which article, five questions.

    Nothing is kept or logged; with - a text does not even reach the history of the shell.

    Example:
      ronda saring "ayo coblos nomor 2" --on 2024-02-12
    """
    settings = settings_of(context)
    from flows.desk import clock, screening

    pasted = (sys.stdin.read(screening.CHARACTERS + 1) if text == "-" else text).strip()
    if not pasted:
        raise UsageError("There is no text to look at; give it in quotation marks, or - and paste it.")
    if len(pasted) > screening.CHARACTERS:
        raise UsageError(f"The text is longer than {screening.CHARACTERS:,} characters; give the important part of it.")
    day = date.fromisoformat(on) if on else clock.now().astimezone(settings.election.zone).date()
    for line in screening.lines(screening.screen(pasted, day, settings.seeds, settings.lang), settings.lang):
        say_line(line)
    return Exit.DONE
