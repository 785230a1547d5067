"""The build: every core and trend table anew, in one transaction."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import sql
from flows import labels, trends
from flows.loading import desk, proof
from flows.publishing import ledger, losses, publications
from flows.publishing.losses import Loss
from flows.reviewing import log
from flows.settings import Settings
from flows.store import models, tables, warehouse
from flows.store.chain import Entry
from flows.store.runs import read_runs
from flows.store.watch_history import read_watch

Told = Callable[[warehouse.Connection, models.Model], None]


def build_tables(settings: Settings, told: Told | None = None) -> int:
    """Rebuilds every core and trend table in one transaction; gives their number. `told` hears of each.

    Raises LedgerDamagedError when a part of the landing that is not loaded cannot be seen, or the ledger is not what
    was stated, and GateStoppedError when posts of published weeks are gone without a reason; the tables stay then.
    """
    built = models.read_models(sql.FOLDER)
    with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
        proof.require_seen(settings.home, connection)
        entries = _build(settings, connection, built, told)
        losses.stop_on_losses(settings, connection, entries)
    return len(built)


def give_up_losses(settings: Settings, week: str) -> list[Loss]:
    """Rebuilds every table although posts of a published week are gone, which the chain then states as given up.

    For a person who has no backup of what is gone; gives what was given up. The caller holds the warehouse.
    """
    with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
        _build(settings, connection, models.read_models(sql.FOLDER))
        lost = [loss for loss in losses.losses(connection) if loss.week == week]
    losses.give_up(settings.home, lost)
    return lost


def _build(
    settings: Settings, connection: warehouse.Connection, built: Sequence[models.Model], told: Told | None = None
) -> Sequence[Entry]:
    """Builds the tables inside the caller's transaction; gives the chain they were built with."""
    models.load_seeds(connection, settings.seeds)
    tables.write_runs(connection, read_runs(settings.home))
    tables.write_watches(connection, read_watch(settings.home))
    tables.write_label_quality(connection, labels.label_quality(settings.seeds))
    entries = ledger.settle(settings.home)
    losses.load_forgotten(connection, entries)
    publications.load_publications(connection, settings.home)
    log.require_stated(settings.home, entries)
    log.state_head(settings.home)
    desk.load_reviews(connection, settings, datetime.now(UTC))
    models.build(connection, built, trends.METHODS, told=told)
    return entries
