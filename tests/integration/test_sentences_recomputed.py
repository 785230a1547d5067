"""Every number of every sentence comes out of the query printed for it, run on the published database."""

import html
import re
from pathlib import Path

import duckdb
import pytest

from flows import intake, season, steps
from flows.periods import Week
from flows.settings import Settings
from flows.store.runs import recorded
from flows.store.warehouse import exclusive
from reports.words import Words, platform_name

POSTS = 12_000
WEEKS = ("2023-W34", "2023-W52", "2024-W06")  # the first, an outage, a split with signals
WORDS = Words("id")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small season, published for a few of its weeks."""
    home = tmp_path_factory.mktemp("sentences") / "home"
    settings = Settings(home=home)
    written = season.write_season(home / "season", posts=POSTS)
    (home / "secret.key").write_text("cd" * 32)
    with exclusive(home), recorded(home, "test", {}) as run:
        for batch in written.batches:
            files = [home / "season" / "exports" / batch.week / name for name in batch.files]
            intake.land_paths(settings, files, batch.landed_at)
        intake.load_pending(settings, run)
        steps.build_tables(settings)
        for week in map(Week.parse, WEEKS):
            steps.publish_week(settings, run, week, settings.election.release_moment(week), "id")
    return (home / "published").resolve()


def sentences(page: str) -> dict[str, str]:
    found = re.findall(r'<li id="k-(\w+)">(.*?)<span class="links">', page, flags=re.DOTALL)
    return {key: html.unescape(re.sub(r"<[^>]+>", "", text)) for key, text in found}


def queries(page: str) -> dict[str, str]:
    found = re.findall(r'<h4 id="q-(\w+)">.*?<code>(.*?)</code>', page, flags=re.DOTALL)
    return {key: html.unescape(query) for key, query in found}


def written(value: object) -> set[str]:
    """Every way our sentences write a value of a query."""
    if value is None or isinstance(value, bool):
        return {""}
    if isinstance(value, int):
        return {WORDS.number(value)}
    if isinstance(value, float):
        decimals = {WORDS.decimal(value, places, signed) for places in (1, 3) for signed in (False, True)}
        return decimals if value != int(value) else decimals | {WORDS.number(int(value))}
    if isinstance(value, str):
        return {value, platform_name(WORDS, value), WORDS.known(f"status_{value}", value)}
    return {""}  # days are written as spells


@pytest.mark.parametrize("week", WEEKS)
def test_every_number_of_a_sentence_comes_out_of_its_printed_query(published: Path, week: str) -> None:
    page = (published / week / "weekly.html").read_text(encoding="utf-8")
    said, asked = sentences(page), queries(page)
    assert 3 <= len(said) <= 7
    assert said.keys() == asked.keys()
    with duckdb.connect(str(published / "ronda.duckdb"), read_only=True) as database:
        for key, text in said.items():
            answer = database.execute(asked[key])
            names = [column[0] for column in answer.description or ()]
            rows = answer.fetchall()
            assert rows, f"{key} has no answer"
            for row in rows[:1] if key.startswith("C") else rows:
                for name, value in zip(names, row, strict=True):
                    if name in {"week", "reason"} or value is None:
                        continue
                    assert any(form in text for form in written(value)), f"{key}: {name} = {value} is not in: {text}"


def test_at_least_one_sentence_of_the_season_is_a_signal_with_its_posts(published: Path) -> None:
    pages = {week: (published / week / "weekly.html").read_text(encoding="utf-8") for week in WEEKS}
    signals = {week: [key for key in sentences(page) if key.startswith("S")] for week, page in pages.items()}
    assert any(signals.values())
    for week, keys in signals.items():
        for key in keys:
            assert f'<span id="posts-{key}"></span>' in pages[week], f"{week} {key} has no post to look at"
            assert f'href="#posts-{key}" data-group="{key}"' in pages[week]
