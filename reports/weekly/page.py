"""The weekly report as one self-contained HTML file: no request leaves the page, and no post's text can act in it."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.glyphs import legible
from reports.style import Chart
from reports.weekly.content import Content
from reports.weekly.evidence import Flagged
from reports.words import Words

SECTIONS = (
    *("situation", "changes", "declaration", "charts", "tables", "clocks", "evidence", "corrections", "quality"),
    *("method", "limits"),
)
TEXT_LIMIT = 2_000
_FOLDER = Path(__file__).parent


@cache
def environment(folder: Path = _FOLDER) -> Environment:
    """Templates of a folder: everything is escaped, an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def clipped(text: str, limit: int) -> str:
    """The text, cut at a limit with a sign that it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def data_address(chart: Chart) -> str:
    """The chart's SVG as an address that needs no request."""
    return "data:image/svg+xml;base64," + base64.b64encode(chart.svg.encode("utf-8")).decode("ascii")


def asset(name: str, folder: Path = _FOLDER) -> Markup:
    """A style sheet or script of ours, to be printed as it is."""
    return Markup((folder / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def script_hash(script: str) -> str:
    """The hash by which the page's security policy allows this one script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _shown(post: Flagged, words: Words) -> Flagged:
    return replace(
        post,
        text=legible(clipped(post.text, TEXT_LIMIT), words),
        why=legible(post.why, words),
        post_id=legible(post.post_id, words),
    )


def weekly_page(content: Content, charts: Sequence[Chart], words: Words, source: str) -> str:
    """The HTML of the weekly report."""
    script = asset("page.js")
    page = environment().get_template("page.html.j2")
    return page.render(
        content=replace(content, evidence=[_shown(post, words) for post in content.evidence]),
        charts=[{"title": chart.title, "alt": chart.alt, "source": data_address(chart)} for chart in charts],
        shown={group.key for group in content.groups},
        w=words,
        css=asset("page.css"),
        script=script,
        script_hash=script_hash(script),
        sections=SECTIONS,
        source=source,
    )
