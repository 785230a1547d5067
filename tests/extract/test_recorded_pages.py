"""Recorded real pages of the Graph API go through the connectors: served again, followed, landed, read."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import sql
from flows import sources
from flows.collecting import pull
from flows.collecting import watch_list as watch_lists
from flows.files import open_stream
from flows.loading import landing, mapped
from flows.post import Post
from flows.settings import Settings
from flows.sources.pacing import VirtualClock

NOW = datetime(2021, 12, 1, tzinfo=UTC)


@contextmanager
def replaying(pages: list[bytes]) -> Iterator[tuple[str, list[str]]]:
    """A server that gives one page after the other, whatever is asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages[min(len(asked), len(pages) - 1)]
            asked.append(self.path)
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def pulled(
    tmp_path: Path, platform: str, pages: list[bytes], **watch: Any
) -> tuple[pull.Pulled, list[Post], list[str]]:

    seeds = tmp_path / "seeds"
    shutil.copytree(sql.SEEDS, seeds)
    (seeds / "keywords.csv").write_text("platform,kind,text\n")
    with replaying(pages) as (address, asked):
        settings = Settings(
            home=tmp_path / "home",
            seeds=seeds,
            graph_url=address,
            facebook_token="replayed-token",
            instagram_token="replayed-token",
            instagram_user_id="17841400000000001",
            watch={"since": date(2015, 1, 1), platform: watch},
        )
        source = {"facebook": "facebook_graph", "instagram": "instagram_graph"}[platform]
        done = pull.pull(settings, source, VirtualClock(NOW))[-1]
    posts = []
    for item in landing.landed_files(settings.home):
        if item.kind == "posts":
            path = landing.stored_path(settings.home, item)
            form, _ = sources.recognise(path, settings)
            with open_stream(path) as stream:
                found = mapped.read_posts(form, stream, mapped.Sight())
                posts += [post for _, post in found if isinstance(post, Post)]
    return done, posts, asked


def only_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole time as one window, as the recordings were made without any."""
    windows = watch_lists.windows
    monkeypatch.setattr(watch_lists, "windows", lambda days, _: windows(days, 100_000))


@pytest.mark.parametrize("name", ["feeds_default_fields", "feed_fields"])
def test_recorded_posts_of_pages(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    only_window(monkeypatch)
    folder = shared_data / "exports" / "graph" / "facebook" / "apidata" / "posts"
    pages = [(folder / f"{name}_p{number}.json").read_bytes() for number in (1, 2)]
    pages = [page.replace(b"/posts?", b"/published_posts?").replace(b"/feed?", b"/published_posts?") for page in pages]
    done, posts, asked = pulled(tmp_path, "facebook", _ended(pages), accounts=["19292868552"])
    assert done.failure is None, done
    ids = {item["id"].partition("_")[2] for page in pages for item in json.loads(page)["data"]}
    assert {post.post_id for post in posts} == ids
    assert len(asked) == 2
    assert not any("access_token" in path for path in asked)


def _ended(pages: list[bytes]) -> list[bytes]:
    """The last recorded page made the last one."""
    last = json.loads(pages[-1])
    last.get("paging", {}).pop("next", None)
    return [*pages[:-1], json.dumps(last).encode()]


@pytest.mark.parametrize("folder", ["base", "instagram/apidata/discovery"])
def test_recorded_business_discovery(shared_data: Path, tmp_path: Path, folder: str) -> None:
    root = shared_data / "exports" / "graph" / folder
    names = sorted(path.name for path in root.glob("*medias_p*.json"))
    pages = [(root / name).read_bytes() for name in names]
    last = json.loads(pages[-1])
    last["business_discovery"]["media"].get("paging", {}).get("cursors", {}).pop("after", None)
    done, posts, asked = pulled(tmp_path, "instagram", [*pages[:-1], json.dumps(last).encode()], accounts=["kabar"])
    media = [item for page in pages for item in json.loads(page)["business_discovery"]["media"]["data"]]
    is_whole = all({"timestamp", "permalink"} <= item.keys() for item in media)
    if is_whole:
        assert done.failure is None, done
        assert len({post.post_id for post in posts}) == len({item["id"] for item in media})
        assert "media.after%28" in asked[1]
    else:
        assert "timestamp" in str(done.failure) or "permalink" in str(done.failure), done


def test_recorded_hashtag_media(shared_data: Path, tmp_path: Path) -> None:
    root = shared_data / "exports" / "graph" / "instagram" / "apidata" / "hashtags"
    pages = [(root / f"hashtag_recent_medias_p{number}.json").read_bytes() for number in (1, 2)]
    search = b'{"data":[{"id":"17843800000000123"}]}'
    done, posts, asked = pulled(tmp_path, "instagram", [search, *_ended(pages)], hashtags=["contoh"])
    media = [item for page in pages for item in json.loads(page)["data"]]
    if all({"timestamp", "permalink"} <= item.keys() for item in media):
        assert done.failure is None, done
        assert len({post.post_id for post in posts}) == len({item["id"] for item in media})
    else:
        assert done.failure is not None
    assert asked[0].startswith("/v26.0/ig_hashtag_search")
