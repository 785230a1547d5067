"""The rules of axe-core over every page of the desk and over the reports, in a real browser, at two widths.

The script is Deque's own (MPL-2.0), from a wheel that no other test needs: `requirements-clients.txt` installs it.
"""

from pathlib import Path

import pytest

import reports
from tests import accessible
from tests import reports_fixture as invented
from tests.chromium import Chromium, chromium, installed
from tests.desk_fixture import log_in
from tests.integration.test_desk_seen import STATES, pages_of, served, staffed

SCRIPT = accessible.axe()
WIDTHS = (1280, 390)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(installed() is None, reason="there is no Chromium"),
    pytest.mark.skipif(not SCRIPT, reason=accessible.AXE_ABSENT),
]


def found_on(browser: Chromium, addresses: list[str]) -> dict[str, list[str]]:
    """What axe says of pages that need no log-in, with everything that can be folded open."""
    tab, found = browser.tab(), {}
    for address in addresses:
        for width in WIDTHS:
            tab.size(width, 844)
            tab.go(address)
            tab.run("document.querySelectorAll('details').forEach(function (each) { each.open = true; })")
            if said := accessible.violations(tab, SCRIPT):
                found[f"{address} at {width}"] = said
    return found


def test_axe_finds_nothing_on_any_page_of_the_desk(tmp_path: Path) -> None:
    home = tmp_path / "home"
    accounts = staffed(home)
    with served(home, tmp_path / "browser") as (browser, address):
        opened = {(role, path) for role in accounts for path in pages_of(role)} | {("lead", path) for path in STATES}
        found, tabs = {}, {role: browser.tab() for role in accounts}
        for role, name in accounts.items():
            log_in(tabs[role], f"{address}/masuk", name)
        for role, path in sorted(opened):
            for width in WIDTHS:
                tab = tabs[role]
                tab.size(width, 844)
                tab.go(f"{address}{path}")
                tab.run("document.querySelectorAll('details').forEach(function (each) { each.open = true; })")
                found[role, path, width] = accessible.violations(tab, SCRIPT)
        assert {where: said for where, said in found.items() if said} == {}
        tab = tabs["lead"]
        tab.run("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><input type=text>'); 0")
        said = " ".join(accessible.violations(tab, SCRIPT))
        assert "image-alt" in said and "label" in said


def test_axe_finds_nothing_in_the_reports(tmp_path: Path) -> None:
    published = tmp_path / "published"
    summaries = {}
    for week in ("2024-W06", "2023-W41"):
        tables = invented.season(week, failed=1) if week == "2024-W06" else invented.imported(week)
        summaries[week] = reports.render_week(invented.edition(week), tables, published / week)
    reports.render_index(summaries, published, invented.edition("2024-W06"))
    pages = [published / name for name in ("index.html", "2024-W06/weekly.html", "2023-W41/weekly.html")]
    with chromium(tmp_path / "browser") as browser:
        assert found_on(browser, [page.as_uri() for page in pages]) == {}
