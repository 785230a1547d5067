"""`ronda rebuild`: the warehouse made anew from the landing and the ledger, and compared with the one before."""

from dataclasses import dataclass
from pathlib import Path

from flows.exits import RondaError, UsageError, WarehouseDamagedError
from flows.loading import proof
from flows.loading.pending import load_pending
from flows.loading.summary import LoadSummary
from flows.progress import Advance, unseen
from flows.publishing import releases
from flows.publishing.build import build_tables
from flows.settings import Settings
from flows.store import chain, tables, warehouse
from flows.store.runs import recorded


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A warehouse made anew: what was loaded, how many tables, and in what it is not the one before.

    `compared` is with what: "the tables before", "the published tables", or nothing.
    """

    summary: LoadSummary
    tables: int
    compared: str
    differences: tuple[str, ...]
    expired: int = 0  # landed files that are gone on purpose

    def sentences(self) -> list[str]:
        """For a terminal."""
        lines = [*self.summary.untaken, f"Made anew from the landing and the ledger: {self.summary.sentence()}"]
        if self.expired:
            lines.append(
                f"{self.expired:,} landed files have expired: their posts are not in the tables any more; the ledger"
                " keeps the numbers that were published."
            )
        if not self.compared:
            return [*lines, f"{self.tables:,} tables; there are none to compare them with."]
        if not self.differences:
            return [*lines, f"{self.tables:,} tables, equal to {self.compared}."]
        return [*lines, f"{self.tables:,} tables; other than {self.compared}:", *(f"  {x}" for x in self.differences)]


def rebuild(settings: Settings, advance: Advance = unseen) -> Rebuilt:
    """Makes the warehouse anew beside the old one, which it replaces by one rename when it is whole.

    The old one stays where the landing or the ledger is not whole (LedgerDamagedError), a gate stops
    (GateStoppedError), or it counts posts of files that have expired (UsageError). `advance` is told the bytes that
    were read. The caller holds the home.
    """
    if expired := expired_and_counted(settings.home):
        raise UsageError(
            f"{expired:,} landed files have expired, and their posts are counted by these tables alone, which stay."
            " Where they are damaged, move warehouse.duckdb out of the home, keep it, and run it again."
        )
    before, compared = _before(settings)
    with recorded(settings.home, "rebuild", {}) as run:
        with warehouse.made_anew(settings.home) as draft:
            summary = load_pending(settings, run, advance=advance)
            build_tables(settings)
            after = tables.table_hashes(draft, unseen)
        expired = len(proof.expired_files(chain.read(settings.home)))
        done = Rebuilt(summary, len(after), compared, _differences(before, after) if compared else (), expired)
        run.note(message=" ".join(done.sentences()[-1 - len(done.differences) :]))
    return done


def expired_and_counted(home: Path) -> int:
    """How many landed files have expired whose posts the warehouse still counts; zero where it cannot be asked."""
    expired = proof.expired_files(chain.read(home))
    if not expired or not (home / "warehouse.duckdb").exists():
        return 0
    try:
        with warehouse.as_it_is(home / "warehouse.duckdb") as connection:
            rows = connection.execute("SELECT file_id FROM base.loads").fetchall()
    except (WarehouseDamagedError, warehouse.DatabaseError):
        return 0
    return len(expired & {row[0] for row in rows})


def _before(settings: Settings) -> tuple[list[str], str]:
    """The hashes of the tables there are, and what those are: of the warehouse, else of what is published."""
    release = releases.published_folder(settings.home)
    places = [(settings.home / "warehouse.duckdb", "the tables before")]
    places += [(release / "ronda.duckdb", "the published tables")] if release is not None else []
    for path, name in places:
        if hashes := _hashes(path):
            return hashes, name
    return [], ""


def _hashes(path: Path) -> list[str]:
    """The hashes of the tables of a database; none of one that is not there or cannot be read."""
    if not path.exists():
        return []
    try:
        return tables.table_hashes(path, unseen)
    except (RondaError, warehouse.DatabaseError):
        return []


def _differences(before: list[str], after: list[str]) -> tuple[str, ...]:
    """The tables that are not the same, with their rows before and now."""
    old, new = _by_name(before), _by_name(after)
    return tuple(
        f"{name}: {old[name][1] if name in old else 'not there'} before, {new[name][1] if name in new else 'gone'} now"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def _by_name(lines: list[str]) -> dict[str, tuple[str, str]]:
    parts = [line.split("  ") for line in lines]
    return {name: (digest, rows) for digest, name, rows in parts}
