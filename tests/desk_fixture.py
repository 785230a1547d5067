"""A home with a few published posts and people who work at its desk."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from starlette.testclient import TestClient

from flows.desk import people
from flows.desk.app import desk
from flows.settings import Settings
from flows.store import warehouse
from tests.chromium import Tab

PASSWORD = "kata sandi untuk uji"
HOST = "http://localhost:8490"
HOSTILE = (
    "<script>document.title='x'</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "</blockquote></main><form action=//evil.example>",
    "\u202eterbalik\u0000",
    "'; DROP TABLE events; --",
)


def log_in(tab: Tab, page: str, name: str) -> None:
    """Logs somebody in by keyboard, on the page that asks for it."""
    tab.go(page)
    tab.write("name", name)
    tab.write("password", PASSWORD)
    tab.enter()


class Post(NamedTuple):
    """A published post that waits; posts with the same `group` are near-duplicates, one that is `drawn` is no flag."""

    post_id: str
    text: str = "teks"
    limit: date = date(2024, 2, 12)
    group: str | None = None
    phase: str = "campaign"
    outcome: str = "unreviewed"
    code: str | None = None
    author_key: str | None = None
    act_by: date | None = None  # where it is not the limit


def publish(home: Path, posts: Sequence[Post]) -> None:
    """Makes the posts what is published, in the place of what was."""
    release = home / "published"
    release.mkdir(parents=True, exist_ok=True)
    draft = release / "draft.duckdb"
    draft.unlink(missing_ok=True)
    connection = warehouse.connect(draft)
    connection.execute("""
        CREATE SCHEMA IF NOT EXISTS core;
        CREATE TABLE core.review_queue (platform VARCHAR, post_id VARCHAR, week VARCHAR, phase VARCHAR,
            hand_over_limit DATE, act_by DATE);
        CREATE TABLE core.review_items (platform VARCHAR, post_id VARCHAR, week VARCHAR, phase VARCHAR,
            hand_over_limit DATE, is_detected BOOLEAN, state VARCHAR, outcome VARCHAR, code VARCHAR);
        CREATE TABLE core.posts (platform VARCHAR, post_id VARCHAR, text VARCHAR, created_at TIMESTAMPTZ,
            text_group VARCHAR, phase VARCHAR, first_seen_at TIMESTAMPTZ, state VARCHAR, week VARCHAR,
            author_key VARCHAR)""")
    for each in posts:
        queued = ("tiktok", each.post_id, "2024-W05", each.phase, each.limit)
        if each.outcome in {"unreviewed", "one_coder", "disagreed"}:
            connection.execute(
                "INSERT INTO core.review_queue VALUES (?, ?, ?, ?, ?, ?)", (*queued, each.act_by or each.limit)
            )
        item = (*queued, each.outcome, each.code)
        connection.execute("INSERT INTO core.review_items VALUES (?, ?, ?, ?, ?, true, 'live', ?, ?)", item)
        post = ("tiktok", each.post_id, each.text, datetime(2024, 2, 4, 1, tzinfo=UTC), each.group, each.phase)
        seen = (datetime(2024, 2, 5, 1, tzinfo=UTC), "live", "2024-W05", each.author_key)
        connection.execute("INSERT INTO core.posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*post, *seen))
    connection.close()
    draft.replace(release / "ronda.duckdb")


class Browser:
    """One person at the desk."""

    def __init__(self, settings: Settings, name: str, role: str = "coder") -> None:
        people.add(settings.home, name, role, PASSWORD)
        self.client = TestClient(desk(settings), base_url=HOST, follow_redirects=True, headers={"origin": HOST})
        self.page = self.send("/masuk", name=name, password=PASSWORD)

    def open(self, path: str = "/") -> str:
        """The text of a page."""
        self.page = self.client.get(path).text
        return self.page

    def send(self, path: str, status: int = 200, **fields: str) -> str:
        """What a form leads to."""
        answer = self.client.post(path, data=fields)
        assert answer.status_code == status, answer.text
        self.page = answer.text
        return self.page

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, self.page
        return found[1]

    def form_to(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that leads to an address."""
        part = self.page[self.page.index(f'action="{action}"') :]
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', part.split("</form>")[0]))

    @property
    def form(self) -> dict[str, str]:
        """The hidden fields of the coding form."""
        part = self.page[self.page.index('action="/telaah"') :]
        return dict(re.findall(r'name="(token|request|item)" value="([^"]*)"', part.split("</form>")[0]))

    @property
    def text(self) -> str:
        """The post that is asked about."""
        found = re.search(r'<blockquote id="post" dir="auto">(.*?)</blockquote>', self.page, re.DOTALL)
        assert found, self.page
        return found[1]

    def code(self, code: str, status: int = 200) -> str:
        """Codes the open item."""
        return self.send("/telaah", status, **self.form, code=code)
