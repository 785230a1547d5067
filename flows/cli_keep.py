"""Verbs that keep what ronda holds, or account for it: whole, provable, and no longer than it may be."""

import typer

from flows import progress
from flows.cli_call import ENGINEERS, LEADERSHIP, Lang, settings_of, verb
from flows.exits import Exit
from flows.progress import say

app = typer.Typer()


@verb(app, LEADERSHIP)
def record(context: typer.Context, lang: Lang = None) -> Exit:
    """Print the record of processing of personal data, and an impact assessment to complete.

    Both are Markdown, filled in from the settings and seeds; what only the office knows is left open.

    Example:
      ronda record --lang en
    """
    settings = settings_of(context)
    from flows import record as document

    say(document.render(settings, lang or settings.lang))
    return Exit.DONE


@verb(app, ENGINEERS)
def verify(context: typer.Context) -> Exit:
    """Print a hash of every published table and check the published files.

    Two homes that print the same lines publish the same numbers.

    Example:
      ronda verify
    """
    settings = settings_of(context)
    from flows.publishing import database

    with (
        progress.step("Checking published files", "files") as checked,
        progress.step("Hashing published tables", "tables") as hashed,
    ):
        lines = database.verify(settings, checked, hashed)
    for line in lines:
        say(line)
    return Exit.DONE
