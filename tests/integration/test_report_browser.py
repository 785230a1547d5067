"""The pages in a real browser: nothing overflows, sorting and filtering work, hostile text does nothing."""

import base64
import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import reports
from tests import reports_fixture as invented
from tests.accessible import CONTRAST

pytestmark = pytest.mark.browser

PROBE = """
<script>
addEventListener("load", function () {
CONTRAST
  var folded = list("details.fold").filter(function (element) { return !element.open; }).length;
  var folds = list("details.fold").length, contents = list("details.toc").map(function (box) { return box.open; });
  list("details").forEach(function (element) { element.open = true; });
  var lines = function (node, start, end) {
    var range = document.createRange();
    range.setStart(node, start); range.setEnd(node, end);
    var tops = Array.prototype.map.call(range.getClientRects(), function (box) { return Math.round(box.top); });
    return new Set(tops).size; };
  var broken = function (pattern, elements) {
    return elements.reduce(function (found, element) {
      Array.prototype.forEach.call(element.childNodes, function (node) {
        if (node.nodeType !== 3 || element.closest(".said, .code, pre, script, style")) { return; }
        Array.from(node.textContent.matchAll(pattern)).forEach(function (match) {
          if (lines(node, match.index, match.index + match[0].length) > 1) { found.push(match[0]); } }); });
      return found; }, []); };
  var boxOf = function (element) { return element.getBoundingClientRect(); };
  var overflown = list(".scroll").filter(function (box) { return box.scrollWidth > box.clientWidth + 1; });
  var result = {
    brokenWords: broken(/\\p{L}+/gu, list("main *")),
    brokenTokens: broken(/\\d{4}-W\\d\\d(-\\d+)?|[HD][-+]\\d+|\\d\\s%|\\d+\\/hari/g, list("main *, header *")),
    uncued: overflown.filter(function (box) {
      return box.tabIndex !== 0 || getComputedStyle(box.querySelector(".hint")).display === "none"; }).length,
    numberless: list("table").filter(function (table) {
      var box = boxOf(table.closest(".scroll"));
      return Array.prototype.some.call(table.tBodies, function (body) {
        var row = body.rows[body.rows.length - 1];
        return row && (boxOf(row.cells[1]).left > box.right - 24 || (boxOf(row).height > 0 &&
          getComputedStyle(row).display === "table-row" && boxOf(row.cells[0]).width > box.width / 2 &&
          overflown.indexOf(table.closest(".scroll")) >= 0)); }); }).map(function (table) {
      return table.caption.textContent; }),
    repeated: list("table").filter(function (table) {
      var heads = table.tHead.rows[0].cells;
      return heads[0].textContent === "Periode"; }).length,
    charts: list("figure svg").map(function (image) { return boxOf(image).width; }),
    folded: folded, folds: folds, contents: contents,
    title: document.title, lang: document.documentElement.lang,
    width: innerWidth, scroll: document.documentElement.scrollWidth,
    images: list("svg").filter(function (image) {
      var cell = image.closest("td");  // a small screen does without the column of small lines
      return !(cell && getComputedStyle(cell).display === "none"); }).map(function (image) {
      var says = image.getAttribute("aria-label") || (image.querySelector("title") || {}).textContent || "";
      return [boxOf(image).width > 0, says.length > 20]; }),
    unscoped: list("th:not([scope])").length, uncaptioned: list("table:not(:has(caption))").length,
    headings: list("h1, h2, h3, h4").map(function (heading) { return +heading.tagName[1]; }),
    faint: faint().map(function (element) {
      return element.tagName + "." + element.className; }),
    unnamed: list("a, button, input").filter(function (element) {
      return !(element.textContent.trim() || element.getAttribute("aria-label") ||
        (element.labels && element.labels.length)); }).length,
    twice: list("[id]").length - new Set(list("[id]").map(function (element) { return element.id; })).size,
    lost: list("[aria-labelledby], [aria-describedby], label[for], a[href^='#']").filter(function (element) {
      var id = element.getAttribute("aria-labelledby") || element.getAttribute("aria-describedby") ||
        element.htmlFor || (element.getAttribute("href") || "").slice(1);
      return !document.getElementById(id); }).length,
    landmarks: [list("main").length, list("header").length, list("footer").length],
    unlabelled: list("input, select, textarea").filter(function (element) {
      return !element.labels.length && !element.getAttribute("aria-label"); }).length,
    forced: list("[tabindex]").filter(function (element) { return element.tabIndex > 0; }).length,
    unreachable: list("*").filter(function (element) {
      var style = getComputedStyle(element);
      return element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(style.overflowX) &&
        element.tabIndex < 0; }).length,
    small: list("button, select, input, td a, li a").filter(function (element) {
      var box = element.getBoundingClientRect();
      var isInText = element.tagName === "A" && element.closest(".says, nav");
      return box.height > 0 && box.height < 24 && !isInText; }).map(function (element) { return element.outerHTML; }),
    plain: list("main p a, main li a, main td a").filter(function (element) {
      return getComputedStyle(element).textDecorationLine.indexOf("underline") < 0; }).length,
    columns: list("table.evidence thead th").map(function (cell) { return cell.getBoundingClientRect().width; }),
    zoom: /user-scalable=no|maximum-scale/.test(document.querySelector("meta[name=viewport]").content),
    ends: list(".scroll[data-end]").map(function (box) {
      return [box.scrollWidth - box.clientWidth, box.scrollWidth - box.clientWidth - box.scrollLeft]; }),
    torn: list(".held").filter(function (held) {
      return held.offsetParent && (getComputedStyle(held).display !== "inline" || held.getClientRects().length > 1);
    }).map(function (held) { return held.textContent; }),
    strays: list("ul > *:not(li), dl > *:not(dt):not(dd), tr > *:not(th):not(td)").length,
    strangers: list("main script, main iframe, main img:not([src^='data:'])").length };
  var pick = document.getElementById("week-beside");
  if (pick) {
    var seen = function () {
      return list("table.compared td:nth-child(3)").map(function (cell) { return cell.textContent; }); };
    result.heads = [], result.beside = [];
    Array.prototype.forEach.call(pick.options, function (option) {
      pick.value = option.value; pick.dispatchEvent(new Event("change"));
      result.heads.push(document.querySelector("[data-head-beside]").textContent);
      result.beside.push(seen()); }); }
  result.platforms = {};
  var platform = document.getElementById("platform");
  if (platform) {
    Array.prototype.forEach.call(platform.options, function (option) {
      platform.value = option.value; platform.dispatchEvent(new Event("change"));
      result.platforms[option.value] = list("table.evidence tbody tr:not([hidden])").length; });
    platform.value = ""; platform.dispatchEvent(new Event("change")); }
  var box = document.getElementById("filter");
  if (box) {
    result.before = list("tbody tr:not([hidden])").length;
    box.value = "FILTERWORD"; box.dispatchEvent(new Event("input"));
    result.after = list("tbody tr:not([hidden])").length;
    result.count = document.getElementById("shown").textContent;
    box.value = ""; box.dispatchEvent(new Event("input")); }
  var link = list("a[data-group='detected']")[0];
  if (link) {
    link.click();
    result.group = document.getElementById("group").value;
    result.grouped = list("table.evidence tbody tr:not([hidden])").length;
    document.getElementById("group").value = "";
    document.getElementById("group").dispatchEvent(new Event("change")); }
  var level = document.getElementById("level");
  if (level) {
    result.levels = {};
    Array.prototype.forEach.call(level.options, function (option) {
      level.value = option.value; level.dispatchEvent(new Event("change"));
      result.levels[option.value] = list("tbody tr:not([hidden])").length; }); }
  var column = list("table.evidence button.sort")[0];
  if (column) {
    var order = function () {
      return list("table.evidence td:first-child").map(function (cell) { return cell.dataset.sort; }); };
    column.click(); result.up = order(); column.click(); result.down = order(); }
  parent.postMessage(JSON.stringify(result), "*");
});
</script>
"""
FRAMES = """<!DOCTYPE html><body data-result=""><script>
var results = {};
addEventListener("message", function (event) {
  var seen = JSON.parse(event.data);
  results[seen.width] = seen;
  document.body.dataset.result = btoa(encodeURIComponent(JSON.stringify(results))); });
</script>"""
FRAME = '<iframe src="probe.html" style="width:{}px;height:900px;border:0"></iframe>'
WIDTHS = (390, 1024, 1280)
# Page -> the word it is filtered by.
PAGES = {"2024-W06/weekly.html": "hyperlink", "2023-W41/weekly.html": "2023-W41", "index.html": "2023-w41"}
Probe = Callable[[str, int], dict[str, Any]]


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium on this machine; install the Debian package chromium to run the browser tests")
    return found


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published week full of hostile posts, and an index over two weeks."""
    folder = tmp_path_factory.mktemp("published")
    summaries = {}
    for week in ("2024-W06", "2023-W41"):
        tables = invented.season(week, failed=1) if week == "2024-W06" else invented.imported(week)
        summaries[week] = reports.render_week(invented.edition(week), tables, folder / week)
    reports.render_index(summaries, folder, invented.edition("2024-W06"))
    return folder


@pytest.fixture(scope="module")
def probe(chromium: str, published: Path, tmp_path_factory: pytest.TempPathFactory) -> Probe:
    """What a browser finds on a page of a width, after filtering by its word and sorting; one run for all widths."""

    @cache
    def probed(name: str) -> dict[int, dict[str, Any]]:
        folder = tmp_path_factory.mktemp("probe")
        text = (published / name).read_text(encoding="utf-8")
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]+>', "", text)  # the probe is a script of our own
        text = text.replace(
            "</body>", PROBE.replace("CONTRAST", CONTRAST).replace("FILTERWORD", PAGES[name]) + "</body>"
        )
        (folder / "probe.html").write_text(text, encoding="utf-8")
        frames = FRAMES + "".join(map(FRAME.format, WIDTHS))
        (folder / "frames.html").write_text(frames, encoding="utf-8")
        dom = browse(chromium, folder, "--dump-dom", (folder / "frames.html").as_uri())
        found = re.search(r'data-result="([^"]+)"', dom)
        assert found, "the page never answered"
        decoded = json.loads(re.sub(r"%([0-9A-F]{2})", _byte, base64.b64decode(found[1]).decode()))
        return {int(width): seen for width, seen in decoded.items()}

    return lambda name, width: probed(name)[width]


def _byte(match: re.Match[str]) -> str:
    return bytes.fromhex(match[1]).decode("latin-1")


def browse(chromium: str, folder: Path, *arguments: str) -> str:
    """The standard output of one headless run with a profile of its own."""
    command = [
        chromium,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--virtual-time-budget=5000",
        "--window-size=1400,1000",
        f"--user-data-dir={folder / 'profile'}",
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_the_screen_and_are_accessible(probe: Probe, name: str, width: int) -> None:
    seen = probe(name, width)
    assert (seen["width"], seen["lang"]) == (width, "id")
    assert seen["scroll"] <= width, "the page scrolls sideways"
    assert all(loaded and described for loaded, described in seen["images"])
    assert (seen["unscoped"], seen["uncaptioned"], seen["unnamed"], seen["twice"]) == (0, 0, 0, 0)
    assert seen["headings"][0] == 1
    assert (seen["lost"], seen["unlabelled"], seen["forced"], seen["unreachable"]) == (0, 0, 0, 0)
    assert (seen["landmarks"], seen["plain"], seen["strays"], seen["zoom"]) == ([1, 1, 1], 0, 0, False)
    assert seen["small"] == []
    assert min(seen["columns"], default=100) >= 60, "a column of the evidence is too narrow to be read"
    assert all(after - before <= 1 for before, after in zip(seen["headings"], seen["headings"][1:], strict=False))
    assert seen["faint"] == []
    assert seen["brokenWords"] == [], "a cell is narrower than its longest word"
    assert seen["brokenTokens"] == [], "a week, a countdown or a per cent is broken over two lines"
    assert (seen["uncued"], seen["numberless"], seen["repeated"]) == (0, [], 0)
    assert min(seen["charts"], default=600) >= 420, "the letters of a chart are too small to be read"


def test_the_review_list_filters_and_sorts_and_hostile_posts_do_nothing(probe: Probe) -> None:
    seen = probe("2024-W06/weekly.html", 1280)
    assert seen["title"].startswith("Ikhtisar Mingguan Media Sosial 2024-W06")
    assert seen["strangers"] == 0
    assert seen["count"] == "1 dari 24 unggahan"
    assert (seen["group"], seen["grouped"]) == ("detected", 24)
    assert seen["up"] == sorted(seen["up"])
    assert seen["down"] == sorted(seen["up"], reverse=True)


def test_a_narrow_screen_shows_the_newest_days_of_a_chart_and_tears_no_date(probe: Probe) -> None:
    for width in WIDTHS:
        seen = probe("2024-W06/weekly.html", width)
        assert len(seen["ends"]) >= 2 and seen["torn"] == []
        assert [left for _, left in seen["ends"] if left > 1] == []
    assert all(wide > 100 for wide, _ in probe("2024-W06/weekly.html", 390)["ends"])


def test_a_reader_picks_the_week_that_stands_beside_this_one(probe: Probe) -> None:
    seen = probe("2024-W06/weekly.html", 1280)
    assert seen["heads"][:2] == ["2024-W05", "2024-W04"] and len(seen["heads"]) == 8
    assert len({json.dumps(cells) for cells in seen["beside"]}) > 1, "every week shows the same numbers"
    counts = dict(seen["platforms"])
    assert counts.pop("") == sum(counts.values()) > max(counts.values())


@pytest.mark.parametrize(("width", "is_open"), [(390, False), (1280, True)])
def test_the_annex_is_folded_and_the_contents_are_open_where_there_is_room(
    probe: Probe, published: Path, width: int, is_open: bool
) -> None:
    page = published / "2024-W06" / "weekly.html"
    seen = probe("2024-W06/weekly.html", width)
    assert seen["contents"] == [is_open]
    assert seen["folded"] == seen["folds"] > 10
    without_script = re.sub(r"<script>.*?</script>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    folds = re.findall(r"<details[^>]*>", without_script)
    assert len([fold for fold in folds if " open>" in fold]) >= seen["folds"], "without a script nothing is folded"


def test_the_index_finds_a_week_by_a_word_and_by_its_level(probe: Probe) -> None:
    seen = probe("index.html", 1280)
    assert (seen["before"], seen["after"], seen["count"]) == (2, 1, "1 dari 2 pekan")
    assert seen["levels"] == {"": 2, "red": 0, "amber": 0, "green": 1, "grey": 1}


def test_the_security_policy_lets_the_page_s_own_script_run(chromium: str, published: Path, tmp_path: Path) -> None:
    dom = browse(chromium, tmp_path, "--dump-dom", (published / "2024-W06" / "weekly.html").as_uri())
    assert '<div class="filters">' in html.unescape(dom), "the script that shows the filters was blocked"


@pytest.mark.parametrize("width", [1280, 600])
def test_a_picture_of_the_page_is_not_blank(chromium: str, published: Path, tmp_path: Path, width: int) -> None:
    from PIL import Image

    picture = tmp_path / "page.png"
    address = (published / "2024-W06" / "weekly.html").as_uri()
    browse(chromium, tmp_path, f"--screenshot={picture}", f"--window-size={width},2400", address)
    with Image.open(picture) as image:
        assert image.size == (width, 2400)
        colours = image.convert("RGB").getcolors(maxcolors=1_000_000) or []
    white = sum(count for count, colour in colours if colour == (255, 255, 255))
    assert 0.4 < white / (width * 2400) < 0.97
