"""A home that watches a part of the season over real sockets, what it must find, and what it says it found."""

import csv
import io
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from flows import sources
from flows.collecting import pull
from flows.files import open_stream
from flows.loading import gates, landing, mapped
from flows.loading.pending import load_pending
from flows.loading.summary import LoadSummary
from flows.post import Post
from flows.settings import Settings
from flows.simulation.services.archive import Account, Catalogue
from flows.simulation.services.serve import Services
from flows.sources.pacing import VirtualClock
from flows.store import runs, warehouse

NOW = datetime(2024, 2, 12, 1, 0, tzinfo=UTC)  # Monday 08:00 in Batang
SINCE = date(2024, 1, 15)
ZONE = ZoneInfo("Asia/Jakarta")
TODAY = NOW.astimezone(ZONE).date()
SOURCE = {"tiktok": "tiktok_research", "facebook": "facebook_graph", "instagram": "instagram_graph"}
SECRETS = {
    "tiktok_client_key": "season-key",
    "tiktok_client_secret": "season-secret",
    "facebook_token": "season-token",
    "instagram_token": "season-token",
}
WATCHED = {"tiktok": 40, "facebook": 5, "instagram": 5}
Rows = dict[tuple[str, date], dict[str, str]]


@dataclass
class Watching:
    """One home and the stand-ins it asks."""

    services: Services
    catalogues: dict[str, Catalogue]
    home: Path
    changes: dict[str, Any] = field(default_factory=dict)

    def accounts(self, platform: str) -> list[Account]:
        """The accounts with most posts, all of them still there."""
        here = [each for each in self.catalogues[platform].accounts.values() if each.is_here(int(NOW.timestamp()))]
        busy = sorted(here, key=lambda each: (-len(each.items), each.handle))
        return busy[: WATCHED[platform]]

    def names(self, platform: str) -> list[str]:
        """The accounts as they are watched."""
        return [each.number if platform == "facebook" else each.handle for each in self.accounts(platform)]

    def settings(self, **changes: Any) -> Settings:
        """Settings of the home; everything is watched by account."""
        watch = {"since": SINCE, **{platform: {"accounts": self.names(platform)} for platform in SOURCE}}
        facts = {
            "home": self.home,
            "watch": watch,
            "seeds": _seeds(self.home),
            "tiktok_url": self.services["tiktok"],
            "graph_url": self.services["facebook"],
            "instagram_url": self.services["instagram"],
            "instagram_user_id": "17841400000000001",
            "author_key": "ab" * 32,
            "request_timeout": 0.6,
            "request_deadline": 1.0,
            **SECRETS,
        }
        return Settings(**facts | self.changes | changes)

    def pull(self, platform: str, now: datetime = NOW, **changes: Any) -> pull.Pulled:
        """One extraction of one platform, on a clock that does not wait; the last of its runs."""
        return pull.pull(self.settings(**changes), SOURCE[platform], VirtualClock(now))[-1]

    def truth(self, platform: str, now: datetime = NOW) -> dict[date, set[str]]:
        """Local day -> ids of the watched posts the platform shows, in the days that are collected."""
        found: dict[date, set[str]] = defaultdict(set)
        for account in self.accounts(platform):
            for item in account.items:
                day = datetime.fromtimestamp(item.created, ZONE).date()
                if item.is_here(int(now.timestamp())) and SINCE <= day <= TODAY:
                    found[day].add(item.post_id)
        return found

    def found(self, platform: str) -> dict[date, set[str]]:
        """Local day -> ids of the posts in the landing, as the load reads them; a set knows no duplicates."""
        posts: dict[date, set[str]] = defaultdict(set)
        settings = self.settings()
        for item in landing.landed_files(self.home):
            if item.kind != "posts" or item.platform != platform:
                continue
            path = landing.stored_path(self.home, item)
            form, _ = sources.recognise(path, settings)
            with open_stream(path) as stream:
                for _, post in mapped.read_posts(form, stream, mapped.Sight()):
                    if isinstance(post, Post):
                        posts[datetime.fromtimestamp(post.created_at, ZONE).date()].add(post.post_id)
        return posts

    def ledger(self, platform: str) -> Rows:
        """(query, day) -> the latest row of the collection log."""
        rows: Rows = {}
        for item in landing.landed_files(self.home):
            if item.kind == "collection" and item.platform == platform:
                with open_stream(landing.stored_path(self.home, item)) as stream:
                    for row in csv.DictReader(io.StringIO(stream.read().decode())):
                        rows[row["query"], date.fromisoformat(row["day"])] = row
        return rows

    def posts_of(self, query: str, platform: str, day: date) -> set[str]:
        """The true posts of one query on one day."""
        name = query.removeprefix("account:")
        wanted = [each for each in self.accounts(platform) if name in ("accounts", each.number, each.handle)]
        return {
            item.post_id
            for account in wanted
            for item in account.items
            if datetime.fromtimestamp(item.created, ZONE).date() == day and item.is_here(int(NOW.timestamp()))
        }


def load(settings: Settings) -> LoadSummary:
    """Loads what landed; the quality gates, which are tested elsewhere and take seconds, are left open."""
    with (
        patch.object(gates, "landing_gate", return_value={}),
        patch.object(gates, "posts_gate"),
        warehouse.exclusive(settings.home),
    ):
        return load_pending(settings, runs.begin(settings.home, "test", {}))


def _seeds(home: Path) -> Path:
    """The seeds without anything to watch, so that only what a test names is watched."""
    import shutil

    import sql

    folder = home.parent / "seeds"
    if not folder.exists():
        shutil.copytree(sql.SEEDS, folder)
        (folder / "keywords.csv").write_text("platform,kind,text\n")
        (folder / "accounts.csv").write_text("platform,account,name\n")
    return folder


def days(first: date, last: date) -> list[date]:
    """All days from first to last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def written(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, unpacked."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
            if path.suffix == ".zst":
                with open_stream(path) as stream:
                    found[str(path.relative_to(folder))] += stream.read()
    return found


def plain(value: object) -> str:
    """A value as text, for searching."""
    return json.dumps(value, default=str)
