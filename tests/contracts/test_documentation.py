"""Everything a person can name is documented: verbs, options, settings, tables, checks, expectations."""

import csv
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
import typer

import sql
from flows import cli, cli_call, dictionary
from flows.collecting.watch_list import read_watched
from flows.settings import Settings, load_settings
from flows.sources import graph_errors, tiktok_errors
from tests.conftest import REPOSITORY

PAGES = {
    path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8")
    for path in (REPOSITORY / "README.md", *sorted((REPOSITORY / "flows").glob("*.md")), dictionary.TARGET)
}
REFERENCE = PAGES["flows/REFERENCE.md"]
EXTRACTION = PAGES["flows/EXTRACTION.md"]
DICTIONARY = PAGES["sql/DICTIONARY.md"]
LABELS = REPOSITORY / "flows" / "labels"


ROOT: Any = typer.main.get_command(cli.app)
READERS = {cli_call.NEWCOMERS, cli_call.ANALYSTS, cli_call.LEADERSHIP, cli_call.ENGINEERS}


def _below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield name, command
    for verb, each in getattr(command, "commands", {}).items():
        yield from _below(each, f"{name} {verb}")


VERBS = dict(_below(ROOT, "ronda"))


@pytest.mark.parametrize("verb", VERBS)
def test_the_reference_shows_every_verb_and_option(verb: str) -> None:
    assert verb in REFERENCE
    for parameter in VERBS[verb].params:
        for option in parameter.opts:
            assert not option.startswith("-") or option in REFERENCE, f"{verb} {option}"


def test_help_says_what_each_verb_and_option_does_and_for_whom() -> None:
    assert len(VERBS) >= 14
    for name, verb in VERBS.items():
        assert verb.help.partition("\n\n")[0].endswith("."), name
        assert all(parameter.help for parameter in verb.params), name
        assert verb is ROOT or verb.rich_help_panel in READERS, name
    assert {verb.rich_help_panel for verb in ROOT.commands.values()} == READERS


def _examples() -> list[str]:
    pages = [block for page in PAGES.values() for block in re.findall(r"```sh\n(.*?)```", page, flags=re.DOTALL)]
    texts = [*(verb.help for verb in VERBS.values()), *pages]
    return re.findall(r"^ *(ronda .*?)(?: +#.*)?$", "\n".join(texts), flags=re.MULTILINE)


@pytest.mark.parametrize("example", _examples())
def test_every_example_is_a_command_that_can_be_typed(example: str) -> None:
    command, words = ROOT, shlex.split(example)[1:]
    while hasattr(command, "commands") and words:  # `ronda desk` does something alone
        command, words = command.commands[words[0]], words[1:]
    command.make_context(example, words)  # raises for words that are no command


def test_every_verb_has_an_example_of_its_own() -> None:
    for name, verb in VERBS.items():
        assert verb is ROOT or f"Example:\n  {name} " in f"{verb.help} ", name


def test_the_dictionary_is_what_the_code_says() -> None:
    assert dictionary.render() == DICTIONARY, "run `python -m flows.dictionary` and commit sql/DICTIONARY.md"


def test_the_dictionary_names_every_setting_table_check_and_expectation() -> None:
    for name in Settings.model_fields:
        assert f"`{name}`" in DICTIONARY or f"[{name}.<name>]" in DICTIONARY
    for path in (REPOSITORY / "sql").glob("*/*.sql"):
        if path.parent.name in {"core", "trends"}:
            assert f"### {path.parent.name}.{path.stem}\n" in DICTIONARY
        elif path.parent.name == "checks":
            assert f"| `{path.stem}` |" in DICTIONARY
    functions = re.findall(r"CREATE MACRO (\S+\))", sql.FUNCTIONS.read_text(encoding="utf-8"))
    assert len(functions) > 5
    assert [name for name in functions if f"| `{name}` |" not in DICTIONARY] == []
    declared = (REPOSITORY / "sql" / "base" / "tables.sql").read_text(encoding="utf-8")
    facts = re.findall(r"CREATE TABLE IF NOT EXISTS (\S+)", declared)
    assert len(facts) == 15
    assert [name for name in facts if f"### {name}\n" not in DICTIONARY] == []
    assert len(re.findall(r"^\| `\w+` \| (landing|posts|trends) \|", DICTIONARY, flags=re.MULTILINE)) > 90


def _told(what: str) -> list[re.Pattern[str]]:
    """The sentences of a table of the page, as patterns: `…` stands for anything."""
    table = EXTRACTION.split(f"| what `{what}` says |")[1].split("\n\n")[0]
    first_column = [line.split("|")[1] for line in table.splitlines()[2:]]
    phrases = [phrase for cell in first_column for phrase in re.findall("`([^`]+)`", cell)]
    return [re.compile(".+".join(map(re.escape, phrase.split("…")))) for phrase in phrases]


def test_the_page_says_what_to_do_about_every_error_of_a_platform() -> None:
    told = _told("ronda extract")
    tables = [row.sentence for row in graph_errors.TABLE]
    tables += [row.verdict.end.sentence for row in tiktok_errors.TABLE if row.verdict.end.gap]
    sentences = {re.sub(r"\{(\w+)\}", "code 1", sentence) for sentence in tables}
    assert len(sentences) > 20
    assert [each for each in sentences if not any(pattern.search(each) for pattern in told)] == []


def _anchors(page: str) -> set[str]:
    """The names of a page's headings as links write them."""
    headings = re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#\s]*)(?:#([^)]+))?\)", PAGES[name])
    for target, anchor in links:
        path = (REPOSITORY / name).parent / target if target else REPOSITORY / name
        assert path.exists(), target
        assert not anchor or anchor in _anchors(path.read_text(encoding="utf-8")), f"{target}#{anchor}"


def test_the_readme_leads_to_every_page_and_stays_short() -> None:
    readme = PAGES["README.md"]
    assert [name for name in PAGES if name != "README.md" and f"({name}" not in readme] == []
    assert len(readme.splitlines()) < 200


def test_the_example_of_ronda_toml_is_one_and_shows_every_setting_of_the_extraction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = re.findall(r"<!-- example of ronda.toml -->\n```toml\n(.*?)```", EXTRACTION, flags=re.DOTALL)
    (tmp_path / "ronda.toml").write_text(example)
    monkeypatch.setenv("RONDA_HOME", str(tmp_path))
    settings = load_settings()
    watched = read_watched(settings)
    assert "kabupaten contoh" in watched["tiktok"].keywords
    shown = tomllib.loads(example)
    names = set(Settings.model_fields)
    of_others = {
        "home",
        "lang",
        "author_key",
        "seeds",
        "office",
        "site_port",
        "desk_port",
        "desk_address",
        "server_port",
        "tables",
        "zones",
        "task_runner",
        "cluster",
        "workers",
        "exchange_url",
    }
    secrets = {name for name in names - of_others if "SecretStr | None" in str(Settings.__annotations__[name])}
    assert len(secrets) >= 5
    assert names - of_others - secrets == shown.keys()
    assert all(f"RONDA_{name.upper()}" in EXTRACTION for name in secrets)
    defaults = Settings.model_fields
    given = shown.keys() - {"watch", "notify", "site_address", "instagram_user_id", "instagram_url"}
    assert {name: shown[name] for name in given} == {name: defaults[name].default for name in given}


def test_the_readme_says_of_the_labels_what_was_measured() -> None:
    text = " ".join(PAGES["README.md"].split())
    rows = {
        row["code"]: row
        for row in csv.DictReader((LABELS / "weights" / "measured.csv").read_text("utf-8").splitlines())
    }
    shares = {(code, name): float(row[name]) for code, row in rows.items() for name in ("precision", "recall")}
    sentiment = fmean(
        2 / (1 / shares[code, "precision"] + 1 / shares[code, "recall"]) for code in ("negative", "neutral", "positive")
    )
    insult, hate = ([shares[code, name] for name in ("precision", "recall")] for code in ("insult", "hate_speech"))
    assert f"sentiment reaches a macro-F1 of {sentiment:.2f}" in text
    assert "insult a precision of {:.2f} and a recall of {:.2f}".format(*insult) in text
    assert "({} cases) {:.2f} and {:.2f};".format(rows["hate_speech"]["positives"], *hate) in text
    enriched = (LABELS / "MODEL_CARD.md").read_text("utf-8").partition("### 600 real election comments")[2]
    macro, insults = (
        re.search(pattern, enriched) for pattern in (r"macro-F1 \| 600 \| (\S+)", r"insult \| \d+ \| F1 (\S+)")
    )
    assert macro and insults
    assert f"on 600 enriched with hard cases sentiment reaches {macro[1]}, insult an F1 of {insults[1]}." in text
