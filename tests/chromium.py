"""A real Chromium, driven through its own protocol: pages are opened, clicked, typed into and looked at."""

import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

_SECONDS = 20.0


class Tab:
    """One page with cookies of its own."""

    def __init__(self, browser: "Chromium", session: str) -> None:
        self._browser, self._session = browser, session
        for domain in ("Page", "Runtime", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol."""
        return self._browser.ask(method, self._session, **params)

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, script: str) -> None:
        """Waits until an expression is true in a page that is loaded."""
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            try:
                if self.run(f"document.readyState === 'complete' && Boolean({script})"):
                    return
            except AssertionError:
                pass  # between two pages
            time.sleep(0.02)
        raise AssertionError(f"{script} never held; the page says: {self.text()[:500]}")

    def go(self, address: str) -> None:
        """Opens an address."""
        self.run("window.left = true")
        self.ask("Page.navigate", url=address)
        self.wait("!window.left")

    def send(self, script: str) -> None:
        """Does what sends a form, and waits for the next page."""
        self.run(f"window.left = true; {script}; 0")
        self.wait("!window.left")

    def press(self, key: str) -> None:
        """A key of the keyboard."""
        facts: dict[str, Any] = {"key": key, "text": {"Enter": "\r", "Tab": ""}.get(key, key)}
        facts |= {"windowsVirtualKeyCode": {"Enter": 13, "Tab": 9}[key]} if key in {"Enter", "Tab"} else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **facts)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def enter(self) -> None:
        """Sends a form by the keyboard, and waits for the next page."""
        self.run("window.left = true")
        self.press("Enter")
        self.wait("!window.left")

    def write(self, field: str, text: str) -> None:
        """Types into the field of a name."""
        self.run(f"document.querySelector('[name={field}]').focus()")
        self.ask("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """A click of the mouse in the middle of what a selector names, after it was scrolled to."""
        box = self.run(
            f"(function () {{ var each = document.querySelector({json.dumps(selector)});"
            " each.scrollIntoView({block: 'center'}); var box = each.getBoundingClientRect();"
            " return [box.left + box.width / 2, box.top + box.height / 2]; })()"
        )
        facts = {"x": box[0], "y": box[1], "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, **facts)

    def text(self) -> str:
        """What the page says."""
        return str(self.run("document.body.innerText"))

    def size(self, width: int, height: int) -> None:
        """The size of the window."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path: Path) -> None:
        """The whole page as a PNG."""
        answer = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(answer["data"]))


class Chromium:
    """A running browser."""

    def __init__(self, folder: Path, executable: str) -> None:
        words = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--remote-debugging-port=0",
            "--no-first-run",
        )
        self._process = subprocess.Popen(
            [executable, *words, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._numbers = itertools.count(1)
        self.addresses: list[str] = []  # what any page asked for
        port = folder / "DevToolsActivePort"
        end = time.monotonic() + _SECONDS
        while not (port.is_file() and port.read_text().count("\n")) and time.monotonic() < end:
            time.sleep(0.05)
        number, path = port.read_text().split("\n")[:2]
        self._socket: ClientConnection = connect(f"ws://127.0.0.1:{number}{path}", max_size=None)

    def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """One command; what happens meanwhile is noted."""
        number = next(self._numbers)
        words = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        self._socket.send(json.dumps(words))
        while True:
            answer = json.loads(self._socket.recv(timeout=_SECONDS))
            if answer.get("method") == "Network.requestWillBeSent":
                self.addresses.append(answer["params"]["request"]["url"])
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def tab(self) -> Tab:
        """A new page of a person of its own."""
        context = self.ask("Target.createBrowserContext")["browserContextId"]
        target = self.ask("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        return Tab(self, self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(timeout=_SECONDS)


def installed() -> str | None:
    """Where Chromium is; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def chromium(folder: Path) -> Iterator[Chromium]:
    """A browser as long as the block lasts; there is one (`installed`)."""
    executable = installed()
    assert executable is not None
    with Chromium(folder, executable) as browser:
        yield browser
