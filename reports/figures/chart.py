"""A chart describes itself: what it draws, how, what it claims, and what it says to those who cannot see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reports.figures import style
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.reading.outcomes import Trends

Data = TypeVar("Data")


@dataclass(frozen=True)
class Picture:
    """A finished chart in both formats, and what to say where it cannot be seen.

    `title` is its claim, and `subtitle` and `note` stand with it; `head` and `foot` are the heights of these in mm.
    `values` are what its marks show on hovering, in the order of the drawing. One that `opens_at_end` shows its newest
    days first where a screen is too narrow for the whole.
    """

    name: str
    title: str
    alt: str
    svg: str
    png: bytes
    values: tuple[str, ...] = ()
    subtitle: str = ""
    note: str = ""
    head: float = 0.0
    foot: float = 0.0
    opens_at_end: bool = False


def always(_: Trends) -> bool:
    """A chart that every edition has, be it to say why there is nothing to draw."""
    return True


@dataclass(frozen=True)
class Chart(Generic[Data]):
    """One chart of the reports; its alternative text is the word `alt_<name>`.

    `data` takes what is drawn out of the tables, as plain values; `head` says what it claims of the week and what is
    measured; `draw` sets both on a figure and asks nothing else. `finding` is what the alternative text adds to the
    claim, `place` where the chart stands in the report, from 1; `is_due` whether the edition has it at all.
    """

    name: str
    data: Callable[[Trends, Scene], Data]
    head: Callable[[Trends, Scene], Head]
    draw: Callable[[Data, Scene, Head], style.Sheet]
    finding: Callable[[Trends, Scene], str]
    place: int
    is_due: Callable[[Trends], bool] = always
    opens_at_end: bool = False

    def figure(self, trends: Trends, scene: Scene) -> style.Sheet:
        """The chart of an edition, drawn."""
        return self.draw(self.data(trends, scene), scene, self.head(trends, scene))

    def picture(self, trends: Trends, scene: Scene) -> Picture:
        """The chart of an edition, drawn and described."""
        above = self.head(trends, scene)
        title = above.title
        about = scene.words(f"alt_{self.name}", week=str(scene.week), finding=self.finding(trends, scene))
        alt = f"{title}. {about}"
        figure = self.draw(self.data(trends, scene), scene, above)
        svg, png, values = style.save(figure, self.name, trends.facts.edition.local, alt)
        note = f"{above.note} {scene.source}".strip()
        return Picture(
            self.name, title, alt, svg, png, values, above.subtitle, note, figure.head, figure.foot, self.opens_at_end
        )
