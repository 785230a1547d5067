"""Small inputs from the field, each with the right answer, and the same tables after the warehouse was made anew.

The inputs lie in a folder beside the repository (`../shared/cases`, or RONDA_SHARED_CASES) and are not part of it;
without it these tests are skipped. Their kinds are tested with invented inputs in test_loading.py and tests/unit.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.exits import Exit, RondaError
from flows.labels import verbs
from flows.loading.imports import run_import
from flows.loading.pending import load_pending
from flows.progress import unseen
from flows.settings import Settings, load_settings
from flows.store import runs, warehouse
from tests.conftest import REPOSITORY

CASES = Path(os.environ.get("RONDA_SHARED_CASES", REPOSITORY.parent / "shared" / "cases"))
pytestmark = [
    pytest.mark.slow,  # every case is loaded, deleted and loaded again; what main must pass runs them too
    pytest.mark.skipif(not CASES.is_dir(), reason=f"no cases in {CASES}; set RONDA_SHARED_CASES to run them"),
]

LANDED = datetime(2024, 2, 20, tzinfo=UTC)
WEEK = (date(2024, 1, 29), date(2024, 2, 4))
METRICS = "likes, comments, shares, views"
# What must be equal after the warehouse was made anew: facts, not the order in which files came to be loaded.
FACTS = {
    "base.posts": "SELECT * FROM base.posts ORDER BY platform, post_id",
    "base.observations": "SELECT * FROM base.observations ORDER BY ALL",
    "base.rejects": "SELECT * FROM base.rejects ORDER BY ALL",
    "base.collection": "SELECT * FROM base.collection ORDER BY ALL",
    "base.loads": "SELECT * FROM base.loads ORDER BY ALL",
    "base.set_aside": "SELECT * FROM base.set_aside ORDER BY ALL",
}


@dataclass(frozen=True, slots=True)
class Case:
    """An import and its right answer: exit code, posts, rejects; `said` must stand in what the command says."""

    name: str
    exit: Exit
    posts: int
    rejects: int = 0
    said: str = ""
    files: tuple[tuple[str, ...], ...] = ((".",),)  # paths of each import, relative to the case
    covers: bool = False
    days: tuple[tuple[str, int, str | None], ...] = ()  # (platform, succeeded, reason) of the declared days
    rows: tuple[tuple[str, tuple[int | None, ...]], ...] = ()  # (post_id, METRICS) of some posts
    times: tuple[tuple[str, str], ...] = ()  # modified time of files


INPUT = [
    Case("apify-fb-groups", Exit.DONE, 1, rows=(("456789012345678", (5, 3, 2, None)),)),
    Case("apify-ig-overview", Exit.DONE, 3),
    Case(
        "covers-all-rejected",
        Exit.REFUSED,
        0,
        6,
        covers=True,
        days=(("tiktok", 0, "no record of a file could be used"),),
    ),
    Case(
        "covers-folder-with-zip",
        Exit.REFUSED,
        3,
        said="is a zip archive",
        covers=True,
        days=(("tiktok", 0, "a file beside it was refused"),),
    ),
    Case("covers-truncated", Exit.DONE, 4, 1, covers=True, days=(("tiktok", 0, "a file is cut off"),)),
    Case("crowdtangle-twitter", Exit.REFUSED, 0, said="Twitter"),
    Case("crowdtangle-zones", Exit.DONE, 3),
    Case("empty-dataset", Exit.DONE, 0, covers=True),
    Case("excel-blank-rows", Exit.DONE, 6),
    Case("excel-sep-line", Exit.DONE, 6),
    Case("excel-zeros-double", Exit.DONE, 6, 6, said="id damaged by a spreadsheet"),
    Case(
        "graph-false-zero-shares",
        Exit.DONE,
        1,
        rows=(("122118273645019281", (20, None, None, None)),),
    ),
    Case("id-as-text-tricks", Exit.DONE, 6),
    Case("json-array-table", Exit.DONE, 3, files=(("a.json",), ("page.json",))),
    Case("local-dates", Exit.DONE, 2),
    Case(
        "local-thousands",
        Exit.DONE,
        2,
        rows=(
            ("122118273645019281", (1_000, 2_500, 10_000, None)),
            ("122118273645019282", (12_000, 950, 1_500_000, None)),
        ),
    ),
    Case("mask-emoji", Exit.DONE, 4),
    Case("newer-without-counts", Exit.DONE, 1, rows=(("7329720754184912996", (11, 2, 1, 500)),)),
    Case(
        "older-file-wins",
        Exit.DONE,
        1,
        rows=(("7329720754184912996", (200, 2, 1, 100)),),
        times=(("a_baru.json", "2024-02-05"), ("b_lama.json", "2024-01-31")),
    ),
    # Its apostrophes are read now; that a file is set aside alone is tested in test_importing.
    Case("one-bad-file-blocks-source", Exit.DONE, 6),
    Case("one-odd-id-stops-all", Exit.DONE, 7, 1, files=(("zs.ndjson",), ("later.ndjson",))),
    Case("row-number-as-id", Exit.REFUSED, 0, 5, said="not an id of this platform"),
    Case("tiktok-scheduled", Exit.DONE, 3, 1),
    Case("zeeschuimer-pretty", Exit.DONE, 3),
]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("RONDA_HOME", str(home))
    monkeypatch.setenv("RONDA_AUTHOR_KEY", "ab" * 32)
    return load_settings()


def copied(case: Case, folder: Path, home: Path) -> tuple[Path, Settings]:
    """The inputs of a case in a folder of their own, with their times, and the settings with its ronda.toml."""
    shutil.copytree(CASES / case.name, folder, ignore=shutil.ignore_patterns("README.txt", "ronda.toml"))
    folder.chmod(0o755)
    for name, day in case.times:
        (folder / name).chmod(0o644)
        second = datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()
        os.utime(folder / name, (second, second))
    if (CASES / case.name / "ronda.toml").is_file():
        shutil.copyfile(CASES / case.name / "ronda.toml", home / "ronda.toml")
    return folder, load_settings()


def facts(settings: Settings) -> dict[str, pl.DataFrame]:
    with warehouse.opened(settings.home) as connection:
        return {name: warehouse.query(connection, text) for name, text in FACTS.items()}


def reload(settings: Settings) -> None:
    """Makes the warehouse anew from the landing."""
    (settings.home / "warehouse.duckdb").unlink()
    with warehouse.exclusive(settings.home):
        load_pending(settings, runs.begin(settings.home, "test", {}))


@pytest.mark.parametrize("case", INPUT, ids=lambda case: case.name)
def test_a_case_gives_what_it_expects_and_again_after_a_rebuild(case: Case, settings: Settings, tmp_path: Path) -> None:
    folder, settings = copied(case, tmp_path / "in", settings.home)
    said: list[str] = []
    codes = []
    for paths in case.files:
        try:
            code = run_import(
                settings, [folder / path for path in paths], LANDED, WEEK if case.covers else None, said.append
            )
        except RondaError as error:
            said.append(str(error))
            code = error.exit_code
        codes.append(code)
    assert codes[-1] == case.exit, said
    assert case.said in "\n".join(said)
    first = facts(settings)
    assert (len(first["base.posts"]), len(first["base.rejects"])) == (case.posts, case.rejects), said
    stored = {
        row["post_id"]: tuple(row[name] for name in METRICS.split(", ")) for row in first["base.posts"].to_dicts()
    }
    assert {key: stored[key] for key, _ in case.rows} == dict(case.rows)
    days = {(row["platform"], row["succeeded"], row["reason"]) for row in first["base.collection"].to_dicts()}
    assert days == set(case.days) or not case.days
    reload(settings)
    again = facts(settings)
    for name, frame in first.items():
        assert frame.equals(again[name]), f"{name} differs after the rebuild"


def test_no_case_is_left_out() -> None:
    labels = {"label-ragged", "label-semicolon", "empty-folder"}
    assert {case.name for case in INPUT} | labels == {path.name for path in CASES.iterdir() if path.is_dir()}


def test_an_empty_folder_is_named_as_one(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(RondaError, match="holds no files") as refusal:
        run_import(settings, [tmp_path / "in"], LANDED, None, lambda _: None)
    assert refusal.value.exit_code == Exit.REFUSED


def test_a_semicolon_table_is_labelled_as_it_is_imported(settings: Settings, tmp_path: Path) -> None:
    verbs.apply(settings, CASES / "label-semicolon" / "t.csv", tmp_path / "out.csv", lambda _: None, unseen)
    assert pl.read_csv(tmp_path / "out.csv")["text"].to_list() == ["jalan rusak parah", "terima kasih pak"]


def test_a_ragged_row_is_refused_by_its_line(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(RondaError, match=r"line 3|row 2|baris 3") as refusal:
        verbs.apply(settings, CASES / "label-ragged" / "t.csv", tmp_path / "out.csv", lambda _: None, unseen)
    assert refusal.value.exit_code == Exit.REFUSED
