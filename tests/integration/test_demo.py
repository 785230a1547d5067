"""The whole way as its users go it: demo, again, another week, a backfill, status, verify; all offline."""

import json
import re
import shutil
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

import sql
from flows import cli, demo, serving
from flows.desk import clock
from flows.method import METHOD
from flows.settings import Settings
from tests.integration.conftest import Ronda, published_bytes, run_demo

OLDEST_DUCKDB = "1.2.2"  # as the README says
# Rows and a hash of every table, in words that give the same in every DuckDB (a row as VARCHAR does not).
READ_ALL = """
import json, sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as database:
    database.execute("SET TimeZone = 'UTC'")
    for schema, name in database.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall():
        content = database.execute(
            f"SELECT count(*), sum(md5_number_lower(to_json(r)::VARCHAR)::HUGEINT)::VARCHAR FROM {schema}.{name} AS r")
        print(schema, name, *content.fetchone())
    for number, query in enumerate(json.loads(sys.argv[2])):
        print(number, len(database.execute(f"SELECT CAST(to_json(r) AS VARCHAR) FROM ({query}) AS r").fetchall()))
"""
FILES = {"weekly.html", "weekly.pdf", "briefing.pdf", "tables.xlsx", "manifest.json"}
pytestmark = pytest.mark.slow  # a minute; what main must pass runs it too


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A fresh home after `ronda demo`, which starts no server, and what it said."""
    home = tmp_path_factory.mktemp("demo") / "home"
    done = run_demo(home, "--posts", "3000")
    assert str(home / "published" / "2024-W06" / "weekly.html") in done.stdout
    return home, done.stdout


@pytest.fixture(scope="module")
def home(ran: tuple[Path, str]) -> Path:
    """That home."""
    return ran[0]


def test_the_latest_complete_week_is_published_in_full(home: Path) -> None:
    published = home / "published"
    names = {path.name for path in (published / "2024-W06").iterdir()}
    assert names >= FILES | {"charts", "data"}
    assert (published / "latest").resolve() == (published / "2024-W06").resolve()
    assert (published / "index.html").read_text(encoding="utf-8").count("2024-W06") >= 1
    assert {path.suffix for path in (published / "2024-W06" / "charts").iterdir()} == {".png", ".svg"}
    assert (published / "ronda.duckdb").stat().st_mode & 0o222 == 0


def test_the_home_of_a_demo_is_whole(home: Path, ronda: Ronda) -> None:
    done = ronda(home, "check", "--read-data")
    assert (done.returncode, "Everything is whole." in done.stdout) == (0, True), done.stdout


def test_every_week_of_the_season_has_numbers_and_the_last_one_is_marked_incomplete(home: Path) -> None:
    with duckdb.connect(str(home / "published" / "ronda.duckdb"), read_only=True) as database:
        weeks = database.execute("SELECT DISTINCT week FROM trends.weekly_platform ORDER BY week").fetchall()
        assert (weeks[0][0], weeks[-1][0], len(weeks)) == ("2023-W34", "2024-W07", 26)
        last = database.execute(
            "SELECT phase, is_complete, posts FROM trends.weekly_platform "
            "WHERE week = '2024-W07' AND platform = 'all' ORDER BY first_day"
        ).fetchall()
        assert [(phase, complete) for phase, complete, _ in last] == [
            ("quiet", True),
            ("voting_day", True),
            ("post_election", False),
        ]
        assert last[2][2] is None
        private = database.execute(
            "SELECT column_name FROM duckdb_columns() WHERE column_name LIKE '%\\_pi' ESCAPE '\\'"
        )
        assert private.fetchall() == []


def test_what_the_season_was_collected_by_is_noted(home: Path) -> None:
    with duckdb.connect(str(home / "published" / "ronda.duckdb"), read_only=True) as database:
        noted = database.execute("SELECT platform, day::VARCHAR, accounts > 10 FROM core.watches ORDER BY 1").fetchall()
    assert noted == [(platform, "2023-08-21", True) for platform in ("facebook", "instagram", "tiktok")]


def test_all_that_waits_for_a_coder_is_one_private_workbook(ran: tuple[Path, str]) -> None:
    home, said = ran
    with duckdb.connect(str(home / "published" / "ronda.duckdb"), read_only=True) as database:
        flagged, drawn = (
            {week for (week,) in database.execute(query).fetchall()}
            for query in (
                "SELECT DISTINCT week FROM core.review_items WHERE week <= '2024-W06' AND outcome = 'unreviewed'",
                "SELECT DISTINCT week FROM core.samples WHERE week <= '2024-W06'",
            )
        )
    [path] = (home / "review").glob("backlog-2024-W06-1-*.xlsx")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    page = openpyxl.load_workbook(path)["ronda-review"]
    rows = list(page.iter_rows(min_row=2))
    limits, today = [date.fromisoformat(row[5].value) for row in rows], date(2024, 2, 12)
    ahead = [limit for limit in limits if limit >= today]
    passed = limits[len(ahead) :]  # what is in time comes first
    assert ahead and passed and max(passed) < today
    assert passed == sorted(passed, reverse=True)
    shown = {row[2].value for row in rows}
    assert flagged <= shown <= flagged | drawn  # with the random posts of the latest weeks among the flagged ones
    assert all(row[3].hyperlink for row in rows if row[3].value)
    assert not any(cell.value for row in rows for cell in row[6:])  # what a coder fills in
    told = re.search(r"Telaah (\d+) unggahan terdeteksi yang menunggu.*bercampur (\d+) unggahan contoh acak", said)
    assert told and sum(map(int, told.groups())) == len(rows)
    assert f"review/{path.name}" in said
    assert not list((home / "published").resolve().rglob("*backlog*"))


def test_the_report_tells_flagged_reviewed_and_estimated_posts_of_the_latest_reviewed_week(home: Path) -> None:
    with duckdb.connect(str(home / "published" / "ronda.duckdb"), read_only=True) as database:
        weeks = database.execute(
            "SELECT DISTINCT week FROM trends.estimates WHERE sampled > 0 AND reason IS NULL ORDER BY week"
        ).fetchall()
        assert len(weeks) == METHOD.estimate_weeks and weeks[-1] == ("2024-W05",)
        nets = database.execute("SELECT week FROM trends.net_estimates WHERE reason IS NULL ORDER BY week").fetchall()
        assert nets == weeks
    html = (home / "published" / "2024-W06" / "weekly.html").read_text(encoding="utf-8")
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    assert "Unggahan pekan 2024-W06 belum ditelaah dua orang" in page
    assert re.search(r"Politik uang: diperkirakan ada \d+ \(\d+ s\.d\. \d+\) unggahan; mesin mendeteksi \d+", page)
    assert re.search(r"Menurut dua penelaah atas \d+ unggahan contoh, sentimen bersih", page)


def recipes(home: Path) -> list[tuple[str, str]]:
    """The questions of `recipes.sql` as (comment, query), as it lies beside the database."""
    text = (home / "published" / "recipes.sql").read_text(encoding="utf-8")
    return re.findall(r"((?:^--  ?.*\n)+)((?:^(?!--).+\n)+?)(?<=;\n)", text, flags=re.MULTILINE)


def test_every_question_of_the_recipes_has_an_answer(home: Path) -> None:
    answered = recipes(home)
    assert len(answered) == (home / "published" / "recipes.sql").read_text(encoding="utf-8").count(";\n") > 19
    with duckdb.connect(str(home / "published" / "ronda.duckdb"), read_only=True) as database:
        for number, (comment, query) in enumerate(answered, start=1):
            assert re.match(rf"-- {number}\. [A-Z].*[?)]\n", comment), comment
            assert re.search(r"^--  +[A-Z].*\n", comment, flags=re.MULTILINE), comment  # in English
            assert database.execute(query).fetchone(), comment
        assert "PIVOT" not in "".join(query for _, query in answered)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("core.week('2024-W60')", "the weeks are 2023-W34 to 2024-W07"),
        ("core.week_before('2023-W34')", 'No numbers of a week before "2023-W34"'),
        ("core.platform('x')", "there are all, facebook, instagram, tiktok"),
        ("core.topic('harga')", "prices"),
        ("core.indication(NULL)", "money_politics"),
        ("core.district('Pekalongan')", "Bandar, Banyuputih, Batang"),
    ],
)
def test_a_code_that_does_not_exist_is_an_error_and_no_empty_answer(home: Path, call: str, told: str) -> None:
    with (
        duckdb.connect(str(home / "published" / "ronda.duckdb"), read_only=True) as database,
        pytest.raises(duckdb.InvalidInputException, match=told),
    ):
        database.execute(f"SELECT count(*) FROM trends.weekly_topic WHERE topic = {call}")  # noqa: S608


def test_codes_are_also_known_by_their_labels(home: Path) -> None:
    with duckdb.connect(str(home / "published" / "ronda.duckdb"), read_only=True) as database:
        calls = "core.topic('Harga kebutuhan'), core.district('Bandar'), core.last_week(), core.week_before('2024-W06')"
        known = database.execute(f"SELECT {calls}").fetchone()
        assert known == ("prices", "3325020", "2024-W06", "2024-W05")


@pytest.fixture(scope="module")
def old_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the oldest DuckDB that the published database is for."""
    folder = tmp_path_factory.mktemp("old")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:", f"duckdb=={OLDEST_DUCKDB}"]
    installed = subprocess.run(pip, capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"DuckDB {OLDEST_DUCKDB} cannot be installed here: {installed.stderr.strip()[-200:]}")
    return python


def test_the_oldest_duckdb_of_the_readme_reads_every_table_and_answers_every_question(
    home: Path, old_python: Path
) -> None:
    queries = json.dumps([query.strip().removesuffix(";") for _, query in recipes(home)])
    call = ["-c", READ_ALL, home / "published" / "ronda.duckdb", queries]
    said = [
        subprocess.run([python, *call], capture_output=True, text=True, check=False)
        for python in (Path(sys.executable), old_python)
    ]
    assert [each.stderr for each in said] == ["", ""]
    assert len(said[0].stdout.splitlines()) > 50
    assert said[1].stdout == said[0].stdout


def test_the_demo_again_changes_no_published_byte(home: Path, ronda: Ronda) -> None:
    before, tables = published_bytes(home), ronda(home, "verify").stdout
    again = ronda(home, "demo", "--posts", "3000")
    assert again.returncode == 0, again.stderr
    assert published_bytes(home) == before
    assert ronda(home, "verify").stdout == tables


def test_another_week_in_english_joins_the_release(home: Path, ronda: Ronda) -> None:
    before = published_bytes(home)
    done = ronda(home, "weekly", "--week", "2023-W52", "--lang", "en")
    assert done.returncode == 0, done.stderr
    for place, lang in (("2023-W52", "id"), ("en/2023-W52", "en")):
        page = (home / "published" / place / "weekly.html").read_text(encoding="utf-8")
        assert f'<html lang="{lang}"' in page
    index = (home / "published" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="id"' in index and 'href="en/2023-W52/weekly.html"' in index
    after = published_bytes(home)
    assert {name: content for name, content in after.items() if name.startswith("2024-W06/")} == {
        name: content for name, content in before.items() if name.startswith("2024-W06/")
    }


def test_status_shows_weeks_runs_and_what_is_missing(home: Path, ronda: Ronda) -> None:
    facts = json.loads(ronda(home, "status", "--json").stdout)
    assert [week["week"] for week in facts["weeks"]][-1] == "2024-W07"
    assert facts["due"] == ["2024-W07"]
    assert facts["waiting_files"] == []
    assert any(gap["platform"] == "instagram" and gap["days"] == 7 for gap in facts["missing_days"])
    text = ronda(home, "status").stdout
    assert "instagram/zeeschuimer: 7 days not collected, 2023-12-25 to 2023-12-31" in text


def test_a_plan_of_a_backfill_says_what_would_move_and_why_and_writes_nothing(home: Path, ronda: Ronda) -> None:
    def content() -> dict[str, bytes]:
        files = (path for path in home.rglob("*") if path.is_file() and path.name != "warehouse.lock")
        return {str(path): path.read_bytes() for path in files}

    before = content()
    done = ronda(home, "backfill", "2024-W06", "2024-W08", "--reason", "late posts of TikTok", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert content() == before
    week, complete, unknown, others, costs, last = done.stdout.splitlines()
    assert re.fullmatch(
        r"2024-W06: publication 2; \d+ values restated: (\w+ \(\d+\), )*\w+ \(\d+\); most: .+ -> .+", week
    )
    assert "late (" in week and "removed (" in week
    assert complete == "2024-W07: stays publication 1; its numbers and what they rest on are unchanged"
    assert unknown == "2024-W08: skipped; nothing is known of it, neither posts nor a collection log"
    assert others == "No other week would be restated."
    assert re.fullmatch(r"Takes about \d+ s.* and at most \d+ MB; [\d,]+ MB are free\.", costs)
    assert last == "Nothing was written; without --dry-run this is done."


def test_a_plan_knows_what_another_seed_would_change(home: Path, ronda: Ronda, tmp_path: Path) -> None:
    (tmp_path / "topic_terms.csv").write_bytes((sql.SEEDS / "topic_terms.csv").read_bytes() + b"prices,dan\n")
    other = f"import os; os.environ['RONDA_SEEDS'] = {str(tmp_path)!r}"
    stale = json.loads(ronda(home, "status", "--json", before=other).stdout)["stale"]
    assert [each["week"] for each in stale][::25] == ["2023-W34", "2024-W07"]
    assert {(*each["seeds"], each["labels"] is None) for each in stale} == {("topic_terms", False)}
    assert (
        "(26) are stale: other seeds now (topic_terms), labels labels-5-" in ronda(home, "status", before=other).stdout
    )
    words = ("backfill", "2024-W05", "2024-W05", "--reason", "terms", "--dry-run")
    relabelled = ronda(home, *words, "--relabel", before=other).stdout.splitlines()
    assert re.match(r"2024-W05: .*relabelled \(\d+\).*; other seeds \(topic_terms\); other labels \(", relabelled[0])
    assert relabelled[1].startswith("Also restated: 2023-W34 (")
    kept = ronda(home, *words, before=other).stdout.splitlines()
    assert kept[0].endswith("posts keep labels of another version than the present one; --relabel labels them anew.")
    assert "relabelled" not in kept[1] and "other labels" not in kept[1] and "other seeds (topic_terms)" in kept[1]


def test_a_backfill_says_which_weeks_it_changed_and_which_stay_and_why(home: Path, ronda: Ronda) -> None:
    reason = "late posts of TikTok"
    done = ronda(home, "backfill", "2024-W06", "2024-W08", "--reason", reason)
    assert done.returncode == 0, done.stderr
    changed, same, unknown, _ = done.stdout.splitlines()
    # late posts and removals came with the batch after it
    assert re.match(r"2024-W06: publication 2; \d+ values restated: .*late \(\d+\)", changed)
    assert same == "2024-W07: stays publication 1; its numbers and what they rest on are unchanged"
    assert unknown == "2024-W08: skipped; nothing is known of it, neither posts nor a collection log"
    manifest = json.loads((home / "published" / "2024-W06" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["summary"]["as_of"] == "2024-02-19T05:00:00+07:00"  # no report is older than what it knows
    runs = [json.loads(path.read_text()) for path in sorted((home / "runs").glob("*.json"))]
    assert runs[-1]["parameters"]["reason"] == reason
    with duckdb.connect(str(home / "published" / "ronda.duckdb"), read_only=True) as database:
        outcomes = database.execute("SELECT outcome FROM core.runs ORDER BY started_at").fetchall()
        assert [outcome for (outcome,) in outcomes][-1] == "publishing"  # and nothing is running for ever
        assert ("running",) not in outcomes
        said = database.execute(
            "SELECT run_id, given_reason, files FROM core.publications WHERE publication = '2024-W06-2'"
        )
        assert said.fetchall() == [(runs[-1]["run_id"], reason, 0)]  # what it knew, W07 had known before
        corrections = database.execute(
            "SELECT DISTINCT reason, files > 0, first_file IS NULL FROM trends.corrections WHERE week = '2024-W06'"
        ).fetchall()
        assert {reason for reason, _, _ in corrections} >= {"late", "removed"}
        assert all((has_files, is_nameless) == (True, False) for _, has_files, is_nameless in corrections)
    shown = ronda(home, "diff", "2024-W06").stdout.splitlines()
    assert re.fullmatch(r"2024-W06-1 -> 2024-W06-2: \d+ of [\d,]+ numbers differ\.", shown[0])
    assert f"  given_reason: not kept -> {reason}" in shown
    assert any(re.match(r"  files known since: 6 \(\w+/\S+, ", line) for line in shown)


def test_without_its_warehouse_everything_is_rebuilt_from_landing_and_ledger(
    home: Path, ronda: Ronda, tmp_path: Path
) -> None:
    assert ronda(home, "weekly", "--week", "2024-W06").returncode == 0  # as now known, after the last batch
    copy = tmp_path / "copy"
    shutil.copytree(home, copy, symlinks=True)
    (copy / "warehouse.duckdb").unlink()
    done = ronda(copy, "weekly", "--week", "2024-W06")
    assert done.returncode == 0, done.stderr
    assert ronda(copy, "verify").stdout == ronda(home, "verify").stdout
    assert published_bytes(copy) == published_bytes(home)


def test_a_second_run_is_turned_away_while_one_holds_the_warehouse(home: Path, ronda: Ronda) -> None:
    holder = "from flows.store.warehouse import exclusive; import pathlib, os\n"
    holder += "hold = exclusive(pathlib.Path(os.environ['RONDA_HOME'])); hold.__enter__()"
    busy = ronda(home, "weekly", "--week", "2024-W06", before=holder)
    assert busy.returncode == 5
    assert busy.stderr.startswith("ronda: Another run holds the warehouse")
    assert "Traceback" not in busy.stderr


@pytest.fixture
def new_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home that is not there yet, as the setting."""
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("weekly", "--week", "pekan"), 2, '"pekan" is not an ISO week; write it like 2024-W05.'),
        (("weekly", "--as-of", "2024-02-05"), 2, "has no time zone"),
        (("import", "absent.ndjson"), 3, "absent.ndjson"),
        (("import", "x", "--covers", "2024-02-02..2024-02-01"), 2, "ends before it begins"),
        (("backfill", "2024-W06", "2024-W05", "--reason", "x"), 2, "swap them"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_an_exit_code(
    words: tuple[str, ...], code: int, sentence: str, capsys: Any, new_home: Path
) -> None:
    assert cli.main(words) == code
    assert not (new_home / "landing").exists()
    said = capsys.readouterr()
    assert sentence in said.err + said.out
    assert "Traceback" not in said.err


def test_its_desk_publishes_the_week_again_with_what_was_reviewed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    said: list[str] = []
    monkeypatch.setattr(serving, "serve_desk", lambda *_: said.append("served"))
    settings = Settings(home=copy)
    settings.export()
    try:
        demo.run_desk(settings)
    finally:
        clock.set_to(datetime.now(UTC))
    assert said == ["served"]
    before, after = (
        json.loads((each / "published" / demo.WEEK / "manifest.json").read_bytes())["files"] for each in (home, copy)
    )
    assert before["weekly.html"] != after["weekly.html"]  # the numbers stated are the same, what was reviewed is not
    with duckdb.connect(copy / "published" / "ronda.duckdb", read_only=True) as database:
        passed = dict(database.execute("SELECT stage, sum(passed) FROM trends.funnel GROUP BY stage").fetchall())
        cases = database.execute("SELECT count(*), count(referred_day) FROM core.cases").fetchone()
    assert passed["reviewed"] > passed["indicated"] > 0
    assert cases is not None and min(cases) > 0


def test_a_week_that_nobody_knows_is_not_published(home: Path, ronda: Ronda) -> None:
    done = ronda(home, "weekly", "--week", "2030-W01")
    assert (done.returncode, "Nothing is known of 2030-W01" in done.stderr) == (2, True), done.stderr


def test_the_demo_does_not_mix_with_real_posts(tmp_path: Path, ronda: Ronda) -> None:
    (tmp_path / "home" / "landing").mkdir(parents=True)
    done = ronda(tmp_path / "home", "demo")
    assert done.returncode == 2
    assert "set RONDA_HOME to another folder" in done.stderr
    assert not list((tmp_path / "home" / "landing").iterdir())
