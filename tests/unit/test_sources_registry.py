"""Every API source is one object of the registry, whole in itself: nothing else knows one by its name."""

import re
from datetime import date, datetime
from typing import get_args

import pytest
from pydantic import SecretStr

from flows.exits import UsageError
from flows.post import PLATFORMS, Rejected
from flows.settings import Settings, TableMapping
from flows.sources import SOURCES, formats, source_named
from flows.sources.format import Kind
from flows.sources.source import Source, Watched
from tests.conftest import REPOSITORY

WATCHED = Watched(("123",), ("kata",), ("tagar",))
GIVEN = {name: f"uji-{name}" for source in SOURCES for name in source.credentials}
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


def test_no_two_sources_have_one_name_and_each_is_found_by_it() -> None:
    assert len({source.name for source in SOURCES}) == len(SOURCES) >= 3
    assert [source_named(source.name) for source in SOURCES] == list(SOURCES)
    with pytest.raises(UsageError, match=r"There is no source orkut; there are tiktok_research, "):
        source_named("orkut")


@each_source
def test_a_source_is_asked_only_with_all_its_credentials(source: Source) -> None:
    assert source.platform in PLATFORMS
    assert source.credentials
    assert source.is_configured(Settings(**GIVEN))  # type: ignore[arg-type]
    for name in source.credentials:
        assert not source.is_configured(Settings(**{**GIVEN, name: None}))  # type: ignore[arg-type]


@each_source
def test_its_connector_speaks_for_it_and_hides_its_credentials(source: Source) -> None:
    settings = Settings(**GIVEN)  # type: ignore[arg-type]
    access = source.connect(settings)
    assert access.connector.source == source.name
    assert access.base.startswith("https://")
    assert access.limit.per_second > 0
    hidden = [name for name in source.credentials if isinstance(getattr(settings, name), SecretStr)]
    assert hidden
    assert [name for name in hidden if GIVEN[name] in repr(access)] == []


@each_source
def test_what_is_watched_becomes_named_queries(source: Source) -> None:
    assert source.window_days >= 1
    assert source.queries(WATCHED)
    assert source.queries(Watched()) == {}
    now = datetime.fromisoformat("2024-02-12T08:00:00+07:00")
    for walk in source.polls(WATCHED, {}, now, date(2024, 2, 12)):
        assert (walk.source, walk.platform) == (source.name, source.platform)


def test_no_other_module_knows_a_source_by_its_name() -> None:
    names = re.compile("|".join(rf"\b{source.name}\b" for source in SOURCES))
    files = [
        path for folder in ("flows", "sql", "reports", "expectations") for path in (REPOSITORY / folder).rglob("*")
    ]
    knowing = {
        path.relative_to(REPOSITORY).as_posix()
        for path in files
        if path.suffix in {".py", ".sql", ".csv", ".typ", ".html"} and names.search(path.read_text(encoding="utf-8"))
    }
    assert knowing == {"flows/sources/__init__.py", *(f"flows/sources/{source.name}.py" for source in SOURCES)}


def test_every_format_has_a_key_of_its_own() -> None:
    mapping = TableMapping(platform="tiktok", id="nomor", created_at="waktu")
    known = formats(Settings(tables={"dinas": mapping}))
    assert len({each.key for each in known}) == len(known) > 30
    assert {each.kind for each in known} == set(get_args(Kind))
    some = {"apify/tiktok/lines", "dinas/parquet", "facebook_graph/lines", "review/sheet", "collection/csv"}
    assert some <= {each.key for each in known}


def test_the_row_of_a_sheet_is_no_post() -> None:
    for sheet in (each for each in formats(Settings()) if each.kind != "posts"):
        with pytest.raises(Rejected, match=r"a row of a sheet"):
            sheet.post({})
