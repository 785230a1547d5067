"""A chart describes itself: what it draws, how, and what it says to those who cannot see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.scene import Scene
from reports.reading.outcomes import Trends

Data = TypeVar("Data")


@dataclass(frozen=True)
class Picture:
    """A finished chart in both formats, and what to say where it cannot be seen."""

    name: str
    title: str
    alt: str
    svg: str
    png: bytes


@dataclass(frozen=True)
class Chart(Generic[Data]):
    """One chart of the reports; its title, note and alternative text are the words `chart_`, `note_` and `alt_<name>`.

    `data` takes what is drawn out of the tables, as plain values; `draw` sets them on a figure and asks nothing else;
    `finding` is what the alternative text says of the week, `place` where the chart stands in the report, from 1.
    """

    name: str
    data: Callable[[Trends, Scene], Data]
    draw: Callable[[Data, Scene], Figure]
    finding: Callable[[Trends, Scene], str]
    place: int

    def picture(self, trends: Trends, scene: Scene) -> Picture:
        """The chart of an edition, drawn and described."""
        alt = scene.words(f"alt_{self.name}", week=str(scene.week), finding=self.finding(trends, scene))
        figure = self.draw(self.data(trends, scene), scene)
        svg, png = style.save(figure, trends.facts.edition.local, alt)
        return Picture(self.name, scene.words(f"chart_{self.name}"), alt, svg, png)
