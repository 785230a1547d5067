"""Mutated exports as a family: how many ended in counted records or a sentence."""

from pathlib import Path

from tests.faults import mutated_exports
from tests.faults.outcome import Outcome, Scale


def run(folder: Path, scale: Scale) -> list[Outcome]:
    """One row; a mutant that ends otherwise counts as a silent change."""
    result = mutated_exports.run(scale.mutants, scale.seed, folder, lambda _: None)
    ends = ", ".join(f"{number:,} {name}" for name, number in result.outcomes.most_common(4))
    became = "; ".join(map(str, result.faults)) or ends
    return [Outcome("mutated export", result.mutants, 0, len(result.faults), 0, became)]
