"""The charts of the weekly report: to add one, write its module in this room, and its words."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from reports import figures
from reports.figures import style
from reports.figures.chart import Chart, Picture
from reports.figures.scene import scene_of
from reports.reading.outcomes import Trends
from reports.wording.words import Words


def _charts() -> tuple[Chart[Any], ...]:
    """The chart of every module of this room that has one, in reading order."""
    names = [module.name for module in iter_modules(figures.__path__) if module.name != "charts"]
    modules = [import_module(f"{figures.__name__}.{name}") for name in names]
    charts: list[Chart[Any]] = [module.CHART for module in modules if hasattr(module, "CHART")]
    return tuple(sorted(charts, key=lambda chart: chart.place))


CHARTS = _charts()


def pictures(trends: Trends, words: Words, charts: Sequence[Chart[Any]] = CHARTS) -> list[Picture]:
    """Those of the charts that an edition has, drawn and described, in the order given."""
    scene = scene_of(trends.facts, words)
    with style.contract():
        return [chart.picture(trends, scene) for chart in charts if chart.is_due(trends)]


def write_pictures(drawn: Sequence[Picture], folder: Path) -> None:
    """Writes `<name>.svg` and `<name>.png` of each picture into a folder, which is created."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in drawn:
        (folder / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8", newline="\n")
        (folder / f"{picture.name}.png").write_bytes(picture.png)
