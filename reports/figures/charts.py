"""The charts of the weekly report, in reading order: to add one, write its module and name it here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reports.figures import corrections, coverage, indications, overlay, sentiment, signals, topics, volume
from reports.figures.chart import Chart, Picture
from reports.figures.scene import scene_of
from reports.reading.outcomes import Trends
from reports.wording.words import Words

CHARTS: tuple[Chart[Any], ...] = (
    signals.CHART,
    volume.CHART,
    sentiment.CHART,
    indications.CHART,
    topics.CHART,
    coverage.CHART,
    corrections.CHART,
    overlay.CHART,
)


def pictures(trends: Trends, words: Words, charts: Sequence[Chart[Any]] = CHARTS) -> list[Picture]:
    """Charts of an edition, drawn and described, in the order given."""
    scene = scene_of(trends.facts, words)
    return [chart.picture(trends, scene) for chart in charts]


def write_pictures(drawn: Sequence[Picture], folder: Path) -> None:
    """Writes `<name>.svg` and `<name>.png` of each picture into a folder, which is created."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in drawn:
        (folder / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8", newline="\n")
        (folder / f"{picture.name}.png").write_bytes(picture.png)
