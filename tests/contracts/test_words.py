"""Every word a page asks for exists, and every word that exists is asked for."""

import ast
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import sql
from expectations.estimates import REASONS
from expectations.run import Outcome
from expectations.suite import Gate, Severity
from expectations.trend_tables import STATUSES
from flows import sources
from flows.headers import header_of
from flows.method import FAMILIES, read_constants
from flows.periods import read_election
from flows.post import Reason
from flows.seeds import read_seed
from flows.settings import Settings
from reports.briefing.key_numbers import METRICS
from reports.edition import Language, Level
from reports.figures import decided
from reports.figures.charts import CHARTS
from reports.judging.certainty import RULES
from reports.judging.certainty import WORDS as CERTAINTIES
from reports.letter import letter
from reports.reading.incidents import KINDS
from reports.reading.outcomes import STAGES
from reports.tables.official import PARTS
from reports.tables.review_sheet import GUIDE_LINES
from reports.tables.workbook import TABS
from reports.weekly.content import SECTIONS
from reports.weekly.sections.declaration import NAMES
from reports.weekly.sections.limits import LIMITS
from reports.weekly.sections.method import METHODS
from reports.weekly.sections.situation import TITLES
from reports.weekly.sections.terms import TERMS
from reports.wording import words
from reports.wording.decisions import CASES_DUE, Decision
from reports.wording.lights import LIGHTS
from reports.wording.quantities import part_of
from reports.wording.reissue import CHANGED
from reports.wording.words import read_words
from tests.conftest import REPOSITORY

WORDS_FILE = Path(words.__file__).parent / "words.csv"
KEYS = frozenset(read_words("id"))
_CALLED = re.compile(r"(\w*\.)*_?(words|w)(\.known)?")


@cache
def _modules(folder: str) -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in sorted((REPOSITORY / folder).rglob("*.py")))


@cache
def _texts(folder: str) -> frozenset[str]:
    """Every text that stands in the code of a folder, whole and in the parts that a stored reason may have."""
    nodes = (node for module in _modules(folder) for node in ast.walk(module))
    whole = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return frozenset(whole | {part for text in whole for part in re.split(", |: ", text)})


def _quoted(*models: str) -> frozenset[str]:
    """Every text that stands in the queries of some models."""
    texts = [text for model in models for text in re.findall(r"'([^']*)'", re.sub(r"--.*", "", header_of(model).query))]
    return frozenset(part for text in texts for part in text.split(", "))


@cache
def _templates() -> tuple[frozenset[str], frozenset[str]]:
    """Every key that a template asks for, and every pattern of one that it puts together."""
    paths = [path for end in ("j2", "typ") for path in (REPOSITORY / "reports").rglob(f"*.{end}")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    lists = re.findall(r"for \w+ in \[([^\]]+)\]", text)
    keys = {*re.findall(r"words\.(\w+)", text), *re.findall(r'\bw\("(\w+)"(?! ~)', text)}
    keys |= {key for names in lists for key in re.findall(r'"(\w+)"', names)}
    return frozenset(keys), frozenset(f"{start}{{}}" for start in re.findall(r'\bw\("(\w+)" ~', text))


def _tables(*given: str) -> frozenset[str]:
    """The names of the tables that are made without some of their words being given."""
    nodes = [node for module in _modules("reports") for node in ast.walk(module) if isinstance(node, ast.Call)]
    calls = [call for call in nodes if ast.unparse(call.func) == "make_table"]
    names = [call.args[1] for call in calls if not {word.arg for word in call.keywords} & set(given)]
    return frozenset(name.value for name in names if isinstance(name, ast.Constant))


def _official() -> frozenset[str]:
    counts = read_seed("official_counts") + read_seed("regency_counts")
    return frozenset({row["metric"] for row in counts} | set(read_seed("official_series")[0]))


def _phases() -> frozenset[str]:
    elections = (read_election(folder) for folder in (sql.SEEDS, sql.FOLDER / "seeds_pilkada_2024"))
    return frozenset(phase.name for election in elections for phase in election.phases)


PARTS_OF = get_args(get_type_hints(part_of)["return"])
SUBJECTS = ("negative", "positive", "posts")  # of the families that have no seed
# A key that is put together -> what can stand in its gap. Where a key is missing for what comes from data, the page
# shows it as it is stored; a key that no value makes is dead. What is looked for in the code is looked for by the test
# that asks, not whenever pytest collects.
PUT_TOGETHER: dict[str, Iterable[str] | Callable[[], Iterable[str]]] = {
    "alt_{}": [chart.name for chart in CHARTS],
    "estimate_reason_{}": REASONS,
    "before_confirmed_{}": PARTS_OF,
    "before_ended_{}": ("up", "down"),
    "before_new_{}": ("reviewed", "waiting", "partly", "gone"),
    "beside_{}": ("topics", "classes", "districts"),
    "card_status_{}": ("open", "explained"),
    "case_due_{}": CASES_DUE,
    "certainty_{}": CERTAINTIES,
    "certainty_rule_{}": CERTAINTIES,
    "certainty_why_{}": [rule.reason for rule in RULES],
    "brief_{}": KINDS,
    "briefing_{}": ("drafter", "basis", "classification"),
    "decide_else_{}": FAMILIES,
    "follow_decided_{}": PARTS_OF,
    "follow_referred_{}": PARTS_OF,
    "key_{}": METRICS,
    "reissue_{}": CHANGED,
    "class_{}": SUBJECTS,
    "column_{}": lambda: _texts("reports"),
    "constant_{}": [each.name for each in read_constants()],
    "constant_unit_{}": [each.unit for each in read_constants()],
    "decide_{}": Decision._fields,
    "decide_case_{}": CASES_DUE,
    "decided_{}": decided.VERDICTS,
    "declare_{}": NAMES,
    "decide_signal_{}": FAMILIES,
    "direction_{}": ("up", "down"),
    "evidence_{}": ("likes", "comments", "shares", "views", "platform", "topic"),
    "family_{}": FAMILIES,
    "format_{}": [form.name for form in sources.formats(Settings())],
    "gate_{}": list(Gate),
    "incident_{}": [{"signal": "change"}.get(kind, kind) for kind in KINDS],
    "indicators_{}": ("volume", "sentiment", "topics", "indications"),
    "judged_{}": ("up", "down", "usual", "above", "below", "untested"),
    "language_{}": get_args(Language),
    "letter_{}": letter.LABELS,
    "letter_closing_{}": letter.KINDS,
    "letter_fact_{}": letter.FACTS,
    "letter_head_{}": letter.HEADS,
    "letter_opening_{}": letter.KINDS,
    "letter_subject_{}": letter.KINDS,
    "letter_unknown_{}": letter.UNKNOWN,
    "level_words_{}": get_args(Level),
    "light_{}": LIGHTS,
    "light_rule_{}": LIGHTS,
    "limit_{}": map(str, range(1, LIMITS + 1)),
    "method_{}": map(str, range(1, METHODS + 1)),
    "method_section_{}": [each.section for each in read_constants()],
    "metric_{}": header_of("trends.weekly_platform").columns,
    "next_{}": (*STAGES, "explained", "copies", "less", "signal"),
    "official_{}": _official(),
    "official_{}_list": PARTS,
    "origin_{}": _quoted("trends.funnel"),
    "phase_{}": _phases(),
    "phase_short_{}": _phases() | {"rally"},
    "phase_start_{}": (_phases() | {"rally"}) - {"pre_campaign"},
    "national_{}": LIGHTS,
    "platform_{}": ("all", "mixed"),
    "reason_{}": lambda: [*Reason, *_texts("flows"), *_quoted("core.coverage", "trends.corrections")],
    "receiver_{}": [row["code"] for row in read_seed("receivers")],
    "review_guide_{}": map(str, range(1, GUIDE_LINES + 1)),
    "severity_{}": list(Severity),
    "sheet_{}": [tab.name for tab in TABS],
    "short_{}": ("all",),
    "section_{}": [section.name for section in SECTIONS],
    "signal_reason_{}": lambda: _quoted("core.buckets") | _texts("flows"),
    "situation_{}": TITLES.values(),
    "stage_{}": STAGES,
    "status_{}": STATUSES,
    "subject_{}": FAMILIES,
    "table_{}": lambda: _tables("caption"),
    "table_empty_{}": _tables,
    "term_{}": TERMS,
    "term_{}_means": TERMS,
    "unit_{}": [family.unit for family in FAMILIES.values()],
    "verdict_{}": list(Outcome),
    "why_{}": lambda: _texts("flows"),
}
# The patterns of which every value has its word, because the page asks for nothing else.
WHOLE = (
    *("brief_{}", "briefing_{}", "decide_else_{}", "key_{}"),
    *(
        "before_confirmed_{}",
        "before_ended_{}",
        "before_new_{}",
        "follow_decided_{}",
        "follow_referred_{}",
        "reissue_{}",
    ),
    *(
        "alt_{}",
        "class_{}",
        "constant_{}",
        "constant_unit_{}",
        "decide_{}",
        "declare_{}",
    ),
    *("decide_signal_{}", "direction_{}", "evidence_{}", "family_{}", "format_{}", "gate_{}", "level_words_{}"),
    *("incident_{}", "light_{}", "light_rule_{}", "beside_{}", "card_status_{}", "certainty_{}", "certainty_rule_{}"),
    *("certainty_why_{}", "indicators_{}", "judged_{}", "next_{}", "situation_{}", "term_{}", "term_{}_means"),
    *("case_due_{}", "decide_case_{}", "decided_{}"),
    *("letter_{}", "letter_closing_{}", "letter_fact_{}", "letter_head_{}", "letter_opening_{}"),
    *("letter_subject_{}", "letter_unknown_{}"),
    *("limit_{}", "method_{}", "method_section_{}", "national_{}", "official_{}_list", "phase_{}", "phase_short_{}"),
    *("phase_start_{}", "platform_{}", "review_guide_{}", "section_{}", "severity_{}", "sheet_{}", "stage_{}"),
    *("status_{}", "subject_{}", "table_{}", "unit_{}", "verdict_{}"),
)


@cache
def _made() -> dict[str, frozenset[str]]:
    """The keys that each pattern can make."""
    values = {pattern: each() if callable(each) else each for pattern, each in PUT_TOGETHER.items()}
    return {pattern: frozenset(pattern.format(value) for value in each) for pattern, each in values.items()}


def _choices(node: ast.expr) -> list[ast.expr]:
    return [*_choices(node.body), *_choices(node.orelse)] if isinstance(node, ast.IfExp) else [node]


@cache
def _asked() -> frozenset[tuple[str, str]]:
    """Every `key` that the code asks for, and every `pattern` of one that it puts together."""
    nodes = [node for folder in ("reports", "flows") for module in _modules(folder) for node in ast.walk(module)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args and _is_asking(node.func)]
    parts = [part for call in calls for part in _choices(call.args[0])]
    keys = {("key", part.value) for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return frozenset(keys | {("pattern", _pattern(part)) for part in parts if isinstance(part, ast.JoinedStr)})


def _is_asking(function: ast.expr) -> bool:
    name: str = getattr(function, "attr", getattr(function, "id", ""))  # writing the whole of every call takes seconds
    return name.endswith(("words", "w", "known")) and bool(_CALLED.fullmatch(ast.unparse(function)))


def _pattern(text: ast.JoinedStr) -> str:
    gaps = ("{}" if isinstance(each, ast.FormattedValue) else str(ast.literal_eval(each)) for each in text.values)
    return "".join(gaps)


def test_every_word_that_is_asked_for_exists() -> None:
    asked = {text for kind, text in _asked() if kind == "key"} | _templates()[0]
    assert len(asked) > 200
    assert sorted(asked - KEYS) == []


def test_every_key_that_is_put_together_is_known_here() -> None:
    patterns = {text for kind, text in _asked() if kind == "pattern"} | _templates()[1]
    assert sorted(patterns - set(PUT_TOGETHER)) == []
    assert sorted(set(PUT_TOGETHER) - patterns) == []


@pytest.mark.parametrize("pattern", WHOLE)
def test_every_value_has_its_word(pattern: str) -> None:
    assert sorted(_made()[pattern] - KEYS) == []


def test_every_word_is_asked_for() -> None:
    written = _texts("reports") | _texts("flows") | _templates()[0]
    assert sorted(KEYS - written - set().union(*_made().values())) == []


def test_readers_meet_the_words_of_the_house_and_no_others() -> None:
    """`periode`, `perkiraan`, `salah deteksi`: one word for one thing, also where columns and checks are explained."""
    columns = csv.DictReader((REPOSITORY / "sql" / "columns.csv").read_text(encoding="utf-8").splitlines())
    texts = {f"words.csv {key}": text for key, text in read_words("id").items()}
    texts |= {f"columns.csv {row['name']}": row["meaning_id"] for row in columns}
    texts |= {
        f"{path.name} {line.partition(':')[0]}": line
        for path in (REPOSITORY / "sql").rglob("*.sql")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "ndonesian:" in line
    }
    other = re.compile(r"\b(kurun|kurunnya|diharapkan|galat(?! baku)|ekspektasi|signifikan|outlier)\b", re.I)
    assert len(texts) > 1000
    assert {name: text for name, text in texts.items() if other.search(text)} == {}


def test_no_key_has_two_rows() -> None:
    with WORDS_FILE.open(encoding="utf-8", newline="") as lines:
        keys = [row["key"] for row in csv.DictReader(lines)]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
