"""Every number of every sentence comes out of the query printed for it, run on the published database."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

import sql
from flows import labels, simulation
from flows.loading.arrivals import land_paths
from flows.loading.pending import load_pending
from flows.periods import Week
from flows.publishing.build import build_tables
from flows.publishing.week import publish_week
from flows.seeds import read_seed
from flows.settings import Settings
from flows.store.runs import recorded
from flows.store.warehouse import exclusive
from reports.wording.words import Words, platform_name
from tests import reports_fixture as invented

pytestmark = pytest.mark.slow
POSTS = 12_000
WEEKS = ("2023-W34", "2023-W45", "2023-W52", "2024-W02", "2024-W05", "2024-W06")  # first, calm, outage, bursts, split
WORDS = Words("id")
LABELS = {row["code"]: row["label_id"] for row in read_seed("indications")}


def measured(seeds: Path) -> pl.DataFrame:
    """Invented figures of every class, money politics measured as in the seeds of this home."""
    rows = invented.label_quality().filter(pl.col("family") == "indications", pl.col("code") == "any")
    flags = {row["code"]: row["is_measured"] == "true" for row in read_seed("indications", seeds)}
    return pl.concat([rows.with_columns(code=pl.lit(code), is_measured=pl.lit(flag)) for code, flag in flags.items()])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small season, published for a few of its weeks, with money politics among the measured classes."""
    home = tmp_path_factory.mktemp("sentences") / "home"
    seeds = home / "seeds"
    seeds.mkdir(parents=True)
    seed = (sql.SEEDS / "indications.csv").read_text(encoding="utf-8")
    changed, places = re.subn(r"(?m)^(money_politics,.*),false,", r"\1,true,", seed)
    assert places == 1
    (seeds / "indications.csv").write_text(changed, encoding="utf-8")
    settings = Settings(home=home, seeds=seeds)
    written = simulation.write_season(home / "season", posts=POSTS)
    (home / "secret.key").write_text("cd" * 32)
    with pytest.MonkeyPatch.context() as patch, exclusive(home), recorded(home, "test", {}) as run:
        patch.setattr(labels, "label_quality", measured)
        for batch in written.batches:
            files = [home / "season" / "exports" / batch.week / name for name in batch.files]
            land_paths(settings, files, batch.landed_at)
        load_pending(settings, run)
        build_tables(settings)
        for week in map(Week.parse, WEEKS):
            publish_week(settings, run, week, settings.election.release_moment(week))
    yield (home / "published").resolve()


def sentences(page: str) -> dict[str, str]:
    found = re.findall(r'<li id="k-(\w+)">(.*?)<span class="links">', page, flags=re.DOTALL)
    return {key: html.unescape(re.sub(r"<[^>]+>", "", text)) for key, text in found}


def queries(page: str) -> dict[str, str]:
    found = re.findall(r'<h3 id="q-(\w+)">.*?<code>(.*?)</code>', page, flags=re.DOTALL)
    return {key: html.unescape(query) for key, query in found}


def written(name: str, value: object) -> set[str]:
    """Every way our sentences write a value of a query; days are written as spells and are not looked for."""
    if name.startswith("share_"):
        return {WORDS.percent(float(str(value)))}
    if isinstance(value, bool) or not isinstance(value, (int, float, str)) or (name, value) == ("more_signals", 0):
        return {""}
    if isinstance(value, str):
        known = (f"status_{value}", f"direction_{value}", f"signal_reason_{value}")
        labels = {LABELS[value]} if value in LABELS else set()
        return {value, platform_name(WORDS, value), *(WORDS.known(key, value) for key in known)} | labels
    decimals = {WORDS.decimal(value, places, signed) for places in (1, 2, 3) for signed in (False, True)}
    return decimals | {WORDS.number(int(value))} if value == int(value) else decimals


def is_written(name: str, value: object, text: str) -> bool:
    """Whether a text says a value; a list of values is said when each of its parts is."""
    parts = value if isinstance(value, list) else [value]
    return all(any(form in text for form in written(name, part)) for part in parts)


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
                    if name in {"week", "reason"} or value is None or (name, value) == ("detected", 0):
                        continue
                    assert is_written(name, value, text), f"{key}: {name} = {value} is not in: {text}"


def test_every_kind_of_sentence_is_among_those_recomputed(published: Path) -> None:
    said = [sentences((published / week / "weekly.html").read_text(encoding="utf-8")) for week in WEEKS]
    kinds = {key[0] for found in said for key in found}
    assert kinds == set("ISTVDNC")  # incident, signal, tests, volume, detected, net sentiment, not collected
    texts = " ".join(text for found in said for text in found.values())
    for part in (
        "tidak dapat diuji",
        "tidak ada perubahan",
        "tidak ada yang terdeteksi",
        "masuk daftar telaah",
        "paling banyak disalin",
        "Periode sebelumnya",
    ):
        assert part in texts, part


def test_at_least_one_sentence_of_the_season_is_a_signal_with_its_posts(published: Path) -> None:
    pages = {week: (published / week / "weekly.html").read_text(encoding="utf-8") for week in WEEKS}
    signals = {week: [key for key in sentences(page) if key.startswith("S")] for week, page in pages.items()}
    assert any(signals.values())
    for week, keys in signals.items():
        said = sentences(pages[week])
        for key in keys:
            if re.search(" turun pada .*: (0|<5) unggahan", said[key]):
                continue  # a decline to nothing has no posts
            assert f'<span id="posts-{key}"></span>' in pages[week], f"{week} {key} has no post to look at"
            assert f'href="#posts-{key}" data-group="{key}"' in pages[week]
