"""The desk in a real browser, by keyboard, with a real server: two people code, a third decides, nothing leaves."""

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flows import serving
from flows.desk import people
from flows.reviewing import log
from flows.settings import Settings
from tests.chromium import Tab, chromium, installed
from tests.conftest import free_port
from tests.desk_fixture import PASSWORD, Post, log_in, publish

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(installed() is None, reason="there is no Chromium"),
]


def choose(tab: Tab, key: str) -> None:
    """Codes the open item by keyboard."""
    tab.press(key)
    tab.enter()


def test_from_log_in_to_a_decision_by_keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    publish(home, [Post("1", "satu <b>x</b>"), Post("2", "dua")])
    settings = Settings(home=home, desk_port=free_port())
    for name, role in (("sri", "coder"), ("budi", "coder"), ("wati", "adjudicator")):
        people.add(home, name, role, PASSWORD)
    address = f"http://127.0.0.1:{settings.desk_port}/"
    with closing(serving.desk_site(settings)) as site, chromium(tmp_path / "browser") as browser:
        site.start()
        sri, budi, wati = browser.tab(), browser.tab(), browser.tab()
        for tab, name in ((sri, "sri"), (budi, "budi"), (wati, "wati")):
            log_in(tab, address, name)
        for tab, width in ((sri, 1280), (budi, 390)):
            tab.size(width, 844)
            assert tab.run("document.documentElement.scrollWidth") <= width
        assert sri.run("document.querySelector('blockquote b')") is None
        for tab, key in ((sri, "3"), (budi, "0")):
            choose(tab, key)
            assert "Tersimpan." in tab.text()
            choose(tab, key)
            assert "Tidak ada lagi yang menunggu Anda." in tab.text()
        assert "Tidak ada beda pendapat" in wati.text()
        monkeypatch.setattr("flows.reviewing.coding.UNDO_SECONDS", 0.0)  # as if two minutes had passed
        wati.go(f"{address}selisih")
        assert "Menunggu orang ketiga: 2" in wati.text()
        wati.press("0")
        wati.run("document.querySelector('[name=reason]').focus()")
        wati.ask("Input.insertText", text="satire")
        wati.run("window.left = true")
        wati.press("Enter")
        wati.wait("!window.left")
        assert "Menunggu orang ketiga: 1" in wati.text()
        asked = {urlsplit(each).netloc for each in browser.addresses if each.startswith("http")}
        assert asked == {f"127.0.0.1:{settings.desk_port}"}
    assert log.verify(home) == 3 + 3 + 4 + 1
