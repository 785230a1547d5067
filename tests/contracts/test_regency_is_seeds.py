"""A regency, its zone, its offices and its election are seeds: no line of code, SQL or wording names one.

The words that are looked for come from the seeds themselves. The simulated season is of one regency on purpose.
"""

import re
from functools import cache
from pathlib import Path

from flows.seeds import read_facts, read_rows, read_seed, seed_files
from tests.conftest import REPOSITORY

FOLDERS = sorted(path.parent for path in (REPOSITORY / "sql").glob("seeds*/election.csv"))
ROOMS = ("flows", "reports", "expectations", "sql")
KINDS = {".py", ".sql", ".typ", ".j2", ".js", ".css", ".html", ".csv", ".md"}
# What may name them: facts, invented texts, and what is made of those.
FREE = ("sql/seeds", "flows/simulation/", "flows/demo.py", "flows/labels/corpus/", "flows/labels/weights/")
# File and word -> why it may stand there all the same.
EXCEPTIONS = {
    ("flows/sources/zones.py", "WIB"): "the names by which written times abbreviate their zone: all of them are listed",
    ("flows/sources/zones.py", "WIT"): "the same",
    ("flows/labels/corpora.py", "Kandeman"): "fills a placeholder of the training texts, of which the weights are made",
}


@cache
def words() -> dict[str, re.Pattern[str]]:
    """The words that only seeds may hold, each as a pattern of whole words; in any letters, but for labels of zones."""
    found, labels = set(), set()
    for folder in FOLDERS:
        facts = read_facts(folder)
        names = ("name_id", "name_en", "regency_id", "regency_code", "office", "voting_day", "timezone")
        found |= {facts[name] for name in names}
        labels.add(facts["timezone_label"])
        found |= {row["series"] for name in ("official_sources", "regency_sources") for row in read_seed(name, folder)}
        found |= {row["name"] for row in read_seed("place_names", folder) if row["kind"] == "name"}
        found |= {row["name"] for row in read_seed("places", folder) if row["grade"] == "distinct"}
    patterns = {word: re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in found}
    return patterns | {label: re.compile(rf"(?<!\w){label}(?!\w)") for label in labels}


@cache
def files() -> dict[str, list[str]]:
    """The lines of every file in which nothing of a regency may stand."""
    paths = [path for room in ROOMS for path in sorted((REPOSITORY / room).rglob("*")) if path.suffix in KINDS]
    named = {path.relative_to(REPOSITORY).as_posix(): path for path in paths}
    return {
        name: path.read_text(encoding="utf-8").splitlines()
        for name, path in named.items()
        if not name.startswith(FREE) and name != "flows/labels/MODEL_CARD.md"
    }


def test_there_is_something_to_look_for_and_to_look_at() -> None:
    assert {"Batang", "Asia/Jakarta", "WIB", "3325", "2024-02-14", "bawaslu_2024", "Limpung"} <= words().keys()
    assert {"Buru", "Asia/Jayapura", "WIT", "8104", "Pilkada 2024"} <= words().keys()
    assert len(files()) > 200
    assert {Path(name).suffix for name in files()} >= {".py", ".sql", ".typ", ".j2", ".csv"}
    assert words()["Batang"].search("kec. batang") and not words()["Batang"].search("sebatang")
    assert not words()["WIT"].search("with") and not words()["WIT"].search("wit")


def test_no_line_outside_the_seeds_names_a_regency_its_zone_or_a_series() -> None:
    seen = {
        (name, word): f"{name}:{number}: {line.strip()}"
        for name, lines in files().items()
        for number, line in enumerate(lines, start=1)
        for word, pattern in words().items()
        if pattern.search(line)
    }
    assert [where for key, where in seen.items() if key not in EXCEPTIONS] == []
    assert set(EXCEPTIONS) <= set(seen), "an exception that is none any more"


def test_every_seed_says_whose_it_is_and_what_it_needs() -> None:
    shipped = {path.stem: path for path in (REPOSITORY / "sql" / "seeds").glob("*.csv")}
    assert sorted(seed_files()) == sorted(shipped)
    for name, seed in seed_files().items():
        header = shipped[name].read_text(encoding="utf-8").splitlines()[0].split(",")
        assert set(seed.required) <= set(header) and seed.meaning_id, name
        assert all(row[column] for row in read_rows(shipped[name]) for column in seed.required), name
        assert seed.may_be_empty or read_rows(shipped[name]), name
