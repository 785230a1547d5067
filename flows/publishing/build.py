"""The build: every core and trend table anew, in one transaction."""

import sql
from flows import labels, trends
from flows.loading import proof
from flows.publishing import publications
from flows.settings import Settings
from flows.store import models, tables, warehouse
from flows.store.runs import read_runs
from flows.store.watch_history import read_watch


def build_tables(settings: Settings) -> int:
    """Rebuilds every core and trend table in one transaction; gives their number.

    Raises LedgerDamagedError when a part of the landing that is not loaded cannot be seen: it would be missed.
    """
    built = models.read_models(sql.FOLDER)
    with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
        proof.require_seen(settings.home, connection)
        models.load_seeds(connection, settings.seeds)
        tables.write_runs(connection, read_runs(settings.home))
        tables.write_watches(connection, read_watch(settings.home))
        tables.write_label_quality(connection, labels.label_quality(settings.seeds))
        publications.load_publications(connection, settings.home)
        models.build(connection, built, trends.METHODS)
    return len(built)
