"""Every fault of pages and items, on every platform that has it, over real sockets."""

from datetime import UTC, datetime

import pytest

from flows.simulation.services.archive import Catalogue
from tests.platform_walks import LIMIT, PLATFORMS, Walks, flat, items_of

FIELDS = {"tiktok": "create_time", "facebook": "created_time", "instagram": "timestamp"}
on_every_platform = pytest.mark.parametrize("platform", PLATFORMS)


@on_every_platform
def test_without_faults_all_pages_are_full_and_different(walks: Walks, platform: str) -> None:
    pages = walks.ids(platform)
    assert len(pages) > 4
    assert len(flat(pages)) == len(set(flat(pages)))
    assert pages == walks.ids(platform)


@on_every_platform
@pytest.mark.parametrize("fault", ["short_pages", "empty_pages", "reordered"])
def test_harmless_oddities_lose_nothing(walks: Walks, platform: str, fault: str) -> None:
    usual = walks.ids(platform)
    walks.services.faults(platform, **{fault: {"every": 1 if platform == "tiktok" else 2}})
    odd = walks.ids(platform, most=100)
    assert sorted(flat(odd)) == sorted(flat(usual))
    assert odd != usual
    if fault == "empty_pages":
        assert [] in odd[:-1]
    if fault == "short_pages":
        assert any(len(page) < LIMIT for page in odd[:-1])


@on_every_platform
def test_items_come_twice_on_a_page_and_across_pages(walks: Walks, platform: str) -> None:
    usual = walks.ids(platform)
    walks.services.faults(platform, duplicates=True)
    odd = walks.ids(platform)
    assert set(flat(odd)) == set(flat(usual))
    assert set(odd[0]) & set(odd[1])
    assert all(len(page) > len(set(page)) for page in odd[1:-1])


@on_every_platform
def test_a_cursor_leads_to_the_same_page_again(walks: Walks, platform: str) -> None:
    usual = walks.ids(platform)
    walks.services.faults(platform, repeated_cursor={"at": [2]})
    once = walks.ids(platform)
    assert once[1] == once[2] == usual[1]
    assert set(flat(once)) == set(flat(usual))
    walks.services.faults(platform, repeated_cursor={"from": 2})
    always = walks.ids(platform, most=8)
    assert always[1:] == [usual[1]] * 7


@on_every_platform
@pytest.mark.parametrize("mode", ["empty", "repeat"])
def test_there_is_always_a_next_page(walks: Walks, platform: str, mode: str) -> None:
    usual = walks.ids(platform)
    walks.services.faults(platform, endless_pages=mode)
    odd = walks.ids(platform, most=len(usual) + 6)
    assert len(odd) == len(usual) + 6
    assert set(flat(odd)) == set(flat(usual))
    assert all(page == [] for page in odd[len(usual) :]) is (mode == "empty")


@on_every_platform
def test_a_field_changes_its_name_goes_or_is_of_another_type(walks: Walks, platform: str) -> None:
    name = FIELDS[platform]
    walks.services.faults(platform, changed_shape={"field": name, "to": "madeAt"})
    assert all(name not in item and "madeAt" in item for item in items_of(walks.ask(platform)))
    walks.services.faults(platform, changed_shape={"field": name, "change": "drop"})
    assert all(name not in item for item in items_of(walks.ask(platform)))
    walks.services.faults(platform, changed_shape={"field": name, "change": "type"})
    assert all(isinstance(item[name], dict) for item in items_of(walks.ask(platform)))


@on_every_platform
def test_the_envelope_changes_too(walks: Walks, platform: str) -> None:
    container = {"tiktok": "videos", "facebook": "data", "instagram": "media"}[platform]
    walks.services.faults(platform, changed_shape=container)
    text = walks.ask(platform).text
    assert f'"{container}_v2":' in text
    assert f'"{container}":' not in text


@on_every_platform
def test_likes_are_left_out(walks: Walks, platform: str) -> None:
    name = {"tiktok": "like_count", "facebook": "reactions", "instagram": "like_count"}[platform]
    walks.services.faults(platform, omit_likes=2)
    if platform == "facebook":
        page = walks.client.post_pages(walks.biggest[platform].number, limit=LIMIT, most=1)[0]
        items = page["data"]
    else:
        items = items_of(walks.ask(platform))
    assert not any(name in item for item in items[1::2])
    assert any(name in item for item in items[::2])


@on_every_platform
def test_posts_are_indexed_late(walks: Walks, catalogues: dict[str, Catalogue], platform: str) -> None:
    listed = walks.ids(platform)
    newest = max(flat(listed), key={item.post_id: item.created for item in catalogues[platform].items}.__getitem__)
    created = next(item.created for item in catalogues[platform].items if item.post_id == newest)
    walks.services.clock(created + 3600)
    walks.client.tiktok_token()
    assert newest in flat(walks.ids(platform))
    walks.services.faults(platform, index_delay=2)
    assert newest not in flat(walks.ids(platform))
    walks.services.clock(advance=3600)
    assert newest in flat(walks.ids(platform))


@on_every_platform
def test_counts_grow_or_are_final_at_once(walks: Walks, catalogues: dict[str, Catalogue], platform: str) -> None:
    item = next(one for one in catalogues[platform].items if (one.likes or 0) > 100 and not one.gone)
    walks.services.clock(item.created + 60)
    walks.client.tiktok_token()

    def likes() -> int:
        if platform == "tiktok":
            query = {"and": [{"operation": "EQ", "field_name": "video_id", "field_values": [item.post_id]}]}
            day = datetime.fromtimestamp(item.created, UTC).strftime("%Y%m%d")
            answer = walks.client.videos(query=query, start_date=day, end_date=day)
            return int(items_of(answer)[0]["like_count"])
        fields = "like_count" if platform == "instagram" else "reactions.summary(true).limit(0)"
        body = walks.client.graph(platform, item.graph_id, fields=fields).json()
        return int(body["like_count"] if platform == "instagram" else body["reactions"]["summary"]["total_count"])

    early = likes()
    walks.services.faults(platform, steady_counts=True)
    assert early < likes() == item.likes
    walks.services.faults(platform)
    walks.services.clock(advance=8 * 86_400)
    walks.client.tiktok_token()
    assert likes() == item.likes
