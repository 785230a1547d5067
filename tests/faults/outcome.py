"""What a family of faults came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is tried: kills at random moments, mutated exports, moments of power and space, and the seed."""

    kills: int = 6
    mutants: int = 200
    moments: int = 12
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row: a fault, how often it was tried, and how often something was lost, silently changed or left behind.

    All three must be zero; `became` says what became of the faults.
    """

    fault: str
    tried: int
    lost: int
    changed: int
    left: int
    became: str

    @property
    def is_survived(self) -> bool:
        """Whether it was tried and nothing came of it."""
        return self.tried > 0 and not (self.lost or self.changed or self.left)
