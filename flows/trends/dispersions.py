"""How much more counts spread than independent events do.

The dispersion is Pearson's statistic of the baselines over its degrees of freedom, at least 1 (McCullagh & Nelder 1989,
section 4.5.2). It is pooled over the family's cells, each weighted by 1 - 1 / its count, since a cell in which one
event was seen always gives 1; where the cells of a platform, or of all together, give more, that holds. Classes of
indication differ in how they come, so that one whose own cells give more than its family's has more: its own, drawn to
the family's by one degree of freedom, as that of a class of few events is the family's. A share that
wanders spreads the more the more is expected, so that the dispersion of a topic rises with its expected count where
the family's cells say so (least squares, never falling).
"""

from math import fsum

from flows.method import FAMILIES
from flows.trends.judged import Judged
from flows.trends.readings import ALL, Cell

# Families of shares whose many subjects go from large to small.
INDICATIONS = "indications"
SIZED = frozenset(name for name, family in FAMILIES.items() if family.is_share and family.subjects)


def dispersions(group: list[Judged]) -> dict[Cell, float]:
    """The dispersion of each cell: the family's, its platform's or its class's, and of topics by their size."""
    own = {
        platform: _pooled([item for item in group if item.cell.platform == platform])
        for platform in {item.cell.platform for item in group}
    }
    apart = [item for item in group if item.cell.platform != ALL]
    family = _pooled(apart)
    level, rise = _rise(apart)
    classes = _of_classes(apart, family)
    return {
        item.cell: max(1.0, own[item.cell.platform] / family)
        * max(1.0, classes.get(item.cell.subject, family) / family)
        * (level + rise * item.expected if rise > 0 else family)
        for item in group
    }


def _of_classes(items: list[Judged], family: float) -> dict[str, float]:
    """The dispersion of each class of indication over its platforms, drawn to the family's by one degree of freedom."""
    classes: dict[str, list[Judged]] = {}
    for item in items:
        if item.cell.family == INDICATIONS:
            classes.setdefault(item.cell.subject, []).append(item)
    sums = {subject: _sums(of_class) for subject, of_class in classes.items()}
    return {subject: (family + pearson) / (1 + freedom) for subject, (pearson, freedom) in sums.items()}


def _rise(items: list[Judged]) -> tuple[float, float]:
    """The dispersion of a share of nothing, at least 1, and by how much it rises with each text that is expected.

    No rise where the family's subjects are not those of a seed: few cells do not tell their size from their nature.
    """
    sized = [item for item in items if item.freedom and item.cell.family in SIZED]
    freedom = fsum(item.freedom for item in sized)
    if not freedom:
        return 1.0, 0.0
    middle = fsum(item.freedom * item.expected for item in sized) / freedom
    pooled = fsum(item.pearson for item in sized) / freedom
    spread = fsum(item.freedom * (item.expected - middle) ** 2 for item in sized)
    rise = fsum((item.pearson - item.freedom * pooled) * (item.expected - middle) for item in sized)
    rise = rise / spread if spread > 0 else 0.0
    level = pooled - rise * middle
    if level < 1 and middle > 0:  # the line through 1
        level, rise = 1.0, max(0.0, pooled - 1) / middle
    return max(1.0, level), rise


def _pooled(items: list[Judged]) -> float:
    pearson, freedom = _sums(items)
    return max(1.0, pearson / freedom) if freedom else 1.0


def _sums(items: list[Judged]) -> tuple[float, float]:
    """Pearson's statistic of cells and its degrees of freedom, each cell weighted by 1 - 1 / its count."""
    weights = [1 - 1 / max(1.0, item.earlier) for item in items]
    freedom = fsum(weight * item.freedom for weight, item in zip(weights, items, strict=True))
    pearson = fsum(weight * item.pearson for weight, item in zip(weights, items, strict=True))
    return pearson, freedom
