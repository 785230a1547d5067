"""Small exports in the platforms' own formats, for tests."""

import json
from pathlib import Path
from typing import Any

NOON = 1_706_763_600  # 2024-02-01 12:00:00 WIB


def tiktok_id(created: int, serial: int = 1) -> str:
    """A video id whose upper bits are a few seconds before its time."""
    return str(((created - 5) << 32) + serial)


def tiktok(created: int = NOON, serial: int = 1, text: str = "jalan di desa rusak", **changes: Any) -> dict[str, Any]:
    """One captured video: a line of a Zeeschuimer export. `likes`, `author`, `collected` (seconds) can be changed."""
    collected = changes.pop("collected", created + 3600)
    number = changes.pop("id", tiktok_id(created, serial))
    return {
        "nav_index": "1:1:0",
        "item_id": number,
        "timestamp_collected": collected * 1000,
        "source_platform": "tiktok.com",
        "source_platform_url": "https://www.tiktok.com/tag/batang",
        "source_url": "https://www.tiktok.com/api/",
        "user_agent": "Mozilla/5.0",
        "id": serial,
        "data": {
            "id": number,
            "desc": text,
            "createTime": created,
            "author": {"uniqueId": changes.pop("author", "warga"), "id": "71", "nickname": "Warga"},
            "stats": {"diggCount": changes.pop("likes", 10), "commentCount": 2, "shareCount": 0, "playCount": 900},
            "textExtra": [],
            **changes,
        },
    }


def write_lines(path: Path, records: list[dict[str, Any] | str]) -> Path:
    """NDJSON of these records; a string is written as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def removals(path: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    """A removal list: platform, post_id, gone_at, reason."""
    path.write_text("platform,post_id,gone_at,reason\n" + "".join(",".join(row) + "\n" for row in rows))
    return path
