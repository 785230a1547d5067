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

PASSWORD = "kata sandi untuk uji"
HOST = "http://localhost:8490"


class Post(NamedTuple):
    """A published post that waits; posts with the same `group` are near-duplicates."""

    post_id: str
    text: str = "teks"
    limit: date = date(2024, 2, 12)
    group: str | None = None
    phase: str = "campaign"


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
            hand_over_limit DATE);
        CREATE TABLE core.posts (platform VARCHAR, post_id VARCHAR, text VARCHAR, created_at TIMESTAMPTZ,
            text_group VARCHAR, phase VARCHAR)""")
    for each in posts:
        item = ("tiktok", each.post_id, "2024-W05", each.phase, each.limit)
        connection.execute("INSERT INTO core.review_queue VALUES (?, ?, ?, ?, ?)", item)
        post = ("tiktok", each.post_id, each.text, datetime(2024, 2, 4, 1, tzinfo=UTC), each.group, each.phase)
        connection.execute("INSERT INTO core.posts VALUES (?, ?, ?, ?, ?, ?)", post)
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
