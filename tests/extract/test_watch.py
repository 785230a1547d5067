"""What is watched: names checked, a version that changes with the list, queries and windows, the hashtag budget."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.collecting import watch_list
from flows.exits import UsageError
from flows.settings import Settings
from flows.sources import tiktok_research
from flows.sources.instagram_graph import HASHTAG_BUDGET, HashtagBudget, hashtag_walks
from flows.sources.source import Watched
from flows.store.watch_history import note_watch, read_watch
from tests.extract.watching import Watching, days

NOW = datetime(2024, 2, 12, tzinfo=UTC)
TODAY = date(2024, 2, 12)


def settings(tmp_path: Path, **platforms: Any) -> Settings:
    return Settings(home=tmp_path, watch=platforms, seeds=_seeds(tmp_path))


def _seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir(exist_ok=True)
    (folder / "accounts.csv").write_text("platform,account,name\ntiktok,@Kpu.Contoh,KPU\nfacebook,1029384756,Kabar\n")
    (folder / "keywords.csv").write_text("platform,kind,text\n,hashtag,#Contoh\ntiktok,keyword,bupati  contoh\n")
    return folder


def test_seeds_and_settings_make_one_list(tmp_path: Path) -> None:
    found = watch_list.read_watched(
        settings(tmp_path, tiktok={"accounts": ["kpu.contoh", "warga"], "hashtags": ["batang"]})
    )
    assert found["tiktok"] == Watched(("kpu.contoh", "warga"), ("bupati contoh",), ("contoh", "batang"))
    assert found["facebook"] == Watched(("1029384756",), (), ("contoh",))
    assert found["instagram"] == Watched((), (), ("contoh",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"accounts": ["a/../b"]},
        {"accounts": ["x){id}"]},
        {"hashtags": ["a b"]},
        {"hashtags": ["#"]},
        {"keywords": [" "]},
    ],
)
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, wrong: dict[str, list[str]]) -> None:
    with pytest.raises(UsageError):
        watch_list.read_watched(settings(tmp_path, instagram=wrong))


def test_the_version_follows_the_list_and_not_its_order(tmp_path: Path) -> None:
    one = {"tiktok": Watched(("a", "b"))}
    assert watch_list.version(one) == watch_list.version({"tiktok": Watched(("b", "a"))})
    assert watch_list.version(one) != watch_list.version({"tiktok": Watched(("a",))})
    assert watch_list.version(one) != watch_list.version({"tiktok": Watched(("a", "b"), keywords=("c",))})


def test_a_change_is_noted_once(tmp_path: Path) -> None:
    lists = {"tiktok": {"accounts": ["a"]}}
    assert note_watch(tmp_path, "v1", lists, NOW)
    assert not note_watch(tmp_path, "v1", lists, NOW + timedelta(days=1))
    assert note_watch(tmp_path, "v2", lists, NOW + timedelta(days=2))
    assert [each["version"] for each in read_watch(tmp_path)] == ["v1", "v2"]


def test_many_accounts_are_several_queries() -> None:
    many = Watched(tuple(f"a{n}" for n in range(120)), ("x",), ("y", "z"))
    made = tiktok_research.queries(many)
    assert list(made) == ["keywords", "hashtags", "accounts-1", "accounts-2", "accounts-3"]
    assert made["hashtags"]["query"]["or"] == [
        {"operation": "IN", "field_name": "hashtag_name", "field_values": ["y", "z"]}
    ]
    assert all(len(made[f"accounts-{n}"]["query"]["and"][0]["field_values"]) <= 50 for n in (1, 2, 3))


@given(st.sets(st.integers(min_value=0, max_value=120)), st.integers(min_value=1, max_value=40))
def test_windows_hold_every_day_once(offsets: set[int], size: int) -> None:
    wanted = {TODAY - timedelta(days=n) for n in offsets}
    made = watch_list.windows(wanted, size)
    listed = [day for first, last in made for day in days(first, last)]
    assert sorted(listed) == sorted(wanted)
    assert all((last - first).days < size for first, last in made)
    assert made == sorted(made, reverse=True)


def test_no_more_than_thirty_hashtags_in_seven_days() -> None:
    tags = [f"t{n}" for n in range(40)]
    budget = HashtagBudget({}, {})
    walks = hashtag_walks(tags, budget, NOW, TODAY)
    refused = [walk.target["hashtag"] for walk in walks if "refused" in walk.target]
    assert (len(walks) - len(refused), refused) == (HASHTAG_BUDGET, tags[30:])
    again = hashtag_walks(tags, budget, NOW + timedelta(days=6), TODAY)
    assert [walk.query for walk in again] == [walk.query for walk in walks]
    assert [walk.target["hashtag"] for walk in again if "refused" in walk.target] == refused
    later = hashtag_walks(list(reversed(tags)), budget, NOW + timedelta(days=7), TODAY)
    assert later[0].query == "hashtag:t39"


def test_the_budget_is_kept_across_runs_and_over_it_is_said(watching: Watching) -> None:
    tags = [f"tagar{n}" for n in range(35)]
    lists = {"since": date(2024, 2, 10), "instagram": {"hashtags": tags}}
    done = watching.pull("instagram", watch=lists)
    assert done.walks == 35
    searched = [each for each in watching.services.requests("instagram") if each["path"].endswith("ig_hashtag_search")]
    assert len(searched) <= HASHTAG_BUDGET
    watching.pull("instagram", watch=lists | {"instagram": {"hashtags": [*reversed(tags)]}})
    searched = [each for each in watching.services.requests("instagram") if each["path"].endswith("ig_hashtag_search")]
    assert len({each["query"]["q"] for each in searched}) <= HASHTAG_BUDGET
    reasons = {query: row["reason"] for (query, _), row in watching.ledger("instagram").items()}
    assert [reasons[f"hashtag:{tag}"] for tag in tags[30:]] == ["quota"] * 5


def test_hashtags_find_the_last_day(watching: Watching) -> None:
    tag = max(
        watching.catalogues["instagram"].by_tag, key=lambda each: len(watching.catalogues["instagram"].by_tag[each])
    )
    done = watching.pull("instagram", watch={"instagram": {"hashtags": [tag]}})
    assert done.failure is None
    second = int(datetime(2024, 2, 12, 1, tzinfo=UTC).timestamp())
    recent = {
        item.post_id
        for item in watching.catalogues["instagram"].by_tag[tag]
        if second - 86_400 < item.created <= second and item.is_here(second) and item.account.is_here(second)
    }
    assert {post for ids in watching.found("instagram").values() for post in ids} == recent
    assert recent
