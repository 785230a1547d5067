"""One cell of one bucket that is compared with earlier ones: its counts, what they let expect, and what came of it."""

from dataclasses import dataclass, field

from flows.method import FAMILIES
from flows.trends import volumes
from flows.trends.readings import Cell


@dataclass(slots=True)
class Judged:
    """One cell of one bucket on its way to a row of trends.signals."""

    cell: Cell
    bucket: int
    reason: str | None = None
    platforms: tuple[str, ...] = ()
    baseline: list[int] = field(default_factory=list)
    observed: float | None = None
    posts: float | None = None
    exposure: float | None = None
    earlier: float = 0.0
    earlier_exposure: float = 0.0
    expected: float = 0.0
    pearson: float = 0.0
    freedom: int = 0
    volume: volumes.Volume | None = None
    dispersion: float | None = None
    p: float | None = None
    q: float | None = None
    tests: int | None = None
    bursts: list[int] = field(default_factory=list)
    limits: tuple[float, float] | None = None
    usual: tuple[int, int] | None = None

    @property
    def level(self) -> float:
        """The rate of false discoveries up to which a count of its family is a signal."""
        return FAMILIES[self.cell.family].level

    @property
    def is_signal(self) -> bool:
        """Whether the count is a discovery of its family."""
        return self.q is not None and self.q <= self.level

    @property
    def counts(self) -> tuple[int | None, int | None, float | None, float | None]:
        """What was observed, the posts, the exposure and, where it has a baseline, what was expected: as tables say."""
        observed, posts = (None if count is None else round(count) for count in (self.observed, self.posts))
        return observed, posts, self.exposure, self.expected if self.baseline else None

    @property
    def usual_limits(self) -> tuple[int | None, int | None]:
        """The counts between which 95 % of such buckets lie where nothing happens; none without a baseline."""
        return self.usual or (None, None)

    @property
    def scale(self) -> float:
        """Current over baseline exposure, so that expected = earlier x scale (platform by platform, for all)."""
        if self.earlier > 0:
            return self.expected / self.earlier
        return (self.exposure or 0.0) / self.earlier_exposure
