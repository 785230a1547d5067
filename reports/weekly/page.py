"""The weekly report as one self-contained HTML file: no request leaves the page, and no post's text can act in it."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from reports.figures import style
from reports.figures.chart import Picture
from reports.weekly.blocks import Block
from reports.weekly.content import Content
from reports.weekly.grid import grid
from reports.weekly.posts import Flagged
from reports.weekly.sections.beside import SideBySide
from reports.wording.glyphs import legible
from reports.wording.words import DASH, DATE, THIN, Words, clipped

TEXT_LIMIT = 2_000
# head, class of the column, what stands in it
EVIDENCE = (
    ("time", "when", "time"),
    ("text", "what", "text"),
    ("indication", "", "indications"),
    ("why", "why", "why"),
    ("limit", "day", "limit"),
    ("topic", "", "topics"),
    ("district", "", "districts"),
    ("reach", "", "responses"),
)
_SORTED_BY = {"time": "sort_time", "limit": "sort_limit"}
_PER_CENT = re.compile(r"(?<=\d) (?=%)")
_HELD = re.compile(  # 5–11 Feb 2024, 2024-W07-1, 2024-02-12, H-44, hari-H, 7/hari, 5–11: a browser would break them
    DATE
    + r"|\b(?:(?:backlog-)?\d{4}-W\d{2}-\d+(?:-\w+)?\.xlsx|\d{4}-(?:W\d{2}(?:-\d+)?|\d{2}-\d{2})"
    + r"|[HD][-+]\d+|hari-H|\d[\d.,]*/[a-z]+|\d{1,2}–\d{1,2})(?![\w-])"
)
_FOLDER = Path(__file__).parent


@cache
def environment(folder: Path = _FOLDER) -> Environment:
    """Templates of a folder, rendered with the words as `w`: every text is made legible and escaped, an unknown name is
    an error."""
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=_shown_text,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["held"] = _held
    return templates


@pass_context
def _shown_text(context: Context, value: Any) -> Any:
    """Whatever a template prints: texts that are no markup of ours show their control characters."""
    return legible(value, context["w"]) if isinstance(value, str) and not isinstance(value, Markup) else value


@pass_context
def _held(context: Context, text: str) -> Markup:
    return held(legible(text, context["w"]))


def held(text: str) -> Markup:
    """The text as markup, in which dates, weeks, publications, countdowns and per cents stay on one line."""
    joined = str(escape(_PER_CENT.sub(THIN, text)))
    return Markup(_HELD.sub(r'<span class="held">\g<0></span>', joined))  # noqa: S704 - escaped above


def inline(picture: Picture) -> Markup:
    """The chart as part of the page, so that its marks tell their values: its text is `alt`.

    What stands above and below it is left out, since the page sets that as text, and so is every id that nothing uses.
    """
    svg = picture.svg[picture.svg.index("<svg") :]
    svg = re.sub(r"<(metadata|style)\b.*?</\1>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(rf'<g id="[^"]*-({style.HEAD}|{style.FOOT})">.*?</g>\s*', "", svg, flags=re.DOTALL)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda found: found.group() if found[1] in used else "", svg)
    svg = re.sub(r"\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    opening, _, rest = svg.partition(">")
    wide, tall = (float(side) for side in opening.partition('viewBox="0 0 ')[2].partition('"')[0].split())
    above, below = (height * 72 / style.MM for height in (picture.head, picture.foot))
    head = (
        f'<svg role="img" aria-label="{escape(picture.alt)}" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 {above:.2f} {wide:g} {tall - above - below:.2f}"'
    )
    drawn = re.sub(r">\s+<", "><", rest)
    return Markup(f"{head}>{drawn}")  # noqa: S704 - drawn by us, its texts escaped by the drawer


def drawing(svg: str) -> Markup:
    """A small chart of ours, to be printed as it is."""
    return Markup(svg)  # noqa: S704 - drawn by us, its texts escaped by the drawer


def choices(posts: Sequence[Flagged], part: str) -> list[str]:
    """What the posts hold of one part, each value once, in alphabetical order."""
    return sorted({value for post in posts for value in getattr(post, part).split("; ")})


def weeks_data(content: Content) -> Markup:
    """The numbers of the weeks that can stand beside this one, as JSON that no browser takes for markup."""
    compared = next(
        (block.beside for section in content.sections for block in section.blocks if isinstance(block, SideBySide)),
        None,
    )
    tables = compared.tables if compared else []
    data = {
        "heads": compared.heads if compared else {},
        "tables": {
            table.name: {
                week: {code: [cells[code], table.change[week][code]] for code, _ in table.rows}
                for week, cells in table.before.items()
            }
            for table in tables
        },
    }
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no character of it begins a tag


def asset(name: str, folder: Path = _FOLDER) -> Markup:
    """A style sheet or script of ours, to be printed as it is."""
    return Markup((folder / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def script_hash(script: str) -> str:
    """The hash by which the page's security policy allows this one script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _shown(post: Flagged) -> Flagged:
    return replace(post, text=clipped(post.text, TEXT_LIMIT))


def _columns(posts: Sequence[Flagged]) -> list[tuple[str, str, str, str]]:
    """The columns of the posts that hold more than dashes: head, class, what stands there, what they are sorted by."""
    return [
        (head, style, name, _SORTED_BY.get(name, name))
        for head, style, name in EVIDENCE
        if any(getattr(post, name) != DASH for post in posts)
    ]


def weekly_page(content: Content, words: Words, source: str) -> str:
    """The HTML of the weekly report."""

    def draw(block: Block) -> Markup:
        markup: Markup = getattr(kinds, block.kind)(block)
        return markup

    kinds = (
        environment()
        .get_template("blocks.html.j2")
        .make_module(
            {
                "w": words,
                "draw": draw,
                "grid": grid,
                "inline": inline,
                "drawing": drawing,
                "choices": choices,
                "columns_of": _columns,
                "shown": lambda posts: [_shown(post) for post in posts],
            }
        )
    )
    script = asset("page.js")
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            content=content,
            draw=draw,
            w=words,
            css=asset("page.css"),
            script=script,
            script_hash=script_hash(script),
            source=source,
            weeks=weeks_data(content),
        )
    )
