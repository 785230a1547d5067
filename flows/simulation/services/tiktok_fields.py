"""What a TikTok video and its creator have to show: one reader a field, nothing where there is no such value."""

import re
from collections.abc import Callable
from typing import Any
from zlib import crc32

from flows.simulation.services.archive import Account, Item
from flows.simulation.services.video_query import REGION, duration, music_id

# The platform's own label of videos about an election. Its keys are those that clients read: the contract says struct.
_ELECTION = {"content": "Cari tahu tentang Pemilu 2024", "sink": 0, "type": 1, "vote": True, "warn": False}
_NAMES_ELECTION = re.compile(r"\b(pemilu|pilpres|pileg)", re.IGNORECASE)


def _grown(name: str) -> Callable[[Item, float], int | None]:
    def value(item: Item, growth: float) -> int | None:
        count = getattr(item, name)
        return None if count is None else int(count * growth)

    return value


VIDEO_FIELDS: dict[str, Callable[[Item, float], Any]] = {
    "id": lambda item, _: item.key,
    "username": lambda item, _: item.account.handle,
    "create_time": lambda item, _: item.created,
    "video_description": lambda item, _: item.text or "",
    "region_code": lambda _, __: REGION,
    "view_count": _grown("views"),
    "like_count": _grown("likes"),
    "comment_count": _grown("comments"),
    "share_count": _grown("shares"),
    "favorites_count": lambda item, growth: int((item.shares or 0) * growth) // 2,
    "hashtag_names": lambda item, _: list(item.tags),
    "hashtag_info_list": lambda item, _: [
        {"hashtag_id": crc32(tag.encode()), "hashtag_name": tag, "hashtag_description": ""} for tag in item.tags
    ],
    "music_id": lambda item, _: music_id(item),
    "effect_ids": lambda item, _: [str(item.salt)] if item.salt % 9 == 0 else None,
    "effect_info_list": lambda _, __: None,
    "sticker_info_list": lambda _, __: None,
    "playlist_id": lambda item, _: 7_000_000_000_000_000_000 + item.salt if item.salt % 50 == 0 else None,
    "voice_to_text": lambda item, _: (item.text or "").lower()[:80] or None if item.salt % 12 == 0 else None,
    "is_stem_verified": lambda item, _: item.salt % 61 == 0,
    "video_duration": lambda item, _: duration(item),
    "video_mention_list": lambda item, _: re.findall(r"@([\w.]+)", item.text or "") or None,
    "video_label": lambda item, _: _ELECTION if _NAMES_ELECTION.search(item.text or "") else None,
    "video_tag": lambda _, __: None,
}
USER_FIELDS: dict[str, Callable[[Account, list[Item]], Any]] = {
    "display_name": lambda account, _: account.name,
    "bio_description": lambda _, __: "",
    "bio_url": lambda _, __: "",
    "avatar_url": lambda _, __: "https://p16.example-cdn.test/avatar.jpeg",
    "is_verified": lambda _, __: False,
    "follower_count": lambda account, _: account.followers,
    "following_count": lambda account, _: account.followers % 911,
    "likes_count": lambda _, videos: sum(item.likes or 0 for item in videos),
    "video_count": lambda _, videos: len(videos),
}
