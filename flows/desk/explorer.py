"""The pages of the explorer: search and facets over the published posts, two weeks side by side, copied texts.

Coders have no right to it: it shows what the labels flagged, and they judge without knowing that.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from starlette.responses import Response

from flows.desk import chart, copies, search
from flows.desk.guard import Asked
from flows.desk.release import NothingPublishedError, Release, TooLongError
from flows.desk.room import SEERS, Page, Room
from flows.desk.search import Coverage, Found, Search
from flows.desk.words import platforms, words_of
from flows.exits import RondaError
from flows.method import METHOD
from flows.seeds import read_seed
from reports.wording.words import Words

_SHOWN = ("platform", "topik", "jenis", "kecamatan", "fase", "tagar", "akun")  # facets as tables of bars
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute
_ACCOUNT_DIGITS = 8  # of an account's key that are shown


class _Names(NamedTuple):
    """What the values of facets are called, and how numbers are written."""

    say: Words
    names: Mapping[str, Mapping[str, str]]

    def of(self, facet: str, value: str) -> str:
        """The name of a value."""
        if facet == "akun":
            return value[:_ACCOUNT_DIGITS]
        if facet == "tagar":
            return f"#{value.lstrip('#')}"
        return self.names.get(facet, {}).get(value, value)

    def listed(self, facet: str, values: Sequence[str] | None) -> str:
        """The names of several values."""
        return ", ".join(self.of(facet, value) for value in values or ())


@cache
def _names(seeds: Path, lang: str) -> _Names:
    def labels(seed: str, key: str = "code", label: str = f"label_{lang}") -> dict[str, str]:
        return {row[key]: row[label] for row in read_seed(seed, seeds)}

    districts = {row["code"]: row["name"] for row in read_seed("places", seeds) if row["kind"] == "district"}
    names = {
        "platform": {platform: name for platform, (name, _) in platforms().items()},
        "topik": labels("topics"),
        "jenis": labels("indications"),
        "fase": labels("calendar", "phase"),
        "kecamatan": dict(sorted(districts.items(), key=lambda each: each[1])),
    }
    return _Names(Words("en" if lang == "en" else "id"), names)


def _answer(room: Room, asked: Asked, draw: Callable[[], Response]) -> Response:
    """What a view draws, or the sentence that stands in its place."""
    try:
        response = draw()
    except NothingPublishedError:
        return room.page(asked, "explorer_told", "explorer", told="nothing_published_explorer")
    except TooLongError:
        return room.page(asked, "explorer_told", "explorer", 503, told="search_too_long")
    except RondaError:
        return room.page(asked, "explorer_told", "explorer", 503, told="other_version")
    return response


def explore(room: Room, asked: Asked) -> Response:
    """A search with its counts, its coverage and its posts."""
    return _answer(room, asked, lambda: _explored(room, asked))


def _explored(room: Room, asked: Asked) -> Response:
    state, release, names = Search.of(asked.request.query_params), room.desk.release, _names_of(room, asked)
    sides = state.sides()
    found = [search.find(release, side) for side in sides]
    shown = search.posts(release, state)
    copied = search.accounts_per_text(release, [post.text_group for post in shown if post.text_group])
    return room.page(
        asked,
        "explorer",
        "explorer",
        state=state,
        names=names,
        renewed=release.is_being_renewed,
        weeks=search.weeks(release),
        chips=_chips(state, names, words_of(asked.lang)),
        results=_results(asked, release, names, sides, found),
        charts=_charts(asked, release, names, sides, found),
        tables=_tables(names, sides, found),
        posts=shown,
        copied=copied,
        local=room.local,
        last_page=max(1, -(-found[0].posts // search.PAGE_POSTS)),
        turned=lambda page: _turned(state, page),
        csv=state.address("/jelajah.csv"),
        numbers_csv=state.address("/jelajah-angka.csv"),
    )


def _names_of(room: Room, asked: Asked) -> _Names:
    return _names(room.settings.seeds, asked.lang)


def _turned(state: Search, page: int) -> str:
    return f"{Search(state.words, state.chosen, state.copied, state.beside, page).address()}#kiriman"


def _chips(state: Search, names: _Names, words: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What narrows the search: its word, its value, and the address without it."""
    chips = [
        (words[f"facet_{name}"], names.of(name, value), state.without(name).address())
        for name, value in state.chosen.items()
    ]
    if state.words:
        chips.insert(0, (words["facet_q"], state.words, state.without(search.SEARCH).address()))
    if state.copied:
        chips.append((words["facet_salinan"], "", state.without(search.COPIED).address()))
    return chips


def _results(
    asked: Asked, release: Release, names: _Names, sides: list[Search], found: list[Found]
) -> list[dict[str, Any]]:
    """n and coverage of each side, with the sentences that a reader needs before comparing."""
    words, results = words_of(asked.lang), []
    for side, counted in zip(sides, found, strict=True):
        known = search.coverage(release, side)
        results.append(
            {
                "heading": side.chosen.get("pekan", ""),
                "posts": names.say.number(counted.posts),
                "accounts": names.say.number(counted.accounts),
                "texts": names.say.number(counted.texts),
                "gone": counted.gone,
                "coverage": _coverage(known, names, words),
                "cautions": _cautions(known, list(search.comparability(release, side)), names, words),
            }
        )
    return results


def _coverage(known: Coverage, names: _Names, words: Mapping[str, str]) -> str:
    if not known.days:
        return words["no_days"]
    share = names.say.percent(known.share) if known.share is not None else words["coverage_unknown"]
    return words["coverage_of_days"].format(share=share, days=names.say.number(known.days))


def _cautions(known: Coverage, reasons: list[str], names: _Names, words: Mapping[str, str]) -> list[str]:
    told = []
    if known.days_missing:
        told.append(words["days_missing"].format(days=names.say.number(known.days_missing)))
    is_low = known.share is not None and known.share < METHOD.coverage_floor
    if known.is_partly_unknown or is_low or reasons:
        told.append(words["do_not_compare"].format(floor=names.say.percent(METHOD.coverage_floor)))
    return told


def _charts(
    asked: Asked, release: Release, names: _Names, sides: list[Search], found: list[Found]
) -> list[dict[str, Any]]:
    """The time axis of each side, on one scale."""
    words = words_of(asked.lang)
    steps = [search.steps(release, side, counted) for side, counted in zip(sides, found, strict=True)]
    highest = max((step.posts for side in steps for step in side), default=0)
    charts = []
    for side, all_steps in zip(sides, steps, strict=True):
        facet = side.step
        rows = [
            {
                "value": step.value,
                "posts": names.say.number(step.posts),
                "coverage": names.say.percent(step.coverage) if step.coverage is not None else "–",
                "status": words[f"status_{step.status}"],
                "href": f"{side.narrowed(facet, step.value).address()}#kiriman",
            }
            for step in all_steps
        ]
        columns = [
            chart.Column(
                step.posts,
                f"{row['value']}: {row['posts']} {words['posts']}, {row['status']}",
                step.value[5:],
                row["href"],
                step.status == "not_collected" and not step.posts,
            )
            for step, row in zip(all_steps, rows, strict=True)
        ]
        charts.append(
            {
                "unit": words[f"facet_{facet}"],
                "heading": side.chosen.get("pekan", "") if len(sides) > 1 else "",
                "bars": chart.bars(columns, highest),
                "highest": names.say.number(highest),
                "rows": rows,
            }
        )
    return charts


_SEVERAL = ("topik", "jenis", "kecamatan", "tagar")  # of which a post may have more than one value


def _tables(names: _Names, sides: list[Search], found: list[Found]) -> list[dict[str, Any]]:
    """Each facet as a table of bars: one row a value, one number a side."""
    heads = [side.chosen.get("pekan", "") for side in sides] if len(sides) > 1 else []
    asked = [name for name in _SHOWN if name in _SEVERAL or name not in sides[0].chosen]  # else one value is all
    tables = [{"facet": name, "heads": heads, "rows": _rows(names, name, sides[0], found)} for name in asked]
    return [table for table in tables if table["rows"]]


def _rows(names: _Names, name: str, side: Search, found: list[Found]) -> list[dict[str, Any]]:
    """The values of a facet, the most frequent of all sides first."""
    counts = [{count.value: count.posts for count in counted.counts[name]} for counted in found]
    totals = Counter[str]()
    for each in counts:
        totals.update(each)
    values = sorted(totals, key=lambda value: (-totals[value], value))
    highest = max((number for each in counts for number in each.values()), default=0)
    return [
        {
            "label": names.of(name, value),
            "href": side.narrowed(name, value).address(),
            "numbers": [names.say.number(each.get(value, 0)) for each in counts],
            "lengths": [chart.share(each.get(value, 0), highest) for each in counts],
        }
        for value in (values[: search.LISTED] if name in search.LONG else values)
    ]


def _csv(name: str, rows: list[list[Any]]) -> Response:
    """Rows as a CSV file to keep; a text that a spreadsheet would compute is marked as a text."""
    memory = io.StringIO()
    writer = csv.writer(memory, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row])
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(memory.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


_COLUMNS = (
    *("platform", "post_id", "created_at", "week", "phase", "account", "topics", "indications", "districts"),
    *("hashtags", "text_group", "state", "text"),
)


def posts_csv(room: Room, asked: Asked) -> Response:
    """The posts of a search, the latest first, at most `search.CSV_POSTS`."""

    def draw() -> Response:
        state = Search.of(asked.request.query_params)
        rows = [
            [
                *(post.platform, post.post_id, _moment(post.created_at, room.zone), post.week, post.phase),
                *(post.account or "", " ".join(post.topics or []), " ".join(post.indications or [])),
                *(" ".join(post.districts or []), " ".join(post.hashtags or []), post.text_group or "", post.state),
                post.text or "",
            ]
            for post in search.posts(room.desk.release, state, search.CSV_POSTS)
        ]
        return _csv("ronda-kiriman", [list(_COLUMNS), *rows])

    return _answer(room, asked, draw)


def _moment(moment: Any, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M:%S%z}"


def numbers_csv(room: Room, asked: Asked) -> Response:
    """The numbers of the charts of a search: n and coverage of each side, each bar, each value of a facet."""

    def draw() -> Response:
        state, release, names = Search.of(asked.request.query_params), room.desk.release, _names_of(room, asked)
        rows: list[list[Any]] = [["week", "facet", "value", "label", "posts", "coverage", "status"]]
        for side in state.sides():
            week, found = side.chosen.get("pekan", ""), search.find(release, side)
            known = search.coverage(release, side)
            rows.append([week, "all", "", "", found.posts, "" if known.share is None else round(known.share, 4), ""])
            for step in search.steps(release, side, found):
                share = "" if step.coverage is None else round(step.coverage, 4)
                facet = side.step
                rows.append([week, facet, step.value, step.value, step.posts, share, step.status])
            rows += [
                [week, name, count.value, names.of(name, count.value), count.posts, "", ""]
                for name in _SHOWN
                for count in found.counts[name]
            ]
        return _csv("ronda-angka", rows)

    return _answer(room, asked, draw)


def copied(room: Room, asked: Asked) -> Response:
    """The texts that many accounts posted together, or one of them with its accounts over time."""
    return _answer(room, asked, lambda: _copied(room, asked))


def _copied(room: Room, asked: Asked) -> Response:
    release, state = room.desk.release, Search.of(asked.request.query_params)
    group, week = state.chosen.get("teks"), state.chosen.get("pekan")
    if group:
        return _cluster(room, asked, release, group)
    found = copies.clusters(release, week)
    weeks = search.weeks(release)
    names = _names_of(room, asked)
    return room.page(
        asked, "copies", "copied_texts", clusters=found, week=week or "", weeks=weeks, names=names, local=room.local,
        least=METHOD.copied_posts, hours=METHOD.copy_hours,
    )  # fmt: skip


def _cluster(room: Room, asked: Asked, release: Release, group: str) -> Response:
    cluster = copies.cluster(release, group)
    if cluster is None:
        return room.page(asked, "explorer_told", "copied_texts", 404, told="no_such_text")
    members = copies.members(release, group)
    rows = {account: place for place, account in enumerate(dict.fromkeys(member.account for member in members))}
    drawn = [
        (
            member.moment.timestamp(),
            rows[member.account],
            f"{member.account[:_ACCOUNT_DIGITS]} · {room.local(member.moment)} · {platforms()[member.platform][0]}",
        )
        for member in members
    ]
    dots, height = chart.dots(drawn, len(rows))
    before = {member.account: member.before for member in members}
    return room.page(
        asked,
        "cluster",
        "copied_texts",
        cluster=cluster,
        members=members,
        dots=dots,
        height=height,
        width=chart.WIDTH,
        rows=len(rows),
        earlier=copies.earlier(release, group),
        together_before=sum(number > 0 for number in before.values()),
        names=_names_of(room, asked),
        local=room.local,
        hours=METHOD.copy_hours,
    )


ROUTES = (
    Page("/jelajah", explore, SEERS, menu="explorer"),
    Page("/jelajah.csv", posts_csv, SEERS),
    Page("/jelajah-angka.csv", numbers_csv, SEERS),
    Page("/salinan", copied, SEERS, menu="copied_texts"),
)
