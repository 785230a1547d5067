"""The desk as people meet it: two browsers, a phone, the keyboard alone, a screen reader's tree, no script at all."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flows import serving
from flows.desk import people
from flows.desk.app import PAGES
from flows.settings import Settings
from tests import accessible
from tests.chromium import Chromium, Tab, chromium, installed
from tests.conftest import free_port
from tests.desk_fixture import PASSWORD, Post, log_in, publish
from tests.explorer_fixture import MODELS, PROGRESS, publish_season

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(installed() is None, reason="there is no Chromium"),
]
STATES = (  # of pages, beside each page as it is
    "/jelajah?pekan=2024-W02&banding=2024-W03",
    "/jelajah?q=tidakada",
    "/salinan?teks=g1",
    "/salinan?teks=x",
    "/tidak-ada",
)
ITEMS = 12
# What the probe has to find: a faint line, a field without a label, a bare table, a skipped level, an id used twice.
_SPOIL = """
document.querySelector("main").insertAdjacentHTML("beforeend", "<p id=faint>pudar</p><input type=text><table><tr>"
  + "<th>x</th></tr></table><h4>jauh</h4><p id=faint>dua</p>");
document.getElementById("faint").style.color = "#ccc"; 0
"""


@contextmanager
def served(home: Path, folder: Path) -> Iterator[tuple[Chromium, str]]:
    """A browser, and the address of the desk of a home."""
    settings = Settings(home=home, desk_port=free_port())
    with closing(serving.desk_site(settings)) as site, chromium(folder) as browser:
        site.start()
        yield browser, f"http://127.0.0.1:{settings.desk_port}"
        asked = {urlsplit(each).netloc for each in browser.addresses if each.startswith("http")}
        assert asked == {f"127.0.0.1:{settings.desk_port}"}, "something left the machine"


def pages_of(role: str) -> list[str]:
    """Every page that a role may open by its address alone."""
    pages = [each for module in PAGES for each in module.ROUTES if each.method == "GET" and each.path != "/"]
    return [each.path for each in pages if not set(each.path) & set("{.") and (not each.roles or role in each.roles)]


def staffed(home: Path) -> dict[str, str]:
    """A home with a published season and a person of each kind at its desk, by role."""
    publish_season(home, models=(*MODELS, *PROGRESS))
    accounts = {"lead": "lina", "coach": "ani", "coder": "sri"}
    for role, name in accounts.items():
        people.add(home, name, role, PASSWORD)
    return accounts


def test_every_page_is_for_everybody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    accounts = staffed(home)
    with served(home, tmp_path / "browser") as (browser, address):
        tabs = {role: browser.tab() for role in accounts}
        for role, name in accounts.items():
            log_in(tabs[role], f"{address}/masuk", name)
        opened = {(role, path) for role in tabs for path in pages_of(role)} | {("lead", path) for path in STATES}
        assert len({path for _, path in opened}) > 12
        found = {}
        for width in (1280, 390):
            for role, path in sorted(opened):
                tab = tabs[role]
                tab.size(width, 844)
                tab.go(f"{address}{path}")
                tab.run("document.querySelectorAll('details').forEach(function (each) { each.open = true; })")
                found[role, path, width] = accessible.faults(tab) | {"nameless": accessible.nameless(tab)}
        assert {where: what for where, what in found.items() if what != {"nameless": []}} == {}
        tab = tabs["lead"]
        tab.run(_SPOIL)
        assert {"faint", "unlabelled", "uncaptioned", "unscoped", "headings", "twice"} <= accessible.faults(tab).keys()
        assert "textbox" in accessible.nameless(tab)
        tab.go(f"{address}/salinan?teks=g1")
        assert any(role == "image" and "3 akun memuat teks ini" in name for role, name in accessible.tree(tab))


@contextmanager
def lead_at_the_desk(folder: Path) -> Iterator[tuple[Tab, str]]:
    """A tab in which a lead is logged in at the desk of a published season, with the desk's address."""
    home = folder / "home"
    publish_season(home)
    people.add(home, "lina", "lead", PASSWORD)
    with served(home, folder / "browser") as (browser, address):
        tab = browser.tab()
        log_in(tab, f"{address}/masuk", "lina")
        yield tab, address


def test_the_explorer_by_keyboard_alone(tmp_path: Path) -> None:
    with lead_at_the_desk(tmp_path) as (tab, address):
        tab.go(f"{address}/jelajah")
        wanted = "a[href]:not([tabindex='-1']), button, input:not([type=hidden]), select, summary"
        count = tab.run(
            f"Array.from(document.querySelectorAll({wanted!r}))"
            ".filter(function (each) { return each.checkVisibility(); }).length"
        )
        reached = set()
        for _ in range(count + 5):
            tab.press("Tab")
            reached.add(
                tab.run("Array.from(document.querySelectorAll('*')).indexOf(document.activeElement)"
                        " + (document.activeElement.matches(':focus-visible') ? 0 : 1e6)")
            )  # fmt: skip
        assert len([each for each in reached if 0 < each < 1e6]) >= count
        tab.write("q", "beras naik")
        tab.enter()
        assert "harga beras naik lagi" in tab.text() and "q=beras+naik" in tab.run("location.href")


def test_search_and_saring_work_without_a_script(tmp_path: Path) -> None:
    with lead_at_the_desk(tmp_path) as (tab, address):
        tab.size(360, 800)
        tab.ask("Emulation.setScriptExecutionDisabled", value=True)
        tab.go(f"{address}/jelajah?pekan=2024-W02")
        tab.run("window.left = true")
        tab.click("table.bars a")
        tab.wait("!window.left")
        assert "platform=tiktok" in tab.run("location.href")
        tab.go(f"{address}/saring")
        tab.run("document.querySelector('textarea').focus()")
        tab.ask("Input.insertText", text="Ayo coblos nomor 2, jangan lupa!")
        tab.run("window.left = true")
        tab.click("main form button")
        tab.wait("!window.left")
        assert "Hasil pemeriksaan" in tab.text()
        assert accessible.faults(tab) == {}


def test_an_item_takes_seconds_by_mouse_and_by_keyboard(tmp_path: Path) -> None:
    home = tmp_path / "home"
    publish(home, [Post(str(number), f"kiriman {number}") for number in range(ITEMS)])
    people.add(home, "sri", "coder", PASSWORD)
    people.add(home, "budi", "coder", PASSWORD)
    with served(home, tmp_path / "one") as (browser, address), chromium(tmp_path / "two") as other:
        desktop, phone = browser.tab(), other.tab()  # two browsers, two people
        phone.size(390, 844)
        taken = {}
        for name, tab in (("sri", desktop), ("budi", phone)):
            log_in(tab, f"{address}/masuk", name)
            start = time.monotonic()
            for _ in range(ITEMS):
                tab.run("window.left = true")
                if tab is desktop:
                    tab.press("0")
                    tab.press("Enter")
                else:
                    tab.click("input[value=none]")
                    tab.click("#coding > button")
                tab.wait("!window.left")
            taken[name] = (time.monotonic() - start) / ITEMS
            assert "Tidak ada lagi yang menunggu Anda." in tab.text()
        print(f"an item: {taken['sri']:.2f} s by keyboard, {taken['budi']:.2f} s by two taps on a phone")
        assert max(taken.values()) < 10
