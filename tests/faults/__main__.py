"""`python -m tests.faults [--kills 200] [--mutants 20000]`: what a home survives, as one table.

A row a fault: how often it was tried, how often something was lost, silently changed or left behind (all three must be
zero), and what became of it. Ends with 1 where a row is not as it must be.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults import damage, disk_full, kills, mutants, power_season, tested, traces
from tests.faults.outcome import Outcome, Scale

Family = Callable[[Path, Scale], Sequence[Outcome]]
# A new family is a module with such a function, and a row here.
FAMILIES: dict[str, Family] = {
    "power": power_season.run,
    "kills": kills.run,
    "disk": disk_full.run,
    "damage": damage.run,
    "mutants": mutants.run,
    "traces": traces.run,
    **tested.families(),
}
_COLUMNS = ("fault", "tried", "lost", "silently changed", "left behind", "what became of it")


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes, a line each."""
    rows = [
        _COLUMNS,
        *((each.fault, *map(str, (each.tried, each.lost, each.changed, each.left)), each.became) for each in outcomes),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS) - 1)]
    lines = []
    for row in rows:
        counts = (cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:], strict=True))
        lines.append("  ".join((row[0].ljust(widths[0]), *counts, row[-1])))
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> int:
    """Tries the families and prints their table."""
    default = Scale()
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=default.kills, help="kills at random moments")
    parser.add_argument("--mutants", type=int, default=default.mutants, help="mutated exports")
    parser.add_argument("--moments", type=int, default=default.moments, help="moments without power, or without space")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--only", action="append", choices=list(FAMILIES), help="this family; may be repeated")
    given = parser.parse_args(words)
    scale = Scale(given.kills, given.mutants, given.moments, given.seed)
    outcomes: list[Outcome] = []
    for name, family in FAMILIES.items():
        if given.only and name not in given.only:
            continue
        print(f"{name} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            outcomes += family(Path(folder), scale)
    print(table(outcomes))
    return 0 if all(each.is_survived for each in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
