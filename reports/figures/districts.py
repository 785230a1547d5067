"""The kecamatan as tiles laid out like the map: how many posts of the week name each, and how many name none."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from flows.method import METHOD
from reports.figures import style
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.reading.outcomes import Trends
from reports.wording.counts import shielded
from reports.wording.words import Words

UNKNOWN = "unknown"  # the code of posts that name no kecamatan
_HIGH, _BAR = 15.0, 5.5  # mm
_STEPS = (1, 2, 4)  # in quarters of the largest count, from which on a tile is darker


@dataclass(frozen=True)
class Tile:
    """One kecamatan: its name, the posts that name it (None: not known), what is printed, and its place on the map."""

    name: str
    posts: int | None
    text: str
    place: tuple[int, int] | None  # row and column from 1; None where the seed has no layout
    is_signal: bool


@dataclass(frozen=True)
class Map:
    """The tiles, and the posts of the week that name a place of none of them."""

    tiles: Sequence[Tile]
    unknown: int
    total: int


def data(trends: Trends, scene: Scene) -> Map:
    """The posts of the week's buckets together, closed where they are too few to be shown."""
    facts = trends.facts
    known = {code: [count for count in each if count is not None] for code, each in facts.posts_by_district}
    counts = {code: sum(of_buckets) if of_buckets else None for code, of_buckets in known.items()}
    unknown = counts.pop(UNKNOWN, None)
    places = {
        row["code"]: (int(row["tile_row"]), int(row["tile_column"]))
        for row in facts.tables["seeds.places"].iter_rows(named=True)
        if row.get("tile_row") and row.get("tile_column")
    }
    has_layout = set(counts) <= set(places)
    signals = {signal.subject for signal in trends.told if signal.family == "districts"}
    texts = shielded(list(counts.values()), scene.words)
    tiles = [
        Tile(facts.label("places", code), count, text, places[code] if has_layout else None, code in signals)
        for (code, count), text in zip(counts.items(), texts, strict=True)
    ]
    return Map(tiles, unknown or 0, facts.total("posts"))


def head(trends: Trends, scene: Scene) -> Head:
    """The kecamatan that most posts name, and how few name any."""
    words = scene.words
    drawn = data(trends, scene)
    known = [tile for tile in drawn.tiles if tile.posts is not None and tile.posts >= METHOD.smallest_cell]
    title = words("chart_districts")
    if known:
        most = max(known, key=lambda tile: tile.posts or 0)
        title = words("chart_districts_most", name=most.name, posts=words.number(most.posts))
    return Head(title, words("sub_districts", days=_days(trends, words)), words("note_districts"))


def _days(trends: Trends, words: Words) -> str:
    """The days that are counted, and of which phases they are where there are several."""
    facts = trends.facts
    seen = [each for each in facts.buckets if (row := facts.measure(each)) and row["posts"]] or facts.buckets
    days = words.short_days(seen[0].first_day, seen[-1].last_day)
    if len(seen) == 1:
        return days
    phases = words.listed([words(f"phase_{each.phase}").lower() for each in seen])
    return words("days_of_phases", days=days, phases=phases)


def finding(trends: Trends, scene: Scene) -> str:
    """The posts of every kecamatan as they are printed, and those without a place."""
    words = scene.words
    drawn = data(trends, scene)
    items = [words("alt_item_value", name=tile.name, value=tile.text) for tile in drawn.tiles]
    items.append(words("alt_item_value", name=words("district_unknown"), value=words.number(drawn.unknown)))
    return ", ".join(items)


def is_due(trends: Trends) -> bool:
    """An edition in which no kecamatan is known has no such chart."""
    return any(any(counts) for _, counts in trends.facts.posts_by_district)


def draw(drawn: Map, scene: Scene, above: Head) -> style.Sheet:
    """The tiles in their places, else as bars by size; below them the share without a known place."""
    has_layout = all(tile.place for tile in drawn.tiles)
    rows = max((tile.place[0] for tile in drawn.tiles if tile.place), default=0)
    high = rows * _HIGH if has_layout else len(drawn.tiles) * _BAR
    with style.sheet(scene, above, high + 14) as figure:
        axes = style.axes(figure, (0, 1, style.WIDTH, high))
        (_tiles if has_layout else _bars)(axes, scene, drawn.tiles)
        _unknown(style.axes(figure, (0, high + 3.5, style.WIDTH, 9)), scene, drawn)
    return figure


def _shade(count: int, most: int) -> str:
    return style.TILES[sum(count * 4 >= step * most for step in _STEPS)]


def _value(scene: Scene, tile: Tile) -> str:
    return f"{tile.name}: {tile.text} {scene.words('unit_posts')}"


def _tiles(axes: Axes, scene: Scene, tiles: Sequence[Tile]) -> None:
    """A square a kecamatan; a closed count has the lightest shade, an unusual one a frame in the accent."""
    columns = max(tile.place[1] for tile in tiles if tile.place)
    wide = style.WIDTH / columns
    rows = max(tile.place[0] for tile in tiles if tile.place)
    style.bare(axes, (0, style.WIDTH), (rows * _HIGH, 0))
    most = max([1, *(tile.posts or 0 for tile in tiles)])
    for tile in tiles:
        row, column = tile.place or (1, 1)
        left, top = (column - 1) * wide, (row - 1) * _HIGH
        is_open = tile.posts is not None and tile.text == scene.words.number(tile.posts)
        fill = _shade(tile.posts or 0, most) if is_open else style.TILES[0]
        edge = style.ACCENT if tile.is_signal else style.PAPER
        square = Rectangle(
            (left + 0.6, top + 0.6), wide - 1.2, _HIGH - 1.2, facecolor=fill, edgecolor=edge, linewidth=1.2
        )
        style.hover(square, _value(scene, tile))
        axes.add_patch(square)
        axes.text(left + 2.2, top + 4.4, tile.name, fontsize=style.BASE, va="center")
        axes.text(left + 2.2, top + 10.2, tile.text, fontsize=style.TITLE, fontweight="bold", va="center")


def _bars(axes: Axes, scene: Scene, tiles: Sequence[Tile]) -> None:
    """A bar a kecamatan, the most named first."""
    ordered = sorted(tiles, key=lambda tile: (-(tile.posts or 0), tile.name))
    most = max([1, *(tile.posts or 0 for tile in tiles)])
    style.bare(axes, (-40 / 120 * most, most * 1.1), (len(ordered) - 0.5, -0.5))
    for row, tile in enumerate(ordered):
        is_open = tile.posts is not None and tile.text == scene.words.number(tile.posts)
        long = (tile.posts or 0) if is_open else 0
        bar = Rectangle((0, row - 0.36), long, 0.72, facecolor=style.ACCENT if tile.is_signal else style.TILES[-1])
        style.hover(bar, _value(scene, tile))
        axes.add_patch(bar)
        axes.text(-0.01 * most, row, tile.name, ha="right", va="center")
        axes.text(long + 0.01 * most, row, tile.text, va="center")


def _unknown(axes: Axes, scene: Scene, drawn: Map) -> None:
    """One bar over the whole width: the share of the week's posts that name no kecamatan."""
    words = scene.words
    share = drawn.unknown / drawn.total if drawn.total else 0.0
    style.bare(axes, (0, 1), (1, 0))
    for left, wide, colour in ((0.0, share, style.FAINT), (share, 1 - share, style.TILES[-1])):
        axes.add_patch(Rectangle((left, 0.5), wide, 0.5, facecolor=colour, linewidth=0))
    text = words("district_unknown_share", share=words.percent(share), posts=words.number(drawn.unknown))
    axes.text(0, 0.2, text, va="center")
    style.zone(axes, (0, 0, 1, 1), text)


CHART = Chart("districts", data, head, draw, finding, place=7, is_due=is_due)
