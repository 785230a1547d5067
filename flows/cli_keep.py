"""Verbs that keep what ronda holds, or account for it: whole, provable, and no longer than it may be."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows import cli_call, progress
from flows.cli_call import ENGINEERS, LEADERSHIP, Lang, settings_of, verb
from flows.exits import Exit
from flows.post import Platform
from flows.progress import say
from flows.settings import Settings

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


def forget_removed(settings: Settings, code: Exit, *, is_built: bool) -> Exit:
    """After an import: takes the posts that it said are removed out of the home; gives the exit code of both.

    `is_built` as `living.settle` has it.
    """
    from flows.forgetting import removed
    from flows.store.warehouse import exclusive

    with exclusive(settings.home):
        forgotten = removed.forget(settings, datetime.now(UTC), is_built=is_built)
    if forgotten.landed.records or forgotten.weeks:
        say(forgotten.sentence())
    for sentence in forgotten.landed.left:
        say(sentence)
    return Exit.REFUSED if forgotten.landed.left and code is Exit.DONE else code


@verb(app, ENGINEERS)
def check(
    context: typer.Context,
    read_data: Annotated[
        bool, typer.Option("--read-data", help="read every byte; without it: names, sizes and the chain only")
    ] = False,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="repair what can be repaired without loss; remove what killed runs left"),
    ] = False,
    restart_chain: Annotated[
        bool,
        typer.Option(
            "--restart-chain",
            help="with --repair: where the chain is damaged and no backup exists, keep it aside and begin a new one;"
            " what lies in the home is then taken for true, and reasons of erasures are forgotten",
        ),
    ] = False,
    accept_loss: Annotated[
        str | None,
        typer.Option(
            "--accept-loss",
            metavar="NAME",
            help="give up what no backup brings back: a landed file, a publication or the posts of a week, by the name"
            " that check prints; the chain keeps that it was given up",
        ),
    ] = None,
) -> Exit:
    """Say what of the home is whole, what is damaged, and what can be repaired and from what.

    Importing the intact original of a damaged landed file repairs it. Exit code 3 when anything is damaged.

    Example:
      ronda check --read-data
    """
    settings = settings_of(context)
    from flows.keeping import accepting, checking

    if accept_loss is not None:
        accepting.accept_loss(settings, accept_loss, say)
        return Exit.DONE
    return checking.run_check(settings, say, reads_data=read_data, repairs=repair, restarts_chain=restart_chain)


@verb(app, ENGINEERS)
def rebuild(context: typer.Context) -> Exit:
    """Make the private tables anew from the landing and the ledger, and say whether they are the same.

    The old ones stay until the new ones are whole.

    Example:
      ronda rebuild
    """
    settings = settings_of(context)
    from flows.keeping import rebuilding
    from flows.store.warehouse import exclusive

    with exclusive(settings.home), progress.step("Reading what landed", "bytes") as advance:
        done = rebuilding.rebuild(settings, advance)
    for line in done.sentences():
        say(line)
    return Exit.REFUSED if done.summary.untaken else Exit.DONE


@verb(app, ENGINEERS)
def backup(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="a folder of its own, best on another disk")],
    drop_earlier: Annotated[
        bool,
        typer.Option("--drop-earlier", help="keep this state alone: what was erased or expired leaves the backup"),
    ] = False,
) -> Exit:
    """Copy what cannot be rebuilt, as it is settled now, and prove the copies.

    Safe while a run is going on. What did not change since the last backup is not copied again. Keep the folder as
    closed as the home: posts and the key are in it.

    Example:
      ronda backup /mnt/disk/ronda
    """
    settings = settings_of(context)
    from flows.keeping import backups

    with progress.step("Copying", "bytes") as advance:
        return backups.run_backup(settings, target, say, advance, drops_earlier=drop_earlier)


@verb(app, ENGINEERS)
def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="the folder of the backup")],
    state: Annotated[
        str | None, typer.Option(metavar="NAME", help="an earlier state, by its name in the folder states")
    ] = None,
) -> Exit:
    """Bring a backup back into an empty home, and prove it before saying so.

    Tables and reports are not in a backup: they are made anew as it says in the end.

    Example:
      ronda restore /mnt/disk/ronda
    """
    settings = settings_of(context)
    from flows.keeping import restoring

    with progress.step("Copying", "bytes") as advance:
        return restoring.run_restore(settings, source, state, say, advance)


@verb(app, ENGINEERS)
def erase(  # noqa: PLR0913, PLR0917 - what may be named
    context: typer.Context,
    post: Annotated[list[str] | None, typer.Option(metavar="PLATFORM/ID", help="a post; may be given again")] = None,
    author: Annotated[str | None, typer.Option(metavar="HANDLE", help="an account, with all it wrote")] = None,
    platform: Annotated[
        Platform | None, typer.Option(metavar="NAME", help="where the account is; without it: all")
    ] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="a CSV with the columns platform and post_id")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would go, and write nothing")] = False,
) -> Exit:
    """Erase posts at the request of a person, from everything ronda keeps and publishes, for good.

    Numbers that were published stay. What a case needs (holds.csv) stays too, and is named.

    Example:
      ronda erase --author @warga.contoh --platform tiktok
    """
    settings = settings_of(context, writes=not dry_run)
    from flows.forgetting import erasure

    request = erasure.read_request(post or [], author, platform, listed)
    return erasure.run(settings, request, datetime.now(UTC), say, dry_run=dry_run)


@verb(app, ENGINEERS)
def expire(
    context: typer.Context,
    as_of: Annotated[
        str | None,
        typer.Option(parser=cli_call.moment, metavar="MOMENT", help="as if it were that moment; without it: now"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be emptied, and write nothing")] = False,
) -> Exit:
    """Empty what is past its retention (retention.csv), everywhere, and prove it by a search.

    Numbers stay. What a case needs (holds.csv) stays too, and is named.

    Example:
      ronda expire --dry-run
    """
    settings = settings_of(context, writes=not dry_run)
    from flows.forgetting import expiry

    moment = datetime.fromisoformat(as_of) if as_of else datetime.now(UTC)
    return expiry.run(settings, moment, say, dry_run=dry_run)


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
