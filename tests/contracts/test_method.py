"""A number of the method stands in its seed and nowhere else; so do the names of phases and of classes.

Looked at are the literals of Python and SQL, the SQL inside Python, and the decimals of the words for readers. A number
1 or 2 is too common to be looked for. Where bytes are moved or pages laid out only comparisons are, since a size or a
width decides nothing.
"""

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeGuard

import pytest
from scipy import stats

from flows.method import FAMILIES, METHOD, Method, read_constants
from flows.seeds import read_seed
from tests.conftest import REPOSITORY

RULES = (
    *("flows/periods.py", "flows/schedule.py", "flows/trends"),
    *("flows/collecting/collected_days.py", "flows/collecting/refresh.py"),
    *("flows/loading/copies.py", "flows/loading/counted.py", "flows/loading/prepared.py", "flows/loading/sheets.py"),
    *("flows/publishing/due.py", "flows/publishing/evidence.py", "flows/publishing/frames.py"),
    *("expectations", "reports/judging", "reports/reading", "reports/wording"),
)
COMPARED = (
    *("flows/collecting", "flows/loading", "flows/publishing", "reports/tables", "reports/weekly"),
    *("reports/briefing", "reports/note", "reports/figures", "reports/site"),
)
# Here numbers are the lengths of telephone, identity and account numbers, facts of their numbering plans.
NUMBERING_PLANS = frozenset(("expectations/personal.py", "flows/loading/numbers.py"))
QUERIES = ("sql/base", "sql/core", "sql/trends", "sql/checks")
NUMBERS = {float(constant.value) for constant in read_constants()} - {1.0, 2.0}

# Why a literal that equals a constant is none: a piece of the line it stands in, by file.
COINCIDENCES: dict[str, tuple[tuple[str, str], ...]] = {
    "a week has seven days": (
        ("flows/trends/readings.py", "_WEEKDAYS = 7"),
        ("flows/trends/signals.py", "toordinal() / 7"),
        ("flows/trends/slopes.py", "toordinal() / 7"),
        ("flows/periods.py", "timedelta(days=6)"),
        ("flows/periods.py", "range(7)"),
        ("flows/periods.py", "days // 7"),
        ("flows/periods.py", "date(week.year, 12, 28)"),  # always in the last week of its year
        ("expectations/trend_tables.py", 'between("days", 1, 7)'),
        ("sql/core/calendar.sql", "INTERVAL 6 DAY"),
        ("sql/core/readings.sql", "INTERVAL 7 DAY"),
        ("sql/trends/incident_weeks.sql", "INTERVAL 7 DAY"),
        ("sql/core/review_items.sql", "isodow(days.first_seen_day + CAST(step AS INTEGER)) < 6"),
    ),
    "a rate is per 1,000": (
        ("flows/trends/slopes.py", '{"per_1000": 1000.0}'),
        ("expectations/trend_tables.py", '("per_1000", 0, 1000,'),
        ("reports/wording/sentences.py", "/ labelled * 1000"),
        ("reports/wording/sentences.py", "bound > 1000"),
        ("reports/wording/recomputing.py", "* 1000 AS bound_per_1000"),
        ("sql/base/review_bands.sql", "* 1000 AS high"),  # a probability in per mille
        ("sql/base/review_bands.sql", "* 1000 AS middle"),
        ("sql/trends/weekly_measures.sql", "* 1000 / nullif(exposure, 0)"),
        ("sql/trends/weekly_views.sql", "* 1000 / nullif(counts.views, 0)"),
    ),
    "a share in per cent": (
        ("expectations/suite.py", "share * 100:g"),
        ("reports/judging/usual.py", "100 * part"),
        ("reports/wording/label_quality.py", '_low"] * 100'),
        ("reports/wording/label_quality.py", "share * 10)"),  # so many of ten
        ("reports/wording/label_quality.py", '_low"] * 10)'),
        ("reports/wording/net_bias.py", "100 * "),
        ("reports/wording/recomputing.py", "100.0 * (count(*)"),
        ("reports/wording/recomputing.py", "100 * any_value(measures.net_low)"),
        ("reports/wording/statements.py", '["net_low"] * 100'),
        ("reports/wording/statements.py", '["net_sentiment"] * 100'),
        ("reports/wording/words.py", "share * 100"),
        ("reports/wording/words.py", "0 < value < 100"),
    ),
    "what one page holds": (("reports/wording/cards.py", "CARDS_SHOWN = 5"),),
    "a published formula": (
        ("flows/trends/distributions.py", "** 0.5"),
        ("flows/trends/distributions.py", "variance**0.5"),
        ("flows/trends/distributions.py", "0.5 * float(beta_cdf("),
        ("flows/trends/distributions.py", "beta_quantile(2 * upper"),
        ("flows/trends/slopes.py", "(2 * size + 5)"),
        ("flows/trends/volumes.py", "_SHIFT = 3 / 8"),
        ("sql/trends/share_of_voice.sql", "whole.zz / 4"),
        ("sql/trends/weekly_measures.sql", "z * z / 4"),
        ("sql/trends/weekly_measures.sql", "(3 * sqrt(detected"),
    ),
    "keeps a computation inside what a double can hold": (
        ("flows/trends/distributions.py", "np.where(inside, x, 0.5)"),
        ("flows/trends/signals.py", "1e-3"),
        ("flows/trends/volumes.py", "-30, 30"),
    ),
    "digits that are printed or kept": (
        ("flows/trends/rounding.py", "DECIMALS = 6"),
        ("reports/wording/sentences.py", "words.decimal(least, 3)"),
        ("reports/wording/words.py", "max(value, 0.1)"),
    ),
    "any number would do": (
        ("flows/trends/distributions.py", "_SPREADS = 40"),
        ("sql/base/tables.sql", "INSERT INTO base.schema"),
        ("flows/loading/counted.py", "_MOST_DETAILS = 100"),
        ("flows/trends/agreement.py", "_SEED = 5"),
        ("flows/loading/copies.py", "_DIGEST_BYTES = 8"),
        ("flows/trends/estimates.py", "digest_size=8"),
        ("flows/trends/readings.py", "range(3)"),  # three columns
        ("reports/reading/facts.py", '"not_applicable": 3'),
        ("reports/reading/facts.py", "order.get(check.verdict, 4)"),
        ("sql/core/buckets.sql", ")), 8) AS keyword_version"),  # characters of a hash
        ("reports/wording/watch_list.py", "hexdigest()[:8]"),
        ("sql/trends/funnel.sql", "unnest([1, 2, 3, 4, 5]) AS step"),
        ("sql/trends/funnel.sql", "stages.step = 5"),
        ("reports/wording/recomputing.py", '" " * 6'),
        ("reports/wording/recomputing.py", "chr(10)"),
        ("sql/base/kept_draws.sql", "chr(10)"),
        ("sql/base/kept_draws.sql", ", 3) AS BIGINT) AS posts"),  # places in a line
        ("sql/base/kept_draws.sql", ", 4) AS BIGINT) AS drawn"),
        ("sql/base/kept_draws.sql", ", 5) AS UBIGINT) AS last_turn"),
    ),
    "how much is shown": (
        ("flows/publishing/evidence.py", "COPIED_TEXTS = 10"),
        ("flows/publishing/evidence.py", "COPY_CLUSTERS = 3"),
        ("flows/publishing/evidence.py", "[str(week)] * 3"),
        ("expectations/run.py", "_EXAMPLES = 5"),
        ("reports/reading/outcomes.py", "shown: int = 3"),
        ("reports/wording/estimates.py", "_CLASSES = 3"),
        ("reports/wording/decisions.py", "CLASSES_SHOWN, NAMES_SHOWN = 3, 4"),
        ("reports/wording/statements.py", "MOST, GAPS_SHOWN, REASONS_SHOWN = 7, 2, 2"),
        ("reports/wording/statements.py", "MOST - 3"),
        ("reports/wording/watch_list.py", "NAMES_SHOWN = 30"),
    ),
    "columns of a file": (("flows/collecting/gone.py", "== 3"),),
}
_SQL_NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:e-?\d+)?(?![\w.])")
_IS_SQL = re.compile(r"\b(?:SELECT|FROM|WHERE|LIMIT)\b")


class Literal(NamedTuple):
    """A number as code writes it, with the line it stands in."""

    value: float
    line: str


def literals(path: str, text: str) -> Iterator[Literal]:
    """The numbers of a file that could be constants of the method."""
    if path.endswith(".sql"):
        yield from _of_sql(text)
        return
    lines = text.splitlines()
    nodes = list(ast.walk(ast.parse(text)))
    digits = {id(argument) for node in nodes if _is_round(node) for argument in node.args[1:]}
    numbers = nodes
    if not path.startswith(RULES):
        numbers = [part for node in nodes if isinstance(node, ast.Compare) for part in (node.left, *node.comparators)]
    for node in numbers:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and id(node) not in digits:
            yield Literal(float(node.value), lines[node.lineno - 1])
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _IS_SQL.search(node.value):
            yield from _of_sql(node.value)


def _is_round(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round"


def _of_sql(text: str) -> Iterator[Literal]:
    bare = _without_digits(re.sub(r"--.*", "", re.sub(r"'(?!\d{4}-)[^'\n]*'", "''", text)))
    for line in bare.splitlines():
        for found in _SQL_NUMBER.finditer(line):
            yield Literal(float(found[0]), line)


def _without_digits(query: str) -> str:
    """The query without the digits to which it rounds: the last argument of each round()."""
    for begin in [found.end() for found in re.finditer(r"\bround\(", query)]:
        depth, end = 1, begin
        while depth and end < len(query):
            depth += {"(": 1, ")": -1}.get(query[end], 0)
            end += 1
        inside = re.sub(r",\s*\d+(\s*)$", lambda last: " " * len(last[0]), query[begin : end - 1])
        query = query[:begin] + inside + query[end - 1 :]
    return query


def misplaced(path: str, text: str) -> list[str]:
    """The literals of a file that equal a constant and are no coincidence."""
    known = [piece for pieces in COINCIDENCES.values() for name, piece in pieces if name == path]
    return [
        f"{path}: {found.value:g} in {found.line.strip()}"
        for found in literals(path, text)
        if abs(found.value) in NUMBERS and not any(piece in found.line for piece in known)
    ]


@cache
def files() -> dict[str, str]:
    """The text of every file that is looked at."""
    found: dict[str, str] = {}
    for name in (*RULES, *COMPARED, *QUERIES):
        path = REPOSITORY / name
        paths = (
            [path] if path.is_file() else sorted(each for each in path.rglob("*.*") if each.suffix in (".py", ".sql"))
        )
        found |= {each.relative_to(REPOSITORY).as_posix(): each.read_text(encoding="utf-8") for each in paths}
    return {path: text for path, text in found.items() if path not in NUMBERING_PLANS}


def test_no_number_of_the_method_is_written_elsewhere() -> None:
    assert len(files()) > 100
    assert [fault for path, text in files().items() for fault in misplaced(path, text)] == []


def test_every_coincidence_is_still_there() -> None:
    for pieces in COINCIDENCES.values():
        for path, piece in pieces:
            lines = [found.line for found in literals(path, files()[path]) if abs(found.value) in NUMBERS]
            assert any(piece in line for line in lines), f"{path}: {piece}"


@pytest.mark.parametrize(
    ("path", "planted"),
    [
        ("flows/trends/signals.py", "SHORTEST = 4"),
        ("flows/trends/slopes.py", "reach = 1.959963984540054 * spread"),
        ("flows/collecting/collected_days.py", "HISTORY_DAYS = 28"),
        ("flows/loading/sheets.py", "SAMPLE = 100"),
        ("flows/periods.py", "RELEASE_HOUR = time(6, 0)"),
        ("reports/judging/disclosure.py", "SMALLEST = 5"),
        ("reports/wording/sentences.py", "bound = 3.7 / labelled"),
        ("reports/wording/recomputing.py", 'query = f"SELECT if(posts < 5, NULL, posts) FROM {table}"'),
        ("expectations/posts.py", 'rule = present("text", at_least=0.8)'),
        ("reports/tables/weekly.py", "enough = row >= 30"),
        ("reports/figures/sentiment.py", "enough = 30 <= row"),
        ("sql/core/buckets.sql", "SELECT coverage < 0.7 AS is_low"),
        ("sql/core/review_items.sql", "SELECT first_seen_day + 7 AS hand_over_limit"),
        ("sql/trends/weekly_measures.sql", "SELECT CASE WHEN labelled >= 30 THEN net END AS net"),
        ("sql/trends/emerging_terms.sql", "HAVING count(*) >= 5"),
        ("sql/trends/weekly_views.sql", "SELECT round(coalesce(share, 30), 6) AS share"),
        ("sql/checks/posts_in_time.sql", "SELECT day FROM base.posts WHERE year(day) < 2010"),
        ("sql/checks/signals_follow_method.sql", "WHERE q <= 0.05"),
    ],
)
def test_a_number_that_is_planted_is_seen(path: str, planted: str) -> None:
    before = misplaced(path, files()[path])
    assert len(misplaced(path, f"{files()[path]}\n{planted}\n")) == len(before) + 1


def test_a_width_is_no_number_of_the_method() -> None:
    assert misplaced("reports/tables/weekly.py", "shares = (0.7, 0.5, 30)\nsize = round(width, 6)\n") == []


def test_no_word_for_readers_writes_a_decimal_of_the_method() -> None:
    decimals = {text for number in NUMBERS if number % 1 for text in (f"{number:g}", f"{number:g}".replace(".", ","))}
    with (REPOSITORY / "reports/wording/words.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    wrong = [row["key"] for row in rows if decimals & set(re.findall(r"\d+[.,]\d+", row["id"] + " " + row["en"]))]
    assert rows and wrong == []


# -- every constant is used, and every name is a constant ------------------------------------------------------------

FOR_THE_READER = {"alpha_least", "alpha_reliable"}  # who judges how far the printed alpha can be trusted


def test_every_constant_is_used_and_every_name_in_a_query_is_one() -> None:
    names = set(Method.__dataclass_fields__)
    python = {path: path.read_text(encoding="utf-8") for room in ("flows", "expectations", "reports") for path in
              (REPOSITORY / room).rglob("*.py") if path.name != "method.py"}  # fmt: skip
    used = {name for text in python.values() for name in re.findall(r"METHOD\.(\w+)", text)}
    words = (REPOSITORY / "reports/wording/words.csv").read_text(encoding="utf-8")
    used |= set(re.findall(r"\{method\.(\w+)\}", words))
    for path, text in files().items():
        if path.endswith(".sql") and "seeds.method" in text:
            asked = set(re.findall(r"\bname = '(\w+)'", text))
            assert asked, f"{path} joins seeds.method and asks for nothing"
            used |= asked
    assert used <= names
    assert names - used == FOR_THE_READER


# -- numbers that follow from others ---------------------------------------------------------------------------------


def test_numbers_that_follow_from_others_agree() -> None:
    assert METHOD.normal_quantile == pytest.approx(stats.norm.isf(METHOD.limit_tail), rel=1e-15)
    none_seen = next(row for row in read_seed("poisson_limits") if row["count"] == "0")
    assert METHOD.zero_bound == round(float(none_seen["high"]), 1)
    for percent in (50, 80, 95):
        assert getattr(METHOD, f"burst_{percent}") * 100 == percent


# -- phases, classes and families ------------------------------------------------------------------------------------


def _strings(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return set(re.findall(r"'(\w+)'", re.sub(r"^\s*--.*", "", text, flags=re.MULTILINE)))
    inside: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            inside |= {node.value} | (set(re.findall(r"'(\w+)'", node.value)) if _IS_SQL.search(node.value) else set())
    return inside


# Labels are made for each class, and a season with known truth is written for its phases.
WITH_CLASSES = ("flows/labels/", "flows/simulation/")
NAMED_ELSEWHERE = {
    (path, "voting_day")  # a fact of election.csv
    for path in ("flows/periods.py", "flows/seeds.py", "sql/core/calendar.sql")
} | {
    ("reports/tables/official.py", "hoax"),  # a metric of what others published
    ("sql/analysts/recipes.sql", "insult"),  # an example, for its readers to replace
}


def test_no_code_names_a_phase_or_a_class() -> None:
    named = {row["phase"] for row in read_seed("calendar")} | {row["code"] for row in read_seed("indications")}
    found = set()
    for room in ("flows", "expectations", "reports", "sql"):
        for path in (each for each in (REPOSITORY / room).rglob("*.*") if each.suffix in (".py", ".sql")):
            name = path.relative_to(REPOSITORY).as_posix()
            if not name.startswith(WITH_CLASSES):
                found |= {(name, text) for text in _strings(path) & named}
    assert found == NAMED_ELSEWHERE


def test_families_are_complete_and_their_queries_know_no_other() -> None:
    assert [family.position for family in FAMILIES.values()] == list(range(1, len(FAMILIES) + 1))
    for family in FAMILIES.values():
        assert bool(family.subjects) != bool(family.named_subjects), family.name
    cells = (REPOSITORY / "sql/trends/signal_cells.sql").read_text(encoding="utf-8")
    assert set(FAMILIES) <= set(re.findall(r"'(\w+)'", cells))
