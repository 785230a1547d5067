"""The two gates of a load: the shape of the files, then the loaded posts; verdicts are kept before a gate decides."""

from collections.abc import Sequence

import sql
from flows.exits import GateStoppedError
from flows.loading import load
from flows.loading.prepared import FileCounts
from flows.store import checks, warehouse
from flows.store.runs import Run

_CHECKED_ROWS = 200_000


def landing_gate(run: Run, files: Sequence[FileCounts]) -> dict[str, str]:
    """The sources whose shape has changed, with the sentence that says so; the others go on."""
    import pandas as pd

    from expectations.run import gate, validate_sources

    frame = pd.DataFrame(
        [
            {
                "source": item.landed.source,
                "file": item.landed.file,
                "records": item.records,
                "posts": item.accepted,
                "duplicates": 0,  # told apart from posts by the load
                "rejects": item.records - item.accepted,
                "unreadable": item.unreadable,
            }
            for item in files
        ]
    )
    verdicts = validate_sources(frame)
    run.add_verdicts([verdict.to_dict() for found in verdicts.values() for verdict in found])
    return {source: stop.sentence() for source, found in verdicts.items() if (stop := gate(found))}


def row_gate(connection: warehouse.Connection, run: Run) -> None:
    """The SQL checks before a load is committed; raises GateStoppedError, which rolls the load back."""
    results = checks.run_checks(connection, sql.FOLDER / "checks", "posts")
    run.add_verdicts([result.to_dict() for result in results])
    checks.stop_on(results)


def posts_gate(connection: warehouse.Connection, run: Run) -> None:
    """The expectations of the loaded window; raises GateStoppedError, which rolls the load back."""
    from expectations import posts as suites
    from expectations.run import gate, validate

    suite = suites.suite()
    frame = load.window(connection, tuple(suite.columns), _CHECKED_ROWS)
    verdicts = validate(frame, suite, empty_is_valid=not load.has_posts(connection))
    run.add_verdicts([verdict.to_dict() for verdict in verdicts])
    if stop := gate(verdicts):
        raise GateStoppedError(stop.sentence())
